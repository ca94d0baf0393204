from __future__ import annotations

from pathlib import Path

import pytest

from publisher.errors import SourceError, SourceMissing, SourceSyntax
from publisher.load.files import Role, SourcePath
from publisher.load.parse import SourceFile, parse_file, parse_text, stream_files

BASE = "https://data.example.org/"
GOOD = "PREFIX e: <https://e.org/>\ne:a e:b e:c .\n"
XML = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="https://e.org/">'
    '\n<rdf:Description rdf:about="a"><e:b rdf:version="1.2" {}>{}</e:b>'
    "</rdf:Description></rdf:RDF>"
)


def parsed(folder: Path, content: str | bytes, name: str = "x.ttl") -> SourceFile:
    """Return a file with some content, read."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return parse_file(SourcePath(path, f"data/lakes/{name}", Role.DATA, "dataset/lakes"), BASE)


def test_a_file_knows_its_triples_and_prefixes(tmp_path: Path) -> None:
    """Both ways to declare a prefix count."""
    text = '@prefix f: <https://f.org/> .\nprefix e: <https://e.org/>\ne:a e:b f:c, "d"@sv .\n'
    file = parsed(tmp_path, text)
    assert [str(triple) for triple in file.triples] == [
        "<https://e.org/a> <https://e.org/b> <https://f.org/c>",
        '<https://e.org/a> <https://e.org/b> "d"@sv',
    ]
    assert file.prefixes == {"f": "https://f.org/", "e": "https://e.org/"}


def test_a_relative_iri_is_resolved_against_the_base(tmp_path: Path) -> None:
    """Sources write IRIs out, but may write them short."""
    file = parsed(tmp_path, "<id/a> a <def/water#Lake> .")
    assert str(file.triples[0].subject) == "<https://data.example.org/id/a>"


@pytest.mark.parametrize(
    ("text", "line", "column", "expected"),
    [
        ("<a> <b> <c>\n<d> <e> <f> .", 2, 1, "before this place a full stop is missing"),
        (GOOD + 'e:a e:b "x .\n', 3, 9, "what begins here does not end"),
        (GOOD + "e:a e:b x:c .", 3, 9, "the prefix 'x:' is not declared above"),
        (GOOD + "e:a e:b <c d> .", 3, 9, "holds the character ' '"),
        (GOOD + "e:å e:b , .", 3, 9, "before ',' a value is missing"),
        (GOOD + "e:a e:b", 3, 8, "the file ends in the middle"),
    ],
)
def test_a_syntax_error_names_file_line_column_and_what_was_expected(
    tmp_path: Path, text: str, line: int, column: int, expected: str
) -> None:
    """An editor must find the place without knowing Turtle's grammar."""
    with pytest.raises(SourceSyntax) as error:
        parsed(tmp_path, text)
    said = error.value.in_language("en")
    assert (error.value.line, error.value.column) == (line, column)
    assert said.startswith(f"data/lakes/x.ttl: Line {line}, column {column}: ")
    assert expected in said
    assert "nothing was published" in said


def test_a_syntax_error_shows_the_line_as_it_is(tmp_path: Path) -> None:
    """Braces and percent signs in the source are no places for values."""
    with pytest.raises(SourceSyntax, match=r"\{line\} %s"):
        parsed(tmp_path, GOOD + "e:a e:b {line} %s .")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.nt", "<https://e.org/a> <https://e.org/b> ."),
        ("x.jsonld", '{"@id": "a",'),
        ("x.jsonld", '{"@context": "https://c.example.org/", "@id": "a", "name": "b"}'),
        ("x.rdf", "<a/>"),
        ("x.rdf", "<rdf:RDF"),
    ],
)
def test_every_format_has_its_errors_named(tmp_path: Path, name: str, content: str) -> None:
    """A context is never fetched either."""
    with pytest.raises(SourceSyntax, match=f"data/lakes/{name}: Line"):
        parsed(tmp_path, content, name)


def test_graphs_in_a_file_that_has_none_are_named(tmp_path: Path) -> None:
    """TriG and N-Quads are often called as what they are made of."""
    fact = "<urn:a> <urn:b> <urn:c>"
    for name, content in (("x.ttl", f"<urn:g> {{ {fact} }}"), ("x.nt", f"{fact} <urn:g> .")):
        (tmp_path / name).write_text(content, encoding="utf-8")
        with pytest.raises(SourceSyntax, match=r"end its name with \.trig"):
            list(stream_files([tmp_path / name]))


def test_another_encoding_is_named_with_its_place(tmp_path: Path) -> None:
    """Windows-1252 is what an old editor writes."""
    content = GOOD + 'e:a e:b "sjö" .\n'
    with pytest.raises(SourceSyntax) as error:
        parsed(tmp_path, content.encode("windows-1252"))
    said = error.value.in_language("en")
    assert "data/lakes/x.ttl: The file is not UTF-8: byte 52 (line 3) is 0xF6." in said
    assert "Save it with the encoding UTF-8" in said


