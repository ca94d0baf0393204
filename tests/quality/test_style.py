from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from publisher.findings import Finding
from publisher.load.sources import Sources, read_sources
from publisher.quality.file_rules import (
    LAYOUT_RULE,
    _LaidOut,
    check_files,
    check_style,
    fix_style,
)

BASE = "https://data.example.org/"
LAKES = "data/lakes/lakes.ttl"


def findings(sources: Sources) -> list[Finding]:
    """Return what is found in the layout of the files."""
    return [
        finding
        for file in sources.files
        for finding in check_style(file, file.triples, sources.prefixes)
    ]


def rewrite(world: Path, text: str, name: str = LAKES) -> Path:
    """Write a source anew and return where it is."""
    path = world / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def facts(path: Path) -> set[str]:
    """Return what a Turtle file says."""
    return {str(q.triple) for q in parse(path.read_bytes(), RdfFormat.TURTLE, base_iri=BASE)}


UNTIDY = """\
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix w: <https://data.example.org/def/water#> .
@prefix ex: <https://unlisted.example/> .
<id/lake/siljan> skos:prefLabel 'Siljan'@sv, \"\"\"Sil"jan
# no comment\"\"\"@en ; a w:Lake ; ex:deep "134"^^<http://www.w3.org/2001/XMLSchema#integer> .
<https://data.example.org/id/lake/a> a w:Lake .
"""
TIDY = """\
PREFIX ex: <https://unlisted.example/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX w: <https://data.example.org/def/water#>

<https://data.example.org/id/lake/a>
    a w:Lake ;
.

<https://data.example.org/id/lake/siljan>
    a w:Lake ;
    skos:prefLabel
        \"\"\"Sil"jan
# no comment\"\"\"@en ,
        "Siljan"@sv ;
    ex:deep 134 ;
.
"""


def test_a_file_in_another_layout_is_a_warning_with_its_first_line(world: Path) -> None:
    """It may be published; the next change would show as a hundred."""
    rewrite(world, TIDY.replace("\n    a w:Lake ;\n    skos", "\n    a w:Lake;\n    skos"))
    (found,) = findings(read_sources(world, BASE))
    assert (found.file, found.line, found.rule) == (LAKES, 10, "layout")
    assert not found.severity.blocks
    assert "publisher check --fix" in found.message["en"]


def test_the_fix_puts_a_file_in_order_and_changes_nothing_it_says(world: Path) -> None:
    """Content before layout."""
    path = rewrite(world, UNTIDY)
    before = facts(path)
    assert fix_style(read_sources(world, BASE)) == [LAKES]
    assert path.read_text(encoding="utf-8") == TIDY
    assert facts(path) == before


def test_the_fix_a_second_time_has_nothing_to_do(world: Path) -> None:
    """And the check has nothing to say."""
    rewrite(world, UNTIDY)
    fix_style(read_sources(world, BASE))
    tidy = read_sources(world, BASE)
    assert findings(tidy) == []
    assert fix_style(tidy) == []


def test_line_ends_of_windows_are_put_in_order(world: Path) -> None:
    """Git would show every line as changed; a text keeps what it says, its carriage return too."""
    path = rewrite(world, "")
    path.write_bytes(TIDY.replace("\n", "\r\n").encode())
    assert fix_style(read_sources(world, BASE)) == [LAKES]
    assert path.read_bytes() == TIDY.replace('Sil"jan\n', 'Sil"jan\\r\n').encode()


@pytest.mark.parametrize(
    "text",
    [
        "# Lakes\n" + UNTIDY,
        UNTIDY + "# a -> b",
        UNTIDY + "#\n",
        UNTIDY.replace("a w:Lake ;", "a w:Lake ; # measured <https://e.org/>\n"),
        UNTIDY.replace("a w:Lake ;", "a w:Lake;#glued\n"),
        UNTIDY.replace("'Siljan'@sv", "'Sil\"jan'@sv # one \" is open\n"),
        UNTIDY.replace("'Siljan'@sv", "'''Sil\"jan'''@sv # one\n"),
    ],
)
def test_a_file_with_a_comment_is_its_authors(world: Path, text: str) -> None:
    """A comment lost is knowledge lost."""
    path = rewrite(world, text)
    assert findings(read_sources(world, BASE)) == []
    assert fix_style(read_sources(world, BASE)) == []
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    "text",
    [
        UNTIDY,
        UNTIDY.replace('Sil"jan', "x' # \\\\"),
        UNTIDY.replace("'Siljan'@sv", "'# ' , \"#\""),
        UNTIDY.replace("ex:deep", "w:a\\~b"),
    ],
)
def test_a_hash_in_a_text_or_a_name_is_no_comment(world: Path, text: str) -> None:
    """Half of all IRIs have one."""
    path = rewrite(world, text)
    before = facts(path)
    assert fix_style(read_sources(world, BASE)) == [LAKES]
    assert facts(path) == before


