"""The public cases of the English rules, run through the bench: codes whose tables Wales has fail those rows exactly.

The cases are not ours to commit; without the folder ../shared the test says so and is skipped.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.conform.rules import bench
from schemas import Catalogue

ENGLISH_ONLY = {"OC2", "PrevPerm", "SWEpisodes", "DoLo"}
"""Tables that only England collects; a code is out of scope where its case needs one of them."""


@pytest.fixture(scope="session")
def cases(shared_folder: Path) -> list[bench.Case]:
    path = shared_folder / "cases" / "ssda903_rule_cases.json"
    if not path.exists():
        pytest.skip("../shared holds no rule cases")
    return bench.read_cases(path)


def labels(failed: dict[str, list[object]]) -> dict[str, list[int]]:
    return {table: sorted(int(float(str(i))) for i in rows) for table, rows in failed.items() if rows}


def test_every_case_in_scope_fails_exactly_the_rows_it_names(catalogue: Catalogue, cases: list[bench.Case]) -> None:
    wrong = []
    in_scope = [n for n, c in enumerate(cases) if not set(c["in"]) & ENGLISH_ONLY]
    for number in in_scope:
        case = cases[number]
        found = bench.try_case(catalogue, number, case)
        if found["status"] != "ran" or labels(found["failed"]) != labels(case["out"]):
            wrong.append((number, case["rule"], case["year"], found["status"]))
    assert wrong == []
    assert len(in_scope) >= 168


def test_the_bench_answers_every_case_by_its_position(catalogue: Catalogue, cases: list[bench.Case]) -> None:
    found = bench.try_cases(catalogue, cases[:20])["results"]
    assert [r["case"] for r in found] == list(range(20))
    assert json.loads(json.dumps(found)) == found
    assert {r["status"] for r in found} <= {"ran", "unknown_rule", "skipped", "crashed"}


OUT_OF_SCOPE = {
    "OC2": "158 181 185 186 188 189 190 192 197B 542 545 INT14 INT33",
    "PrevPerm": "630 633 634 635 INT07 INT16",
    "SWEpisodes": "SW01aSTG1 SW02STG1 SW06STG2 SW08STG2 SW10STG2 SW10aSTG2 SW10bSTG2 SW11aSTG2 SW12STG2 SW13STG1 "
    "SW14STG2 SW15STG2 SW16aSTG2 SW16bSTG2",
    "DoLo": "702 703 704",
}
"""English table -> codes that judge it: health, permanence before care, social workers, deprivation of liberty."""


def test_every_code_is_met_or_stands_here_with_the_table_that_wales_lacks(
    catalogue: Catalogue, cases: list[bench.Case]
) -> None:
    out = {code: table for table, codes in OUT_OF_SCOPE.items() for code in codes.split()}
    met, left = set[str](), dict[str, set[str]]()
    for number, case in enumerate(cases):
        code, tables = str(case["rule"]), set(case["in"]) & ENGLISH_ONLY
        if code in out:
            left.setdefault(code, set()).update(tables)
        elif tables:  # a rule over many tables, of which England has two more: it is met all the same
            found = bench.try_case(catalogue, number, case)
            assert (found["status"], labels(found["failed"])) == ("ran", labels(case["out"])), code
            met.add(code)
        else:
            met.add(code)
    assert left == {code: {table} for code, table in out.items()}
    assert len(met) + len(left) == len({str(c["rule"]) for c in cases})
    assert met <= {r.code for r in catalogue.rules}
