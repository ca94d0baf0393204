"""What the page of a dataset, a series or a service shows before its plain facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode

from publisher.addresses import Addresses
from publisher.messages import translate
from publisher.query.engine import Description, Engine, Term
from publisher.rdf.media_types import HTML
from publisher.rdf.namespaces import iri
from publisher.release.model import DUMPS, Release
from publisher.render.datasets import DISTRIBUTION
from publisher.render.labels import Labels, best_label, fetch_labels, foreign_language
from publisher.render.maps.geometry import Outline, bounding_box, read_outline
from publisher.render.page_model import PropertyValues, Thing, Value, anchor_of
from publisher.render.previews import (
    FilePreview,
    TableDescription,
    read_description,
    read_preview,
    stored_file,
)
from publisher.render.service_guides import ServiceGuide, guide, kind_of, values_of
from publisher.render.values import format_bytes, format_literal, natural_key, sentence_case
from publisher.render.views import Views

_DATASET, _SERIES = iri("dcat:Dataset"), iri("dcat:DatasetSeries")
_SERVICE = iri("dcat:DataService")
_CONTACT, _SPATIAL = iri("dcat:contactPoint"), iri("dcterms:spatial")
_ACCESS_SERVICE, _SERVES = iri("dcat:accessService"), iri("dcat:servesDataset")
_IN_SERIES, _MEMBER = iri("dcat:inSeries"), iri("dcat:seriesMember")
_PREVIOUS, _NEXT, _FIRST, _LAST = (iri(f"dcat:{n}") for n in ("prev", "next", "first", "last"))
_ENDPOINT, _DESCRIBED = iri("dcat:endpointURL"), iri("dcat:endpointDescription")
_FILE, _ACCESS = iri("dcat:downloadURL"), iri("dcat:accessURL")
_IDENTIFIER = iri("dcterms:identifier")
_TITLE, _TEXT = iri("dcterms:title"), iri("dcterms:description")
_FORMAT, _MEDIA_TYPE = iri("dcterms:format"), iri("dcat:mediaType")
_TELEPHONE, _ADDRESS = iri("vcard:hasTelephone"), iri("vcard:hasAddress")
_CATEGORY, _LEGISLATION = iri("dcatap:hvdCategory"), iri("dcatap:applicableLegislation")
_HIGH_VALUE = "http://data.europa.eu/eli/reg_impl/2023/138/oj"
_TELLS_KIND = (_FORMAT, _MEDIA_TYPE, iri("dcterms:conformsTo"), iri("dcterms:type"))
_GEOMETRIES = tuple(map(iri, ("dcat:bbox", "locn:geometry", "geo:asWKT")))
_NESTED_GEOMETRIES = tuple(map(iri, ("locn:geometry", "geo:hasGeometry", "dcat:bbox")))
_POINT = iri("dcat:centroid")
# What may lead to the very page that the reader is on.
_PAGES = (iri("dcat:landingPage"), iri("foaf:page"))
# Of a file, in this order, beside its format and size.
_FILE_FACTS = tuple(
    map(
        iri,
        (
            *("dcterms:license", "dcterms:language", "dcterms:modified", "dcterms:issued"),
            *("dcatap:availability", "adms:status", "dcterms:conformsTo"),
            *("dcat:spatialResolutionInMeters", "geodcatap:spatialResolutionAsText"),
            *("dcat:temporalResolution", "foaf:page"),
        ),
    )
)
_TOLD_OF_FILES = frozenset(
    {_FILE, _ACCESS, _TITLE, _TEXT, _FORMAT, _MEDIA_TYPE, _ACCESS_SERVICE, *_FILE_FACTS}
    | {iri("dcat:byteSize")}
)
_SERVICE_FACTS = (
    *("dcterms:conformsTo", "dcterms:license", "dcterms:spatial"),
    *("dcat:spatialResolutionInMeters", "geodcatap:spatialResolutionAsText"),
    *("geodcatap:serviceType", "geodcatap:topicCategory"),
)
_MOST_MEMBERS = 500
_PROPERTIES_QUERY = "SELECT ?thing ?property ?value WHERE {{ VALUES ?thing {{ {things} }} \
?thing ?property ?value . FILTER(!isBlank(?value)) }} ORDER BY ?thing ?property ?value LIMIT 20000"
_MEMBERS_QUERY = """
SELECT ?series ?member ?property ?value WHERE {{
    VALUES ?series {{ {things} }}
    {{ ?member <{within}> ?series . }} UNION {{ ?series <{has}> ?member . }}
    OPTIONAL {{ ?member ?property ?value . FILTER(?property IN (<{issued}>, <{previous}>)) }}
    FILTER(isIRI(?member))
}}
ORDER BY ?series ?member LIMIT {most}
"""

Properties = Mapping[str, Sequence[Term]]
_NOTHING: Properties = {}


@dataclass(frozen=True)
class Surroundings:
    """What is around a dataset, a series or a service.

    Attributes:
        properties: Thing → property → values: services, contacts, places, series.
        members: Series → its members, in order.
        serving: Services that say to give the topic.
        labels: Names of everything.
    """

    properties: Mapping[str, Properties] = field(default_factory=dict)
    members: Mapping[str, Sequence[str]] = field(default_factory=dict)
    serving: tuple[str, ...] = ()
    labels: Labels = field(default_factory=dict)

    def shown_things(self, topic: str) -> frozenset[str]:
        """Return what the page of a topic leads to before its plain facts."""
        return frozenset([*self.members.get(topic, ()), *self.serving])


def is_catalogued(classes: Iterable[str]) -> bool:
    """Tell whether a thing of some classes has a page of this kind."""
    return bool({_DATASET, _SERIES, _SERVICE} & set(classes))


def fetch_surroundings(engine: Engine, topic: str, description: Description) -> Surroundings:
    """Return what is around a dataset, fetched from the engine."""
    near, series = set(), {topic}
    for triple in description.own:
        if isinstance(triple.object, NamedNode):
            if triple.predicate.value in (_CONTACT, _ACCESS_SERVICE, _SPATIAL):
                near.add(triple.object.value)
            elif triple.predicate.value == _IN_SERIES:
                series.add(triple.object.value)
    serving = {
        t.subject.value
        for t in description.incoming
        if t.predicate.value == _SERVES and isinstance(t.subject, NamedNode)
    }
    things = _fetch(engine, near | serving | series)
    beyond = {
        term.value
        for properties in things.values()
        for path in (_TELEPHONE, _ADDRESS, *_NESTED_GEOMETRIES)
        for term in properties.get(path, ())
        if isinstance(term, NamedNode)
    }
    things |= _fetch(engine, beyond - things.keys())
    members = _fetch_members(engine, series)
    named = {
        term.value
        for properties in things.values()
        for terms in properties.values()
        for term in terms
        if isinstance(term, NamedNode)
    }
    named |= {*things, *(name for listed in members.values() for name in listed)}
    return Surroundings(things, members, tuple(sorted(serving)), fetch_labels(engine, named))


def _fetch(engine: Engine, things: Iterable[str]) -> dict[str, dict[str, list[Term]]]:
    names = " ".join(str(NamedNode(name)) for name in sorted(things))
    by_thing: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for row in engine.rows(_PROPERTIES_QUERY.format(things=names)) if names else ():
        by_thing[row["thing"].value][row["property"].value].append(row["value"])
    return dict(by_thing)


def _fetch_members(engine: Engine, series: Iterable[str]) -> dict[str, list[str]]:
    """Return series → members: as they follow each other where they say so, else by date."""
    query = _MEMBERS_QUERY.format(
        things=" ".join(str(NamedNode(name)) for name in sorted(series)),
        within=_IN_SERIES,
        has=_MEMBER,
        issued=iri("dcterms:issued"),
        previous=_PREVIOUS,
        most=3 * _MOST_MEMBERS,
    )
    issued: dict[str, dict[str, str]] = defaultdict(dict)
    previous: dict[str, str] = {}
    for row in engine.rows(query):
        member = row["member"].value
        dates = issued[row["series"].value]
        dates.setdefault(member, "")
        if isinstance(row.get("value"), Literal):
            dates[member] = row["value"].value
        elif "value" in row:
            previous[member] = row["value"].value
    return {name: _in_order(dates, previous) for name, dates in issued.items()}


def _in_order(issued: Mapping[str, str], previous: Mapping[str, str]) -> list[str]:
    following = {before: member for member, before in previous.items() if before in issued}
    ordered: dict[str, None] = {}
    for member in sorted(issued, key=lambda name: (issued[name], name)):
        if previous.get(member) in issued and previous[member] not in ordered:
            continue  # the one before it brings it along
        step: str | None = member
        while step is not None and step not in ordered and step in issued:
            ordered[step] = None
            step = following.get(step)
    return [*ordered, *(member for member in sorted(issued) if member not in ordered)]


@dataclass(frozen=True)
class FileCard:
    """A distribution as a reader takes it.

    Attributes:
        iri: Its IRI.
        anchor: Where it is on the page.
        name: What it is called.
        text: What it is about.
        format: In a word; empty when nobody says.
        size: In words.
        facts: Heading and values of what else a reader asks first.
        download: Address of the file; empty for what is no file.
        access: Address of a page or a service; empty when it is the file.
        service: The service that gives it.
        preview: The beginning of the file, when this site holds it.
        table: What its columns are, when this site holds it and knows.
        metadata: Address of the metadata that say so.
        lines: Everything else that is said of it.
    """

    iri: str
    anchor: str
    name: Value
    text: Value | None
    format: str
    size: str
    facts: tuple[tuple[str, tuple[Value, ...]], ...]
    download: str
    access: str
    service: Value | None
    preview: FilePreview | None
    table: TableDescription | None
    metadata: str
    lines: tuple[PropertyValues, ...]


@dataclass(frozen=True)
class ServiceCard:
    """A service: its name and how to use it; a link to its page where it has one."""

    name: Value
    guide: ServiceGuide
    described: str
    facts: tuple[tuple[str, tuple[Value, ...]], ...]


@dataclass(frozen=True)
class Contact:
    """Whom to ask: name, and addresses to click or read; where it is, and what is told here."""

    name: Value
    anchor: str
    parts: frozenset[str]
    mails: tuple[Value, ...]
    telephones: tuple[Value, ...]
    pages: tuple[Value, ...]
    address: tuple[str, ...]


@dataclass(frozen=True)
class SeriesPlace:
    """A series: the one a dataset is in, or the topic itself.

    Attributes:
        name: The series.
        members: In order.
        previous: The dataset before the topic, where somebody says so.
        following: The dataset after it.
        first: Of the series, where it says so.
        last: Of the series.
    """

    name: Value
    members: tuple[Value, ...]
    previous: Value | None = None
    following: Value | None = None
    first: Value | None = None
    last: Value | None = None


@dataclass(frozen=True)
class CataloguedThing:
    """What the page of a dataset, a series or a service shows first.

    Attributes:
        files: Its distributions, but those that are its dumps and tables.
        services: How it is used as a service.
        contacts: Whom to ask.
        series: Where it is in series, or what is in it.
        is_high_value: Whether the regulation on high-value datasets applies to it.
        categories: In that regulation.
        outlines: What it covers: IRI or name of a blank node → on the globe.
        places: Named ones that it covers.
        extent: Where that is, in words.
        shown: Properties that need no line of their own any more.
    """

    files: tuple[FileCard, ...]
    services: tuple[ServiceCard, ...]
    contacts: tuple[Contact, ...]
    series: tuple[SeriesPlace, ...]
    is_high_value: bool
    categories: tuple[Value, ...]
    outlines: Mapping[str, Outline]
    places: tuple[Value, ...]
    extent: str
    shown: frozenset[str]

    @property
    def shown_things(self) -> frozenset[str]:
        """Return the parts of the document that are told here."""
        shown = (part for contact in self.contacts for part in contact.parts)
        return frozenset([*(file.iri for file in self.files), *shown])


@dataclass(frozen=True)
class ThingReader:
    """Makes what a page shows of one document.

    Attributes:
        topic: IRI of what it is about.
        description: Of the document.
        around: What the engine knows around it.
        views: What names and links are made with.
        release: What is shown.
        addresses: Of the site.
    """

    topic: str
    description: Description
    around: Surroundings
    views: Views
    release: Release
    addresses: Addresses

    def read(self, parts: Iterable[Thing]) -> CataloguedThing:
        """Return what the page shows first; ``parts`` are the other things of the document."""
        own = self._own()
        topic = own.get(self.topic, _NOTHING)
        by_iri = {thing.iri: thing for thing in parts}
        files = [
            self._file(name, own[name], by_iri.get(name))
            for name in _names(topic, DISTRIBUTION)
            if name in own and not self._is_generated(own[name])
        ]
        outlines = self._outlines(own, topic)
        series = (*self._series(topic),)
        shown = {DISTRIBUTION, _CONTACT, _CATEGORY, _IN_SERIES, _PREVIOUS, _NEXT}
        shown |= {_FIRST, _LAST, _MEMBER, iri("adms:identifier")}
        shown |= {_SPATIAL} if outlines or _names(topic, _SPATIAL) else set()
        shown |= {path for path in _PAGES if _names(topic, path) == [self._page(self.topic)]}
        # Its lasting address is on the page already.
        identifiers = topic.get(_IDENTIFIER, ())
        shown |= {_IDENTIFIER} if {term.value for term in identifiers} == {self.topic} else set()
        shown |= {_ENDPOINT} if _names(topic, _ENDPOINT) else set()
        link = self.views.link_to
        return CataloguedThing(
            files=tuple(sorted(files, key=lambda f: (natural_key(f.name.text), f.iri))),
            services=tuple(self._services(own, topic)),
            contacts=tuple(self._contact(name) for name in _names(topic, _CONTACT)),
            series=series,
            is_high_value=_HIGH_VALUE in _names(topic, _LEGISLATION),
            categories=tuple(map(link, _names(topic, _CATEGORY))),
            outlines=outlines,
            places=tuple(map(link, _names(topic, _SPATIAL))),
            extent=_extent(outlines, self.views.language),
            shown=frozenset(shown),
        )

    def _own(self) -> dict[str, dict[str, list[Term]]]:
        things: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for triple in self.description.own:
            subject, value = triple.subject, triple.object
            if isinstance(value, NamedNode | BlankNode | Literal):
                name = str(subject) if isinstance(subject, BlankNode) else subject.value  # type: ignore[union-attr]
                things[name][triple.predicate.value].append(value)
        return things

    def _is_generated(self, properties: Properties) -> bool:
        """Tell whether a distribution is a dump or a table of the site, listed by its formats."""
        for address in _names(properties, _FILE):
            path = address.removeprefix(self.addresses.base_iri)
            folder, _, name = path.partition("/")
            dataset = name.removesuffix(".gz").rpartition(".")[0]
            if path != address and (
                folder == "table"
                or (folder == "dump" and f"{DUMPS}/{dataset}.nq" in self.release.files)
            ):
                return True
        return False

    def _page(self, thing: str) -> str:
        """Return the address of the page of a thing, as the catalogue gives it."""
        return self.addresses.file_of(self.addresses.document_of(thing), HTML.extension)

    # Texts and values

    def _text(self, properties: Properties, path: str) -> Value | None:
        literals = [term for term in properties.get(path, ()) if isinstance(term, Literal)]
        label = best_label(literals, self.views.language)
        if label is None:
            return None
        return Value(label.value, "", foreign_language(label, self.views.language))

    def _values(self, terms: Iterable[Term]) -> tuple[Value, ...]:
        values = []
        for term in terms:
            if isinstance(term, NamedNode):
                values.append(self.views.link_to(term.value))
            elif isinstance(term, Literal):
                values.append(Value(format_literal(term, self.views.language)))
        return tuple(dict.fromkeys(values))

    def _facts(
        self, properties: Properties, paths: Iterable[str]
    ) -> tuple[tuple[str, tuple[Value, ...]], ...]:
        return tuple(
            (sentence_case(self.views.link_to(path).text), values)
            for path in paths
            for values in [self._values(properties.get(path, ()))]
            if values
        )

    def _format(self, properties: Properties) -> str:
        for path in (_FORMAT, _MEDIA_TYPE):
            for value in self._values(properties.get(path, ())):
                if value.text:
                    return value.text
        return ""

    # Files

    def _file(self, name: str, properties: Properties, thing: Thing | None) -> FileCard:
        files, pages = _names(properties, _FILE), _names(properties, _ACCESS)
        services = _names(properties, _ACCESS_SERVICE)
        is_service = bool(services and not files) or self._kind(properties) is not None
        download = files[0] if files and not is_service else ""
        access = next((page for page in pages if page != download), "")
        sizes = [t.value for t in properties.get(iri("dcat:byteSize"), ())]
        stored = stored_file(download, self.release, self.addresses)
        table = read_description(self.release, stored, self.views.language) if stored else None
        form = self._format(properties)
        called = self._text(properties, _TITLE) or Value(
            form or translate("Service" if is_service else "File", self.views.language)
        )
        lines = thing.without(_TOLD_OF_FILES).lines if thing else ()
        digits = next((size for size in sizes if size.isdecimal()), "")
        return FileCard(
            iri=name,
            anchor=anchor_of(name),
            name=called,
            text=self._text(properties, _TEXT),
            format=form,
            size=format_bytes(int(digits), self.views.language) if digits else "",
            facts=self._facts(properties, _FILE_FACTS),
            download=self._href(download),
            access=self._href(access),
            service=self.views.link_to(services[0]) if services else None,
            preview=read_preview(self.release, stored, table) if stored else None,
            table=table,
            metadata=self._href(self.addresses.base_iri + table.metadata) if table else "",
            lines=lines,
        )

    def _href(self, address: str) -> str:
        """Return where a link leads; a file of this site has no language."""
        if not address:
            return ""
        if self.addresses.holds(address):
            return self.addresses.path(address)
        return self.views.link_to(address).href

    # Services

    def _kind(self, *described: Properties) -> object:
        words = [word for p in described for word in values_of(p, _TELLS_KIND)]
        places = [a for p in described for a in values_of(p, (_ENDPOINT, _DESCRIBED, _ACCESS))]
        return kind_of(words, places)

    def _services(self, own: Mapping[str, Properties], topic: Properties) -> Iterable[ServiceCard]:
        """Yield the topic's services once each: by themselves, and by its distributions."""
        seen: set[str] = set()
        if _names(topic, _ENDPOINT):
            yield from self._service(self.topic, topic, _NOTHING)
            return
        for name in _names(topic, DISTRIBUTION):
            properties = own.get(name, _NOTHING)
            if self._is_generated(properties):
                continue
            services = _names(properties, _ACCESS_SERVICE)
            for service in services:
                known = own.get(service) or self.around.properties.get(service, _NOTHING)
                if service not in seen and _names(known, _ENDPOINT):
                    seen.add(service)
                    yield from self._service(service, known, properties)
            if not services and self._kind(properties) is not None:
                yield from self._service(name, properties, _NOTHING)
        for service in self.around.serving:
            known = self.around.properties.get(service, _NOTHING)
            is_ours = service.startswith(f"{self.addresses.base_iri}service/")
            if service not in seen and _names(known, _ENDPOINT) and not is_ours:
                seen.add(service)
                yield from self._service(service, known, _NOTHING)

    def _service(
        self, name: str, properties: Properties, given: Properties
    ) -> Iterable[ServiceCard]:
        places = _names(properties, _ENDPOINT) or _names(properties, _ACCESS)
        described = next(iter(_names(properties, _DESCRIBED)), "")
        kind = self._kind(properties, given)
        title = self._text(properties, _TITLE) or self._text(given, _TITLE)
        href = "" if name == self.topic else self.views.link_to(name).href
        facts = map(iri, _SERVICE_FACTS)
        for url in places[:1]:
            service_guide = guide(
                kind,  # type: ignore[arg-type]
                self.addresses.on_site(url),
                self.addresses.on_site(described),
                self.views.language,
            )
            called = title or Value(service_guide.kind)
            yield ServiceCard(
                Value(called.text, href, called.language),
                service_guide,
                self._href(described) if described != service_guide.capabilities else "",
                self._facts(properties, tuple(facts)),
            )

    # Contacts and series

    def _contact(self, name: str) -> Contact:
        properties = self.around.properties.get(name, _NOTHING)
        telephones, addresses = _names(properties, _TELEPHONE), _names(properties, _ADDRESS)
        numbers = [
            term
            for telephone in telephones
            for term in self.around.properties.get(telephone, _NOTHING).get(
                iri("vcard:hasValue"), ()
            )
        ]
        lines = [
            term.value
            for address in addresses
            for part in ("street-address", "postal-code", "locality", "country-name")
            for term in self.around.properties.get(address, _NOTHING).get(iri(f"vcard:{part}"), ())
        ]
        return Contact(
            name=self.views.link_to(name),
            anchor=anchor_of(name) if name in self.description.subjects else "",
            parts=frozenset([name, *telephones, *addresses]),
            mails=tuple(
                Value(mail.removeprefix("mailto:"), mail)
                for mail in _names(properties, iri("vcard:hasEmail"))
                if mail.startswith("mailto:")
            ),
            telephones=tuple(
                Value(t.value.removeprefix("tel:"), t.value if _is_telephone(t) else "")
                for t in numbers
            ),
            pages=tuple(map(self.views.link_to, _names(properties, iri("vcard:hasURL")))),
            address=tuple(dict.fromkeys(lines)),
        )

    def _series(self, topic: Properties) -> Iterable[SeriesPlace]:
        link = self.views.link_to

        def one(path: str, properties: Properties) -> Value | None:
            return next(iter(map(link, _names(properties, path))), None)

        own = [self.topic] if self.topic in self.around.members else []
        for name in (*own, *_names(topic, _IN_SERIES)):
            properties = self.around.properties.get(name, _NOTHING)
            if name == self.topic:
                properties = topic
            is_member = name != self.topic
            yield SeriesPlace(
                name=link(name),
                members=tuple(map(link, self.around.members.get(name, ())[:_MOST_MEMBERS])),
                previous=one(_PREVIOUS, topic) if is_member else None,
                following=one(_NEXT, topic) if is_member else None,
                first=one(_FIRST, properties),
                last=one(_LAST, properties),
            )

    # Coverage

    def _outlines(self, own: Mapping[str, Properties], topic: Properties) -> dict[str, Outline]:
        outlines = {}
        for term in topic.get(_SPATIAL, ()):
            if isinstance(term, Literal):
                continue
            name = str(term) if isinstance(term, BlankNode) else term.value
            properties = own.get(name) or self.around.properties.get(name, _NOTHING)
            outline = read_outline(self._wkts(own, properties, _GEOMETRIES))
            if not any(outline.positions()):
                outline = read_outline(self._wkts(own, properties, (_POINT,)))
            if any(outline.positions()):
                outlines[name] = outline
        return outlines

    def _wkts(
        self, own: Mapping[str, Properties], properties: Properties, paths: Iterable[str]
    ) -> list[str]:
        texts = []
        for path in (*paths, iri("geo:hasGeometry")):
            for term in properties.get(path, ()):
                if isinstance(term, Literal):
                    texts.append(term.value)
                    continue
                name = str(term) if isinstance(term, BlankNode) else term.value
                nested = own.get(name) or self.around.properties.get(name, _NOTHING)
                texts += [t.value for t in nested.get(iri("geo:asWKT"), ())]
        return texts


def _names(properties: Properties, path: str) -> list[str]:
    names = {term.value for term in properties.get(path, ()) if isinstance(term, NamedNode)}
    return sorted(names)


def _is_telephone(term: Term) -> bool:
    return isinstance(term, NamedNode) and term.value.startswith("tel:")


def _extent(outlines: Mapping[str, Outline], language: str) -> str:
    """Return the box around everything in words; a point is one of no size."""
    positions = [p for outline in outlines.values() for p in outline.positions()]
    if not positions:
        return ""
    box = bounding_box(positions)
    degrees = [_degrees(v, language) for v in (box.top, box.bottom, box.left, box.right)]
    south, north, west, east = degrees
    return translate(
        "Latitude {south} to {north}, longitude {west} to {east} degrees",
        language,
        south=south,
        north=north,
        west=west,
        east=east,
    )


def _degrees(value: float, language: str) -> str:
    rounded = f"{value:.2f}".rstrip("0").rstrip(".")
    number = Literal(rounded, datatype=NamedNode(iri("xsd:decimal")))
    return format_literal(number, language)
