"""Link fields that follow from an address alone: all that a file server can send."""

from __future__ import annotations

from publisher.rdf.media_types import DOCUMENTS, GRAPHS, HTML, JSON_LD
from publisher.serve.signposting import LINKSET, LINKSET_JSON

_CONTEXT = "http://www.w3.org/ns/json-ld#context"


def links(here: str, base: str) -> list[tuple[str, str]]:
    """Return found, offer and representation as an expression → value of the Link field.

    ``$bare`` is the path of the document, ``$thing`` the IRI of what it is about.

    Args:
        here: Address of the site, without the last slash.
        base: Base of the names, without the last slash.
    """
    rows = []
    for chosen in DOCUMENTS:
        found = [(f"{base}$bare", 'rel="canonical"')]
        for media_type in DOCUMENTS:
            place = f"{here}$bare.{media_type.extension}"
            if media_type is not chosen:
                found.append((place, f'rel="alternate"; type="{media_type.name}"'))
        found.append((f"{here}/context.jsonld", f'rel="{_CONTEXT}"; type="{JSON_LD.name}"'))
        if chosen is HTML:
            found.append(("$thing", 'rel="cite-as"'))
            found += [
                (f"{here}$bare.{m.extension}", f'rel="describedby"; type="{m.name}"')
                for m in GRAPHS
            ]
            found.append(("https://schema.org/AboutPage", 'rel="type"'))
        else:
            found.append((f"{here}$bare", f'rel="describes"; type="{HTML.name}"'))
        found += [
            (f"{here}/linkset$bare.{m.extension}", f'rel="linkset"; type="{m.name}"')
            for m in (LINKSET_JSON, LINKSET)
        ]
        field = ", ".join(f"<{target}>; {parameters}" for target, parameters in found)
        rows.append((f"^1:(documents|catalogue):{chosen.extension}$", field.replace('"', '\\"')))
    return rows


def topic_rows(base: str) -> list[tuple[str, str]]:
    """Return path as an expression → IRI of what the document is about, where they differ."""
    return [(r"^/doc/(?P<topic>[^?]+?)(\.(html|ttl|jsonld|rdf|nt))?$", f"{base}/id/$topic")]
