"""A bulletin as one self-contained page: nothing fetched, no script; how it looks stands in `templates/page.html`.

What it says does not belong here.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from pipelines.core.messages import say
from pipelines.publish.bulletin.records import Document

TEMPLATES = Path(__file__).parent / "templates"


def page(document: Document) -> str:
    """The page; the same bytes for the same document."""

    def word(key: str, **params: str | int) -> str:
        return say(f"publish.bulletin.{key}", document.lang, **params)

    return _template().render(document=document, word=word, drawn=_drawn)


def _drawn(svg: str) -> Markup:
    """A picture within the page; the words beside it speak for it."""
    return Markup(svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))  # noqa: S704 (drawn here)


@cache
def _template() -> Template:
    loader = FileSystemLoader(TEMPLATES)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html")
