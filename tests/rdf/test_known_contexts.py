"""Contexts of JSON-LD that files name by their addresses, and that are never fetched."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from pyld import jsonld
from pyoxigraph import Quad, RdfFormat, parse

from publisher.errors import SourceSyntax
from publisher.rdf import known_contexts
from publisher.rdf.known_contexts import FILES, FOLDER, read_context, with_known_contexts
from publisher.rdf.reading import read_quads

BASE = "https://daten.example.org/"
bundled = pytest.mark.skipif(
    not all((FOLDER / name).is_file() for name in FILES), reason="the package was built without npm"
)
# A small context in the place of a large one: with a prefix, a type, a list and a scoped context.
SMALL = {
    "@version": 1.1,
    "id": "@id",
    "type": "@type",
    "w": "https://voc.example.org/w#",
    "deep": {"@id": "w:deep", "@type": "w:metres"},
    "near": {"@id": "w:near", "@type": "@id", "@container": "@list"},
    "owner": {"@id": "w:owner", "@context": {"name": "w:ownerName"}},
    "Lake": "w:Lake",
    "unused": "w:unused",
}


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let schema.org's address stand for the small context."""
    document = json.dumps({"@context": SMALL})
    (tmp_path / "schemaorg.json").write_text(document, encoding="utf-8")
    monkeypatch.setattr(known_contexts, "FOLDER", tmp_path)
    read_context.cache_clear()
    yield
    read_context.cache_clear()


def read(text: str) -> set[Quad]:
    """Return what a file says."""
    return set(read_quads(text.encode(), RdfFormat.JSON_LD, BASE, "a.jsonld"))


def without_names(quads: Iterable[Quad]) -> list[str]:
    """Return what quads say, sorted, whatever their blank nodes are called."""
    return sorted(re.sub(r"_:\w+", "_:b", str(quad.triple)) for quad in quads)


@pytest.mark.parametrize(
    "address",
    [
        *("https://schema.org", "http://schema.org/", "https://www.schema.org/"),
        "https://schema.org/docs/jsonldcontext.jsonld",
    ],
)
def test_a_known_address_gives_way_to_its_context(small: None, address: str) -> None:
    """However people write it."""
    said: dict[str, object] = {"id": "id/1", "type": "Lake", "deep": "7", "near": ["id/2", "id/3"]}
    said["owner"] = {"name": "N.N."}
    expected = without_names(read(json.dumps({"@context": SMALL} | said)))
    assert len(expected) == 9
    assert without_names(read(json.dumps({"@context": address} | said))) == expected


def test_a_known_address_may_stand_among_others_and_in_a_term(small: None) -> None:
    """A list of contexts, and the context of what a property leads to."""
    local = {"more": "https://voc.example.org/more", "part": {"@id": "w:part"}}
    listed = [{"w": SMALL["w"]}, "https://schema.org/", local]
    found = read(json.dumps({"@context": listed, "id": "id/1", "more": "x", "deep": "2"}))
    assert {quad.predicate.value for quad in found} == {
        "https://voc.example.org/more",
        "https://voc.example.org/w#deep",
    }
    scoped = {"part": {"@id": "https://voc.example.org/part", "@context": "https://schema.org"}}
    found = read(json.dumps({"@context": scoped, "@id": "id/1", "part": {"deep": "3"}}))
    assert "https://voc.example.org/w#deep" in {quad.predicate.value for quad in found}


# Of what the files of their makers say, in the form of ``meanings``: the commit of each.
WRITTEN = {
    # w3c/csvw, ns/csvw.jsonld, 2 November 2022
    "http://www.w3.org/ns/csvw": (
        "182c223d268725653279b977c2b5b7fb2e4cf88525ec707681956e3db4089036"
    ),
    # SEMICeu/DCAT-AP, context/dcat-ap.jsonld of the two releases
    "https://semiceu.github.io/DCAT-AP/releases/3.0.1/context/dcat-ap.jsonld": (
        "89ca1753ba1db49508bf86031879d8eea971f7523223fbf06cac3a39a6023c46"
    ),
    "https://semiceu.github.io/DCAT-AP/releases/3.0.0/context/dcat-ap.jsonld": (
        "a0d583ec4ae14c2dea336ff671db4a5bb8f7eeb466e9dc6e64ea830e3961c803"
    ),
    # w3c/web-annotation, jsonld/anno.jsonld, of the Recommendation of 2017
    "http://www.w3.org/ns/anno.jsonld": (
        "603f21d08c6c64a4018273741a75657458ea212b2803fb8930ffb10f7474a214"
    ),
    # IIIF/api, source/presentation/2 and source/image/2
    "http://iiif.io/api/presentation/2/context.json": (
        "fef4f42fc09d086d26ce38f2b62fffe5f4bab98ecdd5eb6756315c9a367702eb"
    ),
    "http://iiif.io/api/image/2/context.json": (
        "0a3da8ec915383dbf2d14d792e3fe6672493e186be337c843997459e3bd59619"
    ),
}


