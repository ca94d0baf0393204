"""Guess what tables are: their columns beside each other, and beside other tables.

``columns`` guesses each column by itself; here is what takes several: a latitude needs a longitude,
a link needs rows that it leads to, one column names the things and one distinguishes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from publisher.languages import LANGUAGES
from publisher.messages import text
from publisher.rdf.text import fold
from publisher.start import cell_values as cells
from publisher.start import kinds
from publisher.start.cell_values import is_missing
from publisher.start.column_guess import CODED, ColumnView, Guess, column_view, guess_column
from publisher.start.projection import (
    ALIKE_AXES,
    SYSTEMS,
    is_within,
    named_system,
    stated_system,
    system_of,
    with_zone_in_front,
)
from publisher.start.raw_tables import RawTable
from publisher.start.text_language import table_language, text_language


@dataclass(frozen=True)
class TableGuess:
    """What a table is taken for.

    Attributes:
        table: As it was read.
        columns: From left to right.
        key: Indices of the columns that tell rows apart; none: only their order does.
        language: What it is written in.
        specification: Name of the published specification that it is said to follow; empty: none.
    """

    table: RawTable
    columns: tuple[Guess, ...]
    key: tuple[int, ...]
    language: str
    specification: str = ""


def guess_tables(tables: Sequence[RawTable], language: str = LANGUAGES[0]) -> list[TableGuess]:
    """Return what some tables are taken for, with the links between them.

    Args:
        tables: As they were read.
        language: Of texts that do not show theirs.
    """
    alone = [_guess_alone(table, language) for table in tables]
    return [_with_links(each, alone) for each in alone]


def _guess_alone(table: RawTable, language: str) -> TableGuess:
    columns = [guess_column(table, index) for index in range(len(table.headings))]
    silent = [c for c in columns if c.kind == kinds.DESCRIPTION and not c.language]
    texts = [cell for column in silent for cell in _some(table, column)]
    spoken = table_language(table.headings, texts, language)
    columns = _with_places(table, columns, spoken)
    columns = _with_name(table, columns, spoken)
    key, columns = _with_key(table, columns)
    columns = _named_by_key(columns, key)
    columns = _with_country(_with_languages(table, columns, spoken), spoken)
    return TableGuess(table, tuple(columns), key, spoken)


def _with_country(columns: Sequence[Guess], spoken: str) -> list[Guess]:
    """Return the columns with telephone numbers in the country of the table's language."""
    country = cells.COUNTRIES.get(spoken, cells.Style.country)
    return [
        replace(column, style=replace(column.style, country=country))
        if column.kind == kinds.TELEPHONE
        else column
        for column in columns
    ]


def _some(table: RawTable, column: Guess) -> list[str]:
    return [
        c for c in table.column(table.headings.index(column.heading))[:200] if not is_missing(c)
    ]


# Where things are: two columns that say it together.

_STRONG_LATITUDE = r"\blat\b|latitud|breddgrad|breddegrad|breitengrad|leveysaste|breiddargr"
_STRONG_LATITUDE += r"|breedtegraad|govdodat|laiuskraad|geogr\w* breite"
_STRONG_LONGITUDE = r"\b(lon|long|lng)\b|longitud|längdgrad|lengdegrad|længdegrad|längengrad"
_STRONG_LONGITUDE += r"|pituusaste|lengdargr|lengtegraad|guhkodat|pikkuskraad|geogr\w* länge"
_AXES: Mapping[str, str] = {
    kinds.LATITUDE: rf"{_STRONG_LATITUDE}|\bnorth|\by\b|\bn\b|\bnord",
    kinds.LONGITUDE: rf"{_STRONG_LONGITUDE}|\beast|\bx\b|\be\b|öst|\bost\b",
    kinds.NORTHING: r"\bn\b|\bnord|north|\bx\b|\by\b|sweref|rt ?90|koordinat|lat|hochwert|\bpohj",
    kinds.EASTING: r"\be\b|\böst|\bost\b|east|\by\b|\bx\b|sweref|rt ?90|koordinat|lon"
    r"|rechtswert|\bøst|\bitä|\bostwert",
}
# The system that a country writes metres in, by the language of its tables, where nothing says it.
_USUAL_SYSTEMS: Mapping[str, int] = {
    "de": 25832,
    "da": 25832,
    "fi": 3067,
    "nb": 25833,
    "fr": 2154,
    "en": 27700,
}
_GRID_AXIS = r"easting|northing|\bgeo|coord|\bgrid"
# Länge and Breite are degrees only within the countries that speak German.
_GERMAN_LATITUDES, _GERMAN_LONGITUDES = (45.5, 55.5), (5.5, 17.5)


