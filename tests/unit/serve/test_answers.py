"""Choosing a form, tags, and what is kept of answers."""

from __future__ import annotations

import pytest

from pipelines.serve.answers import TYPES, Answer, Kept, accepted, is_unchanged

OFFERED = {form: TYPES[form] for form in ("json", "csv", "parquet")}


@pytest.mark.parametrize(
    ("header", "form"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("text/csv", "csv"),
        ("text/*;q=0.9, application/json;q=0.2", "csv"),
        ("application/vnd.apache.parquet, */*;q=0.1", "parquet"),
        ("text/csv;q=0", None),
        ("image/png", None),
        ("text/csv;q=nonsense", None),
        ("application/json;odata.metadata=minimal;q=1.0", "json"),
    ],
)
def test_form_by_accept(header: str, form: str | None) -> None:
    assert accepted(header, OFFERED) == form


def test_tags() -> None:
    tag = Answer(b"a", "text/csv").tagged().tag
    assert tag != Answer(b"a", "application/json").tagged().tag, "two forms of one thing are two things"
    assert is_unchanged(f'"x", W/{tag}', tag)
    assert is_unchanged("*", tag)
    assert not is_unchanged('"x"', tag)
    assert not is_unchanged(None, tag)


def test_what_is_kept_has_a_bound_and_the_oldest_goes() -> None:
    kept, made = Kept(max_bytes=100), list[int]()

    def answer(n: int) -> Answer:
        made.append(n)
        return Answer(bytes(8), "text/csv")

    for n in range(20):
        kept.made(n, lambda n=n: answer(n))
    assert kept.get(0) is None
    assert kept.get(19) is not None
    kept.made(19, lambda: answer(99))
    assert 99 not in made
    kept.made("large", lambda: Answer(bytes(50), "text/csv"))
    assert kept.get("large") is None, "one answer does not push out all the others"
