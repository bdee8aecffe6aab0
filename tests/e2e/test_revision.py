"""An authority sends a quarter again, fourteen children fewer. The build is killed three times, waits its turn, and
makes a second edition that says of each figure why it moved.

The story of the published figures of 2018 and 2019 does not belong here (see `tests/spec/test_revision_story.py`).
"""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import time
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import made_build
import pytest
from made_build import Built, Ended, Mesur, fingerprints

from pipelines.core import messages
from pipelines.core.ledger import Ledger
from pipelines.core.locks import exclusive

SENT_AGAIN, QUARTER, N_FEWER = "W06000008", "2024-25Q1", 14
_STOCK = f"measure_id = 'CLA_STOCK' and breakdown_id = 'total' and period_id = '{QUARTER}'"
COUNT = "select count(*) as n from fct_measure_value"
OTHERS = [a for a in made_build.AUTHORITIES if a != SENT_AGAIN]


@dataclass(frozen=True)
class Moment:
    """When a build is killed: so long after it has said that something is done."""

    after: str
    seconds: float


MOMENTS = [
    Moment("flow.examined", 0.0),
    Moment("flow.warehouse", 0.1),
    Moment("flow.job_done:build", 0.4),
]
"""Before it writes what it examined, between cells and protection, while it publishes."""


@dataclass(frozen=True)
class Seen:
    """What a reader sees."""

    latest: str
    files: dict[str, str]
    answer: str
    """To a query."""
    code: int
    """Of `status`, which tells of what arrived meanwhile."""


@dataclass(frozen=True)
class Waited:
    """A build that was started while another held the lock."""

    first_line: str
    ended: Ended


@dataclass(frozen=True)
class Story:
    """What was seen before, after each kill and in the end."""

    before: Seen
    killed: list[Seen]
    waited: Waited
    built: Built


@pytest.fixture(scope="module")
def story(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The quarter of one authority comes again without some of its children; builds are killed, the last ends."""
    if os.name == "nt":
        pytest.skip("there is no kill -9 on this system")
    own = built.copy(tmp_path_factory.mktemp("revised"))
    before = _seen(own, own.edition)
    _leave_out(own.inbox / "exports" / QUARTER / f"{SENT_AGAIN}.zip")
    killed = []
    for moment in MOMENTS:
        _kill_at(own, moment)
        killed.append(_seen(own, own.edition))
    return Story(before, killed, _wait(own), own)


@pytest.fixture(scope="module")
def revised(story: Story) -> Built:
    """The small build after the quarter came again."""
    assert story.waited.ended.code == 0, story.waited.ended.err
    return story.built


def _seen(own: Built, edition: Path) -> Seen:
    pointer = json.loads((edition.parent / "latest.json").read_text("utf-8"))
    answer = made_build.run(own.data, "query", COUNT, "--json").out
    code = made_build.run(own.data, "status", "--json").code
    return Seen(pointer["edition"], fingerprints(edition), answer, code)


def _kill_at(own: Built, moment: Moment) -> None:
    """Start a build of its own and kill it at a moment."""
    key, _, job = moment.after.partition(":")
    wording = messages.load()[key]["en"]
    start = (wording.format(job=job) if job else wording.partition("{")[0])[:20]
    environment, command = made_build.environment(own.data), made_build.command("build", "--inbox", own.inbox)
    with subprocess.Popen(command, env=environment, stdout=-1, stderr=-1, text=True) as process:
        assert process.stderr is not None
        said = list[str]()
        while not (said and f"] {start}" in said[-1]):
            said.append(process.stderr.readline())
            assert said[-1], f"the build ended before it said {start!r}: {said[-6:]}"
        time.sleep(moment.seconds)
        process.send_signal(signal.SIGKILL)
        process.stderr.read()
    assert process.returncode == -signal.SIGKILL, "it had ended already: the test shows nothing"


def _wait(own: Built) -> Waited:
    """Start a build while another holds the lock."""
    environment = made_build.environment(own.data, MESUR_LOCK_SECONDS="200")
    command = made_build.command("build", "--inbox", own.inbox)
    with subprocess.Popen(command, env=environment, stdout=-1, stderr=-1, text=True, cwd=own.data.parent) as second:
        assert second.stderr is not None
        with exclusive(own.settings, "build"):
            told = second.stderr.readline()
        out, err = second.communicate(timeout=200)
    return Waited(told.strip(), Ended(second.returncode, out, err))


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


def test_a_killed_build_leaves_the_last_edition(story: Story) -> None:
    assert json.loads(story.before.answer)["rows"][0]["n"]
    assert story.before.code == 0
    assert story.killed == [story.before] * len(MOMENTS)


def test_the_next_waits_its_turn_and_then_does_its_work(story: Story, revised: Built) -> None:
    """It says whom it waits for; what was published before stays beside what it publishes."""
    first, waited = story.before.latest, story.waited
    assert waited.first_line == messages.say("lock.waiting", "en", pid=os.getpid(), name="build")
    pointer = json.loads((revised.edition.parent / "latest.json").read_text("utf-8"))
    assert pointer["edition"] != first
    assert messages.say("build.headlines", "en", edition=pointer["edition"]) in waited.ended.out
    assert fingerprints(revised.edition.parent / first) == story.before.files
    held = [r for r in Ledger(revised.settings.paths).counting() if r.authority_code == SENT_AGAIN]
    assert QUARTER in {r.period_id for r in held}


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
