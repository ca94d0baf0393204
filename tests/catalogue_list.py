"""A list of hundreds of data sets that lie elsewhere, as a region keeps it in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

_THEMES = ("Miljö", "Transport", "Hälsa", "Ekonomi", "Utbildning", "Befolkning och samhälle")
_THINGS = (
    ("Badplatser", "Bathing places"),
    ("Cykelvägar", "Cycle routes"),
    ("Vårdcentraler", "Health centres"),
    ("Företag", "Companies"),
    ("Skolor", "Schools"),
    ("Befolkning", "Population"),
    ("Luftkvalitet", "Air quality"),
    ("Fornlämningar", "Ancient monuments"),
    ("Detaljplaner", "Detailed plans"),
    ("Sjöar", "Lakes"),
)
_PLACES = ("Dalarnas län", "Värmlands län", "Gävleborgs län")
_FORMATS = (("CSV", "csv"), ("Excel", "xlsx"), ("GeoJSON", "geojson"), ("JSON", "json"))
_CATEGORIES = ("Rörlighet", "Geospatiala data", "Statistik", "Meteorologiska data")
HEADINGS = (
    *("Id", "Typ", "Titel", "Titel en", "Beskrivning", "Beskrivning en", "Nyckelord"),
    *("Nyckelord en", "Tema", "Utgivare", "Typ av utgivare", "Kontakt", "E-post", "Telefon"),
    *("Licens", "Villkor", "Villkor en", "Åtkomst", "Uppdateringsfrekvens", "Språk", "Område"),
    *("Utbredning", "Period från", "Period till", "Publicerad", "Ändrad", "Dokumentation"),
    *("Högvärdig kategori", "Serie", "Specifikation", "Referenssystem", "Upplösning i meter"),
    *("Länk", "Format", "Filens beskrivning", "Filens beskrivning en", "Storlek i byte"),
    *("Tillgänglighet", "Tjänst", "Tjänstens adress"),
)


def rows(
    host: str, datasets: int = 300, high_value: int = 20, maps: int = 30, series: int = 5
) -> Iterator[dict[str, str]]:
    """Yield the rows of a list: heading → cell.

    Args:
        host: Address at which the files are said to be, without a slash.
        datasets: Number of data sets.
        high_value: How many of them are high-value.
        maps: How many of them are given by a map service too.
        series: Number of series, each with a row of its own.
    """
    for number in range(series):
        yield {
            "Typ": "Serie",
            "Titel": f"Årlig mätning {number + 1}",
            "Titel en": f"Annual survey {number + 1}",
            "Beskrivning": "Samma mätning, år för år.",
            "Beskrivning en": "The same survey, year by year.",
            "Nyckelord": "mätning",
            "Nyckelord en": "survey",
            "Tema": "Miljö",
            "Område": "Dalarnas län",
            "Utbredning": "12.1 59.9 16.8 62.3",
            "Publicerad": "2020-01-01",
            "Period från": "2015",
            "Period till": "2025",
            "Specifikation": f"{host}/spec/surveys",
        }
    for number in range(datasets):
        yield _row(number, host, number < high_value, datasets - number <= maps, series)


def _row(number: int, host: str, is_high: bool, is_map: bool, series: int) -> dict[str, str]:
    swedish, english = _THINGS[number % len(_THINGS)]
    form, extension = _FORMATS[number % len(_FORMATS)]
    found = {
        "Titel": f"{swedish} {number + 1}",
        "Titel en": f"{english} {number + 1}",
        "Beskrivning": f"{swedish} i länet, del {number + 1}: läge, namn och skick.",
        "Beskrivning en": f"{english} of the county, part {number + 1}: place, name, state.",
        "Nyckelord": f"{swedish.lower()}; öppna data",
        "Nyckelord en": f"{english.lower()}; open data",
        "Tema": _THEMES[number % len(_THEMES)],
        "Kontakt": "GIS-avdelningen" if number % 3 else "",
        "E-post": "gis@region.se" if number % 3 else "",
        "Telefon": "+46 23 123 45" if number % 3 else "",
        "Licens": "CC0 1.0" if number % 2 else "CC BY 4.0",
        "Villkor": "Ange regionen som källa.",
        "Villkor en": "Name the region as the source.",
        "Åtkomst": "offentlig",
        "Uppdateringsfrekvens": ("årligen", "Monthly", "varje vecka")[number % 3],
        "Språk": "sv",
        "Område": _PLACES[number % len(_PLACES)],
        "Utbredning": "12.1 59.9 16.8 62.3",
        "Period från": "2020-01-01",
        "Period till": "2025-12-31",
        "Publicerad": "2024-05-01",
        "Ändrad": "2026-03-01",
        "Dokumentation": f"{host}/om/{number + 1}",
        "Specifikation": f"{host}/spec/{number % 7}",
        "Länk": f"{host}/filer/{number + 1}.{extension}",
        "Format": form,
        "Filens beskrivning": "Hela datamängden i en fil.",
        "Filens beskrivning en": "The whole dataset in one file.",
        "Storlek i byte": str(1000 + number),
        "Tillgänglighet": "stabil",
    }
    if is_high:
        found["Högvärdig kategori"] = _CATEGORIES[number % len(_CATEGORIES)]
    if is_high or is_map:
        found["Tjänst"] = ("WMS", "WFS", "OGC API", "REST")[number % 4]
        found["Tjänstens adress"] = f"{host}/tjanst/{number + 1}"
        found["Referenssystem"] = "EPSG:3006"
        found["Upplösning i meter"] = "10"
    if series and number % 20 == 0:
        found["Serie"] = f"Årlig mätning {number // 20 % series + 1}"
    return found


def as_csv(listed: Iterator[dict[str, str]], delimiter: str = ";") -> str:
    """Return rows as a spreadsheet program of Sweden saves them."""
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADINGS, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(listed)
    return "\ufeff" + text.getvalue()
