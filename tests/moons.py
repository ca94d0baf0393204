"""A world of moons: facts that are stated, each with its source, in three languages.

Its base has a port and a path, its things lie below no ``id/``, its properties are compounds.
The numbers are rounded, from common knowledge.
"""

from __future__ import annotations

from pathlib import Path

BASE = "https://himmel.example.net:8443/sol/"
_HEAD = f"""
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX h: <{BASE}termer/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
# Local name → label in Swedish, English and German, and what it means in Swedish and English.
_PROPERTIES = {
    "kring": (
        ("kretsar kring", "orbits", "umkreist"),
        ("Den planet som månen går runt.", "The planet that the moon goes around."),
    ),
    "år": (
        ("upptäcktsår", "year of discovery", "Entdeckungsjahr"),
        ("När månen upptäcktes.", "When the moon was discovered."),
    ),
    "av": (
        ("upptäckare", "discoverer", "Entdecker"),
        ("Den som upptäckte månen.", "Who discovered the moon."),
    ),
    "diameter": (
        ("diameter i kilometer", "diameter in kilometres", "Durchmesser in Kilometern"),
        ("Hur stor månen är tvärs över.", "How large the moon is across."),
    ),
    "omlopp": (
        ("omloppstid i dygn", "orbital period in days", "Umlaufzeit in Tagen"),
        ("Hur länge ett varv tar.", "How long one revolution takes."),
    ),
    "baklänges": (
        ("går baklänges", "is retrograde", "ist rückläufig"),
        ("Om månen går mot planetens rotation.", "Whether it moves against the planet's rotation."),
    ),
}
_PLANETS = {
    "mars": ("Mars", "Mars", "Mars"),
    "jupiter": ("Jupiter", "Jupiter", "Jupiter"),
    "saturnus": ("Saturnus", "Saturn", "Saturn"),
    "uranus": ("Uranus", "Uranus", "Uranus"),
    "neptunus": ("Neptunus", "Neptune", "Neptun"),
}
# Name in Swedish, English and German, planet, year, discoverer, diameter, period, retrograde.
_MOONS = {
    "phobos": (("Phobos",) * 3, "mars", 1877, "Asaph Hall", "22.5", "0.319", False),
    "deimos": (("Deimos",) * 3, "mars", 1877, "Asaph Hall", "12.4", "1.263", False),
    "io": (("Io",) * 3, "jupiter", 1610, "Galileo Galilei", "3643", "1.769", False),
    "europa": (("Europa",) * 3, "jupiter", 1610, "Galileo Galilei", "3122", "3.551", False),
    "ganymedes": (
        ("Ganymedes", "Ganymede", "Ganymed"),
        *("jupiter", 1610, "Galileo Galilei", "5268", "7.155", False),
    ),
    "kallisto": (
        ("Callisto", "Callisto", "Kallisto"),
        *("jupiter", 1610, "Galileo Galilei", "4821", "16.689", False),
    ),
    "titan": (("Titan",) * 3, "saturnus", 1655, "Christiaan Huygens", "5150", "15.945", False),
    "enceladus": (
        ("Enceladus",) * 3,
        *("saturnus", 1789, "William Herschel", "504", "1.370", False),
    ),
    "titania": (("Titania",) * 3, "uranus", 1787, "William Herschel", "1577", "8.706", False),
    "miranda": (("Miranda",) * 3, "uranus", 1948, "Gerard Kuiper", "472", "1.413", False),
    "triton": (("Triton",) * 3, "neptunus", 1846, "William Lassell", "2707", "5.877", True),
}


def _ontology() -> str:
    lines = [
        "h: a owl:Ontology .",
        'h:Måne a owl:Class ; rdfs:label "måne"@sv , "moon"@en , "Mond"@de .',
        'h:Planet a owl:Class ; rdfs:label "planet"@sv , "planet"@en , "Planet"@de .',
    ]
    for name, (labels, about) in _PROPERTIES.items():
        kind = "ObjectProperty" if name == "kring" else "DatatypeProperty"
        lines.append(
            f"h:{name} a owl:{kind} ; rdfs:label {_texts(labels)} ; rdfs:comment {_texts(about)} ."
        )
    return "\n".join(lines)


def _texts(texts: tuple[str, ...]) -> str:
    return " , ".join(f'"{t}"@{tag}' for t, tag in zip(texts, ("sv", "en", "de"), strict=False))


def _shapes() -> str:
    paths = "\n".join(f"    sh:property [ sh:path h:{name} ] ;" for name in _PROPERTIES)
    return f"<{BASE}former/måne> a sh:NodeShape ; sh:targetClass h:Måne ;\n{paths}\n."


def _data(added: str) -> str:
    lines = [
        f"<{BASE}källa/tabell> a dcterms:BibliographicResource ;"
        ' dcterms:title "Tabell över månar"@sv , "Table of moons"@en .',
        *(
            f"<{BASE}planet/{slug}> a h:Planet ; skos:prefLabel {_texts(names)} ."
            for slug, names in _PLANETS.items()
        ),
    ]
    for slug, (names, planet, year, who, across, period, is_retrograde) in _MOONS.items():
        facts = {
            "kring": f"<{BASE}planet/{planet}>",
            "år": f'"{year}"^^xsd:gYear',
            "av": f'"{who}"',
            "diameter": across,
            "omlopp": period,
            "baklänges": str(is_retrograde).lower(),
        }
        said = " ;\n    ".join(f"h:{name} {value}" for name, value in facts.items())
        thing = f"<{BASE}måne/{slug}>"
        lines.append(f"{thing} a h:Måne ; skos:prefLabel {_texts(names)} ;\n    {said} .")
        lines += [
            f"[] a rdf:Statement ; rdf:subject {thing} ; rdf:predicate h:{name} ;"
            f" rdf:object {value} ; dcterms:source <{BASE}källa/tabell> ."
            for name, value in facts.items()
        ]
    return "\n".join([*lines, added])


_CATALOGUE = f"""
PREFIX dcat: <http://www.w3.org/ns/dcat#>
<{BASE}catalog> a dcat:Catalog ; dcterms:title "Månar"@sv , "Moons"@en ;
    dcterms:modified "2026-02-03"^^xsd:date .
"""


def write_moons(folder: Path, added: str = "") -> Path:
    """Write the world's sources into a folder, with some more Turtle; return the folder."""
    for name, text in {
        "ontology/termer.ttl": _ontology(),
        "shapes/måne.ttl": _shapes(),
        "data/catalogue.ttl": _CATALOGUE,
        "data/månar/alla.ttl": _data(added),
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_HEAD + text, encoding="utf-8")
    return folder
