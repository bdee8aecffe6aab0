"""What may be compared with what: breaks in series, ids of frameworks bridged by concept, and similar authorities.

Working anything out from figures does not belong here; the mart does that (`pipelines/publish/quality`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.model import CERTAINTIES, Comparability, FrameworkId, Text
from schemas.sources import csv_rows, naming, record, yaml_file

if TYPE_CHECKING:
    from schemas.catalogue import Catalogue

ALTERNATIVE = re.compile(r"\w+( [+-] \w+)*")
VERDICTS = ("same", "approximate", "break")
SCALES = ("linear", "log")


@dataclass(frozen=True)
class Break:
    """From the year `at` on, these measures or breakdowns are another series than before."""

    id: str
    at: str
    breakdowns: tuple[str, ...]
    measures: tuple[str, ...]
    title: Text
    source: str
    certainty: str

    def concerns(self, measure_id: str, breakdown_id: str) -> bool:
        """Whether a series of this measure and breakdown is broken."""
        return measure_id in self.measures or breakdown_id in self.breakdowns


@dataclass(frozen=True)
class Concept:
    """One idea under the ids of several frameworks, with the measures of ours that answer to it."""

    id: str
    title: Text
    measures: tuple[str, ...]
    ids: tuple[FrameworkId, ...]
    bridges: tuple[Comparability, ...]
    source: str
    certainty: str

    def bridge_to(self, framework: str) -> Comparability | None:
        """How the figures of a framework compare with those of the one before it."""
        return next((b for b in self.bridges if b.framework_to == framework), None)


@dataclass(frozen=True)
class Alternative:
    """The same records counted by another definition: how much the definition alone moves a figure.

    `alternative` is another measure, or counts that are added and taken away: `CLA_STOCK + CLA_SHORT_BREAKS`.
    """

    id: str
    measure: str
    alternative: str
    title: Text
    source: str
    certainty: str

    @property
    def terms(self) -> tuple[tuple[int, str], ...]:
        """(1 or -1, measure) of each term of the alternative."""
        words = f"+ {self.alternative}".split()
        return tuple((-1 if sign == "-" else 1, name) for sign, name in zip(words[::2], words[1::2], strict=True))


@dataclass(frozen=True)
class Covariate:
    """A published number of each authority that similarity is measured by."""

    id: str
    title: Text
    value: str
    per: str | None
    scale: str


@dataclass(frozen=True)
class Comparators:
    """How similar authorities are chosen, and the covariates of each: authority -> values in their order."""

    n_neighbours: int
    method: Text
    vintage: str
    source: str
    certainty: str
    covariates: tuple[Covariate, ...]
    points: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True)
class Comparing:
    """Everything the specification says about comparison."""

    breaks: tuple[Break, ...]
    concepts: Mapping[str, Concept]
    alternatives: tuple[Alternative, ...]
    comparators: Comparators
    forecasts: tuple[str, ...]
    """Counts on a day whose 31 March is forecast from the newest quarter."""

    @property
    def all_breaks(self) -> tuple[Break, ...]:
        """The breaks written down, and one for each pair of frameworks whose figures do not compare."""
        return (*self.breaks, *(b for c in self.concepts.values() if c.measures for b in _of_frameworks(c)))


def _of_frameworks(concept: Concept) -> Iterator[Break]:
    for bridge in concept.bridges:
        if bridge.verdict == "break":
            at = min(i.since for i in concept.ids if i.framework == bridge.framework_to)
            held = f"{concept.id}_{bridge.framework_to}"
            yield Break(held, at, (), concept.measures, bridge.reason, concept.source, concept.certainty)


def read(spec: Path) -> Comparing:
    """What `comparability.yml`, `comparators.yml` and `authority_context.csv` say, unchecked."""
    raw = yaml_file(spec / "comparability.yml")
    return Comparing(
        tuple(_break(b) for b in raw["breaks"]),
        {key: _concept(key, held) for key, held in raw["concepts"].items()},
        tuple(
            record(Alternative, f"comparability.yml, alternative {a.get('id')}", {**a, "title": _text(a)})
            for a in raw["alternatives"]
        ),
        _comparators(spec),
        tuple(raw["forecasts"]),
    )


def _text(raw: Mapping[str, Any]) -> Text:
    return Text(**raw["title"])


def _break(raw: Mapping[str, Any]) -> Break:
    lists = {name: tuple(raw.get(name) or ()) for name in ("breakdowns", "measures")}
    return record(Break, f"comparability.yml, break {raw.get('id')}", {**raw, **lists, "title": _text(raw)})


def _concept(key: str, raw: Mapping[str, Any]) -> Concept:
    where = f"comparability.yml, concept {key}"
    with naming(where):
        ids = tuple(FrameworkId(**i) for i in raw["ids"])
        bridges = tuple(Comparability(b["from"], b["to"], b["verdict"], Text(**b["reason"])) for b in raw["bridges"])
        own = {"id": key, "title": _text(raw), "measures": tuple(raw["measures"]), "ids": ids, "bridges": bridges}
        return record(Concept, where, {**raw, **own})


def _comparators(spec: Path) -> Comparators:
    raw = yaml_file(spec / "comparators.yml")
    with naming("comparators.yml"):
        held = tuple(Covariate(key, **{**c, "title": _text(c)}) for key, c in raw["covariates"].items())
        points = {row["gss"]: tuple(_value(c, row) for c in held) for row in csv_rows(spec / "authority_context.csv")}
        named = {"method": Text(**raw["method"]), "covariates": held, "points": points}
        return record(Comparators, "comparators.yml", {**raw, **named})


def _value(covariate: Covariate, row: Mapping[str, str]) -> float:
    value = float(row[covariate.value]) / (float(row[covariate.per]) if covariate.per else 1.0)
    return math.log(value) if covariate.scale == "log" else value


def faults(c: Catalogue) -> Iterator[str]:
    """Every record that names something that does not exist, or says of a measure what the measure does not say."""
    for b in c.comparing.breaks:
        where = f"break {b.id}"
        yield from (f"{where}: measure {m!r} does not exist" for m in b.measures if m not in c.measures)
        yield from (f"{where}: breakdown {k!r} does not exist" for k in b.breakdowns if k not in c.breakdowns)
        if b.at not in c.years:
            yield f"{where}: {b.at!r} is none of the years of frameworks.yml"
    for concept in c.comparing.concepts.values():
        yield from _concept_faults(c, concept)
    for a in c.comparing.alternatives:
        yield from (f"alternative {a.id}: {fault}" for fault in _alternative_faults(c, a))
    ids = [a.id for a in c.comparing.alternatives]
    yield from (f"alternative {i}: the id stands twice" for i in sorted({i for i in ids if ids.count(i) > 1}))
    yield from (f"forecast: measure {m!r} does not exist" for m in c.comparing.forecasts if m not in c.measures)
    lacking = sorted(set(c.authorities) ^ set(c.comparing.comparators.points))
    yield from (f"authority_context.csv: {code} is not one authority with one row" for code in lacking)
    words = {c.comparing.comparators.certainty, *(b.certainty for b in c.comparing.breaks)}
    words |= {k.certainty for k in c.comparing.concepts.values()} | {a.certainty for a in c.comparing.alternatives}
    yield from (f"comparability: certainty {word!r} is unknown" for word in sorted(words - set(CERTAINTIES)))


def _alternative_faults(c: Catalogue, a: Alternative) -> Iterator[str]:
    if not ALTERNATIVE.fullmatch(a.alternative):
        yield f"{a.alternative!r} is neither a measure nor measures with + and - between them"
        return
    names = [a.measure, *(name for _, name in a.terms)]
    yield from (f"measure {name!r} does not exist" for name in names if name not in c.measures)
    units = {c.measures[name].unit for name in names if name in c.measures}
    if len(units) > 1 or (len(a.terms) > 1 and units - {"count"}):
        yield f"figures of {', '.join(sorted(units))} cannot be set beside each other so"
    if a.terms == ((1, a.measure),):
        yield "is the measure itself"


def _concept_faults(c: Catalogue, concept: Concept) -> Iterator[str]:
    where = f"concept {concept.id}"
    frameworks = {i.framework for i in concept.ids}
    yield from (f"{where}: framework {f!r} does not exist" for f in sorted(frameworks - set(c.frameworks)))
    for bridge in concept.bridges:
        if bridge.verdict not in VERDICTS:
            yield f"{where}: verdict {bridge.verdict!r} is none of {', '.join(VERDICTS)}"
        if not {bridge.framework_from, bridge.framework_to} <= frameworks:
            yield f"{where}: a bridge names a framework that gave it no id"
    for name in concept.measures:
        if name not in c.measures:
            yield f"{where}: measure {name!r} does not exist"
            continue
        measure = c.measures[name]
        yield from (
            f"{where}: {name} has another id {i.id} {i.since}" for i in measure.framework_ids if i not in concept.ids
        )
        told = {(k.framework_from, k.framework_to): k.verdict for k in concept.bridges}
        for k in measure.comparability:
            if told.get((k.framework_from, k.framework_to)) != k.verdict:
                yield f"{where}: {name} says another verdict from {k.framework_from} to {k.framework_to}"


def texts(comparing: Comparing) -> Iterator[tuple[str, Text]]:
    """(where it stands, text) of every public string."""
    for b in comparing.breaks:
        yield f"break {b.id}", b.title
    for concept in comparing.concepts.values():
        yield f"concept {concept.id}", concept.title
        yield from (
            (f"concept {concept.id}, {b.framework_from} to {b.framework_to}", b.reason) for b in concept.bridges
        )
    yield from ((f"alternative {a.id}", a.title) for a in comparing.alternatives)
    yield "comparators method", comparing.comparators.method
    yield from ((f"covariate {k.id}", k.title) for k in comparing.comparators.covariates)
