"""Folders of the shapes that others bring, generated: nothing in them is anybody's content."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

_OWL = "http://www.w3.org/2002/07/owl#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_DCT = "http://purl.org/dc/terms/"
_PREFIXES = f"""PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcterms: <{_DCT}>
PREFIX owl: <{_OWL}>
PREFIX rdfs: <{_RDFS}>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX skos: <{_SKOS}>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""


@dataclass(frozen=True)
class RealFolder:
    """What somebody brings.

    Attributes:
        base: Base of the names.
        files: Name → text.
        title: Of the catalogue, with its language.
    """

    base: str
    files: Mapping[str, str]
    title: str = '"Data"@en'

    def sources(self) -> dict[str, str]:
        """Return the files with a catalogue, which the publisher of the folder adds."""
        catalogue = f"""{_PREFIXES}
<{self.base}catalog> a dcat:Catalog ;
    dcterms:modified "2026-03-01"^^xsd:date ;
    dcterms:title {self.title} .
"""
        return {"data/catalogue.ttl": catalogue, **self.files}


def modular_ontology() -> RealFolder:
    """Return an ontology in three modules; each declares again what it uses of the others."""
    base = "https://ontologies.institute.example/sensing/"
    modules = ("core", "platform", "sampling")
    classes = {
        "core": ("Observation", "Sensor", "Result"),
        "platform": ("Platform", "Deployment", "Sensor"),
        "sampling": ("Sample", "Sampler", "Sensor", "Result"),
    }

    def own(module: str) -> str:
        return f"{base}{module}#"

    def home(name: str) -> str:
        return next(module for module in modules if name in classes[module])

    owl = [
        f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:rdfs="{_RDFS}"'
        f' xmlns:owl="{_OWL}" xml:base="{base}platform">',
        f'<owl:Ontology rdf:about=""><owl:imports rdf:resource="{base}core"/>'
        '<rdfs:label xml:lang="en">Platforms</rdfs:label></owl:Ontology>',
    ]
    for name in classes["platform"]:
        about = f"{own(home(name))}{name}"
        text = f'<rdfs:comment xml:lang="en">{name}, as platforms use it.</rdfs:comment>'
        owl.append(f'<owl:Class rdf:about="{about}">{text}</owl:Class>')
    owl.append("</rdf:RDF>\n")

    def turtle(module: str) -> str:
        lines = [_PREFIXES, f'<{base}{module}> a owl:Ontology ; rdfs:label "{module}"@en .']
        for name in classes[module]:
            said = f'rdfs:label "{name}"@en' if home(name) == module else "rdfs:isDefinedBy"
            said = said if home(name) == module else f"{said} <{base}{home(name)}>"
            lines.append(f"<{own(home(name))}{name}> a owl:Class ; {said} .")
        return "\n".join(lines) + "\n"

    example = f"<{base}id/sensor/7> a <{own('core')}Sensor> ; rdfs:label "
    return RealFolder(
        base,
        {
            "ontology/core.ttl": turtle("core"),
            "ontology/platform.owl": "\n".join(owl),
            "ontology/sampling.ttl": turtle("sampling"),
            "data/stations/stations.ttl": f'{_PREFIXES}{example}"gauge 7"@en .\n',
        },
    )


def classification() -> RealFolder:
    """Return a library's classification: signs with delimiters, which its IRIs escape."""
    base = "https://signum.bibliotek.example/"
    signs = [f"{top}{rest}" for top in "ABCDE" for rest in ("", "a", "a:k", "b/d", "(p)", "=c,s")]
    signs += [":k", "u&v", "Åk", "ä+ö", "100%", "x?y", "z#"]

    def name(sign: str) -> str:
        return f"<{base}id/klass/{quote(sign, safe='')}>"

    lines = [_PREFIXES, f'<{base}id/klass/> a skos:ConceptScheme ; skos:prefLabel "Signum"@sv .']
    for sign in signs:
        broader = f" ;\n    skos:broader {name(sign[0])}" if sign[1:] and sign[0] in signs else ""
        lines.append(
            f"{name(sign)} a skos:Concept ;\n    skos:inScheme <{base}id/klass/> ;\n"
            f'    skos:notation "{sign}" ;\n    skos:prefLabel "avdelning {sign}"@sv{broader} .'
        )
    return RealFolder(base, {"data/klass/klass.ttl": "\n".join(lines) + "\n"}, '"Signum"@sv')


def thesaurus() -> RealFolder:
    """Return a thesaurus in five languages; Swedish and English are not among them."""
    base = "https://fachwort.amt.example/"
    words = {
        "wald": ("Wald", "forêt", "bosco", "guaud", "las"),
        "see": ("See", "lac", "lago", "lai", "jezioro"),
        "straße": ("Straße", "rue", "strada", "via", "ulica"),
        "höhe": ("Höhe", "altitude", "altezza", "autezza", "wysokość"),
    }
    languages = ("de", "fr", "it", "rm", "pl")
    scheme = f"<{base}id/thesaurus>"
    labels = " , ".join(f'"Thesaurus"@{language}' for language in languages)
    lines = [_PREFIXES, f"{scheme} a skos:ConceptScheme ; skos:prefLabel {labels} ."]
    for slug, translated in words.items():
        pairs = zip(translated, languages, strict=True)
        labels = " , ".join(f'"{word}"@{language}' for word, language in pairs)
        related = f"<{base}id/wort/wald>" if slug != "wald" else f"<{base}id/wort/höhe>"
        lines.append(
            f"<{base}id/wort/{slug}> a skos:Concept ; skos:inScheme {scheme} ;\n"
            f'    skos:prefLabel {labels} ;\n    skos:altLabel "{slug} (alt)"@de-CH ;\n'
            f"    skos:related {related} ."
        )
    return RealFolder(base, {"data/wörter/wort.ttl": "\n".join(lines) + "\n"}, '"Thesaurus"@de')


