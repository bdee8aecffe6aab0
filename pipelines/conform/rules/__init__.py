"""Rules on a return: choose the pack, compile to SQL, run, account for every rule.

Reading files and typing cells do not belong here (see the rest of `pipelines/conform/`).
"""

from pipelines.conform.rules.engine import run, run_many, run_pack
from pipelines.conform.rules.packs import Pack, pack_of
from pipelines.conform.rules.records import RuleContext, RuleJob, RuleOutcome

__all__ = ["Pack", "RuleContext", "RuleJob", "RuleOutcome", "pack_of", "run", "run_many", "run_pack"]
