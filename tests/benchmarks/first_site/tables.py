"""Twelve tables as clerks have them, and what each column of them means; all names are invented.

``python tests/benchmarks/first_site/tables.py`` writes the tables and their truth into the folder
``tables`` beside it; ``write(name, folder, rows)`` makes a larger one. A column is a function from
the number of a row to the text of its cell and the values that it means: so the truth is known
before anybody guesses, and does not come from the guesser.
"""

# ruff: noqa: E501 (a column a line reads like the table)

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "tables"
Means = tuple[str, ...]  # values as RDF has them; none for an empty cell
Cell = tuple[Any, Means]

FIRST = [
    "Alva",
    "Birk",
    "Cajsa",
    "Dag",
    "Elvira",
    "Folke",
    "Greta",
    "Hasse",
    "Iris",
    "Jarl",
    "Klara",
    "Love",
]
LAST = [
    "Almgran",
    "Bjärkö",
    "Cedervall",
    "Dunmo",
    "Ekvida",
    "Forsnäs",
    "Granbo",
    "Hällmo",
    "Isråd",
    "Järnås",
]
WORDS = [
    "Vinden",
    "Ekot",
    "Stenen",
    "Källan",
    "Lodet",
    "Skuggan",
    "Bron",
    "Granen",
    "Månen",
    "Vågen",
    "Tråden",
    "Elden",
]
PLACES = [
    "Norrtorg",
    "Söderplan",
    "Hamnkajen",
    "Kvarnbacken",
    "Ljungparken",
    "Torsgatan",
    "Ängsvägen",
]


