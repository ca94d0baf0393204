"""What people call the terms of the lists that catalogues choose from → the terms, and back.

``term_names.csv`` names each term in English and Swedish as its list does (authority tables of the
EU's Publications Office, NUTS, Creative Commons), and holds other ways in which people write it.
The names of the categories of high-value datasets are those of DIGG's templates of DCAT-AP-SE
3.0.1 (CC BY 4.0). Catalogues describe these terms by the same table.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from publisher.languages import LANGUAGES, SOURCE_LANGUAGE, authority_code
from publisher.messages import written_in_table
from publisher.profiles.csv_tables import read_table
from publisher.profiles.dcat_ap_se import read_lists
from publisher.profiles.file_types import FILE_TYPES, FileType, file_type_of
from publisher.rdf.namespaces import AUTHORITY
from publisher.rdf.text import words

_OLD_AUTHORITY = "http://publications.europa.eu/mdr/authority/"
_OLD_AVAILABILITIES = (
    "http://data.europa.eu/r5r/availability/",
    "http://dcat-ap.de/def/plannedAvailability/",
)
_OLD_STATUS = "http://purl.org/adms/status/"
_OLD_FREQUENCY = "http://purl.org/cld/freq/"
# The frequencies of the Collection Description vocabulary, where their names differ.
_CLD = {
    "biweekly": "BIWEEKLY",
    "continuous": "CONT",
    "irregular": "IRREG",
    "semiannual": "ANNUAL_2",
    "semimonthly": "MONTHLY_2",
    "semiweekly": "WEEKLY_2",
    "threetimesamonth": "MONTHLY_3",
    "threetimesaweek": "WEEKLY_3",
    "threetimesayear": "ANNUAL_3",
}
_STATUS = {"UNDERDEVELOPMENT": "DEVELOP"}
_CREATIVE_COMMONS = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/(licenses/by(?:-nc)?(?:-sa|-nd)?/4\.0|"
    r"publicdomain/zero/1\.0)(?:/(?:deed|legalcode)?(?:\.[a-z-]{2,5})?)?/?",
    re.IGNORECASE,
)
_OPEN_DEFINITION = re.compile(
    r"https?://(?:www\.)?opendefinition\.org/licenses/([a-z-]+)/?", re.IGNORECASE
)
# Addresses of national licences, as their pages and national lists have them, and whose term it is.
_NATIONAL_LICENCES = tuple(
    (re.compile(rf"https?://(?:www\.)?{address}/?", re.IGNORECASE), name)
    for address, name in (
        (r"nationalarchives\.gov\.uk/doc/open-government-licence/version/3", "OGL 3.0 (UK)"),
        (r"data\.norge\.no/nlod(?:/(?:no|en|nb|nn))?(?:/2\.0)?", "NLOD 2.0"),
        (r"data\.norge\.no/nlod/(?:no|en|nb|nn)/1\.0", "NLOD 1.0"),
        (r"govdata\.de/dl-de/by-2-0", "dl-de/by-2-0"),
        (r"dcat-ap\.de/def/licenses/dl-by-de/2\.0", "dl-de/by-2-0"),
        (r"govdata\.de/dl-de/zero-2-0", "dl-de/zero-2-0"),
        (r"dcat-ap\.de/def/licenses/dl-zero-de/2\.0", "dl-de/zero-2-0"),
        (r"etalab\.gouv\.fr/licence-ouverte-open-licence", "Licence Ouverte 2.0"),
    )
)
_LISTS = {
    "theme": "data-theme",
    "frequency": "frequency",
    "access-right": "access-right",
    "availability": "planned-availability",
    "language": "language",
    "licence": "licence",
    "place": "country",
    "file-type": "file-type",
}
# INSPIRE names its frequencies as ISO 19115 does, in one word.
_INSPIRE_FREQUENCY = "http://inspire.ec.europa.eu/metadata-codelist/MaintenanceFrequency/"
_UNVERSIONED = re.compile(r"[0-9]")
# So many names a message gives as examples.
_MOST_SIMILAR = 3


@dataclass(frozen=True)
class NamedTerm:
    """A term of a list.

    Attributes:
        value: Its IRI.
        labels: What its list calls it, by language.
        names: All that people call it, folded.
    """

    value: str
    labels: Mapping[str, str]
    names: frozenset[str]


def _folded(name: str) -> str:
    return " ".join(words(name))


@cache
def terms_of(name: str) -> Sequence[NamedTerm]:
    """Return the terms of a list that have names, in its order; none where there is no such list.

    The lists are those of ``lists.csv``, beside ``place``, ``file-type`` and ``service``.
    """
    if name == "language":
        return tuple(_languages())
    terms = []
    for row in read_table("term_names.csv"):
        if row["list"] != name:
            continue
        labels = written_in_table(row)
        also = row["also"].split("|") if row["also"] else []
        code = row["value"].rstrip("/").rpartition("/")[2]
        names = frozenset(map(_folded, (*labels.values(), *also, code)))
        terms.append(NamedTerm(row["value"], labels, names))
    return (*terms, *_countries()) if name == "place" else tuple(terms)


def _countries() -> list[NamedTerm]:
    """Return the countries of the EU's table, by their names in CLDR and codes (ISO 3166-1)."""
    from babel import Locale
    from babel.core import get_global

    territories = {tag: Locale(tag).territories for tag in LANGUAGES}
    aliases = get_global("territory_aliases")
    countries = []
    for code, short in aliases.items():
        # The table has the codes of three letters.
        is_country = len(code) == 3 and code.isalpha() and len(short) == 1
        if is_country and short[0] in territories[LANGUAGES[0]]:
            labels = {tag: str(names[short[0]]) for tag, names in territories.items()}
            names = frozenset(map(_folded, (*labels.values(), code, short[0])))
            countries.append(NamedTerm(f"{AUTHORITY}country/{code}", labels, names))
    return countries


