"""The attack ladder on one year of the bundled sample: today's practice against ours, row by row.

It reads the cells of a build and writes the page; what the attack does belongs to `pipelines.audit`.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.audit.attack import Aim, Practice, Sources, System, attack, system_of
from pipelines.core.settings import PROJECT, Settings
from pipelines.disclosure import protect
from schemas import Catalogue, load
from schemas.catalogue import WALES

YEAR = "2022-23"
BREAKDOWNS = ("age_band", "placement", "legal_status", "ethnicity", "need")
SMALL = range(1, 5)
WORDS = {
    "en": {
        "title": "What an outsider can work out: today’s practice and ours",
        "intro": (
            "One year of the bundled synthetic sample ({year}), children looked after at the period end by age, "
            "placement, legal status, ethnic group and need. The attacker knows the rules and everything published, and "  # noqa: E501
            "solves two linear programmes for each hidden count; with today’s practice every hidden count is known to be 1 to 4. "  # noqa: E501
            "Made by `python -m benchmarks.attack_ladder`."
        ),
        "head": ("What is published", "hidden", "known exactly", "two values", "all of 1 to 4 possible"),
        "one": "One table, rounded to 5, no regions", "one_exact": "The same, not rounded",
        "five": "Five tables, rounded to 5, no regions", "five_exact": "Five tables, not rounded",
        "regions": "Five tables and regions, rounded to 5", "regions_exact": "Five tables and regions, not rounded",
        "totals": "Rounded to 5, with exact figures for Wales and exact totals of authorities",
        "percent0": "Rounded to 5, with whole percentages from unrounded counts",
        "percent1": "Rounded to 5, with percentages to one decimal from unrounded counts",
        "all": "Rounded to 5, with exact Wales, exact totals and percentages to one decimal",
        "ours": "Ours: everything this project publishes of that year, all tables and measures",
    },
    "cy": {
        "title": "Yr hyn y gall rhywun o’r tu allan ei ganfod: yr arfer heddiw a’n harfer ni",
        "intro": (
            "Un flwyddyn o’r sampl synthetig ({year}), plant sy’n derbyn gofal ar ddiwedd y cyfnod yn ôl oedran, "
            "lleoliad, statws cyfreithiol, grŵp ethnig ac angen. Mae’r ymosodwr yn gwybod y rheolau a phopeth a gyhoeddwyd, ac yn "  # noqa: E501
            "datrys dwy raglen linol ar gyfer pob cyfrif cudd; gyda’r arfer heddiw mae’n hysbys bod pob cyfrif cudd rhwng "  # noqa: E501
            "1 a 4. Gwnaed gan `python -m benchmarks.attack_ladder`."
        ),
        "head": ("Yr hyn a gyhoeddir", "cudd", "yn hysbys yn union", "dau werth", "pob un o 1 i 4 yn bosibl"),
        "one": "Un tabl, wedi’i dalgrynnu i 5, heb ranbarthau", "one_exact": "Yr un peth, heb ei dalgrynnu",
        "five": "Pum tabl, wedi’u talgrynnu i 5, heb ranbarthau", "five_exact": "Pum tabl, heb eu talgrynnu",
        "regions": "Pum tabl a rhanbarthau, wedi’u talgrynnu i 5",
        "regions_exact": "Pum tabl a rhanbarthau, heb eu talgrynnu",
        "totals": "Wedi’u talgrynnu i 5, gyda ffigurau union i Gymru a chyfansymiau union awdurdodau",
        "percent0": "Wedi’u talgrynnu i 5, gyda chanrannau cyfan o gyfrifon heb eu talgrynnu",
        "percent1": "Wedi’u talgrynnu i 5, gyda chanrannau i un lle degol o gyfrifon heb eu talgrynnu",
        "all": "Wedi’u talgrynnu i 5, gyda Chymru’n union, cyfansymiau union a chanrannau i un lle degol",
        "ours": "Ein harfer ni: popeth y mae’r prosiect hwn yn ei gyhoeddi am y flwyddyn honno, pob tabl a mesur",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Rung:
    """One way to publish: how many tables, whether with regions, rounded to what, and what stands beside."""

    name: str
    n_tables: int = len(BREAKDOWNS)
    has_regions: bool = True
    base: int = 5
    has_totals: bool = False
    decimals: int | None = None


RUNGS = (
    Rung("one", n_tables=1, has_regions=False), Rung("one_exact", n_tables=1, has_regions=False, base=1),
    Rung("five", has_regions=False), Rung("five_exact", has_regions=False, base=1),
    Rung("regions"), Rung("regions_exact", base=1), Rung("totals", has_totals=True),
    Rung("percent0", decimals=0), Rung("percent1", decimals=1), Rung("all", has_totals=True, decimals=1),
)  # fmt: skip
Truth = dict[tuple[str, str, str], int]
Counts = tuple[int, int, int, int]


def truth_of(cells: pl.DataFrame) -> Truth:
    """Counts by (breakdown, code, area) of the year."""
    held = cells.filter(
        (pl.col("measure_id") == "CLA_STOCK") & (pl.col("period_id") == YEAR),
        pl.col("breakdown_id").is_in([*BREAKDOWNS, "total"]),
        pl.col("numerator").is_not_null(),
    )
    return {(b, c, a): n for b, c, a, n in held.select(
        "breakdown_id", "breakdown_code", "area_code", "numerator").iter_rows()}  # fmt: skip


def rung_system(catalogue: Catalogue, truth: Truth, rung: Rung) -> System:
    """What an outsider holds under today's practice: small counts hidden, nothing hidden to protect them."""
    practice = Practice(base=rung.base, hidden_min=1, hidden_max=4)
    region = {a.gss: a.region for a in catalogue.authorities.values()}
    used = {"total", *BREAKDOWNS[: rung.n_tables]}
    held = {k: n for k, n in truth.items() if k[0] in used and (rung.has_regions or k[2] in region or k[2] == WALES)}
    made = System()
    for (b, c, a), n in held.items():
        base = rung.base
        shown = None if n in SMALL else (2 * n + base) // (2 * base) * base
        made.add(f"{b} {c} {a}", practice.interval(shown), is_hidden=n in SMALL)
        if rung.has_totals and (a == WALES or b == "total"):
            made.add(f"{b} {c} {a}", (n, n))
    _sums(made, held, region)
    if rung.decimals is not None:
        _percentages(made, held, region, rung.decimals)
    return made


