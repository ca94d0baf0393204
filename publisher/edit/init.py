"""A first folder of sources for another publisher: small, whole, and theirs to change."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from publisher.edit.changes import FileChange, write_all
from publisher.edit.inventory import slug
from publisher.errors import UsageError
from publisher.languages import LANGUAGES, SOURCE_LANGUAGE, authority_code, within_sentence
from publisher.load.files import CATALOGUE, CATALOGUE_FOLDER, DATASET
from publisher.messages import Text, translate
from publisher.profiles.file_types import IANA
from publisher.profiles.term_names import find_term
from publisher.rdf.namespaces import AUTHORITY, PREFIXES, iri
from publisher.rdf.turtle import write_turtle


def start_folder(start: StartOptions, folder: Path) -> list[str]:
    """Write a folder of sources that passes the check; return the names of its files.

    Raises:
        UsageError: The folder is not empty, or something cannot be an address.
        SourceError: A file cannot be written.
    """
    refuse_wrong(start, folder)
    made = catalogue_files(start) if start.is_catalogue_alone else _files(start)
    texts = {"pyproject.toml": settings_text(start)} | made
    texts |= _own_pages(start)
    folder.mkdir(parents=True, exist_ok=True)
    return write_all(
        folder, [FileChange(name, folder / name, None, text) for name, text in texts.items()]
    )


def _own_pages(start: StartOptions) -> dict[str, str]:
    """Return the pages that come with a new folder, with what is to be filled in: name → text.

    ``own_pages/<page>.<tag>.txt`` is written where the data are in its language. The Swedish one is
    the statement that the law asks of public bodies; what it must hold: Digg, "Skapa en
    tillgänglighetsredogörelse" (lagen om tillgänglighet till digital offentlig service). The German
    one has what Directive (EU) 2016/2102, article 7, and the model of Implementing Decision (EU)
    2018/1523 ask for; which law and which body apply differs by Land, and is left open.
    """
    texts = {}
    for template in (files("publisher.edit") / "own_pages").iterdir():
        page, _, tag = template.name.removesuffix(".txt").rpartition(".")
        if tag in start.languages:
            written = template.read_text(encoding="utf-8")
            written = written.replace("{publisher}", start.publisher)
            texts[f"pages/{page}.{tag}.md"] = written.replace("{contact}", f"<{start.contact}>")
    return dict(sorted(texts.items()))


def _files(start: StartOptions) -> dict[str, str]:
    """Return name → text of the files of a folder with data of its own."""
    prefix = start.dataset
    base = start.base_iri
    prefixes = {prefix: f"{base}def/{start.dataset}#", "shape": f"{base}shapes#"} | dict(PREFIXES)
    return {
        f"ontology/{start.dataset}.ttl": write_turtle(as_triples(ontology_terms(start)), prefixes),
        f"shapes/{start.class_name}.ttl": write_turtle(as_triples(_shapes(start)), prefixes),
        f"data/{start.dataset}/{start.kind}.ttl": write_turtle(
            as_triples(_first_thing(start)), prefixes
        ),
        "data/catalogue.ttl": write_turtle(as_triples(catalogue(start)), prefixes),
    }


def catalogue_files(start: StartOptions) -> dict[str, str]:
    """Return name → text of the files of a folder with nothing but a catalogue.

    Its one dataset is the list of the datasets itself: true from the first day, and an example
    of how one is written.
    """
    listed = f"{start.base_iri}{DATASET}{LIST_OF_DATASETS}"
    parts = {
        "data/catalogue.ttl": _catalogue(start, [listed]),
        f"data/{CATALOGUE_FOLDER}/{AGENTS}.ttl": _people(start),
        f"data/{CATALOGUE_FOLDER}/{LIST_OF_DATASETS}.ttl": _list_of_datasets(start, listed),
    }
    return {name: write_turtle(as_triples(part), PREFIXES) for name, part in parts.items()}


def settings_text(start: StartOptions) -> str:
    """Return the settings of a first folder."""
    return (
        "# Settings of the publisher: see 'publisher run --help'.\n[tool.publisher]\n"
        f'base_iri = "{start.base_iri}"\nlanguage = "{start.spoken[0]}"\n' + _data_languages(start)
    )


def _data_languages(start: StartOptions) -> str:
    """Return the setting with the order of the data's languages, where pages have not all."""
    given = ",".join(start.names)
    is_needed = not set(start.names) <= set(LANGUAGES)
    return f'content_languages = "{given}"\n' if is_needed else ""


