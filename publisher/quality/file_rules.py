"""What can be seen in one file alone: terms, layout, IRIs, characters."""

from __future__ import annotations

import difflib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import itemgetter
from urllib.parse import urlsplit

from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from rdflib import namespace
from rdflib.namespace import DefinedNamespace

from publisher.findings import Finding, Severity
from publisher.load.files import Role
from publisher.load.parse import SourceFile, author_style, find_line
from publisher.load.sources import NO_GRAPH, PUBLISHED, Sources, cut_into_batches
from publisher.messages import text
from publisher.rdf import media_types
from publisher.rdf.namespaces import PREFIXES
from publisher.rdf.sorted_files import read_lines
from publisher.rdf.turtle import write_turtle
from publisher.system.files import replace_file
from publisher.system.processes import map_on_all_cores

TERMS_RULE = "terms"
PREFIX_RULE = "prefixes"

# rdflib closes these; what stands behind the name are terms younger than its copy.
_CLOSED_NAMESPACES: Mapping[str, tuple[type[DefinedNamespace], str]] = {
    "dcat": (namespace.DCAT, "DatasetSeries inSeries prev seriesMember first last version"
             " hasVersion isVersionOf hasCurrentVersion previousVersion isReplacedBy resource"),
    "dcterms": (namespace.DCTERMS, ""),
    "foaf": (namespace.FOAF, ""),
    "geo": (namespace.GEO, ""),
    "org": (namespace.ORG, ""),
    "owl": (namespace.OWL, ""),
    "prov": (namespace.PROV, ""),
    "rdf": (namespace.RDF, "langString dirLangString"),
    "rdfs": (namespace.RDFS, ""),
    "schema": (namespace.SDO, "Certification hasCertification companyRegistration"),
    "sh": (namespace.SH, ""),
    "skos": (namespace.SKOS, ""),
    "vann": (namespace.VANN, ""),
    "void": (namespace.VOID, ""),
    "xsd": (namespace.XSD, ""),
}  # fmt: skip

# Vocabularies that rdflib does not know; the terms that sources have use for, as published.
_LISTED_NAMESPACES: Mapping[str, str] = {
    "adms": "Identifier identifier schemeAgency status versionNotes representationTechnique sample"
    " translation supportedSchema interoperabilityLevel",
    "bibo": "doi status Document Book authorList editor publisher isbn13 isbn10 uri",
    "cv": "PublicOrganisation registeredAddress registrationDate contactPoint hasLegalStatus"
    " LegalStatus AdminUnit adminUnit level code ContactPoint",
    "dcatap": "applicableLegislation availability hvdCategory",
    "locn": "Address Geometry location address geometry geographicName fullAddress postCode"
    " postName adminUnitL1 adminUnitL2 thoroughfare addressArea poBox locatorDesignator"
    " locatorName addressId",
    "rov": "RegisteredOrganization legalName orgType orgActivity orgStatus registration"
    " hasRegisteredOrganization",
    "spdx": "Checksum checksum algorithm checksumValue ChecksumAlgorithm checksumAlgorithm_sha1"
    " checksumAlgorithm_sha256",
    "vcard": "Kind Individual Organization Address Group Location fn hasEmail hasTelephone hasURL"
    " hasAddress street-address locality postal-code country-name region organization-name hasUID"
    " hasNote Voice hasValue",
    "wgs": "lat long alt lat_long location Point SpatialThing",
}


@cache
def _terms(prefix: str) -> frozenset[str]:
    """Return the local names of a vocabulary; empty for one that is not closed."""
    if prefix in _LISTED_NAMESPACES:
        return frozenset(_LISTED_NAMESPACES[prefix].split())
    if prefix not in _CLOSED_NAMESPACES:
        return frozenset()
    closed, younger = _CLOSED_NAMESPACES[prefix]
    # Names that are Python's own words (sh:class, sh:or) stand apart in rdflib.
    return frozenset((*closed.__annotations__, *closed._extras, *younger.split()))


