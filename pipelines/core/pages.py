"""Templates of pages, opened with what every page needs: escaping, and no name that is not given.

What a page says does not belong here.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined, Template
from jinja2.bccache import Bucket


class _Kept(FileSystemBytecodeCache):
    """Compiled templates beside the compiled code, as Python keeps its own; a folder that cannot be written to costs
    time and nothing else."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                Path(self.directory).mkdir(exist_ok=True)
                super().dump_bytecode(bucket)


@cache
def template(folder: Path, name: str) -> Template:
    """The template `name` of a folder; compiling it anew took longer than filling it."""
    kept = _Kept(str(folder / "__pycache__"), "%s.template")
    environment = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, bytecode_cache=kept
    )
    return environment.get_template(name)
