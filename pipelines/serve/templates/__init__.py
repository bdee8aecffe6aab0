"""The pages' templates, and how a figure is written on them: plain HTML that works without scripts and loads nothing.

What a page shows belongs to the module of that page.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipelines.core.messages import say


def page(name: str, lang: str, **shown: object) -> bytes:
    """A page in one language; `word(key)` in a template is the message `serve.<key>`."""

    def word(key: str, **params: str | int) -> str:
        return say(f"serve.{key}", lang, **params)

    held = _environment().get_template(name)
    return held.render(lang=lang, other="en" if lang == "cy" else "cy", word=word, **shown).encode("utf-8")


def figure(value: float | None, status: str | None) -> str:
    """A value with its shorthand: never a blank, and a total is not worth a mark where all rows are totals."""
    shown = "" if value is None else f"{value:,.0f}" if float(value).is_integer() else f"{value:,}"
    marks = "".join(f"[{code}]" for code in (status or "").split(",") if code and code != "t")
    return f"{shown} {marks}".strip()


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(Path(__file__).parent)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
