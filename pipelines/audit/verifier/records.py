"""What the verifier works with: the edition on disk, what may stand in it, and what it found.

Reading and checking do not belong here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

MAX_CELLS = 20
"""Cells named for a kind of finding in one file: more would not be read."""


@dataclass(frozen=True)
class Subject:
    """An edition to verify, and what it is held against."""

    folder: Path
    rows: pl.DataFrame
    """The ledger: every figure that may be published (the columns of `disclosed`)."""
    declared: Mapping[str, Mapping[str, bool]]
    """Tables of the mart as the specification of the edition declares them: column to whether it shows a figure."""
    proof: Path | None = None
    """Folder of the open proof, where there is one of this kind."""
    closed: Path | None = None
    """Folder of the closed part, where the one who asks may read it."""
    cells: Path | None = None
    """True counts, where the one who asks may read them."""
    rules: frozenset[bytes] = frozenset()
    """What may stand in a file of `rules/`, whole: rules are full of numbers that are no figures."""
    asked: Path | None = None
    """File of what the service answers about the edition, where it was asked."""
    earlier: Path | None = None
    """Folder of the newest other edition that is published: what stands there as once told may be told again."""


@dataclass(frozen=True)
class Finding:
    """One kind of finding in one file: how often, and where (ids and places, never a value)."""

    check: str
    file: str
    n: int
    where: tuple[str, ...] = ()


@dataclass
class Findings:
    """Findings as they are gathered."""

    _n: Counter[tuple[str, str]] = field(default_factory=Counter)
    _where: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """How many there are so far."""
        return self._n.total()

    def add(self, check: str, file: str, where: str = "", n: int = 1) -> None:
        """One more of a kind; the first places are kept."""
        self._n[check, file] += n
        named = self._where.setdefault((check, file), [])
        if where and len(named) < MAX_CELLS:
            named.append(where)

    def take(self, others: Findings) -> None:
        """What was found by another, in other files."""
        for (check, file), n in others._n.items():
            self._n[check, file] += n
            self._where.setdefault((check, file), []).extend(others._where[check, file])

    def settled(self) -> tuple[Finding, ...]:
        """All findings, by file and check."""
        ordered = sorted(self._n, key=lambda found: (found[1], found[0]))
        return tuple(
            Finding(check, file, self._n[check, file], tuple(self._where[check, file])) for check, file in ordered
        )


@dataclass(frozen=True)
class Verdict:
    """The outcome: what was read and what was found."""

    findings: tuple[Finding, ...]
    n_files: int
    n_values: int
    """Published numbers that were held against the ledger, over all files."""
    n_witnesses: int = 0
    n_answers: int = 0
    """Answers of the service that were read."""

    @property
    def n_found(self) -> int:
        return sum(f.n for f in self.findings)

    @property
    def checks(self) -> set[str]:
        return {f.check for f in self.findings}
