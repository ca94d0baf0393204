"""RDF/XML in every spelling of XML says what other readers read in it."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, RdfFormat
from rdflib import Graph
from rdflib import Literal as RdflibLiteral

from publisher.rdf.plain_xml import plain_xml
from publisher.rdf.reading import read_quads

BASE = "https://texts.example.org/"
NODE = '<rdf:Description rdf:about="t/1">{}</rdf:Description>'


def document(body: str, doctype: str = "", attributes: str = "") -> str:
    """Return a document with some elements in it."""
    return (
        f'<?xml version="1.0"?>\n{doctype}<rdf:RDF xml:base="{BASE}" xmlns:e="{BASE}v#"'
        ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        f"{attributes}>{body}</rdf:RDF>\n"
    )


def said(text: str) -> set[tuple[str, str]]:
    """Return value and language of all literals of a document, as we read it."""
    quads = read_quads(text.encode(), RdfFormat.RDF_XML, BASE, "t.rdf")
    literals = (q.object for q in quads if isinstance(q.object, Literal))
    return {(literal.value, literal.language or "") for literal in literals}


DOCUMENTS = {
    "a comment in a text": document(NODE.format("<e:p>fjell<!-- or\n hill -->dal</e:p>")),
    "a comment before a text": document(NODE.format("<e:p> <!-- c --> dal </e:p>")),
    "an instruction in a text": document(NODE.format("<e:p>fjell<?sort by name?>dal</e:p>")),
    "CDATA among text": document(NODE.format("<e:p> a &amp; <![CDATA[<b>&amp;]]> c</e:p>")),
    "line ends of Windows": document(NODE.format("<e:p>a\r\nb&#xD;\r\nc\rd</e:p>")),
    "an attribute over lines": document('<rdf:Description rdf:about="t/1" e:p="a\r\n\tb&#10;c"/>'),
    "entities in apostrophes": document(
        NODE.format("<e:p>&place;</e:p><e:q>&more;</e:q>"),
        "<!DOCTYPE rdf:RDF [\n<!-- 'x' --><!ENTITY place 'a \"b\"'><!ENTITY more \"it's\">\n]>",
    ),
    "a language taken away": document(
        NODE.format(
            '<e:p>a</e:p><e:p xml:lang="">b</e:p><e:q xml:lang="se"><rdf:Description><e:p>c</e:p>'
            "</rdf:Description></e:q>"
        )
        + "<rdf:Description xml:lang='' rdf:about='t/2' e:p='d'/>"
        + "<rdf:Description rdf:about='t/3' e:p='e &lt; f'><e:q xml:lang=''>g</e:q><e:q>h</e:q>"
        + "</rdf:Description>",
        attributes=' xml:lang="nn"',
    ),
}


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=list(DOCUMENTS))
def test_every_spelling_is_read_as_rdflib_reads_it(text: str) -> None:
    """Whose reader of XML is Python's."""
    graph = Graph().parse(data=text.encode(), format="xml")
    literals = (value for value in graph.objects() if isinstance(value, RdflibLiteral))
    theirs = {(str(literal), literal.language or "") for literal in literals}
    assert theirs
    assert said(text) == theirs


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("kvæn <i/>", "kvæn <i></i>"),
        ("<b \n z='2' a=\"1\">&lt;<![CDATA[&]]></b>", '<b a="1" z="2">&lt;&amp;</b>'),
        ("<e:b e:z='2'/>", f'<e:b xmlns:e="{BASE}v#" e:z="2"></e:b>'),
        ('a<b xmlns="urn:x"><c/></b><!-- d -->', 'a<b xmlns="urn:x"><c></c></b><!-- d -->'),
        ("", ""),
    ],
)
def test_xml_literals_are_canonical(inner: str, text: str) -> None:
    """RDF 1.1 XML Syntax, section 7.2.17."""
    written = document(NODE.format(f"<e:p rdf:parseType='Literal'>{inner}</e:p>"))
    assert said(written) == {(text, "")}
    assert plain_xml(written.encode()).count(b"\n") == written.count("\n")


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=list(DOCUMENTS))
def test_lines_stay_where_they_are(text: str) -> None:
    """So that an error names the line that its author sees."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    assert plain_xml(text.encode()).count(b"\n") == lines.count("\n")


def test_a_plain_document_is_not_rewritten() -> None:
    """Comments between elements do no harm."""
    text = document("\n<!-- lakes -->\n" + NODE.format('<e:p xml:lang="se">jávri</e:p>')).encode()
    assert plain_xml(text) is text


def test_a_mistake_is_named_with_its_line() -> None:
    """Behind a comment of three lines."""
    text = document(NODE.format("<e:p>a<!-- \n\n -->b</e:p>\n<e:q></e:r>"))
    with pytest.raises(SyntaxError) as caught:
        said(text)
    assert caught.value.lineno == 5