def as_triples(statements: Mapping[str, Mapping[str, Iterable[Term]]]) -> Iterable[Triple]:
    """Yield the triples of statements by subject and property."""
    for subject, properties in statements.items():
        for name, values in properties.items():
            path = NamedNode(name if "://" in name else iri(name))
            for value in values:
                yield Triple(NamedNode(subject), path, value)


def ontology_terms(start: StartOptions) -> PropertiesBySubject:
    """Return the ontology with its class."""
    ontology = f"{start.base_iri}def/{start.dataset}"
    own_class = f"{ontology}#{start.class_name}"
    thing, names = lower_first(start.things), lower_first(start.names)
    day = Literal(start.day.isoformat(), datatype=NamedNode(iri("xsd:date")))
    return {
        ontology: {
            "rdf:type": nodes("owl:Ontology"),
            "dcterms:title": in_each("Vocabulary for {names}", start, names=names),
            "dcterms:description": vocabulary_description(start),
            "dcterms:creator": nodes(f"{start.base_iri}id/organisation/publisher"),
            "dcterms:publisher": nodes(f"{start.base_iri}id/organisation/publisher"),
            "dcterms:created": [day],
            "dcterms:issued": [day],
            "dcterms:modified": [day],
            "dcterms:license": nodes(start.licence),
            "owl:versionIRI": nodes(f"{ontology}/1.0.0"),
            "owl:versionInfo": [Literal("1.0.0")],
            "vann:preferredNamespacePrefix": [Literal(start.dataset)],
            "vann:preferredNamespaceUri": [Literal(f"{ontology}#")],
        },
        own_class: {
            "rdf:type": nodes("owl:Class"),
            "rdfs:label": in_data_languages(start, thing),
            "rdfs:isDefinedBy": nodes(ontology),
            "skos:definition": in_each("One of the {names} listed here.", start, names=names),
        },
    }


def _shapes(start: StartOptions) -> PropertiesBySubject:
    shape = f"{start.base_iri}shapes#{start.class_name}"
    one = Literal(str(len(start.languages)), datatype=NamedNode(iri("xsd:integer")))
    required: dict[str, list[Term]] = {"sh:minCount": [one]}
    text: dict[str, list[Term]] = {
        "sh:datatype": nodes("rdf:langString"),
        "sh:uniqueLang": [Literal("true", datatype=NamedNode(iri("xsd:boolean")))],
    }
    address: dict[str, list[Term]] = {"sh:nodeKind": nodes("sh:IRI")}
    rows = (
        (
            "skos:prefLabel",
            in_each("Name", start),
            in_each("Give one name per language.", start),
            required | text,
        ),
        (
            "dcterms:description",
            in_each("Description", start),
            in_each("Give one text per language.", start),
            text,
        ),
        (
            "foaf:homepage",
            in_each("Website", start),
            in_each("Write the address of a website, from https:// on.", start),
            address,
        ),
    )
    properties: PropertiesBySubject = {
        shape: {
            "rdf:type": nodes("sh:NodeShape"),
            "rdfs:label": in_data_languages(start, start.things),
            "sh:targetClass": nodes(f"{start.base_iri}def/{start.dataset}#{start.class_name}"),
            "sh:property": [NamedNode(f"{shape}-{row[0].partition(':')[2]}") for row in rows],
        }
    }
    for number, (path, names, messages, constraints) in enumerate(rows, 1):
        properties[f"{shape}-{path.partition(':')[2]}"] = {
            "rdf:type": nodes("sh:PropertyShape"),
            "sh:path": nodes(path),
            "sh:name": names,
            "sh:message": messages,
            "sh:order": [Literal(str(number), datatype=NamedNode(iri("xsd:integer")))],
            "sh:severity": nodes("sh:Violation"),
            **constraints,
        }
    return properties


