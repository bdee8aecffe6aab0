"""Files on an authority's own machine: their bytes, and an examination that leaves no trace.

Whatever keeps something (receiving, judging what was received) belongs to `submissions.py`, which a check need not
load.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipelines.conform import Claim, Examination, SourceFile, examine
from pipelines.core.errors import Place, RefusedError, UnreadableError
from pipelines.core.keys import Tokeniser
from pipelines.core.waivers import Waivers
from pipelines.flow import waiving
from pipelines.flow.desk import Desk


def check(desk: Desk, paths: Sequence[Path], claim: Claim, previous: Sequence[Path] = ()) -> Examination:
    """Examine files and keep nothing: no ledger, no trace.

    Tokens are made with a key that ends with the process; they serve to compare this file with itself and with the
    previous year's. Only where waivers were given on this machine is its own key used, by which facts are known again.
    """
    is_known = Tokeniser.is_here(desk.settings) and bool(Waivers(desk.settings).held())
    tokeniser = desk.tokeniser if is_known else Tokeniser(secrets.token_bytes(32))
    limit = desk.settings.max_file_bytes
    found = examine(desk.catalogue, tokeniser, sources(paths, limit), claim, sources(previous, limit))
    return waiving.explain(desk, found) if is_known else found


def sources(paths: Iterable[Path], max_bytes: int) -> list[SourceFile]:
    """The bytes of files and of the files of folders.

    Raises:
        UnreadableError: for a path that is missing, is no ordinary file, or may not be read, and for an empty folder.
        RefusedError: for a file of more than `max_bytes`.
    """
    found: list[SourceFile] = []
    for given in paths:
        held = [p for p in _ordinary(given) if not p.name.startswith(".")]
        if not held:
            raise UnreadableError("folder.empty", Place(file=given.name))
        for path in held:
            try:
                if (size := path.stat().st_size) > max_bytes:
                    raise RefusedError("file.too_large", Place(file=path.name), bytes=size, limit=max_bytes)
                found.append(SourceFile.from_path(path))
            except OSError:
                raise UnreadableError("file.not_readable", Place(file=path.name)) from None
    return found


def _ordinary(given: Path) -> list[Path]:
    if given.is_dir():
        return sorted(p for p in given.rglob("*") if p.is_file())
    if not given.is_file():
        raise UnreadableError("file.not_regular" if given.exists() else "file.not_found", Place(file=given.name))
    return [given]
