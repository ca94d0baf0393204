"""RDF files of a few kilobytes that want gigabytes, minutes, or the end of who reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XMLNS = f'xmlns:rdf="{RDF}" xmlns:e="https://e.org/"'


def _turtle(opening: str, closing: str, depth: int, inside: str = "1") -> str:
    return f"<urn:s> <urn:p> {opening * depth}{inside}{closing * depth} .\n"


def _json(opening: str, closing: str, depth: int, inside: str = "1") -> str:
    return f'{{"@id": "urn:s", "urn:p": {opening * depth}{inside}{closing * depth}}}'


def _xml(opening: str, closing: str, depth: int, dtd: str = "", inside: str = "1") -> str:
    return f"{dtd}<rdf:RDF {_XMLNS}>{opening * depth}{inside}{closing * depth}</rdf:RDF>"


def _described(text: str) -> str:
    return f'<rdf:Description rdf:about="urn:s"><e:p>{text}</e:p></rdf:Description>'


def _entities(levels: int, text: str = "&e9;", quote: str = "{}") -> str:
    declared = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, levels + 1))
    declared = quote.format(f'<!ENTITY e0 "aaaaaaaaaa">{declared}')
    return _xml("", "", 0, f"<!DOCTYPE rdf:RDF [{declared}]>", _described(text))


def _terms(count: int, form: str) -> str:
    return ",".join(form.format(n=n) for n in range(count))


def _chained(count: int) -> str:
    """Return terms of which each is defined by the next one."""
    terms = ",".join(f'"a{n}":"a{n + 1}:x"' for n in range(count))
    return f'{{"@context":{{{terms},"a{count}":"urn:x"}},"@id":"urn:s","a0":1}}'


def _wide_attributes(count: int) -> str:
    attributes = " ".join(f'e:a{n}="1"' for n in range(count))
    return _xml("", "", 0, inside=f"<rdf:Description {attributes}/>")


_NODE = '<rdf:Description><e:p rdf:parseType="Collection">'
_END = "</e:p></rdf:Description>"
_CONTEXT = '{"a":{"@id":"urn:a","@context":'

# Name → extension, and what makes the text. Each is refused, here or in a process of its own.
REFUSED: Mapping[str, tuple[str, Callable[[], str]]] = {
    "quoted triples": ("ttl", lambda: _turtle("<<( <urn:s> <urn:p> ", " )>>", 25_000)),
    "quoted triples without an end": ("ttl", lambda: _turtle("<<(<urn:s> <urn:p> ", "", 60_000)),
    "quoted triples in N-Triples": ("nt", lambda: _turtle("<<( <urn:s> <urn:p> ", " )>>", 25_000)),
    "quoted triples in N-Quads": ("nq", lambda: _turtle("<<( <urn:s> <urn:p> ", " )>>", 25_000)),
    "reified triples": ("ttl", lambda: _turtle("<< <urn:s> <urn:p> ", " >>", 50_000)),
    "annotations": ("ttl", lambda: _turtle("1 {| <urn:p> ", " |}", 50_000)),
    "property lists": ("ttl", lambda: _turtle("[ <urn:p> ", " ]", 100_000)),
    "collections": ("ttl", lambda: _turtle("(", ")", 200_000)),
    "a mixture": ("trig", lambda: _turtle("( [ <urn:p> ", " ] )", 50_000)),
    "formulas": ("n3", lambda: _turtle("{ <urn:s> <urn:p> ", " }", 50_000)),
    "a long prefix": (
        "ttl",
        lambda: f"@prefix p: <urn:{'x' * 100_000}> .\n" + "p:a p:b p:c .\n" * 20_000,
    ),
    "bases that continue bases": (
        "ttl",
        lambda: (
            "@base <http://e.org/> .\n"
            + f"@base <{'x' * 200}/> .\n" * 2000
            + "<a> <b> <c> .\n" * 20_000
        ),
    ),
    "a string without an end": ("ttl", lambda: f'<urn:s> <urn:p> """{"x" * (20 << 20)}'),
    "a comment without an end": ("ttl", lambda: f"# {'x' * (20 << 20)}"),
    "objects": ("jsonld", lambda: _json('{"@id":"urn:s","urn:p":', "}", 6_000)),
    "arrays": ("jsonld", lambda: _json("[", "]", 100_000)),
    "arrays without an end": ("jsonld", lambda: _json("[", "", 100_000)),
    "lists in lists": ("jsonld", lambda: _json('{"@list":[', "]}", 6_000)),
    "graphs in graphs": ("jsonld", lambda: '{"@graph":[' * 3000 + "1" + "]}" * 3000),
    "contexts in contexts": (
        "jsonld",
        lambda: f'{{"@context":{_CONTEXT * 2000}{{}}{"}}" * 2000},"urn:p":1}}',
    ),
    "terms that are defined by each other": (
        "jsonld",
        lambda: _chained(20_000),
    ),
    "a long vocabulary": (
        "jsonld",
        lambda: (
            f'{{"@context":{{"@vocab":"urn:{"x" * 100_000}"}},"@id":"urn:s",'
            + ",".join(f'"a{n}":1' for n in range(40_000))
            + "}"
        ),
    ),
    "a context for each of many levels": (
        "jsonld",
        lambda: (
            f'{{"@context":{{{_terms(20_000, "{{q}}a{n}{{q}}:{{q}}urn:{n}{{q}}")}}},"a1":'.replace(
                "{q}", '"'
            )
            + '{"@context":{"z":"urn:z"},"@id":"urn:s","a1":' * 240
            + "1"
            + "}" * 241
        ),
    ),
    "entities in entities": ("rdf", lambda: _entities(9)),
    "entities in entities in a comment": ("rdf", lambda: _entities(9, "1", "<!-- {} -->")),
    "entities that nobody uses": ("owl", lambda: _entities(9, "1")),
    "one large entity": (
        "rdf",
        lambda: _xml(
            "",
            "",
            0,
            f'<!DOCTYPE rdf:RDF [<!ENTITY a "{"a" * 100_000}">]>',
            _described("&a;" * 100_000),
        ),
    ),
    "an entity from a file": (
        "rdf",
        lambda: _xml(
            "", "", 0, '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>', _described("&a;")
        ),
    ),
    "a parameter entity": (
        "rdf",
        lambda: _xml("", "", 0, '<!DOCTYPE r [<!ENTITY % a SYSTEM "http://127.0.0.1:1/"> %a;]>'),
    ),
    "elements": ("rdf", lambda: _xml("<rdf:Description><e:p>", _END, 100_000)),
    "elements without an end": ("rdf", lambda: _xml("<rdf:Description><e:p>", "", 100_000)),
    "XML collections": ("rdf", lambda: _xml(_NODE, _END, 50_000)),
    "an XML literal": (
        "rdf",
        lambda: _xml(
            "",
            "",
            0,
            inside=_described("<x>" * 50_000 + "</x>" * 50_000).replace(
                "<e:p>", '<e:p rdf:parseType="Literal">'
            ),
        ),
    ),
    "an XML comment without an end": ("rdf", lambda: f"<rdf:RDF {_XMLNS}><!--{'x' * (8 << 20)}"),
    "an XML name without an end": ("rdf", lambda: f"<rdf:RDF {_XMLNS}><a{'x' * (8 << 20)}"),
    "an XML attribute without an end": ("rdf", lambda: f'<rdf:RDF a="{"x" * (8 << 20)}'),
    "a long XML namespace": (
        "rdf",
        lambda: _xml(
            "",
            "",
            0,
            inside=f'<rdf:Description xmlns:l="urn:{"x" * 100_000}">'
            + "<l:p>1</l:p>" * 40_000
            + "</rdf:Description>",
        ),
    ),
    "attributes": ("rdf", lambda: _wide_attributes(100_000)),
}
MEDIA_TYPES = {
    "ttl": "text/turtle",
    "trig": "application/trig",
    "n3": "text/turtle",
    "nt": "application/n-triples",
    "nq": "application/n-quads",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
    "owl": "application/rdf+xml",
}


def bomb(name: str) -> bytes:
    """Return the file of that name."""
    return REFUSED[name][1]().encode()
