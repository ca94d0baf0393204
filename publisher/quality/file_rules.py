"""What can be seen in one file alone: terms, literals, characters, layout."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from publisher.findings import Finding
from publisher.load.files import Role
from publisher.load.parse import SourceFile, author_style, find_line
from publisher.load.sources import PUBLISHED, Sources, cut_into_batches
from publisher.messages import text
from publisher.quality.first_look import suspicious_files
from publisher.quality.literals import check_literals_in_file
from publisher.quality.places import check_geometries_in_file
from publisher.quality.vocabularies import Vocabularies, check_terms_in_file
from publisher.rdf import media_types
from publisher.rdf.turtle import write_turtle, write_turtle_of_lines
from publisher.rdf.well_formed import BrokenXml, well_formed
from publisher.rule_settings import RULES
from publisher.system.files import replace_file
from publisher.system.processes import map_on_all_cores

# Is a Turtle file in the one layout of the sources? And putting it there.

LAYOUT_RULE = "layout"
# One of these is where a node has no IRI (Turtle, section 2.6 to 2.8).
_OF_BLANK_NODES = ("[", "(", "_:")
# A comment, behind all that only looks like one (Turtle, section 6.5). "(?!)": see rdf/guards.py.
_COMMENT = re.compile(
    r"""
    (?: [^#<"'\\]++
      | <[^<>"{}|^`\s]*+>
      | \"{3}(?:[^\\"]++|\\.|"(?!"")|(?!))*+\"{3} | '{3}(?:[^\\']++|\\.|'(?!'')|(?!))*+'{3}
      | "(?:[^"\\\r\n]++|\\.|(?!))*+" | '(?:[^'\\\r\n]++|\\.|(?!))*+'
      | \\. | [^#] | (?!)
    )*+ \#
    """,
    re.VERBOSE | re.DOTALL,
)
_DECLARATION = re.compile(r"@?prefix\s+([^\s:<>]*):\s*(<[^<>\s]*>)", re.IGNORECASE)


def has_own_layout(
    file: SourceFile, triples: Sequence[Triple] | None = None, written: str | None = None
) -> bool:
    """Tell whether the layout of a file is its author's: comments and blank nodes would be lost.

    An example is laid out for its readers. Anyone who has read the file can give what it
    says, and its text.
    """
    if (
        media_types.media_type_of_file(file.name) is not media_types.TURTLE
        or file.source.is_packed
        or file.role is Role.EXAMPLE
    ):
        return True
    if _COMMENT.match(file.text if written is None else written):
        return True
    if written is not None and not any(mark in written for mark in _OF_BLANK_NODES):
        return False
    statements = file.triples if triples is None else triples
    nodes = (node for triple in statements for node in (triple.subject, triple.object))
    return any(isinstance(node, BlankNode) for node in nodes)


def _redeclares_prefix(written: str) -> bool:
    """Tell whether a prefix stands for two namespaces, one after the other: the layout has one."""
    found: dict[str, str] = {}
    return any(
        found.setdefault(prefix, namespace) != namespace
        for prefix, namespace in _DECLARATION.findall(written)
    )


def _expected_layout(
    file: SourceFile, triples: Sequence[Triple], prefixes: Mapping[str, str]
) -> str | None:
    """Return what a file would be in the layout; None when it is, or need not be."""
    if media_types.media_type_of_file(file.name) is not media_types.TURTLE:
        return None
    written = file.text
    if has_own_layout(file, triples, written) or _redeclares_prefix(written):
        return None
    expected = write_turtle(triples, prefixes, author_style(file, written))
    return None if written == expected else expected


def is_laid_out(file: SourceFile, prefixes: Mapping[str, str]) -> bool:
    """Tell whether a file certainly is in the layout, from its lines alone; most files are.

    What its author has chosen beyond prefixes may make another file one in the layout as well.
    """
    if media_types.media_type_of_file(file.name) is not media_types.TURTLE or file.source.is_packed:
        return True
    written = file.text
    quads = serialize(file.quads_of(written), format=RdfFormat.N_QUADS)
    lines = sorted(set((quads or b"").splitlines(keepends=True)))
    return written == write_turtle_of_lines(lines, prefixes, file.prefixes)


def check_style(
    file: SourceFile, triples: Sequence[Triple], prefixes: Mapping[str, str]
) -> Iterator[Finding]:
    """Yield a finding if a Turtle file is not in the layout of the sources.

    Args:
        file: The file.
        triples: What it says, in its order.
        prefixes: Of all sources: prefix → namespace.
    """
    expected = _expected_layout(file, triples, prefixes)
    if expected is not None:
        yield Finding(
            RULES[LAYOUT_RULE].severity,
            text(
                "The file is not in the layout of the sources."
                " Run 'publisher check --fix' to put it in order; what it says does not change."
            ),
            rule=LAYOUT_RULE,
            file=file.name,
            line=_first_difference(file.text, expected),
        )


class _LaidOut:
    """The files in which no fault of layout was found, as they were then; the newest of them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._versions: OrderedDict[Hashable, None] = OrderedDict()
        self._lock = Lock()

    def __contains__(self, version: Hashable) -> bool:
        """Tell whether nothing was found in a version of a file."""
        with self._lock:
            if version in self._versions:
                self._versions.move_to_end(version)
                return True
            return False

    def add(self, version: Hashable) -> None:
        """Remember that nothing was found; what was asked for longest ago goes."""
        with self._lock:
            self._versions[version] = None
            if len(self._versions) > self._most:
                self._versions.popitem(last=False)


