"""What readers get of a published edition: query, export, figures, measures, audit, release, rules, templates, serve.

What an edition must hold does not belong here (tests/unit/publish); the built one is only read.
"""

from __future__ import annotations

import csv
import json
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import made_build
import made_marker
import pyarrow.parquet as pq
import pytest
from made_build import Built, Mesur

from pipelines.core import messages
from schemas import Catalogue

STOCK = "select period_id, numerator from measure_values_en where measure_id = 'CLA_STOCK' and area_code = 'W92000004'"
ONE_CELL = "select measure_title_en as title_en from dim_measure where measure_id = 'CLA_STOCK'"


def test_a_query_answers_for_people_and_for_machines(mesur: Mesur, built: Built) -> None:
    sql = "select measure_id, count(*) as n from fct_measure_value group by 1 order by 1"
    told, held = mesur("query", sql, data=built.data), mesur("query", sql, "--json", data=built.data).record
    assert told.code == 0
    assert held["columns"] == ["measure_id", "n"]
    assert [line.split()[0] for line in told.out.splitlines()[2:]] == [row["measure_id"] for row in held["rows"]]
    cut = mesur("query", sql, "--limit", "1", data=built.data)
    assert messages.say("query.cut", "en", shown=1, n=len(held["rows"])) in cut.out


def test_a_process_of_its_own_says_nothing_beside_its_answer(built: Built) -> None:
    """Engines complain on stderr when a process ends while something still holds them."""
    told = made_build.run(built.data, "query", ONE_CELL, "--json")
    assert told.record["rows"] == [{"title_en": "Children looked after at the period end"}]


@pytest.mark.parametrize(
    ("sql", "key"),
    [
        ("create table x as select 1", "serve.only_select"),
        ("delete from fct_measure_value", "serve.only_select"),
        ("select 1; select 2", "serve.only_select"),
        ("copy (select 1) to 'x.csv'", "serve.only_select"),
        ("select * from no_such_table", "serve.sql_wrong"),
        ("selec 1", "serve.sql_wrong"),
        ("select * from read_csv('/etc/passwd')", "serve.sql_wrong"),
        ("select * from read_parquet('../../../typed/**/*.parquet')", "serve.sql_wrong"),
        ("select getenv('HOME')", "serve.sql_wrong"),
    ],
)
def test_what_is_not_a_question_to_the_edition_is_refused(mesur: Mesur, built: Built, sql: str, key: str) -> None:
    told = mesur("query", sql, "--json", data=built.data)
    assert (told.code, told.record["error"]) == (2, key)
    welsh = mesur("query", sql, data=built.data, lang="cy")
    assert messages.load()[f"{key}.do"]["cy"] in welsh.err


def test_every_format_of_an_export_holds_the_same_rows(mesur: Mesur, built: Built, tmp_path: Path) -> None:
    for suffix in ("csv", "json", "parquet", "xlsx"):
        out = tmp_path / f"rows.{suffix}"
        told = mesur("export", f"{STOCK} order by all", "--out", out, "--json", data=built.data)
        assert (told.code, told.record["file"]) == (0, str(out))
    table = pq.read_table(tmp_path / "rows.parquet").to_pylist()
    assert table
    assert json.loads((tmp_path / "rows.json").read_text("utf-8")) == table
    rows = list(csv.DictReader((tmp_path / "rows.csv").read_text("utf-8-sig").splitlines()))
    assert [r["period_id"] for r in rows] == [r["period_id"] for r in table]
    assert (tmp_path / "rows.xlsx").read_bytes().startswith(b"PK")
    assert mesur("export", STOCK, "--out", tmp_path / "rows.doc", data=built.data).code == 2


def test_the_63_figures_with_how_far_they_are_answered(mesur: Mesur, built: Built, catalogue: Catalogue) -> None:
    """Three of 22 authorities are in this build: no figure of Wales that is counted from records is without a mark."""
    held = mesur("figures", "--json", data=built.data).record["figures"]
    assert len(held) == 63
    assert {f["status"] for f in held} <= {"answered", "no_data"}
    assert sum(f["status"] == "answered" for f in held) > 40
    assert all(bool(f["answers"]) == (f["status"] == "answered") for f in held)
    told = [answer.split(": ", 1) for f in held for answer in f["answers"]]
    absent = messages.say("figures.no_data", "en")
    of_wales = [a for name, a in told if name in catalogue.measures and a != absent and not a.startswith("W0")]
    assert len(of_wales) > 60
    assert [a for a in of_wales if "[" not in a] == [], "a partial figure without its mark"
    assert "fct_definition" in {name for name, answer in told if answer != absent}
    welsh = mesur("figures", data=built.data, lang="cy").out
    assert messages.say("figures.answered", "cy") in welsh
    assert absent not in welsh


