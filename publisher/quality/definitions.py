"""Do the files agree on what they describe together, and are things named below the base?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from itertools import combinations
from urllib.parse import urlsplit

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from publisher.findings import Finding
from publisher.load.files import Role
from publisher.load.parse import SourceFile, find_line
from publisher.load.sources import NO_GRAPH, PUBLISHED, Sources
from publisher.messages import Text, text
from publisher.rdf.namespaces import iri, shorten
from publisher.rdf.sorted_files import SortedLines, blocks_of_subjects, read_lines
from publisher.rule_settings import RULES

Pair = frozenset[str]
# Data that is entered by hand or copied; an ontology may be written in modules that overlap.
_ENTERED = (Role.DATA, Role.CATALOGUE)
_TYPE, _LABEL = iri("rdf:type"), iri("skos:prefLabel")
# What nothing can be at once: SKOS Reference, S9 and S37; OWL 2 Syntax, section 5.8.1.
_EXCLUDING = frozenset(
    frozenset((iri(one), iri(other)))
    for one, other in (
        ("skos:Concept", "skos:ConceptScheme"),
        ("skos:Concept", "skos:Collection"),
        ("skos:Concept", "skos:OrderedCollection"),
        ("skos:ConceptScheme", "skos:Collection"),
        ("skos:ConceptScheme", "skos:OrderedCollection"),
        ("owl:ObjectProperty", "owl:DatatypeProperty"),
        ("owl:Class", "rdfs:Datatype"),
    )
)


def check_definitions(sources: Sources) -> Iterator[Finding]:
    """Yield a finding for each IRI that two files describe, where they disagree.

    What they say is put together, as RDF does. A contradiction is an error; for a thing outside the
    ontology a second, different definition (which says the type) is mentioned, since it may have
    been copied by mistake.
    """
    found = sorted(_disagreements(sources), key=lambda each: each.file)
    # File by file: where something is, is known of a few files at a time.
    files = {file.name: file for file in sources.files}
    for each in found:
        yield replace(each, line=find_line(files[each.file], each.focus_node))


def _disagreements(sources: Sources) -> Iterator[Finding]:
    """Yield the findings without their lines, subject by subject."""
    quads = SortedLines(sources.sorted_sources.quads)
    axioms: _Axioms | None = None
    for subject, files, defining in _described_twice(sources):
        axioms = axioms or _Axioms(sources)
        if reasons := list(axioms.contradictions(_facts(quads, subject))):
            for reason in reasons:
                yield from _contradiction(subject, files, reason)
        elif _is_entered_twice(defining):
            yield from _defined_twice(subject, defining)


def _described_twice(
    sources: Sources,
) -> Iterator[tuple[str, list[SourceFile], list[SourceFile]]]:
    """Yield each typed IRI of several published files, these, and which define it differently."""
    lines = read_lines(sources.sorted_sources.defining_files)
    for subject, of_subject in blocks_of_subjects(lines, b"\t"):
        if len(of_subject) < 2:
            continue
        rows = (line[:-1].split(b"\t") for line in of_subject)
        found = sorted((int(n), digest) for _, _, n, digest in rows)
        files = [(sources.files[n], d) for n, d in found if sources.files[n].role in PUBLISHED]
        defining = [(file, digest) for file, digest in files if digest != NO_GRAPH]
        if len(files) > 1 and defining:
            differ = len({digest for _, digest in defining}) > 1
            name = subject[1:-1].decode()
            yield name, [f for f, _ in files], [f for f, _ in defining] if differ else []


def _facts(quads: SortedLines, subject: str) -> list[Triple]:
    lines = b"".join(quads.starting(f"<{subject}> ".encode()))
    return [quad.triple for quad in parse(lines, format=RdfFormat.N_QUADS)]


def _is_entered_twice(files: Iterable[SourceFile]) -> bool:
    roles = [file.role for file in files if file.role is not Role.SHAPES]
    return len(roles) > 1 and any(role in _ENTERED for role in roles)


class _Axioms:
    """What the ontology says can not be: disjoint classes, several values of a property."""

    def __init__(self, sources: Sources) -> None:
        self._excluding: set[Pair] = set(_EXCLUDING)
        self._functional: set[str] = set()
        members: dict[object, object] = {}
        rest: dict[object, object] = {}
        first: dict[object, object] = {}
        for file in sources.of_role(Role.ONTOLOGY):
            for triple in file.triples:
                predicate, value = triple.predicate.value, getattr(triple.object, "value", "")
                if predicate == iri("owl:disjointWith"):
                    self._excluding.add(frozenset((str(_value(triple.subject)), value)))
                elif predicate == _TYPE and value == iri("owl:FunctionalProperty"):
                    self._functional.add(_value(triple.subject))
                elif predicate == iri("owl:members"):
                    members[triple.subject] = triple.object
                elif predicate == iri("rdf:first"):
                    first[triple.subject] = triple.object
                elif predicate == iri("rdf:rest"):
                    rest[triple.subject] = triple.object
        for node in members.values():
            names: list[str] = []
            while node in first:
                names.append(_value(first.pop(node)))
                node = rest.get(node)
            self._excluding |= {frozenset(pair) for pair in combinations(names, 2)}

    def contradictions(self, facts: Collection[Triple]) -> Iterator[Text]:
        """Yield what is wrong with what is said of a thing."""
        types = {_value(fact.object) for fact in facts if fact.predicate.value == _TYPE}
        for pair in combinations(sorted(types), 2):
            if frozenset(pair) in self._excluding:
                one, other = map(shorten, pair)
                yield text("nothing can be {one} and {other}", one=one, other=other)
        values: dict[tuple[str, str], set[object]] = defaultdict(set)
        for fact in facts:
            predicate = fact.predicate.value
            if not isinstance(fact.object, Literal):
                continue
            if predicate == _LABEL or predicate in self._functional:
                values[predicate, fact.object.language or ""].add(_comparable(fact.object))
        for (predicate, language), found in sorted(values.items()):
            if len(found) < 2:
                continue
            if predicate == _LABEL and language:
                yield text("two preferred names in the language '{tag}'", tag=language)
            elif predicate in self._functional and not language:
                yield text("two values of {property}, which has one", property=shorten(predicate))


def _value(term: object) -> str:
    return str(getattr(term, "value", ""))


def _comparable(literal: Literal) -> object:
    """Return what two literals with one value have in common: 1.0 and 1.00 are one number."""
    if literal.language:
        return literal.value
    try:
        return Decimal(literal.value)
    except InvalidOperation:
        return (literal.value, literal.datatype.value)


def _contradiction(subject: str, files: list[SourceFile], reason: Text) -> Iterator[Finding]:
    for file in files:
        others = ", ".join(other.name for other in files if other is not file)
        message = text(
            "<{subject}> is described in {others} too, and the two contradict each other:",
            subject=subject,
            others=others,
        )
        cure = text("Keep one.")
        sentence = {n: f"{message[n]} {reason[n]}. {cure[n]}" for n in message}
        yield _in_file("contradiction", sentence, file, subject)


def _defined_twice(subject: str, files: list[SourceFile]) -> Iterator[Finding]:
    for file in files:
        others = ", ".join(other.name for other in files if other is not file)
        sentence = text(
            "<{subject}> is also defined in {others}, differently. If these are two things, give"
            " one of them another name.",
            subject=subject,
            others=others,
        )
        yield _in_file("one-definition", sentence, file, subject)


def check_base(sources: Sources) -> Iterator[Finding]:
    """Yield a finding for each dataset of which nothing is named below the base IRI.

    A dataset about things of others, such as a set of mappings, is one all the same; but where the
    whole folder has no name below the base, the base is wrong.
    """
    files: dict[str, list[SourceFile]] = defaultdict(list)
    for file in sources.of_role(Role.DATA):
        files[file.source.graph].append(file)
    named_here = _graphs_named_below_base(sources, files)
    for graph, among in files.items():
        if f"<{sources.base_iri}{graph}>".encode() in named_here:
            continue
        roots = Counter(_root(name) for file in among for name in _named_subjects(file))
        if not roots:
            continue
        usual = roots.most_common(1)[0][0]
        file, name = next((f, n) for f in among for n in _named_subjects(f))
        if named_here:
            sentence = text(
                "Nothing in this dataset is named below the base IRI <{base}>; most names begin"
                " with <{usual}>. It is published as files and in SPARQL; there are no pages of"
                " its things.",
                base=sources.base_iri,
                usual=usual,
            )
        else:
            sentence = text(
                "Nothing here is named below the base IRI <{base}>; most names begin"
                " with <{usual}>."
                " Set base_iri in pyproject.toml to the right base, or name the things below it.",
                base=sources.base_iri,
                usual=usual,
            )
        yield _finding("dataset-base" if named_here else "base-iri", sentence, file, name)
    yield from _named_almost_below(sources, named_here)


def _named_almost_below(sources: Sources, named_here: Collection[bytes]) -> Iterator[Finding]:
    """Yield a finding for each file that names things as the base does, but for ``www.`` or so.

    Only in datasets that have names below the base: of others, ``check_base`` says it.
    """
    defining_files = SortedLines(sources.sorted_sources.defining_files)
    for other in _like(sources.base_iri):
        seen: set[int] = set()
        for line in defining_files.starting(f"<{other}".encode()):
            subject, _, number, _ = line.split(b"\t")
            file, name = sources.files[int(number)], subject[1:-1].decode()
            home = f"<{sources.base_iri}{file.source.graph}>".encode()
            if int(number) not in seen and file.role is Role.DATA and home in named_here:
                seen.add(int(number))
                sentence = text(
                    "<{name}> begins with <{other}>, which is another name than the base IRI"
                    " <{base}>: it has no page here. Write it like the base, unless it is the"
                    " name of something elsewhere.",
                    name=name,
                    other=other,
                    base=sources.base_iri,
                )
                yield _finding("namespaces", sentence, file, name)


def _like(base_iri: str) -> Iterator[str]:
    """Yield what is written like a base, but for its scheme or ``www.``."""
    parts = urlsplit(base_iri)
    host = parts.netloc.removeprefix("www.")
    for scheme in ("http", "https"):
        for netloc in (host, f"www.{host}"):
            other = parts._replace(scheme=scheme, netloc=netloc).geturl()
            if other != base_iri:
                yield other


def _graphs_named_below_base(sources: Sources, graphs: Iterable[str]) -> set[bytes]:
    """Return the graphs in which anything is named below the base; all of some are enough."""
    start = f"<{sources.base_iri}".encode()
    expected = {f"<{sources.base_iri}{graph}>".encode() for graph in graphs}
    found: set[bytes] = set()
    last = b"\n\n"
    for line in read_lines(sources.sorted_sources.quads):
        if line.startswith(start) and not line.endswith(last):
            name = line.rsplit(b" ", 2)[1]
            last = b" " + name + b" .\n"
            found.add(name)
            if found >= expected:
                break
    return found


def _finding(rule: str, sentence: Text, file: SourceFile, name: str) -> Finding:
    return replace(_in_file(rule, sentence, file, name), line=find_line(file, name))


def _in_file(rule: str, sentence: Text, file: SourceFile, name: str) -> Finding:
    return Finding(RULES[rule].severity, sentence, rule=rule, file=file.name, focus_node=name)


def _named_subjects(file: SourceFile) -> Iterator[str]:
    """Yield the subjects of a file that have an IRI, once for each triple."""
    return (t.subject.value for t in file.triples if isinstance(t.subject, NamedNode))


def _root(name: str) -> str:
    """Return scheme and host of an IRI; of one without a host, the scheme."""
    parts = urlsplit(name)
    return f"{parts.scheme}://{parts.netloc}/" if parts.netloc else f"{parts.scheme}:"
