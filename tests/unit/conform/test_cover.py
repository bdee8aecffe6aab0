"""What a cover says, however its labels lie. Whether it agrees with the data does not belong here."""

from __future__ import annotations

import pytest
from made_submissions import CLEAN, Look, Tables, causes, csv_text, sizes

from pipelines.conform import SourceFile

DOWN = "Collection,LAC\nYear,2018-19\nAuthority,512\n"
ACROSS = "Collection,Year,Authority\nLAC,2018-19,512\n"
AMONG_OTHERS = "Contact,Collection,Telephone,Year,Pages,Authority,Version\nA N Other,LAC,01234,2018-19,7,512,2\n"
IN_PAIRS = "Collection,LAC,Year,2018-19,Authority,512\n"
WITH_NOTES = "Collection,LAC,see guidance\nYear,2018-19,ends in March\nAuthority,512,three digits\n"


@pytest.mark.parametrize("cover", [DOWN, ACROSS, AMONG_OTHERS, IN_PAIRS, WITH_NOTES])
def test_a_cover_is_read_whichever_way_its_labels_lie(look: Look, tables: Tables, cover: str) -> None:
    files = [SourceFile(f"{name}.csv", csv_text(name, rows).encode()) for name, rows in tables.items()]
    held = look(*files, SourceFile("Return.csv", cover.encode()))
    assert causes(held) == {}
    assert (held.identity.return_id, held.identity.authority_code, held.identity.period_id) == (
        "lac_census", "W06000001", "2018-19",
    )  # fmt: skip
    assert sizes(held) == CLEAN


def test_a_cover_that_names_no_return_of_ours_is_told(look: Look, tables: Tables) -> None:
    files = [SourceFile(f"{name}.csv", csv_text(name, rows).encode()) for name, rows in tables.items()]
    held = look(*files, SourceFile("Return.csv", ACROSS.replace("LAC", "Children in Need Census").encode()))
    assert causes(held) == {"collection_unknown": 1}
    assert (held.verdict, held.identity.return_id) == ("accepted_with_errors", "lac_census")
