"""Where Dagster finds everything: `dagster dev` loads this module.

Definitions themselves do not belong here (see `pipelines/defs`).
"""

from pipelines.defs import build_definitions

defs = build_definitions()