# So many columns lie between two that say together where something is: all pairs of a table of the
# most columns would take an hour.
_FARTHEST_AXES = 30


def _with_places(table: RawTable, columns: Sequence[Guess], spoken: str) -> list[Guess]:
    """Return the columns with those that say where things are taken for that, in pairs."""
    views = {i: column_view(table, i) for i, g in enumerate(columns) if _may_be_place(g)}
    found = list(columns)
    epsg = _system_of_table(table)
    taken: set[int] = set()
    near = (pair for pair in combinations(views, 2) if pair[1] - pair[0] <= _FARTHEST_AXES)
    for first, second in sorted(near, key=lambda pair: pair[1] - pair[0]):
        if taken & {first, second}:
            continue
        for north, east in ((first, second), (second, first)):
            pair = _as_degrees(views[north], views[east], spoken) or _as_metres(
                views[north], views[east], epsg, _USUAL_SYSTEMS.get(spoken)
            )
            if pair is not None:
                for index, guessed in zip((north, east), pair, strict=True):
                    found[index] = replace(guessed, alternatives=(kinds.NUMBER, kinds.TEXT))
                taken |= {north, east}
                break
    return found


def _system_of_table(table: RawTable) -> int | None:
    """Return the EPSG code that a heading, the table's name or a column of one value says."""
    for words in (*table.headings, table.name):
        if code := named_system(words):
            return code
    for index in range(len(table.headings)):
        values = set(column_view(table, index).sample)
        if len(values) == 1 and (code := stated_system(values.pop())):
            return code
    return None


def _may_be_place(guess: Guess) -> bool:
    return guess.kind in (kinds.NUMBER, kinds.CODE, kinds.TEXT, kinds.DATE, kinds.LIST) and bool(
        guess.filled
    )


def _as_degrees(north: ColumnView, east: ColumnView, spoken: str) -> tuple[Guess, Guess] | None:
    latitudes, longitudes = north.angles, east.angles
    if not latitudes or not longitudes:
        return None
    # In French, O is west.
    if spoken == "fr" and any(re.search(r"\dO|°.*O", c) for c in east.sample):
        return None
    if max(map(abs, latitudes)) > 90 or max(map(abs, longitudes)) > 180:
        return None
    if _is_exchanged(east, north):
        return None
    if _is_exchanged(north, east):
        reason = text("The headings say it the other way round; so the places are in the Nordics.")
        return (
            replace(_guess(north, kinds.LATITUDE, 0.6), reason=reason),
            replace(_guess(east, kinds.LONGITUDE, 0.6), reason=reason),
        )
    strong = north.says(_STRONG_LATITUDE) and east.says(_STRONG_LONGITUDE)
    in_sweden = all(54 < x < 70 for x in latitudes) and all(9 < x < 25 for x in longitudes)
    strong = strong or _is_german(north, east)
    named = north.says(_AXES[kinds.LATITUDE]) and east.says(_AXES[kinds.LONGITUDE])
    exact = all(re.search(r"[.,]\d{3,}|°", c) for c in (*north.sample[:20], *east.sample[:20]))
    if not (strong or (named and in_sweden and exact)):
        return None
    if north.says(_STRONG_LONGITUDE) or east.says(_STRONG_LATITUDE):
        return None
    reason = text("Latitude and longitude stand in two columns.")
    sure = 0.97 if strong else 0.8
    return (
        replace(_guess(north, kinds.LATITUDE, sure), reason=reason),
        replace(_guess(east, kinds.LONGITUDE, sure), reason=reason),
    )


