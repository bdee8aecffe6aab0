"""Which return, authority and period a submission is: what was claimed, what its cover says, what its content shows.

Reading files and casting cells do not belong here. A contradiction is refused; a silent guess would file a child's
year under the wrong name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from pipelines.conform import columns, layout
from pipelines.conform.reading.names import fold_name
from pipelines.conform.records import Claim, Grid
from pipelines.core.errors import UsageError
from pipelines.core.periods import Period

if TYPE_CHECKING:
    from pipelines.conform.faultlog import FaultLog
    from schemas.catalogue import Catalogue
    from schemas.model import ExportProfile, Return

LEAST_FIT = 0.4
"""Share of columns that must agree before a grid is taken for a table of a return."""


@dataclass
class Finding:
    """What is known so far; `sources` says where each part was read."""

    return_id: str | None = None
    authority_code: str | None = None
    period_id: str | None = None
    profile: ExportProfile | None = None
    sources: dict[str, str] = field(default_factory=dict)

    def settle(self, part: str, value: str | None, source: str) -> None:
        """Keep a part and where it was read, once it is known."""
        if value is not None and getattr(self, part) is None:
            setattr(self, part, value)
            self.sources[part] = source


@dataclass(frozen=True)
class Evidence:
    """The three witnesses: the sender's claim, the cover, the grids."""

    claim: Claim
    cover: Mapping[str, str]
    grids: Sequence[Grid]


def identify(catalogue: Catalogue, evidence: Evidence, log: FaultLog) -> Finding:
    """Return, authority and period as far as claim, cover and columns settle them; dates are asked later.

    Tells ID01 to ID05 and ID09; a part that is contradicted keeps the value of the content, so that the rest of the
    submission is still examined as what it seems to be.
    """
    finding = Finding()
    log.judge(("ID01", "ID02", "ID03", "ID04", "ID05", "ID06", "ID07", "ID08", "ID09", "ID10", "ID13"), 1)
    _settle_period(evidence, finding, log)
    _settle_return(catalogue, evidence, finding, log)
    _settle_authority(catalogue, evidence, finding, log)
    return finding


def periods_named(text: str) -> tuple[Period, ...]:
    """Periods that a text may mean: one for `2018-19` or `2024-25 Q1`, two for a bare `2019`, none where unreadable.

    A bare year is the year of the count at its end in some collections and the year of the start in others.
    """
    plain = text.strip()
    if plain.isdigit() and len(plain) == 4 and 1990 <= int(plain) <= 2098:
        return (Period.of_year(int(plain) - 1), Period.of_year(int(plain)))
    try:
        return (Period.parse(plain),)
    except UsageError:
        return ()


def _settle_period(evidence: Evidence, finding: Finding, log: FaultLog) -> None:
    claimed = periods_named(evidence.claim.period) if evidence.claim.period else ()
    stated_text = evidence.cover.get("year", "")
    stated = periods_named(stated_text) if stated_text else ()
    if (evidence.claim.period and not claimed) or (stated_text and not stated):
        log.add("ID09", "period_unreadable:" + ("claim" if not claimed and evidence.claim.period else "cover"))
    both = tuple(p for p in claimed if p in stated)
    if claimed and stated and not both:
        log.add("ID07", f"period:{_any(claimed)}:{_any(stated)}")
    agreed = both or stated or claimed
    if len(agreed) == 1:
        finding.settle("period_id", str(agreed[0]), "cover" if stated else "claim")


def _any(periods: Sequence[Period]) -> str:
    return "/".join(periods)


def _settle_return(catalogue: Catalogue, evidence: Evidence, finding: Finding, log: FaultLog) -> None:
    claimed = _return_named(catalogue, evidence.claim.return_id, evidence.claim.system)
    stated = _return_named(catalogue, evidence.cover.get("collection"), None)
    seen, finding.profile = _return_seen(catalogue, evidence, finding)
    if evidence.cover.get("collection") and not stated:
        log.add("ID13", "collection_unknown")
    if claimed and stated and claimed != stated:
        log.add("ID02", f"return:{claimed}:{stated}")
    said = stated or claimed
    if said and seen and said != seen and not _same_columns(catalogue, said, seen):
        log.add("ID02", f"return:{said}:{seen}")
        said = seen
    if seen is None:
        log.add("ID01", "return_unrecognised" + (f":{said}" if said else ""))
    finding.settle("return_id", said or seen, "cover" if stated else "claim" if claimed else "columns")


