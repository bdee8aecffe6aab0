"""The whole sample: fit targets, simulate lives, write returns, exports, truth and manifest.

How each of these is done stands in its own module; the command line does not belong here.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.core.errors import UsageError
from pipelines.core.files import atomic_write
from pipelines.core.periods import Period
from pipelines.synthetic import breaks, defects, exports, further, manifest, simulate, truth, writers
from pipelines.synthetic.balance import MarginsImpossible
from pipelines.synthetic.calibrate import calibrate
from pipelines.synthetic.extras import review_on, surround
from pipelines.synthetic.life import Child
from pipelines.synthetic.people import Register
from pipelines.synthetic.places import Geography
from pipelines.synthetic.published import DEFAULT_REFERENCE, Published
from pipelines.synthetic.records import PlantedDefect, SampleFile, SampleManifest, SampleSpec, Step, Target
from pipelines.synthetic.shares import Country
from pipelines.synthetic.simulate import Flows, World
from pipelines.synthetic.tables import Holdings
from pipelines.synthetic.targets import fit, scaled
from pipelines.synthetic.wales import national

if TYPE_CHECKING:
    from schemas.catalogue import Catalogue

FIRST_YEAR, LAST_YEAR = "2016-17", "2023-24"
"""The years for which published figures are held."""
FITTED = tuple(str(Period.of_year(year)) for year in range(2014, 2024))
"""The years that targets are fitted for: always all of them, because one year's shape leans on the others."""
LEGACY_YEAR, LEGACY_AUTHORITIES = "2015-16", ("W06000002", "W06000012", "W06000020")
"""The last year of the older return; only these authorities send it, so that a partial coverage is in the sample."""
TOGETHER = 2
"""Quarters that are simulated as one step; what surrounds care is drawn up to their end, and goes on from there."""
LEAST_CHILDREN = 40
"""Children for each authority below which a sample is not promised to fit its figures."""


@dataclass(frozen=True)
class Plan:
    """What a run does: the authorities, the steps to simulate, the periods to write, and the size."""

    spec: SampleSpec
    country: Country
    authorities: tuple[str, ...]
    opening: str
    steps: tuple[Step, ...]
    factor: float

    @property
    def quarters(self) -> tuple[str, ...]:
        """Quarters that are simulated after the last year."""
        return self.spec.quarters or ()

    @property
    def exported(self) -> tuple[str, ...]:
        """Quarters that are exported: the last one that a census settles, and those after it."""
        return (f"{self.spec.last}Q4", *self.quarters) if self.quarters else ()

    @property
    def written(self) -> tuple[str, ...]:
        """Years that are returned."""
        return tuple(s.period for s in self.steps if self.spec.first <= s.period <= self.spec.last)


def make(catalogue: Catalogue, spec: SampleSpec, out: Path) -> SampleManifest:
    """Write the sample under `out`: `returns/`, `exports/`, `truth.csv`, `manifest.json` and a card.

    Re-running replaces both folders and gives the same bytes. Raises UsageError for years that no published figure
    is held for and for a sample too small for its figures, and UnreadableError when the reference folder is missing.
    """
    plan = prepare(catalogue, spec)
    spec = plan.spec
    try:
        targets, world = fit_targets(plan), new_world(catalogue, plan)
        live(plan, world, targets)
    except MarginsImpossible:
        raise UsageError("synthetic.too_small", least=LEAST_CHILDREN) from None
    holdings = {a: Holdings(a, world.children[a], spec.seed) for a in plan.authorities}
    for name in ("returns", "exports"):
        shutil.rmtree(out / name, ignore_errors=True)
    files, planted = _write_returns(catalogue, plan, holdings, out)
    counts = _count(plan, world)
    files += _write_exports(catalogue, plan, holdings, (out, counts))
    atomic_write(out / "truth.csv", truth.as_csv(counts), is_public=True)
    whole = {at: found for at, found in counts.items() if at != exports.MOVED[:2]}
    calibration = calibrate(plan.country, targets, whole, plan.factor)
    files = sorted(files, key=lambda f: f.path)
    made = SampleManifest(spec, manifest.GENERATOR_VERSION, tuple(files), calibration, tuple(planted), manifest.NOTES)
    atomic_write(out / "synthetic.provenance.yml", manifest.PROVENANCE, is_public=True)
    atomic_write(out / "manifest.json", manifest.as_json(made), is_public=True)
    return made


