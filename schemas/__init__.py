"""The specification of Mesur and what derives from it.

Nothing here knows Dagster, dbt, or where data lies on disk.
"""

from schemas.catalogue import Catalogue, CatalogueError, load

__all__ = ["Catalogue", "CatalogueError", "load"]
