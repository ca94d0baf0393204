"""Terms of vocabularies: which ones are known, and which names in the sources are none of them.

Only a vocabulary that is known as a whole can tell that a name is wrong. Three kinds are: those
that the program holds by version (``vocabularies.json``), those that a folder brings
(``vocabularies/``), and the folder's own ontology. Of a vocabulary that still grows, a name is
mentioned when it is very like a known one, and nothing else is said.
"""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from publisher.errors import SourceError, SourceSyntax
from publisher.findings import Finding
from publisher.load.files import Role, find_vocabularies
from publisher.load.parse import SourceFile, find_line, find_line_naming, stream_files
from publisher.load.sources import Sources
from publisher.messages import text
from publisher.rdf.guards import ReadLimits
from publisher.rdf.namespaces import PREFIXES, iri, shorten
from publisher.rdf.sorted_files import SortedLines
from publisher.rule_settings import RULES, CheckRule

_BUILT_IN = "vocabularies.json"
# From here on two names look like one name and a slip of the pen (difflib's ratio).
_NEAR, _VERY_NEAR = 0.8, 0.9
_SHORTEST_HINT = 5
_RDF = PREFIXES["rdf"]
# RDF Schema 1.1, section 5.1.5: every one of them is a term.
_MEMBERSHIP = re.compile(r"_[1-9][0-9]*")
_TYPE, _NAMESPACE = iri("rdf:type"), iri("vann:preferredNamespaceUri")
# Vocabularies that are taken for each other: a term of one is often written with another's prefix.
_NEIGHBOURS = tuple(PREFIXES[name] for name in ("rdf", "rdfs", "owl", "xsd", "dcterms", "skos"))
# Names often lack their beginning: 'revisionOf' for 'wasRevisionOf'. Shorter ones end too many.
_SHORTEST_ENDING = 5
# schema.org has both, and says that either may be written.
_ALIASES = {"http://schema.org/": "https://schema.org/"}
# What names versions of an ontology and further documents (OWL 2 Syntax, 3.1, 3.3, 3.5; RDF
# Schema 1.1, 5.4): they often lie in the namespace of the terms.
_VERSIONS = frozenset(
    NamedNode(iri(name))
    for name in (
        *("owl:versionIRI", "owl:priorVersion", "owl:backwardCompatibleWith", "owl:imports"),
        *("owl:incompatibleWith", "rdfs:seeAlso", "rdfs:isDefinedBy"),
    )
)
# Vocabularies that describe documents, people and versions; and what in them has terms as values.
_ABOUT_DOCUMENTS = frozenset(
    (
        *(PREFIXES[name] for name in ("adms", "dcat", "dcterms", "foaf", "prov", "schema", "vann")),
        *("http://purl.org/dc/elements/1.1/", "http://purl.org/ontology/bibo/"),
        *("http://purl.org/pav/", "http://purl.org/vocommons/voaf#", "http://schema.org/"),
        *("http://creativecommons.org/ns#", "http://usefulinc.com/ns/doap#"),
    )
)
_OF_TERMS = frozenset(("domainIncludes", "rangeIncludes", "inverseOf", "supersededBy"))
_WRITTEN_DIFFERENTLY = re.compile(r"^https?://(?:www\.)?|[#/]+$")
_KINDS_OF_TERMS = frozenset(
    iri(name)
    for name in (
        *("rdf:Property", "rdfs:Class", "rdfs:Datatype", "owl:Class"),
        *("owl:ObjectProperty", "owl:DatatypeProperty", "owl:AnnotationProperty"),
        *("owl:NamedIndividual", "skos:Concept"),
    )
)


@dataclass(frozen=True)
class Vocabulary:
    """What is known of a vocabulary.

    Attributes:
        title: What people call it; empty where only its namespace is known.
        version: Which state of it is known; empty where it has none.
        namespace: What its terms begin with.
        terms: Their local names.
        is_complete: Whether a name that is not among them is wrong.
    """

    title: str
    version: str
    namespace: str
    terms: frozenset[str] = field(repr=False)
    is_complete: bool

    @property
    def name(self) -> str:
        """Return how messages call it."""
        if not self.title:
            return f"<{self.namespace}>"
        return f"{self.title} {self.version}".rstrip()


