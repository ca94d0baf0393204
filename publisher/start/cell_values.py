"""What is in a cell → the value that it means; None for what a kind cannot read.

Pure functions. A style says how a column writes its values, so that ``1.234`` and ``03/04/2025``
mean one thing in the whole column.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from math import isfinite
from unicodedata import decimal

from publisher.rdf.text import fold
from publisher.start import kinds
from publisher.start.projection import SYSTEMS, WGS84, is_northing, to_degrees

# What clerks and programs write where there is nothing.
MISSING = frozenset(
    (
        *("", "-", "–", "—", "--", "---", ".", "..", "...", "*", "?", "saknas", "uppgift saknas"),
        *("okänt", "okänd", "ej känt", "ej aktuellt", "ej tillämpligt", "ingen uppgift", "unknown"),
        *(
            "n/a",
            "na",
            "#n/a",
            "#na",
            "#n/a n/a",
            "nan",
            "null",
            "none",
            "nil",
            "(tom)",
            "#saknas!",
        ),
        *("#value!", "#värdefel!", "#ref!", "#referens!", "#div/0!", "#division/0!", "#name?"),
        *("#nv", "#wert!", "#bezug!", "#zahl!", "#i/t", "#puuttuu!", "#arvo!", "#verdi!"),
        *("i.u.", "e.t.", "n.a.", "n/d", "k.a.", "k. a.", "ej angivet", "ej angiven", "ej mätt"),
        *("no data", "keine angabe", "unbekannt", "ei tietoa", "ukjent", "ikke oppgitt"),
        *(
            "#namn?",
            "#null!",
            "#num!",
            "#ogiltigt!",
            "e.u.",
            "missing",
            "tbd",
            "xxx",
            "uppg. saknas",
        ),
    )
)
# Also characters that no RDF/XML can carry, which come along when text is pasted.
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\u200b\u200c\u200d\u2060\ufeff\u00ad]")


@dataclass(frozen=True)
class Style:
    """How a column writes its values.

    Attributes:
        decimal: The decimal mark, ``.`` or ``,``.
        group: What is between groups of three digits, beside a space.
        month_first: Whether 3/4/2025 is the fourth of March.
        unit: What follows or leads each number, if anything: ``kr``, ``m²``.
        epsg: System of its coordinates.
        short_days: Whether a day begins with two digits of its year: 240531, 24-05-31.
        country: Calling code of telephone numbers that have none.
    """

    decimal: str = "."
    group: str = ""
    month_first: bool = False
    unit: str = ""
    epsg: int = WGS84
    short_days: bool = False
    country: str = "46"


@dataclass(frozen=True, slots=True)
class CellValue:
    """What a cell means.

    Attributes:
        lexical: The value as RDF writes it, or an IRI.
        is_exact: False where the cell says more: ``ca 1965`` is about 1965.
    """

    lexical: str
    is_exact: bool = True


def clean(text: str) -> str:
    """Return a cell with single spaces, without what nobody sees.

    >>> clean("  1\u00a0200\u200b kr ")
    '1 200 kr'
    """
    # What is printable has neither what nobody sees nor other spaces than the plain one.
    if not text.isprintable():
        text = _INVISIBLE.sub("", text)
    return " ".join(text.split())


def is_missing(text: str) -> bool:
    """Tell whether a cell says that there is nothing.

    >>> [is_missing(text) for text in ("", "#N/A", "Saknas", "0")]
    [True, True, True, False]
    """
    return text.casefold() in MISSING


# Numbers, with what is around them.

_ABOUT = re.compile(
    r"^(?:(?:ca|c:a|circa|cirka|omkr|omkring|ungefär|ung|runt|approx|about|c|minst|högst|upp till"
    r"|över|under|mer än|mindre än|före|efter|before|after|around|tidigast|senast|max|min|från)"
    r"\b\.?|[~≈<>≤≥±])\s*",
    re.IGNORECASE,
)
_DOUBT = re.compile(r"\s*(?:\(\?\)|\?|\(ca\)|\(cirka\)|\bca)$", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?P<lead>(?:kr|sek|eur|usd|gbp|nok|dkk|chf|[€$£])\s?)?"
    r"(?P<number>[+-]?(?:\d[\d ]*(?:[.,']\d+)*|[.,]\d+)(?:[eE][+-]?\d+)?)"
    r"(?P<unit>\s?\D{1,14}|\s?k?m[23])?",
    re.IGNORECASE,
)
# As accounts are kept: (1 234), and as some programs write: 1 234-.
_BELOW_ZERO = re.compile(r"\(\s?(\d[^()]*?)\s?\)|(\d[\d .,]*(?<=\d))\s?-")
UNITS = frozenset(
    # The micro sign and the Greek letter are one when the case is folded.
    unit.casefold()
    for unit in (
        *("kr", "kronor", "sek", "tkr", "mkr", ":-", ",-", "%", "procent", "€", "eur", "euro", "$"),
        *("£", "usd", "gbp", "dkk", "nok", "mm", "cm", "dm", "m", "meter", "km", "mil", "m2", "m²"),
        *(
            "kvm",
            "kvadratmeter",
            "ha",
            "hektar",
            "km2",
            "km²",
            "m3",
            "m³",
            "l",
            "liter",
            "dl",
            "ml",
        ),
        *(
            "g",
            "kg",
            "ton",
            "t",
            "st",
            "st.",
            "stycken",
            "min",
            "min.",
            "minuter",
            "h",
            "tim",
            "timmar",
            "s",
        ),
        *("sek.", "år", "dagar", "dygn", "veckor", "mån", "månader", "°", "°c", "c", "kwh", "mwh"),
        *("gwh", "w", "kw", "mw", "v", "a", "db", "ppm", "personer", "platser", "pers", "invånare"),
        *("kr/m2", "kr/m²", "kr/h", "kr/tim", "kr/mån", "kr/år", "km/h", "m/s", "mg/l", "µg/m3"),
        *("µg", "mg", "cfu", "cfu/100 ml", "mpn", "100 ml", "ksek", "msek", "mnkr", "kkr", "bar"),
        *("kpa", "hpa", "lux", "lm", "k", "va", "kva", "kwp", "hz", "mhz", "nm", "µs", "bq"),
        *("ms", "us", "ng", "pg", "µm", "fnu", "ntu", "°dh", "mj", "gj", "tj", "kbit", "mbit"),
        *("kn", "pa", "cd", "ohm", "mol", "mmol", "µmol", "fte", "åa", "cm2", "cm²", "cm3", "cm³"),
        *("stk", "stück", "einwohner", "stunden", "tage", "jahre", "kpl", "henkilöä", "timer"),
        *(
            "sqm",
            "sq m",
            "kmh",
            "pcs",
            "pieces",
            "people",
            "hours",
            "days",
            "years",
            "minutes",
            "percent",
            "metres",
            "ft",
        ),
    )
)


# One unit, written in several ways.
_SAME_UNITS: Mapping[str, str] = {
    **dict.fromkeys(("kronor", "sek", ":-", ",-", ".-"), "kr"),
    **dict.fromkeys(("m2", "kvm", "kvadratmeter", "sqm", "sq m"), "m²"),
    **dict.fromkeys(("st.", "stycken", "stk", "pcs", "pieces", "kpl"), "st"),
    **dict.fromkeys(("eur", "euro"), "€"),
    **dict.fromkeys(("min.", "minuter", "minutes"), "min"),
    **dict.fromkeys(("tim", "timmar", "hours", "timer"), "h"),
    **dict.fromkeys(("procent", "percent"), "%"),
    **dict.fromkeys(("hektar",), "ha"),
    **dict.fromkeys(("meter", "metres"), "m"),
    **dict.fromkeys(("km2",), "km²"),
    **dict.fromkeys(("m3",), "m³"),
    **dict.fromkeys(("liter",), "l"),
}


def plain_unit(unit: str) -> str:
    """Return a unit as it is written most often.

    >>> plain_unit("kvm"), plain_unit(":-"), plain_unit("Kr")
    ('m²', 'kr', 'kr')
    """
    plain = unit.casefold()
    return _SAME_UNITS.get(plain, plain)


def is_unit(text: str) -> bool:
    """Tell whether a text is a unit, alone or of one in another.

    >>> is_unit("m²"), is_unit("kr/kWh"), is_unit("gungor")
    (True, True, False)
    """
    plain = text.casefold()
    return plain in UNITS or ("/" in plain and all(part in UNITS for part in plain.split("/")))


def split_number(text: str) -> tuple[str, str, bool] | None:
    """Return the digits of a number with their marks, its unit, and whether it is exact.

    >>> split_number("ca 1 200,50 kr"), split_number("−7"), split_number("K-12")
    (('1 200,50', 'kr', False), ('-7', '', True), None)
    >>> split_number("(1 234)"), split_number("512-")
    (('-1 234', '', True), ('-512', '', True))
    """
    plain = text.replace("−", "-").replace("’", "'")
    if plain[:1] in "–—" and plain[1:2].isdigit():
        plain = "-" + plain[1:]
    if below := _BELOW_ZERO.fullmatch(plain):
        plain = f"-{below[1] or below[2]}"
    bare = _DOUBT.sub("", _ABOUT.sub("", plain))
    found = _NUMBER.fullmatch(bare)
    if found is None:
        return None
    unit = (found["lead"] or found["unit"] or "").strip()
    if found["lead"] and found["unit"] and found["unit"].strip():
        return None
    return found["number"].strip(), unit, bare == plain


def read_number(text: str, style: Style) -> CellValue | None:
    """Return a number as a decimal.

    >>> read_number("1 200,50 kr", Style(decimal=","))
    CellValue(lexical='1200.50', is_exact=True)
    """
    parts = split_number(text)
    if parts is None:
        return None
    digits, unit, is_exact = parts
    if unit and not is_unit(unit) and unit != style.unit:
        return None
    if " " in digits and not re.fullmatch(r"[+-]?\d{1,3}( \d{3})+([.,]\d+)?", digits):
        return None
    plain = digits.replace(" ", "").replace("'", "")
    if style.group:
        plain = plain.replace(style.group, "")
    if style.decimal == ",":
        if "." in plain and "," in plain:
            return None
        plain = plain.replace(",", ".")
    if not re.fullmatch(r"[+-]?(\d+(\.\d+)?|\.\d+)([eE][+-]?\d+)?", plain):
        return None
    if not plain.isascii():  # digits of another script
        plain = "".join(c if c.isascii() else str(decimal(c)) for c in plain)
    if "e" in plain.casefold():
        number = float(plain)
        if not isfinite(number):  # more than any number that is reckoned with
            return None
        plain = format(number, "f")
    sign = "-" if plain.startswith("-") else ""
    whole, _, fraction = plain.lstrip("+-").partition(".")
    whole = whole.lstrip("0") or "0"
    return CellValue(f"{sign}{whole}" + (f".{fraction}" if fraction else ""), is_exact)


# Days, months, years and times.

_MONTHS = {
    **{n: i for i, n in enumerate(("jan", "feb", "mar", "apr", "maj", "jun"), 1)},
    **{n: i for i, n in enumerate(("jul", "aug", "sep", "okt", "nov", "dec"), 7)},
    "may": 5,
    "oct": 10,
    "mai": 5,
    "mrz": 3,
    "dez": 12,
    "märz": 3,
}
_WORD_DATE = re.compile(
    r"(?:(?:den|the|må|ti|on|to|fr|lö|sö|\w+dag|mon|tue|wed|thu|fri|sat|sun)\.?,? )?"
    r"(?P<day>\d{1,2})(?:\.|:e|:a|st|nd|rd|th)?[ -](?P<month>[^\W\d_]{3,9})\.?,?"
    r"(?: |-(?=\d))(?P<year>\d{4}|(?<=-)\d{2})",
    re.IGNORECASE,
)
_ENGLISH_DATE = re.compile(
    r"(?P<month>[^\W\d_]{3,9})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})"
)
_PARTS_DATE = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})")
# As Swedes write by hand: 2/9 -24.
_SLASH_DATE = re.compile(r"(\d{1,2})/(\d{1,2})[ -]{1,3}(\d{4}|\d{2})")
_SHORT_DATE = re.compile(r"(\d{2})(-?)(\d{2})\2(\d{2})")
_ISO_DATE = re.compile(r"(\d{4})([-./])(\d{1,2})\2(\d{1,2})")
_CLOCK = re.compile(r"(?:kl\.? ?)?(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?(?: ?(am|pm))?")
_ZONED = re.compile(r"(.*\d)\s?(Z|[+-]\d\d:?\d\d)")
_LATEST_HOUR = 30
_EXCEL_EPOCH = date(1899, 12, 30)
# 1954 to 2119, as Excel counts days.
SERIALS = range(20_000, 80_000)
_DECADE = re.compile(r"(?P<year>1[0-9]\d0|20\d0)(?:-?tal(?:et)?|s)\b.*", re.IGNORECASE)
# A decade of which the last digit is not known: 196?, 196x, 196-.
_SHORT_DECADE = re.compile(r"(?P<decade>1[5-9]\d|20\d)[?x_-]", re.IGNORECASE)
_SPAN = re.compile(r"(?P<year>[12]\d{3})\s?[-–/]\s?(?:[12]\d{3}|\d{2}|)")


def _month(word: str) -> int | None:
    short = word.casefold()
    return _MONTHS.get(short) or _MONTHS.get(short[:3])


def _day(year: int, month: int | None, day: int) -> str | None:
    try:
        return date(year, month or 0, day).isoformat()
    except ValueError:
        return None


def _full_year(digits: str) -> int:
    """Return the year that two digits or four mean; 24 is 2024, and 85 is 1985."""
    year = int(digits)
    return year if len(digits) > 2 else year + (2000 if year < 70 else 1900)


def _plain_date(text: str, style: Style) -> str | None:
    """Return a day as ISO 8601 writes it."""
    if found := _ISO_DATE.fullmatch(text):
        return _day(int(found[1]), int(found[3]), int(found[4]))
    if re.fullmatch(r"(1[89]|20|21)\d{6}", text):
        return _day(int(text[:4]), int(text[4:6]), int(text[6:]))
    if style.short_days and (found := _SHORT_DATE.fullmatch(text)):
        return _day(_full_year(found[1]), int(found[3]), int(found[4]))
    if found := _SLASH_DATE.fullmatch(text):
        return _day(_full_year(found[3]), int(found[2]), int(found[1]))
    if found := _PARTS_DATE.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), _full_year(found[4])
        day, month = (second, first) if style.month_first else (first, second)
        return _day(year, month, day)
    if found := _WORD_DATE.fullmatch(text) or _ENGLISH_DATE.fullmatch(text):
        return _day(_full_year(found["year"]), _month(found["month"]), int(found["day"]))
    return None


def read_date(text: str, style: Style) -> CellValue | None:
    """Return a day.

    >>> [read_date(t, Style()).lexical for t in ("3/4/2025", "den 3 maj 2024", "20240105", "45300")]
    ['2025-04-03', '2024-05-03', '2024-01-05', '2024-01-09']
    """
    bare = _DOUBT.sub("", _ABOUT.sub("", text))
    plain = re.sub(r"[T ]00:00(:00)?(\.0+)?$", "", bare)
    found = _plain_date(plain, style)
    if found is None and re.fullmatch("[0-9]{1,6}", plain) and int(plain) in SERIALS:
        found = (_EXCEL_EPOCH + timedelta(days=int(plain))).isoformat()
    return CellValue(found, bare == text) if found else None


def read_time(text: str, _style: Style) -> CellValue | None:
    """Return a time of the day.

    >>> read_time("kl. 7.05", Style()).lexical, read_time("7:05 pm", Style()).lexical
    ('07:05:00', '19:05:00')
    >>> read_time("25:10", Style())
    CellValue(lexical='01:10:00', is_exact=False)
    """
    found = _CLOCK.fullmatch(text.casefold())
    if found is None:
        return None
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if found[4]:
        hour = hour % 12 + (12 if found[4] == "pm" else 0)
    # Timetables go on after midnight: 25:10 is ten past one, of a day that began the day before.
    is_next_day = 24 <= hour <= _LATEST_HOUR and ":" in text and not found[4]
    hour -= 24 if is_next_day else 0
    if hour > 23 or minute > 59 or second > 59:
        return None
    return CellValue(f"{hour:02d}:{minute:02d}:{second:02d}", not is_next_day)


def read_datetime(text: str, style: Style) -> CellValue | None:
    """Return a day with a time.

    >>> read_datetime("2025-05-01 kl 18.30", Style()).lexical
    '2025-05-01T18:30:00'
    """
    zone = ""
    if found := _ZONED.fullmatch(text):
        text, zone = found[1], found[2]
        zone = zone if zone == "Z" or ":" in zone else f"{zone[:3]}:{zone[3:]}"
    for mark in ("T", " kl ", " kl. ", ", ", " "):
        first, mark_found, last = text.rpartition(mark)
        day, clock = _plain_date(first.strip(), style), read_time(last.strip(), style)
        if mark_found and day and clock:
            if not clock.is_exact:  # 24:00 is the beginning of the next day
                day = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
            return CellValue(f"{day}T{clock.lexical}{zone}")
    return None


def read_month(text: str, _style: Style) -> CellValue | None:
    """Return a month of a year.

    >>> read_month("maj 2024", Style()).lexical, read_month("2024-5", Style()).lexical
    ('2024-05', '2024-05')
    >>> read_month("2024M05", Style()).lexical, read_month("maj-24", Style()).lexical
    ('2024-05', '2024-05')
    """
    if found := re.fullmatch(r"([12]\d{3})(?:[-/.]|M(?=\d\d$)|(?=\d\d$))(\d{1,2})", text):
        year, month = int(found[1]), int(found[2])
    elif found := re.fullmatch(r"(\d{1,2})/([12]\d{3})", text):
        year, month = int(found[2]), int(found[1])
    elif found := re.fullmatch(r"([^\W\d_]{3,9})\.?(?:[ -]([12]\d{3})|[ -]?[-'’](\d\d))", text):
        year, month = _full_year(found[2] or found[3]), _month(found[1]) or 0
    else:
        return None
    return CellValue(f"{year:04d}-{month:02d}") if 1 <= month <= 12 else None


def read_year(text: str, _style: Style) -> CellValue | None:
    """Return a year; what says more than one year is inexact.

    >>> [read_year(t, Style()) for t in ("1965", "ca 1965", "1960-talet", "1965-67")][1]
    CellValue(lexical='1965', is_exact=False)
    """
    if re.fullmatch(r"[12]\d{3}", text):
        return CellValue(text)
    bare = _ABOUT.sub("", text)
    if found := _SHORT_DECADE.fullmatch(bare):
        return CellValue(f"{found['decade']}0", is_exact=False)
    bare = _DOUBT.sub("", bare)
    if bare[:1] in "[(":  # as librarians write what the book does not say
        bare = _DOUBT.sub("", _ABOUT.sub("", bare.strip("[]()")))
    if re.fullmatch(r"[12]\d{3}(\.0)?", bare):
        return CellValue(bare[:4], is_exact=bare == text)
    if found := _DECADE.fullmatch(bare) or _SPAN.fullmatch(bare):
        return CellValue(found["year"], is_exact=False)
    return None


# Yes and no.

_YES = frozenset(
    (
        *("ja", "j", "yes", "y", "true", "sant", "wahr", "x", "✓", "✔", "☑", "✅"),
        *("kyllä", "tosi", "sann", "oui", "juo", "jå", "jaavoe", "joo", "já", "jah", "sí", "sì"),
    )
)
_NO = frozenset(
    (
        *("nej", "nein", "n", "no", "false", "falskt", "falsch", "☐", "✗", "✘", "❌"),
        *("nei", "ei", "epätosi", "usann", "usant", "non", "ii", "ij", "ijje", "nee"),
    )
)
_BITS = {"1": "true", "0": "false"}


def read_truth(text: str, _style: Style) -> CellValue | None:
    """Return true or false.

    >>> read_truth("Ja", Style()).lexical, read_truth("delvis", Style())
    ('true', None)
    """
    word = text.casefold()
    if word in _YES:
        return CellValue("true")
    if word in _NO:
        return CellValue("false")
    return CellValue(_BITS[word]) if word in _BITS else None


# RowAddresses, telephones and numbers with a meaning.

_MAIL = re.compile(r"(?:mailto:)?([^\s@<>,;:\"()]+@[^\s@<>,;:\"()]+\.[^\W\d_]{2,})", re.IGNORECASE)
_URL = re.compile(r"(?:https?|ftp)://[^\s<>\"{}|\\^`]+", re.IGNORECASE)
_WWW = re.compile(
    r"(?:www\.[^\s/@]+\.[a-z]{2,}"
    r"|[a-z0-9åäö-]+(?:\.[a-z0-9åäö-]+)*\.(?:se|nu|com|org|net|eu|no|dk|fi|de|info|io|is|ax|uk|ie"
    r"|at|ch|nl|fr|example))"
    r"(?:/[^\s<>\"{}|\\^`]*)?",
    re.IGNORECASE,
)
_PICTURE = re.compile(r"\.(jpe?g|png|gif|webp|svg|tiff?|avif|bmp)(?:[?#].*)?$", re.IGNORECASE)
_PHONE = re.compile(
    r"(?:(?:tel|tfn|telefon|mobil|vx|växel|fax|tlf|puh)\.?:?\s?)?"
    r"(?P<number>(?P<prefix>\+|00)?[\d\s()/.–-]{5,24}?)(?:\s?\(?(?:vx|växel)\)?)?"
    r"(?:,?\s?(?:ankn|anknytning|ext|dw)\.?:?\s?(?P<extension>\d{1,6}))?",
    re.IGNORECASE,
)


# Language of a table → calling code of the country; countries whose numbers begin with no zero.
COUNTRIES: Mapping[str, str] = {"de": "49", "fi": "358", "nb": "47", "da": "45"}
_WITHOUT_ZERO = frozenset(("47", "45"))


def read_email(text: str, _style: Style) -> CellValue | None:
    """Return a mail address as an IRI.

    >>> read_email("info@kommun.example", Style()).lexical
    'mailto:info@kommun.example'
    """
    found = _MAIL.fullmatch(text)
    return CellValue(f"mailto:{found[1]}") if found else None


def read_address(text: str, _style: Style) -> CellValue | None:
    """Return the address of a page.

    >>> read_address("www.kommun.example/bad", Style()).lexical
    'https://www.kommun.example/bad'
    """
    if _URL.fullmatch(text):
        return CellValue(text)
    return CellValue(f"https://{text}") if _WWW.fullmatch(text) else None


def is_picture(text: str) -> bool:
    """Tell whether an address looks like one of a picture."""
    return bool(_PICTURE.search(text))


def read_wikidata(text: str, _style: Style) -> CellValue | None:
    """Return the IRI of an item of Wikidata.

    >>> read_wikidata("Q1754", Style()).lexical
    'http://www.wikidata.org/entity/Q1754'
    """
    found = re.fullmatch(r"(?:https?://www\.wikidata\.org/(?:wiki|entity)/)?(Q[1-9]\d*)", text)
    return CellValue(f"http://www.wikidata.org/entity/{found[1]}") if found else None


def read_telephone(text: str, style: Style) -> CellValue | None:
    """Return a telephone number as an IRI (RFC 3966); one without a country is of the column's.

    >>> read_telephone("Växel 0550 - 41 20 30", Style()).lexical
    'tel:+46550412030'
    >>> read_telephone("0351 4 88 0, Dw 12", Style(country="49")).lexical
    'tel:+493514880;ext=12'
    """
    found = _PHONE.fullmatch(text)
    if found is None:
        return None
    digits = re.sub(r"\D", "", found["number"].replace("(0)", ""))
    behind = f";ext={found['extension']}" if found["extension"] else ""
    if prefix := found["prefix"]:
        digits = digits.removeprefix("00") if prefix == "00" else digits
        return CellValue(f"tel:+{digits}{behind}") if 7 <= len(digits) <= 15 else None
    if digits.startswith("0") and 7 <= len(digits) <= 12:
        return CellValue(f"tel:+{style.country}{digits[1:]}{behind}")
    if len(digits) == 8 and style.country in _WITHOUT_ZERO:
        return CellValue(f"tel:+{style.country}{digits}{behind}")
    # Short numbers have no country: 112, 1177, 116 117.
    if 3 <= len(digits) <= 8 and not digits.startswith("0"):
        return CellValue(f"tel:{digits};phone-context=+{style.country}")
    return None


def read_organisation_number(text: str, _style: Style) -> CellValue | None:
    """Return a Swedish organisation number whose check digit is right, with its hyphen.

    >>> read_organisation_number("212000-1264", Style()).lexical
    '212000-1264'
    """
    found = re.fullmatch(r"(?:SE|16)?(\d{6})[- ]?(\d{4})(?:01)?", text)
    # The third digit is at least 2: else it is a personal identity number.
    if found is None or found[1][2] < "2" or not has_check_digit(found[1] + found[2]):
        return None
    return CellValue(f"{found[1]}-{found[2]}")


def has_check_digit(digits: str) -> bool:
    """Tell whether the last digit is the check digit of the others (Luhn).

    >>> has_check_digit("2120001264"), has_check_digit("2120001265")
    (True, False)
    """
    doubled = [int(d) * (2 - n % 2) for n, d in enumerate(digits)]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def is_personal_number(text: str) -> bool:
    """Tell whether a text is a Swedish personal identity number: it must not be published.

    >>> is_personal_number("19811228-9874"), is_personal_number("556036-0793")
    (True, False)
    """
    found = re.fullmatch(r"(?:19|20)?(\d{2})(\d{2})(\d{2})[-+ ]?(\d{4})", text)
    if found is None:
        return any(map(_is_finnish_person, _FINNISH.findall(text)))
    if not ("01" <= found[2] <= "12" and "01" <= found[3] <= "91"):
        return False
    return int(found[3]) % 60 <= 31 and has_check_digit("".join(found.groups()))


_WITHIN = re.compile(r"(?<![\d-])(?:(?:19|20)\d{6}[-+ ]?\d{4}|\d{6}[-+]\d{4})(?![\d-])")
_FINNISH = re.compile(r"\b(\d{6})[-+A-FU-Y](\d{3})([0-9A-FHJ-NPR-Y])\b")
_FINNISH_CHECKS = "0123456789ABCDEFHJKLMNPRSTUVWXY"


def personal_numbers(texts: Iterable[str]) -> list[str]:
    """Return the texts that have a personal identity number of Sweden or Finland in them.

    Swedish ones are looked for where they have a hyphen or twelve digits: any ten digits may be
    something else.

    >>> personal_numbers(["ring Anna, 811228-9874", "131052-308T", "556036-0793", "dnr 811228-1"])
    ['ring Anna, 811228-9874', '131052-308T']
    """
    found = []
    for text in texts:
        swedish = any(is_personal_number(each) for each in _WITHIN.findall(text))
        if swedish or any(map(_is_finnish_person, _FINNISH.findall(text))):
            found.append(text)
    return found


def _is_finnish_person(parts: Sequence[str]) -> bool:
    day, number, check = parts
    is_day = "01" <= day[:2] <= "31" and "01" <= day[2:4] <= "12"
    return is_day and _FINNISH_CHECKS[int(day + number) % 31] == check


def read_postcode(text: str, _style: Style) -> CellValue | None:
    """Return a Swedish postcode.

    >>> read_postcode("SE-68130", Style()).lexical
    '681 30'
    """
    found = re.fullmatch(r"(?:SE?[- ]?)?([1-9]\d{2}) ?(\d{2})", text)
    return CellValue(f"{found[1]} {found[2]}") if found else None


def read_plain(text: str, _style: Style) -> CellValue | None:
    """Return a text as it is."""
    return CellValue(text)


# Municipalities and counties, by name or code (SCB).


@cache
def places() -> Mapping[str, str]:
    """Return SCB's code → name of every municipality and county."""
    lines = (files("publisher.start") / "places.tsv").read_text("utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines)


@cache
def _place_codes() -> Mapping[str, str]:
    """Return name or code, folded → code; municipalities, and counties with "län" behind."""
    found: dict[str, str] = {}
    for code, name in places().items():
        if len(code) == 4:
            plain = fold(name)
            found |= {code: code, plain: code, f"{plain} kommun": code, f"{plain}s kommun": code}
            found |= {f"{plain} stad": code, f"{plain}s stad": code, f"{code} {plain}": code}
            if code.startswith("0"):
                found[code[1:]] = code
        else:
            plain, short = fold(name), fold(name.removesuffix(" län"))
            found |= {f"län {plain}": code, f"län {short}": code, f"län {code}": code}
            found |= {f"län {short.removesuffix('s')}": code, f"län {int(code)}": code}
            found[f"län {code} {plain}"] = code
    return found


def read_municipality(text: str, _style: Style) -> CellValue | None:
    """Return the code of a municipality.

    >>> read_municipality("Torsby kommun", Style()).lexical
    '1737'
    """
    found = _place_codes().get(fold(text))
    return CellValue(found) if found else None


def read_county(text: str, _style: Style) -> CellValue | None:
    """Return the code of a county.

    >>> read_county("Värmlands län", Style()).lexical, read_county("Dalarna", Style()).lexical
    ('17', '20')
    """
    found = _place_codes().get(f"län {fold(text)}")
    return CellValue(found) if found else None


# Places on the map.

_PAIR = re.compile(
    r"\(?\s*([+-]?\d+[.,]\d+)\s*°?\s?[NnSs]?\s*[,; /]\s*([+-]?\d+[.,]\d+)\s*°?\s?[EeWwÖöVv]?\s*\)?"
)
# Not behind a letter that stands before its angle: N 59° 19'.
_BETWEEN_ANGLES = re.compile(
    r"[,;]\s|(?<!^[NSEWÖØVO]\s)(?<!\s[NSEWÖØVO]\s)(?<=\s)(?=\d+\s?°)|\s(?=[NSEWÖØVO]\s?\d)"
)
# O is east, as Swedes, Norwegians and Germans write it.
_DMS = re.compile(
    r"([NSEWÖØVO])?\s?(\d{1,3})\s?°\s?(?:(\d{1,2}(?:[.,]\d+)?)\s?['′’´]\s?)?"
    r"(?:(\d{1,2}(?:[.,]\d+)?)\s?(?:\"|″|''|”|´´)\s?)?([NSEWÖØVO])?",
    re.IGNORECASE,
)
# As charts and receivers write it, without the signs: N 58 08.87, 58 08 52 N.
_LETTERED = re.compile(
    r"(?:(?P<before>[NSEWÖØVO])\s?)?(?P<whole>\d{1,3})[\s-](?P<minutes>[0-5]?\d(?:[.,]\d+)?)"
    r"(?:[\s-](?P<seconds>[0-5]?\d(?:[.,]\d+)?))?(?:\s?(?P<behind>[NSEWÖØVO]))?",
    re.IGNORECASE,
)
_WKT = re.compile(
    r"(?:<[^>]*>\s*)?(?:SRID=(?P<srid>\d{1,6});\s*)?(?P<shape>(?:MULTI)?(?:POINT|LINESTRING|POLYGON)"
    r"|GEOMETRYCOLLECTION)\s*(?:Z|M|ZM)?\s*\(.*\)",
    re.IGNORECASE | re.DOTALL,
)
_POINT = re.compile(
    r"([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s+([+-]?\d+(?:\.\d+)?)(?:\s+[+-]?\d+(?:\.\d+)?)*"
)


def degrees(text: str) -> float | None:
    r"""Return an angle in degrees, decimal or with minutes and seconds.

    >>> degrees("59,3293"), round(degrees("59°19'45.5\"N"), 5), degrees("Norr")
    (59.3293, 59.32931, None)
    """
    try:
        return float(text.replace(",", ".").replace("−", "-").rstrip("° "))
    except ValueError:
        found = _DMS.fullmatch(text.replace("º", "°")) or _LETTERED.fullmatch(text)
    if found is None or (found.re is _LETTERED and not (found[1] or found[5])):
        return None
    parts = [float((part or "0").replace(",", ".")) for part in found.groups()[1:4]]
    whole = parts[0] + parts[1] / 60 + parts[2] / 3600
    return -whole if (found[1] or found[5] or "").upper() in ("S", "W", "V") else whole


def read_angle(text: str, _style: Style) -> CellValue | None:
    """Return a latitude or a longitude, in degrees."""
    found = degrees(text)
    if found is None or abs(found) > 180:
        return None
    plain = text.replace(",", ".").replace("−", "-").rstrip("° ")
    is_plain = re.fullmatch(r"-?\d+(\.\d+)?", plain)
    return CellValue(plain if is_plain else f"{found:.7f}".rstrip("0").rstrip("."))


def read_metres(text: str, style: Style) -> CellValue | None:
    """Return a coordinate in metres."""
    found = read_number(text, style) or read_number(text, Style(decimal=","))
    return found if found and (found.is_exact) else None


def read_position(text: str, _style: Style) -> CellValue | None:
    """Return latitude and longitude that stand in one cell, as they stand there.

    >>> read_position("59.33, 18.06", Style()).lexical
    '59.33, 18.06'
    """
    return CellValue(text) if position(text) is not None else None


def position(text: str) -> tuple[float, float] | None:
    r"""Return latitude and longitude that stand in one cell.

    >>> position("59,33; 18,06")
    (59.33, 18.06)
    >>> position("N 59° 30.0' E 18° 15.0'"), position("59°30'00\"N 18°15'00\"E")
    ((59.5, 18.25), (59.5, 18.25))
    """
    found = _PAIR.fullmatch(text)
    if found is None:
        halves = _BETWEEN_ANGLES.split(text)
        pair = [degrees(half.strip()) for half in halves] if "°" in text else []
    else:
        pair = [degrees(found[1]), degrees(found[2])]
    if len(pair) != 2 or pair[0] is None or pair[1] is None:
        return None
    return (pair[0], pair[1]) if abs(pair[0]) <= 90 and abs(pair[1]) <= 180 else None


def point(latitude: float, longitude: float) -> str:
    """Return a point as WKT in WGS 84, to the centimetre.

    >>> point(59.33, 18.06)
    'POINT (18.06 59.33)'
    """
    return f"POINT ({_coordinate(longitude)} {_coordinate(latitude)})"


def _coordinate(number: float) -> str:
    return f"{number:.7f}".rstrip("0").rstrip(".")


def read_wkt(text: str, style: Style) -> CellValue | None:
    """Return a geometry in WGS 84; one in a Swedish plane system is projected.

    >>> read_wkt("SRID=3006;POINT(674032 6580822)", Style()).lexical
    'POINT (18.0591897 59.3302312)'
    """
    found = _WKT.fullmatch(text)
    if found is None or re.search(r"\d{40}|[eE]\+?\d{3}", text):  # no coordinate is so large
        return None
    epsg = int(found["srid"] or style.epsg)
    body = text[found.start("shape") :]

    def projected(each: re.Match[str]) -> str:
        first, second = float(each[1]), float(each[2])
        system = epsg
        if system == WGS84 and max(first, second) > 10_000:
            system = 3006
        if system not in SYSTEMS:
            return f"{each[1]} {each[2]}"
        is_swapped = SYSTEMS[system].is_swedish and is_northing(first)
        north, east = (first, second) if is_swapped else (second, first)
        latitude, longitude = to_degrees(north, east, system)
        return f"{_coordinate(longitude)} {_coordinate(latitude)}"

    if epsg != WGS84 and epsg not in SYSTEMS and epsg != 4258:
        return None
    written = _POINT.sub(projected, body)
    return CellValue(
        re.sub(r"^([A-Za-z]+)\s*(?:Z|M|ZM)?\s*\(", lambda m: f"{m[1].upper()} (", written)
    )


def read_geojson(text: str, style: Style) -> CellValue | None:
    """Return the geometry of a GeoJSON text, as WKT in WGS 84.

    >>> read_geojson('{"type": "Point", "coordinates": [18.06, 59.33]}', Style()).lexical
    'POINT (18.06 59.33)'
    """
    if not text.startswith("{"):
        return None
    try:
        found = json.loads(text)
        written = wkt_of_geojson(found.get("geometry", found))
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError):
        return None
    return read_wkt(written, style) if written else None