# Who checks again after a save has changed one file; of each, this takes some 300 bytes.
_LAID_OUT = _LaidOut(20_000)


def _check_layout(file: SourceFile, prefixes: Mapping[str, str]) -> list[Finding]:
    """Return what ``check_style`` finds; a version of a file without faults is looked at once."""
    version = (file.name, file.base_iri, file.sha256, tuple(prefixes.items()))
    if version in _LAID_OUT:
        return []
    found = [] if is_laid_out(file, prefixes) else list(check_style(file, file.triples, prefixes))
    if not found:
        _LAID_OUT.add(version)
    return found


def _first_difference(ours: str, expected: str) -> int:
    pairs = zip(ours.splitlines(), expected.splitlines(), strict=False)
    return next((n for n, (a, b) in enumerate(pairs, 1) if a != b), 1)


def fix_style(sources: Sources, is_chosen: Callable[[str], bool] = lambda name: True) -> list[str]:
    """Rewrite each Turtle file that is not in the layout; return the names of those rewritten.

    Files with comments or blank nodes are left as they are, those in which a prefix changes its
    meaning, and those whose name is not chosen.
    """
    fixed = []
    for file in sources.files:
        if not is_chosen(file.name):
            continue
        expected = _expected_layout(file, file.triples, sources.prefixes)
        if expected is not None:
            replace_file(file.source.path, expected)
            fixed.append(file.name)
    return fixed


# Can every format carry what the sources say? RDF/XML carries less than the others.

CHARACTERS_RULE = "characters"
PREDICATE_RULE = "property-names"
# Portals fetch the catalogue as RDF/XML, which then is no offer but a need.
CATALOGUE_RULE = "catalogue-xml"
# XML 1.0, section 2.2; a carriage return is escaped, so that readers keep it (section 2.11).
_FORBIDDEN_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# What is at the end of the IRI of a property is the name of an XML element.
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
            if not has_element_name(name):
                yield _property_finding(file, triple)


def has_element_name(name: str) -> bool:
    """Tell whether RDF/XML can write a property, given as an IRI.

    Which letters of the world may stand in a name differs between the editions of XML 1.0 (section
    2.3, of 1998 to 2006 and of 2008), and readers keep to either: so both are asked.
    """
    found = _ELEMENT_NAME.search(name)
    return found is not None and (name.isascii() or _is_read_as_element(name))


@cache
def _is_read_as_element(name: str) -> bool:
    node = NamedNode(name)
    try:
        well_formed(serialize([Triple(node, node, node)], format=RdfFormat.RDF_XML) or b"")
    except (BrokenXml, ValueError):
        return False
    return True


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
    if file.role is Role.CATALOGUE:
        rule = CATALOGUE_RULE
    return Finding(
        RULES[rule].severity,
        text(message, **values),
        rule=rule,
        file=file.name,
        line=find_line(file, subject, triple.predicate.value) if subject else 0,
        focus_node=subject,
        path=triple.predicate.value,
    )


# All of this at once: each file is read once.


@dataclass(frozen=True)
class _CheckTask:
    files: tuple[SourceFile, ...]
    suspicious: frozenset[str]
    vocabularies: Vocabularies
    prefixes: Mapping[str, str] | None


def check_files(sources: Sources) -> Iterator[Finding]:
    """Return what the checks of one file find, in the order of the files.

    The layout is looked at only where the folder asks for it.

    Raises:
        SourceError: A file was changed since it was read first.
        SourceSyntax: A file in ``vocabularies/`` cannot be read.
    """
    vocabularies = Vocabularies(sources)
    prefixes = dict(sources.prefixes) if sources.rule_settings.is_on(LAYOUT_RULE) else None
    suspicious = suspicious_files(sources, vocabularies, has_element_name)
    names = frozenset(file.name for file in suspicious)
    # The layout of a file is seen in the file alone.
    parts = [
        _CheckTask(tuple(file for _, file in part), names, vocabularies, prefixes)
        for part in cut_into_batches(suspicious if prefixes is None else sources.files)
    ]
    for found in map_on_all_cores(_check, parts):
        yield from found


def _check(part: _CheckTask) -> list[Finding]:
    found: list[Finding] = []
    for file in part.files:
        if file.name in part.suspicious:
            found += _check_triples(file, part.vocabularies)
        if part.prefixes is not None:
            found += _check_layout(file, part.prefixes)
    return found


def _check_triples(file: SourceFile, vocabularies: Vocabularies) -> Iterator[Finding]:
    triples = file.triples
    yield from check_terms_in_file(file, triples, vocabularies)
    yield from check_literals_in_file(file, triples)
    if file.role in PUBLISHED:
        yield from check_characters_in_file(file, triples)
        yield from check_geometries_in_file(file, triples)
