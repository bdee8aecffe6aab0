"""What the submission desk goes by: limits of waivers, the gate before a release of rules, the calendar of returns.

Who has sent what does not belong here (see `pipelines/flow/standing.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from schemas import reading

if TYPE_CHECKING:
    from schemas.catalogue import Catalogue
    from schemas.model import Return

SPEC = Path(__file__).parent / "spec"


@dataclass(frozen=True)
class Due:
    """The day by which a return is due, and how sure that is."""

    day: date
    certainty: str
    source: str
    """Empty where no source names the day."""


@dataclass(frozen=True)
class DeskSpec:
    """The whole of `spec/desk.yml`."""

    usual_days: int
    """Days for which a waiver holds where nobody says how long."""
    longest_days: int
    most_authorities: int
    """Whose submissions may change their status by a release of rules without an override."""
    calendar: Mapping[tuple[str, str], Due]
    usual_certainty: str

    def due(self, held: Return, period_id: str, period_end: date) -> Due:
        """When a return is due for a period that ends on a day: as a source says, else by the usual distance."""
        usual = Due(period_end + timedelta(days=held.due_days), self.usual_certainty, "")
        return self.calendar.get((held.id, period_id), usual)


@cache
def load(spec: Path = SPEC) -> DeskSpec:
    """The declaration of `spec/desk.yml`; `schemas.catalogue` has checked it."""
    raw = reading.yaml_file(spec / "desk.yml")
    calendar = {
        (one["return"], one["period"]): Due(date.fromisoformat(str(one["due"])), one["certainty"], one["source"])
        for one in raw["calendar"]
    }
    waivers, most = raw["waivers"], raw["release"]["most_authorities"]
    return DeskSpec(waivers["usual_days"], waivers["longest_days"], most, calendar, raw["usual_certainty"])


def faults(catalogue: Catalogue, spec: Path = SPEC) -> Iterator[str]:
    """Names that do not exist and limits that cannot be meant, as sentences."""
    held = load(spec)
    if not 0 < held.usual_days <= held.longest_days:
        yield "desk.yml: waivers: usual_days must be at least 1 and no more than longest_days"
    if held.most_authorities < 0:
        yield "desk.yml: release: most_authorities is less than 0"
    for (return_id, period), due in held.calendar.items():
        if return_id not in catalogue.returns:
            yield f"desk.yml: calendar names the return {return_id!r}, which does not exist"
        if not due.source:
            yield f"desk.yml: calendar: {return_id} {period} names no source"