def test_another_publication_is_read_by_its_name(mesur: Mesur, built: Built, tmp_path: Path) -> None:
    folder = built.edition.parent
    shutil.copytree(folder, tmp_path / "data" / "published" / "second")
    ask = ("query", "select count(*) as n from fct_headline", "--json")
    there = mesur(*ask, "--publication", "second", data=tmp_path / "data")
    assert there.record["rows"] == mesur(*ask, data=built.data).record["rows"]
    for verb in (ask, ("figures", "--json"), ("golden", "--json"), ("audit", "--json")):
        nowhere = mesur(*verb, "--publication", "third", data=tmp_path / "data")
        assert (nowhere.code, nowhere.record["error"]) == (2, "serve.publication_unknown"), verb
    assert mesur(*ask, data=tmp_path / "data").record["error"] == "serve.publication_unknown", "no silent choice"


def test_measures_with_definitions(mesur: Mesur, catalogue: Catalogue) -> None:
    held = mesur("measures", "--json").record["measures"]
    assert [m["id"] for m in held] == list(catalogue.measures)
    told = mesur("measures", "CLA_STOCK", lang="cy")
    assert catalogue.measures["CLA_STOCK"].title["cy"] in told.out
    assert mesur("measures", "CLA_NONSENSE").code == 2


def test_the_audit_attacks_what_everybody_can_fetch(mesur: Mesur, built: Built) -> None:
    held = mesur("audit", "--json", data=built.data)
    assert held.record["n_cells"] > 1000
    assert held.record["n_hidden"] > 0
    assert held.code == (1 if held.record["open"] or held.record["n_contradictions"] else 0)
    assert (held.record["n_exact"], held.record["n_two_valued"], held.record["n_contradictions"]) == (0, 0, 0)
    assert mesur("audit", "2001-02-9", data=built.data).code == 2


def test_the_audit_says_so_when_a_hidden_cell_can_be_worked_out(mesur: Mesur, built: Built, tmp_path: Path) -> None:
    """The same edition, in which one margin tells what the sum of the others leaves open."""
    own = built.copy(tmp_path)
    path = own.edition / "csv" / "observations.csv"
    path.chmod(0o600)
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    key = [r for r in rows if r["measure_id"] == "CLA_STOCK" and r["breakdown_id"] == "sex"]
    place = next(r for r in key if "c" in r["status"].split(",") and r["category_code"] != "T")
    for row in rows:
        same = all(row[c] == place[c] for c in ("measure_id", "breakdown_id", "period", "area_code"))
        if same and row is not place:
            row |= {"numerator": "10", "status": ""}
    total = next(r for r in rows if r["measure_id"] == "CLA_STOCK" and r["breakdown_id"] == "total"
                 and (r["period"], r["area_code"]) == (place["period"], place["area_code"]))  # fmt: skip
    total |= {"numerator": "30", "status": ""}
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    found = mesur("audit", "--json", data=own.data)
    assert found.code == 1, found.record


def test_only_the_latest_edition_can_be_released(mesur: Mesur, built: Built) -> None:
    """What happens to the latest one stands in `test_release.py`."""
    old = mesur("release", "2001-02-1", "--status", "final", "--json", data=built.data)
    assert (old.code, old.record["error"]) == (2, "release.not_latest")


def test_a_release_is_refused_when_the_protected_cells_give_something_away(
    mesur: Mesur, built: Built, tmp_path: Path
) -> None:
    import polars as pl

    own = built.copy(tmp_path)
    path = own.settings.paths.disclosed / made_build.PUBLICATION / "disclosed.parquet"
    rows = pl.read_parquet(path)
    is_hidden = pl.col("status").str.split(",").list.contains("c")
    told = {"status": pl.lit(""), "numerator": pl.lit(3), "value": pl.lit(3.0)}
    shown = [pl.when(is_hidden).then(to).otherwise(name).alias(name) for name, to in told.items()]
    rows.with_columns(shown).write_parquet(path)
    told = mesur("release", "latest", "--status", "final", "--json", data=own.data)
    assert (told.code, told.record["error"]) == (4, "release.refused")
    assert len([p for p in own.edition.parent.iterdir() if p.is_dir()]) == 1


def test_where_nothing_is_published_every_reader_is_told_what_to_do(mesur: Mesur) -> None:
    for arguments in (("query", "select 1"), ("audit",), ("release", "x", "--status", "final")):
        told = mesur(*arguments, "--json")
        assert (told.code, told.record["error"]) == (2, "serve.nothing_published")
    assert "mesur build" in mesur("query", "select 1", lang="cy").err


