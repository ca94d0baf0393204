"""What a person wrote into the catalogue, judged as portals judge what becomes of it.

Only datasets that lie elsewhere are judged, with what belongs to them: what the build derives for
the folder's own datasets is right by construction. Formats are judged in the form that the build
writes them, and parts without a name as if they had one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from publisher.findings import Finding, Severity
from publisher.load.files import DATASET, Role
from publisher.load.parse import SourceFile, find_line_naming
from publisher.load.sources import Sources
from publisher.messages import LANGUAGES, SOURCE_LANGUAGE, Text, text, translate
from publisher.profiles import dcat_ap, dcat_ap_se
from publisher.profiles.dcat_ap import DCAT_AP, DCAT_AP_HVD, GEODCAT_AP
from publisher.profiles.dcat_ap_se import DCAT_AP_SE
from publisher.profiles.file_types import FILE_TYPES, IANA
from publisher.profiles.term_names import find_format
from publisher.profiles.view_forms import LeftOut, Loss, european_form, swedish_form
from publisher.quality.catalogue_links import RELATIONS, strayed_properties, wrong_links
from publisher.rdf.namespaces import LABELS, PREFIXES, iri, shorten
from publisher.rule_settings import RULES

if TYPE_CHECKING:
    import shacl

Term = NamedNode | BlankNode | Literal

ADVICE = "catalogue-advice"
# The build names parts below what they belong to, so they are judged as things on the web.
_PART = "https://part.invalid/"
_TYPE = NamedNode(iri("rdf:type"))
_CATALOGUE = NamedNode(iri("dcat:Catalog"))
_ENTRIES = tuple(
    NamedNode(iri(name)) for name in ("dcat:Dataset", "dcat:DatasetSeries", "dcat:DataService")
)
_LISTED = (NamedNode(iri("dcat:Dataset")), NamedNode(iri("dcat:DataService")))
# What a catalogue lists, by whatever class it has.
_LISTING = frozenset(iri(name) for name in ("dcat:dataset", "dcat:service"))
_FILE = NamedNode(iri("dcat:Distribution"))
_HAVE_FILES = frozenset((iri("dcat:distribution"), iri("adms:sample")))
_FORMAT, _MEDIA_TYPE = iri("dcterms:format"), iri("dcat:mediaType")
# Recommended, but nothing that the author of a dataset can do about: the build adds boxes of places
# and dates of catalogues, and only bodies that are financed by fees have the classification.
_NOT_ADVISED = frozenset(
    (
        "dcat:Catalog dcterms:modified",
        "dcat:Dataset dcterms:spatial box",
        "dcat:DatasetSeries dcterms:spatial box",
        "foaf:Agent org:classification",
    )
)
_ADVISED = frozenset(
    (
        *("dcat:Catalog", "dcat:Dataset", "dcat:DatasetSeries", "dcat:Distribution"),
        *("dcat:DataService", "foaf:Agent", "vcard:Kind"),
    )
)


def check_catalogue(sources: Sources) -> Iterator[Finding]:
    """Yield what the profiles of portals find in what the catalogue says of data elsewhere.

    Sources: DCAT-AP 3.0.1 and DCAT-AP HVD 3.0, as SEMIC's shapes have them; DCAT-AP-SE 3.0.1, as
    the harvester of dataportal.se applies it.

    Raises:
        SourceError: A file was changed since it was read first.
    """
    is_on = sources.rule_settings.is_on
    yield from (finding for finding in _judge(sources) if is_on(finding.rule))


def _judge(sources: Sources) -> Iterator[Finding]:
    written = _read(sources)
    judged = written.judged(_own_datasets(sources))
    if not judged:
        return
    is_on, is_chosen = sources.rule_settings.is_on, sources.rule_settings.is_chosen
    found: list[_Result] = []
    left_out: tuple[LeftOut, ...] = ()
    european = european_form(written.with_formats(is_swedish=False))
    if is_on(DCAT_AP):
        found += _results(DCAT_AP, european)
    if is_on(DCAT_AP_SE) and (is_chosen(DCAT_AP_SE) or written.speaks("sv")):
        swedish = swedish_form(written.with_formats(is_swedish=True))
        left_out = swedish.left_out
        found += _results(DCAT_AP_SE, swedish.triples)
    if is_on(DCAT_AP_HVD) and written.is_high_value:
        found += _results(DCAT_AP_HVD, european)
    if is_chosen(GEODCAT_AP):
        found += _results(GEODCAT_AP, european)
    # What is no agent is said where it is taken for one; what it lacks as such helps nobody.
    taken = written.taken_for_agents()
    found = [r for r in found if not (r.focus in taken and r.row.owner in _PARTIES)]
    left_out = tuple(
        e for e in left_out if not (_name(e.subject) in taken and e.rule.owner in _PARTIES)
    )
    places = _Places(written, list(sources.of_role(Role.CATALOGUE)))
    of_judged = [result for result in found if result.focus in judged]
    faults = list(_faults(of_judged, places))
    yield from faults
    if not is_chosen(DCAT_AP_SE):
        yield from _way_out(faults, written)
    yield from _left_out(left_out, of_judged, places)
    yield from _advice(of_judged, places)
    yield from _remarks(of_judged, places)
    if not any(sources.of_role(Role.DATA, Role.ONTOLOGY)):
        yield from written.undated()
    checks = [_links, _impossible_links, _strayed, _unlisted, _lost, _licences, _high_value]
    reported = {(f.focus_node, f.path, f.value) for f in faults if f.value.startswith('"')}
    for check in [*checks, *([_geographic] if is_chosen(GEODCAT_AP) else [])]:
        for focus, finding in check(written, places):
            if (
                focus in judged
                and (finding.focus_node, finding.path, finding.value) not in reported
            ):
                yield finding


def describes_elsewhere(sources: Sources) -> bool:
    """Tell whether the catalogue describes a dataset, series or service that lies elsewhere.

    Also a catalogue alone does, though it lists nothing yet.

    Raises:
        SourceError: A file was changed since it was read first.
    """
    if not any(sources.of_role(Role.DATA, Role.ONTOLOGY)):
        return True
    return bool(_read(sources).judged(_own_datasets(sources)))


def _read(sources: Sources) -> _WrittenCatalogue:
    triples = [t for file in sources.of_role(Role.CATALOGUE) for t in file.triples]
    return _WrittenCatalogue(sources.base_iri, triples)


def _own_datasets(sources: Sources) -> frozenset[str]:
    """Return the IRIs of the datasets whose data the folder holds."""
    graphs = {f.source.graph for f in sources.of_role(Role.DATA, Role.ONTOLOGY)}
    return frozenset(sources.base_iri + graph for graph in graphs if graph.startswith(DATASET))


class _WrittenCatalogue:
    """What is in the files of the catalogue; parts without a name have one of this run."""

    def __init__(self, base_iri: str, triples: Iterable[Triple]) -> None:
        """Sort it by what it is about."""
        self.base_iri = base_iri
        self.triples = list(triples)
        self.by_subject: dict[str, list[Triple]] = defaultdict(list)
        self.serving: dict[str, list[str]] = defaultdict(list)
        for triple in self.triples:
            self.by_subject[_name(triple.subject)].append(triple)
            if triple.predicate.value == iri("dcat:servesDataset"):
                self.serving[_name(triple.object)].append(_name(triple.subject))

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
        return any(t.predicate == _TYPE and t.object == _CATALOGUE for t in self.by_subject[name])

    @property
    def is_high_value(self) -> bool:
        """Tell whether anything is marked as high-value."""
        law = NamedNode(dcat_ap_se.HIGH_VALUE)
        return any(t.predicate.value == _CATEGORY or t.object == law for t in self.triples)

    def judged(self, own: Collection[str]) -> frozenset[str]:
        """Return what is judged: entries that lie elsewhere, what they lead to, what lists them."""
        entries = {
            name
            for name, triples in self.by_subject.items()
            if any(t.predicate == _TYPE and t.object in _ENTRIES for t in triples)
        }
        catalogues = set(filter(self.is_catalogue, self.by_subject))
        listed = {
            name: {_name(t.object) for t in self.by_subject[name] if t.predicate.value in _LISTING}
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
                part = _name(triple.object)
                is_new = part in self.by_subject and part not in found
                if is_new and part not in own and part not in catalogues:
                    found.add(part)
                    waiting.append(part)
        return frozenset(found)

    def lost_files(self) -> set[str]:
        """Return the distributions of no dataset; one may be a sample of its data."""
        had = {_name(t.object) for t in self.triples if t.predicate.value in _HAVE_FILES}
        typed = {_name(t.subject) for t in self.triples if t.object == _FILE}
        return typed - had

    def undated(self) -> Iterator[Finding]:
        """Yield a violation where nothing says when anything was made or changed."""
        dated = {iri("dcterms:modified"), iri("dcterms:issued"), iri("dcterms:created")}
        catalogue = next((t.subject for t in self.triples if t.object == _CATALOGUE), None)
        if catalogue is not None and not any(t.predicate.value in dated for t in self.triples):
            message = text(
                "Nothing says when the catalogue was changed, so a release has no date. State"
                " dcterms:modified of the catalogue as an xsd:date. (DCAT-AP)"
            )
            severity = RULES[DCAT_AP].severity
            yield Finding(severity, message, DCAT_AP, focus_node=_name(catalogue))

    def taken_for_agents(self) -> set[str]:
        """Return the entries and files that stand where an organisation or a contact belongs."""
        leading = {iri(path) for path, classes in _LINKS.items() if not _is_of_entries(classes)}
        led_to = {_name(t.object) for t in self.triples if t.predicate.value in leading}
        return {name for name in led_to if self.entry_class(name)}

    def entry_class(self, name: str) -> str:
        """Return the class of an entry or file of a catalogue; empty for anything else."""
        types = {_name(t.object) for t in self.by_subject.get(name, ()) if t.predicate == _TYPE}
        parties = {iri(each) for classes in _LINKS.values() for each in classes}
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
        is_format = triple.predicate.value in (_FORMAT, _MEDIA_TYPE)
        known = find_format(term.value) if is_format and not isinstance(term, BlankNode) else None
        if triple.predicate.value == _FORMAT and known is not None:
            if is_swedish:
                return Literal(known.media_type) if known.media_type else term
            return NamedNode(FILE_TYPES + known.file_type) if known.file_type else term
        if triple.predicate.value == _MEDIA_TYPE and known is not None and known.media_type:
            return NamedNode(IANA + known.media_type)
        return term if isinstance(term, Literal) else self._named(term)

    @staticmethod
    def _named(node: object) -> NamedNode:
        """Return a node with the name that it is judged by."""
        return NamedNode(_name(node))


def _name(term: object) -> str:
    """Return what a thing is called here: its IRI, else a name of this run."""
    if isinstance(term, BlankNode):
        return f"{_PART}{term.value}"
    return term.value if isinstance(term, NamedNode) else ""


# Results of profiles: what one finds that another has found is said once.


@dataclass(frozen=True)
class _Row:
    """What a shape comes from: one aspect of one row of a table.

    Attributes:
        owner: The class, as a prefixed name.
        path: The property, or several, as the table writes them.
        aspect: What about it: ``least``, ``wanted``, ``most``, ``values`` or another.
        meaning: What the property says, by language.
    """

    owner: str
    path: str
    aspect: str
    meaning: Text


@dataclass(frozen=True)
class _Profile:
    """Shapes that are ready to be used.

    Attributes:
        name: What readers call the profile.
        compiled: The shapes, for the validator.
        rows: IRI of a shape → what it comes from.
        paths: The same → IRI of the property; none where the row has several.
        messages: The same → what to do, by language.
    """

    name: str
    compiled: shacl.Shapes
    rows: Mapping[str, _Row]
    paths: Mapping[str, str]
    messages: Mapping[str, Text]


@dataclass(frozen=True)
class _Result:
    """One result of one profile.

    Attributes:
        profile: The name of the rule that reports it.
        focus: Name of the thing.
        path: IRI of the property; empty where the row has several.
        value: The value, as N-Triples; empty where one is missing, or too many.
        severity: As the profile has it.
        message: What to do.
        row: Where it comes from.
    """

    profile: str
    focus: str
    path: str
    value: str
    severity: Severity
    message: Text
    row: _Row


_NAMES = {
    DCAT_AP: "DCAT-AP",
    DCAT_AP_SE: "DCAT-AP-SE",
    DCAT_AP_HVD: "DCAT-AP HVD",
    GEODCAT_AP: "GeoDCAT-AP",
}
_ASPECTS = ("least", "wanted", "most", "values", "advised", "language", "old")
# The official shapes for the classes of values are left out: the build says what things are.
_PARTS = (*dcat_ap.BASE, *dcat_ap.LISTS)
_SEVERITIES = {iri("sh:Warning"): Severity.WARNING, iri("sh:Info"): Severity.INFO}
# What is about one value; the rest is about how many there are.
_OF_VALUES = frozenset(("values", "scheme"))


@cache
def _profile(name: str) -> _Profile:
    # Most folders describe nothing that lies elsewhere, and need not wait for these.
    import shacl
    from rdflib import DCTERMS, SH

    from publisher.profiles.dcat_ap_se_shapes import make_shapes
    from publisher.profiles.dcat_ap_shapes import make_semic_shapes

    rows: dict[str, _Row] = {}
    if name == DCAT_AP_SE:
        shapes = make_shapes()
        for rule in dcat_ap_se.read_rules():
            path = rule.name.removeprefix(f"{rule.owner} ")
            for aspect in _ASPECTS:
                row = _Row(rule.owner, path, aspect, rule.meaning)
                rows[rule.iri(aspect)] = row
    else:
        shapes = make_semic_shapes(name, _PARTS)
        for semic in dcat_ap.read_semic_rules(name):
            for aspect in semic.aspects():
                row = _Row(semic.owner, semic.path, aspect, semic.meaning)
                rows[semic.iri(aspect)] = row
    compiled = shacl.Shapes.from_text(shapes.serialize(format="nt"), "ntriples")
    paths = {str(shape): str(path) for shape, path in shapes.subject_objects(DCTERMS.subject)}
    messages: dict[str, dict[str, str]] = defaultdict(dict)
    for shape, message in shapes.subject_objects(SH.message):
        messages[str(shape)][str(getattr(message, "language", ""))] = str(message)
    return _Profile(_NAMES[name], compiled, rows, paths, messages)


def _results(name: str, view: Iterable[Triple]) -> Iterator[_Result]:
    profile = _profile(name)
    triples = (serialize(view, format=RdfFormat.N_TRIPLES) or b"").decode()
    for result in profile.compiled.validate_text(triples, "ntriples").results:
        shape = (result.source_shape or "").strip("<>")
        focus, value = result.focus_node or "", result.value or ""
        yield _Result(
            name,
            focus.strip("<>"),
            profile.paths.get(shape, ""),
            "" if value == focus else value,
            _SEVERITIES.get(str(result.severity_iri), Severity.VIOLATION),
            _message(profile, shape, value),
            profile.rows[shape],
        )


def _message(profile: _Profile, shape: str, value: str) -> Text:
    """Return the message of a shape, how to write what was meant, and the profile."""
    messages = profile.messages[shape]
    cure = _cure(profile.rows[shape], value)
    found = {}
    for tag in LANGUAGES:
        parts = (
            messages.get(tag, messages[SOURCE_LANGUAGE]),
            cure.get(tag, ""),
            f"({profile.name})",
        )
        found[tag] = " ".join(filter(None, parts))
    return found


def _cure(row: _Row, value: str) -> Text:
    """Return how what was meant is written: the law, or an address that is there as a text."""
    if row.path == "dcatap:applicableLegislation" and row.aspect in ("least", "has"):
        return text("Write {wanted}.", wanted=f"<{dcat_ap_se.HIGH_VALUE}>")
    if row.aspect not in _OF_VALUES or not value.startswith('"'):
        return {}
    written = value[1:].rpartition('"')[0].strip()
    example = ""
    if re.fullmatch(r"(https?|ftps?)://\S+", written):
        example = f"<{written}>"
    elif re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", written):
        example = f"<mailto:{written.removeprefix('mailto:')}>"
    elif row.path == "vcard:hasTelephone" and re.fullmatch(r"\+?[\d\s()-]+", written):
        digits = re.sub(r"[\s()]", "", written)
        example = f"[ a vcard:Voice ; vcard:hasValue <tel:{digits}> ]"
    elif row.path == "dcterms:license":
        example = "<http://creativecommons.org/licenses/by/4.0/>"
        return text("Write the address of a licence, such as {wanted}.", wanted=example)
    return text("Write {wanted}, without quotation marks.", wanted=example) if example else {}


def _faults(results: Iterable[_Result], places: _Places) -> Iterator[Finding]:
    """Yield a finding for each fault, whichever profiles object to it.

    Of a wrong value it is said once that it is wrong; that it does not count is no second fault.
    """
    wrong = [result for result in results if result.severity is Severity.VIOLATION]
    with_value = {(r.focus, r.path) for r in wrong if r.row.aspect in _OF_VALUES}
    reported: set[tuple[str, str, str]] = set()
    for result in wrong:
        of_value = result.row.aspect in _OF_VALUES
        about = result.path or result.row.path
        key = (result.focus, about, result.value or "?" if of_value else "")
        is_reported = key in reported or (
            (of_value and not result.value and (result.focus, about, "") in reported)
            or (result.row.aspect == "least" and (result.focus, result.path) in with_value)
        )
        if not is_reported:
            reported |= {key, (result.focus, about, "") if of_value else key}
            yield places.finding(result, RULES[result.profile].severity)


def _way_out(faults: Iterable[Finding], written: _WrittenCatalogue) -> Iterator[Finding]:
    """Yield how to be judged without what Sweden alone asks for, where that is what is wrong.

    A catalogue is judged by the profile because it has a text in Swedish: it may still not be meant
    for dataportal.se.
    """
    number = sum(fault.rule == DCAT_AP_SE for fault in faults)
    if number:
        message = text(
            "{count} of the faults are such for DCAT-AP-SE alone, which judges this catalogue"
            " because it has texts in Swedish. Where dataportal.se does not fetch it, write in"
            " pyproject.toml under [tool.publisher.catalogue]: profiles = {profiles}.",
            count=number,
            profiles='["eu"]',
        )
        yield Finding(Severity.INFO, message, DCAT_AP_SE, focus_node=written.catalogue)


# Why a value is not in the view for Sweden → what its author is told.
_LEFT_OUT = {
    Loss.MONTH: (
        "{path}: dataportal.se takes days and years, so its view has only the year. Write the day"
        " to have more: {meaning}. (DCAT-AP-SE)"
    ),
    Loss.ONE_TOO_MANY: (
        "dataportal.se takes only one {path}, so this one is left out of its view: {meaning}."
        " (DCAT-AP-SE)"
    ),
    Loss.NO_FORM: (
        "dataportal.se does not take this {path}, so it is left out of its view. Wanted is:"
        " {meaning}. (DCAT-AP-SE)"
    ),
}


def _left_out(
    found: Iterable[LeftOut], results: Iterable[_Result], places: _Places
) -> Iterator[Finding]:
    """Yield a warning for each value that the view for Sweden cannot have.

    What DCAT-AP refuses too is said already.
    """
    reported = {(r.focus, r.path) for r in results if r.severity is Severity.VIOLATION}
    for each in found:
        focus, path = _name(each.subject), str(dcat_ap_se.expand(each.rule.path))
        if (focus, path) in reported:
            continue
        message = {
            tag: translate(
                _LEFT_OUT[each.loss],
                tag,
                path=each.rule.path,
                meaning=each.rule.meaning.get(tag) or each.rule.meaning[SOURCE_LANGUAGE],
            )
            for tag in LANGUAGES
        }
        yield places.at(DCAT_AP_SE, Severity.WARNING, message, focus, path, each.value)


def _advice(results: Iterable[_Result], places: _Places) -> Iterator[Finding]:
    """Yield one finding a thing for all that is recommended and not there."""
    missing: dict[str, dict[str, _Result]] = defaultdict(dict)
    listed = list(results)
    faulty = {(r.focus, r.path) for r in listed if r.severity is Severity.VIOLATION}
    for result in listed:
        row = result.row
        is_advice = row.aspect == "wanted" and f"{row.owner} {row.path}" not in _NOT_ADVISED
        if is_advice and row.owner in _ADVISED and (result.focus, result.path) not in faulty:
            missing[result.focus].setdefault(row.path, result)
    for by_path in missing.values():
        profiles = ", ".join(dict.fromkeys(_NAMES[r.profile] for r in by_path.values()))
        message = {
            tag: translate(
                "Portals show more of it with: {listed}. ({profiles})",
                tag,
                listed="; ".join(_meant(r.row, tag) for _, r in sorted(by_path.items())),
                profiles=profiles,
            )
            for tag in LANGUAGES
        }
        found = replace(next(iter(by_path.values())), path="", value="", message=message)
        yield replace(places.finding(found, RULES[ADVICE].severity), rule=ADVICE)


def _remarks(results: Iterable[_Result], places: _Places) -> Iterator[Finding]:
    """Yield a note for each value that a profile takes, though it would rather have another."""
    reported = set()
    for result in results:
        row = result.row
        is_place = (row.aspect, row.path) == ("scheme", "dcterms:spatial")
        if result.severity is Severity.VIOLATION or row.aspect == "wanted" or is_place:
            continue
        key = (result.focus, row.path, row.aspect)
        if key not in reported:
            reported.add(key)
            yield replace(places.finding(result, RULES[ADVICE].severity), rule=ADVICE)


def _meant(row: _Row, language: str) -> str:
    meaning = row.meaning.get(language) or row.meaning.get(SOURCE_LANGUAGE, "")
    name = row.path.removesuffix(" box").replace("|", " / ")
    return f"{name} ({meaning})" if meaning else name


class _Places:
    """Where things stand that have no name in their file: with what they belong to."""

    def __init__(self, written: _WrittenCatalogue, files: Sequence[SourceFile] = ()) -> None:
        """Remember what each of them belongs to, and the files in which they stand."""
        self._owners = {
            _name(triple.object): triple
            for triple in written.triples
            if isinstance(triple.object, BlankNode)
        }
        self._written, self._files = written, files

    def finding(self, result: _Result, severity: Severity) -> Finding:
        """Return a result as a finding about what has a name in the author's file."""
        return self.at(
            result.profile, severity, result.message, result.focus, result.path, result.value
        )

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
        shown = "" if _PART in value else value
        if focus.startswith(_PART):  # a thing that a view makes beside it is called after it
            focus = re.split("[-#]", focus)[0] if focus not in self._owners else focus
        passed, own_path = [focus], path
        while focus in self._owners:
            owner = self._owners[focus]
            focus, path = _name(owner.subject), owner.predicate.value
            if focus in passed:  # parts that only lead to each other
                break
            passed.append(focus)
        if not focus.startswith(_PART):
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
            _name(triple.subject): file
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