def _first_thing(start: StartOptions) -> PropertiesBySubject:
    """Return one thing, which says itself that it is there to be replaced."""
    return {
        f"{start.base_iri}id/{start.kind}/1": {
            "rdf:type": nodes(f"{start.base_iri}def/{start.dataset}#{start.class_name}"),
            "skos:prefLabel": [
                *in_each("Example: {thing}", start, thing=lower_first(start.things)),
                *(
                    Literal(f"{start.things[tag]} 1", language=tag)
                    for tag in start.languages
                    if tag not in start.spoken
                ),
            ],
            "dcterms:description": in_each(
                "This thing shows how one is written. Replace it with your own.", start
            ),
        }
    }


# What somebody says of the data they want to publish, and the terms that it gives.

# The themes of the EU's data portal (authority table data-theme).
THEMES = (
    *("AGRI", "ECON", "EDUC", "ENER", "ENVI", "GOVE", "HEAL", "INTR", "JUST", "REGI", "SOCI"),
    *("TECH", "TRAN"),
)
# What an organisation can be (ADMS, publisher type), as DCAT-AP-SE asks for it.
KINDS = (
    *("LocalAuthority", "RegionalAuthority", "NationalAuthority", "SupraNationalAuthority"),
    *("Academia-ScientificOrganisation", "Company", "IndustryConsortium"),
    *("NonGovernmentalOrganisation", "NonProfitOrganisation", "StandardisationBody"),
)
# What is offered until somebody has an address; check reports it until it is replaced.
EXAMPLE_BASE = "https://data.example.org/"
_BASE = re.compile(r"https?://[^\s<>\"{}|\\^`?#]+/")
_MAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
LICENCE = "http://creativecommons.org/publicdomain/zero/1.0/"
# Short name → IRI, as DCAT-AP-SE recommends them.
LICENCES: Mapping[str, str] = {
    "CC0": LICENCE,
    "CC-BY": "http://creativecommons.org/licenses/by/4.0/",
    "CC-BY-SA": "http://creativecommons.org/licenses/by-sa/4.0/",
}


def read_licence(written: str) -> str:
    """Return the IRI of a licence that is named or written.

    Raises:
        UsageError: It is neither.
    """
    short = written.strip().upper().replace(" ", "-").removesuffix("-4.0").removesuffix("-1.0")
    if short in LICENCES:
        return LICENCES[short]
    # Others by the names and addresses that they have in their countries.
    if found := find_term("licence", written):
        return found
    if re.fullmatch(r"https?://[^\s<>\"{}|\\^`]+", written.strip()):
        return written.strip()
    raise UsageError(
        "'{written}' is no licence that is known.",
        remedy="Write {known}, or the address of another licence.",
        written=written,
        known=", ".join(LICENCES),
    )


def default_base(contact: str, dataset: str) -> str:
    """Return a base of addresses on the domain of a mail address; empty without a domain.

    >>> default_base("data@kommun.example", "badplatser")
    'https://data.kommun.example/badplatser/'
    """
    domain = contact.rpartition("@")[2].strip().casefold()
    return f"https://data.{domain}/{dataset}/" if "." in domain else ""


Term = NamedNode | Literal
# Subject → property, as a prefixed name → values.
PropertiesBySubject = dict[str, dict[str, list[Term]]]


