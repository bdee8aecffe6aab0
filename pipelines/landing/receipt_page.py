"""A receipt as a page that prints: self-contained, nothing fetched, no script.

What a receipt says does not belong here (see `receipts.py`).
"""

from __future__ import annotations

from pathlib import Path

from pipelines.core import messages
from pipelines.core.pages import template
from pipelines.landing.receipts import Receipt


def page(receipt: Receipt, language: str, authority: str) -> str:
    """The page in one language; `authority` is the name beside the code."""

    def word(key: str, **params: str | int) -> str:
        return messages.say(f"receipt.{key}", language, **params)

    facts = [(word(key), value) for key, value in receipt.facts(language, authority).items() if value]
    return template(Path(__file__).parent / "templates", "receipt.html").render(
        lang=language, word=word, receipt=receipt, facts=facts, authority=authority
    )