# What no table says: things that are named and nowhere described, and spellings of licences.

_AGENTS = ("foaf:Agent", "foaf:Organization", "foaf:Person", "org:Organization")
_DATASETS = ("dcat:Dataset", "dcat:DatasetSeries")
# Owners of the rules for agents and contacts.
_PARTIES = frozenset(("foaf:Agent", "vcard:Kind"))
# Property → the classes that its values may have (DCAT-AP 3.0.1, ranges; DCAT-AP-SE, templates).
_LINKS: Mapping[str, tuple[str, ...]] = {
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
# Their values may be described by somebody else, in another catalogue.
_MAY_BE_ELSEWHERE = frozenset(("dcat:accessService", "dcat:inSeries", "dcat:servesDataset"))
_DEED = re.compile(r"/(deed|legalcode)(\.[\w-]+)?/?$")


_OF_SERVICES = ("dcat:contactPoint", "dcterms:publisher")


def _links(written: _WrittenCatalogue, places: _Places) -> Iterator[tuple[str, Finding]]:
    """Yield thing and finding where a link leads to what is not described as what it must be."""
    names = {iri(name): name for name in _LINKS}
    for triple in written.triples:
        name = names.get(triple.predicate.value)
        is_text = isinstance(triple.object, Literal)
        # DCAT-AP lets these be texts in a catalogue alone; the site's own services have them too.
        of_catalogue = name in _OF_SERVICES and written.is_catalogue(_name(triple.subject))
        is_own = triple.object == triple.subject and triple.predicate.value in RELATIONS
        if name is None or is_own or (is_text and not of_catalogue):
            continue
        target, classes = _name(triple.object), _LINKS[name]
        types = {
            _name(t.object) for t in written.by_subject.get(target, ()) if t.predicate == _TYPE
        }
        if types & {iri(each) for each in classes}:
            continue
        is_described = target in written.by_subject
        if (
            not is_described
            and name in _MAY_BE_ELSEWHERE
            and not target.startswith(written.base_iri)
        ):
            continue
        focus = _name(triple.subject)
        stated = "" if _is_of_entries(classes) else written.entry_class(target)
        message = (
            _mistaken(name, classes[0], shorten(stated))
            if stated
            else _undescribed(name, classes[0], is_described=is_described)
        )
        severity = RULES[DCAT_AP].severity
        value = "" if isinstance(triple.object, BlankNode) else str(triple.object)
        yield (
            focus,
            places.at(DCAT_AP, severity, message, focus, triple.predicate.value, value),
        )


def _impossible_links(written: _WrittenCatalogue, places: _Places) -> Iterator[tuple[str, Finding]]:
    """Yield thing and finding for each link to itself, in a circle or to another kind of thing."""
    for link in wrong_links(written.named(), frozenset(map(iri, _LINKS))):
        severity = RULES[DCAT_AP].severity
        found = places.at(DCAT_AP, severity, link.message, link.subject, link.path, link.value)
        yield link.subject, found


def _strayed(written: _WrittenCatalogue, places: _Places) -> Iterator[tuple[str, Finding]]:
    """Yield thing and finding for what stands where no portal looks for it."""
    for each in strayed_properties(written.named()):
        warning = Severity.WARNING
        found = places.at(DCAT_AP, warning, each.message, each.subject, each.path, each.value)
        yield each.subject, found
    led_to = {t.object for t in written.triples}
    for triple in written.triples:
        node = triple.subject
        if triple.predicate != _TYPE or not isinstance(node, BlankNode) or node in led_to:
            continue
        if triple.object in (*_ENTRIES, _FILE, _CATALOGUE):
            continue
        message = text(
            "A {kind} without a name belongs to nothing, so portals do not see it. Write it where"
            " it belongs, or remove it. (DCAT-AP)",
            kind=shorten(_name(triple.object)),
        )
        focus = written.catalogue
        yield focus, places.at(DCAT_AP, Severity.WARNING, message, focus)


def _unlisted(written: _WrittenCatalogue, places: _Places) -> Iterator[tuple[str, Finding]]:
    """Yield thing and finding for each entry that no catalogue lists, and the build will not."""
    catalogues = [t.subject for t in written.triples if t.object == _CATALOGUE]
    listed = {_name(t.object) for t in written.triples if t.predicate.value in _LISTING}
    for triple in written.triples:
        entry = _name(triple.subject)
        if triple.predicate != _TYPE or triple.object not in _LISTED or entry in listed:
            continue
        if len(catalogues) == 1 and entry.startswith((written.base_iri, _PART)):
            continue  # the build lists it, and names it below the base
        path = "dcat:dataset" if triple.object == _LISTED[0] else "dcat:service"
        message = text(
            "No catalogue lists it, so portals do not see it. Add it to the catalogue, with"
            " {path}. (DCAT-AP)",
            path=path,
        )
        yield entry, places.at(DCAT_AP, Severity.WARNING, message, entry)


def _lost(written: _WrittenCatalogue, places: _Places) -> Iterator[tuple[str, Finding]]:
    """Yield thing and finding for each distribution that no dataset has."""
    for name in sorted(written.lost_files()):
        message = text(
            "No dataset has this file or address, so portals do not see it. Name it in its dataset,"
            " with dcat:distribution. (DCAT-AP)"
        )
        yield name, places.at(DCAT_AP, Severity.WARNING, message, name)


def _is_of_entries(classes: Iterable[str]) -> bool:
    """Tell whether classes are those of entries of a catalogue, not of agents and contacts."""
    return all(each.startswith("dcat:") for each in classes)


def _mistaken(path: str, kind: str, stated: str) -> Text:
    return text(
        "What {path} leads to is a {stated}, which is nobody that can be asked. Describe who is"
        " meant as a {kind} with an address of its own, and name that here. (DCAT-AP)",
        path=path,
        stated=stated,
        kind=kind,
    )


def _undescribed(path: str, kind: str, *, is_described: bool) -> Text:
    if is_described:
        return text(
            "What {path} leads to is not said to be of the class {kind}. Give it this type, or"
            " name another thing here. (DCAT-AP)",
            path=path,
            kind=kind,
        )
    return text(
        "What {path} leads to is described nowhere in the catalogue. Describe it there as a"
        " {kind}, or correct its address. (DCAT-AP)",
        path=path,
        kind=kind,
    )


def _licences(catalogue: _WrittenCatalogue, places: _Places) -> Iterator[tuple[str, Finding]]:
    """Yield thing and finding where a licence has another address than portals know it by."""
    known = set(dcat_ap_se.read_lists()["licence"])
    for triple in catalogue.triples:
        if triple.predicate.value != iri("dcterms:license"):
            continue
        written = getattr(triple.object, "value", "")
        usual = _DEED.sub("/", written.strip()).replace("https://", "http://", 1)
        usual = usual if usual.endswith("/") else f"{usual}/"
        if written not in known and usual in known:
            focus = _name(triple.subject)
            message = text(
                "Portals know this licence as <{usual}>: write it so, or they take it for another"
                " one. (DCAT-AP-SE, recommendations)",
                usual=usual,
            )
            path, value = triple.predicate.value, str(triple.object)
            yield focus, places.at(DCAT_AP, Severity.WARNING, message, focus, path, value)


# What the law wants of high-value data, and no official shape looks for.

_LEGISLATION, _CATEGORY = iri("dcatap:applicableLegislation"), iri("dcatap:hvdCategory")


def _high_value(written: _WrittenCatalogue, places: _Places) -> Iterator[tuple[str, Finding]]:
    """Yield thing and finding for each high-value dataset without English title or download."""
    for name, triples in written.by_subject.items():
        by_path: dict[str, list[object]] = defaultdict(list)
        for triple in triples:
            by_path[triple.predicate.value].append(triple.object)
        law = NamedNode(dcat_ap_se.HIGH_VALUE)
        is_marked = law in by_path[_LEGISLATION] or by_path[_CATEGORY]
        if not is_marked or NamedNode(iri("dcat:Dataset")) not in by_path[_TYPE.value]:
            continue
        titles = [t for t in by_path[iri("dcterms:title")] if isinstance(t, Literal)]
        if not any((title.language or "").partition("-")[0] == "en" for title in titles):
            message = text(
                "Give the high-value dataset a title in English too (dcterms:title with @en): the"
                " EU reports on it. (Regulation (EU) 2023/138)"
            )
            yield name, places.at(DCAT_AP_HVD, Severity.WARNING, message, name)
        files = [
            f for part in by_path[iri("dcat:distribution")] for f in written.by_subject[_name(part)]
        ]
        if files and all(f.predicate.value != iri("dcat:downloadURL") for f in files):
            message = text(
                "Give the high-value dataset a file with all of it: a distribution with"
                " dcat:downloadURL, where the regulation asks for bulk download."
                " (Regulation (EU) 2023/138, annex)"
            )
            path = iri("dcat:distribution")
            yield name, places.at(DCAT_AP_HVD, Severity.WARNING, message, name, path)


# What geographic data are found by (GeoDCAT-AP 3.0): none of the other profiles asks for it.

_GEOGRAPHIC = re.compile(
    r"_SRVC$|^(GEOJSON|GEOTIFF|GML|GML_ZIP|GPKG|KML|KMZ|SHP|GDB|WMS|WFS|WMTS|WCS)$"
)
_MAP_STANDARD = re.compile(
    r"/(serviceType/ogc|standards?)/(wms|wmts|wfs|wcs)\b|ogcapi-(features|maps|tiles|coverages)",
    re.IGNORECASE,
)
# Systems of coordinates are named as the register of the OGC, or EPSG's own, names them.
_REFERENCE_SYSTEM = re.compile(r"/def/crs/|urn:ogc:def:crs:|epsg", re.IGNORECASE)
# What a map must say → the properties that say it.
_GEO_PROPERTIES: Mapping[str, tuple[tuple[str, ...], Text]] = {
    "dcterms:spatial": (("dcterms:spatial",), text("the area that it covers")),
    "dcat:spatialResolutionInMeters": (
        ("dcat:spatialResolutionInMeters", "geodcatap:spatialResolutionAsText"),
        text("how fine it is, in metres on the ground"),
    ),
    "geodcatap:referenceSystem": (
        ("geodcatap:referenceSystem", "dcterms:conformsTo"),
        text("the system of its coordinates, such as http://www.opengis.net/def/crs/EPSG/0/3006"),
    ),
}


def _geographic(written: _WrittenCatalogue, places: _Places) -> Iterator[tuple[str, Finding]]:
    """Yield dataset or service and a warning for each map without area, resolution or system.

    What a distribution or a service of it says counts for the dataset, and what the datasets of a
    service say for the service. A service that is reached from a dataset is judged with it.
    """
    served = _served(written)
    for name in list(written.by_subject):
        kinds = {_name(t.object) for t in written.by_subject[name] if t.predicate == _TYPE}
        is_alone = _SERVICE in kinds and name not in served
        if iri("dcat:Dataset") not in kinds and not is_alone:
            continue
        triples = list(_with_files(written, name))
        if not any(map(_is_geographic, triples)):
            continue
        given = {t.predicate.value for t in triples if not _is_other_standard(t)}
        missing = {
            path: meaning
            for path, (ways, meaning) in _GEO_PROPERTIES.items()
            if not given.intersection(map(iri, ways))
        }
        if missing:
            message = {
                tag: translate(
                    "Maps are found and laid over each other with: {listed}. (GeoDCAT-AP)",
                    tag,
                    listed="; ".join(f"{path} ({each[tag]})" for path, each in missing.items()),
                )
                for tag in LANGUAGES
            }
            yield name, places.at(GEODCAT_AP, Severity.WARNING, message, name)


_SERVICE = iri("dcat:DataService")


def _served(written: _WrittenCatalogue) -> set[str]:
    """Return the services that are judged with a dataset that the catalogue describes."""
    found = set()
    for triple in written.triples:
        if triple.predicate.value == iri("dcat:accessService"):
            found.add(_name(triple.object))
        is_serving = triple.predicate.value == iri("dcat:servesDataset")
        if is_serving and _name(triple.object) in written.by_subject:
            found.add(_name(triple.subject))
    return found


def _is_geographic(triple: Triple) -> bool:
    """Tell whether it says that something is a map, or a service that gives maps."""
    value = getattr(triple.object, "value", "")
    if triple.predicate.value in (_FORMAT, _MEDIA_TYPE):
        return bool(_GEOGRAPHIC.search(find_format(value).file_type))
    is_standard = triple.predicate.value == iri("dcterms:conformsTo")
    return is_standard and bool(_MAP_STANDARD.search(value))


def _with_files(written: _WrittenCatalogue, dataset: str) -> Iterator[Triple]:
    """Yield what is said of a dataset, of its distributions and services."""
    leading = {iri("dcat:distribution"), iri("dcat:accessService")}
    serving = written.serving.get(dataset, ())
    waiting, seen = [dataset, *serving], {dataset, *serving}
    while waiting:
        for triple in written.by_subject.get(waiting.pop(), ()):
            yield triple
            part = _name(triple.object)
            if triple.predicate.value in leading and part not in seen:
                seen.add(part)
                waiting.append(part)


def _is_other_standard(triple: Triple) -> bool:
    """Tell whether it names a standard that is no system of coordinates."""
    is_standard = triple.predicate.value == iri("dcterms:conformsTo")
    return is_standard and not _REFERENCE_SYSTEM.search(_name(triple.object))
