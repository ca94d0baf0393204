"""Concepts as JSON in the form of Skosmos' REST interface (version 1), for programs that know it.

The form is that of https://api.finto.fi/doc/ (Skosmos 2 and 3). Members that Skosmos has not are
``href``, ``listing`` and ``total``: where pages are, and how many there are when not all are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from pyoxigraph import Literal, NamedNode

from publisher.addresses import Addresses, with_parameters
from publisher.languages import language_name
from publisher.query.engine import Engine
from publisher.rdf.namespaces import PREFIXES, iri
from publisher.release.concepts import (
    ConceptIndex,
    Entry,
    IndexedConcept,
    SchemeSummary,
    best_name,
)

Answer = dict[str, object]
_ONKI = "http://schema.onki.fi/onki#"
_MOST_LEVELS = 1_000
_RELATED_QUERY = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?other WHERE {{ <{concept}> skos:related|^skos:related ?other . }}
ORDER BY ?other LIMIT {most}
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
        found = [
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
            "@base": self._place("vocabularies"),
        }
        return {"@context": context, "uri": "", "vocabularies": found}

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
            "@context": {**context, "@language": language, "@base": self._place(f"{scheme.slug}/")},
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
                    {"property": "skos:prefLabel", "labels": sum(self._letters(scheme, tag))}
                ],
            }
            for tag in scheme.languages
        ]
        return {"@context": _context(), "uri": "", "id": scheme.slug, "languages": languages}

    def _letters(self, scheme: SchemeSummary, tag: str) -> Iterable[int]:
        return self.index.letters(scheme.iri, tag).values()

    def tops(self, scheme: SchemeSummary, language: str, start: int, most: int) -> Answer:
        """Return the top concepts of a scheme."""
        found, total = self.index.narrower(scheme.iri, language, start, most)
        concepts = [
            {
                "uri": concept.iri,
                "topConceptOf": scheme.iri,
                **self._named(concept, language, "label"),
                "hasChildren": concept.narrower > 0,
            }
            for concept in found
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
            **self._rest(scheme, scheme.iri, total, start + len(found)),
        }

    def below(
        self, scheme: SchemeSummary | None, name: str, language: str, start: int, most: int
    ) -> Answer:
        """Return the concepts right below one, with what a tree shows of them."""
        found, total = self.index.narrower(name, language, start, most)
        concepts = [
            {
                "uri": concept.iri,
                **self._named(concept, language),
                "hasChildren": concept.narrower > 0,
            }
            for concept in found
        ]
        context = _context(prefLabel="skos:prefLabel", narrower="skos:narrower")
        return {
            "@context": {**context, "@language": language},
            "uri": name,
            "narrower": concepts,
            **self._rest(scheme, name, total, start + len(found)),
        }

    def _rest(self, scheme: SchemeSummary | None, name: str, total: int, told: int) -> Answer:
        """Return where the rest of a list is when not all of it is told."""
        if told >= total:
            return {}
        query = urlencode({"scheme": scheme.slug if scheme else "", "below": name})
        return {"total": total, "listing": f"{self._path('search')}?{query}"}

    def related(self, name: str, language: str, kind: str, most: int) -> Answer:
        """Return the concepts right above one, or those related to it."""
        if kind == "broader":
            names = self.index.broader(name, most)
        else:
            rows = self.engine.rows(_RELATED_QUERY.format(concept=NamedNode(name).value, most=most))
            names = [row["other"].value for row in rows if isinstance(row["other"], NamedNode)]
        known = self.index.concepts(names)
        found = [
            {"uri": each, **(self._named(known[each], language) if each in known else {})}
            for each in names
        ]
        context = _context(prefLabel="skos:prefLabel", **{kind: f"skos:{kind}"})
        return {"@context": {**context, "@language": language}, "uri": name, kind: found}

    def transitive(self, name: str, language: str, kind: str, most: int) -> Answer:
        """Return the concepts above or below one, level by level, at most so many levels."""
        step = "broader" if kind == "broaderTransitive" else "narrower"
        found: dict[str, Answer] = {}
        waiting = [name]
        for _ in range(min(most, _MOST_LEVELS)):
            waiting, here = [], waiting
            for each in here:
                if each in found or len(found) >= _MOST_LEVELS:
                    continue
                near = self._near(each, step, language)
                known = self.index.concepts([each])
                labels = self._named(known[each], language) if each in known else {}
                found[each] = {"uri": each, **labels, step: near}
                waiting += near
        context = _context(
            prefLabel="skos:prefLabel",
            broader={"@id": "skos:broader", "@type": "@id"},
            narrower={"@id": "skos:narrower", "@type": "@id"},
            **{kind: {"@id": f"skos:{kind}", "@container": "@index"}},
        )
        return {"@context": {**context, "@language": language}, "uri": name, kind: found}

    def _near(self, name: str, step: str, language: str) -> list[str]:
        if step == "broader":
            return self.index.broader(name)
        return [concept.iri for concept in self.index.narrower(name, language)[0]]

    def hierarchy(self, scheme: SchemeSummary, name: str, language: str) -> Answer:
        """Return the way down to a concept, with what stands beside it on each step."""
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

    def label(self, name: str, language: str) -> Answer | None:
        """Return the names of a thing in a language; None when it is not here."""
        labels = self.index.labels(name)
        if not labels and not self.index.kinds(name):
            return None
        found: Answer = {}
        preferred = best_name(labels.get("prefLabel", ()), language)
        if preferred is not None:
            found["prefLabel"] = preferred.value
        for kind in ("altLabel", "hiddenLabel"):
            texts = [n.value for n in labels.get(kind, ()) if _is_in(n, language)]
            if texts:
                found[kind] = texts
        context = _context(**{kind: f"skos:{kind}" for kind in found})
        return {"@context": {**context, "@language": language}, "uri": name, **found}

    def letters(self, scheme: SchemeSummary, language: str) -> Answer:
        """Return the letters of a scheme's index that have names."""
        found = list(self.index.letters(scheme.iri, language))
        return {"@context": _context(), "uri": "", "indexLetters": found}

    def entries(self, language: str, found: Iterable[Entry]) -> Answer:
        """Return names of an index."""
        entries = list(found)
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

    def found(
        self, entries: Sequence[tuple[Entry, str, SchemeSummary]], labels_in: str, asked_in: str
    ) -> Answer:
        """Return names that were found, each with its language and scheme."""
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
                }
            )
        context = _context(
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
        found: dict[str, object] = {member: name.value if name else _local(concept.iri)}
        if name is not None and name.language and not _is_in(name, language):
            found["lang"] = name.language
        if concept.notation:
            found["notation"] = concept.notation
        if self.addresses.holds(concept.iri):
            found["href"] = with_parameters(self.addresses.path(concept.iri), "")
        return found

    def _path(self, name: str) -> str:
        return self.addresses.path(self.addresses.base_iri + name)

    def _place(self, name: str) -> str:
        return self.addresses.on_site(f"{self.addresses.base_iri}rest/v1/{name}")


def _is_in(name: Literal, language: str) -> bool:
    tag = (name.language or "").lower()
    return tag in ("", language.lower()) or tag.partition("-")[0] == language.lower()


def _title(scheme: SchemeSummary, language: str) -> str:
    name = best_name(scheme.names, language)
    return name.value if name else _local(scheme.iri)


def _local(name: str) -> str:
    return name.rstrip("/#").replace("#", "/").rpartition("/")[2]
