"""Publish room: disclosed rows become an immutable, bilingual edition folder, and `latest` points to it.

No person-level path, no rule and no protection is known here.
"""

from pipelines.publish.publication import publish
from pipelines.publish.records import (
    CoverageRow,
    Edition,
    EditionResult,
    InputFile,
    PublishContext,
)

__all__ = ["CoverageRow", "Edition", "EditionResult", "InputFile", "PublishContext", "publish"]
