"""The only room that imports Dagster; every definition is a few lines that call a room through `pipelines.flow`.

Nothing here reads a row: assets return counts, checks return counts, and what an asset makes lies in files.
"""

from pipelines.defs.assemble import build_definitions

__all__ = ["build_definitions"]
