"""The columns of a list of datasets: what they are called in Swedish and English, what they hold.

A heading is recognised without case and marks, with a language behind it (``Titel en``, ``Title
(sv)``) and with a number for a further file in the same row (``Länk 2``).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache

from publisher.languages import tag_of_authority
from publisher.messages import text, written_in_table
from publisher.profiles.term_names import find_term
from publisher.rdf.text import words


class ListPart(Enum):
    """What a column is about."""

    DATASET = "data set"
    FILE = "file"
    SERVICE = "service"
    REFERENCE = "reference"


@dataclass(frozen=True, eq=False)
class ListColumn:
    """A column.

    Attributes:
        key: What the program calls it.
        part: What it is about.
        headings: Language → heading of the template; in upper case where a list must have it.
        also: Other headings that mean the same, separated by bars.
        help: What belongs into it.
        terms: The list that its values come from; empty for other values.
        is_text: Whether it holds texts, which have a language.
        is_several: Whether a cell may hold several values.
    """

    key: str
    part: ListPart
    headings: Mapping[str, str]
    also: str
    help: Mapping[str, str]
    terms: str = ""
    is_text: bool = False
    is_several: bool = False


@dataclass(frozen=True)
class Heading:
    """What the heading of a column says: which column, of which language and which file."""

    column: ListColumn
    language: str = ""
    number: int = 1


_D, _F, _S, _R = ListPart.DATASET, ListPart.FILE, ListPart.SERVICE, ListPart.REFERENCE


def _names(swedish: str, english: str) -> dict[str, str]:
    return written_in_table({"sv": swedish, "en": english})


COLUMNS: tuple[ListColumn, ...] = (
    ListColumn(
        "dataset",
        _R,
        _names("Datamängd", "Dataset"),
        "datamangd id|data set|dataset id|tillhör datamängd|datamängdens id|datamängdens titel",
        text("In a list of files: id, title or address of the dataset that the file belongs to."),
    ),
    ListColumn(
        "id",
        _D,
        _names("Id", "Id"),
        "identifierare|identifier|kortnamn|short name|slug|iri|uri|dataset uri|dcterms identifier",
        text("A short name for addresses, which never changes; else it is made of the title."),
    ),
    ListColumn(
        "kind",
        _D,
        _names("Typ", "Type"),
        "slag|sort|resurstyp|resource type|record type",
        text("'dataset' (also when it is empty), 'series', or 'service'."),
    ),
    ListColumn(
        "title",
        _D,
        _names("Titel", "Title"),
        "namn|name|rubrik|dataset title|datamängdens namn|benämning|dcterms title",
        text("What it is called. In each language a column: Title sv, Title en."),
        is_text=True,
    ),
    ListColumn(
        "description",
        _D,
        _names("Beskrivning", "Description"),
        "abstract|sammanfattning|summary|notes|dcterms description",
        text("What it is about, in a few sentences."),
        is_text=True,
    ),
    ListColumn(
        "keyword",
        _D,
        _names("Nyckelord", "Keywords"),
        "keyword|taggar|tags|ämnesord|sökord|dcat keyword",
        text("Words to find it by, separated by semicolons."),
        is_text=True,
        is_several=True,
    ),
    ListColumn(
        "theme",
        _D,
        _names("Tema", "Theme"),
        "teman|themes|kategori|category|dcat theme|ämnesområde",
        text("One of the EU's themes, or several separated by semicolons."),
        terms="theme",
        is_several=True,
    ),
    ListColumn(
        "publisher",
        _D,
        _names("Utgivare", "Publisher"),
        "organisation|organization|ägare|informationsägare|dcterms publisher|ansvarig organisation",
        text("Who is responsible; the publisher of the catalogue when it is empty."),
    ),
    ListColumn(
        "publisher-type",
        _D,
        _names("Typ av utgivare", "Publisher type"),
        "utgivartyp|organisationstyp|type of publisher",
        text("What kind of organisation a publisher is that the catalogue does not know yet."),
        terms="publisher-type",
    ),
    ListColumn(
        "contact",
        _D,
        _names("Kontakt", "Contact"),
        "kontaktpunkt|contact point|contact name|kontaktnamn|dcat contactpoint|förvaltning",
        text("Name of who answers questions, or the mail address; a function, not a person."),
    ),
    ListColumn(
        "contact-mail",
        _D,
        _names("E-post", "Email"),
        "epost|e post|kontakt e post|kontakt epost|contact email|contact mail|e postadress|mejl"
        "|mail|e mail|kontakt mejl",
        text("Mail address for questions; the contact of the catalogue when it is empty."),
    ),
    ListColumn(
        "contact-phone",
        _D,
        _names("Telefon", "Telephone"),
        "phone|kontakt telefon|contact phone|telefonnummer|contact telephone",
        text("Telephone of the contact, with the country code: +46 …"),
    ),
    ListColumn(
        "licence",
        _D,
        _names("Licens", "Licence"),
        "license|dcterms license|användningsvillkor",
        text("What may be done with it: CC0 1.0, CC BY 4.0 … or the address of a licence."),
        terms="licence",
    ),
    ListColumn(
        "rights",
        _D,
        _names("Villkor", "Rights"),
        "rättigheter|rights statement|ange källa|attribution|källangivelse|dcterms rights",
        text("How to name the source, and other conditions beside the licence."),
        is_text=True,
    ),
    ListColumn(
        "access-rights",
        _D,
        _names("Åtkomst", "Access rights"),
        "åtkomsträttigheter|access|dcterms accessrights|åtkomstnivå|offentlighet",
        text("Whether it is open to all: public, restricted or non-public."),
        terms="access-right",
    ),
    ListColumn(
        "frequency",
        _D,
        _names("Uppdateringsfrekvens", "Update frequency"),
        "frequency|frekvens|uppdateras|uppdateringsintervall|dcterms accrualperiodicity"
        "|accrual periodicity",
        text("How often it is updated: daily, monthly, annual …"),
        terms="frequency",
    ),
    ListColumn(
        "language",
        _D,
        _names("Språk", "Language"),
        "languages|dcterms language",
        text("In which languages the data are, separated by semicolons."),
        terms="language",
        is_several=True,
    ),
    ListColumn(
        "spatial",
        _D,
        _names("Område", "Area"),
        "geografiskt område|geografisk täckning|plats|place|spatial|spatial coverage|coverage"
        "|geographic area|dcterms spatial|geographical coverage",
        text("The area it covers: a county, a country, or an address such as one of GeoNames."),
        terms="place",
        is_several=True,
    ),
    ListColumn(
        "box",
        _D,
        _names("Utbredning", "Bounding box"),
        "bbox|dcat bbox|extent|rektangel",
        text("West, south, east and north in degrees: 12.1 59.5 15.9 62.3"),
    ),
    ListColumn(
        "start",
        _D,
        _names("Period från", "Period from"),
        "från|from|start|startdatum|start date|tidsperiod från|temporal start|dcat startdate",
        text("First day of the time it covers: 2020-01-01, 2020-01 or 2020."),
    ),
    ListColumn(
        "end",
        _D,
        _names("Period till", "Period to"),
        "till|to|slut|slutdatum|end date|tidsperiod till|temporal end|dcat enddate|end",
        text("Last day of the time it covers."),
    ),
    ListColumn(
        "issued",
        _D,
        _names("Publicerad", "Issued"),
        "utgiven|utgivningsdatum|publiceringsdatum|release date|dcterms issued|skapad|published",
        text("When it was first published: 2026-05-31."),
    ),
    ListColumn(
        "modified",
        _D,
        _names("Ändrad", "Modified"),
        "senast ändrad|uppdaterad|senast uppdaterad|last modified|last updated|dcterms modified"
        "|ändringsdatum|updated",
        text("When it last changed."),
    ),
    ListColumn(
        "landing-page",
        _D,
        _names("Webbsida", "Landing page"),
        "hemsida|produktsida|web page|webpage|dcat landingpage|landningssida|home page",
        text("Its page on the web, for people."),
        is_several=True,
    ),
    ListColumn(
        "page",
        _D,
        _names("Dokumentation", "Documentation"),
        "documentation page|foaf page|dokumentationssida|manual",
        text("A page that explains the data, or the service."),
        is_several=True,
    ),
    ListColumn(
        "hvd",
        _D,
        _names("Högvärdig kategori", "High-value category"),
        "hvd|hvd kategori|hvd category|hvdcategory|dcatap hvdcategory|särskilt värdefull"
        "|särskilt värdefull kategori|värdefull datamängd|high value category|högvärdig"
        "|kategori för värdefulla datamängder|high value dataset category",
        text("The category of a high-value dataset, by Regulation (EU) 2023/138; else empty."),
        terms="hvd-category",
        is_several=True,
    ),
    ListColumn(
        "series",
        _D,
        _names("Serie", "Series"),
        "ingår i serie|in series|dataset series|datamängdsserie|dcat inseries|del av serie",
        text("Id, title or address of the series that it belongs to, which has a row of its own."),
    ),
    ListColumn(
        "conforms-to",
        _D,
        _names("Specifikation", "Conforms to"),
        "standard|följer specifikation|specification|dcterms conformsto|dataproduktspecifikation",
        text("Address of the specification that it follows."),
        is_several=True,
    ),
    ListColumn(
        "crs",
        _D,
        _names("Referenssystem", "Reference system"),
        "koordinatsystem|crs|coordinate system|koordinatreferenssystem|epsg|srs",
        text("Its coordinates, by number: EPSG:3006 (SWEREF 99 TM)."),
        is_several=True,
    ),
    ListColumn(
        "resolution",
        _D,
        _names("Upplösning i meter", "Resolution in metres"),
        "upplösning|upplösning m|spatial resolution|resolution|dcat spatialresolutioninmeters"
        "|spatial resolution in meters|resolution m",
        text("The smallest distance that can be told apart, in metres."),
    ),
    ListColumn(
        "provenance",
        _D,
        _names("Ursprung", "Provenance"),
        "härkomst|tillkomsthistorik|lineage|dcterms provenance|tillkomst",
        text("How the data came about."),
        is_text=True,
    ),
    ListColumn(
        "version",
        _D,
        _names("Version", "Version"),
        "versionsnummer|dcat version",
        text("Number or name of the version."),
    ),
    ListColumn(
        "link",
        _F,
        _names("Länk", "Link"),
        "url|access url|accessurl|dcat accessurl|åtkomst url|webbadress|adress|address|web address"
        "|länk till data|link to data|åtkomstadress",
        text("Address at which the file can be had, or the page that leads to it."),
    ),
    ListColumn(
        "download",
        _F,
        _names("Nedladdning", "Download"),
        "download url|downloadurl|nedladdningslänk|direktlänk|dcat downloadurl|nedladdningsadress"
        "|direct link",
        text("Address of the file itself, when it differs."),
    ),
    ListColumn(
        "file",
        _F,
        _names("Fil", "File"),
        "lokal fil|local file|fil i mappen|sökväg|path",
        text("Name of a file in data/files/ of the folder, which the site itself publishes."),
    ),
    ListColumn(
        "format",
        _F,
        _names("Format", "Format"),
        "filformat|file format|filtyp|file type|dcterms format",
        text("CSV, Excel, GeoJSON, shapefile, WMS … or a media type."),
        terms="file-type",
    ),
    ListColumn(
        "file-title",
        _F,
        _names("Filens titel", "File title"),
        "resurstitel|resource title|distributionstitel|distribution title|filens namn|file name"
        "|filnamn",
        text("What the file is called."),
        is_text=True,
    ),
    ListColumn(
        "file-description",
        _F,
        _names("Filens beskrivning", "File description"),
        "resursbeskrivning|resource description|distribution description|beskrivning av filen",
        text("What the file holds."),
        is_text=True,
    ),
    ListColumn(
        "size",
        _F,
        _names("Storlek i byte", "Size in bytes"),
        "storlek|size|byte size|bytes|filstorlek|file size|dcat bytesize",
        text("Size of the file in bytes: a whole number."),
    ),
    ListColumn(
        "availability",
        _F,
        _names("Tillgänglighet", "Availability"),
        "planerad tillgänglighet|planned availability|dcatap availability",
        text("How long it will be there: stable, available, experimental or temporary."),
        terms="availability",
    ),
    ListColumn(
        "service",
        _S,
        _names("Tjänst", "Service"),
        "tjänstetyp|service type|typ av tjänst|api|api typ",
        text("Kind of the service: WMS, WFS, OGC API, REST, SPARQL …"),
        terms="service",
    ),
    ListColumn(
        "endpoint",
        _S,
        _names("Tjänstens adress", "Endpoint"),
        "endpoint url|tjänsteadress|tjänst url|service url|endpointurl|dcat endpointurl|api url"
        "|tjänsteurl|service address",
        text("Address of the service."),
    ),
    ListColumn(
        "endpoint-description",
        _S,
        _names("Tjänstens beskrivning", "Endpoint description"),
        "tjänstebeskrivning|getcapabilities|capabilities|endpointdescription|openapi"
        "|dcat endpointdescription|api beskrivning|service description",
        text("Address that describes the service: GetCapabilities, OpenAPI …"),
    ),
)
BY_KEY: Mapping[str, ListColumn] = {column.key: column for column in COLUMNS}
_NUMBERED = re.compile(r"(.*?[^0-9.]) ?([0-9]{1,2})")


@cache
def _by_name() -> Mapping[str, ListColumn]:
    found: dict[str, ListColumn] = {}
    for column in COLUMNS:
        for name in (*column.headings.values(), *column.also.split("|")):
            found.setdefault(_folded(name), column)
    return found


def _folded(name: str) -> str:
    return " ".join(words(name))


@cache
def read_heading(written: str) -> Heading | None:
    """Return what a heading says; None for one that is not known.

    >>> found = read_heading("Beskrivning (EN)")
    >>> found.column.key, found.language
    ('description', 'en')
    >>> read_heading("Länk 2").number, read_heading("Intern anteckning")
    (2, None)
    """
    name = _folded(written)
    number = 1
    if name not in _by_name() and (found := _NUMBERED.fullmatch(name)):
        name, number = found[1].strip(), int(found[2])
    if name in _by_name():
        return Heading(_by_name()[name], number=number)
    start, _, last = name.rpartition(" ")
    language = _language(last)
    if language and start not in _by_name() and (found := _NUMBERED.fullmatch(start)):
        start, number = found[1].strip(), int(found[2])
    column = _by_name().get(start)
    if column is None or not language or not column.is_text:
        return None
    return Heading(column, language, number)


def _language(word: str) -> str:
    """Return the tag of a language that is named by its tag, code or name; else nothing."""
    found = find_term("language", word) if word else ""
    return tag_of_authority(found.rpartition("/")[2]) if found else ""


def similar_heading(written: str) -> str:
    """Return the heading that is most like one that is not known; empty when none is."""
    headings = {_folded(each): each for c in COLUMNS for each in c.headings.values()}
    close = difflib.get_close_matches(_folded(written), headings, 1, 0.75)
    return headings[close[0]] if close else ""
