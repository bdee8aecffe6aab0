"""Synthetic returns and exports whose margins are the published figures.

Reading returns, checking them and publishing do not belong here.
"""

from pipelines.synthetic.make import make
from pipelines.synthetic.records import SampleManifest, SampleSpec

__all__ = ["SampleManifest", "SampleSpec", "make"]
