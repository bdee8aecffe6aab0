"""Many submissions with hands: what two further processes read and settle is what one process would have found."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest
from made_submissions import COVER, blank, submission, write_zip

from pipelines.core.keys import Tokeniser
from pipelines.core.settings import Settings
from pipelines.flow import hands, submissions
from pipelines.flow.desk import Desk
from pipelines.flow.inbox import Delivery

CENSUS, YEARS = "lac_census", ("2017-18", "2018-19")
AUTHORITIES = {"W06000001": "512", "W06000002": "514"}


def waiting(folder: Path) -> list[Delivery]:
    """A child with one pupil number in two authorities, in each of two years."""
    tables = submission(3)
    tables["Header"][0]["UPN"] = "A123456789012"
    who = tables["Header"][0]["CHILD"]
    own = {"CHILD": who, "RNE": "S", "LS": "C2", "CIN": "N1", "PLACE": "F2", "PL_LA": "552", "PL_LOCATION": "1"}
    rest = [row for row in tables["Episodes"] if row["CHILD"] != who]
    tables["Episodes"] = [blank("Episodes", **own, DECOM="01/05/2017"), *rest]
    return [
        Delivery(
            (write_zip(folder / f"{la3}-{year}.zip", tables, COVER | {"Authority": la3, "Year": year}),),
            CENSUS,
            gss,
            year,
        )
        for year in YEARS
        for gss, la3 in AUTHORITIES.items()
    ]


def kept(desk: Desk, what: str) -> dict[str, pl.DataFrame]:
    root = getattr(desk.settings.paths, what)
    return {str(p.relative_to(root)): pl.read_parquet(p, hive_partitioning=False) for p in root.rglob("*.parquet")}


def judged(desk: Desk, sent: list[Delivery]) -> list[tuple[object, ...]]:
    submissions.land(desk, sent)
    done = submissions.judge_waiting(desk, CENSUS, {(gss, year) for gss in AUTHORITIES for year in YEARS})
    return [(one.receipt.submission_id, one.receipt.status, one.receipt.n_faults, one.receipt.coverage) for one in done]


def test_hands_find_what_one_process_finds(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent, alone = waiting(tmp_path), Desk(settings)
    told = judged(alone, sent)
    other = Settings.load({"MESUR_DATA": str(tmp_path / "other")})
    Tokeniser.load(settings)
    shutil.copytree(settings.paths.keys, other.paths.keys)
    shutil.copy(settings.paths.key_mark, other.paths.key_mark)
    monkeypatch.setattr(hands, "MANY", 0)
    with hands.helped(Desk(other)) as helped:
        assert helped.hands is not None
        assert judged(helped, sent) == told
    for what in ("typed", "faults", "coverage"):
        one, two = kept(alone, what), kept(helped, what)
        assert sorted(one) == sorted(two)
        assert all(one[name].equals(two[name]) for name in one), what
    asked = [f for f in kept(helped, "faults").values() if "X001" in f["rule_id"]]
    assert len(asked) == len(sent), "no question across authorities was put"


def test_few_submissions_are_helped_by_nobody(settings: Settings) -> None:
    with hands.helped(Desk(settings)) as desk:
        assert desk.hands is None