def _own_terms(sources: Sources) -> Mapping[str, frozenset[str]]:
    """Return namespace → local names of the vocabularies that the ontology itself defines."""
    declared = {
        triple.subject.value
        for file in sources.of_role(Role.ONTOLOGY)
        for triple in file.triples
        if isinstance(triple.subject, NamedNode)
    }
    own = {n: p for p, n in sources.own_prefixes.items() if n not in PREFIXES.values()}
    own.pop(sources.own_prefixes["shape"], None)
    return {
        namespace: frozenset(i[len(namespace) :] for i in declared if i.startswith(namespace))
        for namespace in own
    }


def _iris(triple: Triple) -> Iterator[str]:
    for term in (triple.subject, triple.predicate, triple.object):
        if isinstance(term, NamedNode):
            yield term.value
        elif isinstance(term, Literal):
            yield term.datatype.value


class Vocabularies:
    """Every closed namespace of a folder of sources, and the verdict on each IRI."""

    def __init__(self, sources: Sources) -> None:
        """Read the vocabularies that the ontology defines."""
        self.prefixes = dict(sources.prefixes)
        self.known_prefixes = {**sources.own_prefixes, **PREFIXES}
        self.terms = {
            PREFIXES[prefix]: _terms(prefix)
            for prefix in (*_CLOSED_NAMESPACES, *_LISTED_NAMESPACES)
        }
        self.terms |= _own_terms(sources)
        self.verdicts: dict[str, str | None] = {}

    def misspelt(self, iri: str) -> str | None:
        """Return the nearest right term ("" when none is near), or None when nothing is wrong."""
        if iri not in self.verdicts:
            self.verdicts[iri] = self._look_up(iri)
        return self.verdicts[iri]

    def _look_up(self, iri: str) -> str | None:
        for start, terms in self.terms.items():
            name = iri.removeprefix(start)
            if name == iri or not name or "/" in name or name in terms:
                continue
            return "".join(difflib.get_close_matches(name, sorted(terms), n=1, cutoff=0.5))
        return None


def check_terms(sources: Sources) -> Iterator[Finding]:
    """Return a finding for each term that its closed vocabulary does not have, once a file."""
    vocabularies = Vocabularies(sources)
    for file in sources.files:
        yield from check_terms_in_file(file, file.triples, vocabularies)


def check_terms_in_file(
    file: SourceFile, triples: Iterable[Triple], vocabularies: Vocabularies
) -> Iterator[Finding]:
    """Return the same for one file and what it says."""
    yield from _check_prefixes(file, vocabularies.known_prefixes)
    seen: set[str] = set()
    for triple in triples:
        for iri in _iris(triple):
            if iri in seen or (near := vocabularies.misspelt(iri)) is None:
                continue
            seen.add(iri)
            yield _misspelt(file, triple, iri, near)


def _misspelt(file: SourceFile, triple: Triple, iri: str, near: str) -> Finding:
    message = "{iri} is not a term of its vocabulary. Write it as the vocabulary does."
    if near:
        message = "{iri} is not a term of its vocabulary. Did you mean '{near}'?"
    return Finding(
        Severity.VIOLATION,
        text(message, iri=iri, near=near),
        rule=TERMS_RULE,
        file=file.name,
        line=find_line(file, str(getattr(triple.subject, "value", "")), triple.predicate.value),
        focus_node=str(getattr(triple.subject, "value", triple.subject)),
        path=triple.predicate.value,
        value=str(triple.object),
    )


def _check_prefixes(file: SourceFile, table: Mapping[str, str]) -> Iterator[Finding]:
    for prefix, start in file.prefixes.items():
        if prefix in table and table[prefix] != start:
            yield Finding(
                Severity.VIOLATION,
                text(
                    "The prefix {prefix}: stands for <{right}>, not <{wrong}>. Write the former.",
                    prefix=prefix,
                    right=table[prefix],
                    wrong=start,
                ),
                rule=PREFIX_RULE,
                file=file.name,
                line=next(
                    (n for n, t in enumerate(file.text.splitlines(), 1) if f"<{start}>" in t), 0
                ),
            )


# Is a Turtle file in the one layout of the sources? And putting it there.

LAYOUT_RULE = "layout"
# Turtle, section 6.5, as far as it takes to tell comments from what only looks like one.
_TOKEN = re.compile(
    r"""
      (?P<comment>\#)
    | [^#<"'\\]+
    | <[^<>"{}|^`\s]*>
    | \"{3}(?:[^\\]|\\.)*?\"{3} | '{3}(?:[^\\]|\\.)*?'{3}
    | "(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*'
    | \\. | .
    """,
    re.VERBOSE | re.DOTALL,
)


