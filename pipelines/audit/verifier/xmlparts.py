"""Parts of a zipped file as XML, read so that nothing in them can be made to grow.

What they mean does not belong here.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, fromstring

OTHER_LETTERS = re.compile(rb"""(\xef\xbb\xbf)?\s*<\?xml[^>]*\sencoding\s*=\s*["'](?!utf-8["'])""", re.IGNORECASE)
"""The beginning of a part that says it is not in UTF-8."""


def parsed(held: bytes) -> Element:
    """A part of a file. Without a document type there are no entities; in UTF-8 a name that is nowhere among the bytes
    is the name of nothing.

    Raises:
        ValueError: it has a document type, or is not in UTF-8.
    """
    if b"<!DOCTYPE" in held or b"<!ENTITY" in held:
        raise ValueError("a document type is not expected here")
    if b"\0" in held or OTHER_LETTERS.match(held):
        raise ValueError("UTF-8 is expected here")
    return fromstring(held)  # noqa: S314 (no entities, see above)
