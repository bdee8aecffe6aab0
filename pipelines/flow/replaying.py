"""The present rules over every stored submission, in shadow: which verdicts would flip, and whether the rules may be
released for it.

Nothing is written and no verdict is changed by a replay; what a release enters stands in `packs/`, append-only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import groupby

from pipelines.conform import Examination, examine_many
from pipelines.core.errors import RefusedError, UsageError
from pipelines.core.ledger import ACCEPTED, Ledger, LedgerRow
from pipelines.core.locks import exclusive
from pipelines.flow import waiving
from pipelines.flow.desk import Desk
from pipelines.flow.released import journal, pack_of, released
from pipelines.flow.submissions import counting_by_period, previous_tables, received_on, submission_of
from schemas import desk as desk_spec

Rows = tuple[LedgerRow, ...]


@dataclass(frozen=True)
class Flip:
    """A submission whose verdict the present rules would change."""

    submission_id: str
    return_id: str
    authority_code: str
    period_id: str
    before: str
    after: str
    pack_before: str
    """Version of the pack by which it was judged."""
    pack_after: str


@dataclass(frozen=True)
class Replay:
    """How many submissions were looked at, those that would flip, and the packs that looked."""

    n_submissions: int
    flips: tuple[Flip, ...]
    packs: Mapping[str, str]
    """`return period` -> version of its pack."""
    n_judged_by_others: int = 0
    """Submissions that another version of their pack judged."""

    @property
    def authorities(self) -> tuple[str, ...]:
        """Whose submissions would flip."""
        return tuple(sorted({f.authority_code for f in self.flips}))


@dataclass(frozen=True)
class Word:
    """A person's word for a release that turns more than the set number of authorities."""

    author: str = ""
    reason: str = ""
    is_override: bool = False


def replay(desk: Desk) -> Replay:
    """Examine the kept bytes of every accepted or rejected submission again, with the waivers that held for it."""
    n, others, flips, packs = 0, 0, list[Flip](), dict[str, str]()
    for rows, found in _examined(desk):
        first = rows[0]
        n += 1
        others += found.rule_pack != first.rule_pack
        packs[pack_of(first.return_id, first.period_id or "")] = found.rule_pack
        if found.verdict != first.status:
            place = (first.submission_id, first.return_id, first.authority_code, first.period_id or "")
            flips.append(Flip(*place, first.status, found.verdict, first.rule_pack, found.rule_pack))
    return Replay(n, tuple(flips), {k: v for k, v in sorted(packs.items()) if v}, others)


def _examined(desk: Desk) -> Iterator[tuple[Rows, Examination]]:
    """Stored submissions with what the present rules say, all of a return and period at once."""
    latest = Ledger(desk.settings.paths).view().latest
    held = [
        r
        for r in latest.values()
        if r[0].status in (*ACCEPTED, "rejected") and r[0].return_id in desk.catalogue.returns
    ]
    held.sort(key=lambda rows: (rows[0].return_id, rows[0].period_id or ""))
    counting, n = counting_by_period(desk), 0
    for (return_id, period), group in groupby(held, key=lambda rows: (rows[0].return_id, rows[0].period_id)):
        batch = list(group)
        sent = [submission_of(desk, rows) for rows in batch]
        found = examine_many(
            desk.catalogue, desk.tokeniser, sent, lambda identity: previous_tables(desk, identity, counting)
        )
        for rows, one in zip(batch, found, strict=True):
            yield rows, waiving.explain(desk, one, received_on(rows))
        n += len(batch)
        desk.progress("flow.examined", n=n, of=len(held), what=f"replay {return_id} {period}")


def release(desk: Desk, word: Word) -> tuple[Replay, int]:
    """Replay, then enter the packs as released; (the replay, how many packs are news).

    Raises:
        RefusedError: where the status of submissions of more authorities would flip than the specification allows and
            nobody has given a word for it.
        UsageError: for an override without a reason or the name of who gives it.
    """
    if word.is_override and not (word.author.strip() and word.reason.strip()):
        raise UsageError("rules.override_needs")
    with exclusive(desk.settings, "release"):
        found, limit = replay(desk), desk_spec.load().most_authorities
        if len(found.authorities) > limit and not word.is_override:
            raise RefusedError("rules.release_refused", n=len(found.authorities), flips=len(found.flips), limit=limit)
        held = released(desk)
        news = {pack: version for pack, version in found.packs.items() if held.get(pack) != version}
        said = {
            **asdict(word),
            "n_submissions": found.n_submissions,
            "n_flips": len(found.flips),
            "n_authorities": len(found.authorities),
            "flips": [asdict(f) for f in found.flips],
        }
        journal(desk).append([{"pack": pack, "version": version, **said} for pack, version in news.items()])
    return found, len(news)
