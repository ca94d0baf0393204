"""Concepts as JSON in the form of Skosmos' REST interface (version 1), for programs that know it.

The form is that of https://api.finto.fi/doc/ (Skosmos 2 and 3). Members that Skosmos has not are
``href``, ``listing``, ``branch`` and ``total``: where pages and branches are, and how many concepts
there are when not all are told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from pyoxigraph import Literal, NamedNode

from publisher.addresses import Addresses, with_parameters
from publisher.languages import language_name
from publisher.query.engine import Engine
from publisher.rdf.namespaces import PREFIXES, iri
from publisher.rdf.subjects import list_members
from publisher.release.concepts import (
    ConceptIndex,
    Entry,
    IndexedConcept,
    SchemeSummary,
    best_name,
    in_order,
)
from publisher.render.concept_addresses import below_path, list_name
from publisher.render.labels import best_label, fetch_labels, term_label

Answer = dict[str, object]
_ONKI = "http://schema.onki.fi/onki#"
_MOST_LEVELS = 1_000
_RELATED_QUERY = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?other WHERE {{ <{concept}> skos:related|^skos:related ?other . }}
ORDER BY ?other LIMIT {most}
"""

# SKOS Reference, section 10.
_MAPPINGS = (
    *(iri(f"skos:{name}Match") for name in ("exact", "close", "broad", "narrow", "related")),
    iri("skos:mappingRelation"),
)
_MAPPINGS_QUERY = """
SELECT DISTINCT ?kind ?other WHERE {{
    <{concept}> ?kind ?other . FILTER(?kind IN ({kinds}) && isIRI(?other))
}}
ORDER BY ?kind ?other LIMIT {most}
"""
_THESAURUS = "http://purl.org/iso25964/skos-thes#"
_GROUPS = (
    *(iri("skos:Collection"), iri("skos:OrderedCollection")),
    *(f"{_THESAURUS}{name}" for name in ("ConceptGroup", "ThesaurusArray")),
)
_CLASSES = (iri("skos:Concept"), *_GROUPS)
_MEMBER, _MEMBER_LIST = iri("skos:member"), iri("skos:memberList")
# So many groups, and of a group so many members, are looked at.
_MOST_GROUPS, _MOST_MEMBERS = 1_000, 10_000
_GROUPS_QUERY = """
SELECT DISTINCT ?group WHERE {{ VALUES ?kind {{ {kinds} }} ?group a ?kind . FILTER(isIRI(?group)) }}
ORDER BY ?group LIMIT {most}
"""
_TYPES_QUERY = """
SELECT DISTINCT ?kind WHERE {{ VALUES ?kind {{ {kinds} }} FILTER EXISTS {{ ?thing a ?kind }} }}
"""
_KINDS_QUERY = "SELECT DISTINCT ?kind WHERE {{ <{thing}> a ?kind . FILTER(isIRI(?kind)) }}"
_FIELDS = frozenset({"broader", "narrower", "related"})
_MOST_FIELD, _MOST_FILTERED = 100, 10_000
_DATES = {"new": iri("dcterms:created"), "modified": iri("dcterms:modified")}
_MOST_DATED = 5_000
_DATES_QUERY = """
SELECT ?concept (MAX(?day) AS ?date) WHERE {{ ?concept <{path}> ?day . FILTER(isIRI(?concept)) }}
GROUP BY ?concept ORDER BY DESC(MAX(?day)) ?concept LIMIT {most}
"""


def _context(**members: object) -> Mapping[str, object]:
    return {"skos": PREFIXES["skos"], "uri": "@id", "type": "@type", **members}


