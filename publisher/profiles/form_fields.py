"""What people fill in of a catalogue → SHACL shapes, from which forms and sheets are made.

A row of ``form_fields.csv`` is a field of a form: a property of a class that DCAT-AP 3.0.1,
DCAT-AP-SE 3.0.1 or DCAT-AP HVD 3.0 has (column ``profile``). The columns:

- ``kind``: a ``text`` (one a language), ``texts``, a ``choice`` from a list, a ``term`` of a list
  or any address, a ``link`` to a thing of the catalogue, an ``address``, a ``date``, a ``number``
  or ``plain`` text.
- ``of``: the list, the classes of what is linked, the datatype, or what an address must match.
- ``least``, ``most``: how many values there must be and may be.
- ``en``, ``sv``: what the field is called.

These shapes judge nothing: the rules of the profiles do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from publisher.messages import LANGUAGES, Text, text, written_in_table
from publisher.profiles.csv_tables import read_table
from publisher.profiles.dcat_ap import DCAT_AP, read_semic_rules
from publisher.profiles.dcat_ap_se import read_lists, read_rules
from publisher.profiles.file_types import IANA, media_types
from publisher.profiles.term_names import terms_of
from publisher.rdf.namespaces import iri

Term = NamedNode | Literal
_START = "urn:publisher:form:"
_DATES = ("xsd:date", "xsd:dateTime")
# Class of the table → classes with this form, and what one thing is called.
_CLASSES: Mapping[str, tuple[tuple[str, Text], ...]] = {
    "dcat:Dataset": (("dcat:Dataset", text("Dataset")),),
    "dcat:Distribution": (("dcat:Distribution", text("File or address")),),
    "dcat:DataService": (("dcat:DataService", text("Data service")),),
    "dcat:DatasetSeries": (("dcat:DatasetSeries", text("Dataset series")),),
    "dcat:Catalog": (("dcat:Catalog", text("Catalogue")),),
    "foaf:Agent": (
        ("foaf:Agent", text("Publisher")),
        ("foaf:Organization", text("Organisation")),
        ("foaf:Person", text("Person")),
    ),
    "vcard:Kind": (
        ("vcard:Organization", text("Contact point")),
        ("vcard:Individual", text("Contact person")),
    ),
}
# Where nothing is of them yet, there is one form for who publishes and one for who answers.
_ONLY_WHERE_USED = frozenset(map(iri, ("foaf:Organization", "foaf:Person", "vcard:Individual")))
CLASSES = frozenset(iri(name) for among in _CLASSES.values() for name, _ in among)


@dataclass(frozen=True)
class _FormField:
    """One row of the table; the columns are described above."""

    owner: str
    path: str
    kind: str
    of: tuple[str, ...]
    least: int
    most: int | None
    profile: str
    names: Text

    @property
    def is_inverse(self) -> bool:
        """Tell whether the value points to the thing."""
        return self.path.startswith("^")

    @property
    def predicate(self) -> str:
        """Return the property."""
        return self.path.removeprefix("^")


@cache
def _rows() -> tuple[_FormField, ...]:
    return tuple(
        _FormField(
            row["class"],
            row["path"],
            row["kind"],
            tuple(row["of"].split()),
            int(row["least"] or 0),
            int(row["most"]) if row["most"] else None,
            row["profile"],
            written_in_table(row),
        )
        for row in read_table("form_fields.csv")
    )


@cache
def _meanings() -> Mapping[tuple[str, str], Text]:
    """Return class and property → what the property says, as the tables of rules have it."""
    european = {(r.owner, r.path): r.meaning for r in read_semic_rules(DCAT_AP)}
    # What DCAT-AP-SE says of formats and places is about the forms that the build writes.
    return {(r.owner, r.path): r.meaning for r in read_rules() if r.kind != "box"} | european


@cache
def _terms(name: str) -> Mapping[str, Text]:
    """Return the terms of a list, and what they are called."""
    if name == "media-type":
        return {IANA + each: dict.fromkeys(LANGUAGES, each) for each in media_types()}
    if name == "hvd-legislation":
        law = text("Regulation on high-value datasets, (EU) 2023/138")
        return dict.fromkeys(read_lists()[name], law)
    named = {term.value: term.labels for term in terms_of(name)}
    return named or {value: {} for value in read_lists()[name]}


@cache
def term_labels() -> Mapping[str, Text]:
    """Return the IRI of each term of the lists → what it is called, by language."""
    lists = {name for row in _rows() if row.kind in ("choice", "term") for name in row.of}
    return {value: names for name in sorted(lists) for value, names in _terms(name).items()}


def form_shapes(
    profiles: Iterable[str],
    languages: Sequence[str],
    used_classes: Iterable[str],
    used_terms: Mapping[str, Iterable[Term]],
) -> Iterator[Quad]:
    """Yield the shapes that forms are made from.

    Args:
        profiles: Whose properties there are fields for: ``dcat-ap``, ``dcat-ap-se``,
            ``dcat-ap-hvd``.
        languages: Tags of the languages that the texts of the catalogue are in.
        used_classes: Classes that the catalogue has things of.
        used_terms: IRI of a property → its values, which may be chosen though no list has them.
    """
    profile_names, used = set(profiles), set(used_classes)
    writer = _FormWriter(languages, used_terms)
    for owner, among in _CLASSES.items():
        rows = [row for row in _rows() if row.owner == owner and row.profile in profile_names]
        for name, called in among:
            if iri(name) not in _ONLY_WHERE_USED or iri(name) in used:
                writer.add(name, called, rows, used)
    yield from writer.quads


class _FormWriter:
    """Writes the shapes of forms."""

    def __init__(self, languages: Sequence[str], used: Mapping[str, Iterable[Term]]) -> None:
        self.quads: list[Quad] = []
        self._languages = [Literal(tag) for tag in languages]
        self._used = used

    def add(self, name: str, called: Text, rows: Iterable[_FormField], used: set[str]) -> None:
        """Write the form of a class."""
        shape = NamedNode(_START + name)
        self._add(shape, "rdf:type", NamedNode(iri("sh:NodeShape")))
        self._add(shape, "sh:targetClass", NamedNode(iri(name)))
        self._add(shape, "rdfs:label", *_texts(called))
        for order, row in enumerate(rows, 1):
            part = NamedNode(f"{shape.value}/{row.path.replace('^', 'of-')}")
            self._add(shape, "sh:property", part)
            self._add(part, "sh:name", *_texts(row.names))
            self._add(part, "sh:description", *_texts(_described(row)))
            self._add(part, "sh:order", _number(order))
            if row.least:
                self._add(part, "sh:minCount", _number(row.least))
            if row.most is not None:
                self._add(part, "sh:maxCount", _number(row.most))
            self._path(part, row)
            self._values(part, row, used)

    def _path(self, part: NamedNode, row: _FormField) -> None:
        predicate = NamedNode(iri(row.predicate))
        if row.is_inverse:
            path = BlankNode()
            self._add(part, "sh:path", path)
            self._add(path, "sh:inversePath", predicate)
        else:
            self._add(part, "sh:path", predicate)

    def _values(self, part: NamedNode, row: _FormField, used: set[str]) -> None:
        """Write what kind of value belongs in a field."""
        if row.kind in ("text", "texts"):
            self._add(part, "sh:datatype", NamedNode(iri("rdf:langString")))
            self._add(part, "sh:languageIn", self._list(f"{part.value}/in", self._languages))
            if row.kind == "text":
                self._add(part, "sh:uniqueLang", Literal(True))
        elif row.kind == "link":
            names = [iri(each) for each in row.of]
            classes = [each for each in names if each not in _ONLY_WHERE_USED or each in used]
            self._add(part, "sh:class", *map(NamedNode, classes))
        elif row.kind in ("choice", "term"):
            self._choices(part, row)
        elif row.kind == "date":
            self._add(part, "sh:datatype", *(NamedNode(iri(name)) for name in _DATES))
        elif row.kind == "number":
            self._add(part, "sh:datatype", *(NamedNode(iri(name)) for name in row.of))
        elif row.kind == "plain":
            self._add(part, "sh:datatype", NamedNode(iri("xsd:string")))
        else:
            self._add(part, "sh:nodeKind", NamedNode(iri("sh:IRI")))
            self._add(part, "sh:pattern", Literal(row.of[0] if row.of else "^[A-Za-z]"))

    def _choices(self, part: NamedNode, row: _FormField) -> None:
        """Write a list that is chosen from; of a ``term`` any other address will do as well."""
        (name,) = row.of
        listed: dict[Term, None] = dict.fromkeys(map(NamedNode, _terms(name)))
        listed |= dict.fromkeys(self._used.get(iri(row.predicate), ()))
        members = self._list(f"{part.value}/in", list(listed))
        if row.kind == "choice":
            self._add(part, "sh:in", members)
            return
        chosen, free = NamedNode(f"{part.value}/chosen"), NamedNode(f"{part.value}/free")
        self._add(chosen, "sh:in", members)
        self._add(free, "sh:nodeKind", NamedNode(iri("sh:IRI")))
        self._add(part, "sh:or", self._list(f"{part.value}/or", [chosen, free]))

    def _list(self, name: str, members: Sequence[Term]) -> NamedNode:
        """Write a list and return its head; its cells have names, so that they are the same."""
        cells = [NamedNode(f"{name}/{n}") for n in range(len(members))]
        cells.append(NamedNode(iri("rdf:nil")))
        for cell, following, member in zip(cells, cells[1:], members, strict=False):
            self._add(cell, "rdf:first", member)
            self._add(cell, "rdf:rest", following)
        return cells[0]

    def _add(self, subject: NamedNode | BlankNode, name: str, *values: Term | BlankNode) -> None:
        predicate = NamedNode(iri(name))
        self.quads += [Quad(subject, predicate, value) for value in values]


def _described(row: _FormField) -> Text:
    """Return what belongs in a field, as a sentence begins."""
    meanings = _meanings().get((row.owner, row.predicate), {})
    return {tag: words[:1].upper() + words[1:] for tag, words in meanings.items()}


def _texts(words: Text) -> list[Literal]:
    return [Literal(each, language=tag) for tag, each in words.items()]


def _number(number: int) -> Literal:
    return Literal(str(number), datatype=NamedNode(iri("xsd:integer")))
