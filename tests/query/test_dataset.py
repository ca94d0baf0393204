from __future__ import annotations

import pytest

from publisher.query.tokens import replace_dataset_clauses

DEFAULT_BUILDS = True


@pytest.mark.parametrize(
    ("query", "written"),
    [
        ("SELECT * { ?s ?p ?o }", "SELECT *  FROM <e:d> { ?s ?p ?o }"),
        ("SELECT * FROM NAMED <e:a> FROM <e:b> WHERE { }", "SELECT *  FROM <e:d> WHERE { }"),
        (
            "CONSTRUCT { ?s ?p 1 } FROM <e:a> WHERE { }",
            "CONSTRUCT { ?s ?p 1 }  FROM <e:d> WHERE { }",
        ),
        ("CONSTRUCT FROM <e:a> WHERE { }", "CONSTRUCT  FROM <e:d> WHERE { }"),
        ("DESCRIBE <e:x>", "DESCRIBE <e:x> FROM <e:d> "),
        ("DESCRIBE <e:x> FROM <e:a> LIMIT 1", "DESCRIBE <e:x>  FROM <e:d> LIMIT 1"),
        (
            "SELECT (EXISTS { ?s ?p 'FROM' } AS ?x) FROM <e:a> { }",
            "SELECT (EXISTS { ?s ?p 'FROM' } AS ?x)  FROM <e:d> { }",
        ),
        (
            "PREFIX from: <e:from> ASK { from:a ?p ?o }",
            "PREFIX from: <e:from> ASK  FROM <e:d> { from:a ?p ?o }",
        ),
    ],
)
def test_the_clauses_stand_where_the_grammar_has_them(query: str, written: str) -> None:
    """SPARQL 1.1 Query, section 19.8, rules 7 to 14, for every form of query."""
    assert replace_dataset_clauses(query, ["e:d"], []) == written