def _return_named(catalogue: Catalogue, name: str | None, system: str | None) -> str | None:
    """The return that an id, a collection code or a title means."""
    if system and not name:
        return "quarterly_export" if "quarterly_export" in catalogue.returns else None
    folded = fold_name(name or "")
    for held in catalogue.returns.values() if folded else ():
        spellings = (held.id, held.title.en, held.title.cy, *held.collection_codes)
        if folded in {fold_name(s) for s in spellings}:
            return held.id
    return None


def _return_seen(catalogue: Catalogue, evidence: Evidence, finding: Finding) -> tuple[str | None, ExportProfile | None]:
    """The return whose columns the grids show: an export profile, or the annual return of the period."""
    known = columns.all_columns(catalogue)
    headers = [
        layout.header_names(grid, row) for grid in evidence.grids if (row := layout.header_row(grid, known)) is not None
    ]
    profiles = [(_best(headers, [columns.profile_columns(p)]), p) for p in catalogue.export_profiles.values()]
    export_fit, profile = max(profiles, key=lambda entry: (entry[0], entry[1].id), default=(0.0, None))
    annual = [r for r in catalogue.returns.values() if r.layout]
    fits = {r.id: _best(headers, [t.folded for t in _tables(catalogue, r, finding.period_id)]) for r in annual}
    annual_fit = max(fits.values(), default=0.0)
    if max(export_fit, annual_fit) < LEAST_FIT:
        return None, None
    if export_fit > annual_fit:
        return "quarterly_export", profile
    return _annual(catalogue, evidence, finding, [r for r in annual if fits[r.id] >= annual_fit - 0.2]), None


def _tables(catalogue: Catalogue, held: Return, period: str | None) -> list[columns.TableColumns]:
    when = period if period and held.since <= period[:7] else columns.newest_period(held)
    return list(columns.table_columns(catalogue, held, when).values())


def _best(headers: Sequence[tuple[str | None, ...]], tables: Sequence[frozenset[str]]) -> float:
    return max((layout.fit(names, folded) for names in headers for folded in tables), default=0.0)


def _annual(catalogue: Catalogue, evidence: Evidence, finding: Finding, fitting: Sequence[Return]) -> str | None:
    """Among annual returns with the same columns the one said, else the one that was collected in the period."""
    ids = [r.id for r in fitting]
    for name in (evidence.cover.get("collection"), evidence.claim.return_id):
        said = _return_named(catalogue, name, None)
        if said in ids:
            return said
    if finding.period_id:
        held = catalogue.return_for("annual", finding.period_id)
        if held and held.id in ids:
            return held.id
    return ids[0] if ids else None


def _same_columns(catalogue: Catalogue, one: str, other: str) -> bool:
    """True for returns that carry the same tables under the same columns, which content cannot tell apart."""
    held = (catalogue.returns[one], catalogue.returns[other])
    return all(r.layout for r in held) and held[0].frequency == held[1].frequency


def _settle_authority(catalogue: Catalogue, evidence: Evidence, finding: Finding, log: FaultLog) -> None:
    claimed = _authority(catalogue, evidence.claim.authority, "claim", log)
    stated = _authority(catalogue, evidence.cover.get("authority"), "cover", log)
    if claimed and stated and claimed != stated:
        log.add("ID04", f"authority:{claimed}:{stated}")
    finding.settle("authority_code", stated or claimed, "cover" if stated else "claim")


def _authority(catalogue: Catalogue, name: str | None, witness: str, log: FaultLog) -> str | None:
    if not name or not name.strip():
        return None
    plain = name.strip()
    code = catalogue.area_code(plain) or catalogue.area_code(plain.removesuffix(".0"))
    if code not in catalogue.authorities:
        log.add("ID05", f"authority_unknown:{witness}")
        return None
    return code


