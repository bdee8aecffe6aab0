"""Folding of names of columns, sheets and elements, so that spellings of one name can be compared.

Which names exist does not belong here.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SEPARATORS = re.compile(r"[\W_]+")


@lru_cache(maxsize=4096)
def fold_name(name: str) -> str:
    """A name without case, accents, spaces, underscores and punctuation: `Pl. Post` and `PL_POST` are one."""
    plain = unicodedata.normalize("NFKD", name.replace("’", "'"))
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return _SEPARATORS.sub("", letters).casefold()
