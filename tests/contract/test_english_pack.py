"""England's own tables are added as a pack: a table, its items and code list, a layout and a rule, without any code.

What the rules of the present pack find does not belong here.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from pipelines.conform.rules import pack_of
from pipelines.conform.rules.examples import expected, verdict
from pipelines.conform.rules.packs import PackKey
from pipelines.conform.rules.relations import layout_of
from schemas.catalogue import SPEC, read

RULE = """
rules:
- code: SW90
  title: {en: Reason of the worker's episode, cy: Rheswm pwl y gweithiwr}
  message: {en: The reason is not in the list., cy: Nid yw'r rheswm yn y rhestr.}
  allowed: {en: A code of the list., cy: Cod o'r rhestr.}
  guidance: {en: Correct the code., cy: Cywirwch y cod.}
  severity: error
  table: social_worker
  items: [worker_reason_code]
  tables: [social_worker]
  returns: [ssda903]
  jurisdictions: [england]
  check: in_code_list
  arguments: {list: worker_reason}
  origin: DfE SW02STG1
  certainty: sourced
  examples:
  - {verdict: fail, tables: {social_worker: [{child_id: a, worker_reason_code: NOPE}]}, rows: {social_worker: [1]}}
  - {verdict: pass, tables: {social_worker: [{child_id: a, worker_reason_code: FCONTA}]}}
"""
CODES = """code,label_en,label_cy,cy_source,valid_from,valid_to,group,jurisdiction,source,certainty
FCONTA,First contact,Cyswllt cyntaf,,,,,england,GH-903,sourced
"""


def added(folder: Path) -> Path:
    """A copy of the specification with a small English pack: files written, and no code."""
    spec = shutil.copytree(SPEC, folder / "spec")
    (spec / "rules" / "england_workers.yml").write_text(RULE, encoding="utf-8")
    (spec / "code_lists" / "worker_reason.csv").write_text(CODES, encoding="utf-8")
    with (spec / "code_lists" / "index.yml").open("a", encoding="utf-8") as index:
        index.write("  worker_reason: {title: {en: Reason of the worker, cy: Rheswm y gweithiwr}}\n")
    families = spec / "rule_families.yml"
    held = yaml.safe_load(families.read_text(encoding="utf-8"))
    text = {"en": "Workers (England)", "cy": "Gweithwyr (Lloegr)"}
    held["families"]["england_workers"] = {"title": text, "about": text}
    families.write_text(yaml.safe_dump(held, allow_unicode=True), encoding="utf-8")
    return spec


def test_a_table_that_wales_lacks_is_judged_by_an_added_rule(tmp_path: Path) -> None:
    catalogue = read(added(tmp_path))
    rule = next(r for r in catalogue.rules if r.code == "SW90")
    assert "social_worker" in layout_of(catalogue).kinds
    assert [verdict(catalogue, rule, e) for e in rule.examples] == [expected(e) for e in rule.examples]
    assert pack_of(catalogue.rules, PackKey("2023-24", "england")).rule("SW90") == rule
    assert pack_of(catalogue.rules, PackKey("2023-24", "wales")).rule("SW90") is None
