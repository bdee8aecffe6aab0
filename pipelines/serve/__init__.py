"""Serve room: published editions are read here, by SQL, by file and over HTTP, and never written.

No path before publication is known here, and no figure is computed.
"""

from __future__ import annotations

from pipelines.serve.editions import Published, PublishedEdition
from pipelines.serve.exporting import FORMATS, export
from pipelines.serve.querying import Limits, query

__all__ = ["FORMATS", "Limits", "Published", "PublishedEdition", "export", "query"]