def settle_from_column(catalogue: Catalogue, names: Sequence[str], finding: Finding, log: FaultLog) -> None:
    """The authority that a column of the export names; two authorities in one export are refused (ID11)."""
    log.judge(("ID11",), len(names))
    codes = sorted({code for name in names if (code := catalogue.area_code(name)) in catalogue.authorities and code})
    if len(codes) > 1:
        log.add("ID11", f"authorities:{len(codes)}")
    elif not codes:
        log.add("ID05", "authority_unknown:column")
    elif finding.authority_code and finding.authority_code != codes[0]:
        log.add("ID04", f"authority:{finding.authority_code}:{codes[0]}")
    if len(codes) == 1:
        finding.settle("authority_code", codes[0], "column")


Events = Mapping[date, int]
"""How many things happened on each day."""


def settle_from_dates(catalogue: Catalogue, events: Events, finding: Finding) -> None:
    """The period in which the newest events lie, where nothing says it; and the return of that period.

    The newest year counts that holds at least one event in twenty: a mistyped year far ahead is not a witness.
    """
    if finding.period_id is not None or not events:
        return
    held = catalogue.returns.get(finding.return_id or "")
    is_quarterly = held is not None and held.frequency == "quarterly"
    found = newest_period(events, is_quarterly=is_quarterly)
    finding.settle("period_id", found, "dates")
    if held and not is_quarterly and "return_id" in finding.sources and finding.sources["return_id"] == "columns":
        proper = catalogue.return_for(held.frequency, found)
        finding.return_id = proper.id if proper else finding.return_id


def newest_period(events: Events, *, is_quarterly: bool) -> str:
    """The newest period with at least one in twenty of the events (the newest of all where they are thinly spread)."""
    of = Period.quarter_of if is_quarterly else Period.year_of
    counts: dict[str, int] = {}
    for day, n in events.items():
        period = str(of(day))
        counts[period] = counts.get(period, 0) + n
    solid = [period for period, n in counts.items() if n * 20 >= sum(events.values())]
    return max(solid or counts)


LEAST_EVENTS = 20
"""Fewer events say nothing about the year: a small authority may have a quarter without any."""


def check_dates(catalogue: Catalogue, events: Events, finding: Finding, log: FaultLog) -> None:
    """Tell a file of another year (ID08), a return not collected in the period (ID10), and parts still missing."""
    held = catalogue.returns.get(finding.return_id or "")
    if finding.period_id and held:
        if not _is_collected(held, finding.period_id):
            log.add("ID10", f"not_collected:{held.id}:{finding.period_id}")
        _check_year(events, finding, held, log)
    if not finding.period_id and not log.has("ID09"):
        log.add("ID06", "period_missing")
    if not finding.authority_code and not log.has("ID05") and not log.has("ID11"):
        log.add("ID03", "authority_missing")


def _is_collected(held: Return, period: str) -> bool:
    """Whether a return is collected for a period: its span of years, and years or quarters."""
    is_begun = held.since <= period[:7] and (held.until is None or period[:7] <= held.until)
    return is_begun and Period(period).is_quarter == (held.frequency == "quarterly")


def _check_year(events: Events, finding: Finding, held: Return, log: FaultLog) -> None:
    n_events = sum(events.values())
    if n_events < LEAST_EVENTS or finding.sources.get("period_id") == "dates" or not finding.period_id:
        return
    period = Period(finding.period_id)
    first, last = period.start, period.end
    n_inside = sum(n for day, n in events.items() if first <= day <= last)
    n_after = sum(n for day, n in events.items() if day > last)
    # An export of open placements may have no event in its own quarter; an annual return without one is another year's.
    is_annual = held.frequency == "annual"
    if (is_annual and n_inside == 0) or 2 * n_after > n_events:
        found = newest_period(events, is_quarterly=not is_annual)
        log.add("ID08", f"period:{finding.period_id}:{found}")


def settle_from_snapshots(days: Sequence[date], finding: Finding, log: FaultLog) -> None:
    """The quarter of the newest snapshot; a quarter that was claimed and is another one is refused (ID07)."""
    found = str(Period.quarter_of(max(days)))
    if finding.period_id and finding.period_id != found:
        log.add("ID07", f"period:{finding.period_id}:{found}")
    finding.settle("period_id", found, "column")
