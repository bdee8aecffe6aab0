"""A table of published figures before it takes the shape of any generation.

Reading the reference files belongs to `bundle.py`, writing shapes to `old_service.py`, `new_service.py`, `tidy.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.model import Text


@dataclass(frozen=True)
class Member:
    """One member of a dimension: its code and its names."""

    code: str
    name: Text


@dataclass(frozen=True)
class Figure:
    """One published cell. `text` is as published: a number or `*`."""

    area: Member
    year: Member
    category: Member
    measure: Member
    text: str


@dataclass(frozen=True)
class Dimension:
    """What a dimension is called: `id` in codes and column names, `name` on pages."""

    id: str
    name: Text


@dataclass(frozen=True)
class Table:
    """Published figures and what the table that holds them is called.

    `category` and `measure` are None where the table has no such dimension; figures then share one member.
    """

    dataset_id: str
    title: Text
    area: Dimension
    year: Dimension
    category: Dimension | None
    measure: Dimension | None
    figures: tuple[Figure, ...]
    updated: str = ""

    def dimensions(self) -> tuple[tuple[str, Dimension], ...]:
        """(attribute of a figure, dimension) of each dimension the table has."""
        held = (("area", self.area), ("year", self.year), ("category", self.category), ("measure", self.measure))
        return tuple((role, dimension) for role, dimension in held if dimension is not None)


def member(figure: Figure, role: str) -> Member:
    """The member of a figure in one of the roles of `Table.dimensions`."""
    held: dict[str, Member] = {
        "area": figure.area,
        "year": figure.year,
        "category": figure.category,
        "measure": figure.measure,
    }
    return held[role]


def distinct(figures: Sequence[Figure], role: str) -> tuple[Member, ...]:
    """Members of one role in order of appearance."""
    return tuple(dict.fromkeys(member(figure, role) for figure in figures))