def _is_german(north: ColumnView, east: ColumnView) -> bool:
    """Tell whether Breite and Länge are degrees, not what a thing measures."""
    (south, up), (west, right) = _GERMAN_LATITUDES, _GERMAN_LONGITUDES
    return (
        north.says(r"\bbreite\b")
        and east.says(r"\blänge\b")
        and all(south < angle < up for angle in north.angles)
        and all(west < angle < right for angle in east.angles)
        and all(re.search(r"[.,]\d{3,}", c) for c in (*north.sample[:20], *east.sample[:20]))
    )


def _is_exchanged(north: ColumnView, east: ColumnView) -> bool:
    """Tell whether headings call latitude what must be longitude, in a Nordic country."""
    called = north.says(_STRONG_LONGITUDE) and east.says(_STRONG_LATITUDE)
    return (
        called
        and all(54 < angle < 72 for angle in north.angles)
        and all(4 < angle < 32 for angle in east.angles)
    )


def _as_metres(
    north: ColumnView, east: ColumnView, epsg: int | None, usual: int | None
) -> tuple[Guess, Guess] | None:
    norths, easts = north.metres, east.metres
    if not norths or not easts:
        return None
    pairs = list(zip(norths, easts, strict=False))
    epsg = with_zone_in_front(_middle(easts)) or epsg
    if usual and not all(is_within(*pair, usual) for pair in pairs):
        usual = None
    if usual in ALIKE_AXES and not (north.says(_GRID_AXIS) and east.says(_GRID_AXIS)):
        usual = None  # North and East may be what was sold there
    is_usual = epsg is None and usual is not None
    epsg = epsg or usual
    inside = sum(is_within(*pair, epsg) for pair in pairs) >= len(pairs) * 0.9
    named = north.says(_AXES[kinds.NORTHING]) and east.says(_AXES[kinds.EASTING])
    if not inside or not (named or (epsg and not is_usual)):
        return None
    by_range = system_of(_middle(norths), _middle(easts))
    system = epsg if epsg in SYSTEMS else by_range
    if epsg in ALIKE_AXES and not north.says(_AXES[kinds.LATITUDE]):
        return None
    if by_range is not None and system not in (None, by_range) and system == 3006:
        system = by_range
    if system is not None:
        name = SYSTEMS[system].name
        reason = text("The values are coordinates in {system}.", system=name)
        sure = 0.6 if is_usual else 0.95 if epsg or by_range else 0.8
    else:
        system, sure = 3011, 0.4
        reason = text(
            "The values are coordinates in one of the twelve zones of SWEREF 99; choose which."
        )
    style = cells.Style(",", epsg=system)
    return (
        replace(_guess(north, kinds.NORTHING, sure), reason=reason, style=style),
        replace(_guess(east, kinds.EASTING, sure), reason=reason, style=style),
    )