@cache
def built_in() -> Mapping[str, Vocabulary]:
    """Return namespace → vocabulary of those that the program holds."""
    read = json.loads((files("publisher") / "quality" / _BUILT_IN).read_bytes())
    found = {
        row["namespace"]: Vocabulary(
            row["title"],
            row["version"],
            row["namespace"],
            frozenset(" ".join(row["terms"]).split()),
            row["is_complete"],
        )
        for row in read
    }
    return found | {alias: found[name] for alias, name in _ALIASES.items()}


# Vocabularies of a folder.


def _of_folder(folder: Path, limits: ReadLimits) -> Iterator[Vocabulary]:
    """Yield the vocabularies that a folder brings along.

    Raises:
        SourceSyntax: A file cannot be read.
    """
    for path in find_vocabularies(folder):
        status = path.stat()
        name = path.relative_to(folder).as_posix()
        yield from _read(path, name, limits, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=64)  # an editor's draft is checked again and again
def _read(
    path: Path, name: str, limits: ReadLimits, changed: int, size: int
) -> tuple[Vocabulary, ...]:
    try:
        quads = list(stream_files([path], limits=limits))
    except SourceError as error:
        raise SourceSyntax.of(error, name) from error
    return tuple(_defined_in(quads))


def _defined_in(quads: Iterable[Quad]) -> Iterator[Vocabulary]:
    """Yield the vocabularies that a file defines: it may say something of others' terms too."""
    quads = list(quads)
    subjects = {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}
    for namespace in _namespaces(quads, subjects):
        terms = frozenset(
            name.removeprefix(namespace) for name in subjects if name.startswith(namespace)
        )
        yield Vocabulary("", "", namespace, terms - {""}, True)


def _namespaces(quads: Iterable[Quad], subjects: set[str]) -> set[str]:
    """Return the namespaces that a file says it defines, else the one of most of its terms."""
    named: set[str] = set()
    terms: Counter[str] = Counter()
    for quad in quads:
        predicate, value = quad.predicate.value, getattr(quad.object, "value", "")
        if predicate == _NAMESPACE:
            named.add(value)
        elif predicate == _TYPE and isinstance(quad.subject, NamedNode):
            subject = quad.subject.value
            if value == iri("owl:Ontology"):
                named |= {subject, f"{subject}#", f"{subject}/"}
            elif value in _KINDS_OF_TERMS:
                terms[_split(subject)[0]] += 1
    used = {_split(subject)[0] for subject in subjects}
    return named & used or {namespace for namespace, _ in terms.most_common(1)}


def _split(name: str) -> tuple[str, str]:
    """Return namespace and local name of an IRI."""
    end = max(name.rfind("#"), name.rfind("/")) + 1 or name.rfind(":") + 1
    return name[:end], name[end:]


def _own(sources: Sources) -> Iterator[Vocabulary]:
    """Yield the vocabularies that the ontology of a folder names as its own."""
    namespaces: set[str] = set()
    subjects: set[str] = set()
    for quad in sources.quads(Role.ONTOLOGY):
        if isinstance(quad.subject, NamedNode):
            subjects.add(quad.subject.value)
        if quad.predicate.value == _NAMESPACE and isinstance(quad.object, Literal | NamedNode):
            namespaces.add(quad.object.value)
    for namespace in sorted(namespaces - set(built_in())):
        terms = frozenset(s.removeprefix(namespace) for s in subjects if s.startswith(namespace))
        # Of a vocabulary that lives elsewhere, the folder may say a part.
        yield Vocabulary("", "", namespace, terms, namespace.startswith(sources.base_iri))


# The verdict on a name.


