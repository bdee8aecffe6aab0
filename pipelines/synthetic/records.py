"""Frozen records of the synthetic room: what is asked for, what is aimed at, what was made.

Drawing children, fitting tables and writing files do not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pipelines.core.periods import Period

GENERATOR_VERSION = "1.0"
CHILD_PREFIX = "SYN"
"""Reserved start of every synthetic child identifier; no authority issues it."""

FOSTER = ("F1", "F2", "F3", "F4", "F5", "F6")
GROUPS = (*FOSTER, "P", "R", "A", "I")
"""Placement groups that are calibrated: six foster cells, parents, residential, adoption, independent or other."""
LEGAL_GROUPS = ("C", "V", "E", "J")
"""Care orders, voluntary accommodation, placement orders, remand and other compulsory."""
LOCATIONS = ("1", "2", "3", "4")

Slot = tuple[str, str]
"""(placement group, location code) of a place that a child holds."""


@dataclass(frozen=True)
class SampleSpec:
    """What to make.

    `children` scales the published stock to about that many children at the last 31 March (None: published totals).
    `quarters` None: the three that follow the last year. `defects` is the share of rows to damage in every submission;
    None plants the few documented defects of the bundled sample and 0.0 leaves the data clean. `reference` is the
    folder of published figures.
    """

    authorities: int = 22
    children: int | None = None
    first: str = "2016-17"
    last: str = "2023-24"
    quarters: tuple[str, ...] | None = None
    defects: float | None = 0.0
    seed: int = 20160406
    reference: Path | None = None


@dataclass(frozen=True)
class Step:
    """One span that is simulated as a whole and ends on a snapshot date: a financial year, or quarters together."""

    period: str
    start: date
    end: date
    quiet: tuple[date, ...] = ()
    """Days on which children are counted: no gap between two episodes touches them."""

    @classmethod
    def of(cls, period: str) -> Step:
        """The span of one financial year or quarter."""
        held = Period(period)
        return cls(str(held), held.start, held.end, (held.end,))

    @property
    def is_quarter(self) -> bool:
        return Period(self.period).is_quarter

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1


@dataclass(frozen=True)
class Target:
    """What one authority must look like at the end of a step."""

    authority: str
    period: str
    stock: int
    slots: dict[Slot, int]
    legal: dict[str, int]
    uasc: int
    three_plus: int
    short_breaks: int

    def group(self, *groups: str) -> int:
        """Children wanted in these placement groups, wherever they are."""
        return sum(n for (group, _), n in self.slots.items() if group in groups)


@dataclass(frozen=True)
class Calibration:
    """One figure aimed at beside the figure reached; `basis` is published, quoted or assumed."""

    concept: str
    area_code: str
    period_id: str
    target_low: int
    target_high: int
    achieved: int
    basis: str
    source: str

    @property
    def is_met(self) -> bool:
        return self.target_low <= self.achieved <= self.target_high


@dataclass(frozen=True)
class SampleFile:
    """One file of the sample and the identity that it claims."""

    path: str
    sha256: str
    bytes: int
    return_id: str
    authority_code: str
    period_id: str
    system: str | None
    container: str


@dataclass(frozen=True)
class PlantedDefect:
    """Ground truth of one injected defect; `rule` is the check that is expected to find it."""

    path: str
    kind: str
    table: str | None
    row_number: int | None
    rule: str


@dataclass(frozen=True)
class SampleManifest:
    """Everything that is true of a sample that was made."""

    spec: SampleSpec
    version: str
    files: tuple[SampleFile, ...]
    calibration: tuple[Calibration, ...]
    defects: tuple[PlantedDefect, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def unmet(self) -> tuple[Calibration, ...]:
        """Targets that the sample does not reach; they are declared in the manifest."""
        return tuple(c for c in self.calibration if not c.is_met)
