"""The figures that the source documents print or ask for, each with the measures that answer it, as Markdown.

Their values do not belong here: `mesur figures` reads them from the published edition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from schemas.catalogue import Catalogue
from schemas.derive.dictionary import framework_ids
from schemas.derive.markdown import grid
from schemas.model import Measure

PATH = "docs/figures.md"
INTRO = (
    "What the five source documents print or ask for, figure by figure, and the measures of this project that answer "
    "it. A figure without a measure needs a table that is not collected yet, a comparison of several measures, or a "
    "data set that is not about children looked after. Generated from `schemas/spec/seed_figures.csv` and the "
    "measures; `./mesur figures` says what the latest edition answers."
)


def figures_page(c: Catalogue, figures: Sequence[Mapping[str, str]]) -> str:
    """The page; `figures` are the rows of `seed_figures.csv`."""
    answering = {f["id"]: [m for m in c.measures.values() if f["id"] in m.seed_figures] for f in figures}
    n_held = sum(bool(held) for held in answering.values())
    lines = ["# Figures and the measures that answer them", "", INTRO, ""]
    lines += [f"{n_held} of {len(figures)} figures have a measure.", "", "## Figures", ""]
    lines += grid(
        ["Figure", "Asked for", "Date", "Printed", "Where", "Source", "Measures"],
        (_figure(f, answering[f["id"]]) for f in figures),
    )
    lines += ["## Measures named above", "", *_measures(c)]
    return "\n".join(lines).rstrip() + "\n"


def _figure(row: Mapping[str, str], held: Sequence[Measure]) -> Iterator[str]:
    yield row["id"]
    yield row["concept"]
    yield row["reference_date"] or "none given"
    yield row["printed_value"]
    yield f"document {int(row['seed'][:3]) + 1}, {row['where']}"
    yield row["source_kind"]
    yield ", ".join(f"[`{m.id}`](#{m.id.lower()})" for m in held) or "none yet"


def _measures(c: Catalogue) -> Iterator[str]:
    rows = (
        (
            f'<a id="{m.id.lower()}"></a>`{m.id}`',
            m.title.en,
            m.unit,
            ", ".join(m.breakdowns) or "none",
            _frameworks(c, m),
            ", ".join(m.seed_figures),
        )
        for m in c.measures.values()
        if m.seed_figures
    )
    yield from grid(["Measure", "Title", "Unit", "Breakdowns", "Ids in performance frameworks", "Figures"], rows)


def _frameworks(c: Catalogue, m: Measure) -> str:
    if not m.framework_ids:
        return "none"
    breaks = [f"{k.framework_from} to {k.framework_to}: {k.verdict}, {k.reason.en}" for k in m.comparability]
    return ". ".join([framework_ids(m), *breaks])
