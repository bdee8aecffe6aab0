"""Slices that look the same wherever they are published, and so are one set of children under two names.

An outsider sees that "under a care order" and the category of that name show the same figures and the same gaps; what
is concluded from it does not belong here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

Slice = tuple[str, str, str]
Places = dict[tuple[str, str], int | None]
MIN_ALIKE = 20
"""So many figures must be shown, none of them zero, before likeness is taken for sameness."""


def same_slices(
    shown: Mapping[tuple[str, str, str, str, str], set[int | None]], facts: Mapping[str, str]
) -> dict[Slice, Slice]:
    """Each slice that is another one under a second name, with that other one (the first by name)."""
    held: defaultdict[Slice, Places] = defaultdict(dict)
    for (label, breakdown, code, area, period), figures in shown.items():
        held[label, breakdown, code][area, period] = next(iter(figures)) if len(figures) == 1 else None
    candidates: defaultdict[tuple[object, ...], list[Slice]] = defaultdict(list)
    for name in sorted(held):
        for period in {period for _, period in held[name]}:
            look = frozenset((area, n) for (area, p), n in held[name].items() if p == period)
            candidates[facts[name[0]], period, look].append(name)
    alias: dict[Slice, Slice] = {}
    for names in candidates.values():
        for at, name in enumerate(names):
            for other in names[:at]:
                first = alias.get(other, other)
                if name not in alias and first[:2] != name[:2] and _are_alike(held[first], held[name]):
                    alias[name] = first
    return alias


def _are_alike(first: Places, second: Places) -> bool:
    shared = first.keys() & second.keys()
    return all(first[p] == second[p] for p in shared) and sum(bool(first[p]) for p in shared) >= MIN_ALIKE
