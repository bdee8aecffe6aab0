"""The statistical bulletin of an edition, as a page and as a paper, in each language, made from the edition alone.

Any figure or word about figures that does not follow from the edition's mart or its proof does not belong here.
"""

from __future__ import annotations

from pipelines.publish.bulletin.content import bulletin_name, document
from pipelines.publish.bulletin.page import page
from pipelines.publish.bulletin.paper import paper
from pipelines.publish.bulletin.protection import Proved, of_proof

__all__ = ["Proved", "bulletin_name", "document", "of_proof", "page", "paper"]
