"""The StatsWales pack of an edition, and a dry run of the rules that StatsWales applies to an upload.

Reading what StatsWales serves does not belong here (see `pipelines/conform/statswales`).
"""

from pipelines.publish.statswales.pack import FOLDER, MANIFEST, write_pack
from pipelines.publish.statswales.records import Failure
from pipelines.publish.statswales.rules import check

__all__ = ["FOLDER", "MANIFEST", "Failure", "check", "write_pack"]
