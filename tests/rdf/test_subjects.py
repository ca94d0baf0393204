"""What graphs say of each subject."""

from __future__ import annotations

import pytest
from pyoxigraph import RdfFormat, parse

from publisher.rdf.subjects import Subjects

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