def _middle(numbers: Sequence[float]) -> float:
    return sorted(numbers)[len(numbers) // 2]


def _guess(column: ColumnView, kind: str, confidence: float) -> Guess:
    return Guess(
        heading=column.heading,
        kind=kind,
        confidence=confidence,
        reason=text("The values are numbers."),
        base=column.heading,
        distinct=len(column.distinct),
        filled=len(column.values),
    )


# What names a thing.

_NAMED = r"^(namn|name|titel|title|benämning|rubrik|beteckning|label|nimi|bezeichnung|titre|nom"
_NAMED += r"|navn|tittel|betegnelse|benennung|nimike)\b"
_NAMED_INSIDE = r"namn\b|navn\b|nimi\b|\bname\b|\btitel|\btitle"
_OTHER_NAMES = r"latin|vetenskap|kontakt|förnamn|efternamn|first|last|fil|file|användar|user|gatuad"
_OTHER_NAMES += r"|person|konstnär|artist|kommun|ort\b|stad\b|domän|arrangör|ansvarig|författare"
_OTHER_NAMES += r"|adress|address|gata|street|placering|anmärkning|kommentar|beskriv|organis|ägare"
_OTHER_NAMES += r"|förvaltare|leverantör|upphov|arkitekt|owner|author|contact|comment|note|län\b"
_OTHER_NAMES += r"|dubbel|alternativ|tidigare|smek|kort|alias|former|previous"


# What says what a thing is like, not what it is called, also where each row says it otherwise.
_GRADED = r"status|skick|\btyp|typ(en)?\b|kategori|categor|klass|\bgrupp|betyg|bedömning|nivå"
_GRADED += r"|\bfärg|\bkön\b"
_GRADED += r"|\bgrade|\bstate\b|zustand|\bart\b|tyyppi|\btila\b|tilstand"


def _with_name(table: RawTable, columns: Sequence[Guess], spoken: str) -> list[Guess]:
    """Return the columns with the one that names the things (in each language) taken for that."""
    rated = [(_name_score(table, i, guess), i) for i, guess in enumerate(columns)]
    best, index = max(rated, key=lambda pair: (pair[0], -pair[1]), default=(0.0, -1))
    if best <= 0:
        return list(columns)
    of_name = {index}
    if columns[index].language:  # the same in other languages
        base = fold(columns[index].base)
        of_name |= {i for i, g in enumerate(columns) if g.language and fold(g.base) == base}
        plain = max((pair for pair in rated if not columns[pair[1]].language), default=(0.0, -1))
        if len(of_name) == 1 and plain[0] >= 3 and columns[index].language != spoken:
            of_name.add(plain[1])  # "Leikkikentän nimi" beside "Nimi ruotsiksi"
    sure = 0.95 if best >= 2 else 0.7
    reason = text("The heading says name.") if best >= 2 else text("Each row has another text.")
    found = list(columns)
    for i in of_name:
        before = columns[i]
        others = (before.kind, *before.alternatives)
        found[i] = replace(
            before,
            kind=kinds.NAME,
            confidence=sure,
            reason=reason,
            separator="",
            alternatives=tuple(dict.fromkeys(k for k in others if k != kinds.NAME)),
        )
    return found


def _name_score(table: RawTable, index: int, guess: Guess) -> float:
    if guess.kind not in (kinds.TEXT, kinds.LIST, kinds.DESCRIPTION, kinds.CODE):
        return 0.0
    column = column_view(table, index)
    if not guess.filled or column.mean_length > 120:
        return 0.0
    words = " ".join(re.findall(r"[^\W_]+", fold(guess.base))) or column.words
    filled = guess.filled / max(1, len(table.rows))
    share = guess.distinct / max(1, guess.filled)
    is_other = re.search(_OTHER_NAMES, words) is not None
    if re.search(_NAMED, words) and not is_other and filled > 0.5:
        return 4 + share if share > 0.3 else 0.0
    if re.search(_NAMED_INSIDE, words) and not is_other and filled > 0.5 and share > 0.5:
        return 3 + share
    stem = fold(table.name)[:5]
    is_subject = len(stem) >= 4 and words.startswith(stem[:4])
    # "Hall" of idrottshallar, "Led" of vandringsleder: what the rows are, in the singular.
    is_subject = is_subject or (index < 3 and len(words) >= 3 and words in _singular(table.name))
    if is_subject and share > 0.8 and filled > 0.8:
        is_named = guess.kind == kinds.TEXT and column.share(kinds.NUMBER) < 0.3
        return 2 + share if is_named else 0.0
    is_other = is_other or column.says(CODED)
    if guess.kind != kinds.TEXT or is_other or share <= 0.8 or filled < 0.9:
        return 0.0
    if _has_more_digits(column) or column.says(_GRADED) or index >= _FARTHEST_NAME:
        return 0.0
    return 0.5 + (0.4 if index < 3 else 0.0) - index / 100


# Words that stand farther to the right, below a heading that says nothing of names, are about it.
_FARTHEST_NAME = 5


def _singular(name: str) -> str:
    """Return the words of the name of a table without what makes them many, where it is known.

    >>> _singular("idrottshallar"), _singular("vandringsleder_2025")
    ('idrottshall', 'vandringsled')
    """
    plain = re.sub(r"[\W_]*\d+$", "", fold(name))
    return re.sub(r"(orna|arna|erna|ar|er|or|en|e|s)$", "", plain)


def _has_more_digits(column: ColumnView) -> bool:
    """Tell whether most cells have more digits than letters, or begin with one: no names."""
    digits = [
        cell[:1].isdigit() or sum(map(str.isdigit, cell)) > sum(map(str.isalpha, cell))
        for cell in column.sample
    ]
    return sum(digits) > len(digits) / 2


def _named_by_key(columns: Sequence[Guess], key: Sequence[int]) -> list[Guess]:
    """Return the columns; where nothing names the things, words that tell them apart do."""
    found = list(columns)
    is_named = any(column.kind == kinds.NAME for column in columns)
    if not is_named and len(key) == 1 and columns[key[0]].kind == kinds.TEXT:
        others = [kind for kind in columns[key[0]].alternatives if kind != kinds.NAME]
        found[key[0]] = replace(
            columns[key[0]],
            kind=kinds.NAME,
            confidence=0.7,
            reason=text("Each row has another text."),
            alternatives=(kinds.TEXT, *others),
        )
    return found


# What distinguishes rows.


# What says who or what a row is about keeps that meaning.
_KEYS_BY_THEMSELVES = frozenset(
    (kinds.ORGANISATION_NUMBER, kinds.WIKIDATA, kinds.MUNICIPALITY, kinds.COUNTY)
)


def _with_key(table: RawTable, columns: Sequence[Guess]) -> tuple[tuple[int, ...], list[Guess]]:
    """Return the columns that tell rows apart, and the columns with an identifier among them."""
    found = list(columns)
    rated = [(_key_score(table, i, guess), i) for i, guess in enumerate(columns)]
    best, index = max(rated, key=lambda pair: (pair[0], -pair[1]), default=(0.0, -1))
    if best > 0:
        before = columns[index]
        if before.kind not in _KEYS_BY_THEMSELVES:
            others = (before.kind, *before.alternatives)
            found[index] = replace(
                before,
                kind=kinds.IDENTIFIER,
                confidence=0.95 if best >= 2 else 0.7,
                reason=text("Each row has a value of its own."),
                style=cells.Style(),
                alternatives=tuple(dict.fromkeys(k for k in others if k != kinds.IDENTIFIER)),
            )
        return (index,), found
    return _composed_key(table, columns), found


_NO_KEY = r"telefon|\btel|mobil|puhelin|postn|postin|antal"


def _key_score(table: RawTable, index: int, guess: Guess) -> float:
    fitting: tuple[str, ...] = (
        kinds.CODE,
        kinds.TEXT,
        kinds.NUMBER,
        kinds.ORGANISATION_NUMBER,
        kinds.WIKIDATA,
    )
    fitting += (kinds.LIST, kinds.YEAR, kinds.TELEPHONE, kinds.POSTCODE, kinds.DATE)
    fitting += (kinds.MUNICIPALITY, kinds.COUNTY)
    column = column_view(table, index)
    if guess.kind not in fitting or not column.is_unique:
        return 0.0
    if any(len(cell) > 60 or "\n" in cell for cell in column.distinct):
        return 0.0
    if guess.kind in (kinds.MUNICIPALITY, kinds.COUNTY):
        return 2.4 - index / 100 if index <= 1 else 0.0
    whole = guess.kind != kinds.NUMBER or (guess.is_integer and not guess.style.unit)
    if column.says(CODED) and whole and not column.says(_NO_KEY):
        exact = column.says(r"^(\w+ )?(id|nr|nummer|uuid|guid|objektid|identifier)$")
        # A number that counts the rows is another one as soon as there are other rows.
        preferred = -0.3 if _counts_rows(column) else 0.5 if exact else 0.0
        return 3.0 + preferred - index / 100
    if guess.kind == kinds.ORGANISATION_NUMBER:
        return 2.5
    if guess.kind == kinds.CODE and index <= 1:
        return 1.5
    has_code = all(re.fullmatch(r"\S*\d\S*", cell) for cell in column.sample)
    if guess.kind == kinds.TEXT and has_code and index == 0:
        return 1.2
    return 0.0


def _counts_rows(column: ColumnView) -> bool:
    """Tell whether a column numbers the rows, from 0 or 1 on."""
    cells_of_rows = column.table.column(column.index)
    return any(
        cells_of_rows == [str(n) for n in range(first, first + len(cells_of_rows))]
        for first in (0, 1)
    )


def _composed_key(table: RawTable, columns: Sequence[Guess]) -> tuple[int, ...]:
    """Return the name, or the fewest other columns, that tell rows apart; none if nothing does."""
    names = [i for i, guess in enumerate(columns) if guess.kind == kinds.NAME]
    apart: tuple[str, ...] = (
        kinds.LIST,
        kinds.MUNICIPALITY,
        kinds.COUNTY,
        kinds.YEAR,
        kinds.MONTH,
        kinds.DATE,
    )
    apart += (kinds.CODE, kinds.DATETIME, kinds.TIME, kinds.TEXT, kinds.POSTCODE)
    full = len(table.rows)
    usable = [
        i
        for i, g in enumerate(columns)
        if g.kind in apart and g.filled == full and not g.separator and g.distinct > 1
    ][:8]
    for first in names:
        for more in (0, 1, 2):
            for others in combinations(usable, more):
                if _tells_apart(table, (first, *others)):
                    return (first, *others)
    return _fewest_apart(table, columns, usable)


def _fewest_apart(
    table: RawTable, columns: Sequence[Guess], usable: Sequence[int]
) -> tuple[int, ...]:
    """Return the fewest columns that tell rows apart, not by chance; none if nothing does.

    A time of the day distinguishes them by chance unless the day is with it; a number does so
    only where all else is the same.
    """
    full = len(table.rows)
    weak = [i for i in usable if columns[i].kind == kinds.TIME]
    strong = [i for i in usable if i not in weak]
    days = [i for i in strong if columns[i].kind in (kinds.DATE, kinds.DATETIME)]
    counted = [
        i
        for i, g in enumerate(columns)
        if g.kind == kinds.NUMBER and g.is_integer and g.filled == full and g.distinct * 2 <= full
    ]
    for pool in (strong, [*strong, *weak], [*strong, *weak, *counted[:3]]):
        for count in (1, 2, 3, 4):
            for key in combinations(pool, count):
                if count == 1 and _is_period_by_chance(table, columns, key[0]):
                    continue
                lacks_day = set(key) & set(weak) and days and not set(key) & set(days)
                if not lacks_day and _tells_apart(table, key):
                    return _with_period(columns, key, full)
    return ()


def _is_period_by_chance(table: RawTable, columns: Sequence[Guess], index: int) -> bool:
    """Tell whether days or years are not what the rows follow each other by."""
    periods = (kinds.DATE, kinds.DATETIME, kinds.MONTH, kinds.YEAR, kinds.TIME)
    if columns[index].kind not in periods or index == 0:
        return False
    written = table.column(index)
    return written not in (sorted(written), sorted(written, reverse=True))


def _with_period(columns: Sequence[Guess], key: Sequence[int], full: int) -> tuple[int, ...]:
    """Return a key with the year, also where this table has one year: the next has another."""
    kinds_of_key = {columns[i].kind for i in key}
    more = {kinds.YEAR, kinds.MONTH}
    if kinds.TIME in kinds_of_key:
        more |= {kinds.DATE, kinds.LIST}
    period = [i for i, g in enumerate(columns) if g.kind in more and g.filled == full]
    return tuple(sorted({*key, *(i for i in period if not columns[i].separator)}))


def _tells_apart(table: RawTable, indices: Sequence[int]) -> bool:
    keys = {tuple(row.cells[i].casefold() for i in indices) for row in table.rows}
    return len(keys) == len(table.rows) and all(any(key) for key in keys)


# In which language a text is.


def _with_languages(table: RawTable, columns: Sequence[Guess], spoken: str) -> list[Guess]:
    found = []
    for guess in columns:
        if guess.kind in kinds.TEXTS and not guess.language:
            own = text_language(_some(table, guess)) if guess.kind == kinds.DESCRIPTION else ""
            found.append(replace(guess, language=own or spoken))
        elif guess.kind == kinds.LIST and guess.language and not _has_other(columns, guess):
            found.append(replace(guess, language="", base=guess.heading))
        elif guess.language and guess.kind in (kinds.TEXT, kinds.LIST) and not guess.separator:
            # A text whose heading names its language is one, also where it comes again.
            found.append(replace(guess, kind=kinds.DESCRIPTION))
        elif guess.kind not in (*kinds.TEXTS, kinds.TEXT) and guess.language:
            found.append(replace(guess, language="", base=guess.heading))
        else:
            found.append(guess)
    return found


def _has_other(columns: Sequence[Guess], guess: Guess) -> bool:
    """Tell whether a column has the same in another language."""
    return any(
        other.language not in ("", guess.language) and fold(other.base) == fold(guess.base)
        for other in columns
    )


# Columns that name rows of another table.


def _with_links(guess: TableGuess, others: Sequence[TableGuess]) -> TableGuess:
    columns = list(guess.columns)
    for index, column in enumerate(columns):
        if index in guess.key or column.kind in (kinds.NAME, kinds.DESCRIPTION, kinds.EMPTY):
            continue
        target = _target(guess, index, others)
        if target is not None:
            named = text("The values are rows of the table {name}.", name=target.table.name)
            columns[index] = replace(
                column,
                kind=kinds.LINK,
                confidence=0.9,
                reason=named,
                target=target.table.name,
                alternatives=(column.kind, *column.alternatives),
            )
    return replace(guess, columns=tuple(columns))


_WHOLE = r"förälder|parent|ingår i|överordna|huvud|del av|part of|belongs"


def _target(guess: TableGuess, index: int, others: Iterable[TableGuess]) -> TableGuess | None:
    column = column_view(guess.table, index)
    if not column.distinct:
        return None
    for other in others:
        if other.table is guess.table and not column.says(_WHOLE):
            continue
        if len(other.key) != 1 or len(other.table.rows) < 2:
            continue
        is_own = other.table is guess.table
        for candidate in _naming(other):
            known = {cell.casefold() for cell in other.table.column(candidate)}
            hit = sum(1 for cell in column.distinct if cell.casefold() in known)
            if hit < max(1, len(column.distinct) * 0.9):
                continue
            if _is_meant(column, other, candidate, is_own):
                return other
    return None


def _naming(other: TableGuess) -> list[int]:
    names = [i for i, column in enumerate(other.columns) if column.kind == kinds.NAME]
    return list(dict.fromkeys((*other.key, *names)))


def _is_meant(column: ColumnView, other: TableGuess, candidate: int, is_own: bool) -> bool:
    """Tell whether values that are in another table are meant as its rows: not any 1, 2, 3."""
    if is_own:
        return True
    heading = fold(other.table.headings[candidate])
    own = fold(column.heading)
    stem = fold(other.table.name)[:4]
    related = own == heading or own.startswith(stem) or heading.startswith(own[:4])
    plain_numbers = all(cell.isdigit() and len(cell) < 4 for cell in column.distinct)
    if plain_numbers:
        return related
    return related or len(column.distinct) > 1
