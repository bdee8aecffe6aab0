"""What an examination and the state of submissions look like on a terminal, as CSV and as JSON.

Deciding anything does not belong here.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.cli.session import Session
from pipelines.conform.explain import sentence
from pipelines.core.defuse import defused
from pipelines.core.errors import UsageError
from pipelines.core.files import atomic_write
from schemas import Catalogue
from schemas.model import SEVERITIES, Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipelines.conform import Examination
    from pipelines.flow.standing import Standing

FORMATS = ("csv", "json")
SHOWN_RULES = 12


def rules_by_code(catalogue: Catalogue) -> dict[str, Rule]:
    """The newest record of each rule code (codes repeat over years)."""
    return {rule.code: rule for rule in catalogue.rules}


def tell(session: Session, catalogue: Catalogue, found: Examination) -> None:
    """The verdict first, then what to do: rules by severity and number of faults, in words."""
    identity = found.identity
    known = [p for p in (identity.return_id, identity.authority_code, identity.period_id, identity.system) if p]
    session.line(" · ".join(known))
    session.tell(f"check.verdict.{found.verdict}")
    known_rules = rules_by_code(catalogue)
    counted = Counter(zip(found.faults["severity"], found.faults["rule_id"], strict=True))
    ordered = sorted(counted.items(), key=lambda pair: (SEVERITIES.index(pair[0][0]), -pair[1], pair[0][1]))
    for (severity, code), n in ordered[:SHOWN_RULES]:
        first = found.faults.filter(found.faults["rule_id"] == code).row(0, named=True)
        said = sentence(catalogue, code, first["cause_group"], session.language)
        session.tell("check.line", n=n, code=code, severity=session.say(f"severity.{severity}"), text=said)
        if place := _place(session, first):
            session.line(f"      {place}")
        held = known_rules.get(code)
        if held and held.guidance[session.language]:
            session.line(f"      {held.guidance[session.language]}")
    if len(ordered) > SHOWN_RULES:
        session.tell("check.more", n=len(ordered) - SHOWN_RULES)
    session.line(_coverage_line(session, found))
    if session.is_json:
        session.give(as_record(catalogue, found, session.language))


def _place(session: Session, fault: Mapping[str, object]) -> str:
    parts = [(k, fault[k]) for k in ("table", "row_number", "item") if fault[k] is not None]
    names = {"row_number": "row"}
    return ", ".join(session.say(f"place.{names.get(k, k)}", value=str(v)) for k, v in parts)


def _coverage_line(session: Session, found: Examination) -> str:
    statuses = Counter(str(s).partition(":")[0] for s in found.coverage["status"])
    ran, other = statuses.pop("ran", 0), sum(statuses.values())
    return session.say("check.coverage", ran=ran, other=other, crashed=statuses.get("crashed", 0))


def as_record(catalogue: Catalogue, found: Examination, language: str) -> dict[str, object]:
    """The whole examination for machines: no values, only places."""
    told = found.faults.select("rule_id", "cause_group").unique().iter_rows()
    said = {(code, cause): sentence(catalogue, code, cause, language) for code, cause in told}
    faults = [row | {"message": said[row["rule_id"], row["cause_group"]]} for row in found.faults.iter_rows(named=True)]
    identity = {k: v for k, v in asdict(found.identity).items() if k != "sources"}
    return {
        "identity": identity,
        "verdict": found.verdict,
        "rule_pack": found.rule_pack,
        "n_faults": dict(Counter(found.faults["severity"].to_list())),
        "faults": faults,
        "coverage": found.coverage.to_dicts(),
    }


def formats_of(asked: str) -> tuple[str, ...]:
    """The formats that a list such as `csv,json` names.

    Raises:
        UsageError: for a format that is not written.
    """
    wanted = tuple(f.strip().lower() for f in asked.split(",") if f.strip())
    if strange := [f for f in wanted if f not in FORMATS]:
        raise UsageError("serve.format_unknown", given=strange[0][:20], allowed=", ".join(FORMATS))
    return wanted


def write(session: Session, record: dict[str, object], out: Path, formats: tuple[str, ...]) -> None:
    """Write `faults.csv`, `coverage.csv` and `examination.json` of an examination's record into a folder."""
    if "json" in formats:
        atomic_write(out / "examination.json", json.dumps(record, ensure_ascii=False, indent=1, default=str))
    if "csv" in formats:
        for name in ("faults", "coverage"):
            rows = record[name]
            atomic_write(out / f"{name}.csv", _csv(rows if isinstance(rows, list) else []))
    session.tell("check.written", folder=str(out))


def _csv(rows: list[dict[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else ["rule_id"], lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: defused(v) if isinstance(v, str) else v for k, v in row.items()} for row in rows)
    # The mark makes Excel read accents right; other readers skip it.
    return "\ufeff" + text.getvalue()


def tell_standing(session: Session, found: list[Standing]) -> None:
    """One line per period and status with the authorities concerned where they are few."""
    session.give({"submissions": [asdict(s) for s in found]})
    if not found:
        session.tell("status.nothing")
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for s in found:
        grouped.setdefault((s.period_id, s.return_id, s.status), []).append(s.authority_code)
    for (period, return_id, status), codes in sorted(grouped.items()):
        named = ", ".join(codes) if len(codes) <= 6 else session.say("status.authorities", n=len(codes))
        session.line(f"{period:<10} {return_id:<18} {session.say(f'status.{status}'):<28} {named}")