def application_profile() -> RealFolder:
    """Return three public services and the shapes of a profile for them."""
    base = "https://services.stad.example/"
    cpsv, cv = "http://purl.org/vocab/cpsv#", "http://data.europa.eu/m8g/"
    shapes = f"""{_PREFIXES}PREFIX shape: <{base}shapes#>
shape:Service a sh:NodeShape ;
    sh:targetClass <{cpsv}PublicService> ;
    sh:property [ sh:path dcterms:identifier ; sh:minCount 1 ; sh:maxCount 1 ;
            sh:datatype xsd:string ; sh:name "identifier"@en ] ,
        [ sh:path dcterms:title ; sh:minCount 1 ; sh:uniqueLang true ; sh:name "title"@en ;
            sh:or ( [ sh:datatype xsd:string ] [ sh:nodeKind sh:Literal ] ) ] ,
        [ sh:path <{cv}hasCompetentAuthority> ; sh:minCount 1 ; sh:node shape:Authority ;
            sh:name "competent authority"@en ] .
shape:Authority a sh:NodeShape ;
    sh:targetClass <{cv}PublicOrganisation> ;
    sh:property [ sh:path skos:prefLabel ; sh:minCount 1 ; sh:name "label"@en ] .
"""
    lines = [_PREFIXES]
    for number, title in enumerate(("Parking permit", "Building permit", "Library card"), 1):
        lines.append(
            f"<{base}id/service/{number}> a <{cpsv}PublicService> ;\n    dcterms:identifier"
            f' "{number}" ;\n    dcterms:title "{title}"@en ;\n'
            f"    <{cv}hasCompetentAuthority> <{base}id/authority> ."
        )
    lines.append(
        f'<{base}id/authority> a <{cv}PublicOrganisation> ; skos:prefLabel "The town"@en .'
    )
    files = {"shapes/profile.ttl": shapes, "data/services/services.ttl": "\n".join(lines) + "\n"}
    return RealFolder(base, files)


def quads_by_year() -> RealFolder:
    """Return measurements of two years, a graph a year, of things that are the same every year."""
    base = "https://badevand.kommune.example/"

    def quad(subject: str, predicate: str, value: str, year: int) -> str:
        return f"<{base}{subject}> <{predicate}> {value} <{base}graph/{year}> .\n"

    files = {}
    for year, state in ((2024, "open"), (2025, "closed")):
        lines = [
            quad(f"id/strand/{number}", _RDFS + "label", f'"strand {number}"@da', year)
            + quad(f"id/strand/{number}", _DCT + "description", f'"{state} {number}"@en', year)
            for number in range(1, 6)
        ]
        lines.append(
            quad(
                f"graph/{year}",
                _DCT + "issued",
                f'"{year}-05-01"^^<http://www.w3.org/2001/XMLSchema#date>',
                year,
            )
        )
        files[f"data/badevand/{year}.nq"] = "".join(lines)
    return RealFolder(base, files, '"Badevand"@da')


def loose_ends() -> RealFolder:
    """Return things with what is seldom: names of nothing, circles, empty texts, odd spellings."""
    base = "http://hjemme.museum.example:8081/samling/"
    own = f"{base}ord#"
    turtle = f"""{_PREFIXES}PREFIX ord: <{own}>
ord:misspelt rdfs:subPropertyOf skos:hiddenLabel .
<{base}?ting=7> rdfs:label "kiste"@nb ; ord:misspelt "kitse"@nb ; rdfs:seeAlso <{base}id/gone> ;
    ord:weight "007"^^xsd:integer , .50 , "" ; <urn:museum:shelf> "7 b" ;
    ord:near [ ord:near _:lid ] , [] . _:lid ord:near _:lid ; rdfs:label "lokk"@nb .
<{base}id/lokk> rdfs:label "" ; skos:inScheme <{base}id/no-scheme> ; a <{base}id/no-class> .
"""
    xml = f"""<?xml version="1.0"?>\r
<!DOCTYPE rdf:RDF [<!ENTITY hall 'stor "hall"'>]>
<rdf:RDF xml:base="{base}" xml:lang="nb" xmlns:rdfs="{_RDFS}"
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="id/hall"><rdfs:label>&hall;</rdfs:label>\r
<rdfs:comment xml:lang="">rom<!-- gammelt -->met<![CDATA[ <1>]]>\r\n1</rdfs:comment>
<rdfs:seeAlso rdf:resource="#part"/></rdf:Description></rdf:RDF>
"""
    files = {"data/ting/ting.ttl": turtle, "data/ting/hall.owl": xml}
    return RealFolder(base, files, '"Samling"@nb')


FOLDERS: Mapping[str, Callable[[], RealFolder]] = {
    "modular-ontology": modular_ontology,
    "classification": classification,
    "thesaurus": thesaurus,
    "application-profile": application_profile,
    "quads-by-year": quads_by_year,
    "loose-ends": loose_ends,
}