def _languages() -> list[NamedTerm]:
    """Return the languages of the list, by their names in CLDR, codes and tags."""
    from babel import Locale

    locales = {tag: Locale(tag).languages for tag in LANGUAGES}
    known = set(read_lists()["language"])
    languages: dict[str, dict[str, str]] = {}
    tags: dict[str, set[str]] = {}
    for tag in map(str, locales[LANGUAGES[0]]):
        code = authority_code(tag)
        value = f"{AUTHORITY}language/{code}"
        if not code or value not in known or "_" in tag:
            continue
        labels = {each: str(names[tag]) for each, names in locales.items() if tag in names}
        languages.setdefault(value, {}).update(labels)
        tags.setdefault(value, set()).update((tag, code))
    return [
        NamedTerm(value, labels, frozenset(map(_folded, (*labels.values(), *tags[value]))))
        for value, labels in languages.items()
    ]


@cache
def _by_name(name: str) -> Mapping[str, str]:
    by_name: dict[str, str] = {}
    for term in terms_of(name):
        for each in sorted(term.names):
            by_name.setdefault(each, term.value)
    # What the list itself calls a term goes before other words for another one.
    for term in terms_of(name):
        by_name |= {_folded(label): term.value for label in term.labels.values()}
    return by_name


@cache
def _values(name: str) -> frozenset[str]:
    listed = set(read_lists().get(name, ()))
    return frozenset(listed | {term.value for term in terms_of(name)})


def find_term(name: str, written: str) -> str:
    """Return the term of a list that somebody named, in whatever way; empty where it is unknown.

    >>> find_term("frequency", "Månadsvis")
    'http://publications.europa.eu/resource/authority/frequency/MONTHLY'
    >>> find_term("licence", "https://creativecommons.org/licenses/by/4.0/deed.sv")
    'http://creativecommons.org/licenses/by/4.0/'
    >>> find_term("licence", "http://dcat-ap.de/def/licenses/dl-by-de/2.0")
    'https://www.govdata.de/dl-de/by-2-0'
    >>> find_term("theme", "Rymdfart")
    ''
    """
    value = written.strip()
    if name == "file-type":
        known = find_format(value)
        return FILE_TYPES + known.file_type if known.file_type else ""
    if value in _values(name):
        return value
    canonical = _canonical_address(name, value)
    if canonical in _values(name) or (canonical and _is_of_authority(name, canonical)):
        return canonical
    if ":" in value and not value.startswith(("http:", "https:")):
        value = value.rpartition(":")[2]
    return "" if value.startswith(("http:", "https:")) else _by_name(name).get(_folded(value), "")


