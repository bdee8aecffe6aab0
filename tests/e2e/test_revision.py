"""An authority sends a quarter again, fourteen children fewer: a second edition that says of each figure why it moved.

The story of the published figures of 2018 and 2019 does not belong here (see `tests/spec/test_revision_story.py`).
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from pathlib import Path

import made_build
import pytest
from made_build import Built, Mesur

SENT_AGAIN, QUARTER, N_FEWER = "W06000008", "2024-25Q1", 14
_STOCK = f"measure_id = 'CLA_STOCK' and breakdown_id = 'total' and period_id = '{QUARTER}'"
OTHERS = [a for a in made_build.AUTHORITIES if a != SENT_AGAIN]


@pytest.fixture(scope="module")
def revised(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The small build after the quarter of one authority came again without some of its children."""
    own = built.copy(tmp_path_factory.mktemp("revised"))
    _leave_out(own.inbox / "exports" / QUARTER / f"{SENT_AGAIN}.zip")
    ended = made_build.run(own.data, "build", "--inbox", own.inbox)
    assert ended.code == 0, ended.err
    return own


def _leave_out(path: Path) -> None:
    """Write the export anew without the first children who were in care before the quarter and still are."""
    with zipfile.ZipFile(path) as held:
        texts = {name: held.read(name).decode("utf-8-sig") for name in held.namelist()}
    rows = list(csv.DictReader(io.StringIO(texts["Export.csv"])))
    moved = Counter(r["PERSON REF"] for r in rows)
    settled = [r["PERSON REF"] for r in rows if moved[r["PERSON REF"]] == 1 and not r["END DATE"]]
    gone = set(settled[:N_FEWER])
    assert len(gone) == N_FEWER
    with zipfile.ZipFile(path, "w") as out:
        for name, text in texts.items():
            kept = [line for line in text.splitlines(keepends=True) if not gone & set(line.split(","))]
            out.writestr(name, "".join(kept))


def asked(mesur: Mesur, built: Built, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in mesur("query", sql, "--json", data=built.data).record["rows"]]


def test_the_figure_that_moved_says_that_a_return_came_again(mesur: Mesur, revised: Built, built: Built) -> None:
    moved = "select area_code, old_value - new_value, cause, new_status from fct_revision where change = 'changed'"
    told = asked(mesur, revised, f"{moved} and {_STOCK} order by all")
    fewer = {str(area): float(str(moved)) for area, moved, *_ in told}
    assert SENT_AGAIN in fewer
    assert N_FEWER - 4 <= fewer[SENT_AGAIN] <= N_FEWER + 4, "both figures are rounded to 5"
    assert {cause for _, _, cause, _ in told} == {"late_resubmission"}
    assert all({"p", "r"} <= set(str(status).split(",")) for *_, status in told), "provisional, and revised"
    first = built.edition.name
    old = asked(mesur, built, _stock("fct_measure_value"))
    assert asked(mesur, revised, _stock(f"values_as_of('{first}')")) == old, (
        "whoever asks as of then gets what was shown"
    )
    assert asked(mesur, revised, _stock("fct_measure_value")) != old


def _stock(table: str) -> str:
    return f"select area_code, value from {table} where {_STOCK} order by all"


def test_no_figure_moved_without_a_cause_and_none_of_those_who_sent_nothing_again(mesur: Mesur, revised: Built) -> None:
    causes = asked(mesur, revised, "select distinct cause from fct_revision where change = 'changed'")
    assert {c for (c,) in causes} <= {"late_resubmission", "rounding_or_suppression"}
    named = ", ".join(f"'{a}'" for a in OTHERS)
    theirs = f"select distinct cause from fct_revision where area_code in ({named}) and change = 'changed'"
    assert {c for (c,) in asked(mesur, revised, theirs)} <= {"rounding_or_suppression"}


def test_the_year_that_the_census_settled_stands_as_it_was(mesur: Mesur, revised: Built) -> None:
    of_year = _STOCK.replace(QUARTER, "2023-24")
    year = asked(mesur, revised, f"select status from fct_measure_value where area_code = '{SENT_AGAIN}' and {of_year}")
    assert year == [("",)], "neither provisional nor revised: final"
    editions = asked(mesur, revised, "select edition_sequence from dim_edition order by 1")
    assert editions == [(1,), (2,)]


def test_what_was_revised_cannot_be_released_as_final(mesur: Mesur, revised: Built) -> None:
    """The word for an edition is held against its figures; that of each area and period is derived from them."""
    refused = mesur("release", "latest", "--status", "final", "--json", data=revised.data)
    assert (refused.code, refused.record["error"]) == (4, "release.contradicted")
    assert "revised" in refused.record["what"]
    marked = "regexp_matches(v.status, '(^|,)[pr](,|$)')"
    told = asked(
        mesur,
        revised,
        f"""select c.standing, bool_or({marked}), count(distinct c.period_id) from fct_coverage as c
            join fct_measure_value as v using (area_code, period_id) where c.area_code = '{SENT_AGAIN}'
            group by c.standing order by 1""",
    )
    assert [(word, bool(is_marked)) for word, is_marked, _ in told] == [
        ("final", False), ("provisional", True), ("revised", True),
    ]  # fmt: skip
