"""What an editor fills in: a form for each class, a field for each property of its shapes.

Nothing here knows a class or a property by name: shapes and ontology say everything.
``forms.read_forms`` makes the forms; ``values`` reads and writes what is in a field.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from publisher.messages import Text
from publisher.rdf.namespaces import iri
from publisher.rdf.subjects import Term

# What a field holds: a thing, an address elsewhere, a text in a language, a value, or any of them.
LINK, ADDRESS, TEXT = "link", "address", "text"
NUMBER, DATE, TRUTH, PLAIN, ANY = "number", "date", "truth", "plain", "any"


@dataclass(frozen=True)
class Choice:
    """One entry of a pick-list.

    Attributes:
        term: What is written into the data: an IRI, or a literal of ``sh:in``.
        names: What people call it, by language; empty when nothing names it.
    """

    term: Term
    names: Text

    @property
    def iri(self) -> str:
        """Return the IRI, or the lexical form of a literal."""
        return self.term.value


@dataclass(frozen=True)
class Field:
    """One property as an editor fills it in.

    Attributes:
        path: IRI of the property.
        names: What people call it (``sh:name``), by language.
        kind: ``link``, ``address``, ``text``, ``number``, ``date``, ``truth``, ``plain``
            or ``any``.
        is_inverse: Whether the triple points the other way: its subject is what the field names.
        is_part: Whether what it links to exists only as a part of this thing (a count, an event).
        description: What belongs here (``sh:description``), by language.
        message: What the shape says when it is broken, by language.
        datatypes: Datatypes of its literals; empty for links, addresses and texts.
        classes: Classes of what it links to; empty when any will do.
        languages: Language tags its texts are written in, the first most wanted; empty: no texts.
        is_unique_language: Whether there is at most one text per language (``sh:uniqueLang``).
        least: Fewest values, over all languages.
        most: Most values; None when there is no limit.
        pattern: What values must match (``sh:pattern``), as a regular expression; empty: anything.
        choices: What may be chosen, by name; empty when values are written freely.
        is_closed: Whether nothing else than the choices may be chosen, new things included.
        group: Heading it is under (``sh:group``), by language.
        position: Order of the group, order in it.
        shape: IRI of the property shape that says most of it.
    """

    path: str
    names: Text
    kind: str
    is_inverse: bool = False
    is_part: bool = False
    description: Text = field(default_factory=dict)
    message: Text = field(default_factory=dict)
    datatypes: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    is_unique_language: bool = False
    least: int = 0
    most: int | None = None
    pattern: str = ""
    choices: tuple[Choice, ...] = field(default=(), repr=False)
    is_closed: bool = False
    group: Text = field(default_factory=dict)
    position: tuple[float, float] = (0.0, 0.0)
    shape: str = ""

    @property
    def key(self) -> str:
        """Return what distinguishes it from the other fields of its form."""
        return f"^{self.path}" if self.is_inverse else self.path

    @property
    def is_repeated(self) -> bool:
        """Tell whether a thing may have several values (of a text: several in one language)."""
        if self.kind == TEXT and self.is_unique_language:
            return False
        return self.most is None or self.most > 1


@dataclass(frozen=True)
class Form:
    """What an editor fills in for a thing of a class.

    Attributes:
        class_iri: The class.
        names: What people call one thing of it, by language.
        types: Every ``rdf:type`` that a new thing of it gets, the class first.
        fields: In the order of the shapes: by group, then in it.
        pattern: What the IRI of a thing must match; empty: anything.
        shapes: IRIs of the node shapes it comes from.
        things: IRIs of the things that this form is for, sorted: each thing has one form.
        scheme: IRI of the list (``skos:ConceptScheme``) whose concepts it is for, which then is
            for the class; empty for things of the data.
    """

    class_iri: str
    names: Text
    types: tuple[str, ...]
    fields: tuple[Field, ...] = field(repr=False)
    pattern: str = ""
    shapes: tuple[str, ...] = ()
    things: tuple[str, ...] = field(default=(), repr=False)
    scheme: str = ""

    def first_facts(self, thing: str) -> list[tuple[str, str, NamedNode]]:
        """Return what is said of a new thing before anything is filled in: classes, and its list.

        The last fact of a concept is one of its list, which names it back.
        """
        facts = [(thing, iri("rdf:type"), NamedNode(name)) for name in self.types]
        if self.scheme:
            listed = NamedNode(self.scheme)
            facts += [(thing, iri(f"skos:{n}"), listed) for n in ("inScheme", "topConceptOf")]
            facts.append((self.scheme, iri("skos:hasTopConcept"), NamedNode(thing)))
        return facts

    def field(self, key: str) -> Field | None:
        """Return the field of a key, if the form has it."""
        return next((each for each in self.fields if each.key == key), None)
