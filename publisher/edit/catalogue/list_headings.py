"""Headings of a list of datasets, as people write them → columns.

A heading is looked up as it stands, then without what people put around a name: the prefix of a
vocabulary, a remark in brackets, capitals within a word, small words, "of the dataset". It may say
a language (``Titel en``, ``Engelsk titel``, ``Title (sv)``), a number for a further file (``Länk
2``, ``Resurs 2 format``), a side of a box (``West``, ``ymax``), or what all addresses below it are
(``WMS``, ``CSV-länk``).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from publisher.edit.catalogue.list_columns import BY_KEY, COLUMNS, ListColumn, ListPart
from publisher.languages import tag_of_authority
from publisher.profiles.term_names import find_format, find_term
from publisher.rdf.text import words


@dataclass(frozen=True)
class Heading:
    """What the heading of a column says.

    Attributes:
        column: What the column holds.
        language: Of its texts; empty where it does not say.
        number: Of the file or service in the row.
        term: What all in the column are: a kind of service, or a format; else empty.
        side: Of a box: 1 to 4 for west, south, east and north; else 0.
    """

    column: ListColumn
    language: str = ""
    number: int = 1
    term: str = ""
    side: int = 0


_UNIT = re.compile(r"(?<![A-Za-z])[\[(]?([kMG])i?B(?:ytes?)?[\])]?(?![A-Za-z])", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-zåäöü])(?=[A-ZÅÄÖÜ])")
_REMARK = re.compile(r"\s*[(\[][^)\]]*[)\]]")
_NUMBER = re.compile(r"(.*?[^0-9.\s])[ ]?(?<![0-9])([0-9]{1,2})(?: (.+))?")


def _set_of(names: str) -> frozenset[str]:
    return frozenset(names.split("|"))


_PREFIXES = _set_of("dct|dcterms|dc|dcat|dcatap|foaf|vcard|adms|owl|locn|odrs|schema|geodcat")
_SMALL = _set_of("på|av|i|för|till|om|vid|the|of|to|for|in|a|an|zu|zum|zur|der|die|des|von")
_OF_THE_DATASET = _set_of(
    "datamängd|datamängden|datamängdens|datamängder|datamangd|dataset|datasets|datasetet"
    "|datasetets|datensatz|datensatzes|datensätze"
)
_LEAST_JOINED = 5
# First word of a heading → the rest of it → column. An empty rest is the word alone.
_OF_FILE = {
    **dict.fromkeys(("", "url", "uri", "adress", "address", "länk", "link", "webbadress"), "link"),
    **dict.fromkeys(("title", "titel", "namn", "name", "rubrik"), "file-title"),
    **dict.fromkeys(("description", "beskrivning", "notes"), "file-description"),
    **dict.fromkeys(("format", "typ", "type", "mediatyp", "media type"), "format"),
    **dict.fromkeys(("storlek", "size", "bytes", "byte size"), "size"),
    **dict.fromkeys(("licens", "license", "licence"), "licence"),
    **dict.fromkeys(("access url", "åtkomstadress"), "link"),
    **dict.fromkeys(("download", "download url", "nedladdning"), "download"),
}
_OF_LOCAL_FILE = {**_OF_FILE, "": "file"}
_OF_SERVICE = {
    **dict.fromkeys(("url", "uri", "adress", "address", "länk", "link", "endpoint"), "endpoint"),
    **dict.fromkeys(("typ", "type", "slag", "kind", ""), "service"),
    **dict.fromkeys(("beskrivning", "description", "dokumentation"), "endpoint-description"),
}
_OF_CONTACT = {
    **dict.fromkeys(("", "namn", "name", "person", "funktion", "enhet"), "contact"),
    **dict.fromkeys(("e post", "epost", "email", "e mail", "mail", "mejl"), "contact-mail"),
    **dict.fromkeys(("telefon", "phone", "tel", "telephone", "telefonnummer"), "contact-phone"),
}
_OF_PUBLISHER = {
    **dict.fromkeys(("", "namn", "name"), "publisher"),
    **dict.fromkeys(("typ", "type", "kind"), "publisher-type"),
}
_GROUPS: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(("distribution", "resource", "resurs", "resursens"), _OF_FILE),
    **dict.fromkeys(("fil", "filens", "file", "datei"), _OF_LOCAL_FILE),
    **dict.fromkeys(("tjänst", "tjänstens", "service", "karttjänst", "api", "dienst"), _OF_SERVICE),
    **dict.fromkeys(("karttjänstens", "webbtjänst", "endpoint"), _OF_SERVICE),
    **dict.fromkeys(("kontakt", "kontaktens", "kontaktpersonens", "contact"), _OF_CONTACT),
    **dict.fromkeys(("kontaktperson", "kontaktpunkt"), _OF_CONTACT),
    **dict.fromkeys(("utgivare", "utgivarens", "publisher", "organisation"), _OF_PUBLISHER),
}
_SIDES = (
    _set_of(
        "west|väst|väster|westen|minx|min x|xmin|x min|min lon|minlon|lon min|west longitude"
        "|west bound longitude|bbox west|bbox väst|min longitude"
    ),
    _set_of(
        "south|syd|söder|süd|süden|miny|min y|ymin|y min|min lat|minlat|lat min|south latitude"
        "|south bound latitude|bbox south|bbox syd|min latitude"
    ),
    _set_of(
        "east|öst|öster|ost|osten|maxx|max x|xmax|x max|max lon|maxlon|lon max|east longitude"
        "|east bound longitude|bbox east|bbox öst|max longitude"
    ),
    _set_of(
        "north|nord|norr|norden|maxy|max y|ymax|y max|max lat|maxlat|lat max|north latitude"
        "|north bound latitude|bbox north|bbox nord|max latitude"
    ),
)
# What may follow the name of a service or format that is the heading of addresses.
_ADDRESS_WORDS = _set_of(
    "url|uri|adress|address|länk|link|nedladdning|download|fil|file|datei|tjänst|service|dienst"
    "|endpoint|slutpunkt|capabilities|getcapabilities"
)


def _folded(name: str) -> str:
    return " ".join(words(name))


def _without_small(name: str) -> str:
    """Return a name without small words; at the end they mean something: data from, data to."""
    parts = name.split()
    is_open = parts[-1:] and parts[-1] in _SMALL
    return name if is_open else " ".join(word for word in parts if word not in _SMALL)


@cache
def _by_name() -> Mapping[str, ListColumn]:
    found: dict[str, ListColumn] = {}
    for shorten in (str, _without_small):
        for column in COLUMNS:
            for name in (*column.headings.values(), *column.also.split("|")):
                found.setdefault(shorten(_folded(name)), column)
    return found


@cache
def read_heading(written: str) -> Heading | None:
    """Return what a heading says; None for one that is not known.

    >>> found = read_heading("Beskrivning (EN)")
    >>> found.column.key, found.language
    ('description', 'en')
    >>> read_heading("Länk 2").number, read_heading("Intern anteckning")
    (2, None)
    >>> found = read_heading("WMS-adress")
    >>> found.column.key, found.term
    ('endpoint', 'wms')
    """
    for name in dict.fromkeys(_readings(written)):
        for read in (_plain, _numbered, _spoken, _side, _of_term):
            found = read(name)
            if found is not None:
                return found
    return _sized(written) or _by_its_word(written)


# Words that say of a heading what its column holds, whatever else is in it.
_DECISIVE = tuple(
    (re.compile(pattern), key)
    for pattern, key in (
        (r"hvd", "hvd"),
        (r"(e ?post|e ?mail|mejl)(adress\w*)?", "contact-mail"),
        (r"(telefon|phone|telephone)\w*", "contact-phone"),
        (r"(licens|license|licence|lizenz)\w*", "licence"),
        (r"(nyckelord|keywords?|schlagw[oö]rt\w*|tags)", "keyword"),
        (r"(frekvens|frequency|freq|turnus|aktualisierungs\w+|uppdateringsfrekvens)", "frequency"),
        (r"(bbox|boundingbox)", "box"),
        (r"(epsg|crs|srs|koordinatsystem|koordinatensystem|koord)", "crs"),
        (r"(theme|tema|thema)", "theme"),
        (r"(titel|title)", "title"),
        (r"(beskrivning|description|beschreibung)", "description"),
    )
)
# With one of these the column may be about something else: a file, a term's code, the metadata.
_ABOUT_OTHERS = re.compile(
    r"[0-9]|\b(och|and|und|metadata\w*|fil\w*|file\w*|datei\w*|resurs\w*|resource\w*|distribution\w*|tjänst\w*"
    r"|service\w*|dienst\w*|code|kod|id|nr|nummer|number|intern\w*|serie\w*|series|catalog\w*"
    r"|katalog\w*|länk|link|url|version\w*|author|format\w*|type?|typ|date|datum|text|kommentar"
    r"|comment|alternativ\w*|kort|short|annan|andra|other|utgivar\w*|publisher)\b"
)
_MOST_WORDS = 5


def _by_its_word(written: str) -> Heading | None:
    """Read a heading by the one word in it that decides; None where none or several do."""
    name = _folded(_CAMEL.sub(" ", written))
    if _ABOUT_OTHERS.search(name) or len(name.split()) > _MOST_WORDS:
        return None
    found = [key for pattern, key in _DECISIVE if re.search(rf"\b({pattern.pattern})\b", name)]
    if len(found) != 1:
        return None
    column = BY_KEY[found[0]]
    tags = [tag for word in name.split() if len(word) > 1 and (tag := _language(word))]
    return Heading(column, tags[0] if tags and column.is_text else "")


def _sized(written: str) -> Heading | None:
    """Read ``Storlek MB``: a heading that ends in a unit."""
    without = _UNIT.sub("", written).strip()
    found = read_heading(without) if without and without != written else None
    return found if found is not None and found.column.key == "size" else None


def unit_of_size(written: str) -> str:
    """Return the unit that the heading of sizes names: kB, MB or GB; else nothing.

    >>> unit_of_size("Filstorlek (MB)"), unit_of_size("Storlek")
    ('MB', '')
    """
    found = _UNIT.search(written)
    return f"{found[1].upper()}B" if found else ""


def _readings(written: str) -> Iterator[str]:
    """Yield a heading as it stands, then with less and less of what is around its name."""
    parted = _folded(_CAMEL.sub(" ", written))
    names = [_folded(written), parted, _folded(_REMARK.sub(" ", written))]
    # Two names for the same, or the way to a property: dcat:distribution/dcat:accessURL.
    if "/" in written and "//" not in written:
        names += [_folded(_CAMEL.sub(" ", part)) for part in reversed(written.split("/"))]
    names = list(filter(None, names))
    yield from names
    for name in names:
        first, _, rest = name.partition(" ")
        if first in _PREFIXES and rest:
            names.append(rest)
            yield rest
    for name in names:
        yield _without_small(name)
    for name in names:
        kept = [w for w in name.split() if w not in _OF_THE_DATASET | _SMALL]
        if kept:
            yield " ".join(kept)


@cache
def _by_joined_name() -> Mapping[str, ListColumn]:
    """Return names of which the spaces are left out → column: landingpage, bytesize."""
    joined = ((name.replace(" ", ""), column) for name, column in _by_name().items())
    return {name: column for name, column in joined if len(name) > _LEAST_JOINED}


@cache
def _by_words() -> Mapping[frozenset[str], ListColumn]:
    """Return the words of names of several words → column, whatever their order."""
    found: dict[frozenset[str], ListColumn] = {}
    for name, column in _by_name().items():
        several = frozenset(name.split())
        # "Frequency, updated" is one column; two that differ in their order are none.
        if len(several) > 1 and found.setdefault(several, column) is not column:
            found.pop(several)
    return found


def _column(name: str) -> ListColumn | None:
    """Return the column of a name without language and number."""
    if name in _by_name():
        return _by_name()[name]
    if (several := frozenset(name.split())) in _by_words():
        return _by_words()[several]
    if name.replace(" ", "") in _by_joined_name():
        return _by_joined_name()[name.replace(" ", "")]
    first, _, rest = name.partition(" ")
    key = _GROUPS.get(first, {}).get(rest)
    if key is None and rest in _by_name() and first in ("distribution", "resource", "resurs"):
        column = _by_name()[rest]
        return column if column.part is ListPart.FILE else None
    return BY_KEY[key] if key is not None else None


def _plain(name: str) -> Heading | None:
    column = _column(name)
    return Heading(column) if column is not None else None


def _numbered(name: str) -> Heading | None:
    """Read ``länk 2``, ``länk 2 en`` and ``resurs 2 format``."""
    found = _NUMBER.fullmatch(name)
    if found is None:
        return None
    rest = " ".join(filter(None, (found[1].strip(), found[3])))
    heading = _plain(rest) or _spoken(rest)
    is_of_dataset = heading is not None and heading.column.part is ListPart.DATASET
    # A further keyword is one more; there is no second title.
    if heading is None or (is_of_dataset and not heading.column.is_several):
        return None
    return heading if is_of_dataset else replace(heading, number=int(found[2]))


def _spoken(name: str) -> Heading | None:
    """Read ``titel en``, ``titel på engelska`` and ``engelsk titel``."""
    parts = name.split()
    if len(parts) < 2:
        return None
    last, first = parts[:-1], parts[1:]
    if last[-1] in ("på", "in", "auf"):
        last.pop()
    for rest, language in (
        (last, _language(parts[-1])),
        # An adjective: svensk titel, engelska nyckelord, English title.
        (first, _language(parts[0]) or _language(parts[0] + "a")),
    ):
        column = _column(" ".join(rest)) if language else None
        if column is not None and column.is_text:
            return Heading(column, language)
    return None


def _side(name: str) -> Heading | None:
    for number, names in enumerate(_SIDES, start=1):
        if name in names:
            return Heading(BY_KEY["box"], side=number)
    return None


def _of_term(name: str) -> Heading | None:
    """Read the name of a service or format as the heading of addresses."""
    parts = name.split()
    while len(parts) > 1 and parts[-1] in _ADDRESS_WORDS:
        parts.pop()
    while len(parts) > 1 and parts[0] in _ADDRESS_WORDS | _SMALL:
        parts.pop(0)
    plain = " ".join(parts)
    if kind := find_term("service", plain):
        return Heading(BY_KEY["endpoint"], term=kind)
    if file_type := find_format(plain).file_type:
        return Heading(BY_KEY["link"], term=file_type)
    return None


def _language(word: str) -> str:
    """Return the tag of a language that is named by its tag, code or name; else nothing."""
    found = find_term("language", word) if word else ""
    return tag_of_authority(found.rpartition("/")[2]) if found else ""


def similar_heading(written: str) -> str:
    """Return the heading that is most like one that is not known; empty when none is."""
    headings = {_folded(each): each for c in COLUMNS for each in c.headings.values()}
    close = difflib.get_close_matches(_folded(written), headings, 1, 0.75)
    return headings[close[0]] if close else ""
