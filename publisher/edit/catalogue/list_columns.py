"""The columns of a list of datasets: what they are called, and what they hold.

How headings are read, with languages and numbers in them, is in ``list_headings``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from publisher.messages import text, written_in_table


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


_D, _F, _S, _R = ListPart.DATASET, ListPart.FILE, ListPart.SERVICE, ListPart.REFERENCE


def _names(swedish: str, english: str) -> dict[str, str]:
    return written_in_table({"sv": swedish, "en": english})


COLUMNS: tuple[ListColumn, ...] = (
    ListColumn(
        "dataset",
        _R,
        _names("Datamängd", "Dataset"),
        "datamangd id|data set|dataset id|tillhör datamängd|datamängdens id|datamängdens titel"
        "|datensatz id",
        text("In a list of files: id, title or address of the dataset that the file belongs to."),
    ),
    ListColumn(
        "id",
        _D,
        _names("Id", "Id"),
        "identifierare|identifier|kortnamn|short name|slug|iri|uri|dataset uri|lokalt id"
        "|local id|beteckning|referens|uuid|resource identifier"
        "|guid|identitet|kennung|bezeichner|dokument id|metadata id|metadata identifierare",
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
        "namn|name|rubrik|dataset title|datamängdens namn|benämning|datasetnamn|produktnamn"
        "|label|bezeichnung"
        "|datensatztitel|name des datensatzes|datensatzname|package title|ingående benämning"
        "|arbetsnamn",
        text("What it is called. In each language a column: Title sv, Title en."),
        is_text=True,
    ),
    ListColumn(
        "description",
        _D,
        _names("Beskrivning", "Description"),
        "abstract|sammanfattning|summary|notes|kort beskrivning|kortfattad beskrivning"
        "|beskrivande text|beskrivningstext|innehåll|purpose|syfte och innehåll"
        "|short description|long description|om datamängden|content"
        "|vad handlar den om|kort om innehållet|kurzbeschreibung|inhaltsbeschreibung"
        "|zusammenfassung"
        "|beschreibungstext|ingress"
        "|förklaring|inhalt|vad datat beskriver",
        text("What it is about, in a few sentences."),
        is_text=True,
    ),
    ListColumn(
        "keyword",
        _D,
        _names("Nyckelord", "Keywords"),
        "keyword|taggar|tags|ämnesord|sökord|etiketter|stichwörter|search terms"
        "|subject keywords|nyckelordslista"
        "|schlagwörter|schlagworte|schlagwort|schlüsselwörter|stichwort|stichworte|tag string|tag"
        "|sökordslista",
        text("Words to find it by, separated by semicolons."),
        is_text=True,
        is_several=True,
    ),
    ListColumn(
        "theme",
        _D,
        _names("Tema", "Theme"),
        "teman|themes|kategori|category|ämnesområde|temaområde|eu tema|dcat tema|temakategori"
        "|ämne|ämneskategori|subject|topic|topic category|data theme|eu theme|huvudtema"
        "|themengebiet|themenbereich|inspire tema|inspire thema|tema enligt eu|eu thema"
        "|kategorie|kategorien|themen|gruppe|groups",
        text("One of the EU's themes, or several separated by semicolons."),
        terms="theme",
        is_several=True,
    ),
    ListColumn(
        "publisher",
        _D,
        _names("Utgivare", "Publisher"),
        "organisation|organization|ägare|informationsägare|ansvarig organisation|dataägare"
        "|ansvarig|ansvarig aktör|ansvarig utgivare|ansvarig myndighet|dataleverantör"
        "|data owner|owner|responsible party|responsible organisation|issuing body|myndighet"
        "|organisationsnamn"
        "|bereitsteller|datenbereitsteller|herausgeber|veröffentlichende stelle"
        "|ansvarig nämnd|ansvarig för data|datavärd|datenlieferant|herausgebende stelle"
        "|verantwortliche stelle|producent|dataproducent|verantwortliche organisation"
        "|vem ansvarar|informationsansvarig|data provider"
        "|datenhalter|zuständige stelle|behörde|owner org|dataset publisher",
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
        "kontaktpunkt|contact point|contact name|kontaktnamn|förvaltning|ansvarig förvaltning"
        "|kontaktperson|ansvarig enhet|kontaktfunktion|responsible unit|department|avdelning"
        "|enhet|frågor till"
        "|responsible department|vem ska man kontakta|ansprechpartner|ansprechperson"
        "|kontaktstelle|ansprechstelle|fachabteilung"
        "|data steward|data custodian|kontaktuppgift|förvaltas av|maintainer|author"
        "|point of contact|systemförvaltare",
        text("Name of who answers questions, or the mail address; a function, not a person."),
    ),
    ListColumn(
        "contact-mail",
        _D,
        _names("E-post", "Email"),
        "epost|e post|kontakt e post|kontakt epost|contact email|contact mail|e postadress|mejl"
        "|mail|e mail|kontakt mejl|mejladress|mailadress|kontaktadress|support mail"
        "|support email|e mail address|email address|mejl till förvaltaren"
        "|e mail adresse|kontakt e mail|e post kontakt|epost kontakt|funktionsbrevlåda"
        "|maintainer email|author email|contact point email|e post till kontakt|mejl kontakt"
        "|e mail ansprechpartner|has email",
        text("Mail address for questions; the contact of the catalogue when it is empty."),
    ),
    ListColumn(
        "contact-phone",
        _D,
        _names("Telefon", "Telephone"),
        "phone|kontakt telefon|contact phone|telefonnummer|contact telephone|tel"
        "|telefonnummer kontakt|phone number|tfn"
        "|telefon kontakt|telefonnummer ansprechpartner|kontakttelefon|has telephone"
        "|rufnummer",
        text("Telephone of the contact, with the country code: +46 …"),
    ),
    ListColumn(
        "licence",
        _D,
        _names("Licens", "Licence"),
        "license|användningsvillkor|licens url|licenslänk|license url|license title"
        "|licensvillkor|terms of use|användarlicens"
        "|villkor för användning|nutzungsrechte|lizenztext|license type|licenstyp"
        "|use limitation|constraints"
        "|cc licens|nutzungsbedingungen|lizenzbedingungen|lizenz url|nutzungslizenz"
        "|license id"
        "|usage terms|licens id|vilken licens",
        text("What may be done with it: CC0 1.0, CC BY 4.0 … or the address of a licence."),
        terms="licence",
    ),
    ListColumn(
        "rights",
        _D,
        _names("Villkor", "Rights"),
        "rättigheter|rights statement|ange källa|attribution|källangivelse|källhänvisning"
        "|attribution text|credit|så anges källan|erkännande"
        "|quellenangabe|quellenvermerk|namensnennung|bereitstellerhinweis",
        text("How to name the source, and other conditions beside the licence."),
        is_text=True,
    ),
    ListColumn(
        "access-rights",
        _D,
        _names("Åtkomst", "Access rights"),
        "åtkomsträttigheter|access|åtkomstnivå|offentlighet|access level|åtkomstvillkor"
        "|tillgång|öppenhet|accessrights"
        "|öppen stängd|sekretess|access restrictions|zugangsbeschränkung|zugang"
        "|zugriffsrechte|öppen eller stängd"
        "|får data spridas",
        text("Whether it is open to all: public, restricted or non-public."),
        terms="access-right",
    ),
    ListColumn(
        "frequency",
        _D,
        _names("Uppdateringsfrekvens", "Update frequency"),
        "frequency|frekvens|uppdateras|uppdateringsintervall|accrual periodicity|uppdatering"
        "|uppdateringstakt|hur ofta uppdateras|ajourhållning|ajourhållningsfrekvens|aktualitet"
        "|update interval|updates|updated how often|periodicity|maintenance frequency"
        "|update cycle"
        "|aktualisierungsfrequenz|aktualisierungsintervall|hur ofta|update zyklus"
        "|update schedule|refresh rate|aktualisierungszyklus"
        "|aktualisierung|turnus|aktualisierungsturnus|update rhythm|uppdateringscykel",
        text("How often it is updated: daily, monthly, annual …"),
        terms="frequency",
    ),
    ListColumn(
        "language",
        _D,
        _names("Språk", "Language"),
        "languages|dataspråk|data language|språk i data|language of data|sprache der daten"
        "|datensprache|sprachen",
        text("In which languages the data are, separated by semicolons."),
        terms="language",
        is_several=True,
    ),
    ListColumn(
        "spatial",
        _D,
        _names("Område", "Area"),
        "geografiskt område|geografisk täckning|plats|place|spatial|spatial coverage|coverage"
        "|geographic area|geographical coverage|geografi|täckningsområde|geografisk avgränsning"
        "|geografisk utbredning|område geonames|kommun|län|region|location|territory"
        "|geographic coverage|spatial extent|täckning"
        "|räumlicher geltungsbereich|geographical extent|geografisk omfattning|täcker område"
        "|geografischer bezug|raumbezug"
        "|räumliche abdeckung|räumlicher bezug|geografische abdeckung"
        "|gebietskörperschaft|gemeinde|landkreis|geltungsbereich|räumliche ausdehnung",
        text("The area it covers: a county, a country, or an address such as one of GeoNames."),
        terms="place",
        is_several=True,
    ),
    ListColumn(
        "box",
        _D,
        _names("Utbredning", "Bounding box"),
        "bbox|extent|rektangel|bounding box wgs84|boundingbox|omslutande rektangel"
        "|begränsningsrektangel|spatial bbox"
        "|begrenzungsrechteck|umgrenzungsrechteck|koordinatruta",
        text("West, south, east and north in degrees: 12.1 59.5 15.9 62.3"),
    ),
    ListColumn(
        "start",
        _D,
        _names("Period från", "Period from"),
        "från|from|start|startdatum|start date|tidsperiod från|temporal start|tidsperiod start"
        "|period start|period begin|valid from|gäller från|giltig från|data från|coverage start"
        "|coverage from|first day"
        "|zeitlicher geltungsbereich von|begin date|giltighetstid från|time coverage start"
        "|zeitlicher bezug von"
        "|zeitliche abdeckung von|gültig von|gültig ab"
        "|bezugszeitraum von|zeitraum beginn|beginn|time period start|time period from"
        "|temporal coverage from|temporal coverage start|från år|startår|data fr o m|fr o m",
        text("First day of the time it covers: 2020-01-01, 2020-01 or 2020."),
    ),
    ListColumn(
        "end",
        _D,
        _names("Period till", "Period to"),
        "till|to|slut|slutdatum|end date|tidsperiod till|temporal end|end|tidsperiod slut"
        "|period slut|period end|valid to|valid until|gäller till|giltig till|data till"
        "|coverage end|coverage to|last day"
        "|zeitlicher geltungsbereich bis|giltighetstid till|time coverage end"
        "|zeitlicher bezug bis|zeitliche abdeckung bis"
        "|gültig bis|bezugszeitraum bis"
        "|zeitraum ende|ende|time period end|time period to|temporal coverage to"
        "|temporal coverage end|till år|slutår|t o m",
        text("Last day of the time it covers."),
    ),
    ListColumn(
        "issued",
        _D,
        _names("Publicerad", "Issued"),
        "utgiven|utgivningsdatum|publiceringsdatum|release date|skapad|published|date issued"
        "|issue date|publicerad datum|publicerad första gången|första publicering"
        "|first published|publication date"
        "|skapandedatum"
        "|date published|publicerad på webben|tillgänglig från|erstellt|created on"
        "|veröffentlicht am"
        "|veröffentlichungsdatum|veröffentlicht|erstveröffentlichung"
        "|erscheinungsdatum|datum för publicering|publicerades|metadata created|erstellt am"
        "|erstellungsdatum",
        text("When it was first published: 2026-05-31."),
    ),
    ListColumn(
        "modified",
        _D,
        _names("Ändrad", "Modified"),
        "senast ändrad|uppdaterad|senast uppdaterad|last modified|last updated|ändringsdatum"
        "|updated|date modified|modification date|revision date|senaste uppdatering"
        "|senaste ändring|uppdateringsdatum"
        "|stand der daten|stand|senast uppdaterat|last modified date|senast uppdat"
        "|modified on|zuletzt geändert"
        "|letzte änderung|letzte aktualisierung|zuletzt aktualisiert"
        "|aktualisiert am|änderungsdatum|last update|latest update|ändrad datum"
        "|senast reviderad|reviderad|metadata modified|last changed|datum för uppdatering",
        text("When it last changed."),
    ),
    ListColumn(
        "landing-page",
        _D,
        _names("Webbsida", "Landing page"),
        "hemsida|produktsida|web page|webpage|landningssida|home page|mer information|läs mer"
        "|informationssida|info|info url|webbplats|website|more information|further information"
        "|presentationssida"
        "|mer info|information|webseite|internetseite|informationsseite|länk till metadata"
        "|metadatalänk|metadata url|portalsida|länk till webbsida|weitere informationen"
        "|projektseite",
        text("Its page on the web, for people."),
        is_several=True,
    ),
    ListColumn(
        "page",
        _D,
        _names("Dokumentation", "Documentation"),
        "documentation page|dokumentationssida|manual|documentation url|dokumentationslänk"
        "|beskrivande dokument|datablad|handbok|user guide|docs"
        "|länk till dokumentation|dokumentations url|handbuch|beschreibungsdokument"
        "|link zur dokumentation|produktblad",
        text("A page that explains the data, or the service."),
        is_several=True,
    ),
    ListColumn(
        "hvd",
        _D,
        _names("Högvärdig kategori", "High-value category"),
        "hvd|hvd kategori|hvd category|hvdcategory|särskilt värdefull"
        "|särskilt värdefull kategori|värdefull datamängd|high value category|högvärdig"
        "|kategori för värdefulla datamängder|high value dataset category|high value dataset"
        "|high value|hvd tema|hvd theme|is hvd|är hvd|särskilt värdefulla|kategori hvd"
        "|annexkategori|hvd dataset category"
        "|hochwertiger datensatz|hochwertige datensätze|hvd kategorie|högvärdiga datamängder"
        "|högvärdig datamängd|hvd ja nej|hochwertig|värdefulla datamängder|hvd ja nein"
        "|hvd yes no|high value datasets",
        text("The category of a high-value dataset, by Regulation (EU) 2023/138; else empty."),
        terms="hvd-category",
        is_several=True,
    ),
    ListColumn(
        "series",
        _D,
        _names("Serie", "Series"),
        "ingår i serie|in series|dataset series|datamängdsserie|del av serie|dataserie"
        "|ingår i dataserie|serietillhörighet|belongs to series|part of series|member of series"
        "|seriens namn|seriens id|serien"
        "|datenreihe|datensatzreihe|datensatzserie|serietitel|series title|teil der serie"
        "|gehört zu serie|series name",
        text("Id, title or address of the series that it belongs to, which has a row of its own."),
    ),
    ListColumn(
        "conforms-to",
        _D,
        _names("Specifikation", "Conforms to"),
        "standard|följer specifikation|specification|dataproduktspecifikation|följer standard"
        "|dataspecifikation|schema|standard url|data specification|conforms to standard"
        "|informationsspecifikation"
        "|standard specifikation|datenspezifikation|spezifikation|datenmodell|datamodell"
        "|data model|erfüllt standard|application schema",
        text("Address of the specification that it follows."),
        is_several=True,
    ),
    ListColumn(
        "crs",
        _D,
        _names("Referenssystem", "Reference system"),
        "koordinatsystem|crs|coordinate system|koordinatreferenssystem|epsg|srs"
        "|spatial reference system|reference system|epsg kod|epsg code|referenssystem i plan"
        "|spatial ref sys|koordinatreferens|srid|räumliches referenzsystem"
        "|koordinatenreferenzsystem"
        "|koordinatensystem"
        "|bezugssystem|projektion|projection|coordinate reference system",
        text("Its coordinates, by number: EPSG:3006 (SWEREF 99 TM)."),
        is_several=True,
    ),
    ListColumn(
        "resolution",
        _D,
        _names("Upplösning i meter", "Resolution in metres"),
        "upplösning|upplösning m|spatial resolution|resolution|spatial resolution in meters"
        "|resolution m|rumslig upplösning|geometrisk upplösning|noggrannhet i meter"
        "|ground resolution|pixelstorlek"
        "|räumliche auflösung|auflösung|bodenauflösung|cellstorlek|pixelgröße",
        text("The smallest distance that can be told apart, in metres."),
    ),
    ListColumn(
        "provenance",
        _D,
        _names("Ursprung", "Provenance"),
        "härkomst|tillkomsthistorik|lineage|tillkomst|källa|datakälla|insamlingsmetod|origin"
        "|source description|tillkomstbeskrivning|data source"
        "|lineage statement|källdata|herkunft|datenherkunft|datenquelle|quelle|entstehung"
        "|så är data framtagna",
        text("How the data came about."),
        is_text=True,
    ),
    ListColumn(
        "version",
        _D,
        _names("Version", "Version"),
        "versionsnummer|versionsbezeichnung|utgåva|edition",
        text("Number or name of the version."),
    ),
    ListColumn(
        "link",
        _F,
        _names("Länk", "Link"),
        "url|access url|accessurl|åtkomst url|webbadress|adress|address|web address"
        "|länk till data|link to data|åtkomstadress|åtkomstlänk|resurs|distribution|resource"
        "|url till data|länk till fil|webbadress till data|data url|url till fil|dataadress"
        "|zugriffs url|zugangs url|link zu daten|link zum datensatz|hämta data|resource url"
        "|resources url|daten url|länk till datamängd|länk till resurs|var finns data",
        text("Address at which the file can be had, or the page that leads to it."),
    ),
    ListColumn(
        "download",
        _F,
        _names("Nedladdning", "Download"),
        "download url|downloadurl|nedladdningslänk|direktlänk|nedladdningsadress|direct link"
        "|direktnedladdning|nedladdnings url|fil url|filadress|fillänk|file url|download link"
        "|ladda ner|hämta fil|download address"
        "|link zur datei|url der datei|länk till nedladdning|downloadadresse"
        "|download location|herunterladen|downloadlink"
        "|link zum download|direkter download|ladda ned"
        "|nedladdningsbar fil",
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
        "filformat|file format|filtyp|file type|mediatyp|media type|mime type|mimetype|mime typ"
        "|dataformat|data format"
        "|formatangabe|dateiformat|datenformat|dateityp|resource format|resources format"
        "|filändelse",
        text("CSV, Excel, GeoJSON, shapefile, WMS … or a media type."),
        terms="file-type",
    ),
    ListColumn(
        "file-title",
        _F,
        _names("Filens titel", "File title"),
        "resurstitel|resource title|distributionstitel|distribution title|filens namn|file name"
        "|filnamn|resursnamn|resource name|distribution name|visningsnamn fil"
        "|dateiname|dateititel|resources name|titel der datei",
        text("What the file is called."),
        is_text=True,
    ),
    ListColumn(
        "file-description",
        _F,
        _names("Filens beskrivning", "File description"),
        "resursbeskrivning|resource description|distribution description|beskrivning av filen"
        "|filbeskrivning|om filen",
        text("What the file holds."),
        is_text=True,
    ),
    ListColumn(
        "size",
        _F,
        _names("Storlek i byte", "Size in bytes"),
        "storlek|size|byte size|bytes|filstorlek|file size|storlek byte|size bytes|bytesize"
        "|filstorlek byte|filstorlek i byte|antal byte|content length"
        "|dateigröße|größe in byte|größe|dateigröße in byte|filens storlek",
        text("Size of the file in bytes: a whole number."),
    ),
    ListColumn(
        "availability",
        _F,
        _names("Tillgänglighet", "Availability"),
        "planerad tillgänglighet|planned availability|verfügbarkeit|geplante verfügbarkeit",
        text("How long it will be there: stable, available, experimental or temporary."),
        terms="availability",
    ),
    ListColumn(
        "service",
        _S,
        _names("Tjänst", "Service"),
        "tjänstetyp|service type|typ av tjänst|api|api typ|karttjänst|webbtjänst|map service"
        "|map service type|tjänsteslag|typ av api|tjänsteprotokoll|protokoll|protocol"
        "|dienst|diensttyp|art des dienstes|kartendienst|tjänsteformat",
        text("Kind of the service: WMS, WFS, OGC API, REST, SPARQL …"),
        terms="service",
    ),
    ListColumn(
        "endpoint",
        _S,
        _names("Tjänstens adress", "Endpoint"),
        "endpoint url|tjänsteadress|tjänst url|service url|endpointurl|api url|tjänsteurl"
        "|service address|tjänstens url|api adress|karttjänst url|karttjänst adress|kartadress"
        "|anslutningsadress|base url|bas url|map service url|service endpoint|service link"
        "|tjänstelänk"
        "|länk till tjänst|länk till karttjänst|dienst url|adresse des dienstes|schnittstelle"
        "|service endpoint url|adress till tjänst|link zum dienst|url till tjänst",
        text("Address of the service."),
    ),
    ListColumn(
        "endpoint-description",
        _S,
        _names("Tjänstens beskrivning", "Endpoint description"),
        "tjänstebeskrivning|getcapabilities|capabilities|endpointdescription|openapi"
        "|api beskrivning|service description|getcapabilities url|capabilities url"
        "|tjänstedokumentation|api dokumentation|api documentation|openapi url|swagger",
        text("Address that describes the service: GetCapabilities, OpenAPI …"),
    ),
)
BY_KEY: Mapping[str, ListColumn] = {column.key: column for column in COLUMNS}
