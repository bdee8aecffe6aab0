"""What protection leaves a reader of a bulletin, table by table: how much is shown, and how far from the true counts.

How many figures were withheld for which reason does not belong here, but for one number of the whole release: by table
it would help whoever guesses which of them are small.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from pipelines.core.messages import say
from pipelines.publish.bulletin.records import Block, Prose, Table
from schemas.model import Publication


@dataclass(frozen=True)
class Utility:
    """Of a table or of the whole release: its figures, those withheld, the mean rounding error where it may be told."""

    n: int
    n_withheld: int
    error: float | None

    @property
    def share(self) -> int:
        """Figures shown in a hundred; a hundred and none only where it is all and none."""
        whole = round(100 * (self.n - self.n_withheld) / self.n)
        return min(whole, 99) if self.n_withheld else whole


@dataclass(frozen=True)
class Proved:
    """What the proof of a release says of its use."""

    tables: dict[str, Utility]
    n_for_others: int | None
    """Figures withheld only to protect others, where so many are withheld that the number helps nobody."""
    error: float | None


def of_proof(path: Path) -> Proved:
    """From the proof that stands beside the protected rows; one that says nothing of tables gives none."""
    held = json.loads(path.read_text(encoding="utf-8"))
    tables = {
        t["table_id"]: Utility(t["n_cells"], t["n_hidden"], t["mean_rounding_error"]) for t in held.get("tables", ())
    }
    quality = held.get("quality", {})
    return Proved(tables, quality.get("hidden_to_protect_others"), quality.get("mean_rounding_error"))


def blocks(publication: Publication, proved: Proved, lang: str) -> list[Block]:
    """A sentence on the release and a row for each table; nothing where the proof says nothing of tables."""
    told = [(table.title[lang], proved.tables[table.id]) for table in publication.tables if table.id in proved.tables]
    if not told:
        return []
    whole = Utility(sum(u.n for _, u in told), sum(u.n_withheld for _, u in told), proved.error)
    heads = tuple(say(f"publish.head.{h}", lang) for h in ("table", "figures", "share_shown", "mean_rounding_error"))
    rows = tuple((title, f"{u.n:,}", str(u.share), _error(u, lang)) for title, u in told)
    return [Prose((_sentence(whole, proved, lang),)), Table(say("publish.bulletin.utility_table", lang), heads, rows)]


def _sentence(whole: Utility, proved: Proved, lang: str) -> str:
    numbers = {"figures": f"{whole.n:,}", "shown": f"{whole.n - whole.n_withheld:,}", "share": str(whole.share)}
    texts = [say("publish.bulletin.utility", lang, **numbers)]
    if proved.n_for_others is not None:
        texts.append(say("publish.bulletin.utility_cost", lang, others=f"{proved.n_for_others:,}"))
    if whole.error is not None:
        texts.append(say("publish.bulletin.utility_error", lang, error=f"{whole.error:.1f}"))
    return " ".join(texts)


def _error(utility: Utility, lang: str) -> str:
    return say("publish.bulletin.not_stated", lang) if utility.error is None else f"{utility.error:.1f}"