def _sums(made: System, held: Truth, region: dict[str, str]) -> None:
    parts: dict[str, list[str]] = {}
    for b, c, a in held:
        if b != "total":
            parts.setdefault(f"total T {a}|{b}", []).append(f"{b} {c} {a}")
        above = region.get(a) if (b, c, region.get(a, "")) in held else WALES
        if a != WALES:
            parts.setdefault(f"{b} {c} {above}|areas", []).append(f"{b} {c} {a}")
    for name, found in parts.items():
        made.total(name, name.partition("|")[0], found)


def _percentages(made: System, held: Truth, region: dict[str, str], decimals: int) -> None:
    """Shares of an authority's children, rounded from true counts."""
    step = 10.0**-decimals / 2
    for (b, c, a), n in held.items():
        whole = held["total", "T", a]
        if b != "total" and a in region and whole:
            shown = round(100 * n / whole, decimals)
            ends = max(0.0, shown - step) / 100, (shown + step) / 100
            made.ratio(f"% {b} {c} {a}", f"{b} {c} {a}", f"total T {a}", ends)


def ours(catalogue: Catalogue, cells: pl.DataFrame, publication_id: str) -> System:
    """What an outsider holds of the same year as this project protects it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cells.parquet"
        cells.filter(pl.col("period_id") == YEAR).write_parquet(path)
        protect(catalogue, publication_id, path, Path(folder))
        rows = pl.read_parquet(Path(folder) / "disclosed.parquet")
    return system_of(catalogue, Sources(rows), Practice())


def ladder(catalogue: Catalogue, cells: pl.DataFrame, publication_id: str) -> Iterator[tuple[str, Counts]]:
    """Each rung with how many counts are hidden, known exactly, known to two values, and wholly open."""
    truth = truth_of(cells)
    made = ((rung.name, rung_system(catalogue, truth, rung)) for rung in RUNGS)
    for name, system in (*made, ("ours", ours(catalogue, cells, publication_id))):
        found = attack(system, Aim(open_up_to=4)).counts
        yield name, (sum(found.values()), found["exact"], found["two_valued"], found["full"])


def page(rows: list[tuple[str, Counts]], lang: str) -> str:
    """The ladder as a page of the documentation."""
    words = WORDS[lang]
    table = [words["head"], ("---", *["---:"] * 4), *((words[n], *map(str, c)) for n, c in rows)]  # type: ignore[list-item]
    lines = [f"# {words['title']}", "", str(words["intro"]).format(year=YEAR), ""]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in table)]) + "\n"


def main() -> None:
    """Write both pages from the cells of the last build."""
    cells = pl.read_parquet(Settings.load().paths.cells)
    rows = list(ladder(load(), cells, "children-looked-after"))
    for lang in WORDS:
        (PROJECT / "docs" / f"attack-ladder.{lang}.md").write_text(page(rows, lang), encoding="utf-8")
    sys.stdout.write(page(rows, "en"))


if __name__ == "__main__":
    main()
