from __future__ import annotations

from pathlib import Path

import pytest

from publisher.load.files import Role, SourcePath
from publisher.load.locate import line_of
from publisher.load.parse import SourceFile, parse_file

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
    assert line_of(file, subject, predicate) == line


def test_a_file_in_another_layout_has_lines_too(tmp_path: Path) -> None:
    """The first line that names the subject is better than none."""
    path = tmp_path / "x.nt"
    path.write_text("<https://e.org/a> <https://e.org/b> <https://e.org/c> .\n", encoding="utf-8")
    file = parse_file(SourcePath(path, "data/x/x.nt", Role.DATA, "dataset/x"), E)
    assert line_of(file, "https://e.org/a", "https://e.org/b") == 1