@dataclass(frozen=True)
class StartOptions:
    """The options of ``init``: what the publisher wants to publish.

    Attributes:
        names: What the data are about, by language: the title of the dataset and of the site.
        things: What one thing is called, by language.
        publisher: Who publishes.
        kind_of_publisher: One of ``KINDS``.
        contact: Mail address for questions.
        base_iri: Base of every address; ends with a slash.
        theme: One of ``THEMES``.
        day: The day that the catalogue is issued.
        is_catalogue_alone: Whether everything that is described lies elsewhere.
        licence: IRI of the licence of the data.
    """

    names: Text
    things: Text
    publisher: str
    kind_of_publisher: str
    contact: str
    base_iri: str
    theme: str
    day: date
    is_catalogue_alone: bool = False
    licence: str = LICENCE

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages of the data, those of the program first."""
        return tuple(dict.fromkeys(tag for tag in (*LANGUAGES, *self.names) if tag in self.names))

    @property
    def spoken(self) -> tuple[str, ...]:
        """Return the languages of the data that the program speaks; else English."""
        known = tuple(tag for tag in self.languages if tag in LANGUAGES)
        return known or (SOURCE_LANGUAGE,)

    def text_in(self, texts: Text, language: str) -> str:
        """Return a text in a language, else in English, else in the first of the data."""
        return texts.get(language) or texts.get(SOURCE_LANGUAGE) or texts[self.languages[0]]

    @property
    def dataset(self) -> str:
        """Return the dataset's name in addresses and folders."""
        return _first_slug(self.names.values())

    @property
    def class_name(self) -> str:
        """Return the name of the class, in English if there is one."""
        return "".join(word.capitalize() for word in self.kind.split("-"))

    @property
    def kind(self) -> str:
        """Return what addresses of things call them: ``lake`` of ``…/id/lake/siljan``."""
        tags = sorted(self.things, key=lambda tag: tag != SOURCE_LANGUAGE)
        return _first_slug(self.things[tag] for tag in tags)


def _first_slug(names: Iterable[str]) -> str:
    """Return the first name that holds a letter from a to z, as a part of addresses."""
    return next(filter(None, map(slug, names)), "")


def refuse_folder(folder: Path) -> None:
    """Let a folder pass in which nothing can be overwritten.

    Raises:
        UsageError: It is not empty, or it is a file.
    """
    if folder.is_file() or (folder.exists() and any(folder.iterdir())):
        raise UsageError(
            "The folder {folder} is not empty.",
            folder=str(folder),
            remedy="Name a new one, so that nothing of yours is overwritten.",
        )


def refuse_base(base_iri: str) -> None:
    """Let an address pass below which things can be named.

    Raises:
        UsageError: It is none.
    """
    if not _BASE.fullmatch(base_iri):
        raise UsageError(
            "'{base}' cannot be the base of addresses.",
            base=base_iri,
            remedy="Write an address that is yours, from https:// to a slash at the end.",
        )


def refuse_contact(contact: str) -> None:
    """Let a mail address pass.

    Raises:
        UsageError: It is none.
    """
    if not _MAIL.fullmatch(contact):
        raise UsageError(
            "'{contact}' is not a mail address.",
            contact=contact,
            remedy="Portals show it to people with questions: write one that somebody reads.",
        )


def refuse_name(name: str) -> None:
    """Let a name pass that gives an address.

    Raises:
        UsageError: It holds no letter for one.
    """
    if not slug(name)[:1].isalpha():
        raise UsageError(
            "The name gives no address: it holds no letter from a to z.",
            remedy="Choose a name with such letters (å, ä and ö become a, a and o), or add one:"
            " --name en=Lakes --thing en=Lake.",
        )


def refuse_wrong(start: StartOptions, folder: Path) -> None:
    """Let what somebody said pass if a folder can be made of it.

    Raises:
        UsageError: The folder is not empty, or something cannot be an address.
    """
    refuse_folder(folder)
    refuse_base(start.base_iri)
    refuse_contact(start.contact)
    if start.is_catalogue_alone:
        return
    if not start.languages or set(start.names) != set(start.things):
        raise UsageError(
            "Say in the same languages what the data are about and what one thing is called.",
            remedy="For example: --name sv=Badplatser --thing sv=Badplats.",
        )
    if not (start.dataset and start.class_name) or not start.class_name[0].isalpha():
        raise UsageError(
            "The name gives no address: it holds no letter from a to z.",
            remedy="Choose a name with such letters (å, ä and ö become a, a and o), or add one:"
            " --name en=Lakes --thing en=Lake.",
        )


def nodes(*names: str) -> list[Term]:
    """Return prefixed names and whole addresses as nodes."""
    return [NamedNode(name if ":/" in name or "mailto:" in name else iri(name)) for name in names]


