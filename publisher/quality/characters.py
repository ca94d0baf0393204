"""Can every format carry what the sources say? RDF/XML carries less than the others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Triple

from publisher.findings import Finding, Severity
from publisher.load.parse import SourceFile, line_of
from publisher.load.sources import PUBLISHED, Sources
from publisher.messages import text

RULE = "characters"
PREDICATE_RULE = "property-names"
# XML 1.0, section 2.2; a carriage return is allowed, but readers turn it into a line feed.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
# What stands at the end of the IRI of a property is the name of an XML element.
_ELEMENT_NAME = re.compile(r"[^\W\d][\w.\-]*$")


def check_characters(sources: Sources) -> Iterator[Finding]:
    """Return a finding for each text and each property that RDF/XML cannot carry."""
    for file in sources.of_role(*PUBLISHED):
        yield from check_characters_of(file, file.triples)


def check_characters_of(file: SourceFile, triples: Iterable[Triple]) -> Iterator[Finding]:
    """Return the same for one published file and what it says."""
    properties: set[str] = set()
    for triple in triples:
        if isinstance(triple.object, Literal) and (unfit := _UNFIT.search(triple.object.value)):
            yield _unfit(file, triple, unfit.group())
        name = triple.predicate.value
        if name not in properties:
            properties.add(name)
            if not _ELEMENT_NAME.search(name):
                yield _unfit_property(file, triple)


def _unfit(file: SourceFile, triple: Triple, character: str) -> Finding:
    return _finding(
        file,
        triple,
        RULE,
        "The text holds the character U+{code:04X}, which RDF/XML cannot carry."
        " Take it out; such characters come along when text is pasted.",
        code=ord(character),
    )


def _unfit_property(file: SourceFile, triple: Triple) -> Finding:
    return _finding(
        file,
        triple,
        PREDICATE_RULE,
        "RDF/XML cannot name the property <{name}>."
        " Use a property whose IRI ends with a word that begins with a letter.",
        name=triple.predicate.value,
    )


def _finding(
    file: SourceFile, triple: Triple, rule: str, message: str, **values: object
) -> Finding:
    subject = triple.subject.value if isinstance(triple.subject, NamedNode) else ""
    return Finding(
        Severity.VIOLATION,
        text(message, **values),
        rule=rule,
        file=file.name,
        line=line_of(file, subject, triple.predicate.value) if subject else 0,
        focus_node=subject,
        path=triple.predicate.value,
    )
