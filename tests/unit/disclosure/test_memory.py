"""The ledger that remembers, and what earlier editions ask of the next one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from pipelines.disclosure import IN_FORCE, DisclosureConfig, Task, Unprotectable, protect_task, remember
from schemas.catalogue import Catalogue
from tests.made_cells import Inner, publication_of, summed, with_publication, write

NORTH, OTHER, SOUTH, WEST = "W06000001", "W06000002", "W06000015", "W06000008"
WANTED = [("CLA_STOCK", "total"), ("CLA_STOCK", "sex")]
FIRST: Inner = {
    (NORTH, "M"): (3, 3),
    (NORTH, "F"): (59, 59),
    (OTHER, "M"): (41, 41),
    (OTHER, "F"): (38, 38),
    (SOUTH, "M"): (66, 66),
    (SOUTH, "F"): (72, 72),
    (WEST, "M"): (5, 5),
    (WEST, "F"): (31, 31),
}


class Releases:
    """Editions of one publication, one after the other."""

    def __init__(self, catalogue: Catalogue, folder: Path) -> None:
        self.catalogue = with_publication(catalogue, publication_of("made", WANTED))
        self.folder = folder
        self.n = 0

    def next(self, inner: Inner, config: DisclosureConfig = IN_FORCE) -> dict[tuple[str, str], float | None]:
        self.n += 1
        cells = write(summed(self.catalogue, inner, "sex", "CLA_STOCK"), self.folder)
        out, ledger = self.folder / "out", self.folder / "ledger"
        protect_task(self.catalogue, Task("made", cells, out, config, ledger))
        rows = pl.read_parquet(out / "disclosed.parquet")
        assert remember(out, ledger, f"2023-24-{self.n}")
        return {(r["area_code"], r["breakdown_code"]): r["value"] for r in rows.iter_rows(named=True)}


@pytest.fixture
def releases(catalogue: Catalogue, tmp_path: Path) -> Releases:
    return Releases(catalogue, tmp_path)


def hidden(shown: dict[tuple[str, str], float | None]) -> set[tuple[str, str]]:
    return {at for at, value in shown.items() if value is None}


def test_the_same_counts_give_the_same_edition(releases: Releases) -> None:
    assert releases.next(FIRST) == releases.next(FIRST)


def test_what_was_hidden_stays_hidden_though_it_grew(releases: Releases) -> None:
    """Rule (i): 3 became 12 and its companion is no longer needed; shown, they would narrow the edition before."""
    before = hidden(releases.next(FIRST))
    assert {(NORTH, "M"), (NORTH, "F")} <= before
    after = hidden(releases.next({**FIRST, (NORTH, "M"): (12, 12)}))
    assert before <= after
    fresh = Releases(releases.catalogue, releases.folder / "fresh")
    fresh.folder.mkdir()
    assert (NORTH, "M") not in hidden(fresh.next({**FIRST, (NORTH, "M"): (12, 12)}))


def test_a_fall_from_a_shown_five_takes_one_more_with_it(releases: Releases) -> None:
    """Rule (ii): 5 became 4; its own hiding alone would tell that."""
    before = releases.next(FIRST)
    assert before[WEST, "M"] == 5
    after = releases.next({**FIRST, (WEST, "M"): (4, 4), (WEST, "F"): (30, 30)})
    assert {(WEST, "M"), (WEST, "F")} <= hidden(after)
    alone = Releases(releases.catalogue, releases.folder / "fresh")
    alone.folder.mkdir()
    assert (WEST, "F") not in hidden(alone.next({**FIRST, (WEST, "M"): (4, 4), (WEST, "F"): (30, 30)}))


def test_an_edition_is_entered_once_and_stays(releases: Releases) -> None:
    releases.next(FIRST)
    path = releases.folder / "ledger" / "2023-24-1.parquet"
    entered = path.read_bytes()
    assert not remember(releases.folder / "out", releases.folder / "ledger", "2023-24-1")
    assert path.read_bytes() == entered
    assert set(pl.read_parquet(path)["edition"]) == {"2023-24-1"}


ZERO_THEN_TWO: tuple[Inner, Inner] = (
    {**FIRST, (NORTH, "M"): (0, 0), (NORTH, "F"): (59, 59)},
    {**FIRST, (NORTH, "M"): (2, 2), (NORTH, "F"): (59, 59)},
)
"""59 girls and 59 in all are shown as 60 and 60 before; 59 and 61 after. Both sums still fit what was shown, so whoever
takes them as unrevised knows that there are at most 62 - 58 boys, whatever is hidden now."""


def test_an_edition_that_would_narrow_an_earlier_one_is_refused(releases: Releases) -> None:
    strict = replace(IN_FORCE, earlier_figures="strict")
    releases.next(ZERO_THEN_TWO[0], strict)
    before = (releases.folder / "out" / "proof.json").read_bytes()
    with pytest.raises(Unprotectable) as caught:
        releases.next(ZERO_THEN_TWO[1], strict)
    assert any(NORTH in cell for cell in caught.value.cell_ids)
    assert (releases.folder / "out" / "proof.json").read_bytes() == before


def test_a_revised_count_is_held_to_the_stated_model_where_the_strict_one_cannot_be_met(releases: Releases) -> None:
    """The count itself was revised, so nobody can take its row as unrevised: hiding a sum is enough."""
    releases.next(ZERO_THEN_TWO[0])
    after = hidden(releases.next(ZERO_THEN_TWO[1]))
    assert (NORTH, "M") in after
    assert {(NORTH, "F"), (NORTH, "T")} & after