@dataclass(frozen=True)
class WrongTerm:
    """A name that its vocabulary does not have.

    Attributes:
        vocabulary: Where it was looked up.
        near: The term that was probably meant; empty when none is like it.
        elsewhere: The IRI of the term of this name that another vocabulary has; else empty.
        is_described: Whether the folder says itself what it is.
    """

    vocabulary: Vocabulary
    near: str
    elsewhere: str = ""
    is_described: bool = False

    @property
    def rule(self) -> CheckRule:
        """Return the rule that finds it."""
        if not self.vocabulary.is_complete:
            return RULES["similar-terms"]
        return RULES["added-terms" if self.is_described else "terms"]


class Vocabularies:
    """Every known vocabulary of a folder of sources, and the verdict on each IRI."""

    def __init__(self, sources: Sources) -> None:
        """Read the vocabularies that the folder brings, and those that its ontology defines.

        Raises:
            SourceSyntax: A file in ``vocabularies/`` cannot be read.
        """
        self._subjects = sources.sorted_sources.defining_files
        self._known = dict(built_in())
        brought = _of_folder(sources.folder, sources.bounds.files)
        for vocabulary in (*_own(sources), *brought):
            self._known[vocabulary.namespace] = _joined(
                self._known.get(vocabulary.namespace), vocabulary
            )
        self._wrong: dict[str, WrongTerm | None] = {}
        # Names that are used as terms, and of which there is nothing to tell in any file.
        self.passed: set[str] = set()
        self._by_core = {_core(namespace): namespace for namespace in built_in()}

    def wrong(self, name: str) -> WrongTerm | None:
        """Return what is wrong with an IRI; None when nothing is, or nothing is known."""
        namespace, local = _split(name)
        vocabulary = self._known.get(namespace)
        if vocabulary is None or not local or local in vocabulary.terms:
            return None
        if name not in self._wrong:
            self._wrong[name] = self._look_up(name, local, vocabulary)
        return self._wrong[name]

    def _look_up(self, name: str, local: str, vocabulary: Vocabulary) -> WrongTerm | None:
        if vocabulary.namespace == _RDF and _MEMBERSHIP.fullmatch(local):
            return None
        if vocabulary.namespace.endswith("/") and "." in local:
            return None  # a file beside the terms, such as index.rdf
        is_described = vocabulary.is_complete and self._is_described(name)
        if is_described and not vocabulary.title:
            return None
        near = nearest(local, vocabulary.terms, _NEAR if vocabulary.is_complete else _VERY_NEAR)
        if vocabulary.is_complete:
            # What people call a term of their own may be called so anywhere.
            elsewhere = _elsewhere(local, near) if vocabulary.title else ""
            return WrongTerm(vocabulary, near, elsewhere, is_described)
        return WrongTerm(vocabulary, near) if near and len(local) >= _SHORTEST_HINT else None

    def _is_described(self, name: str) -> bool:
        """Tell whether the folder describes an IRI; of a term of others, what it is."""
        is_of_others = _split(name)[0] in built_in()
        lines = SortedLines(self._subjects).starting(f"<{name}>\t".encode())
        return any(not is_of_others or line.split(b"\t")[1] == b"1" for line in lines)

    def is_suspicious(self, name: str, *, is_used: bool) -> bool:
        """Tell whether there may be a finding on an IRI; ``is_used``: it is a term for certain."""
        return self.wrong(name) is not None or (is_used and bool(self.like(_split(name)[0])))

    def namespaces(self) -> frozenset[str]:
        """Return the namespaces of which anything is known; names of others are never wrong."""
        return frozenset(self._known)

    def like(self, namespace: str) -> str:
        """Return the known namespace that one is written like; empty when there is none."""
        if namespace in self._known:
            return ""
        return self._by_core.get(_core(namespace), "")


def _joined(known: Vocabulary | None, more: Vocabulary) -> Vocabulary:
    if known is None:
        return more
    is_complete = known.is_complete or more.is_complete
    return Vocabulary(
        known.title, known.version, more.namespace, known.terms | more.terms, is_complete
    )


def _core(namespace: str) -> str:
    return _WRITTEN_DIFFERENTLY.sub("", namespace).lower()