def meanings(context: dict[str, object]) -> dict[str, object]:
    """Return what each term means, with prefixes written out; sets mean nothing in RDF."""
    prefixes = {
        name: value
        for name, value in context.items()
        if isinstance(value, str) and value.startswith("http")
    }

    def full(value: object) -> object:
        prefix, colon, rest = str(value).partition(":")
        is_short = bool(colon) and prefix in prefixes and not rest.startswith("//")
        return f"{prefixes[prefix]}{rest}" if is_short else value

    found: dict[str, object] = {}
    for name, definition in context.items():
        if isinstance(definition, str):
            found[name] = full(definition)
            continue
        assert isinstance(definition, dict)
        for term, said in ((name, definition), *definition.get("@context", {}).items()):
            key = name if said is definition else f"{name}/{term}"
            found[key] = {
                each: full(value)
                for each, value in said.items()
                if each != "@context" and (each, value) != ("@container", "@set")
            }
    return found


@pytest.mark.parametrize("address", WRITTEN)
def test_what_is_written_here_says_what_its_makers_say(address: str) -> None:
    """Whoever names an address means what stands there, letter for letter."""
    context = read_context(address)
    assert isinstance(context, dict)
    said = json.dumps(meanings(dict(context)), sort_keys=True)
    assert hashlib.sha256(said.encode()).hexdigest() == WRITTEN[address]


@bundled
@pytest.mark.parametrize(
    ("version", "digest"),
    [
        ("1.0", "1d113247e63ef2d0f0707a7135c2f399887d21a281d69ab25f77f67991cd6ac5"),
        ("1.1", "378c2177b486b6e9153760c6b48a11185c622cc589a3f53bb6060dd8eb2eee1a"),
        ("1.3", "188b722e3546cef10a5221f9a883a7450411535bffff6583f3a1bedd1022637d"),
    ],
)
def test_contexts_of_other_crates_say_what_their_makers_say(version: str, digest: str) -> None:
    """They are made of that of 1.2; ResearchObject/ro-crate, docs/_specification."""
    context = read_context(f"https://w3id.org/ro/crate/{version}/context")
    assert isinstance(context, dict)
    assert context.get("@base") is None
    terms = {name: said for name, said in context.items() if name != "@base"}
    said = json.dumps(meanings(terms), sort_keys=True)
    assert hashlib.sha256(said.encode()).hexdigest() == digest


def test_csvw_and_dcat_ap_are_read_by_their_addresses() -> None:
    """Types and languages are those of the contexts, also those that a class has for itself."""
    csvw, dcat, semic = (
        "http://www.w3.org/ns/csvw#",
        "http://www.w3.org/ns/dcat#",
        "https://semiceu.github.io/DCAT-AP/releases",
    )
    table = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "nb"}],
        "@id": "id/tabell",
        "tableSchema": {"columns": [{"titles": "Dybde", "name": "d", "datatype": "decimal"}]},
    }
    found = {(q.predicate.value, str(q.object)) for q in read(json.dumps(table))}
    assert (f"{csvw}title", '"Dybde"@nb') in found
    assert (f"{csvw}name", '"d"') in found
    assert (f"{csvw}datatype", "<http://www.w3.org/2001/XMLSchema#decimal>") in found
    data = {"@type": "Dataset", "inSeries": "https://x.example/s"}
    scoped = {"@context": f"{semic}/3.0.1/context/dcat-ap.jsonld", **data}
    dotted = {"@context": f"{semic}/3.0.0/context/dcat-ap.jsonld", "@type": "Dataset"}
    dotted["Dataset.inSeries"] = data["inSeries"]
    assert without_names(read(json.dumps(scoped))) == without_names(read(json.dumps(dotted)))
    assert f"{dcat}inSeries> <https://x.example/s>" in " ".join(map(str, read(json.dumps(scoped))))


def test_an_unknown_address_is_named_with_its_line(small: None) -> None:
    """Also behind a known one; nothing is fetched."""
    text = '{\n "@context": [\n  "https://schema.org",\n  "https://other.example.org/c"\n ]\n}'
    with pytest.raises(SourceSyntax, match=r"Line 4: .*<https://other\.example\.org/c>"):
        read(text)


def test_a_mistake_behind_a_context_keeps_its_line(small: None) -> None:
    """The context takes the place of its address, on the same lines."""
    text = '{"@context":\n [\n"https://schema.org"\n],\n"id": "id/1",\n"deep" 7}'
    with pytest.raises(SyntaxError) as caught:
        read(text)
    assert caught.value.lineno == 6


