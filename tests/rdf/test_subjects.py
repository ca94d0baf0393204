"""What graphs say of each subject."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from publisher.rdf.subjects import StoredGraph, Subjects, SubjectsOnDisk

SKOS, RDFS = "http://www.w3.org/2004/02/skos/core#", "http://www.w3.org/2000/01/rdf-schema#"
PREFIX = "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>\nBASE <https://e.org/>\n"


def subjects(text: str) -> Subjects:
    """Return what a Turtle text says."""
    return Subjects(parse(PREFIX + text, format=RdfFormat.TURTLE))


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("<list> rdf:first <a> ; rdf:rest ( <b> <a> ) .", ["a", "b", "a"]),
        ("<list> rdf:first <a> ; rdf:rest rdf:nil .", ["a"]),
        ("<list> rdf:first <a> .", ["a"]),
        ("<list> rdf:first <a> ; rdf:rest <gone> .", ["a"]),
        ("<list> rdf:first <a> ; rdf:rest <list> .", ["a"]),
        (
            "<list> rdf:first <a> ; rdf:rest <next> . <next> rdf:first <b> ; rdf:rest <list> .",
            ["a", "b"],
        ),
        ("<list> rdf:rest ( <a> ) .", ["a"]),
        ("<other> rdf:first <a> .", []),
    ],
    ids=["list", "one", "open", "broken off", "itself", "circle", "no first", "no list"],
)
def test_the_members_of_a_list_are_read_whatever_is_wrong_with_it(
    text: str, members: list[str]
) -> None:
    """A list that leads back to itself ends."""
    found = subjects(text).list_members("https://e.org/list")
    assert [term.value.removeprefix("https://e.org/") for term in found] == members


def test_a_sorted_file_gives_the_same_terms_as_the_parser(tmp_path: Path) -> None:
    """With graphs or without, whatever a text has in it; names are those of all that is said."""
    says = [
        '<p:a> "a \\"<b> <c>\\" \\\\ . _:x"', '<p:a> "1"^^<t:d>',
        '<p:b> ""', '<p:b> _:b0', '<p:b> <urn:o>', '<p:c> "b c <g:g>"@sv-fi', '<p:c> "\u2028\x85"',
        f'<{SKOS}prefLabel> "Älv"@sv', f'<{SKOS}prefLabel> "b <c> \\n"@en', f'<{RDFS}label> "L"',
    ]  # fmt: skip
    apart = [f"<urn:öl> {said} .\n" for said in says]
    within = [f"<urn:öl> {said} <urn:g> .\n" for said in says]
    for number, lines in enumerate((apart, within)):
        path = tmp_path / f"{number}.nq"
        path.write_bytes(b"".join(sorted(line.encode() for line in lines)))
        parsed = Subjects(parse(path.read_bytes(), format=RdfFormat.N_QUADS))
        stored = SubjectsOnDisk([path])
        assert stored.of("urn:öl") == parsed.of("urn:öl")
        assert stored.names("urn:öl") == parsed.names("urn:öl") == {"sv": "Älv", "en": "b <c> \n"}
        assert stored.naming_property("urn:öl") == parsed.naming_property("urn:öl")
        assert stored.names("urn:none") == {}


def test_subjects_are_found_by_what_they_point_at() -> None:
    """Literals and blank nodes point at nothing by name; what is said twice counts once."""
    found = subjects('<b> <p> <x>, "https://e.org/x" . <a> <p> <x> ; <q> <x> . [] <p> <x> .')
    assert found.subjects("https://e.org/p", "https://e.org/x") == (
        "https://e.org/a",
        "https://e.org/b",
    )
    assert found.pointing("https://e.org/x") == (
        ("https://e.org/p", "https://e.org/a"),
        ("https://e.org/p", "https://e.org/b"),
        ("https://e.org/q", "https://e.org/a"),
    )
    assert found.subjects("https://e.org/q", "https://e.org/b") == ()


def test_a_file_tells_of_each_subject_what_is_said_of_it_alone(tmp_path: Path) -> None:
    """One name may begin another, and numbers keep the datatype they were written with."""
    integer = "http://www.w3.org/2001/XMLSchema#nonNegativeInteger"
    lines = [
        "<https://e.org/a> <https://e.org/p> <https://e.org/ö> .",
        f'<https://e.org/a> <https://e.org/size> "007"^^<{integer}> .',
        "<https://e.org/a/b> <https://e.org/p> <https://e.org/a> .",
        '<https://e.org/ö> <https://e.org/p> "a" .',
    ]
    path = tmp_path / "graph.nt"
    path.write_text("".join(f"{line}\n" for line in sorted(lines)), encoding="utf-8")
    graph = StoredGraph(path)

    said = graph.about(["https://e.org/ö", "https://e.org/a", "https://e.org/gone"])
    assert [f"{triple} ." for triple in said] == [lines[0], lines[1], lines[3]]
    assert [name in graph for name in ("https://e.org/a/b", "https://e.org/")] == [True, False]
