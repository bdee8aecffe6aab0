"""Where submissions wait: a folder whose paths say what each file claims to be.

`returns/<period>/<authority>.<ext>`, `exports/<quarter>/<authority>.<ext>` and `statswales/<anything>`; the bundled
sample and the inbox of an installation have this one shape. Opening a file does not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipelines.core.errors import MesurError, UnreadableError
from pipelines.core.periods import Period
from schemas import Catalogue

FOLDERS = {"returns": "annual", "exports": "quarterly"}
EXTRACTS = "statswales"
NOT_DELIVERED = ("reference", "truth.csv")
"""What lies beside submissions of the sample and is not one."""
CARDS = (".yml", ".md", ".json")


@dataclass(frozen=True)
class Delivery:
    """Files that belong together and what their place claims of them."""

    paths: tuple[Path, ...]
    return_id: str
    authority_code: str
    period_id: str


def deliveries(folder: Path, catalogue: Catalogue) -> tuple[Delivery, ...]:
    """Every delivery below the folder, in order of period and authority.

    What a path does not make clear (an unknown authority, no period) is left out here and named by `strays`.
    """
    found = [d for path in _candidates(folder) if (d := _delivery(folder, path, catalogue))]
    return tuple(sorted(found, key=lambda d: (d.period_id, d.return_id, d.authority_code)))


def strays(folder: Path, catalogue: Catalogue) -> tuple[Path, ...]:
    """Files that wait under a path that does not say whose they are or for when."""
    known = {p for d in deliveries(folder, catalogue) for p in d.paths}
    return tuple(p for p in sorted(folder.rglob("*")) if p.is_file() and p not in known and _is_stray(folder, p))


def _is_stray(folder: Path, path: Path) -> bool:
    place = path.relative_to(folder).parts
    return place[0] not in (EXTRACTS, *NOT_DELIVERED) and not path.name.startswith(".") and path.suffix not in CARDS


def unplaced(folder: Path, catalogue: Catalogue) -> dict[str, str | int]:
    """What to say of files that were left: their number and one of them; nothing where there is none.

    Raises:
        UnreadableError: where files wait and not one of them can be taken in.
    """
    left = strays(folder, catalogue)
    if not left:
        return {}
    n, example = len(left), left[0].relative_to(folder).as_posix()
    if not deliveries(folder, catalogue) and not extracts(folder):
        raise UnreadableError("flow.inbox_unread", n=n, example=example)
    return {"n": n, "example": example}


def extracts(folder: Path) -> tuple[tuple[Path, ...], ...]:
    """Groups of StatsWales files: each file by itself, each folder (pages of one answer) together."""
    root = folder / EXTRACTS
    if not root.is_dir():
        return ()
    shown = sorted(p for p in root.iterdir() if not p.name.startswith(".") and p.suffix not in (".yml", ".md"))
    return tuple(tuple(sorted(p.glob("*"))) if p.is_dir() else (p,) for p in shown)


def _candidates(folder: Path) -> list[Path]:
    held = (p for kind in FOLDERS for p in sorted((folder / kind).glob("*/*")) if not p.name.startswith("."))
    return [p for p in held if p.suffix not in (".yml", ".md")]


def _delivery(folder: Path, path: Path, catalogue: Catalogue) -> Delivery | None:
    kind, period_name = path.relative_to(folder).parts[:2]
    authority = catalogue.area_code(path.stem)
    try:
        period = Period.parse(period_name)
    except MesurError:
        return None
    held = catalogue.return_for(FOLDERS[kind], str(period))
    if held is None or authority not in catalogue.authorities or period.is_quarter != (held.frequency == "quarterly"):
        return None
    return Delivery((path,), held.id, authority, str(period))
