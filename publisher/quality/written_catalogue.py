"""The catalogue as a person wrote it: what is in it, what of it is judged, where it stands."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from publisher.findings import Finding, Severity
from publisher.load.parse import SourceFile, find_line_naming
from publisher.messages import Text, text
from publisher.profiles import dcat_ap_se
from publisher.profiles.dcat_ap import DCAT_AP
from publisher.profiles.file_types import FILE_TYPES, IANA
from publisher.profiles.term_names import find_format
from publisher.rdf.namespaces import LABELS, PREFIXES, iri
from publisher.rule_settings import RULES

Term = NamedNode | BlankNode | Literal
# The build names parts below what they belong to, so they are judged as things on the web.
PART = "https://part.invalid/"
TYPE = NamedNode(iri("rdf:type"))
CATALOGUE = NamedNode(iri("dcat:Catalog"))
ENTRIES = tuple(
    NamedNode(iri(name)) for name in ("dcat:Dataset", "dcat:DatasetSeries", "dcat:DataService")
)
# What a catalogue lists, by whatever class it has.
LISTING = frozenset(iri(name) for name in ("dcat:dataset", "dcat:service"))
FILE = NamedNode(iri("dcat:Distribution"))
_HAVE_FILES = frozenset((iri("dcat:distribution"), iri("adms:sample")))
FORMAT, MEDIA_TYPE = iri("dcterms:format"), iri("dcat:mediaType")
CATEGORY = iri("dcatap:hvdCategory")
_AGENTS = ("foaf:Agent", "foaf:Organization", "foaf:Person", "org:Organization")
_DATASETS = ("dcat:Dataset", "dcat:DatasetSeries")
# Property → the classes that its values may have (DCAT-AP 3.0.1, ranges; DCAT-AP-SE, templates).
LINKS: Mapping[str, tuple[str, ...]] = {
    "dcat:accessService": ("dcat:DataService",),
    "dcat:contactPoint": ("vcard:Kind", "vcard:Organization", "vcard:Individual", "vcard:Group"),
    "dcat:dataset": _DATASETS,
    "dcat:distribution": ("dcat:Distribution",),
    "dcat:inSeries": ("dcat:DatasetSeries",),
    "dcat:servesDataset": _DATASETS,
    "dcat:service": ("dcat:DataService",),
    "dcterms:creator": _AGENTS,
    "dcterms:publisher": _AGENTS,
}


class WrittenCatalogue:
    """What is in the files of the catalogue; parts without a name have one of this run."""

    def __init__(self, base_iri: str, triples: Iterable[Triple]) -> None:
        """Sort it by what it is about."""
        self.base_iri = base_iri
        self.triples = list(triples)
        self.by_subject: dict[str, list[Triple]] = defaultdict(list)
        self.serving: dict[str, list[str]] = defaultdict(list)
        for triple in self.triples:
            self.by_subject[thing_name(triple.subject)].append(triple)
            if triple.predicate.value == iri("dcat:servesDataset"):
                self.serving[thing_name(triple.object)].append(thing_name(triple.subject))

    def speaks(self, language: str) -> bool:
        """Tell whether a text is in a language, or a variety of it."""
        texts = (t.object for t in self.triples if isinstance(t.object, Literal))
        return any((text.language or "").partition("-")[0] == language for text in texts)

    @property
    def catalogue(self) -> str:
        """Return the IRI of the catalogue, else the base."""
        return next(filter(self.is_catalogue, self.by_subject), self.base_iri)

    def is_catalogue(self, name: str) -> bool:
        """Tell whether a thing is a catalogue."""
        return any(t.predicate == TYPE and t.object == CATALOGUE for t in self.by_subject[name])

    @property
    def is_high_value(self) -> bool:
        """Tell whether anything is marked as high-value."""
        law = NamedNode(dcat_ap_se.HIGH_VALUE)
        return any(t.predicate.value == CATEGORY or t.object == law for t in self.triples)

    def judged(self, own: Collection[str]) -> frozenset[str]:
        """Return what is judged: entries that lie elsewhere, what they lead to, what lists them."""
        entries = {
            name
            for name, triples in self.by_subject.items()
            if any(t.predicate == TYPE and t.object in ENTRIES for t in triples)
        }
        catalogues = set(filter(self.is_catalogue, self.by_subject))
        listed = {
            name: {
                thing_name(t.object) for t in self.by_subject[name] if t.predicate.value in LISTING
            }
            for name in catalogues
        }
        found = (entries.union(*listed.values()) & self.by_subject.keys()) - set(own)
        found |= self.lost_files()
        listing = {name for name, entries in listed.items() if entries & found}
        # Beside one that lists them, one that lists nothing is published all the same.
        empty = {name for name, entries in listed.items() if listing and not entries}
        waiting = [*found, *listing, *empty]
        found = set(waiting)
        while waiting:
            name = waiting.pop()
            for triple in self.by_subject[name]:
                part = thing_name(triple.object)
                is_new = part in self.by_subject and part not in found
                if is_new and part not in own and part not in catalogues:
                    found.add(part)
                    waiting.append(part)
        return frozenset(found)

    def lost_files(self) -> set[str]:
        """Return the distributions of no dataset; one may be a sample of its data."""
        had = {thing_name(t.object) for t in self.triples if t.predicate.value in _HAVE_FILES}
        typed = {thing_name(t.subject) for t in self.triples if t.object == FILE}
        return typed - had

    def undated(self) -> Iterator[Finding]:
        """Yield a violation where nothing says when anything was made or changed."""
        dated = {iri("dcterms:modified"), iri("dcterms:issued"), iri("dcterms:created")}
        catalogue = next((t.subject for t in self.triples if t.object == CATALOGUE), None)
        if catalogue is not None and not any(t.predicate.value in dated for t in self.triples):
            message = text(
                "Nothing says when the catalogue was changed, so a release has no date. State"
                " dcterms:modified of the catalogue as an xsd:date. (DCAT-AP)"
            )
            severity = RULES[DCAT_AP].severity
            yield Finding(severity, message, DCAT_AP, focus_node=thing_name(catalogue))

    def taken_for_agents(self) -> set[str]:
        """Return the entries and files that stand where an organisation or a contact belongs."""
        leading = {iri(path) for path, classes in LINKS.items() if not is_of_entries(classes)}
        led_to = {thing_name(t.object) for t in self.triples if t.predicate.value in leading}
        return {name for name in led_to if self.entry_class(name)}

    def entry_class(self, name: str) -> str:
        """Return the class of an entry or file of a catalogue; empty for anything else."""
        types = {thing_name(t.object) for t in self.by_subject.get(name, ()) if t.predicate == TYPE}
        parties = {iri(each) for classes in LINKS.values() for each in classes}
        parties = {each for each in parties if not each.startswith(PREFIXES["dcat"])}
        entries = sorted(each for each in types if each.startswith(PREFIXES["dcat"]))
        return entries[0] if entries and not types & parties else ""

    def named(self) -> list[Triple]:
        """Return what it says, every part with a name."""
        return [
            Triple(
                self._named(triple.subject),
                triple.predicate,
                triple.object if isinstance(triple.object, Literal) else self._named(triple.object),
            )
            for triple in self.triples
        ]

    def with_formats(self, *, is_swedish: bool) -> list[Triple]:
        """Return what it says, every part with a name, and formats in the form of a view."""
        return [
            Triple(
                self._named(triple.subject),
                triple.predicate,
                self._object(triple, is_swedish=is_swedish),
            )
            for triple in self.triples
        ]

    def _object(self, triple: Triple, *, is_swedish: bool) -> Term:
        term = triple.object
        assert not isinstance(term, Triple)  # this reads files, not triples about triples
        is_format = triple.predicate.value in (FORMAT, MEDIA_TYPE)
        known = find_format(term.value) if is_format and not isinstance(term, BlankNode) else None
        if triple.predicate.value == FORMAT and known is not None:
            if is_swedish:
                return Literal(known.media_type) if known.media_type else term
            return NamedNode(FILE_TYPES + known.file_type) if known.file_type else term
        if triple.predicate.value == MEDIA_TYPE and known is not None and known.media_type:
            return NamedNode(IANA + known.media_type)
        return term if isinstance(term, Literal) else self._named(term)

    @staticmethod
    def _named(node: object) -> NamedNode:
        """Return a node with the name that it is judged by."""
        return NamedNode(thing_name(node))


def thing_name(term: object) -> str:
    """Return what a thing is called here: its IRI, else a name of this run."""
    if isinstance(term, BlankNode):
        return f"{PART}{term.value}"
    return term.value if isinstance(term, NamedNode) else ""


class CataloguePlaces:
    """Where things stand that have no name in their file: with what they belong to."""

    def __init__(self, written: WrittenCatalogue, files: Sequence[SourceFile] = ()) -> None:
        """Remember what each of them belongs to, and the files in which they stand."""
        self._owners = {
            thing_name(triple.object): triple
            for triple in written.triples
            if isinstance(triple.object, BlankNode)
        }
        self._written, self._files = written, files

    def at(
        self,
        rule: str,
        severity: Severity,
        message: Text,
        focus: str,
        path: str = "",
        value: str = "",
    ) -> Finding:
        """Return a finding about a thing, or about what it is a part of."""
        shown = "" if PART in value else value
        if focus.startswith(PART):  # a thing that a view makes beside it is called after it
            focus = re.split("[-#]", focus)[0] if focus not in self._owners else focus
        passed, own_path = [focus], path
        while focus in self._owners:
            owner = self._owners[focus]
            focus, path = thing_name(owner.subject), owner.predicate.value
            if focus in passed:  # parts that only lead to each other
                break
            passed.append(focus)
        if not focus.startswith(PART):
            return Finding(severity, message, rule, focus_node=focus, path=path, value=shown)
        file = self._files_of_parts.get(passed[0])
        if file is None:  # it belongs to nothing
            focus = self._written.catalogue
            return Finding(severity, message, rule, focus_node=focus, value=shown)
        name, line = self._beginning(passed, file)
        return Finding(severity, message, rule, file.name, line, name, own_path, shown)

    @cached_property
    def _files_of_parts(self) -> dict[str, SourceFile]:
        """Return the name of each thing that has none in its file → the file."""
        return {
            thing_name(triple.subject): file
            for file in self._files
            for triple in file.triples
            if isinstance(triple.subject, BlankNode)
        }

    def _beginning(self, passed: Sequence[str], file: SourceFile) -> tuple[str, int]:
        """Return a label for a thing without a name, and the line where it is told by its words.

        Args:
            passed: The thing, what it belongs to, and so on.
            file: Where they stand.
        """
        words = [word for name in passed for word in self._words(name)]
        lines = (find_line_naming(file, word, "") for word in words)
        label = re.sub(r"\W+", "-", words[0].lower()).strip("-") if words else ""
        return f"_:{label or 'thing'}", next(filter(None, lines), 0)

    def _words(self, name: str) -> Iterator[str]:
        """Yield what a thing is called, then the addresses that it has."""
        triples = self._written.by_subject.get(name, ())
        for path in (*LABELS, *_CALLED):
            said = (t.object for t in triples if t.predicate.value == path)
            yield from sorted(o.value for o in said if isinstance(o, Literal | NamedNode))


_CALLED = tuple(
    iri(name)
    for name in (
        *("foaf:name", "vcard:fn", "vcard:hasEmail", "dcat:downloadURL", "dcat:accessURL"),
        *("dcat:endpointURL", "dcat:startDate", "dcat:bbox", "vcard:hasValue"),
    )
)


def is_of_entries(classes: Iterable[str]) -> bool:
    """Tell whether classes are those of entries of a catalogue, not of agents and contacts."""
    return all(each.startswith("dcat:") for each in classes)