@dataclass(frozen=True)
class RestAnswers:
    """The answers of the interface over one release."""

    index: ConceptIndex
    engine: Engine
    addresses: Addresses

    def vocabularies(self, language: str) -> Answer:
        """Return the concept schemes."""
        vocabularies = [
            {"uri": scheme.slug, "id": scheme.slug, "title": _title(scheme, language)}
            for scheme in sorted(self.index.schemes().values(), key=lambda scheme: scheme.slug)
        ]
        title = {"@id": "rdfs:label", "@language": language}
        context = {
            "rdfs": PREFIXES["rdfs"],
            "onki": _ONKI,
            "title": title,
            "vocabularies": "onki:hasVocabulary",
            "id": "onki:vocabularyIdentifier",
            "uri": "@id",
            "@base": self._url("vocabularies"),
        }
        return {"@context": context, "uri": "", "vocabularies": vocabularies}

    def scheme(self, scheme: SchemeSummary, language: str) -> Answer:
        """Return what is known of a scheme."""
        context = _context(
            rdfs=PREFIXES["rdfs"],
            onki=_ONKI,
            dct=PREFIXES["dcterms"],
            conceptschemes="onki:hasConceptScheme",
            id="onki:vocabularyIdentifier",
            defaultLanguage="onki:defaultLanguage",
            languages="onki:language",
            prefLabel="skos:prefLabel",
            title="dct:title",
        )
        name = _title(scheme, language)
        return {
            "@context": {**context, "@language": language, "@base": self._url(f"{scheme.slug}/")},
            "uri": "",
            "id": scheme.slug,
            "title": name,
            "defaultLanguage": (*scheme.languages, language)[0],
            "languages": list(scheme.languages),
            "conceptschemes": [
                {"prefLabel": name, "uri": scheme.iri, "type": "skos:ConceptScheme"}
            ],
        }

    def statistics(self, scheme: SchemeSummary, language: str) -> Answer:
        """Return how many concepts a scheme has."""
        return {
            "@context": _context(
                void=PREFIXES["void"],
                onki=_ONKI,
                id="onki:vocabularyIdentifier",
                concepts="void:classPartition",
                count="void:entities",
            ),
            "uri": "",
            "id": scheme.slug,
            "title": _title(scheme, language),
            "concepts": {
                "class": iri("skos:Concept"),
                "label": "Concept",
                "count": scheme.concepts,
                "deprecatedCount": scheme.deprecated,
            },
            "subTypes": [],
        }

    def label_statistics(self, scheme: SchemeSummary, language: str) -> Answer:
        """Return how many names a scheme has in each language."""
        languages = [
            {
                "language": tag,
                "literal": language_name(tag, language),
                "properties": [
                    {"property": f"skos:{kind}", "labels": labels}
                    for kind, labels in counted.items()
                ],
            }
            for tag, counted in self.index.label_counts(scheme.iri).items()
            if tag
        ]
        return {"@context": _context(), "uri": "", "id": scheme.slug, "languages": languages}

    def tops(self, scheme: SchemeSummary, language: str, start: int, most: int) -> Answer:
        """Return the top concepts of a scheme."""
        listed, total = self.index.narrower(scheme.iri, language, start, most)
        concepts = [
            {
                "uri": concept.iri,
                "topConceptOf": scheme.iri,
                **self._named(concept, language, "label"),
                "hasChildren": concept.narrower > 0,
            }
            for concept in listed
        ]
        context = _context(
            onki=_ONKI,
            topconcepts="skos:hasTopConcept",
            notation="skos:notation",
            label="skos:prefLabel",
        )
        answer: Answer = {"uri": scheme.iri, "topconcepts": concepts}
        return {
            "@context": {**context, "@language": language},
            **answer,
            **self._rest(scheme, scheme.iri, total, start + len(listed)),
        }

    def below(
        self, scheme: SchemeSummary | None, name: str, language: str, start: int, most: int
    ) -> Answer:
        """Return the concepts right below one, with what a tree shows of them."""
        base_iri = self.addresses.base_iri
        listed, total = self.index.narrower(name, language, start, most)
        concepts = [
            {
                "uri": concept.iri,
                **self._named(concept, language),
                "hasChildren": concept.narrower > 0,
                **({"branch": list_name(concept.iri, base_iri)} if concept.narrower else {}),
            }
            for concept in listed
        ]
        context = _context(prefLabel="skos:prefLabel", narrower="skos:narrower")
        return {
            "@context": {**context, "@language": language},
            "uri": name,
            "narrower": concepts,
            **self._rest(scheme, name, total, start + len(listed)),
        }

    def _rest(self, scheme: SchemeSummary | None, name: str, total: int, listed: int) -> Answer:
        """Return where the rest of a list is when not all of it is told."""
        if listed >= total:
            return {}
        listing = below_path(scheme.slug if scheme else "", name, self.addresses.base_iri)
        return {"total": total, "listing": self._path(listing)}

    def related(self, name: str, language: str, kind: str, most: int) -> Answer:
        """Return the concepts right above one, or those related to it."""
        if kind == "broader":
            names = self.index.broader(name, most)
        else:
            rows = self.engine.rows(_RELATED_QUERY.format(concept=NamedNode(name).value, most=most))
            names = [row["other"].value for row in rows if isinstance(row["other"], NamedNode)]
        known = self.index.concepts(names)
        related = [
            {"uri": each, **(self._named(known[each], language) if each in known else {})}
            for each in names
        ]
        context = _context(prefLabel="skos:prefLabel", **{kind: f"skos:{kind}"})
        return {"@context": {**context, "@language": language}, "uri": name, kind: related}

    def transitive(self, name: str, language: str, kind: str, most: int) -> Answer:
        """Return the concepts above or below one, level by level, at most so many levels."""
        step = "broader" if kind == "broaderTransitive" else "narrower"
        by_iri: dict[str, Answer] = {}
        waiting = [name]
        for _ in range(min(most, _MOST_LEVELS)):
            waiting, here = [], waiting
            for each in here:
                if each in by_iri or len(by_iri) >= _MOST_LEVELS:
                    continue
                near = self._near(each, step, language)
                known = self.index.concepts([each])
                labels = self._named(known[each], language) if each in known else {}
                by_iri[each] = {"uri": each, **labels, step: near}
                waiting += near
        context = _context(
            prefLabel="skos:prefLabel",
            broader={"@id": "skos:broader", "@type": "@id"},
            narrower={"@id": "skos:narrower", "@type": "@id"},
            **{kind: {"@id": f"skos:{kind}", "@container": "@index"}},
        )
        return {"@context": {**context, "@language": language}, "uri": name, kind: by_iri}

    def _near(self, name: str, step: str, language: str) -> list[str]:
        if step == "broader":
            return self.index.broader(name)
        return [concept.iri for concept in self.index.narrower(name, language)[0]]

    def hierarchy(self, scheme: SchemeSummary, name: str, language: str) -> Answer:
        """Return the way down to a concept, with what is beside it on each step."""
        way = self.index.way_up(name)
        known = self.index.concepts(way)
        steps: dict[str, Answer] = {}
        for number, each in enumerate(way):
            below, _ = self.index.narrower(each, language)
            above = {"broader": [way[number - 1]]} if number else {"top": scheme.iri}
            labels = self._named(known[each], language) if each in known else {}
            steps[each] = {
                "uri": each,
                **labels,
                **above,
                "narrower": [
                    {
                        "uri": concept.iri,
                        "label": self._named(concept, language)["prefLabel"],
                        "hasChildren": concept.narrower > 0,
                    }
                    for concept in below
                ],
            }
        context = _context(
            onki=_ONKI,
            prefLabel="skos:prefLabel",
            notation="skos:notation",
            narrower={"@id": "skos:narrower", "@type": "@id"},
            broader={"@id": "skos:broader", "@type": "@id"},
            broaderTransitive={"@id": "skos:broaderTransitive", "@container": "@index"},
            top={"@id": "skos:topConceptOf", "@type": "@id"},
            hasChildren="onki:hasChildren",
        )
        return {
            "@context": {**context, "@language": language},
            "uri": name,
            "broaderTransitive": steps,
        }

    def types(self, language: str) -> Answer:
        """Return the classes of concepts and groups that are there."""
        kinds = " ".join(f"<{kind}>" for kind in _CLASSES)
        rows = self.engine.rows(_TYPES_QUERY.format(kinds=kinds))
        present = {row["kind"].value for row in rows}
        types = []
        for kind in (kind for kind in _CLASSES if kind in present):
            label = term_label(kind, (), language)
            types.append({"uri": kind, "label": label.value if label else _local(kind)})
        context = {
            "rdfs": PREFIXES["rdfs"],
            "onki": _ONKI,
            "label": "rdfs:label",
            "superclass": {"@id": "rdfs:subClassOf", "@type": "@id"},
            "types": "onki:hasType",
            "uri": "@id",
            "@language": language,
        }
        return {"@context": context, "uri": "", "types": types}

    def mappings(self, scheme: SchemeSummary, name: str, language: str) -> Answer:
        """Return what a concept corresponds to elsewhere, named as far as the data name it."""
        kinds = ", ".join(f"<{kind}>" for kind in _MAPPINGS)
        query = _MAPPINGS_QUERY.format(
            concept=NamedNode(name).value, kinds=kinds, most=_MOST_LEVELS
        )
        rows = [(row["kind"].value, row["other"].value) for row in self.engine.rows(query)]
        labels = fetch_labels(self.engine, {other for _, other in rows})
        mappings = []
        for kind, other in rows:
            label, kind_label = (
                best_label(labels.get(other, ()), language),
                term_label(kind, (), language),
            )
            other_scheme = next(iter(self.index.schemes_of(other)), "")
            summary = self.index.schemes().get(other_scheme)
            mappings.append(
                {
                    "uri": other,
                    "type": [f"skos:{_local(kind)}"],
                    "typeLabel": kind_label.value if kind_label else _local(kind),
                    "prefLabel": label.value if label else other,
                    **({"lang": label.language} if label and label.language else {}),
                    "hrefLink": self.addresses.path(other)
                    if self.addresses.holds(other)
                    else other,
                    "vocabName": _title(summary, language) if summary else urlsplit(other).netloc,
                    "from": {"memberSet": [{"uri": name}]},
                    "fromScheme": {"uri": scheme.iri},
                    "to": {"memberSet": [{"uri": other}]},
                    **({"toScheme": {"uri": other_scheme}} if other_scheme else {}),
                }
            )
        return {"@context": _context(prefLabel="skos:prefLabel"), "uri": name, "mappings": mappings}

    def groups(self, scheme: SchemeSummary, language: str) -> Answer:
        """Return the groups and collections of a scheme, with those right below each."""
        query = _GROUPS_QUERY.format(
            kinds=" ".join(f"<{kind}>" for kind in _GROUPS), most=_MOST_GROUPS
        )
        names = [row["group"].value for row in self.engine.rows(query)]
        members = {name: self._members(name) for name in names}
        called, groups = self._called(names, self.index.concepts(names), language), []
        for name in names:
            if not self._is_of(scheme, name, members):
                continue
            below = [each for each in members[name] if each in members]
            groups.append(
                {
                    "uri": name,
                    **called[name],
                    "hasMembers": bool(members[name]),
                    **({"childGroups": below} if below else {}),
                }
            )
        context = _context(
            onki=_ONKI,
            isothes=_THESAURUS,
            prefLabel="skos:prefLabel",
            groups="onki:hasGroup",
            childGroups={"@id": "isothes:subGroup", "@type": "@id"},
            hasMembers="onki:hasMembers",
        )
        return {"@context": {**context, "@language": language}, "uri": "", "groups": groups}

    def _is_of(
        self, scheme: SchemeSummary, name: str, members: Mapping[str, Sequence[str]]
    ) -> bool:
        """Tell whether a group belongs to a scheme: one of the concepts in it does."""
        waiting, seen = [name], {name}
        while waiting:
            for each in members.get(waiting.pop(), ()):
                if each in members:
                    waiting += [each] * (each not in seen)
                    seen.add(each)
                elif self.index.has_member(scheme.iri, each):
                    return True
        return False

    def group_members(self, name: str, language: str) -> Answer:
        """Return what is in a group: in its own order if it has one, else as lists are sorted."""
        names = self._members(name)
        known = self.index.concepts(names)
        called = self._called(names, known, language)
        members = [
            {
                "uri": each,
                **called[each],
                "hasMembers": "collection" in self.index.kinds(each),
                "hasChildren": each in known and known[each].narrower > 0,
            }
            for each in names
        ]
        if not self._ordered(name):
            order = {c.iri: n for n, c in enumerate(in_order(known.values(), language))}
            members.sort(key=lambda member: order.get(str(member["uri"]), len(order)))
        context = _context(prefLabel="skos:prefLabel", members="skos:member")
        return {"@context": {**context, "@language": language}, "uri": name, "members": members}

    def _called(
        self, names: Sequence[str], known: Mapping[str, IndexedConcept], language: str
    ) -> dict[str, dict[str, object]]:
        """Return what each of some concepts and groups is called."""
        other = fetch_labels(
            self.engine, [n for n in names if n not in known or not known[n].names]
        )
        called: dict[str, dict[str, object]] = {}
        for name in names:
            label = best_name(other.get(name, ()), language)
            if name in known and label is None:
                called[name] = self._named(known[name], language)
            else:
                called[name] = {"prefLabel": label.value if label else _local(name)}
        return called

    def _ordered(self, group: str) -> list[str]:
        """Return the members of a group in its own order; none where it has no order."""
        description = self.engine.describe([group], 1, 1)
        by_node: dict[str, dict[str, list[object]]] = {}
        for triple in description.own if description else ():
            properties = by_node.setdefault(str(triple.subject), {})
            properties.setdefault(triple.predicate.value, []).append(triple.object)
        heads = by_node.get(str(NamedNode(group)), {}).get(_MEMBER_LIST, [])
        members = (member for head in heads[:1] for member in list_members(head, by_node))
        return [member.value for member in members if isinstance(member, NamedNode)]

    def _members(self, group: str) -> list[str]:
        if ordered := self._ordered(group):
            return ordered[:_MOST_MEMBERS]
        query = (
            f"SELECT DISTINCT ?m WHERE {{ <{NamedNode(group).value}> <{_MEMBER}> ?m }} ORDER BY ?m"
        )
        rows = self.engine.rows(f"{query} LIMIT {_MOST_MEMBERS}")
        return [row["m"].value for row in rows if isinstance(row["m"], NamedNode)]

    def changed(
        self, scheme: SchemeSummary, language: str, call: str, most: int, start: int = 0
    ) -> Answer:
        """Return the newest concepts of a scheme, or those changed last, each with its date."""
        query = _DATES_QUERY.format(path=_DATES[call], most=_MOST_DATED)
        rows = [(row["concept"].value, row["date"].value) for row in self.engine.rows(query)]
        dated = ((name, day) for name, day in rows if self.index.has_member(scheme.iri, name))
        shown = list(islice(dated, start, start + most))
        names = [name for name, _ in shown]
        called = self._called(names, self.index.concepts(names), language)
        concepts = [{"uri": name, **called[name], "date": day} for name, day in shown]
        context = _context(
            prefLabel="skos:prefLabel",
            date={"@id": _DATES[call], "@type": PREFIXES["xsd"] + "date"},
        )
        return {"@context": {**context, "@language": language}, "changeList": concepts}

    def label(self, name: str, language: str) -> Answer | None:
        """Return the names of a thing in a language; None when it is not here."""
        labels = self.index.labels(name)
        if not labels and not self.index.kinds(name):
            return None
        answer: Answer = {}
        preferred = best_name(labels.get("prefLabel", ()), language)
        if preferred is not None:
            answer["prefLabel"] = preferred.value
        for kind in ("altLabel", "hiddenLabel"):
            texts = [n.value for n in labels.get(kind, ()) if _is_in(n, language)]
            if texts:
                answer[kind] = texts
        context = _context(**{kind: f"skos:{kind}" for kind in answer})
        return {"@context": {**context, "@language": language}, "uri": name, **answer}

    def letters(self, scheme: SchemeSummary, language: str) -> Answer:
        """Return the letters of a scheme's index that have names."""
        letters = list(self.index.letters(scheme.iri, language))
        return {"@context": _context(), "uri": "", "indexLetters": letters}

    def entries(self, language: str, names: Iterable[Entry]) -> Answer:
        """Return names of an index."""
        entries = list(names)
        known = self.index.concepts(entry.concept for entry in entries)
        concepts = [
            {
                "uri": entry.concept,
                "localname": _local(entry.concept),
                **self._named(known[entry.concept], language),
                **({"altLabel": entry.text} if entry.is_alternative else {}),
            }
            for entry in entries
        ]
        return {"@context": _context(), "uri": "", "indexConcepts": concepts}

    def filter_of(self, kinds: Sequence[str], parent: str, group: str) -> Callable[[str], bool]:
        """Return what tells whether a search wants a concept.

        Args:
            kinds: IRIs of classes, or with a prefix; any will do.
            parent: Above the concept, however far; empty for any.
            group: That has the concept as a member; empty for any.
        """
        named = {iri(kind) if kind.partition(":")[0] in PREFIXES else kind for kind in kinds}
        members = set(self._members(group)) if group else set()
        ways = _Ways(self.index, parent)

        def is_of_kind(name: str) -> bool:
            if not named or iri("skos:Concept") in named:
                return True
            rows = self.engine.rows(_KINDS_QUERY.format(thing=NamedNode(name).value))
            return any(row["kind"].value in named for row in rows)

        return lambda name: (
            (not group or name in members)
            and (not parent or ways.is_below(name))
            and is_of_kind(name)
        )

    def _field(self, name: str, field: str, language: str) -> list[Answer]:
        """Return the concepts around one that a search names with it."""
        if field == "narrower":
            near = self.below(None, name, language, 0, _MOST_FIELD)["narrower"]
        else:
            near = self.related(name, language, field, _MOST_FIELD)[field]
        assert isinstance(near, list)
        return [{key: each[key] for key in ("uri", "prefLabel") if key in each} for each in near]

    def found(
        self,
        entries: Sequence[tuple[Entry, str, SchemeSummary]],
        labels_in: str,
        asked_in: str,
        fields: Sequence[str] = (),
    ) -> Answer:
        """Return names that were found, each with its language and scheme.

        Args:
            entries: What was found.
            labels_in: Tag of the language of names; empty for that of each entry.
            asked_in: Tag of the language that was searched in; empty for all.
            fields: What to name with each: broader, narrower, related.
        """
        known = self.index.concepts(entry.concept for entry, _, _ in entries)
        results = []
        for entry, tag, scheme in entries:
            shown = self._named(known[entry.concept], labels_in or tag)
            results.append(
                {
                    "uri": entry.concept,
                    "type": ["skos:Concept"],
                    "localname": _local(entry.concept),
                    "lang": tag,
                    **shown,
                    "vocab": scheme.slug,
                    **({"altLabel": entry.text} if entry.is_alternative else {}),
                    **{
                        field: self._field(entry.concept, field, labels_in or tag)
                        for field in fields
                        if field in _FIELDS
                    },
                }
            )
        context = _context(
            **{field: f"skos:{field}" for field in fields if field in _FIELDS},
            isothes="http://purl.org/iso25964/skos-thes#",
            onki=_ONKI,
            results={"@id": "onki:results", "@container": "@list"},
            prefLabel="skos:prefLabel",
            altLabel="skos:altLabel",
            hiddenLabel="skos:hiddenLabel",
        )
        spoken = {"@language": labels_in or asked_in} if labels_in or asked_in else {}
        return {"@context": {**context, **spoken}, "uri": "", "results": results}

    def _named(
        self, concept: IndexedConcept, language: str, member: str = "prefLabel"
    ) -> dict[str, object]:
        name = best_name(concept.names, language)
        named: dict[str, object] = {member: name.value if name else _local(concept.iri)}
        if name is not None and name.language and not _is_in(name, language):
            named["lang"] = name.language
        if concept.notation:
            named["notation"] = concept.notation
        if self.addresses.holds(concept.iri):
            named["href"] = with_parameters(self.addresses.path(concept.iri), "")
        return named

    def _path(self, name: str) -> str:
        return self.addresses.path(self.addresses.base_iri + name)

    def _url(self, name: str) -> str:
        return self.addresses.on_site(f"{self.addresses.base_iri}rest/v1/{name}")


class _Ways:
    """Tells which concepts are below one."""

    def __init__(self, index: ConceptIndex, above: str) -> None:
        self._index, self._known = index, {above: True}

    def is_below(self, name: str) -> bool:
        """Tell whether a way up from a concept comes by the one above; circles end."""
        seen, waiting = {name}, self._index.broader(name)
        while waiting and len(seen) < _MOST_FILTERED:
            here = waiting.pop()
            if self._known.get(here):
                self._known[name] = True
                return True
            if here not in seen and here not in self._known:
                waiting += self._index.broader(here)
            seen.add(here)
        self._known = {**dict.fromkeys(seen, False), **self._known}
        return False


def _is_in(name: Literal, language: str) -> bool:
    tag = (name.language or "").lower()
    return tag in ("", language.lower()) or tag.partition("-")[0] == language.lower()


def _title(scheme: SchemeSummary, language: str) -> str:
    name = best_name(scheme.names, language)
    return name.value if name else _local(scheme.iri)


def _local(name: str) -> str:
    return name.rstrip("/#").replace("#", "/").rpartition("/")[2]