def _elsewhere(local: str, near: str) -> str:
    """Return the term of this very name in a neighbouring vocabulary; empty when there is none.

    >>> _elsewhere("license", ""), _elsewhere("Property", ""), _elsewhere("titel", "title")
    ('http://purl.org/dc/terms/license', 'http://www.w3.org/1999/02/22-rdf-syntax-ns#Property', '')
    """
    if near.casefold() == local.casefold():
        return ""  # a slip of the pen in the vocabulary itself is likelier
    known = built_in()
    return next((each + local for each in _NEIGHBOURS if local in known[each].terms), "")


def nearest(name: str, terms: Iterable[str], least: float = _NEAR) -> str:
    """Return the term that a name was probably meant to be; empty when none is really like it.

    >>> nearest("titel", ("title", "type")), nearest("name", ("title", "type"))
    ('title', '')
    >>> nearest("nmae", ("name", "mbox")), nearest("accesUrl", ("accessURL", "keyword"))
    ('name', 'accessURL')
    >>> nearest("revisionOf", ("Revision", "wasRevisionOf"))
    'wasRevisionOf'
    """
    known = sorted(terms)
    spelt = {term.casefold(): term for term in known}
    same = next((term for term in known if term.casefold() == name.casefold()), "")
    if near := same or (_completed(name, known) if least == _NEAR else ""):
        return near
    for written in (name, name[:1].swapcase() + name[1:]):
        close = difflib.get_close_matches(written, known, n=1, cutoff=least)
        if near := _swapped(written, known) or "".join(close):
            return near
    # URL or Url: capitals count less than other letters.
    close = difflib.get_close_matches(name.casefold(), spelt, n=1, cutoff=_VERY_NEAR)
    return spelt[close[0]] if close else ""


def _completed(name: str, known: Iterable[str]) -> str:
    """Return the one term of which a name lacks the beginning, and that is of its kind."""
    if len(name) < _SHORTEST_ENDING:
        return ""
    end = name[:1].upper() + name[1:]
    longer = [
        each for each in known if each.endswith(end) and each[0].islower() == name[0].islower()
    ]
    return longer[0] if len(longer) == 1 else ""


def _swapped(name: str, known: Iterable[str]) -> str:
    """Return the term that has two letters of a name the other way round."""
    swaps = {name[:i] + name[i + 1] + name[i] + name[i + 2 :] for i in range(len(name) - 1)}
    return next((term for term in known if term in swaps and term != name), "")


# Findings.


def check_terms(sources: Sources) -> Iterator[Finding]:
    """Yield a finding for each name that its vocabulary does not have, once a file.

    Raises:
        SourceSyntax: A file in ``vocabularies/`` cannot be read.
    """
    vocabularies = Vocabularies(sources)
    for file in sources.files:
        yield from check_terms_in_file(file, file.triples, vocabularies)


def check_terms_in_file(
    file: SourceFile, triples: Iterable[Triple], vocabularies: Vocabularies
) -> Iterator[Finding]:
    """Yield the same for one file and what it says."""
    seen: set[str] = set()
    passed = vocabularies.passed
    subject = ""
    if file.role is Role.SHAPES:
        triples = _without_forbidden(list(triples))
    for triple in triples:
        value = triple.object
        if (
            isinstance(value, Literal)
            and triple.predicate.value in passed
            and value.datatype.value in passed
            and getattr(triple.subject, "value", "") == subject
        ):
            continue  # most triples are so
        for name, is_used in _names(triple):
            if name in passed or name in seen or (name == subject and not is_used):
                continue
            if (wrong := vocabularies.wrong(name)) is not None:
                if not is_used and _may_be_no_term(file, triple, wrong.vocabulary):
                    continue
                seen.add(name)
                yield _term_finding(file, triple, name, wrong)
            elif is_used:
                namespace = _split(name)[0]
                like = vocabularies.like(namespace)
                if not like:
                    passed.add(name)
                elif namespace not in seen:
                    seen.add(namespace)
                    yield _namespace_finding(file, triple, namespace, like)
        subject = triple.subject.value if isinstance(triple.subject, NamedNode) else ""