def test_utf_16_is_another_encoding(tmp_path: Path) -> None:
    """What Windows calls Unicode."""
    with pytest.raises(SourceSyntax, match="The file is not UTF-8: it is UTF-16"):
        parsed(tmp_path, GOOD.encode("utf-16"))


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    """Some editors put it in front of UTF-8, and nobody sees it."""
    assert len(parsed(tmp_path, GOOD.encode("utf-8-sig")).triples) == 1


@pytest.mark.parametrize("content", ["", "\n\n", "# Nothing yet\n", "PREFIX e: <https://e.org/>"])
def test_a_draft_without_a_triple_is_named(tmp_path: Path, content: str) -> None:
    """Most often it was emptied by mistake."""
    with pytest.raises(SourceMissing) as error:
        parse_text(SourcePath(tmp_path / "x.ttl", "data/x.ttl", Role.DATA, ""), content, "urn:e:")
    assert error.value.in_language("en").startswith("data/x.ttl: The file holds no triple.")


@pytest.mark.parametrize(
    ("name", "text", "line", "words"),
    [
        ("x.ttl", GOOD + '# "y"@sv--ltr\ne:a e:b "x"@sv--ltr .', 4, "'x' has a direction"),
        ("x.ttl", GOOD + 'e:a e:b "<<",\n <<( e:a e:b e:c )>> .', 4, "about a statement"),
        ("x.ttl", GOOD + "<< e:a e:b e:c >> e:d e:f .", 3, "about a statement"),
        ("x.trig", GOOD + "e:a e:b e:c {| e:d e:f |} .", 3, "about a statement"),
        ("x.nt", '<urn:a> <urn:b>\t"ק--"@he--rtl .', 1, "'ק--' has a direction"),
        (
            "x.rdf",
            XML.format('rdf:parseType="Triple"', '<rdf:Description e:d="f"/>'),
            2,
            "about a statement",
        ),
        ("x.rdf", XML.format('rdf:annotation="urn:r"', "c"), 2, "about a statement"),
        (
            "x.jsonld",
            '{"urn:b": {\n"@value": "x", "@language": "ar",\n"@direction": "rtl"}}',
            3,
            "'x' has a direction",
        ),
    ],
)
def test_what_rdf_1_1_cannot_say_is_refused(
    tmp_path: Path, name: str, text: str, line: int, words: str
) -> None:
    """The parser reads RDF 1.2; SHACL, JSON-LD and the portals do not."""
    with pytest.raises(SourceSyntax, match=words) as error:
        parsed(tmp_path, text, name)
    assert error.value.line == line


def test_a_link_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    """The system's own words, in a sentence with a cure."""
    (tmp_path / "x.ttl").symlink_to("gone.ttl")
    source = SourcePath(tmp_path / "x.ttl", "data/lakes/x.ttl", Role.DATA, "dataset/lakes")
    with pytest.raises(SourceError) as error:
        parse_file(source, BASE)
    said = error.value.in_language("en")
    assert said.startswith("data/lakes/x.ttl: The file cannot be read: No such file or directory.")
    assert "nothing was published" in said


@pytest.mark.slow
def test_deep_nesting_breaks_nothing(tmp_path: Path) -> None:
    """A file made by a program may be strange; the check must survive it."""
    depth = 5_000
    text = GOOD + "e:a e:b " + "[ e:b " * depth + "1" + " ]" * depth + " ."
    assert len(parsed(tmp_path, text).triples) == depth + 2


@pytest.mark.parametrize("name", ["x.nt", "x.nq", "x.ttl"])
@pytest.mark.parametrize(
    "said",
    [
        "<< <urn:a> <urn:b> <urn:c> >> <urn:d> <urn:e> .",
        "<urn:d> <urn:e> << <urn:a> <urn:b> <urn:c> >> .",
    ],
)
def test_a_statement_about_a_statement_is_called_so_in_each_syntax(
    tmp_path: Path, name: str, said: str
) -> None:
    """In N-Triples RDF 1.2 has another form, so that the parser stops at this one."""
    with pytest.raises(SourceSyntax, match="about a statement") as error:
        parsed(tmp_path, f"<urn:a> <urn:b> <urn:c> .\n{said}\n", name)
    assert error.value.line == 2


@pytest.mark.parametrize("content", ["../hav/öar.ttl", "skär.owl\n"])
def test_a_link_that_became_a_text_is_named(tmp_path: Path, content: str) -> None:
    """So Git writes links where a system has none."""
    with pytest.raises(SourceSyntax, match=r"name of another file: (?:.*öar\.ttl|skär\.owl)"):
        parsed(tmp_path, content)
