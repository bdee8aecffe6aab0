"""The verb `round`: controlled rounding of a table of counts, steady from one release to the next.

How a table is rounded belongs to `pipelines.disclosure`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pipelines.cli.attacking import FILE, shape_of
from pipelines.cli.session import Session, verb
from pipelines.core.errors import FINE


@verb(
    click.argument("table", type=FILE),
    click.option("--by", multiple=True, metavar="COLUMN=TOTAL"),
    click.option("--within", multiple=True, metavar="COLUMN=SPLIT"),
    click.option("--value", default="value"),
    click.option("--separate", default="", metavar="COLUMN,…"),
    click.option("--hierarchy", type=FILE, default=None),
    click.option("--base", type=click.IntRange(2), default=5),
    click.option("--before", type=FILE, default=None),
    click.option("--stickiness", type=click.FloatRange(0), default=1.0),
    click.option("--out", type=FILE, required=True),
)
def round(session: Session, table: Path, out: Path, **given: Any) -> int:  # noqa: A001, ANN401 (the verb; options by name)
    """Round a table so that every sum still holds / Talgrynnu tabl fel bod pob swm yn dal i sefyll."""
    from pipelines.flow import rounding

    shape = shape_of({**given, "status": None, "small": 4, "zeros_shown": False, "small_only": False})
    ask = rounding.Ask(shape, given["base"], given["before"], given["stickiness"])
    found = rounding.round_table(table, ask, out)
    told: dict[str, str | int] = {
        "n": len(found.figures),
        "conventional": found.n_conventional,
        "error": f"{found.mean_error:.2f}",
    }
    session.tell("rounding.done", base=ask.base, **told)
    session.tell("rounding.proven" if found.is_proven else "rounding.unproven")
    if ask.earlier is not None:
        session.tell("rounding.moved", n=found.n_moved, of=len(found.figures))
    session.tell("rounding.beside")
    session.tell("audit.written", files=str(out))
    session.give({**told, "is_proven": found.is_proven, "n_moved": found.n_moved, "file": str(out)})
    return FINE
