"""Records of an XML message."""

from __future__ import annotations

import pytest

from pipelines.conform.reading import xml
from pipelines.conform.reading.source import SourceFile

EXPECTED = {
    "child": frozenset({"child", "sex", "dob"}),
    "header": frozenset({"child", "sex", "dob"}),
    "children": frozenset({"child"}),
    "episode": frozenset({"child", "decom", "ls"}),
    "review": frozenset({"child", "dob", "review"}),
}


def read(text: str | bytes) -> tuple[dict[str, list[tuple[str | None, ...]]], dict[str, str], list[str]]:
    content = text.encode() if isinstance(text, str) else text
    grids, cover, problems = xml.read_xml(SourceFile("m.xml", content), EXPECTED)
    return {g.names[0]: g.cells.rows() for g in grids}, cover, [p.code for p in problems]


MESSAGE = """<Message><Header><Collection>LAC</Collection><Year> 2018-19 </Year></Header>
<Child><CHILD>A</CHILD><DOB>01/02/2010</DOB>
<Episode><DECOM>01/05/2018</DECOM><LS/></Episode>
<Review><REVIEW>01/06/2018</REVIEW></Review>
<SEX>1</SEX></Child>
<Child><CHILD>B</CHILD><SEX>2</SEX><DOB></DOB></Child></Message>"""


def test_nested_records_take_what_they_expect_from_the_child() -> None:
    tables, cover, problems = read(MESSAGE)
    assert problems == []
    assert cover == {"collection": "LAC", "year": "2018-19"}
    assert tables["Child"] == [("CHILD", "DOB", "SEX"), ("A", "01/02/2010", "1"), ("B", None, "2")]
    assert tables["Episode"] == [("DECOM", "LS", "CHILD"), ("01/05/2018", None, "A")]
    assert tables["Review"] == [("REVIEW", "CHILD", "DOB"), ("01/06/2018", "A", "01/02/2010")]


def test_wrappers_around_records_and_leaves_are_looked_through() -> None:
    tables, _, problems = read(
        "<Message><Children><Child><ChildIdentifiers><CHILD>A</CHILD></ChildIdentifiers>"
        "<ChildCharacteristics><SEX>1</SEX></ChildCharacteristics>"
        "<Episodes><Episode><DECOM>x</DECOM></Episode></Episodes></Child></Children></Message>"
    )
    assert problems == []
    assert tables["Child"] == [("CHILD", "SEX"), ("A", "1")]
    assert tables["Episode"] == [("DECOM", "CHILD"), ("x", "A")]


def test_a_prefix_of_a_namespace_is_no_part_of_a_name() -> None:
    tables, _, _ = read("<m:M xmlns:m='u'><m:Child><m:CHILD>A</m:CHILD></m:Child></m:M>")
    assert tables == {"Child": [("CHILD",), ("A",)]}


def test_a_column_that_stands_twice_keeps_both() -> None:
    tables, _, _ = read("<M><Child><CHILD>A</CHILD><SEX>1</SEX><SEX>2</SEX></Child></M>")
    assert tables["Child"] == [("CHILD", "SEX", "SEX"), ("A", "1", "2")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('<!DOCTYPE M [<!ENTITY a "b">]><M><Child><CHILD>&a;</CHILD></Child></M>', "xml_dtd"),
        ('<!DOCTYPE M SYSTEM "file:///etc/hostname"><M/>', "xml_dtd"),
        ("<M><Child><CHILD>A</CHILD></Child>", "xml_broken"),
        ("<M><Child><CHILD>&nbsp;</CHILD></Child></M>", "xml_broken"),
        ("<html><body>no", "xml_broken"),
        ("<a>" * 2000 + "</a>" * 2000, "xml_deep"),
        ("<?xml version='1.0' encoding='nonsense'?><M/>", "xml_broken"),
    ],
)
def test_what_is_refused_gives_no_row_at_all(text: str, code: str) -> None:
    assert read(text) == ({}, {}, [code])


def test_a_bomb_of_entities_is_refused_before_anything_unfolds() -> None:
    lol = '<!ENTITY l0 "lol">' + "".join(f'<!ENTITY l{i} "{"&l" + str(i - 1) + ";" * 1}">' for i in range(1, 9))
    assert read(f"<?xml version='1.0'?><!DOCTYPE l [{lol}]><l>&l8;</l>")[2] == ["xml_dtd"]


def test_a_record_with_more_columns_than_any_table_is_no_table() -> None:
    leaves = "".join(f"<C{i}>1</C{i}>" for i in range(401))
    message = f"<M><Child>{leaves}</Child><Episode><CHILD>A</CHILD></Episode></M>"
    assert read(message) == ({"Episode": [("CHILD",), ("A",)]}, {}, ["not_a_table"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252"])
def test_encodings_that_the_document_declares(encoding: str) -> None:
    text = f"<?xml version='1.0' encoding='{encoding}'?><M><Child><CHILD>Môn</CHILD></Child></M>"
    content = text.encode(encoding)
    assert xml.looks_like_xml(content)
    assert read(content)[0] == {"Child": [("CHILD",), ("Môn",)]}
