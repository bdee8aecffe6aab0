"""The pictures of the manual: to scale, and readable where spans are short or open."""

from __future__ import annotations

from datetime import date

from spec.timeline import WIDTH, Bar, Scale, draw

YEAR_END = [date(2019, 3, 31)]


def test_bars_begin_and_end_under_their_dates() -> None:
    picture = draw([Bar("a", date(2018, 7, 1), date(2018, 10, 1)), Bar("b", date(2018, 10, 1), None)], YEAR_END)
    labels, ticks, a, b, told = picture.splitlines()
    at = {label: labels.index(label) for label in ("2018-07", "2018-10", "2019-01", "2019-04")}
    assert [n for n, sign in enumerate(ticks) if sign == "|"] == list(at.values())
    assert (a.index("["), a.index(")")) == (at["2018-07"], at["2018-10"])
    assert (b.index("["), b.index(">")) == (at["2018-10"], at["2019-04"])
    assert told.strip() == "one column: 5 days"


def test_a_span_shorter_than_a_column_is_still_seen() -> None:
    picture = draw([Bar("a", date(2018, 5, 1), date(2018, 5, 1)), Bar("b", date(2010, 5, 1), None)], YEAR_END)
    assert "[)" in picture.splitlines()[2]


def test_a_label_stands_inside_where_there_is_room_else_behind() -> None:
    bars = [Bar("a", date(2018, 4, 1), None, "F2 C2"), Bar("b", date(2018, 5, 1), date(2018, 5, 9), "F2 C2")]
    _, _, inside, behind, _ = draw(bars, YEAR_END).splitlines()
    assert "= F2 C2 =" in inside
    assert behind.endswith(("[)  F2 C2", "[=)  F2 C2"))


def test_the_picture_is_never_wider_than_a_page() -> None:
    for year in range(2000, 2019):
        scale = Scale(date(year, 4, 1), date(2019, 4, 1))
        assert scale.width <= WIDTH
        assert max(map(len, draw([Bar("a", date(year, 4, 2), None)], YEAR_END).splitlines())) <= WIDTH + 12
