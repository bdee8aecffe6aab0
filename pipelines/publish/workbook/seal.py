"""The finished workbook made the same bytes for the same content, with its language among its properties.

Drawing does not belong here: this only rewrites the container that xlsxwriter closed.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO

_DAY_ONE = (1980, 1, 1, 0, 0, 0)
_PLAIN = "mimetype"
_CORE = "docProps/core.xml"
_AFTER = b"</cp:coreProperties>"


def sealed(workbook: bytes, lang: str) -> bytes:
    """The workbook with fixed time stamps, entries in their given order, and `dc:language` set.

    xlsxwriter has no property for the language, and a screen reader takes its voice from it.
    """
    language = f"<dc:language>{'cy-GB' if lang == 'cy' else 'en-GB'}</dc:language>".encode()
    return resealed(workbook, _CORE, lambda content: content.replace(_AFTER, language + _AFTER))


def resealed(container: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The container with fixed time stamps and one entry changed; an entry `mimetype` stays readable from outside."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(container)) as held, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for entry in held.infolist():
            content = held.read(entry)
            if entry.filename == name:
                content = change(content)
            info = zipfile.ZipInfo(entry.filename, _DAY_ONE)
            info.compress_type = zipfile.ZIP_STORED if entry.filename == _PLAIN else zipfile.ZIP_DEFLATED
            info.external_attr, info.create_system = 0o644 << 16, 3
            made.writestr(info, content)
    return out.getvalue()