def _canonical_address(name: str, value: str) -> str:
    """Return an address as its list writes it."""
    if name == "licence":
        if match := _CREATIVE_COMMONS.fullmatch(value):
            return f"http://creativecommons.org/{match[1].lower()}/"
        if match := _OPEN_DEFINITION.fullmatch(value):
            return _by_name(name).get(_folded(match[1]), "")
        for form, licence in _NATIONAL_LICENCES:
            if form.fullmatch(value):
                return _by_name(name).get(_folded(licence), "")
    address = value.replace("https://", "http://", 1).rstrip("/")
    if name == "frequency" and address.startswith(_INSPIRE_FREQUENCY):
        return _by_name(name).get(_folded(address.removeprefix(_INSPIRE_FREQUENCY)), "")
    if address.startswith(_OLD_FREQUENCY):
        code = address.removeprefix(_OLD_FREQUENCY)
        return f"{AUTHORITY}frequency/{_CLD.get(code.lower(), code.upper())}"
    if address.startswith(_OLD_AVAILABILITIES):
        return f"{AUTHORITY}planned-availability/{address.rpartition('/')[2].upper()}"
    if address.startswith(_OLD_STATUS):
        code = address.removeprefix(_OLD_STATUS).upper()
        return f"{AUTHORITY}distribution-status/{_STATUS.get(code, code)}"
    return address.replace(_OLD_AUTHORITY, AUTHORITY, 1)


def _is_of_authority(name: str, value: str) -> bool:
    """Tell whether an address is one of an authority table, of which not every term is here."""
    start = f"{AUTHORITY}{_LISTS.get(name, '-')}/"
    return value.startswith(start) and name in ("licence", "place") and len(value) > len(start)


def find_format(written: str) -> FileType:
    """Return the format that somebody named: a file type, a media type, or words for one.

    >>> find_format("ESRI Shapefile").file_type, find_format(".xlsx").file_type
    ('SHP', 'XLSX')
    """
    known = file_type_of(written)
    if known.file_type or known.media_type:
        return known
    value = _by_name("file-type").get(_folded(written), "")
    return file_type_of(value.removeprefix(FILE_TYPES)) if value else FileType()


def names_version(written: str) -> bool:
    """Tell whether the name of a licence says which version of it is meant.

    >>> names_version("CC BY 4.0"), names_version("cc-by")
    (True, False)
    """
    return bool(_UNVERSIONED.search(written)) or "zero" in written.lower()


def label_of(value: str, language: str) -> str:
    """Return what a term is called; its last part where it has no name here."""
    for name in (*_LISTS, "hvd-category", "publisher-type", "service"):
        for term in terms_of(name):
            if term.value == value:
                return term.labels.get(language) or next(iter(term.labels.values()))
    return value.rstrip("/#").replace("#", "/").rpartition("/")[2]


def similar_terms(name: str, written: str, language: str) -> list[str]:
    """Return the names of the terms that are most like what somebody wrote; else the first.

    >>> similar_terms("frequency", "anual", "en"), similar_terms("hvd-category", "", "sv")[3:]
    (['annual', 'annan'], [])
    """
    labels = {_folded(text): text for term in terms_of(name) for text in term.labels.values()}
    close = difflib.get_close_matches(_folded(written), labels, _MOST_SIMILAR, 0.6)
    if close:
        return [labels[each] for each in close]
    spoken = language if language in LANGUAGES else SOURCE_LANGUAGE
    firsts = (term.labels.get(spoken, "") for term in terms_of(name))
    return [label for label in firsts if label][:_MOST_SIMILAR]