def _count(plan: Plan, world: World) -> dict[tuple[str, str], truth.Counts]:
    """True counts of every authority and every period that it sends something for."""
    return {
        (a, p): truth.count(world.children[a], exports.known_until(a, Step.of(p)))
        for a in plan.authorities
        for p in (*([LEGACY_YEAR] if _sends_legacy(plan, a) else []), *plan.written, *plan.exported)
        if (a, p) != exports.PENDING
    }


def prepare(catalogue: Catalogue, spec: SampleSpec) -> Plan:
    """Check the wish and turn it into steps."""
    first, last = Period(spec.first), Period(spec.last)
    if not FIRST_YEAR <= first <= last <= LAST_YEAR:
        raise UsageError("synthetic.years_not_held", first=FIRST_YEAR, last=LAST_YEAR)
    names = tuple(catalogue.authorities)
    if not 1 <= spec.authorities <= len(names):
        raise UsageError("synthetic.authorities", limit=len(names))
    quarters = tuple(map(str, last.next.quarters[:3])) if spec.quarters is None else spec.quarters
    start = first.previous if first == FIRST_YEAR else first
    by_name = {held.name.en: code for code, held in catalogue.authorities.items()}
    published = Published(spec.reference or DEFAULT_REFERENCE, by_name)
    steps = [Step.of(y) for y in FITTED if start <= y <= last] + _quarter_steps(quarters, last)
    series = national(published)
    country = Country(published, series, names, FITTED)
    full = series["stock", str(last)].value
    factor = 1.0 if spec.children is None else spec.children / full
    return Plan(
        replace(spec, quarters=quarters), country, names[: spec.authorities], start.previous, tuple(steps), factor
    )


def _quarter_steps(quarters: tuple[str, ...], last: Period) -> list[Step]:
    """The first two quarters together, as one step after the last year; each further quarter as a step of its own."""
    if not quarters:
        return []
    held = [Period(q) for q in quarters]
    expected = list(last.next.quarters[: len(held)])
    if held != expected:
        raise UsageError("synthetic.quarters_must_follow", expected=expected[0])
    first = held[:TOGETHER]
    return [
        Step(first[-1], first[0].start, first[-1].end, tuple(q.end for q in first)),
        *(Step.of(q) for q in held[TOGETHER:]),
    ]


def fit_targets(plan: Plan) -> dict[tuple[str, str], Target]:
    """(authority, period) -> target at the wanted size; a step of quarters ends as the year before it did."""
    full = fit(plan.country)
    if plan.spec.children is not None:
        n_all = sum(full[a, plan.spec.last].stock for a in plan.authorities)
        factor = plan.spec.children / n_all
        full = {key: scaled(target, factor) for key, target in full.items()}
    for step in plan.steps:
        if step.is_quarter:
            for a in plan.authorities:
                held = full[a, plan.spec.last]
                share = step.days / 365
                full[a, step.period] = replace(held, period=step.period, three_plus=round(held.three_plus * share))
    return {key: target for key, target in full.items() if key[0] in plan.authorities}


def new_world(catalogue: Catalogue, plan: Plan) -> World:
    """Registers and geography of all authorities; nobody lives yet."""
    code3 = {code: held.la3 for code, held in catalogue.authorities.items()}
    registers = {a: Register(a, code3[a], i) for i, a in enumerate(code3)}
    return World(plan.spec.seed, Geography(code3, catalogue.neighbours), registers)


def live(plan: Plan, world: World, targets: Mapping[tuple[str, str], Target]) -> None:
    """Simulate every step, short breaks beside care, and what surrounds care."""
    opening = {a: targets[a, plan.opening] for a in plan.authorities}
    simulate.populate(world, opening, Period(plan.opening).end, 0.65)
    resting: dict[str, list[Child]] = {a: [] for a in plan.authorities}
    first = sum(not s.is_quarter for s in plan.steps) + 1
    _go_through(plan, world, (plan.steps[:first], targets), resting)
    horizon = plan.steps[:first][-1].end + timedelta(days=1)
    for a in plan.authorities:
        surround(world.children[a], horizon, plan.spec.seed)
    _go_through(plan, world, (plan.steps[first:], targets), resting)
    for a in plan.authorities:
        review_on(world.children[a], (horizon, plan.steps[-1].end + timedelta(days=1)), plan.spec.seed)
        world.children[a].sort(key=lambda c: c.number)


