"""Guess what a column is by itself: with the confidence, a reason, and alternatives.

Pure functions over texts. A column is what at least nine of ten filled cells can be read as; its
heading decides between what its values leave open. What cannot be read of a guessed column is
found when the rows are converted, and reported with row and column.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cache, cached_property

from publisher.messages import Text, text
from publisher.rdf.text import fold
from publisher.start import cell_values as cells
from publisher.start import kinds
from publisher.start.cell_values import READERS, Style, is_missing, split_number
from publisher.start.raw_tables import RawTable
from publisher.start.text_language import heading_languages

ENOUGH, ENOUGH_WITH_HEADING = 0.9, 0.75
_SAMPLE = 300
PLAIN_STYLE = Style()
_MOST_CHOICES, _LONGEST_CHOICE = 200, 80


@dataclass(frozen=True)
class Guess:
    """What a column is taken for.

    Attributes:
        heading: Of the column.
        kind: One of ``kinds``.
        confidence: From 0 to 1.
        reason: Why, in one sentence.
        alternatives: Other kinds that its cells allow, the likeliest first.
        style: How its values are written.
        language: Of its texts; empty where they have none.
        separator: Between several values in a cell; empty for one value.
        base: The heading without a language that it names.
        target: Name of the table whose rows a link is to.
        is_integer: Whether all its numbers are whole.
        inexact: How many of its cells say more than their value (``ca 1965``).
        distinct: How many different values it has.
        filled: How many cells have something.
        warning: What somebody must know before it is published; empty for nothing.
    """

    heading: str
    kind: str
    confidence: float
    reason: Text
    alternatives: tuple[str, ...] = ()
    style: Style = PLAIN_STYLE
    language: str = ""
    separator: str = ""
    base: str = ""
    target: str = ""
    is_integer: bool = False
    inexact: int = 0
    distinct: int = 0
    filled: int = 0
    warning: Text | None = None


class ColumnView:
    """A column while it is guessed."""

    def __init__(self, table: RawTable, index: int) -> None:
        """Take a column of a table."""
        self.table, self.index = table, index
        self.heading = table.headings[index]
        self.base, self.language = heading_languages(table.headings)[index]
        self.words = " ".join(re.findall(r"[^\W_]+", fold(_split_camel(self.heading))))
        self.values = [cell for cell in table.column(index) if not is_missing(cell)]
        self.distinct = Counter(self.values)
        self._shares: dict[str, float] = {}

    def divided(self, separator: str) -> ColumnView:
        """Return the column as if each value of the sample stood in a cell of its own."""
        found = copy(self)
        found.values = [part for cell in self.sample for part in split_values(cell, separator)]
        found.distinct = Counter(found.values)
        found._shares = {}
        for name in ("sample", "angles", "metres", "style", "mean_length"):
            found.__dict__.pop(name, None)
        return found

    @cached_property
    def sample(self) -> list[str]:
        """Return cells from all over the column."""
        step = -(-len(self.values) // _SAMPLE) or 1
        return self.values[::step]

    @cached_property
    def angles(self) -> list[float]:
        """Return the angles of the sample, in degrees; none when too few cells have one."""
        found = [cells.degrees(cell) for cell in self.sample]
        numbers = [number for number in found if number is not None]
        return numbers if len(numbers) >= len(found) * ENOUGH else []

    @cached_property
    def metres(self) -> list[float]:
        """Return the coordinates of the sample, in metres; none when too few cells have one."""
        found = [cells.read_metres(cell, self.style) for cell in self.sample]
        numbers = [float(value.lexical) for value in found if value is not None]
        return numbers if len(numbers) >= len(found) * ENOUGH else []

    @cached_property
    def style(self) -> Style:
        """Return how the column writes numbers and days."""
        found = number_style(self.sample, self.table.delimiter == ";")
        # 1.053 among texts that all have three digits behind, where others write 12,5.
        grouped = [c for c in self.sample if re.match(r"[+-]?[1-9]\d{0,2}\.\d{3}(?!\d)", c)]
        if found.decimal == "." and not found.group and len(grouped) > 1:
            others = [c for c in self.sample if "." in c]
            is_grouped = _has_decimal_commas(self.table) or self._has_small_wholes()
            if len(others) == len(grouped) and is_grouped:
                return replace(found, decimal=",", group=".")
        return found

    def _has_small_wholes(self) -> bool:
        """Tell whether numbers without a dot are below 1,000, in a table of the decimal comma.

        Beside 1.250 and 2.030, 875 says that the dot groups: three decimals would be written in
        each, or in some of them two.
        """
        whole = [c for c in self.sample if re.fullmatch(r"\d+", c)]
        return self.table.delimiter == ";" and bool(whole) and all(len(c) <= 3 for c in whole)

    def says(self, pattern: str) -> bool:
        """Tell whether the heading has one of some words."""
        return re.search(_folded(pattern), self.words) is not None

    def share(self, kind: str) -> float:
        """Return how many of the filled cells can be read as a kind."""
        if kind not in self._shares:
            found = sum(1 for _ in self.read(kind))
            self._shares[kind] = found / len(self.sample) if self.sample else 0.0
        return self._shares[kind]

    def read(self, kind: str) -> Iterator[cells.CellValue]:
        """Yield the values of the sample that can be read as a kind."""
        reader = READERS[kind]
        for cell in self.sample:
            if value := reader(cell, self.style):
                yield value

    @property
    def is_unique(self) -> bool:
        """Tell whether every row has a value that no other has."""
        return len(self.distinct) == len(self.table.rows) > 0

    @cached_property
    def mean_length(self) -> float:
        """Return the mean number of characters."""
        return sum(map(len, self.sample)) / len(self.sample) if self.sample else 0.0


def column_view(table: RawTable, index: int) -> ColumnView:
    """Return a column while it is guessed, the same each time."""
    found = table.views.get(index)
    if not isinstance(found, ColumnView):
        found = table.views[index] = ColumnView(table, index)
    return found


def _has_decimal_commas(table: RawTable) -> bool:
    """Tell whether a table writes 12,5 and nowhere 12.5."""
    some = [cell for row in table.rows[:_SAMPLE] for cell in row.cells]
    commas = any(re.match(r"[+-]?\d+,(\d{1,2}|\d{4,})(?!\d)", cell) for cell in some)
    return commas and not any(re.fullmatch(r"[+-]?\d+\.(\d{1,2}|\d{4,})", cell) for cell in some)


@cache
def _folded(pattern: str) -> str:
    """Return a pattern for folded words, which have neither æ, ø nor ß."""
    return pattern.replace("æ", "ä").replace("ø", "ö").replace("ß", "ss")


def _split_camel(heading: str) -> str:
    return re.sub(r"(?<=[a-zåäö])(?=[A-ZÅÄÖ])", " ", heading)


def number_style(values: Sequence[str], swedish: bool) -> Style:
    """Return how a column writes its numbers and days.

    >>> number_style(["1.234,5", "7,25"], False).group, number_style(["1.234.567"], False).group
    ('.', '.')
    >>> number_style(["1,234", "2,500", "1,100"], True).decimal
    ','
    """
    digits = [parts for parts in map(split_number, values) if parts is not None]
    marks = [number for number, _unit, _exact in digits]
    units = Counter(unit for _number, unit, _exact in digits if unit)
    unit = units.most_common(1)[0][0] if len({u.casefold() for u in units}) == 1 else ""
    # 0017-B is a code: a unit begins with no mark, and what it follows with no zeros.
    is_code = unit[:1] in "-/_." or any(re.match(r"0\d", number) for number, _u, _e in digits)
    if not cells.is_unit(unit) and (is_code or units[unit] < len(digits) * 0.8):
        unit = ""
    month_first = _is_month_first(values)
    both_comma = any(re.search(r"\.\d{3},\d", m) for m in marks)
    both_dot = any(re.search(r",\d{3}\.\d", m) for m in marks)
    groups_dot = any(re.search(r"\d\.\d{3}\.\d{3}$", m) for m in marks)
    groups_comma = any(re.search(r"\d,\d{3},\d{3}$", m) for m in marks)
    comma = [m for m in marks if "," in m]
    dot = [m for m in marks if "." in m]
    if both_comma or groups_dot:
        return Style(",", ".", month_first, unit)
    if both_dot or groups_comma:
        return Style(".", ",", month_first, unit)
    if comma and dot:
        # One mark in groups of three, the other not: the first groups.
        if all(re.search(r"\.\d{3}$", m) for m in dot):
            return Style(",", ".", month_first, unit)
        if all(re.search(r"\d,\d{3}$", m) for m in comma):
            return Style(".", ",", month_first, unit)
    if comma and not dot:
        is_grouped = all(re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", m) for m in comma)
        if is_grouped and not swedish and len(comma) > 1:
            return Style(".", ",", month_first, unit)
        return Style(",", "", month_first, unit)
    return Style(".", "", month_first, unit)


def _is_month_first(values: Sequence[str]) -> bool:
    """Tell whether a day like 3/4/2025 begins with the month: where a second number is above 12."""
    pairs = [re.match(r"(\d{1,2})/(\d{1,2})/\d{2,4}\b", value) for value in values]
    found = [(int(pair[1]), int(pair[2])) for pair in pairs if pair]
    return bool(found) and all(a <= 12 for a, _b in found) and any(b > 12 for _a, b in found)


# A detector for each kind that cells or headings say: it returns confidence and reason, or None.

_Detected = tuple[str, float, Text]
_Detector = Callable[[ColumnView], _Detected | None]


def _by_values(kind: str, reason: Text, hint: str = "", least: float = ENOUGH) -> _Detector:
    """Return a detector for values that can hardly be anything else."""

    def detect(column: ColumnView) -> _Detected | None:
        share = column.share(kind)
        if share >= least or (hint and column.says(hint) and share >= ENOUGH_WITH_HEADING):
            sure = 0.95 if not hint or column.says(hint) else 0.85
            return kind, sure * min(1.0, share + 0.02), reason
        return None

    return detect


def _address(column: ColumnView) -> _Detected | None:
    if column.share(kinds.ADDRESS) < ENOUGH_WITH_HEADING:
        return None
    pictures = sum(1 for cell in column.sample if cells.is_picture(cell)) / len(column.sample)
    if pictures >= 0.5 or (pictures > 0 and column.says(r"bild|foto|photo|image|picture|pic\b")):
        return kinds.PICTURE, 0.95, text("The values are addresses of pictures.")
    if column.says(r"\bbild|foto|photo|\bimage|picture") and not column.says("sida|page|länk"):
        return kinds.PICTURE, 0.7, text("The values are addresses, and the heading says picture.")
    if column.share(kinds.ADDRESS) < ENOUGH:
        return None
    return kinds.ADDRESS, 0.95, text("The values are addresses of pages.")


def _telephone(column: ColumnView) -> _Detected | None:
    hinted = column.says(r"\btel|telefon|mobil|phone|\btfn\b|växel|\bfax|puhelin|\btlf|rufnummer")
    share = column.share(kinds.TELEPHONE)
    shaped = sum(1 for c in column.sample if re.match(r"(\+|00\d|0\d{1,3}[\s/–-])", c))
    if hinted and share >= ENOUGH_WITH_HEADING:
        return kinds.TELEPHONE, 0.95, text("The heading says telephone, and the values fit.")
    is_shaped = bool(column.sample) and shaped / len(column.sample) >= ENOUGH
    is_shaped = is_shaped and any(len(cell) >= 8 for cell in column.sample)
    if share >= ENOUGH and is_shaped and column.share(kinds.DATE) < 0.5:
        return kinds.TELEPHONE, 0.8, text("The values look like telephone numbers.")
    return None


def _organisation_number(column: ColumnView) -> _Detected | None:
    if column.share(kinds.ORGANISATION_NUMBER) < ENOUGH:
        return None
    if not column.says(r"org") and not all("-" in cell for cell in column.sample):
        return None
    reason = text("The values are organisation numbers: their check digits are right.")
    return kinds.ORGANISATION_NUMBER, 0.97, reason


def _truth(column: ColumnView) -> _Detected | None:
    if not column.sample or column.share(kinds.TRUTH) < 1.0 or len(column.distinct) > 4:
        return None
    if set(column.distinct) <= {"0", "1"}:
        both = len(column.distinct) == 2 and len(column.sample) > 3
        if not both or column.says(r"antal|count|number|summa|total|\bnr\b|våning|nivå|level|rank"):
            return None
        return kinds.TRUTH, 0.6, text("The values are 0 and 1 alone.")
    return kinds.TRUTH, 0.97, text("The values are yes and no.")


def _postcode(column: ColumnView) -> _Detected | None:
    hinted = column.says(r"\bpost(nr|nummer|kod| ?nr| ?code|al)|\bzip|postcode")
    share = column.share(kinds.POSTCODE)
    if hinted and share >= ENOUGH_WITH_HEADING:
        return kinds.POSTCODE, 0.97, text("The heading says postcode, and the values fit.")
    spaced = all(re.fullmatch(r"(SE-)?\d{3} \d{2}", cell) for cell in column.sample)
    if share >= ENOUGH and spaced and len(column.distinct) > 1:
        return kinds.POSTCODE, 0.6, text("The values look like postcodes.")
    return None


def _municipality(column: ColumnView) -> _Detected | None:
    share = column.share(kinds.MUNICIPALITY)
    coded = all(cell.isdigit() for cell in column.sample)
    if column.says(r"kommun|municipal|^source$") and share >= ENOUGH:
        return kinds.MUNICIPALITY, 0.97, text("The values are municipalities of Sweden.")
    if coded or column.says(r"\bort\b|postort|stad|city|town|\bby\b|tätort|namn|name"):
        return None
    if share == 1.0 and len(column.distinct) >= 3:
        return kinds.MUNICIPALITY, 0.75, text("The values are municipalities of Sweden.")
    return None


def _county(column: ColumnView) -> _Detected | None:
    share = column.share(kinds.COUNTY)
    if column.says(r"\blän|county|länskod|region") and share >= ENOUGH:
        return kinds.COUNTY, 0.95, text("The values are counties of Sweden.")
    if share == 1.0 and all("län" in fold(cell) for cell in column.sample):
        return kinds.COUNTY, 0.9, text("The values are counties of Sweden.")
    return None


_DATED = (
    r"datum|date|\bdag\b|tid|time|inköpt|skapad|ändrad|uppdaterad|updated|created|senast|start|slut"
)
_DATED += r"|från|till|giltig|valid|from|until|född|registrerad|publicerad|besiktad|kontroll"
_DATED += r"|inkom|beslut|avsluta|upphör|utgår|\btom\b|t o m|f o m|fr o m|ankom|påbörj|färdig"
_DATED += r"|\bdatum|dato\b|oppdatert|geprüft|\bstand\b|päivä|pvm"
_YEARLY = r"\bår\b|årtal|year|\w+år\b|\bbygg[dt]\b|\bbuilt|planterad|uppför[dt]|invig[dt]"
_YEARLY += r"|grunda[dt]|bilda[dt]|tillkomst|jahr\b|vuosi\b|läsår|skoleår|byggeår"
_YEARLY += r"|anla[gd]{1,2}[dt]?\b|anlagt\b|installerad|tillverkad|rakennettu|perustettu|erbaut"
_MEASURED = r"antal|pris|kr\b|yta|area|höjd|längd|bredd|vikt|count|price|size|kostnad|belopp|volym"


_CLOCKED = r"tid|time|klock|\bkl\b|avgång|avgår|ankomst|ankommer|öppnar|stänger|start|slut|abfahrt"
_CLOCKED += r"|ankunft|uhrzeit|öffnet|schließt|avgang|åpner|stenger|departure|arrival|opens|closes"
_CLOCKED += r"|lähtö|saapu|\bkello|aukeaa|sulkeutuu"
_MIDNIGHT = re.compile(r"\d[T ]00:00(:00)?(\.0+)?$")


def _moment(column: ColumnView) -> _Detected | None:
    for kind, reason in (
        (kinds.DATETIME, "The values are days with a time."),
        (kinds.TIME, "The values are times of the day."),
        (kinds.MONTH, "The values are months."),
    ):
        share = column.share(kind)
        if kind == kinds.DATETIME and all(_MIDNIGHT.search(cell) for cell in column.sample):
            continue  # days, as programs write them
        if kind == kinds.DATETIME:  # some have no time, as programs leave midnight out
            whole = share + column.share(kinds.DATE) if share >= 0.3 else 0.0
            share = max(share, whole)
        if kind == kinds.TIME and not _has_clock(column):
            continue
        if (
            kind == kinds.MONTH
            and _is_bare(column)
            and not column.says(r"månad|month|period|monat")
        ):
            continue
        if share >= ENOUGH or (column.says(_DATED) and share >= 0.8):
            return kind, 0.95, text(reason)
    return None


def _is_bare(column: ColumnView) -> bool:
    """Tell whether most cells are digits alone: 202405 is a month, or a number."""
    return sum(1 for cell in column.sample if cell.isdigit()) > len(column.sample) / 2


def _has_clock(column: ColumnView) -> bool:
    colons = all(":" in cell for cell in column.sample)
    return colons or column.says(_CLOCKED)


def _has_short_days(column: ColumnView) -> bool:
    """Tell whether days begin with two digits of the year: 24-05-31, or 240531 below "datum".

    With hyphens the last two digits may be the year as well: then these differ less than the first.
    """
    style = replace(column.style, short_days=True)
    shaped = [c for c in column.sample if re.fullmatch(r"\d\d(-?)\d\d\1\d\d", c)]
    fitting = [c for c in shaped if cells.read_date(c, style)]
    if not fitting or len(fitting) < len(column.sample) * ENOUGH:
        return False
    if "-" not in fitting[0]:
        return column.says(r"datum|date|\bdag\b|dato\b")
    return len({c[:2] for c in fitting}) <= len({c[-2:] for c in fitting})


def _date(column: ColumnView) -> _Detected | None:
    if _has_short_days(column):
        return kinds.DATE, 0.9, text("The values are days.")
    share = column.share(kinds.DATE)
    if share < (ENOUGH_WITH_HEADING if column.says(_DATED) else ENOUGH):
        return None
    bare = sum(1 for cell in column.sample if cell.isdigit())
    if bare > len(column.sample) / 2:
        serial = all(len(cell) == 5 for cell in column.sample if cell.isdigit())
        if column.says(_DATED) and not column.says(r"\bid\b|nr\b|kod|antal|restid"):
            if serial:
                return kinds.DATE, 0.85, text("The values are days as Excel counts them.")
            return kinds.DATE, 0.95, text("The values are days.")
        if serial or (column.is_unique and column.says(r"\bid\b|nr\b|nummer|kod|code")):
            return None
        return kinds.DATE, 0.8, text("The values are days.")
    if _is_open_order(column.sample):
        return kinds.DATE, 0.6, text("The values are days; which number is the month is a guess.")
    return kinds.DATE, 0.97, text("The values are days.")


def _is_open_order(values: Sequence[str]) -> bool:
    pairs = [re.match(r"(\d{1,2})/(\d{1,2})/\d{2,4}\b", value) for value in values]
    found = [(int(pair[1]), int(pair[2])) for pair in pairs if pair]
    return bool(found) and all(a <= 12 and b <= 12 for a, b in found)


def _year(column: ColumnView) -> _Detected | None:
    share = column.share(kinds.YEAR)
    hinted = column.says(_YEARLY)
    if hinted and share >= ENOUGH_WITH_HEADING:
        return kinds.YEAR, 0.97, text("The heading says year, and the values are years.")
    if share < ENOUGH or column.says(_MEASURED) or column.style.unit:
        return None
    years = [int(value.lexical) for value in column.read(kinds.YEAR)]
    if years and min(years) >= 1500 and max(years) <= 2100 and not column.says(r"\bid\b|nr\b|kod"):
        sure = 0.8 if min(years) >= 1800 and len(set(years)) > 1 else 0.6
        return kinds.YEAR, sure, text("The values look like years.")
    return None


# What takes time ends as the names of things that are numbered do: restid, objektid.
_TIMED = r"(res|vänte|öppe[ts]|start|slut|kör|gång|åk|spel|\w*arbets|\w*ings|svars|cykel|lopp)?tid$"
CODED = r"\bid\b|\bnr\b|nummer|\bno\b|kod\b|\bcode|number$|nr$|beteckning|\bref\b|uuid|guid"
CODED += rf"|\b(?!{_TIMED})\w*id$|nummar|referen[scz]e?[rn]?s?\b|referanse|aktenzeichen"
CODED += r"|\bkonto\b|diarie|numero\b|\binv\b|tunnus\b|\bkenn(ung|ziffer|zeichen)|identifi"
# Postcodes of other countries, which may begin with a zero.
_POSTAL = r"\bplz\b|postleitzahl|postin(ume)?ro|\bpostnr|\bpost ?code|code postal|\bzip\b"
# What accounts are kept by, where it is digits.
_ACCOUNTED = r"^(ansvar|verksamhet|objekt|projekt|aktivitet|motpart|kostnadsställe|kostenstelle)$"


def _code(column: ColumnView) -> _Detected | None:
    digits = [cell for cell in column.sample if re.fullmatch(r"\d[\d -]*", cell)]
    if not digits or len(digits) < len(column.sample) * 0.5:
        return None
    zeros = sum(1 for cell in digits if re.match(r"0\d", cell))
    if zeros and not any("," in cell or "." in cell for cell in column.sample):
        return kinds.CODE, 0.9, text("The values have zeros in front, so they are no numbers.")
    coded = any(map(column.says, (CODED, _ACCOUNTED, _POSTAL)))
    if coded and not column.says(r"antal|number of|count") and not column.style.unit:
        return kinds.CODE, 0.8, text("The heading says number or code; nobody counts with these.")
    if any(len(cell) > 15 for cell in digits):
        return kinds.CODE, 0.8, text("The values have too many digits for numbers.")
    return None


def _shortened(column: ColumnView) -> _Detected | None:
    """Return a code for long numbers that a spreadsheet has rounded: 7,35999E+17."""
    rounded = [c for c in column.sample if re.fullmatch(r"\d([.,]\d{1,9})?E\+(1[1-9]|2\d)", c)]
    if not rounded or len(rounded) < len(column.sample) * 0.5:
        return None
    return kinds.CODE, 0.5, text("The values were long numbers before a program rounded them.")


_MOST_MARKS, _LONGEST_MARK = 2, 4


def _has_marks(column: ColumnView) -> bool:
    """Tell whether a column of numbers has marks in places: X for what is too few to be told."""
    different = set(column.sample)
    other = {c for c in different if not READERS[kinds.NUMBER](c, column.style)}
    numbers = len(different) - len(other)
    few = len(other) <= _MOST_MARKS and all(len(cell) <= _LONGEST_MARK for cell in other)
    return few and numbers >= 5 and column.share(kinds.NUMBER) >= 0.5


def _number(column: ColumnView) -> _Detected | None:
    share = column.share(kinds.NUMBER)
    if share < ENOUGH and _has_marks(column):
        return kinds.NUMBER, 0.75, text("The values are numbers, but for a mark.")
    written = {p[1] for p in map(split_number, column.sample) if p and p[1]}
    units = set(map(cells.plain_unit, written))
    if share >= ENOUGH_WITH_HEADING and len(units) <= 1:
        hinted = column.says(_MEASURED) or bool(heading_unit(column.heading))
        if share >= ENOUGH or hinted:
            return kinds.NUMBER, 0.95 * share, text("The values are numbers.")
    return None


_email = _by_values(kinds.EMAIL, text("The values are mail addresses."), r"mail|e ?post")
_items = _by_values(kinds.WIKIDATA, text("The values are items of Wikidata."))


def _wikidata(column: ColumnView) -> _Detected | None:
    """Return items of Wikidata; Q1, Q2 and Q3 alone are numbers that somebody gave."""
    is_long = all(re.search(r"Q\d{3,}$", cell) for cell in column.sample)
    return _items(column) if is_long or column.says("wikidata|qid") else None


_DETECTORS: Sequence[_Detector] = (
    _by_values(kinds.PLACE, text("The values are shapes on the map (WKT).")),
    _by_values(kinds.GEOJSON, text("The values are shapes on the map (GeoJSON).")),
    _email,
    _wikidata,
    _address,
    _organisation_number,
    _by_values(kinds.POSITION, text("The values are latitude and longitude in one cell.")),
    _truth,
    _postcode,
    _municipality,
    _county,
    _moment,
    _date,
    _telephone,
    _year,
    _shortened,
    _code,
    _number,
)
# Several in a cell; a slash is also a part of telephone numbers and of addresses.
_DIVIDED: Sequence[_Detector] = (_email, _wikidata, _address, _telephone)
_MARKS = (";", "|", "\n", ",", " / ", "/", " ")


# Lists, texts, descriptions: what is left when no form fits.

_SEPARATORS = (";", "|", "\n", ",", "/", "+")
_LISTED = (
    r"kategori|categor|typ\b|\btype|status|skick|stadsdel|område|ort\b|bransch|klass|grupp|art\b"
)
_LISTED += r"|slag\b|zon|enhet|avdelning|förvaltning|material|\bstad\b|distrikt|tema|nivå|kön|färg"
_LISTED += r"|\bgrade?\b|svårighet|\bparti\b|betyg|bedömning|ägar|bydel|bezirk|ortsteil|stadtteil"
_LISTED += r"|gattung|zustand|träger|tilstand|tyyppi|luokka|\blaji|kaupunginosa|\btila\b|omistaj"
_LISTED += r"|teknik\b|technique|form\b|fraktion|underlag|surface|\bbelag"
_LISTED += r"|quartier|statut|district|\bward\b|\bkind\b|owner|\blevel\b|operatör|huvudman|säsong"
# Of which a thing often has several.
_SEVERAL = r"\btags?\b|taggar|nyckelord|keyword|ämnesord|schlagw|avainsan|stikkord|emneord|genre"
_SEVERAL += (
    r"|underlag|språk|language|sprache|\bkieli|kielet|material|instrument|uttag|målgrupp|utrustning"
)
_WORDY = (
    r"beskriv|descript|\bom\b|about|kommentar|comment|\btext|\binfo|ingress|anteckning|sammanfatt"
)
_NOT_LISTED = r"adress|address|gata\b|street|person|konstnär|artist|ansvarig|arkitekt|författare"
_FEW_ROWS = 12
# One word with digits, or digits behind capital letters: DP 123.
_UUID = re.compile(r"\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?", re.IGNORECASE)
_CODE_LIKE = re.compile(r"[\w.:/-]*\d[\w.:/-]*|[A-ZÅÄÖ]{1,4} \d[\w.:/-]*")


def split_values(cell: str, separator: str) -> list[str]:
    """Return the values of a cell, each once.

    >>> split_values("trä; brons;trä", ";")
    ['trä', 'brons']
    """
    if not separator or separator not in cell:
        only = cell.strip()
        return [only] if only else []
    parts = cell.split(separator)
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))


def find_separator(values: Sequence[str], is_expected: bool = False) -> str:
    """Return what separates several values in a cell; empty when cells have one value.

    Args:
        values: The cells.
        is_expected: Whether the heading says that there are several.

    >>> find_separator(["trä; brons", "trä", "brons; glas", "glas"])
    ';'
    """
    whole = len(set(values))
    for mark in _SEPARATORS:
        several = [cell for cell in values if mark in cell.strip(mark)]
        if len(several) < (1 if is_expected else 2):
            continue
        if is_expected and mark in ";|,/" and _are_words(values, mark):
            return mark
        if len({cell.count(mark) for cell in values}) == 1:
            continue  # parts of one value, like street and floor
        parts = [part for cell in values for part in split_values(cell, mark)]
        if not parts or any(len(part) > _LONGEST_CHOICE / 2 for part in parts):
            continue
        words = max(len(part.split()) for part in parts)
        different = len({fold(part) for part in parts})
        # The same words come again, alone and together: they are values, not parts of one.
        fewer = different < whole or (different == whole and _come_together(set(values), mark))
        if fewer and different <= len(parts) * 0.5 and words <= 4:
            return mark
    return ""


def _are_words(values: Sequence[str], mark: str) -> bool:
    """Tell whether the parts of cells are single words, or short, and some come again."""
    parts = [part for cell in values for part in split_values(cell, mark)]
    comes_again = len({fold(part) for part in parts}) < len(parts)
    return comes_again and all(len(part.split()) <= 2 and len(part) <= 30 for part in parts)


def _come_together(cells_of_column: set[str], mark: str) -> bool:
    """Tell whether most parts of cells are in several different ones, and one is alone."""
    found = Counter(fold(p) for cell in cells_of_column for p in split_values(cell, mark))
    alone = any(fold(cell) in found for cell in cells_of_column)
    return alone and sum(count > 1 for count in found.values()) > len(found) / 2


def _is_list(column: ColumnView, values: Mapping[str, int]) -> bool:
    filled = sum(values.values())
    if not values or max(map(len, values)) > _LONGEST_CHOICE or len(values) > _MOST_CHOICES:
        return False
    if filled < 4:
        return filled >= 2 and column.says(_LISTED) and len(values) < filled
    hinted = column.says(_LISTED) or column.says(_SEVERAL)
    hinted = hinted and not column.says(_NOT_LISTED)
    # Yes, no and something between.
    hinted = hinted or (column.share(kinds.TRUTH) >= 0.4 and len(values) <= 6)
    share = len(values) / filled
    words = sum(len(value.split()) for value in values) / len(values)
    if words >= 6 or sum(map(len, values)) / len(values) > 45:
        return False
    if column.says(_NOT_LISTED) or column.says(_WORDY):
        return share <= 0.1
    # In a short table few things come again; short words that do are choices there.
    is_short_table = filled <= _FEW_ROWS and words <= 2
    return share <= (0.8 if hinted else 0.67 if is_short_table else 0.5)


def _left(column: ColumnView) -> tuple[_Detected, str]:
    """Return what a column of words is, and the separator of its values."""
    values = column.values
    if not values:
        return (kinds.EMPTY, 1.0, text("The column has no value yet.")), ""
    separator = "" if column.says(_WORDY) else find_separator(column.sample, column.says(_SEVERAL))
    parts = Counter(part for cell in values for part in split_values(cell, separator))
    if separator and _is_list(column, parts):
        reason = text("Cells have several of {count} values.", count=len(parts))
        return (kinds.LIST, 0.85, reason), separator
    if _is_list(column, column.distinct):
        reason = text("{count} values come again and again.", count=len(column.distinct))
        sure = 0.95 if column.says(_LISTED) or len(column.distinct) * 4 <= len(values) else 0.8
        return (kinds.LIST, sure, reason), ""
    wordy = sum(len(cell.split()) for cell in column.sample) >= 6 * len(column.sample)
    long = (
        column.mean_length > 60
        or (wordy and column.mean_length > 35)
        or any("\n" in cell for cell in column.sample)
    )
    if long or (column.says(_WORDY) and column.mean_length > 25):
        return (kinds.DESCRIPTION, 0.9, text("The texts are long.")), ""
    coded = column.says(CODED) and all(any(map(str.isdigit, cell)) for cell in column.sample)
    coded = coded or all(_CODE_LIKE.fullmatch(cell) for cell in column.sample)
    if (coded and column.mean_length < 24) or all(_UUID.fullmatch(c) for c in column.sample):
        return (kinds.CODE, 0.7, text("The values look like codes.")), ""
    return (kinds.TEXT, 0.7, text("The values are words.")), ""


def _alternatives(column: ColumnView, current: str) -> tuple[str, ...]:
    """Return the other kinds that at least nine of ten cells allow."""
    tried = (*kinds.WITH_NOTE, kinds.TRUTH, kinds.TELEPHONE, kinds.POSTCODE, kinds.MUNICIPALITY)
    tried += (kinds.COUNTY, kinds.ADDRESS, kinds.PICTURE, kinds.LATITUDE, kinds.LONGITUDE)
    small = column.sample[:60]
    order = [k for k in kinds.KINDS if k in tried and small]
    fitting = [
        kind
        for kind in order
        if sum(1 for c in small if READERS[kind](c, column.style)) >= len(small) * ENOUGH
    ]
    if 0 < len(column.distinct) <= _MOST_CHOICES:
        fitting.append(kinds.LIST)
    fitting += [kinds.TEXT, kinds.DESCRIPTION, kinds.CODE]
    # Also where a few come twice by mistake: whoever chooses it is told which.
    is_apart = len(column.distinct) >= len(column.table.rows) * ENOUGH > 0
    fitting += [kinds.IDENTIFIER] if is_apart else []
    fitting += [kinds.NAME, kinds.OMITTED]
    return tuple(dict.fromkeys(kind for kind in fitting if kind != current))


def _divided(column: ColumnView) -> tuple[_Detected, str] | None:
    """Return what the values of cells with several are, when apart they fit and together not."""
    if column.mean_length > 2 * _LONGEST_CHOICE:
        return None
    for mark in _MARKS:
        if not any(mark in cell.strip(mark) for cell in column.sample):
            continue
        apart = column.divided(mark)
        for detector in _DIVIDED:
            found = detector(apart)
            if found and apart.share(found[0]) > column.share(found[0]):
                return found, mark
    return None


def _detect(column: ColumnView) -> tuple[_Detected, str]:
    if column.sample:
        if several := _divided(column):
            return several
        for detector in _DETECTORS:
            if found := detector(column):
                return found, ""
    return _left(column)


def guess_column(table: RawTable, index: int) -> Guess:
    """Return what a column is taken for, by itself."""
    column = column_view(table, index)
    (kind, confidence, reason), separator = _detect(column)
    values = list(column.read(kind)) if kind in kinds.WITH_NOTE else []
    style = column.style
    if kind == kinds.DATE and _has_short_days(column):
        style = replace(style, short_days=True)
    if kind == kinds.NUMBER and not style.unit:
        style = replace(style, unit=heading_unit(column.heading))
    return Guess(
        heading=column.heading,
        kind=kind,
        confidence=round(confidence, 2),
        reason=reason,
        alternatives=_alternatives(column, kind),
        style=style,
        language=column.language,
        separator=separator,
        base=column.base if column.language else column.heading,
        is_integer=bool(values) and all("." not in v.lexical for v in values),
        inexact=sum(1 for value in values if not value.is_exact),
        distinct=len({p for c in column.distinct for p in split_values(c, separator)}),
        filled=len(column.values),
        warning=_warning(column),
    )


_PERSONAL = r"\bperson(al)? ?(nr|nummer|identi)|\bpnr\b|samordningsn|födselsn|personnummer|\bhetu\b"
_PERSONAL += r"|henkilötunnus|\bcpr\b|social security|\bssn\b|kennitala|isikukood"


def _warning(column: ColumnView) -> Text | None:
    """Return what somebody must know of a column before it is published; None for nothing."""
    if not column.sample:
        return None
    personal = [c for c in column.sample if cells.is_personal_number(c)]
    if len(personal) > len(column.sample) / 2 or column.says(_PERSONAL):
        return text("These look like personal identity numbers: leave the column out.")
    found = cells.personal_numbers(column.distinct)
    if found:
        return text(
            "Personal identity numbers seem to stand in this column, such as in {cell}: take them"
            " out, or leave the column out.",
            cell=found[0] if len(found[0]) <= 40 else f"{found[0][:40]}…",
        )
    if _shortened(column):
        return text("The last digits are lost: save the table again with this column as text.")
    return None


_HEADING_UNIT = re.compile(
    r".*[(\[]\s*(?:i |in )?([^)\]]{1,14}?)\s*[)\]]\s*"
    r"|(?:(?!.*[ _](?:per|pro|à|varje)[ _]\S+$).*)(?:[ ,_]|, )(?:i )?(\S{1,8})"
)


def heading_unit(heading: str) -> str:
    """Return the unit that a heading names; empty for none.

    >>> [heading_unit(h) for h in ("Höjd (cm)", "Pris kr", "Yta m2", "Längd i km", "Antal gungor")]
    ['cm', 'kr', 'm2', 'km', '']
    >>> heading_unit("Pris per kWh"), heading_unit("kr_per_tim")
    ('', '')
    """
    found = _HEADING_UNIT.fullmatch(heading)
    unit = (found[1] or found[2] or "") if found else ""
    return unit if cells.is_unit(unit) else ""
