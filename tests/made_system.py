"""Small systems for the attack: figures by name, sums by total and parts, and published tables from the literature.

The tables are rebuilt from their descriptions (disclosure note, section 4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipelines.audit.attack import Practice, System

Sum = tuple[str, Sequence[str]]


def system_of(figures: Mapping[str, int | None], sums: Sequence[Sum], practice: Practice) -> System:
    """What an outsider holds who sees these figures (None: hidden) and knows the sums and the practice."""
    made = System()
    for name, shown in figures.items():
        made.add(name, practice.interval(shown), is_hidden=shown is None)
    for total, parts in sums:
        made.total(f"sum {total}", total, parts)
    return made


Table = tuple[dict[str, int], list[Sum]]


def two_way(rows: Mapping[str, Sequence[int]], columns: Sequence[str]) -> Table:
    """Cells `row column` of a table with all margins (`T`)."""
    truth = {f"{r} {c}": n for r, held in rows.items() for c, n in zip(columns, held, strict=True)}
    sums: list[Sum] = [(f"{r} T", [f"{r} {c}" for c in columns]) for r in rows]
    sums += [(f"T {c}", [f"{r} {c}" for r in rows]) for c in columns] + [("T T", [f"T {c}" for c in columns])]
    for total, parts in sums:
        truth[total] = sum(truth[p] for p in parts)
    return truth, sums


def hiding(table: Table, hidden: set[str], practice: Practice) -> System:
    """The system of a table in which some cells are hidden and the others rounded as the practice has it."""
    truth, sums = table
    base = practice.base
    shown = {k: None if k in hidden else (2 * n + base) // (2 * base) * base for k, n in truth.items()}
    return system_of(shown, sums, practice)


FOUR_BY_FOUR = two_way(
    {"w": (30, 47, 64, 89), "x": (90, 124, 5, 31), "y": (92, 100, 59, 85), "z": (800, 991, 651, 685)}, "abcd"
)
"""T1."""
FISCHETTI_SALAZAR = two_way({"I": (20, 50, 10), "II": (8, 19, 22), "III": (17, 32, 12)}, "ABC")
"""T3: Management Science 47(7), 2001."""
Z1 = two_way(
    {"A": (11, 11, 55, 36), "B": (7, 1, 29, 18), "C": (5, 8, 35, 25), "D": (13, 2, 17, 13),
     "E": (9, 14, 63, 52), "F": (12, 9, 24, 22), "G": (6, 4, 22, 8), "H": (9, 3, 38, 15)},
    ("annet", "arbeid", "soshjelp", "trygd"),
)  # fmt: skip
"""T6: fictitious data of SSBtools (MIT), 596 in all."""
MUN_ACCIDENTS = two_way(
    {"k1": (0, 0, 4, 0), "k2": (0, 1, 5, 0), "k3": (2, 1, 3, 0), "k4": (1, 4, 4, 0), "k5": (0, 0, 1, 0),
     "k6": (0, 0, 6, 0)},
    ("light", "none", "serious", "unknown"),
)  # fmt: skip
"""T9: fictitious data of SSBtools (MIT), 32 in all."""
