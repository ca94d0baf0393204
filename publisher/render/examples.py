"""Ready-made queries for readers: to begin with, and to take a whole class away as a table."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from publisher.rdf.namespaces import PREFIXES, shorten

_CSV = "text/csv"


def names_of(class_iri: str, prefixes: Mapping[str, str], language: str) -> str:
    """Return a query for the things of a class, or of any class, with their names."""
    kind = shorten(class_iri, prefixes) if class_iri else "?kind"
    prefix = kind.partition(":")[0]
    declared = {"rdfs": PREFIXES["rdfs"], "skos": PREFIXES["skos"]}
    if not class_iri:
        pass
    elif kind == class_iri:
        kind = f"<{class_iri}>"
    else:
        declared[prefix] = prefixes[prefix]
    lines = [f"PREFIX {name}: <{declared[name]}>" for name in sorted(declared)]
    lines += [
        "",
        "SELECT ?thing ?name WHERE {",
        f"  ?thing a {kind} ;",
        "         skos:prefLabel|rdfs:label ?name .",
        f'  FILTER(LANG(?name) = "{language}")',
        "}",
        "ORDER BY ?name",
    ]
    if not class_iri:
        lines.append("LIMIT 100")
    return "\n".join(lines)


def as_table(endpoint: str, query: str) -> str:
    """Return the address of a query's answer as CSV."""
    joint = "&" if "?" in endpoint else "?"
    return endpoint + joint + urlencode({"query": query, "format": _CSV})
