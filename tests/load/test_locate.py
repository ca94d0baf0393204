from __future__ import annotations

from pathlib import Path

import pytest

from publisher.load.files import Role, SourcePath
from publisher.load.parse import SourceFile, find_line, parse_file

E = "https://e.org/"
SKOS = "http://www.w3.org/2004/02/skos/core#"
TEXT = """\
PREFIX e: <https://e.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

e:ab
    a skos:Concept ;
    skos:broader e:a ;
.

e:a
    a skos:Concept ;
    skos:prefLabel
        "a"@en ,
        "skos:note"@sv ;
    skos:note "e:missing"@en ;
.

<https://f.org/a>
    skos:exactMatch e:a ;
.
"""


@pytest.fixture
def file(tmp_path: Path) -> SourceFile:
    """Return the text above, read."""
    path = tmp_path / "x.ttl"
    path.write_text(TEXT, encoding="utf-8")
    return parse_file(SourcePath(path, "data/x/x.ttl", Role.DATA, "dataset/x"), E)


@pytest.mark.parametrize(
    ("subject", "predicate", "line"),
    [
        (f"{E}ab", "", 4),
        (f"{E}a", "", 9),
        (f"{E}a", f"{SKOS}prefLabel", 11),
        (f"{E}a", f"{SKOS}note", 14),
        (f"{E}a", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", 10),
        (f"{E}a", f"{SKOS}altLabel", 9),
        ("https://f.org/a", f"{SKOS}exactMatch", 18),
        ("https://f.org/b", "", 0),
    ],
)
def test_a_finding_gets_the_line_of_its_property_else_of_its_subject(
    file: SourceFile, subject: str, predicate: str, line: int
) -> None:
    """A missing property is mended where the subject is written."""
    assert find_line(file, subject, predicate) == line


def test_a_file_in_another_layout_has_lines_too(tmp_path: Path) -> None:
    """The first line that names the subject is better than none."""
    path = tmp_path / "x.nt"
    path.write_text("<https://e.org/a> <https://e.org/b> <https://e.org/c> .\n", encoding="utf-8")
    file = parse_file(SourcePath(path, "data/x/x.nt", Role.DATA, "dataset/x"), E)
    assert find_line(file, "https://e.org/a", "https://e.org/b") == 1


def test_a_name_in_another_layout_is_not_found_in_a_longer_one(tmp_path: Path) -> None:
    """Indented, with a relative address: the whole name counts, not its beginning."""
    path = tmp_path / "x.ttl"
    path.write_text(
        "PREFIX e: <https://e.org/>\n e:ab e:p e:c .\n e:a e:p e:c .\n <x/y>\n  e:p e:c .\n",
        encoding="utf-8",
    )
    file = parse_file(SourcePath(path, "data/x/x.ttl", Role.DATA, "dataset/x"), E)
    assert find_line(file, f"{E}a", f"{E}p") == 3
    assert find_line(file, f"{E}x/y") == 4


def test_a_file_is_read_once_for_all_its_findings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file may have a finding on every line."""
    path = tmp_path / "x.ttl"
    head = "PREFIX e: <https://e.org/>\n"
    path.write_text(head + "".join(f"e:x{n}\n    e:p e:c .\n" for n in range(500)), "utf-8")
    file = parse_file(SourcePath(path, "data/x/x.ttl", Role.DATA, "dataset/x"), E)
    read: list[Path] = []
    read_bytes = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda p: read.append(p) or read_bytes(p))
    lines = [find_line(file, f"{E}x{number}", f"{E}p") for number in range(500)]
    assert lines == [2 * number + 3 for number in range(500)]
    assert read == [path]


def test_a_file_that_changed_has_other_lines(tmp_path: Path) -> None:
    """Nothing is remembered of what stood there before."""
    path = tmp_path / "x.ttl"
    source = SourcePath(path, "data/x/x.ttl", Role.DATA, "dataset/x")
    for blank in range(3):
        path.write_text("\n" * blank + "<https://e.org/a> <https://e.org/b> 1 .\n", "utf-8")
        assert find_line(parse_file(source, E), f"{E}a") == blank + 1


@pytest.mark.parametrize(
    ("subject", "line"), [(f"{E}a", 3), (f"{E}x#b", 4), (f"{E}c", 5), (f"{E}x#d", 6)]
)
def test_a_thing_of_rdf_xml_is_at_the_line_that_names_it(
    tmp_path: Path, subject: str, line: int
) -> None:
    """In full, by a fragment, in part, or by rdf:ID."""
    path = tmp_path / "x.rdf"
    path.write_text(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="https://e.org/"'
        f'\n xml:base="{E}x">\n<e:T rdf:about="{E}a"/>\n<e:T rdf:about="#b"/>\n'
        "<e:T rdf:about='c'/>\n<e:T rdf:ID=\"d\"/>\n</rdf:RDF>",
        encoding="utf-8",
    )
    file = parse_file(SourcePath(path, "data/x/x.rdf", Role.DATA, "dataset/x"), E)
    assert find_line(file, subject) == line


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.ttl", "@base <https://f.org/moor/> .\n\n<heron>\n a <#Bird> ."),
        ("x.ttl", "BASE <https://f.org/>\n\n<moor/heron>\n a <#Bird> ."),
        ("x.ttl", "base <https://f.org/sea>\n\n</moor/heron>\n a <#Bird> ."),
        ("x.ttl", "@base <https://f.org/moor/heron> .\n\n<>\n a <#Bird> ."),
        (
            "x.rdf",
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"\n'
            ' xml:base="https://f.org/moor/x">\n<rdf:Description rdf:about="heron">'
            '<rdf:type rdf:resource="#Bird"/></rdf:Description></rdf:RDF>',
        ),
        (
            "x.jsonld",
            '{"@context": {"@base": "https://f.org/moor/"},\n\n"@id": "heron", "@type":'
            ' "https://f.org/Bird"}',
        ),
    ],
)
def test_a_name_that_is_written_relative_to_a_base_has_a_line(
    tmp_path: Path, name: str, text: str
) -> None:
    """RFC 3986, section 5.2: below the document, beside it, from the root, or itself."""
    (tmp_path / name).write_text(text, encoding="utf-8")
    source = SourcePath(tmp_path / name, f"data/x/{name}", Role.DATA, "dataset/x")
    assert find_line(parse_file(source, E), "https://f.org/moor/heron") == 3
