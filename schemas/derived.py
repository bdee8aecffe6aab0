"""Comparisons that are worked out from published figures: changes, shares, ratios, ranks, fits, and the seed figures.

Working them out does not belong here (see `pipelines/publish/derived`); a measure counted from records is a `Measure`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.model import CERTAINTIES, Text
from schemas.sources import csv_rows, naming, record, yaml_file

if TYPE_CHECKING:
    from schemas.catalogue import Catalogue

OPERATIONS = (
    "change",
    "percent_change",
    "difference",
    "sum",
    "ratio",
    "share",
    "rank",
    "extremes",
    "fit",
    "beside",
    "from_elsewhere",
    "from_elsewhere_percent",
    "year_to_date",
)
"""`change`, `percent_change`: against `years` before; `share`: of the total of its breakdown, in percent; `fit`: the
straight line through the authorities (slope, intercept, correlation); `from_elsewhere`: of a breakdown whose categories
are authorities, what the others put into each of them (`_percent`: for each hundred of its own); `year_to_date`: the
quarters of a year so far; `beside`: a figure held, as it is."""
TWO_SIDED = ("difference", "sum", "ratio", "fit")
OPERAND = re.compile(r"(?:(?P<dataset>[a-z0-9_]+):)?(?P<measure>\w+)(?:/(?P<breakdown>\w+)(?:=(?P<category>\w+))?)?")
MEASURED, DERIVED, TABLE, NOT_MEASURABLE = "measure", "derived", "table", "not_measurable"


@dataclass(frozen=True)
class Operand:
    """A published series: a measure of ours (whole, by a breakdown, one category), or one of an open data set."""

    text: str
    dataset: str | None
    measure: str
    breakdown: str
    category: str | None

    @classmethod
    def of(cls, text: str) -> Operand:
        """`CLA_RATE`, `CLA_STOCK/sex`, `CLA_STOCK/sex=F`, `social_work_staff:social_workers`."""
        held = OPERAND.fullmatch(text)
        if held is None:
            raise ValueError(f"{text!r} is no operand")
        return cls(text, held["dataset"], held["measure"], held["breakdown"] or "total", held["category"])


@dataclass(frozen=True)
class Derived:
    """A comparison as data, over figures of the edition and of open data sets, never over counts before protection."""

    id: str
    title: Text
    definition: Text
    operation: str
    left: Operand
    right: Operand | None
    unit: str
    years: int
    scale: float
    decimals: int
    seed_figures: tuple[str, ...]
    source: str
    certainty: str
    caveats: Text | None = None


@dataclass(frozen=True)
class SeedFigure:
    """One figure of the source documents; `tables`: of the mart that answer it beside measures, each with the query
    whose rows are its answer; `why` not, where so."""

    id: str
    concept: Text
    document: int
    where: str
    reference_date: str
    printed_value: str
    source_kind: str
    tables: Mapping[str, str]
    why: Text | None


@dataclass(frozen=True)
class Deriving:
    """Everything the specification says about comparisons and the figures they answer."""

    derived: Mapping[str, Derived]
    figures: Mapping[str, SeedFigure]


def read(spec: Path) -> Deriving:
    """What `derived.yml`, `figures.yml` and `seed_figures.csv` say, unchecked."""
    raw = yaml_file(spec / "derived.yml")["derived"]
    said = yaml_file(spec / "figures.yml")["figures"]
    held = {k: _derived(k, v) for k, v in raw.items()}
    return Deriving(held, {r["id"]: _figure(r, said.get(r["id"]) or {}) for r in csv_rows(spec / "seed_figures.csv")})


def _text(value: Mapping[str, Any] | None) -> Text:
    value = value or {}
    return Text(str(value.get("en") or ""), str(value.get("cy") or ""), value.get("cy_source"))


def _derived(name: str, raw: Mapping[str, Any]) -> Derived:
    with naming(f"derived.yml, {name}"):
        plain = {"unit": "count", "years": 0, "scale": 1.0, "decimals": 1, "certainty": "derived", **raw}
        sides = {"left": Operand.of(raw["left"]), "right": Operand.of(raw["right"]) if raw.get("right") else None}
        said = {k: _text(raw.get(k)) for k in ("title", "definition")}
        seeds = tuple(raw.get("seed_figures") or ())
        caveats = _text(raw["caveats"]) if raw.get("caveats") else None
        own = {"id": name, "seed_figures": seeds, "caveats": caveats}
        return record(Derived, f"derived.yml, {name}", {**plain, **own, **said, **sides})


def _figure(row: Mapping[str, str], raw: Mapping[str, Any]) -> SeedFigure:
    with naming(f"figures.yml, {row['id']}"):
        return SeedFigure(
            row["id"],
            Text(row["concept"], str(raw["cy"])),
            int(row["seed"][:3]) + 1,
            row["where"],
            row["reference_date"],
            row["printed_value"],
            row["source_kind"],
            dict(raw.get("tables") or {}),
            _text(raw["why"]) if raw.get("why") else None,
        )


def answering(c: Catalogue) -> dict[str, tuple[str, ...]]:
    """Figure -> ids of measures, then of comparisons, that answer it, in the order of the specification."""
    found: dict[str, list[str]] = {f: [] for f in c.deriving.figures}
    named = [(m.id, m.seed_figures) for m in c.measures.values()]
    named += [(d.id, d.seed_figures) for d in c.deriving.derived.values()]
    for name, figures in named:
        for one in figures:
            found.setdefault(one, []).append(name)
    return {k: tuple(v) for k, v in found.items()}


def faults(c: Catalogue) -> Iterator[str]:
    """Names that do not exist, and figures that nothing answers."""
    for d in c.deriving.derived.values():
        yield from (f"derived.yml, {d.id}: {fault}" for fault in _faults(c, d))
    answered = answering(c)
    for one in sorted(set(answered) - set(c.deriving.figures)):
        yield f"figure {one!r}, which a measure or a comparison names, is not in seed_figures.csv"
    for f in c.deriving.figures.values():
        if not answered[f.id] and not f.tables and f.why is None:
            yield f"figures.yml, {f.id}: nothing answers it, and no reason is given"


def _faults(c: Catalogue, d: Derived) -> Iterator[str]:
    if d.operation not in OPERATIONS:
        yield f"operation {d.operation!r} is none of {', '.join(OPERATIONS)}"
    if (d.operation in TWO_SIDED) != (d.right is not None):
        yield f"{d.operation} has {'two sides' if d.operation in TWO_SIDED else 'one side'}"
    if d.certainty not in CERTAINTIES:
        yield f"certainty {d.certainty!r} is none of {', '.join(CERTAINTIES)}"
    if d.id in c.measures:
        yield "is the id of a measure too"
    for side in filter(None, (d.left, d.right)):
        yield from _side_faults(c, side)


def _side_faults(c: Catalogue, side: Operand) -> Iterator[str]:
    if side.dataset:
        if side.dataset not in c.extract_cards:
            yield f"data set {side.dataset!r} has no card"
    elif side.measure not in c.measures:
        yield f"measure {side.measure!r} does not exist"
    elif side.breakdown not in ("total", *c.measures[side.measure].breakdowns):
        yield f"{side.measure} has no breakdown {side.breakdown!r}"


def texts(deriving: Deriving) -> Iterator[tuple[str, Text]]:
    """Every public string."""
    for d in deriving.derived.values():
        yield f"comparison {d.id} title", d.title
        yield f"comparison {d.id} definition", d.definition
        if d.caveats:
            yield f"comparison {d.id} caveats", d.caveats
    for f in deriving.figures.values():
        yield f"figure {f.id}", f.concept
        if f.why:
            yield f"figure {f.id} why", f.why
