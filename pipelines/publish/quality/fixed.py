"""The tables of comparison that follow from the specification alone: terms, breaks, bridges, covariates, comparators.

Nothing that depends on a figure of the edition belongs here.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.core.messages import say
from pipelines.publish.dimensions import Row, published_measures
from pipelines.publish.quality.funnel import POSITIONS
from pipelines.publish.quality.statistics import distances
from pipelines.publish.records import CAUSES, EXPLANATIONS, STATUSES
from schemas.catalogue import WALES, Catalogue
from schemas.model import Publication

TERMS = {
    "change": ("higher", "lower", "no_clear_change", "not_tested"),
    "not_tested_because": ("break", "withheld", "partial", "average"),
    "position": POSITIONS,
    "comparator_kind": ("wales", "region", "similar"),
    "cause": CAUSES,
    "coverage_reason": ("not_received", "stops_early", "system_changed", "no_population"),
    "standing": STATUSES,
    "explained_by": EXPLANATIONS,
    "comparability": ("same", "approximate", "break"),
}
"""Column -> the codes that stand in it; each has a message `publish.term.<column>.<code>`."""


def terms() -> Iterator[Row]:
    """Every code with its words in both languages."""
    for column, codes in TERMS.items():
        for order, code in enumerate(codes, 1):
            yield column, code, *(say(f"publish.term.{column}.{code}", lang) for lang in ("en", "cy")), order


def breaks(catalogue: Catalogue, publication: Publication) -> Iterator[Row]:
    """Breaks that concern a measure or a breakdown of the publication."""
    measures = {m.id for m in published_measures(catalogue, publication)}
    shown = {t.breakdown for t in publication.tables}
    for b in sorted(catalogue.comparing.all_breaks, key=lambda b: (b.at, b.id)):
        held, split = sorted(measures & set(b.measures)), sorted(shown & set(b.breakdowns))
        if held or split:
            yield b.id, b.at, " ".join(held), " ".join(split), b.title.en, b.title.cy, b.source, b.certainty


def bridges(catalogue: Catalogue) -> Iterator[Row]:
    """Ids of each concept, the older framework first; the verdict stands on the rows of the later framework."""
    for concept in catalogue.comparing.concepts.values():
        for held in sorted(concept.ids, key=lambda i: (i.since, i.framework, i.id)):
            title = catalogue.frameworks[held.framework].title
            pair = concept.bridge_to(held.framework)
            told = (pair.framework_from, pair.verdict, pair.reason.en, pair.reason.cy) if pair else ("", "", "", "")
            named = (concept.id, concept.title.en, concept.title.cy, held.framework, title.en, title.cy)
            about = (" ".join(concept.measures), concept.source, concept.certainty)
            yield *named, held.id, held.since, held.until, *told, *about


def covariates(catalogue: Catalogue) -> Iterator[Row]:
    """The numbers by which authorities are called similar."""
    held = catalogue.comparing.comparators
    for area in catalogue.authorities:
        for c, value in zip(held.covariates, held.points[area], strict=True):
            yield area, c.id, c.title.en, c.title.cy, round(value, 6), f"{held.source} ({held.vintage})"


def comparators(catalogue: Catalogue) -> Iterator[Row]:
    """Wales, the region and the nearest authorities of each authority; ties go by code."""
    held = catalogue.comparing.comparators
    found = distances(held.points)
    said = (held.method.en, held.method.cy, held.vintage)
    for area, authority in catalogue.authorities.items():
        yield area, WALES, "wales", None, None, *said
        yield area, authority.region, "region", None, None, *said
        near = sorted((d, other) for (one, other), d in found.items() if one == area)
        for rank, (distance, other) in enumerate(near[: held.n_neighbours], 1):
            yield area, other, "similar", rank, round(distance, 6), *said
