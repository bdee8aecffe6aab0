"""The figures that the source documents print or ask for, with what answers each, as Markdown.

Answers are not worked out here: `mesur figures --out schemas/spec/figure_answers.csv` keeps those of the sample.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from schemas.catalogue import Catalogue
from schemas.derive.dictionary import framework_ids
from schemas.derive.markdown import grid
from schemas.derived import Derived, SeedFigure, answering
from schemas.model import Measure

PATH = "docs/figures.md"
INTRO = (
    "What the five source documents print or ask for, figure by figure: the measures, comparisons and tables that "
    "answer it, from which tables of which returns they come, and what the edition of the bundled sample says. The "
    "sample's children are synthetic, so its answers are no statistics; where a series beside them is made up too, the "
    "measure says so. Generated from the specification; `./mesur figures` asks the latest edition, and the views "
    "`figure_answers_en` and `figure_answers_cy` of the mart hold every value."
)
Answers = Mapping[str, Mapping[str, str]]


def figures_page(c: Catalogue, kept: Sequence[Mapping[str, str]]) -> str:
    """The page; `kept` are the rows of `figure_answers.csv`."""
    answers = {row["id"]: row for row in kept}
    held = answering(c)
    n_held = sum(bool(held[f.id] or f.tables) for f in c.deriving.figures.values())
    lines = ["# Figures and what answers them", "", INTRO, ""]
    lines += [f"{n_held} of {len(c.deriving.figures)} figures have an answer.", "", "## Figures", ""]
    heads = ["Figure", "Asked for", "Date", "Printed", "Where", "Answered by", "From", "In the bundled sample"]
    lines += grid(heads, (_figure(c, f, (held[f.id], answers)) for f in c.deriving.figures.values()))
    lines += ["## Measures named above", "", *_measures(c), "## Comparisons named above", "", *_derived(c)]
    return "\n".join(lines).rstrip() + "\n"


def _figure(c: Catalogue, f: SeedFigure, given: tuple[Sequence[str], Answers]) -> Iterator[str]:
    held, answers = given
    yield f.id
    yield f.concept.en
    yield f.reference_date or "none given"
    yield f.printed_value
    yield f"document {f.document}, {f.where} ({f.source_kind})"
    named = [*(f"[`{one}`](#{one.lower()})" for one in held), *(f"table `{t}`" for t in f.tables)]
    yield ", ".join(named) or f"not measurable: {f.why.en if f.why else ''}"
    yield "; ".join(dict.fromkeys(_source(c, one) for one in held)) or "none"
    kept = answers.get(f.id)
    yield (
        f"{kept['status']}: {kept['answer']}"
        if kept and kept["answer"]
        else kept["status"]
        if kept
        else "not built yet"
    )


def _source(c: Catalogue, one: str) -> str:
    """Fact and returns of a measure; the two sides of a comparison."""
    if one in c.measures:
        m = c.measures[one]
        return f"{m.fact} ({', '.join(m.returns)})"
    d = c.deriving.derived[one]
    return " and ".join(side.text for side in (d.left, d.right) if side)


def _measures(c: Catalogue) -> Iterator[str]:
    heads = ["Measure", "Title", "Unit", "Breakdowns", "Ids in performance frameworks", "Figures"]
    yield from grid(heads, (_measure(c, m) for m in c.measures.values() if m.seed_figures))


def _measure(c: Catalogue, m: Measure) -> Iterator[str]:
    yield f'<a id="{m.id.lower()}"></a>`{m.id}`'
    yield m.title.en
    yield m.unit
    yield ", ".join(m.breakdowns) or "none"
    yield _frameworks(c, m)
    yield ", ".join(m.seed_figures)


def _derived(c: Catalogue) -> Iterator[str]:
    rows = (_comparison(d) for d in c.deriving.derived.values() if d.seed_figures)
    yield from grid(["Comparison", "Title", "Operation", "Figures"], rows)


def _comparison(d: Derived) -> Iterator[str]:
    yield f'<a id="{d.id.lower()}"></a>`{d.id}`'
    yield d.title.en
    yield d.operation
    yield ", ".join(d.seed_figures)


def _frameworks(c: Catalogue, m: Measure) -> str:
    if not m.framework_ids:
        return "none"
    breaks = [f"{k.framework_from} to {k.framework_to}: {k.verdict}, {k.reason.en}" for k in m.comparability]
    return ". ".join([framework_ids(m), *breaks])