def _without_forbidden(triples: Sequence[Triple]) -> Iterator[Triple]:
    """Yield what a file of shapes says, without the properties that its shapes allow nobody.

    A shape for ``dcat:mimeType`` with ``sh:maxCount 0`` names it because it is wrong.
    """
    forbidding = {
        triple.subject
        for triple in triples
        if triple.predicate.value == iri("sh:maxCount")
        and getattr(triple.object, "value", "") == "0"
    }
    for triple in triples:
        if triple.predicate.value != iri("sh:path") or triple.subject not in forbidding:
            yield triple


def _may_be_no_term(file: SourceFile, triple: Triple, vocabulary: Vocabulary) -> bool:
    """Tell whether a name beside the folder's terms may stand for a thing, or for a document."""
    if vocabulary.title:
        return False
    if triple.predicate in _VERSIONS:
        return True
    if not vocabulary.namespace.endswith("/"):
        return False  # what is behind # is in the document of the terms
    namespace, local = _split(triple.predicate.value)
    is_about_document = namespace in _ABOUT_DOCUMENTS and local not in _OF_TERMS
    return is_about_document or file.role in (Role.DATA, Role.CATALOGUE)


def _names(triple: Triple) -> Iterator[tuple[str, bool]]:
    """Yield the IRIs of a triple, and whether each is used as a term for certain."""
    if isinstance(triple.subject, NamedNode):
        yield triple.subject.value, False
    yield triple.predicate.value, True
    if isinstance(triple.object, NamedNode):
        yield triple.object.value, triple.predicate.value == _TYPE
    elif isinstance(triple.object, Literal):
        yield triple.object.datatype.value, True


def _term_finding(file: SourceFile, triple: Triple, name: str, wrong: WrongTerm) -> Finding:
    message = "{iri} is not a term of {vocabulary}. Write it as the vocabulary does."
    if wrong.is_described:
        message = (
            "{iri} is described here, and {vocabulary} has no such term."
            " Name it in a namespace of your own."
        )
    if wrong.elsewhere:
        message = "{iri} is not a term of {vocabulary}. Did you mean {elsewhere}?"
    elif wrong.near:
        message = "{iri} is not a term of {vocabulary}. Did you mean '{near}'?"
    if not wrong.vocabulary.is_complete:
        message = (
            "{iri} is not among the terms of {vocabulary} that are known here."
            " Is it '{near}', or is it newer?"
        )
    rule = wrong.rule
    sentence = text(
        message,
        iri=name,
        vocabulary=wrong.vocabulary.name,
        near=wrong.near,
        elsewhere=shorten(wrong.elsewhere),
    )
    return _at(file, triple, name, Finding(rule.severity, sentence, rule.name))


def _namespace_finding(file: SourceFile, triple: Triple, namespace: str, like: str) -> Finding:
    sentence = text(
        "<{namespace}> is another namespace than <{known}>, whose terms everybody knows."
        " Write the latter, unless you mean the former.",
        namespace=namespace,
        known=like,
    )
    rule = RULES["namespaces"]
    found = _at(file, triple, namespace, Finding(rule.severity, sentence, rule.name))
    return replace(found, line=find_line_naming(file, f"<{namespace}>", "") or found.line)


def _at(file: SourceFile, triple: Triple, name: str, finding: Finding) -> Finding:
    """Return a finding with the place of a triple in a file, and of a name in it."""
    subject = triple.subject.value if isinstance(triple.subject, NamedNode) else ""
    line = find_line(file, subject, triple.predicate.value) if subject else 0
    return replace(
        finding,
        file=file.name,
        line=line or find_line_naming(file, _written(name, file.prefixes), ""),
        focus_node=subject,
        path=triple.predicate.value,
        value="" if isinstance(triple.object, BlankNode) else str(triple.object),
    )


def _written(name: str, prefixes: Mapping[str, str]) -> str:
    """Return how an IRI most likely is in a file."""
    namespace, local = _split(name)
    short = next((f"{p}:{local}" for p, n in prefixes.items() if n == namespace and local), "")
    return short or name
