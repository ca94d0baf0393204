"""The viewers of DASH that pages know: how a shape says that values of a property are shown.

DASH, https://datashapes.org/forms.html, section "Viewers". ``dash:HTMLViewer`` is left out on
purpose: a text from the data never becomes markup of a page.
"""

from __future__ import annotations

from publisher.namespaces import iri, shorten

VIEWER = iri("dash:viewer")
# These show an IRI by its name, and a blank node by what is said of it, which pages do anyway.
BLANK_NODE, LABEL = "dash:BlankNodeViewer", "dash:LabelViewer"
DETAILS = "dash:DetailsViewer"
HYPERLINK, URI = "dash:HyperlinkViewer", "dash:URIViewer"
IMAGE = "dash:ImageViewer"
LANG_STRING, LITERAL = "dash:LangStringViewer", "dash:LiteralViewer"
VIEWERS = (BLANK_NODE, DETAILS, HYPERLINK, IMAGE, LABEL, LANG_STRING, LITERAL, URI)


def read_viewer(name: str) -> str:
    """Return the viewer that an IRI names; empty for one that pages do not know.

    >>> read_viewer("http://datashapes.org/dash#URIViewer")
    'dash:URIViewer'
    >>> read_viewer("http://datashapes.org/dash#HTMLViewer")
    ''
    """
    short = shorten(name)
    return short if short in VIEWERS else ""
