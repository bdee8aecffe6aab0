"""Stand-ins for dbt's dispatched macros, so that SQL can be linted without starting dbt (which takes four seconds).

What the macros really give on an engine does not belong here: dbt itself decides that.
"""

from __future__ import annotations

from collections.abc import Callable


def __getattr__(name: str) -> Callable[..., str]:
    """A call of any macro as a call of an SQL function of that name; a type as a plain type."""
    if name.startswith("__"):
        raise AttributeError(name)
    if name.startswith("type_"):
        return lambda: "varchar"
    return lambda *arguments, **named: f"{name}({', '.join(str(a) for a in (*arguments, *named.values()))})"
