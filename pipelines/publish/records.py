"""What the publish room is told and what it answers: the context of a release, an edition, its result.

Reading or writing any file does not belong here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from schemas.model import Text

STATUSES = ("provisional", "final", "revised")
COVERAGE_STATUSES = ("complete", "partial", "missing")
EXPLANATIONS = ("equal", "rounding", "vintage", "coverage", "calibration", "unexplained")
"""Why a figure published before differs from ours: equal; rounding of the published figure; another release of the same
figure agrees; the build does not hold all returns of the area and period; the figure belongs to a synthetic sample that
was not fitted to it; none of these."""

CAUSES = (
    *("late_submission", "late_resubmission", "rule_or_repair", "code_mapping", "population_rebase"),
    *("rounding_or_suppression", "error_corrected", "new_figure", "several", "unknown"),
)
"""Why a published figure differs from the edition before: a return came that was not there; a return came again; other
rules or another repair policy; other codes; another population estimate; only rounding or what is withheld; a
calculation was corrected or a return taken back; the figure itself is new or gone; more than one; none was found."""

CellKey = tuple[str, str, str, str, str]
"""(measure_id, area_code, period_id, breakdown_id, breakdown_code)."""


@dataclass(frozen=True)
class InputFile:
    """One input of the build, by fingerprint; `name` says what it is and never who is in it."""

    name: str
    sha256: str
    received_at: datetime | None = None


@dataclass(frozen=True)
class CoverageRow:
    """How much of what was due for an area and period is in the figures."""

    area_code: str
    period_id: str
    return_id: str
    status: str
    n_expected: int
    n_received: int
    reason: str = ""
    """`not_received`, `stops_early` or `system_changed`; empty where nothing lacks."""
    covered_to: date | None = None
    """The last day that a report which stops early reaches."""


@dataclass(frozen=True)
class PublishContext:
    """Everything about a release that the disclosed rows do not say.

    `proof_path` is the proof that `disclosure` wrote beside the rows; without it nothing is published.
    `reconciliation_path` is the table of published figures held; only its published side is read, and ours is taken
    from the edition. `open_series_path` is the table of open data
    sets that comparisons use. `major_version` is raised by a person when the shape of the mart breaks.
    """

    status: str
    proof_path: Path
    inputs: tuple[InputFile, ...] = ()
    rule_pack: str = ""
    rule_texts: tuple[Path, ...] = ()
    """The rules of each of these versions in full, as they were kept when they judged."""
    coverage: tuple[CoverageRow, ...] = ()
    reconciliation_path: Path | None = None
    open_series_path: Path | None = None
    policy: Text | None = None
    revision_causes: Mapping[CellKey, str] = field(default_factory=dict)
    """Cell -> the causes found for it, separated by blanks."""
    basis: Mapping[str, str] = field(default_factory=dict)
    """Fingerprints of what figures rest on beside the inputs: rules, codes, calculation, protection, each measure."""
    provisional: frozenset[tuple[str, str]] = frozenset()
    """(area, period) that a later return will settle: their values carry `p`."""
    document_date: date | None = None
    major_version: int = 1
    gate: Callable[[Path], None] | None = None
    """Reads the finished folder back before it becomes visible, and raises where it may not go out."""

    def dated(self, fallback: date) -> date:
        """The one date that all documents of the edition carry, never the day of the build.

        The given date, else the newest receipt among the inputs, else `fallback`; so that a rebuild gives the
        same bytes.
        """
        if self.document_date:
            return self.document_date
        received = [i.received_at for i in self.inputs if i.received_at]
        return max(received).astimezone(UTC).date() if received else fallback


@dataclass(frozen=True)
class Clock:
    """What each part of a build took, in seconds."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """Add the time of the block to a part."""
        began = time.perf_counter()
        yield
        self.seconds[part] = self.seconds.get(part, 0.0) + time.perf_counter() - began

    def add(self, other: Clock) -> None:
        """Add what another clock measured."""
        for part, seconds in other.seconds.items():
            self.seconds[part] = self.seconds.get(part, 0.0) + seconds


@dataclass(frozen=True)
class Edition:
    """The identity of one edition of a publication."""

    publication_id: str
    id: str
    sequence: int
    previous_id: str | None
    status: str
    day: date
    major_version: int
    rule_pack: str
    fingerprint: str


@dataclass(frozen=True)
class EditionResult:
    """What `publish` did: the edition, where it lies, whether it is new, and what it holds.

    `seconds` gives the time of each part of the build; empty where the edition already existed.
    """

    edition: Edition
    folder: Path
    is_new: bool
    n_values: int
    n_revisions: Mapping[str, int]
    seconds: Mapping[str, float]
