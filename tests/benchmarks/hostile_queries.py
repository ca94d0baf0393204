"""Queries that have stopped endpoints, this one's engine among them, or were made to."""

from __future__ import annotations

DEPTH = 10_000
_ALL = "?s ?p ?o"


def _around(opening: str, inside: str, closing: str, depth: int) -> str:
    return opening * depth + inside + closing * depth


def _where(pattern: str) -> str:
    return f"SELECT * {{ {pattern} }} LIMIT 1"


def _filter(expression: str) -> str:
    return _where(f"{_ALL} FILTER({expression})")


def nested(depth: int) -> dict[str, str]:
    """Return queries of every kind of nesting and of long chains, each so deep."""
    return {
        "parentheses": _filter(_around("(", "1", ")", depth)),
        "function calls": _filter(_around("STR(", "?s", ")", depth)),
        "conditions": _filter(_around("IF(true,", "1", ",0)", depth)),
        "coalesce": _filter(_around("COALESCE(", "1", ")", depth)),
        "negations": _filter("!" * depth + "true"),
        "minus signs": _filter("- " * depth + "1 < 0"),
        "plus chain": _filter("1" + "+1" * depth + " > 0"),
        "or chain": _filter("true" + "||true" * depth),
        "in list": _filter("?o IN (" + ",".join(["1"] * depth) + ")"),
        "concat arguments": _filter("CONCAT(" + ",".join(['"a"'] * depth) + ') = "a"'),
        "groups": _where(_around("{", _ALL, "}", depth)),
        "optionals": _where(_around("OPTIONAL {", _ALL, "}", depth)),
        "optional chain": _where(_ALL + f" OPTIONAL {{ {_ALL} }}" * depth),
        "minus": _where(_around(f"{_ALL} MINUS {{", _ALL, "}", depth)),
        "graphs": _where(_around("GRAPH ?g {", _ALL, "}", depth)),
        "union chain": _where(f"{{ {_ALL} }}" + f" UNION {{ {_ALL} }}" * depth),
        "not exists": _where(_around("FILTER NOT EXISTS {", _ALL, "}", depth)),
        "subqueries": _where(_around("{ SELECT * {", _ALL, "} }", depth)),
        "binds": _where(" ".join(f"BIND(1 AS ?b{n})" for n in range(depth))),
        "blank nodes": _where("?s ?p " + _around("[ ?p ", "?o", " ]", depth)),
        "lists": _where("?s ?p " + _around("( ", "?o", " )", depth)),
        "path groups": _where("?s " + _around("(", "<urn:p>", ")", depth) + " ?o"),
        "path sequence": _where("?s <urn:p>" + "/<urn:p>" * depth + " ?o"),
        "path alternatives": _where("?s <urn:p>" + "|<urn:p>" * depth + " ?o"),
        "path stars": _where("?s " + _around("(", "<urn:p>", ")*", depth) + " ?o"),
        "path inverses": _where("?s " + _around("^(", "<urn:p>", ")", depth) + " ?o"),
        "triple terms": _where("?s ?p " + _around("<<( ?s ?p ", "?o", " )>>", depth)),
    }