Aims = tuple[tuple[Step, ...], Mapping[tuple[str, str], Target]]
"""Steps, and the targets of every authority and step."""


def _go_through(plan: Plan, world: World, aims_of: Aims, resting: dict[str, list[Child]]) -> None:
    steps, targets = aims_of
    for step in steps:
        aims = {a: targets[a, step.period] for a in plan.authorities}
        simulate.run(world, step, aims, flows(plan, step, targets))
        for a in plan.authorities:
            arrivals = world.arrivals(a, f"breaks:{step.period}")
            resting[a], new = breaks.run(resting[a], aims[a].short_breaks, step, arrivals)
            world.children[a] += new


def flows(plan: Plan, step: Step, targets: Mapping[tuple[str, str], Target]) -> Flows:
    """Flows of the authorities made, in proportion to their share of Wales and to the length of the step."""
    year = plan.spec.last if step.is_quarter else step.period
    series = plan.country.series
    made = sum(targets[a, year].stock for a in plan.authorities)
    share = made / series["stock", year].value * (step.days / 365 if year != step.period else 1)
    is_whole = plan.spec.children is None and len(plan.authorities) == len(plan.country.authorities)
    value = {
        c: series[c, year].value if is_whole and year == step.period else round(series[c, year].value * share)
        for c in ("starts", "adoptions", "returned_home", "abuse_starts")
    }
    ends = series["ends", year].value if is_whole and ("ends", step.period) in series else None
    return Flows(value["starts"], value["adoptions"], value["returned_home"], value["abuse_starts"], ends)


def _sends_legacy(plan: Plan, authority: str) -> bool:
    return plan.steps[0].period == LEGACY_YEAR and authority in LEGACY_AUTHORITIES


def _write_returns(
    catalogue: Catalogue, plan: Plan, holdings: Mapping[str, Holdings], out: Path
) -> tuple[list[SampleFile], list[PlantedDefect]]:
    """Every annual return, with its defects."""
    files: list[SampleFile] = []
    planted: list[PlantedDefect] = []
    for authority, held in holdings.items():
        for period in ([LEGACY_YEAR] if _sends_legacy(plan, authority) else []) + list(plan.written):
            form = catalogue.return_for("annual", period)
            if form is None:
                continue
            clean = writers.submission(catalogue, form, (authority, period), held.tables(Step.of(period)))
            path = f"returns/{period}/{clean.file_name}"
            given, found = defects.spoil(clean, path, plan.spec)
            planted += found
            content = writers.to_bytes(given)
            atomic_write(out / path, content, is_public=True)
            files.append(_file(path, content, (form.id, authority, period), (None, given.container)))
    return files, planted


Told = tuple[Path, dict[tuple[str, str], truth.Counts]]
"""Where files go, and the true counts, to which those of further tables are added."""


def _write_exports(catalogue: Catalogue, plan: Plan, holdings: Mapping[str, Holdings], told: Told) -> list[SampleFile]:
    """Every quarterly export but the one that is still awaited."""
    out, counts = told
    code3 = {code: held.la3 for code, held in catalogue.authorities.items()}
    files = []
    for quarter in plan.exported:
        step = Step.of(quarter)
        notified = further.placements_between(holdings, code3, step)
        for authority, held in holdings.items():
            profile = exports.profile_for(catalogue, authority, quarter)
            if profile is None or (authority, quarter) == exports.PENDING:
                continue
            sheets = [exports.sheet(catalogue, profile, held, exports.known_until(authority, step))]
            if exports.has_further(catalogue, authority, quarter):
                tables = further.tables(held, code3[authority], step, notified)
                counts[authority, quarter].update(further.count(tables))
                sheets += exports.further_sheets(catalogue, profile, tables, authority)
            container = exports.container_of(catalogue, authority, quarter)
            content = exports.to_bytes(sheets, container)
            path = f"exports/{quarter}/{authority}.{container}"
            atomic_write(out / path, content, is_public=True)
            files.append(_file(path, content, ("quarterly_export", authority, quarter), (profile.id, container)))
    return files


def _file(path: str, content: bytes, claim: tuple[str, str, str], kind: tuple[str | None, str]) -> SampleFile:
    digest = hashlib.sha256(content).hexdigest()
    return SampleFile(path, digest, len(content), claim[0], claim[1], claim[2], kind[0], kind[1])