def test_rules_are_listed_shown_and_tried(mesur: Mesur, catalogue: Catalogue, tmp_path: Path) -> None:
    held = mesur("rules", "list", "--json").record["rules"]
    assert [r["code"] for r in held] == [r.code for r in catalogue.rules]
    rule = next(r for r in catalogue.rules if r.examples)
    assert rule.title["cy"] in mesur("rules", "show", rule.code, lang="cy").out
    told = mesur("rules", "show", rule.code)
    assert f"docs/rules/{rule.family}.en.md#rule-{rule.code.lower()}" in told.out
    assert mesur("rules", "show", "no-such").code == 2
    assert mesur("rules", "list", "--return", "nonsense").code == 2


def test_the_bench_runs_the_cases_of_a_file(mesur: Mesur, tmp_path: Path) -> None:
    """A child whose date of birth is no date, beside one whose is, under the rule about that."""
    header = {"columns": ["CHILD", "DOB"], "index": [0, 1], "rows": [["1", "01/01/2010"], ["2", "31/31/2010"]]}
    cases = tmp_path / "cases.json"
    cases.write_text(json.dumps([{"rule": "102", "in": {"Header": header}, "out": {"Header": [1]}}]), "utf-8")
    held = mesur("rules", "try", "102", "--cases", cases, "--json").record
    assert held["results"][0]["failed"] == {"Header": [1]}
    for content in ("", "{}", '[{"rule": "102"}]', '[{"rule": "102", "in": {"Header": 7}, "out": 1}]', "[1]"):
        cases.write_text(content, "utf-8")
        told = mesur("rules", "try", "--cases", cases, "--json")
        assert (told.code, told.record["error"]) == (3, "rules.cases_unreadable"), content
    assert mesur("rules", "try", "--cases", tmp_path / "absent.json").code == 3


def test_a_replay_of_the_same_rules_changes_no_verdict(mesur: Mesur, built: Built) -> None:
    told = mesur("rules", "replay", "--json", data=built.data)
    assert told.code == 0, told.record["flips"]
    assert told.record["n_submissions"] == made_build.N_SUBMISSIONS + made_marker.N_SUBMISSIONS


def test_templates_hold_every_table_in_both_languages(mesur: Mesur, catalogue: Catalogue, tmp_path: Path) -> None:
    told = mesur("templates", "lac_census", "2023-24", "--out", tmp_path / "t", "--json")
    assert told.code == 0
    names = {p.name for p in (tmp_path / "t").iterdir()}
    assert {"lac_census-2023-24-en.xlsx", "lac_census-2023-24-cy.xlsx"} < names
    assert len([n for n in names if n.endswith(".csv")]) >= len(catalogue.returns["lac_census"].tables)
    assert mesur("templates", "no_return", "2023-24", "--out", tmp_path / "t").code == 2


def test_a_template_filled_in_by_nobody_is_told_that_it_is_empty(mesur: Mesur, tmp_path: Path) -> None:
    mesur("templates", "lac_census", "2023-24", "--out", tmp_path / "t")
    told = mesur("check", tmp_path / "t" / "lac_census-2023-24-en.xlsx", "--authority", "512", "--period", "2023-24")
    assert told.code in (1, 3)


def test_a_small_sample_can_be_checked_at_once(mesur: Mesur, tmp_path: Path) -> None:
    out = tmp_path / "made"
    span = ("--from", "2022-23", "--to", "2023-24")
    told = mesur("sample", "--out", out, "--authorities", 1, "--children", 60, *span, "--json")
    assert told.code == 0
    assert told.record["files"] == len([p for p in out.rglob("W06*") if p.is_file()])
    sent = next((out / "returns" / "2023-24").iterdir())
    assert mesur("check", sent).code == 0
    assert mesur("sample", "--out", out, "--from", "1999-00").code == 2


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetched(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode("utf-8")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode("utf-8")


@pytest.mark.timeout(60)
def test_pages_are_served_until_it_is_stopped(built: Built) -> None:
    port, environment = free_port(), made_build.environment(built.data)
    command = made_build.command("serve", "--port", str(port), "--json")
    with subprocess.Popen(command, env=environment, stdout=-1, stderr=-1, text=True) as server:
        try:
            assert server.stdout is not None
            root = json.loads(server.stdout.readline())["url"].rsplit("/", 1)[0]
            limit = time.monotonic() + 30
            while time.monotonic() < limit:
                try:
                    status, page = fetched(f"{root}/en")
                    break
                except OSError:
                    time.sleep(0.1)
            assert status == 200
            assert messages.say("serve.headlines", "en") in page
            assert messages.say("serve.headlines", "cy") in fetched(f"{root}/cy")[1]
            assert fetched(f"{root}/../../ledger")[0] == 404
        finally:
            server.send_signal(signal.SIGINT)
            _, said = server.communicate(timeout=20)
    assert server.returncode == 0
    assert "Traceback" not in said
