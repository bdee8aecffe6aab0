"""The golden queries against the latest edition and the one before it, for a person and for the gate of a release.

Running a query belongs to `pipelines.serve.golden`.
"""

from __future__ import annotations

from pipelines.core.errors import RefusedError
from pipelines.flow.desk import Desk
from pipelines.serve import Published
from pipelines.serve.golden import Finding, findings
from schemas import golden


def kept(desk: Desk, publication_id: str, edition_id: str = "latest") -> tuple[int, tuple[Finding, ...]]:
    """(how many golden queries there are, what does not hold) for an edition."""
    published = Published(desk.settings.paths.published)
    edition = published.edition(publication_id, edition_id)
    queries = [one for one in golden.load() if one.publication == publication_id]
    before = edition.record["previous_edition"]
    past = published.edition(publication_id, str(before)).folder if before else None
    return len(queries), findings(desk.settings, queries, edition.folder, past)


def refuse_if_broken(desk: Desk, publication_id: str) -> None:
    """Refuse where the latest edition would break what a consumer has registered.

    Raises:
        RefusedError: names the first query and how many there are; `mesur golden` lists them all.
    """
    _, found = kept(desk, publication_id)
    if found:
        first = found[0]
        raise RefusedError("release.golden", n=len(found), query=first.query, kind=first.kind, what=first.what[:120])