def test_of_a_context_only_what_a_file_uses_is_put_into_it(small: None) -> None:
    """A file may name it at each of its things: ten thousand would be a gigabyte."""
    thing = {"@context": "https://schema.org", "deep": "1"}
    written = with_known_contexts(json.dumps([thing] * 100).encode(), "a.jsonld")
    first = json.loads(written)[0]["@context"]
    assert first == {name: SMALL[name] for name in ("@version", "w", "deep")}


def test_text_that_looks_like_a_context_is_text(small: None) -> None:
    """In a string quotation marks are escaped."""
    text = json.dumps({"@id": "id/1", "https://voc.example.org/says": '"@context": "https://x"'})
    assert with_known_contexts(text.encode(), "a.jsonld") == text.encode()
    assert len(read(text)) == 1


@bundled
@pytest.mark.parametrize("name", FILES)
def test_every_bundled_context_is_one(name: str) -> None:
    """A package of npm that changes must not change what files say without a word."""
    context = json.loads((FOLDER / name).read_text(encoding="utf-8"))["@context"]
    assert isinstance(context, dict)
    assert len(context) > 2


@bundled
@pytest.mark.parametrize(
    ("address", "said"),
    [
        (
            "https://schema.org",
            {
                "@type": ["Event", "schema:Festival"],
                "name": {"@value": "Sjödag", "@language": "sv"},
                "startDate": "2026-05-31",
                "url": "https://www.example.org/",
                "location": {"@type": "Place", "geo": {"latitude": 60.6, "longitude": 15.6}},
            },
        ),
        (
            "http://www.w3.org/ns/anno.jsonld",
            {
                "type": "Annotation",
                "motivation": "tagging",
                "created": "2026-05-31T12:00:00Z",
                "body": {"type": "TextualBody", "value": "sjö", "language": "sv"},
                "target": {
                    "source": "id/2",
                    "selector": {"type": "TextPositionSelector", "start": 3},
                },
            },
        ),
        (
            "http://iiif.io/api/presentation/2/context.json",
            {
                "@type": "sc:Manifest",
                "label": {"@value": "Bok", "@language": "sv"},
                "viewingDirection": "left-to-right",
                "sequences": [{"@type": "sc:Sequence", "canvases": [{"@id": "c/1", "height": 9}]}],
                "within": "id/collection",
                "metadata": [{"label": "Format", "value": "8:o"}],
            },
        ),
        (
            "http://iiif.io/api/image/2/context.json",
            {
                "profile": ["level1.json", {"supports": ["mirroring"], "maxWidth": 7}],
                "tiles": [{"width": 512, "scaleFactors": [1, 2]}],
            },
        ),
        (
            "https://www.w3.org/2018/credentials/v1",
            {
                "type": ["VerifiableCredential"],
                "issuer": "https://example.org/issuers/7",
                "issuanceDate": "2026-05-31T12:00:00Z",
                "credentialSubject": {"id": "did:example:7"},
            },
        ),
        (
            "https://www.w3.org/ns/credentials/v2",
            {
                "type": ["VerifiableCredential"],
                "issuer": "https://example.org/issuers/7",
                "validFrom": "2026-05-31T12:00:00Z",
                "name": "Intyg",
                "credentialSubject": {"id": "did:example:7"},
            },
        ),
        (
            "https://w3id.org/ro/crate/1.1/context",
            {
                "@graph": [
                    {"@id": "a.json", "@type": "CreativeWork", "about": {"@id": "./"}},
                    {"@id": "./", "@type": "Dataset", "datePublished": "2026-05-31", "input": "x"},
                ]
            },
        ),
        (
            "https://w3id.org/ro/crate/1.3/context",
            {"@type": "ComputationalWorkflow", "auditDate": "2026-05-31", "hasStore": "x"},
        ),
        (
            "https://w3id.org/ro/crate/1.2/context",
            {"@type": "Dataset", "cite-as": "https://doi.example/10.1/7", "Subscription": "y"},
        ),
        (
            "https://www.w3.org/ns/activitystreams",
            {
                "type": "Create",
                "published": "2026-05-31T12:00:00Z",
                "to": ["https://www.w3.org/ns/activitystreams#Public"],
                "object": {"type": "Note", "contentMap": {"sv": "Sjö", "en": "Lake"}},
            },
        ),
    ],
)
def test_a_file_says_what_it_says_with_the_whole_context(address: str, said: object) -> None:
    """PyLD reads the same file with all of it."""
    document = {"@context": address, "@id": f"{BASE}id/1"} | dict(said)  # type: ignore[call-overload]
    whole = document | {"@context": read_context(address)}
    theirs = jsonld.to_rdf(whole, {"format": "application/n-quads", "base": BASE})
    expected = without_names(parse(theirs, format=RdfFormat.N_QUADS))
    found = without_names(read(json.dumps(document)))
    assert found == expected
