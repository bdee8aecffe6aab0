"""Whatever happens to the bytes on the way, examining them ends in an examination and never in an exception."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from made_submissions import PlainTokeniser, submission, write_csvs, write_xlsx, write_xml, write_zip

from pipelines.conform import Claim, SourceFile
from pipelines.conform.examination import read_submission
from pipelines.conform.merge import merge
from schemas import Catalogue

PIECES = (
    b"", b"\x00", b'"', b",", b"\r\n", b"\xff", b"<", b">", b"&", b"<!DOCTYPE a>", b"]]>", b"CHILD", b"PK\x03\x04",
    b"=1+1", b"\xef\xbb\xbf", b"'", b";", b"\t", b"9" * 400, b"</Child>", b"<Episode>", b"31/02/2018",
)  # fmt: skip


@functools.cache
def originals() -> tuple[tuple[str, bytes], ...]:
    """One file of each container."""
    tables = submission(3)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_csvs(root / "sent", tables)
        made = (
            root / "sent" / "Episodes.csv",
            root / "sent" / "Return.csv",
            write_zip(root / "a.zip", tables),
            write_xlsx(root / "a.xlsx", tables),
            write_xml(root / "a.xml", tables),
        )
        return tuple((path.name, path.read_bytes()) for path in made)


@st.composite
def mutated(draw: st.DrawFn) -> SourceFile:
    """A file with pieces cut out, doubled, or put in."""
    name, content = draw(st.sampled_from(originals()))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.sampled_from((0, 1, 2, 8, 64, 4096))))
        filling = draw(st.sampled_from(PIECES) | st.binary(max_size=8) | st.just(content[start:end] * 2))
        content = content[:start] + filling + content[end:]
    return SourceFile(name, content)


@given(files=st.lists(mutated(), min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_nothing_that_is_sent_raises(catalogue: Catalogue, files: list[SourceFile]) -> None:
    reading = read_submission(catalogue, PlainTokeniser(), files, Claim(authority="512", period="2018-19"))
    faults, coverage = merge(catalogue, reading.log, None)
    assert set(faults["rule_id"]) <= set(coverage["rule_id"])
    assert not reading.log.has("FM18"), "a table on which we fail is a mistake of ours"