def has_own_layout(file: SourceFile, triples: Sequence[Triple] | None = None) -> bool:
    """Tell whether the layout of a file is its author's: comments and blank nodes would be lost.

    An example is laid out for its readers. Whoever has read what the file says can give it.
    """
    if (
        media_types.media_type_of_file(file.name) is not media_types.TURTLE
        or file.source.is_packed
        or file.role is Role.EXAMPLE
    ):
        return True
    if any(token.lastgroup == "comment" for token in _TOKEN.finditer(file.text)):
        return True
    statements = file.triples if triples is None else triples
    nodes = (node for triple in statements for node in (triple.subject, triple.object))
    return any(isinstance(node, BlankNode) for node in nodes)


def _expected_layout(
    file: SourceFile, triples: Sequence[Triple], prefixes: Mapping[str, str]
) -> str | None:
    """Return what a file would be in the layout; None when it is, or need not be."""
    if has_own_layout(file, triples):
        return None
    wanted = write_turtle(triples, prefixes, author_style(file))
    return None if file.text == wanted else wanted


def check_style(sources: Sources) -> Iterator[Finding]:
    """Return a finding for each Turtle file that is not in the layout of the sources."""
    for file in sources.files:
        yield from check_style_in_file(file, file.triples, sources.prefixes)


def check_style_in_file(
    file: SourceFile, triples: Sequence[Triple], prefixes: Mapping[str, str]
) -> Iterator[Finding]:
    """Return the same for one file and what it says, in its order."""
    wanted = _expected_layout(file, triples, prefixes)
    if wanted is not None:
        yield Finding(
            Severity.WARNING,
            text(
                "The file is not in the layout of the sources."
                " Run 'publisher check --fix' to put it in order; what it says does not change."
            ),
            rule=LAYOUT_RULE,
            file=file.name,
            line=_first_difference(file.text, wanted),
        )


def _first_difference(ours: str, wanted: str) -> int:
    pairs = zip(ours.splitlines(), wanted.splitlines(), strict=False)
    return next((n for n, (a, b) in enumerate(pairs, 1) if a != b), 1)


def fix_style(sources: Sources, is_chosen: Callable[[str], bool] = lambda name: True) -> list[str]:
    """Rewrite each Turtle file that is not in the layout; return the names of those rewritten.

    Files with comments or blank nodes are left as they are, and those whose name is not chosen.
    """
    fixed = []
    for file in sources.files:
        if not is_chosen(file.name):
            continue
        wanted = _expected_layout(file, file.triples, sources.prefixes)
        if wanted is not None:
            replace_file(file.source.path, wanted)
            fixed.append(file.name)
    return fixed


# Is each IRI defined in one file, and below the base?

ONE_FILE_RULE = "one-definition"
BASE_RULE = "base-iri"


def check_definitions(sources: Sources) -> Iterator[Finding]:
    """Return a finding for each IRI that two files define (say the type of) differently."""
    rows = (line[:-1].split(b"\t") for line in read_lines(sources.sorted_sources.defining_files))
    for subject, defining_files in groupby(rows, itemgetter(0)):
        digests = {
            int(number): digest for _, _, number, digest in defining_files if digest != NO_GRAPH
        }
        if len(set(digests.values())) > 1:
            yield from _defined_twice(
                subject[1:-1].decode(), [sources.files[n] for n in sorted(digests)]
            )


def _defined_twice(subject: str, files: list[SourceFile]) -> Iterator[Finding]:
    for file in files:
        others = ", ".join(other.name for other in files if other is not file)
        yield Finding(
            Severity.VIOLATION,
            text(
                "<{subject}> is also defined in {others}, differently. Keep one definition.",
                subject=subject,
                others=others,
            ),
            rule=ONE_FILE_RULE,
            file=file.name,
            line=find_line(file, subject),
            focus_node=subject,
        )