def wkt_of_geojson(geometry: Mapping[str, object]) -> str:
    """Return a geometry of GeoJSON (RFC 7946) as WKT; empty for one that is none."""
    shape = str(geometry["type"])
    if shape == "GeometryCollection":
        members = geometry["geometries"]
        assert isinstance(members, list)
        return f"GEOMETRYCOLLECTION ({', '.join(wkt_of_geojson(m) for m in members)})"
    depth = {"Point": 0, "MultiPoint": 1, "LineString": 1}
    depth |= {"MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
    if shape not in depth:
        return ""
    written = _coordinates(geometry["coordinates"], depth[shape])
    return f"{shape.upper()} {written if depth[shape] else f'({written})'}"


def _coordinates(found: object, depth: int) -> str:
    assert isinstance(found, list)
    if depth == 0:
        return " ".join(_coordinate(float(number)) for number in found[:2])
    return f"({', '.join(_coordinates(each, depth - 1) for each in found)})"


Reader = Callable[[str, Style], CellValue | None]
READERS: Mapping[str, Reader] = {
    **dict.fromkeys(kinds.KINDS, read_plain),
    kinds.NUMBER: read_number,
    kinds.TRUTH: read_truth,
    kinds.DATE: read_date,
    kinds.DATETIME: read_datetime,
    kinds.TIME: read_time,
    kinds.MONTH: read_month,
    kinds.YEAR: read_year,
    kinds.EMAIL: read_email,
    kinds.TELEPHONE: read_telephone,
    kinds.ADDRESS: read_address,
    kinds.PICTURE: read_address,
    kinds.WIKIDATA: read_wikidata,
    kinds.LATITUDE: read_angle,
    kinds.LONGITUDE: read_angle,
    kinds.NORTHING: read_metres,
    kinds.EASTING: read_metres,
    kinds.POSITION: read_position,
    kinds.PLACE: read_wkt,
    kinds.GEOJSON: read_geojson,
    kinds.MUNICIPALITY: read_municipality,
    kinds.COUNTY: read_county,
    kinds.ORGANISATION_NUMBER: read_organisation_number,
    kinds.POSTCODE: read_postcode,
}