def heavy() -> dict[str, str]:
    """Return short queries that want all time or memory."""
    patterns = " . ".join(f"?s{n} ?p{n} ?o{n}" for n in range(6))
    separator = "x" * 900
    counting = "((a{0,99}){0,99}){0,99}"
    digits = "VALUES ?v%d { 0 1 2 3 4 5 6 7 8 9 }"
    product = " ".join(digits % number for number in range(9))
    doubled = " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(40))
    replaced = '"aaaaaaaaaa"'
    for _ in range(8):
        replaced = f'REPLACE({replaced}, "a", "aaaaaaaaaa")'
    return {
        "cross join": f"SELECT (COUNT(*) AS ?n) {{ {patterns} }}",
        "cross join with a filter": f"SELECT * {{ {patterns} FILTER(?s0 = ?o5 && ?p1 = ?o2) }}",
        "cross join in order": f"SELECT * {{ {patterns} }} ORDER BY ?o0 ?o1 LIMIT 1",
        "cross join without repetitions": f"SELECT DISTINCT ?s0 ?s1 ?s2 ?s3 {{ {patterns} }}",
        "cross join as a graph": f"CONSTRUCT {{ ?s0 ?p1 ?o2 }} {{ {patterns} }}",
        "endless result": f"SELECT * {{ {patterns} }}",
        "product of values": f"SELECT (COUNT(*) AS ?n) {{ {product} }}",
        "product in order": f"SELECT * {{ {product} }} ORDER BY RAND() LIMIT 1",
        "path explosion": "SELECT (COUNT(*) AS ?n) { ?s (<urn:p>|!<urn:p>)* ?o }",
        "path explosion both ways": "SELECT * { ?s (^(<urn:p>|!<urn:p>)|!<urn:q>)+ ?o }",
        "group concat": "SELECT (GROUP_CONCAT(?s0; separator="
        f'"{separator}") AS ?c) {{ {patterns} }}',
        "doubled strings": "SELECT (STRLEN(?x40) AS ?n) { "
        f'BIND("aaaaaaaaaaaaaaaa" AS ?x0) {doubled} }}',
        "nested replace": f"SELECT (STRLEN({replaced}) AS ?n) {{}}",
        "regex": f'SELECT * {{ {patterns} FILTER(REGEX(STR(?o0), "^(a+)+(b|c*)*$")) }}',
        "regex that counts": _filter(f'REGEX(STR(?o), "{counting}")'),
        "many patterns": "ASK { " + "?a ?b ?c . " * 100 + "}",
        "many disjoint patterns": "ASK { "
        + " . ".join(f"?a{n} ?b{n} ?c{n}" for n in range(100))
        + " }",
        "long in list": _filter("?o IN (" + ",".join(str(n) for n in range(9000)) + ")"),
        "digests": "SELECT (SHA512(?d) AS ?e) { "
        f"{patterns} BIND(SHA512(STR(?s0)) AS ?d) }} ORDER BY ?e",
    }


def large() -> dict[str, str]:
    """Return queries that are long: some are refused for it, some are just short enough."""
    return {
        "ten megabytes of blanks": "ASK {" + " " * 10_000_000 + "}",
        "ten megabytes of comment": "ASK {} # " + "x" * 10_000_000,
        "ten megabytes of values": "ASK { VALUES ?x { " + "1 " * 5_000_000 + "} }",
        "values": "SELECT (COUNT(*) AS ?n) { VALUES ?x { " + "1 " * 9_000 + "} ?x ?p ?o }",
        "unclosed strings": 'ASK { ?s ?p "' + '\\"' * 30_000,
        "dots": "ASK { " + "a." * 30_000,
    }


def forbidden(port: int) -> dict[str, str]:
    """Return queries that would make the machine connect to a port of its own, or change it."""
    target = f"http://127.0.0.1:{port}/"
    return {
        "service": f"SELECT * {{ SERVICE <{target}> {{ {_ALL} }} }}",
        "service, glued": f"PREFIX e: <{target}> SELECT * {{ SERVICEe:x {{ {_ALL} }} }}",
        "service, hidden": f"PREFIX e: <{target}> SELECT * {{ FILTER(?a<?b)SERVICE#>\ne:x{{ }} }}",
        "load": f"LOAD <{target}>",
        "insert": "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
        "from": f"SELECT * FROM <{target}> {{ {_ALL} }}",
    }


def corpus(port: int = 9, depth: int = DEPTH) -> dict[str, str]:
    """Return name → query of everything above.

    Args:
        port: Where queries that may ask nobody try to ask.
        depth: Of nesting; what nests less deep passes the gate and reaches the engine.
    """
    shallow = {f"{name}, shallow": query for name, query in nested(90).items()}
    return {**heavy(), **shallow, **nested(depth), **large(), **forbidden(port)}