def in_each(message: str, start: StartOptions, **values: Text) -> list[Term]:
    """Return a message of the program in each language of the data that the program speaks."""
    return [
        Literal(
            translate(
                message, language, **{n: start.text_in(t, language) for n, t in values.items()}
            ),
            language=language,
        )
        for language in start.spoken
    ]


def in_data_languages(start: StartOptions, texts: Text) -> list[Term]:
    """Return texts of the publisher's own in each language of the data."""
    return [Literal(texts[language], language=language) for language in start.languages]


def lower_first(texts: Text) -> Text:
    """Return texts as they stand inside a sentence."""
    return {language: within_sentence(text, language) for language, text in texts.items()}


def vocabulary_description(start: StartOptions) -> list[Term]:
    """Return what ontology and catalogue say of the vocabulary."""
    return in_each(
        "The class and the properties that describe {names} here, with their definitions.",
        start,
        names=lower_first(start.names),
    )


# The catalogue of a first folder: what only a person knows, and may change.

_ADMS = "http://purl.org/adms/publishertype/"
_OWL = "https://www.w3.org/TR/owl2-overview/"
_DCAT_AP = "https://semiceu.github.io/DCAT-AP/releases/3.0.1/"
_OPEN = "Open data on {names}, free to use by everybody, as linked data and as tables."
_LIST = "Everything that this catalogue says of its datasets, for portals and programs."
_ELSEWHERE = "Which datasets there are, what they hold, and where they can be had."
# Files of data/catalogue/, by convention: who publishes and answers; and the first dataset.
AGENTS = "agents"
LIST_OF_DATASETS = "list-of-datasets"


def catalogue(start: StartOptions) -> PropertiesBySubject:
    """Return catalogue, datasets, publisher and contact."""
    return _catalogue(start, _addresses(start)[2]) | _people(start) | _datasets(start)


def _addresses(start: StartOptions) -> tuple[str, str, list[str]]:
    """Return the IRIs of contact and publisher, and those of the datasets."""
    base = start.base_iri
    datasets = [f"{base}dataset/{start.dataset}", f"{base}dataset/vocabulary"]
    return f"{base}contact", f"{base}id/organisation/publisher", datasets


def _shared(start: StartOptions) -> dict[str, list[Term]]:
    """Return what holds for the catalogue and for each dataset."""
    contact, publisher, _datasets = _addresses(start)
    codes = map(authority_code, start.languages)
    return {
        "dcterms:publisher": nodes(publisher),
        "dcterms:license": nodes(start.licence),
        "dcterms:language": nodes(*(f"{AUTHORITY}language/{code}" for code in codes if code)),
        "dcterms:spatial": nodes(f"{AUTHORITY}country/SWE"),
        "dcterms:issued": [Literal(start.day.isoformat(), datatype=NamedNode(iri("xsd:date")))],
        "dcat:contactPoint": nodes(contact),
    }


def _catalogue(start: StartOptions, datasets: Iterable[str]) -> PropertiesBySubject:
    home = start.base_iri
    title = in_each("{names}: linked open data", start, names=start.names)
    description = in_each(_OPEN, start, names=lower_first(start.names))
    if start.is_catalogue_alone:
        title = in_data_languages(start, start.names)
        description = in_each(_ELSEWHERE, start)
    return {
        home: {
            "rdf:type": nodes("foaf:Document"),
            "dcterms:title": in_data_languages(start, start.names),
        },
        f"{home}catalog": _shared(start)
        | {
            "rdf:type": nodes("dcat:Catalog"),
            "dcterms:title": title,
            "dcterms:description": description,
            "dcat:dataset": nodes(*datasets),
            "dcat:themeTaxonomy": nodes(f"{AUTHORITY}data-theme"),
            "foaf:homepage": nodes(home),
        },
    }


def _people(start: StartOptions) -> PropertiesBySubject:
    contact, publisher, _datasets = _addresses(start)
    return {
        contact: {
            "rdf:type": nodes("vcard:Organization"),
            "vcard:fn": in_each("Questions about the data", start),
            "vcard:hasEmail": nodes(f"mailto:{start.contact}"),
        },
        publisher: {
            "rdf:type": nodes("foaf:Agent"),
            "dcterms:type": nodes(f"{_ADMS}{start.kind_of_publisher}"),
            "foaf:name": [Literal(start.publisher, language=tag) for tag in start.languages],
        },
    }


