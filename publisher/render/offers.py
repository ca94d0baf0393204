"""The files of a dataset, as its page offers them: what is in each, its format, its size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from pyoxigraph import Literal, NamedNode

from publisher.query.engine import Description
from publisher.rdf.namespaces import iri
from publisher.render.labels import best
from publisher.render.parts import Value
from publisher.render.values import bytes_in_words, sort_key
from publisher.render.views import Views

DISTRIBUTION = iri("dcat:distribution")
_FILE, _PAGE = iri("dcat:downloadURL"), iri("dcat:accessURL")
_FORMATS = (iri("dcterms:format"), iri("dcat:mediaType"))
_SIZE, _TITLE = iri("dcat:byteSize"), iri("dcterms:title")

_Said = Mapping[str, Mapping[str, Sequence[object]]]


@dataclass(frozen=True)
class File:
    """A file to fetch: its address with the name of its format, and its size in words."""

    link: Value
    size: str


@dataclass(frozen=True)
class Offer:
    """The same in several formats.

    Attributes:
        name: What it is; a link where there is a page to look at it first.
        files: By format.
    """

    name: Value
    files: tuple[File, ...]


def offers(dataset: str, description: Description, views: Views) -> tuple[Offer, ...]:
    """Return the files of a dataset (DCAT 3, section 6.8), those of one access page together.

    Args:
        dataset: IRI of the document's topic.
        description: Of the document: the dataset and its distributions.
        views: What links are made with.
    """
    said: dict[str, dict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
    for triple in description.own:
        subject = str(getattr(triple.subject, "value", ""))
        said[subject][triple.predicate.value].append(triple.object)
    groups: dict[str, list[str]] = defaultdict(list)
    for name in _iris(said, dataset, DISTRIBUTION):
        if _iris(said, name, _FILE):
            pages = [p for p in _iris(said, name, _PAGE) if p not in _iris(said, name, _FILE)]
            groups[pages[0] if pages and pages[0] != dataset else name].append(name)
    found = [_offer(page, names, said, views) for page, names in groups.items()]
    return tuple(sorted(found, key=lambda o: (sort_key(o.name.text), o.name.href, str(o.files))))


def _iris(said: _Said, subject: str, path: str) -> list[str]:
    found = said.get(subject, {}).get(path, ())
    return sorted(term.value for term in found if isinstance(term, NamedNode))


def _offer(page: str, names: Sequence[str], said: _Said, views: Views) -> Offer:
    titles = [_title(name, said, views.language) for name in names]
    words = takewhile(lambda said: len(set(said)) == 1, zip(*map(str.split, titles), strict=False))
    shared = " ".join(said[0] for said in words) if len(titles) > 1 else ""
    href = "" if page in names else views.link_to(page).href
    files = sorted(
        (_file(name, said, views) for name in names), key=lambda f: (f.link.text, f.link.href)
    )
    return Offer(Value(shared or titles[0], href), tuple(files))


def _title(name: str, said: _Said, language: str) -> str:
    texts = [t for t in said.get(name, {}).get(_TITLE, ()) if isinstance(t, Literal)]
    found = best(texts, language)
    return found.value if found else name.rpartition("/")[2]


def _file(name: str, said: _Said, views: Views) -> File:
    formats = [value for path in _FORMATS for value in _iris(said, name, path)]
    called = views.link_to(formats[0]).text if formats else name.rpartition("/")[2]
    sizes = [t for t in said[name].get(_SIZE, ()) if isinstance(t, Literal) and t.value.isdigit()]
    size = bytes_in_words(int(sizes[0].value), views.language) if sizes else ""
    # A file is the same in every language, and its address is the one that the catalogue gives.
    address = views.link_to(_iris(said, name, _FILE)[0]).href
    return File(Value(called, address.removesuffix(f"?lang={views.language}")), size)
