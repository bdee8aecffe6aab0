"""Rules on a return: choose the pack, compile to SQL, run, account for every rule.

Reading files and typing cells do not belong here (see the rest of `pipelines/conform/`).
"""

from pipelines.conform.rules.engine import pack_for, prepare, run, run_held, run_many, run_pack
from pipelines.conform.rules.pack_text import pack_text
from pipelines.conform.rules.packs import Pack, PackKey, needs_held, pack_of
from pipelines.conform.rules.quantities import quantities
from pipelines.conform.rules.records import NOT_APPLICABLE, RuleContext, RuleJob, RuleOutcome

__all__ = [
    "NOT_APPLICABLE",
    "Pack",
    "PackKey",
    "RuleContext",
    "RuleJob",
    "RuleOutcome",
    "needs_held",
    "pack_for",
    "pack_of",
    "pack_text",
    "prepare",
    "quantities",
    "run",
    "run_held",
    "run_many",
    "run_pack",
]