def _datasets(start: StartOptions) -> PropertiesBySubject:
    own, vocabulary = _addresses(start)[2]
    names = lower_first(start.names)
    return {
        own: _dataset(start, own)
        | {
            "dcterms:title": in_data_languages(start, start.names),
            "dcterms:conformsTo": nodes(f"{start.base_iri}def/{start.dataset}"),
            "dcterms:description": in_each(_OPEN, start, names=names),
            "dcat:keyword": in_data_languages(start, names),
        },
        vocabulary: _dataset(start, vocabulary)
        | {
            "dcterms:title": in_each("Vocabulary for {names}", start, names=names),
            "dcterms:conformsTo": nodes(_OWL),
            "dcterms:description": vocabulary_description(start),
            "dcat:keyword": [*in_data_languages(start, names), *in_each("vocabulary", start)],
        },
        _OWL: {
            "rdf:type": nodes("dcterms:Standard"),
            "dcterms:title": [Literal("OWL 2", language=tag) for tag in start.languages],
            "dcterms:description": in_each("The W3C's language for ontologies.", start),
        },
    }


def _list_of_datasets(start: StartOptions, dataset: str) -> PropertiesBySubject:
    """Return the catalogue as a dataset of its own, with the file that the site makes of it."""
    file, period, rights = f"{dataset}/rdf-xml", f"{dataset}#temporal", f"{dataset}#rights"
    address = f"{start.base_iri}{CATALOGUE}"
    description = _dataset(start, dataset)
    return {
        dataset: description
        | {
            "dcterms:title": in_each("List of the datasets", start),
            "dcterms:description": in_each(_LIST, start),
            "dcterms:conformsTo": nodes(_DCAT_AP),
            "dcat:keyword": in_each("open data", start),
            "dcat:landingPage": nodes(start.base_iri),
            "dcat:distribution": nodes(file),
            "dcterms:temporal": nodes(period),
        },
        # It goes on: of a list that is kept there is no last day.
        period: {
            "rdf:type": nodes("dcterms:PeriodOfTime"),
            "dcat:startDate": description["dcterms:issued"],
        },
        rights: {
            "rdf:type": nodes("dcterms:RightsStatement"),
            "rdfs:label": in_each("Anybody may use the list, for anything.", start),
        },
        file: {
            "rdf:type": nodes("dcat:Distribution"),
            "dcterms:title": in_each("The list as RDF/XML", start),
            "dcterms:description": in_each(_LIST, start),
            "dcterms:format": nodes(f"{AUTHORITY}file-type/RDF_XML"),
            "dcterms:issued": description["dcterms:issued"],
            "dcterms:license": description["dcterms:license"],
            "dcterms:rights": nodes(rights),
            "dcatap:availability": nodes(f"{AUTHORITY}planned-availability/STABLE"),
            "dcat:accessURL": nodes(address),
            "dcat:downloadURL": nodes(f"{address}.rdf"),
            "dcat:mediaType": nodes(f"{IANA}application/rdf+xml"),
        },
        _DCAT_AP: {
            "rdf:type": nodes("dcterms:Standard"),
            "dcterms:title": [Literal("DCAT-AP 3", language=tag) for tag in start.languages],
            "dcterms:description": in_each("The EU's profile for catalogues of datasets.", start),
        },
    }


def _dataset(start: StartOptions, dataset: str) -> dict[str, list[Term]]:
    return _shared(start) | {
        "rdf:type": nodes("dcat:Dataset"),
        "dcterms:accessRights": nodes(f"{AUTHORITY}access-right/PUBLIC"),
        "dcterms:accrualPeriodicity": nodes(f"{AUTHORITY}frequency/IRREG"),
        "dcterms:identifier": [Literal(str(uuid.uuid5(uuid.NAMESPACE_URL, dataset)))],
        "dcat:landingPage": nodes(dataset),
        "dcat:theme": nodes(f"{AUTHORITY}data-theme/{start.theme}"),
    }