def test_a_file_with_blank_nodes_is_its_authors(world: Path) -> None:
    """Brackets would become names that mean nothing."""
    text = UNTIDY + "<https://data.example.org/id/lake/b> skos:note [ skos:note 'x' ] ."
    path = rewrite(world, text)
    assert fix_style(read_sources(world, BASE)) == []
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", ["ontology/examples/Lake.ttl", "data/lakes/more.nt"])
def test_examples_and_other_formats_are_left_as_they_are(world: Path, name: str) -> None:
    """Neither warned about nor rewritten: the two go together."""
    text = "<https://e.org/b> <https://e.org/p> <https://e.org/a> .\n"
    path = rewrite(world, text, name)
    assert findings(read_sources(world, BASE)) == []
    assert fix_style(read_sources(world, BASE)) == []
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    "kept",
    [
        "PREFIX : <https://data.example.org/id/mill/>",
        "PREFIX un.used: <urn:nothing:>",
        "PREFIX isbn: <urn:isbn:>",
        ":väder.kvarn-2\n",
        "isbn:9789100000000",
        '"colour"@en-gb',
        '"реч"@sr-Cyrl',
        "007 ;",
        '"1.50"^^xsd:float',
        '"""One line.\n\tTwo "quoted" lines, \\\\ and a \\""""@en',
        '"""Windows\\r\nwrote it."""',
        '"not\\nlong"',
    ],
)
def test_the_fix_keeps_what_the_author_has_chosen(world: Path, kept: str) -> None:
    """Layout is the order of lines, not how names and values are written."""
    path = rewrite(world, "")
    path.write_bytes(CHOSEN.encode())
    before = facts(path)
    assert fix_style(read_sources(world, BASE)) == [LAKES]
    assert kept in path.read_bytes().decode()
    assert facts(path) == before
    assert fix_style(read_sources(world, BASE)) == []


def test_a_file_in_which_a_prefix_changes_its_meaning_is_left_as_it_is(world: Path) -> None:
    """Turtle 1.1, section 2.4: of two namespaces the layout would lose the first."""
    path = rewrite(world, "")
    written = "@prefix a: <urn:a:> . a:b a:c a:d .\nPREFIX a: <urn:b:> a:b a:c a:d .\n"
    path.write_text(written, encoding="utf-8")
    assert fix_style(read_sources(world, BASE)) == []
    assert path.read_text(encoding="utf-8") == written


CHOSEN = """\
@prefix isbn: <urn:isbn:> . @prefix un.used: <urn:nothing:> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@base <https://data.example.org/id/mill/> . @prefix : <> .
isbn:9789100000000 :says "colour"@en-gb , "реч"@sr-Cyrl , "not\\nlong", "@prefix no: <urn:no:>" .
:väder.kvarn-2 :count 007 ; :height "1.50"^^xsd:float ;
  :text '''One line.\n\tTwo "quoted" lines, \\\\ and a "'''@en ;
  :windows \"\"\"Windows\r\nwrote it.\"\"\" .
"""


def layouts(folder: Path) -> list[str]:
    """Return the names of the files whose layout ``check_files`` reports."""
    return [f.file for f in check_files(read_sources(folder, BASE)) if f.rule == LAYOUT_RULE]


def test_what_was_in_order_is_judged_again_when_it_is_no_longer(world: Path) -> None:
    """A file that was written again, and one for whose names another file declares a prefix."""
    lakes, rivers = world / "data/lakes/lakes.ttl", world / "data/rivers/rivers.ttl"
    text, other = lakes.read_text(encoding="utf-8"), rivers.read_text(encoding="utf-8")
    long = text.replace(
        "    dcterms:modified",
        "    <https://words.example/depth> 3 ;\n    dcterms:modified",
    )
    for written, expected in ((text, []), (text.replace("    a ", "  a "), [LAKES]), (text, [])):
        lakes.write_text(written, encoding="utf-8")
        assert layouts(world) == layouts(world) == expected

    lakes.write_text(long, encoding="utf-8")
    fix_style(read_sources(world, BASE))
    assert layouts(world) == []
    rivers.write_text(f"PREFIX words: <https://words.example/>\n{other}", encoding="utf-8")
    fix_style(read_sources(world, BASE), lambda name: name != LAKES)
    assert layouts(world) == [LAKES]
    rivers.write_text(other, encoding="utf-8")
    assert layouts(world) == []


def test_the_memory_of_layouts_has_an_end() -> None:
    """What was asked for longest ago goes."""
    memory = _LaidOut(2)
    for version in "abc":
        memory.add(version)
        assert "a" in memory or version == "c"
    assert [version in memory for version in "abc"] == [True, False, True]
