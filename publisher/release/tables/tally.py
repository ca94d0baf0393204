"""The values of one property, counted thing by thing; none is kept that does not tell a column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal

from publisher.rdf.namespaces import LABELS, iri
from publisher.rdf.subjects import Subjects, Term
from publisher.release.tables.table import DATE, LINK, NUMBER, PLAIN, TEXT, TRUTH

# A column with at most so many different values is a facet.
FACET_VALUES = 30
_NUMBERS = {
    iri(f"xsd:{name}")
    for name in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger")
}
_DATES = {iri(f"xsd:{name}") for name in ("date", "dateTime", "gYear", "gYearMonth")}
_BOOLEAN = iri("xsd:boolean")
# Of a link there is no datatype.
_NONE = ""


@dataclass
class Tally:
    """What the values of a property are like.

    Attributes:
        said: Things that have the property.
        filled: Things that have a value for it that is no blank node.
        values: Such values of all things.
        most: Most values of one thing.
        most_in_language: Most values of one thing in one language.
        different: Different values, up to one more than a facet may have.
        datatypes: IRIs of datatypes; an empty one for links.
        languages: Language tags.
        written: Characters of the values.
        longest: Length of the longest value.
        named_in: Languages in which linked things are named.
        named_by: Properties that name them, the first of each; empty for none.
        written_in_names: Characters of their names.
        longest_name: Length of the longest name.
    """

    said: int = 0
    filled: int = 0
    values: int = 0
    most: int = 0
    most_in_language: int = 0
    different: set[Term] = field(default_factory=set)
    datatypes: set[str] = field(default_factory=set)
    languages: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    longest: int = 0
    named_in: set[str] = field(default_factory=set)
    named_by: set[str] = field(default_factory=set)
    written_in_names: set[str] = field(default_factory=set)
    longest_name: int = 0

    def add(self, terms: Iterable[Term], subjects: Subjects) -> None:
        """Count the values of one thing."""
        found = [term for term in terms if not isinstance(term, BlankNode)]
        self.said += 1
        self.filled += bool(found)
        self.values += len(found)
        self.most = max(self.most, len(found))
        tags = Counter(t.language or "" for t in found if isinstance(t, Literal))
        self.most_in_language = max(self.most_in_language, *tags.values(), 0)
        self.languages |= tags.keys()
        for term in found:
            if len(self.different) <= FACET_VALUES:
                self.different.add(term)
            self.written.update(term.value)
            self.longest = max(self.longest, len(term.value))
            if isinstance(term, Literal):
                self.datatypes.add(term.datatype.value)
            else:
                self.datatypes.add(_NONE)
                self._add_names(term.value, subjects)

    def _add_names(self, name: str, subjects: Subjects) -> None:
        said = subjects.of(name)
        self.named_by.add(next((path for path in LABELS if path in said), ""))
        for tag, text in subjects.names(name).items():
            self.named_in.add(tag)
            self.written_in_names.update(text)
            self.longest_name = max(self.longest_name, len(text))

    @property
    def kind(self) -> str:
        """Return what the column holds."""
        if self.datatypes == {_NONE}:
            return LINK
        if self.languages - {""}:
            return TEXT
        for kind, known in ((NUMBER, _NUMBERS), (DATE, _DATES), (TRUTH, {_BOOLEAN})):
            if self.datatypes <= known:
                return kind
        return PLAIN