@dataclass(frozen=True)
class Column:
    """A column of a table, and what it means.

    Attributes:
        heading: As the table has it.
        kind: What it is, in the words of the program.
        datatype: Of its values; ``concept``, ``thing`` and ``IRI`` for nodes.
        cell: Number of a row, from 0 → its cell.
        label: What the column is called afterwards; empty: the heading.
    """

    heading: str
    kind: str
    datatype: str
    cell: Callable[[int], Cell]
    label: str = ""


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        file: Its name.
        columns: From left to right.
        rows: How many rows the committed file has.
        above: Rows above the headings.
        below: Rows below the last.
    """

    file: str
    columns: Sequence[Column]
    rows: int
    delimiter: str = ","
    encoding: str = "utf-8"
    above: Sequence[Sequence[str]] = field(default=())
    below: Sequence[Sequence[str]] = field(default=())


def plain(text: Any) -> Cell:
    """Return a cell whose value is its text."""
    return text, (str(text),)


def of(words: Sequence[str], factor: int = 1) -> Callable[[int], Cell]:
    """Return cells that take some words in turn."""
    return lambda n: plain(words[(n * factor + n // len(words)) % len(words)])


def comma(number: float, digits: int = 1) -> Cell:
    """Return a number with a decimal comma; whole ones without a fraction."""
    text = f"{number:.{digits}f}"
    return text.replace(".", ","), (text,)


def spaced(number: int, space: str = " ") -> Cell:
    """Return a number with groups of three digits."""
    return f"{number:,}".replace(",", space), (str(number),)


def person(n: int) -> str:
    """Return a name that nobody has."""
    return f"{FIRST[n % len(FIRST)]} {LAST[(n * 7 + n // 3) % len(LAST)]}"


def unique(words: Sequence[str], n: int) -> str:
    """Return a different name for each number."""
    return (
        f"{words[n % len(words)]} {'i ' if n // len(words) % 2 else 'vid '}{PLACES[n // 3 % 7]}"
        + (f" {n // 84 + 1}" if n >= 84 else "")
    )


def day(n: int, first: date = date(2024, 1, 8)) -> date:
    """Return a day within six years."""
    return first + timedelta(days=n * 37 % 2000)


def organisation_number(n: int) -> str:
    """Return a number with a right check digit (Luhn); the group 9 is not in use."""
    digits = f"99{20 + n % 70:02d}{n * 7919 % 100_000:05d}"
    double = [int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(digits)]
    total = sum(d - 9 if d > 9 else d for d in double)
    whole = digits + str(-total % 10)
    return f"{whole[:6]}-{whole[6:]}"


def lat(n: int) -> float:
    """Return a latitude in a small town."""
    return round(59.37 + (n * 0.00731) % 0.05, 5)


def long(n: int) -> float:
    """Return a longitude there."""
    return round(13.48 + (n * 0.00917) % 0.07, 5)


def truth(n: int, every: int = 3) -> Cell:
    """Return yes or no."""
    return ("Ja", ("true",)) if n % every else ("Nej", ("false",))


def parts(words: Sequence[str], n: int, separator: str) -> Cell:
    """Return one to three words in a cell."""
    chosen = tuple(dict.fromkeys(words[(n * k + k) % len(words)] for k in range(1, n % 3 + 2)))
    return separator.join(chosen), chosen


def year_about(n: int) -> Cell:
    """Return a year, sometimes an approximate one."""
    year = str(1902 + n * 17 % 120)
    return (f"ca {year}" if n % 6 == 2 else year), (year,)


CATEGORIES = ("Skulptur", "Målning", "Relief", "Mosaik", "Ljuskonst", "Textil")
MATERIALS = ("brons", "granit", "trä", "glas", "rostfritt stål")
ABOUT = (
    "Verket handlar om hur staden växte fram vid ån och om de som arbetade där.",
    "En stilla form som speglar ljuset från vattnet och den öppna platsen.",
    "Konstnären har utgått från barnens teckningar och från skolans trädgård.",
    "Ett minne av järnvägen, med former som påminner om räls och ånga.",
)
ABOUT_EN = (
    "The work is about how the town grew by the river and about those who worked there.",
    "A quiet shape that mirrors the light from the water and the open place.",
    "The artist started from drawings by children and from the garden of the school.",
)

ART = Table(
    "konst.csv",
    (
        Column("Inventarienr", "identifier", "xsd:string", lambda n: plain(f"K-{n + 1:04d}")),
        Column("Titel", "name", "rdf:langString", lambda n: plain(unique(WORDS, n))),
        Column("Konstnär", "text", "xsd:string", lambda n: plain(person(n))),
        Column("Kategori", "list", "concept", of(CATEGORIES)),
        Column("Material", "list", "concept", lambda n: parts(MATERIALS, n, "; ")),
        Column("År", "year", "xsd:gYear", year_about),
        Column("Höjd (cm)", "number", "xsd:decimal", lambda n: comma(40 + n * 3.7 % 300)),
        Column(
            "Placering", "text", "xsd:string", lambda n: plain(f"{PLACES[n % 7]}, plan {n % 40}")
        ),
        Column("Utomhus", "truth", "xsd:boolean", truth),
        Column("Inköpt", "date", "xsd:date", lambda n: plain(day(n).isoformat())),
        Column("Latitud", "latitude", "xsd:decimal", lambda n: comma(lat(n), 5)),
        Column("Longitud", "longitude", "xsd:decimal", lambda n: comma(long(n), 5)),
        Column(
            "Bild",
            "picture",
            "IRI",
            lambda n: plain(f"https://bilder.konst.example/k{n + 1}.jpg"),
        ),
        Column("Beskrivning", "description", "rdf:langString", of(ABOUT)),
    ),
    rows=120,
    delimiter=";",
    encoding="cp1252",
)

BATHING = Table(
    "badplatser.csv",
    (
        Column("source", "municipality", "concept", lambda n: plain("1401")),
        Column("id", "identifier", "xsd:string", lambda n: plain(f"SE{6510000 + n * 311:09d}")),
        Column("name", "name", "rdf:langString", lambda n: plain(f"{LAST[n % 10]}badet {n + 1}")),
        Column("latitude", "latitude", "xsd:decimal", lambda n: plain(lat(n))),
        Column("longitude", "longitude", "xsd:decimal", lambda n: plain(long(n))),
        Column(
            "email",
            "email",
            "IRI",
            lambda n: ("bad@kommunen.example", ("mailto:bad@kommunen.example",)),
        ),
        Column(
            "visit_url", "address", "IRI", lambda n: plain(f"https://kommunen.example/bad/{n + 1}")
        ),
        Column(
            "wikidata",
            "wikidata",
            "IRI",
            lambda n: (
                f"Q{990000000 + n * 7}",
                (f"http://www.wikidata.org/entity/Q{990000000 + n * 7}",),
            ),
        ),
        Column("updated", "date", "xsd:date", lambda n: plain(day(n).isoformat())),
        Column("type", "list", "concept", of(("sjö", "hav", "inomhus"))),
        Column(
            "toilet",
            "truth",
            "xsd:boolean",
            lambda n: ("true", ("true",)) if n % 2 else ("false", ("false",)),
        ),
        Column(
            "description",
            "description",
            "rdf:langString",
            of(
                (
                    "Långgrund sandstrand med brygga och plats för små barn.",
                    "Klippbad med stege, och det är djupt vid bryggan.",
                    "En liten strand som ligger bredvid en campingplats.",
                )
            ),
        ),
    ),
    rows=24,
    encoding="utf-8-sig",
)

PLAYGROUNDS = Table(
    "lekplatser.tsv",
    (
        Column(
            "Lekplats",
            "name",
            "rdf:langString",
            lambda n: plain(f"{WORDS[n % 12]}lekparken {n + 1}"),
        ),
        Column("Stadsdel", "list", "concept", of(("Norr", "Söder", "Öster", "Väster", "Centrum"))),
        Column("Yta m2", "number", "xsd:integer", lambda n: spaced(300 + n * 277 % 4000, "\u00a0")),
        Column("Byggår", "year", "xsd:gYear", lambda n: plain(1975 + n * 7 % 49)),
        Column("Antal gungor", "number", "xsd:integer", lambda n: plain(n * 3 % 9)),
        Column(
            "Belysning",
            "truth",
            "xsd:boolean",
            lambda n: ("ja", ("true",)) if n % 4 else ("nej", ("false",)),
        ),
        Column("Tillgänglig", "list", "concept", of(("ja", "delvis", "nej"))),
        Column(
            "Utrustning",
            "list",
            "concept",
            lambda n: parts(("gunga", "sandlåda", "rutschkana", "klätterställning"), n, ", "),
        ),
        Column(
            "N",
            "northing",
            "xsd:decimal",
            lambda n: (str(6584000 + n * 131 % 9000), (f"{6584000 + n * 131 % 9000}",)),
        ),
        Column(
            "E",
            "easting",
            "xsd:decimal",
            lambda n: (str(412000 + n * 173 % 7000), (f"{412000 + n * 173 % 7000}",)),
        ),
    ),
    rows=36,
    delimiter="\t",
)

BUSINESSES = Table(
    "foretag.csv",
    (
        Column(
            "Organisationsnummer",
            "organisation-number",
            "xsd:string",
            lambda n: plain(organisation_number(n)),
        ),
        Column(
            "Företagsnamn",
            "name",
            "rdf:langString",
            lambda n: plain(f"{LAST[n % 10]} {WORDS[n * 5 % 12]} {n + 1} AB"),
        ),
        Column(
            "Bransch",
            "list",
            "concept",
            of(("Handel", "Bygg", "Vård och omsorg", "Restaurang", "Transport")),
        ),
        Column("Gatuadress", "text", "xsd:string", lambda n: plain(f"{PLACES[n % 7]} {n + 2}")),
        Column("Postnr", "postcode", "xsd:string", lambda n: plain(f"68{n % 4} 3{n % 7}")),
        Column("Ort", "list", "concept", of(("Ekvida", "Granbo", "Hällmo"))),
        Column(
            "Telefon",
            "telephone",
            "IRI",
            lambda n: (f"0550-{10000 + n * 97}", (f"tel:+46550{10000 + n * 97}",)),
        ),
        Column(
            "E-post",
            "email",
            "IRI",
            lambda n: (f"info{n}@foretag.example", (f"mailto:info{n}@foretag.example",)),
        ),
        Column(
            "Webbplats",
            "address",
            "IRI",
            lambda n: (f"www.foretag{n}.example", (f"https://www.foretag{n}.example",)),
        ),
        Column("Anställda", "number", "xsd:integer", lambda n: plain(1 + n * 13 % 90)),
        Column(
            "Omsättning (tkr)", "number", "xsd:integer", lambda n: spaced(900 + n * 7717 % 90000)
        ),
        Column(
            "F-skatt",
            "truth",
            "xsd:boolean",
            lambda n: ("Ja", ("true",)) if n % 9 else ("Nej", ("false",)),
        ),
    ),
    rows=40,
    delimiter=";",
    encoding="latin-1",
)

ASSOCIATIONS = Table(
    "foreningar.xlsx",
    (
        Column(
            "Förening",
            "name",
            "rdf:langString",
            lambda n: plain(f"{PLACES[n % 7]}s {WORDS[n % 12].lower()}förening {n + 1}"),
        ),
        Column(
            "Verksamhet", "list", "concept", of(("Idrott", "Kultur", "Friluftsliv", "Pensionärer"))
        ),
        Column("Kontaktperson", "text", "xsd:string", lambda n: plain(person(n + 3))),
        Column(
            "Telefon",
            "telephone",
            "IRI",
            lambda n: (f"070-{1740600 + n}", (f"tel:+4670{1740600 + n}",)),
        ),
        Column(
            "E-post",
            "email",
            "IRI",
            lambda n: (
                (f"forening{n}@lag.example", (f"mailto:forening{n}@lag.example",))
                if n % 5
                else ("", ())
            ),
        ),
        Column(
            "Bildad",
            "date",
            "xsd:date",
            lambda n: (day(n, date(1998, 3, 2)), (day(n, date(1998, 3, 2)).isoformat(),)),
        ),
        Column(
            "Medlemmar",
            "number",
            "xsd:integer",
            lambda n: (20 + n * 37 % 400, (str(20 + n * 37 % 400),)),
        ),
        Column(
            "Bidrag kr",
            "number",
            "xsd:decimal",
            lambda n: (1500.5 + n * 250, (f"{1500.5 + n * 250}",)),
        ),
        Column(
            "Om föreningen",
            "description",
            "rdf:langString",
            of(
                (
                    "Vi träffas varje vecka och alla är välkomna att vara med.",
                    "Föreningen ordnar kurser och läger för barn och unga.",
                    "Vi vårdar stigarna i skogen och visar dem för andra.",
                )
            ),
        ),
    ),
    rows=30,
)

COUNTED = (("1715", "Kil"), ("1730", "Eda"), ("1737", "Torsby"), ("1760", "Storfors"))
STATISTICS = Table(
    "folkmangd.csv",
    (
        Column("Kommunkod", "municipality", "concept", lambda n: plain(COUNTED[n % 4][0])),
        Column("Kommun", "municipality", "concept", lambda n: plain(COUNTED[n % 4][1])),
        Column("År", "year", "xsd:gYear", lambda n: plain(2010 + n // 4)),
        Column("Folkmängd", "number", "xsd:integer", lambda n: spaced(4100 + n * 611 % 9000)),
        Column("Andel över 65 år (%)", "number", "xsd:decimal", lambda n: comma(18 + n * 0.7 % 12)),
        Column(
            "Förändring",
            "number",
            "xsd:integer",
            lambda n: (
                (f"−{n * 7 % 90 + 1}", (f"-{n * 7 % 90 + 1}",)) if n % 3 else plain(n * 5 % 70)
            ),
        ),
    ),
    rows=60,
    delimiter=";",
)

TIMETABLE = Table(
    "tidtabell.csv",
    (
        Column("Tur", "identifier", "xsd:string", lambda n: plain(f"T{n + 101}")),
        Column("Linje", "list", "concept", of(("121", "122", "122X", "130"))),
        Column("Från", "list", "concept", of(("Resecentrum", "Sjukhuset", "Hamnen"))),
        Column("Till", "list", "concept", of(("Flygplatsen", "Högskolan", "Norrby", "Söderby"))),
        Column(
            "Avgång",
            "time",
            "xsd:time",
            lambda n: (
                f"{5 + n % 17:02d}:{n * 7 % 60:02d}",
                (f"{5 + n % 17:02d}:{n * 7 % 60:02d}:00",),
            ),
        ),
        Column("Restid (min)", "number", "xsd:integer", lambda n: plain(11 + n * 5 % 40)),
        Column("Dagar", "list", "concept", of(("mån–fre", "lör", "sön"))),
        Column(
            "Gäller från",
            "date",
            "xsd:date",
            lambda n: (
                f"{day(n):%d}/{day(n):%m} {day(n):%Y}".replace(" ", "/"),
                (day(n).isoformat(),),
            ),
        ),
    ),
    rows=48,
)

ROOMS = Table(
    "rum.csv",
    (
        Column("Rumsnr", "identifier", "xsd:string", lambda n: plain(f"A{n + 101}")),
        Column("Rum", "name", "rdf:langString", lambda n: plain(f"Sal {WORDS[n % 12]} {n + 1}")),
        Column("Våning", "number", "xsd:integer", lambda n: plain(n % 5)),
    ),
    rows=10,
    delimiter=";",
)
INVENTORY = Table(
    "inventarier.csv",
    (
        Column("Artikelnr", "identifier", "xsd:string", lambda n: plain(f"{n * 13 + 17:06d}")),
        Column(
            "Benämning",
            "name",
            "rdf:langString",
            lambda n: plain(
                f"{('Stol', 'Bord', 'Lampa', 'Skåp')[n % 4]} {WORDS[n * 5 % 12]} {n + 1}"
            ),
        ),
        Column("Rumsnr", "link", "thing", lambda n: plain(f"A{n * 3 % 10 + 101}")),
        Column(
            "Inköpspris",
            "number",
            "xsd:integer",
            lambda n: (f"{spaced(450 + n * 331 % 9000)[0]} kr", spaced(450 + n * 331 % 9000)[1]),
        ),
        Column(
            "Garanti till",
            "month",
            "xsd:gYearMonth",
            lambda n: plain(f"{2026 + n % 4}-{n % 12 + 1:02d}"),
        ),
        Column("Skick", "list", "concept", of(("gott", "slitet", "trasigt"))),
        Column(
            "Anmärkning",
            "text",
            "xsd:string",
            lambda n: plain(f"Repa på sida {n}") if n % 7 == 3 else ("", ()),
        ),
    ),
    rows=45,
    delimiter=";",
)

EVENTS = Table(
    "evenemang.csv",
    (
        Column(
            "Evenemang",
            "name",
            "rdf:langString",
            lambda n: plain(
                f"{('Konsert', 'Föredrag', 'Marknad', 'Visning')[n % 4]}: {unique(WORDS, n)}"
            ),
        ),
        Column(
            "Start",
            "datetime",
            "xsd:dateTime",
            lambda n: (f"{day(n)} {9 + n % 12:02d}:30", (f"{day(n)}T{9 + n % 12:02d}:30:00",)),
        ),
        Column(
            "Slut",
            "datetime",
            "xsd:dateTime",
            lambda n: (f"{day(n)} {11 + n % 12:02d}:00", (f"{day(n)}T{11 + n % 12:02d}:00:00",)),
        ),
        Column("Kategori", "list", "concept", of(("Musik", "Samtal", "Marknad", "Konst"))),
        Column(
            "Arrangör", "list", "concept", of(("Biblioteket", "Konsthallen", "Hembygdsföreningen"))
        ),
        Column("Pris", "number", "xsd:integer", lambda n: (f"{n % 5 * 60} kr", (str(n % 5 * 60),))),
        Column(
            "Fri entré",
            "truth",
            "xsd:boolean",
            lambda n: ("x", ("true",)) if n % 5 == 0 else ("", ()),
        ),
        Column(
            "Länk", "address", "IRI", lambda n: plain(f"https://evenemang.example/{n + 1}?bok=1")
        ),
        Column("Position", "position", "xsd:string", lambda n: plain(f"{lat(n)}, {long(n)}")),
        Column(
            "Beskrivning",
            "description",
            "rdf:langString",
            of(
                (
                    "Välkommen till en kväll med musik och berättelser för alla.",
                    "Vi går tillsammans genom parken och pratar om träden.",
                    "Ta med en vän och prova på att trycka egna bilder.",
                )
            ),
        ),
    ),
    rows=32,
)

TREES = Table(
    "trad.csv",
    (
        Column("TrädID", "identifier", "xsd:string", lambda n: plain(n + 50001)),
        Column("Trädslag", "list", "concept", of(("lind", "ek", "alm", "björk", "lönn"))),
        Column(
            "Latinskt namn",
            "list",
            "concept",
            of(
                (
                    "Tilia cordata",
                    "Quercus robur",
                    "Ulmus glabra",
                    "Betula pendula",
                    "Acer platanoides",
                )
            ),
        ),
        Column("Planterad", "year", "xsd:gYear", lambda n: plain(1890 + n * 11 % 130)),
        Column("Stamomkrets, cm", "number", "xsd:integer", lambda n: plain(30 + n * 29 % 370)),
        Column("Skick (1-5)", "number", "xsd:integer", lambda n: plain(n % 5 + 1)),
        Column(
            "N (SWEREF 99 18 00)",
            "northing",
            "xsd:decimal",
            lambda n: comma(6580000.25 + n * 37 % 8000, 2),
        ),
        Column(
            "E (SWEREF 99 18 00)",
            "easting",
            "xsd:decimal",
            lambda n: comma(151000.75 + n * 53 % 7000, 2),
        ),
        Column(
            "Senast besiktad",
            "date",
            "xsd:date",
            lambda n: (
                f"{day(n).day} {['januari', 'februari', 'mars', 'april', 'maj', 'juni', 'juli', 'augusti', 'september', 'oktober', 'november', 'december'][day(n).month - 1]} {day(n).year}",
                (day(n).isoformat(),),
            ),
        ),
    ),
    rows=90,
    delimiter=";",
)

BILINGUAL = Table(
    "sevardheter.csv",
    (
        Column("nr", "identifier", "xsd:string", lambda n: plain(n + 1)),
        Column(
            "namn_sv",
            "name",
            "rdf:langString",
            lambda n: plain(f"{WORDS[n % 12]}s kvarn {n + 1}"),
            "namn",
        ),
        Column(
            "namn_en",
            "name",
            "rdf:langString",
            lambda n: plain(f"The mill of {WORDS[n % 12]} {n + 1}"),
            "namn",
        ),
        Column("beskrivning_sv", "description", "rdf:langString", of(ABOUT), "beskrivning"),
        Column("beskrivning_en", "description", "rdf:langString", of(ABOUT_EN), "beskrivning"),
        Column("typ", "list", "concept", of(("kvarn", "kyrka", "borg"))),
        Column(
            "barnvänlig",
            "truth",
            "xsd:boolean",
            lambda n: ("ja", ("true",)) if n % 2 else ("nej", ("false",)),
        ),
        Column(
            "geometri",
            "place",
            "geo:wktLiteral",
            lambda n: (f"POINT ({long(n)} {lat(n)})", (f"POINT ({long(n)} {lat(n)})",)),
        ),
    ),
    rows=28,
)

MISSING = ("-", "saknas", "#N/A", "")
MESSY = Table(
    "lokaler.csv",
    (
        Column("Lokal", "name", "rdf:langString", lambda n: plain(f"{WORDS[n % 12]}salen {n + 1}")),
        Column(
            "Kontakt",
            "telephone",
            "IRI",
            lambda n: (f"0550 - {41 + n} 20 {30 + n}", (f"tel:+46550{41 + n}20{30 + n}",)),
        ),
        Column(
            "Kontakt",
            "email",
            "IRI",
            lambda n: (
                (f"sal{n}@lokal.example", (f"mailto:sal{n}@lokal.example",))
                if n % 4
                else (MISSING[n // 4 % 4], ())
            ),
            "Kontakt 2",
        ),
        Column(
            "Yta (m²)",
            "number",
            "xsd:decimal",
            lambda n: comma(40.5 + n * 11) if n % 5 else (MISSING[n // 5 % 4], ()),
        ),
        Column(
            "Beläggning",
            "number",
            "xsd:integer",
            lambda n: (f"{n * 7 % 100} %", (str(n * 7 % 100),)),
        ),
        Column(
            "Hyra/dygn",
            "number",
            "xsd:integer",
            lambda n: (f"{spaced(800 + n * 350, chr(0xA0))[0]}:-", (str(800 + n * 350),)),
        ),
        Column(
            "Senaste städning datum",
            "date",
            "xsd:date",
            lambda n: (
                str(45300 + n * 3),
                ((date(1899, 12, 30) + timedelta(days=45300 + n * 3)).isoformat(),),
            ),
        ),
        Column("Kod", "code", "xsd:string", lambda n: plain(f"0{n % 9}{n * 7 % 10}")),
        Column("Övrigt", "empty", "xsd:string", lambda n: ("", ())),
        Column("Stad", "list", "concept", lambda n: plain("Ekvida")),
    ),
    rows=22,
    delimiter=";",
    encoding="cp1252",
    above=(("Kommunens lokaler 2025", "", "", "", "", "", "", "", "", ""), ("",) * 10),
    below=(
        ("Summa", "", "", "1 234,5", "", "99 999:-", "", "", "", ""),
        ("Källa: fastighetsenheten",),
    ),
)

TABLES: tuple[tuple[Table, ...], ...] = (
    (ART,),
    (BATHING,),
    (PLAYGROUNDS,),
    (BUSINESSES,),
    (ASSOCIATIONS,),
    (STATISTICS,),
    (TIMETABLE,),
    (ROOMS, INVENTORY),
    (EVENTS,),
    (TREES,),
    (BILINGUAL,),
    (MESSY,),
)


def write(table: Table, folder: Path, rows: int = 0) -> Path:
    """Write a table with so many rows (0: its own number); return its file."""
    path = folder / table.file
    cells = [[column.cell(n)[0] for column in table.columns] for n in range(rows or table.rows)]
    headings = [column.heading for column in table.columns]
    if path.suffix == ".xlsx":
        _write_workbook(path, [headings, *cells])
        return path
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=table.delimiter, lineterminator="\r\n")
    writer.writerows([*table.above, headings, *cells, *table.below])
    path.write_bytes(text.getvalue().encode(table.encoding, "replace"))
    return path


def _write_workbook(path: Path, rows: Sequence[Sequence[Any]]) -> None:
    from datetime import datetime

    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"created": datetime(2026, 1, 1)})
        sheet = book.add_worksheet("Föreningar")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)


def truth_of(table: Table) -> list[dict[str, Any]]:
    """Return what each column means, with the values of every row of the committed file."""
    return [
        {
            "heading": column.heading,
            "label": column.label or column.heading,
            "kind": column.kind,
            "datatype": column.datatype,
            "values": [list(column.cell(n)[1]) for n in range(table.rows)],
        }
        for column in table.columns
    ]


def main() -> None:
    """Write the tables and their truth."""
    HERE.mkdir(exist_ok=True)
    for tables in TABLES:
        for table in tables:
            path = write(table, HERE)
            lines = ",\n".join(json.dumps(c, ensure_ascii=False) for c in truth_of(table))
            path.with_name(f"{path.name}.truth.json").write_text(f"[\n{lines}\n]\n", "utf-8")


if __name__ == "__main__":
    main()
