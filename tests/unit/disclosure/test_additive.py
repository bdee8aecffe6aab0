"""Controlled rounding: additive whatever the table, beside every count, steady from one release to the next."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.core.errors import FINE, REFUSED
from pipelines.disclosure.additive import Rounded, Wanted, controlled
from tests.made_system import Table, two_way

BASE = 5


def table(seed: int, size: int = 8) -> Table:
    drawn = random.Random(seed)
    return two_way({f"r{i}": [drawn.randint(0, 30) for _ in range(size)] for i in range(size)}, "abcdefgh"[:size])


def rounded(held: Table, earlier: dict[str, int] | None = None, stickiness: float = 1.0) -> Rounded:
    counts, sums = held
    found = controlled(Wanted(counts, sums, BASE, earlier or {}, stickiness))
    assert found is not None
    return found


@pytest.mark.parametrize("seed", range(5))
def test_sums_hold_and_every_figure_stands_beside_its_count(seed: int) -> None:
    counts, sums = table(seed)
    found = rounded((counts, sums))
    assert found.is_proven
    assert all(found.figures[total] == sum(found.figures[p] for p in parts) for total, parts in sums)
    assert all(n % BASE == 0 and abs(n - counts[name]) < BASE for name, n in found.figures.items())
    assert all(found.figures[name] == 0 for name, n in counts.items() if n == 0)
    conventional = {name: (2 * n + BASE) // (2 * BASE) * BASE for name, n in counts.items()}
    assert any(conventional[total] != sum(conventional[p] for p in parts) for total, parts in sums)


def test_the_order_of_cells_changes_nothing() -> None:
    counts, sums = table(11)
    mixed = dict(random.Random(1).sample(sorted(counts.items()), len(counts)))
    assert rounded((mixed, sums[::-1])).figures == rounded((counts, sums)).figures


def test_figures_stay_where_they_were_and_cost_decides_how_many() -> None:
    (before, _), (now, sums) = table(3), table(3)
    names = [name for name in before if not name.startswith("T ") and not name.endswith(" T")]
    for name in random.Random(5).sample(names, 6):
        now[name] += 1
    for total, parts in sums:
        now[total] = sum(now[p] for p in parts)
    earlier = dict(rounded((before, sums)).figures)
    free, bound = (rounded((now, sums), earlier, stickiness) for stickiness in (0.0, 2.0))
    assert bound.n_moved < free.n_moved
    assert bound.n_moved == sum(n != earlier[name] for name, n in bound.figures.items())
    assert bound.mean_error >= free.mean_error
    assert all(abs(n - now[name]) < BASE for name, n in bound.figures.items())


def test_margins_that_are_no_sums_have_no_additive_table() -> None:
    assert controlled(Wanted({"a": 10, "b": 10, "all": 45}, [("all", ["a", "b"])])) is None


def written(path: Path, held: Table, value: str = "") -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(("area", "kind", "value"))
        for name, n in held[0].items():
            lines.writerow((*name.split(" "), value or n))
    return path


BY = ["--by", "area=T", "--by", "kind=T"]


def test_a_table_from_the_command_line_and_the_release_after_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counts, sums = table(3)
    given, first, second = written(tmp_path / "true.csv", (counts, sums)), tmp_path / "1.csv", tmp_path / "2.csv"
    assert main(["round", str(given), *BY, "--out", str(first)]) == FINE
    assert main(["round", str(given), *BY, "--before", str(first), "--out", str(second), "--json"]) == FINE
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["n_moved"] == 0
    assert first.read_text("utf-8") == second.read_text("utf-8")
    with first.open(encoding="utf-8") as file:
        shown = {f"{row['area']} {row['kind']}": int(row["value"]) for row in csv.DictReader(file)}
    assert shown == rounded((counts, sums)).figures


def test_what_cannot_be_rounded_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = ({"a T": 12, "b T": 12, "T T": 99}, [])
    out = tmp_path / "out.csv"
    assert main(["round", str(written(tmp_path / "wrong.csv", wrong)), *BY, "--out", str(out)]) == REFUSED
    assert main(["round", str(written(tmp_path / "hidden.csv", wrong, "[c]")), *BY, "--out", str(out)]) != FINE
    assert not out.exists()
    assert "12" not in capsys.readouterr().err
