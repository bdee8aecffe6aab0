"""The verbs of readers: query, export, figures, measures, serve; all over published editions only.

Anything behind publication does not belong here.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from pipelines.cli.intake import desk_of
from pipelines.cli.making import IN
from pipelines.cli.session import Session, verb
from pipelines.core.errors import FINE, FOUND

EDITION = click.option("--edition", default="latest")


@verb(click.argument("sql"), EDITION, IN, click.option("--limit", type=click.IntRange(1), default=200))
def query(session: Session, sql: str, edition: str, publication: str, limit: int) -> int:
    """SQL over an edition, read-only / SQL dros rifyn."""
    from pipelines import serve

    folder = serve.Published(session.settings.paths.published).edition(publication, edition).folder
    found = serve.query(session.settings, folder, sql)
    session.give({"columns": found.column_names, "rows": found.to_pylist()})
    if not session.is_json:
        _print(session, found.column_names, found.slice(0, limit).to_pylist())
        if found.num_rows > limit:
            session.tell("query.cut", shown=limit, n=found.num_rows)
    return FINE


def _print(session: Session, names: list[str], rows: list[dict[str, object]]) -> None:
    cells = [[("" if row[n] is None else str(row[n])) for n in names] for row in rows]
    widths = [max([len(n), *(len(c[i]) for c in cells)]) for i, n in enumerate(names)]
    for line in (names, ["-" * w for w in widths], *cells):
        session.line("  ".join(text.ljust(w) for text, w in zip(line, widths, strict=True)).rstrip())


@verb(click.argument("sql"), click.option("--out", type=click.Path(path_type=Path), required=True), EDITION, IN)
def export(session: Session, sql: str, out: Path, edition: str, publication: str) -> int:
    """The answer to a query as CSV, JSON, Parquet or XLSX / Yr ateb fel ffeil."""
    from pipelines import serve

    folder = serve.Published(session.settings.paths.published).edition(publication, edition).folder
    found = serve.query(session.settings, folder, sql)
    serve.export(found, out)
    session.tell("export.done", rows=found.num_rows, file=str(out))
    session.give({"rows": found.num_rows, "file": str(out)})
    return FINE


@verb(click.argument("measure_id", required=False))
def measures(session: Session, measure_id: str | None) -> int:
    """Definitions of measures / Diffiniadau mesurau."""
    from pipelines.core.errors import UsageError

    held = desk_of(session).catalogue.measures
    if measure_id and measure_id not in held:
        raise UsageError("measures.unknown", given=measure_id[:40])
    chosen = [held[measure_id]] if measure_id else list(held.values())
    session.give({"measures": [asdict(m) for m in chosen]})
    for m in chosen:
        session.line(f"{m.id:<34} {m.unit:<16} {m.title[session.language]}")
        if measure_id:
            session.line(json.dumps(asdict(m), ensure_ascii=False, indent=2))
    return FINE


@verb(click.option("--out", type=click.Path(path_type=Path), help="Also as CSV / Hefyd fel CSV."), IN)
def figures(session: Session, out: Path | None, publication: str) -> int:
    """The 63 figures of the source documents and how far the latest edition answers them / Y 63 ffigur."""
    from pipelines.flow import figures as answers

    found = answers.figures(desk_of(session), publication, session.language)
    if out:
        answers.keep(found, out)
    session.give({"figures": [asdict(f) for f in found]})
    for f in found:
        session.line(f"{f.id}  {session.say(f'figures.{f.status}'):<22} {f.concept}")
        for answer in f.answers:
            session.line(f"       {answer}")
        if f.why:
            session.line(f"       {session.say('figures.why', why=f.why)}")
    return FINE


@verb(click.argument("edition", default="latest"), IN)
def golden(session: Session, edition: str, publication: str) -> int:
    """Whether the queries that consumers registered hold for an edition / A yw ymholiadau'r defnyddwyr yn dal."""
    from pipelines.flow import promises

    n, found = promises.kept(desk_of(session), publication, edition)
    session.tell("golden.done", n=n, broken=len({f.query for f in found}))
    for f in found:
        session.line(f"  {f.query}: {session.say(f'golden.{f.kind}')} {f.what}")
    session.give({"queries": n, "findings": [asdict(f) for f in found]})
    return FOUND if found else FINE


@verb(click.option("--port", type=click.IntRange(1, 65535), default=8000), click.option("--host", default="127.0.0.1"))
def serve(session: Session, port: int, host: str) -> int:
    """Read-only API and page over published editions / API darllen yn unig."""
    from pipelines.serve import api

    url = f"http://{host}:{port}/{session.language}"
    session.tell("serve.at", url=url)
    session.give({"url": url})
    sys.stdout.flush()  # whoever started it in the background reads where it is
    api.run(session.settings, port, host)
    return FINE