def check_base(sources: Sources) -> Iterator[Finding]:
    """Return a finding for each dataset of which nothing is named below the base IRI."""
    start = f"<{sources.base_iri}".encode()
    lines = (line for line in read_lines(sources.sorted_sources.quads) if line.startswith(start))
    named_here = {line.rsplit(b" ", 2)[1] for line in lines}
    files: dict[str, list[SourceFile]] = defaultdict(list)
    for file in sources.of_role(Role.DATA):
        files[file.source.graph].append(file)
    for graph, among in files.items():
        if f"<{sources.base_iri}{graph}>".encode() in named_here:
            continue
        roots = Counter(_root(name) for file in among for name in _named_subjects(file))
        if not roots:
            continue
        usual = roots.most_common(1)[0][0]
        file, name = next((f, n) for f in among for n in _named_subjects(f))
        yield Finding(
            Severity.VIOLATION,
            text(
                "Nothing here is named below the base IRI <{base}>; most names begin"
                " with <{usual}>."
                " Set base_iri in pyproject.toml to the right base, or name the things below it.",
                base=sources.base_iri,
                usual=usual,
            ),
            rule=BASE_RULE,
            file=file.name,
            line=find_line(file, name),
            focus_node=name,
        )


def _named_subjects(file: SourceFile) -> Iterator[str]:
    """Yield the subjects of a file that have an IRI, once for each triple."""
    return (t.subject.value for t in file.triples if isinstance(t.subject, NamedNode))


def _root(name: str) -> str:
    parts = urlsplit(name)
    return f"{parts.scheme}://{parts.netloc}/"


# Can every format carry what the sources say? RDF/XML carries less than the others.

CHARACTERS_RULE = "characters"
PREDICATE_RULE = "property-names"
# XML 1.0, section 2.2; a carriage return is escaped, so that readers keep it (section 2.11).
_FORBIDDEN_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# What stands at the end of the IRI of a property is the name of an XML element.
_ELEMENT_NAME = re.compile(r"[^\W\d][\w.\-]*$")


def check_characters(sources: Sources) -> Iterator[Finding]:
    """Return a finding for each text and each property that RDF/XML cannot carry."""
    for file in sources.of_role(*PUBLISHED):
        yield from check_characters_in_file(file, file.triples)


def check_characters_in_file(file: SourceFile, triples: Iterable[Triple]) -> Iterator[Finding]:
    """Return the same for one published file and what it says."""
    properties: set[str] = set()
    for triple in triples:
        if isinstance(triple.object, Literal) and (
            unfit := _FORBIDDEN_CHARACTERS.search(triple.object.value)
        ):
            yield _text_finding(file, triple, unfit.group())
        name = triple.predicate.value
        if name not in properties:
            properties.add(name)
            if not _ELEMENT_NAME.search(name):
                yield _property_finding(file, triple)


def _text_finding(file: SourceFile, triple: Triple, character: str) -> Finding:
    return _finding(
        file,
        triple,
        CHARACTERS_RULE,
        "The text holds the character U+{code:04X}, which RDF/XML cannot carry."
        " Take it out; such characters come along when text is pasted.",
        code=ord(character),
    )


def _property_finding(file: SourceFile, triple: Triple) -> Finding:
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
        line=find_line(file, subject, triple.predicate.value) if subject else 0,
        focus_node=subject,
        path=triple.predicate.value,
    )


# What can be seen in one file alone: terms, characters, layout. Each file is read once.


@dataclass(frozen=True)
class _CheckTask:
    files: tuple[SourceFile, ...]
    vocabularies: Vocabularies


def check_files(sources: Sources) -> Iterator[Finding]:
    """Return what the checks of terms, characters and layout find, in the order of the files.

    Raises:
        SourceError: A file was changed since it was read first.
    """
    vocabularies = Vocabularies(sources)
    parts = [
        _CheckTask(tuple(file for _, file in part), vocabularies)
        for part in cut_into_batches(sources.files)
    ]
    for found in map_on_all_cores(_check, parts):
        yield from found


def _check(part: _CheckTask) -> list[Finding]:
    found: list[Finding] = []
    for file in part.files:
        triples = file.triples
        found += check_terms_in_file(file, triples, part.vocabularies)
        if file.role in PUBLISHED:
            found += check_characters_in_file(file, triples)
        found += check_style_in_file(file, triples, part.vocabularies.prefixes)
    return found
