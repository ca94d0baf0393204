"""Pages of thesauri and ontologies that people published: nothing is missing, empty or dead."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from publisher.render import concept_lists, concepts
from publisher.serve.app import create_flask
from publisher.serve.export import pages as exported_pages
from publisher.serve.site import Site
from tests.previews import preview_site

DATA = Path(__file__).parents[3] / "shared" / "field" / "data"
BASE = "https://daten.example.org/"
FILES = {
    "axioms": "owl-axioms/onto.ttl",
    "slashes": "slash-ontology/onto.ttl",
    "features": "skos-features/data.ttl",
    "names": "names-not-known/data.ttl",
    "hidden": "hidden-label/data.ttl",
    "right-to-left": "right-to-left/data.ttl",
    "circle": "deep-and-tangled/circle.ttl",
    "clique": "deep-and-tangled/clique9.ttl",
    "deep": "deep-and-tangled/deep900.ttl",
    "diamonds": "deep-and-tangled/diamond24.ttl",
    "flat": "deep-and-tangled/flat3000.ttl",
}
BOATS = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX b: <https://daten.example.org/id/boat/>
<https://daten.example.org/id/boats> a skos:ConceptScheme ; skos:prefLabel "Boats"@en .
b:raft a skos:Concept ; skos:inScheme <https://daten.example.org/id/boats> ;
    skos:prefLabel "raft"@en ; dcterms:modified "2029-12-31"^^xsd:date .
b:punt a skos:Concept ; skos:inScheme <https://daten.example.org/id/boats> ;
    skos:prefLabel "punt"@en ; dcterms:modified "2031-03-02"^^xsd:date ;
    skos:exactMatch <http://vessels.example.net/3> ;
    skos:closeMatch <http://vessels.example.net/7> .
<http://vessels.example.net/3> skos:prefLabel "flat boat"@en .
b:barge a skos:Concept ; skos:inScheme <https://daten.example.org/id/boats> ;
    skos:prefLabel "barge"@en ; dcterms:modified "2030-01-01"^^xsd:date .
b:by-length a skos:OrderedCollection ; skos:prefLabel "by length"@en ;
    skos:memberList ( b:raft b:punt b:barge ) .
b:by-age a skos:Collection ; skos:prefLabel "by age"@en ; skos:member b:raft , b:barge .
b:craft a skos:Collection ; skos:prefLabel "craft"@en ; skos:member b:by-age .
b:empty a skos:Collection ; skos:prefLabel "empty"@en .
"""
# So many pages of a folder are looked at.
MOST_PAGES = 60

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="the reproducers are not on this machine"),
]


# Names that are no paths as they are: with a hash, a space, escapes, elsewhere, in no scheme.
KNOTS = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX k: <https://daten.example.org/def/knot#>
PREFIX id: <https://daten.example.org/id/>
id:knots a skos:ConceptScheme ; skos:prefLabel "Knots"@en , "結び目"@ja .
k:hitch skos:topConceptOf id:knots ; skos:prefLabel "Hitch"@en , "Överhandsknop"@sv ;
    skos:narrower <https://daten.example.org/id/k/a%2Fb> , <http://knots.example.net//7> , k:clove .
<https://daten.example.org/id/k/a%2Fb> skos:prefLabel "ångerknop"@sv , "?"@en ;
    skos:narrower k:clove , k:round , k:half .
<http://knots.example.net//7> skos:prefLabel "3 turns"@en ;
    skos:narrower k:round , k:half , k:clove .
k:clove skos:prefLabel "Clove"@en , "巻き結び"@ja .
k:round skos:prefLabel "Round"@en . k:half skos:prefLabel "Half"@en .
k:loop a skos:Concept ; skos:narrower k:noose , k:bowline , k:eye ; skos:prefLabel "Loop"@en .
k:noose skos:prefLabel "Noose"@en . k:bowline skos:prefLabel "Bowline"@en .
k:eye skos:prefLabel "Eye"@en .
"""


@contextmanager
def opened(name: str | Path, folder: Path) -> Iterator[FlaskClient]:
    """Open a site over one of the files, or another one."""
    with opened_site(name, folder) as site:
        yield create_flask(site).test_client()


@contextmanager
def opened_site(name: str | Path, folder: Path) -> Iterator[Site]:
    """Open the same without its application."""
    source = name if isinstance(name, Path) else DATA / FILES[name]
    with preview_site(source, folder, BASE) as site:
        yield site


@pytest.fixture(scope="module", params=["axioms", "features", "names"])
def several(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, FlaskClient]]:
    """Return each of the files of which much is asked, with its name."""
    with opened(request.param, tmp_path_factory.mktemp(request.param)) as client:
        yield request.param, client


def words(client: FlaskClient, path: str, language: str = "en", **fields: str) -> str:
    """Return the words of a page, without tags, a line for each block."""
    joint = "&" if "?" in path else "?"
    chosen = f"{joint}lang={language}" if language else ""
    answer = client.get(path + chosen, headers={"Accept": "text/html", **fields})
    assert answer.status_code == 200, path
    text = answer.text[answer.text.index("<main") : answer.text.index("</main>")]
    text = re.sub(r"</(li|p|h\d|dd|dt|div)>", "\n", text)
    lines = html.unescape(re.sub("<[^>]*>", "", text)).splitlines()
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def get_json(client: FlaskClient, path: str) -> dict[str, list[dict[str, object]]]:
    """Return an answer in JSON."""
    answer = client.get(path, headers={"Accept": "application/json"})
    assert answer.status_code == 200, path
    return dict(json.loads(answer.text))


def test_axioms_names_and_features_are_right(several: tuple[str, FlaskClient]) -> None:
    """As the reproducers say."""
    name, client = several
    {"axioms": check_axioms, "features": check_features, "names": check_names}[name](client)


def check_axioms(client: FlaskClient) -> None:
    """Every axiom stands there in words."""
    page = words(client, "/def/boat")
    for phrase in (
        "has crew some sailor",
        "has mast max 3 mast",
        "boat and (has mast min 1) and not wreck",
        "{red, green}",
        "boat or wreck",
        "has crew o sails on o has mast",
        "No two have anything in common: boat, mast, sailor",
        "from a dictionary",
        "Only a label, hash term without a type",
    ):
        assert phrase in page
    assert "har besättning" not in page
    assert "boat och (has mast minst 1) och inte wreck" in words(client, "/def/boat", "sv")


def check_features(client: FlaskClient) -> None:
    """Lists keep their order, labels of SKOS-XL name, hidden labels find."""
    ordered = words(client, "/doc/fish/order").partition("Members in order\n")[2]
    assert ordered.splitlines()[:4] == ["black bass", "sea bass", "bass", "ray"]
    page = words(client, "/doc/fish/10")
    lines = page.splitlines()
    assert "perhc" not in page
    assert "Barsch (German)" in lines
    order = [
        line for line in lines if line in ("9 ray", "10 bass", "10.2 sea bass", "10.10 black bass")
    ]
    assert order == ["9 ray", "10 bass", "10.2 sea bass", "10.10 black bass"]
    assert "Superordinate concept" in words(client, "/doc/fish/grp")
    assert "no longer to be used" in words(client, "/doc/fish/6")
    (hit,) = get_json(client, "/search.json?q=perhc&lang=en")["hits"]
    assert hit["label"] == "bass"
    (hit,) = get_json(client, "/search.json?q=spotted&scheme=fish-scheme&lang=en")["hits"]
    assert (hit["label"], hit["way"]) == ("spotted bass", ["bass"])
    assert words(client, "/doc/fish/10?clang=de").startswith("Kind: Concept\n10 Barsch")
    finnish = {"Accept-Language": "fi, en;q=0.5"}
    assert "10 Ahven" in words(client, "/doc/fish/10", "", **finnish)


def check_names(client: FlaskClient) -> None:
    """Whatever names a thing in the data names it here."""
    assert words(client, "/doc/n/dc").startswith("Title of Dublin Core elements")
    assert "Name of http schema.org" in words(client, "/doc/n/http")
    assert words(client, "/doc/n/xl").startswith("Literal form of SKOS-XL")
    assert words(client, "/doc/n/sub").startswith("Value of a subproperty of prefLabel")
    page = words(client, "/doc/n/two")
    for name in ("another name", "legal name AB", "Vorzugsname (German)", "ensisijainen nimi"):
        assert name in page


def test_an_ontology_of_slash_terms_lists_them(tmp_path: Path) -> None:
    """Its terms name no ontology; its name and theirs begin alike."""
    with opened("slashes", tmp_path) as client:
        page = words(client, "/def/lakes.owl").splitlines()
        assert page[page.index("Classes (2)") :][:5] == [
            *("Classes (2)", "Water body", "Lake"),
            *("Object properties (1)", "Flows into"),
        ]
        assert "flows into some water body" in words(client, "/def/L_0002")


def test_a_hidden_label_finds_its_concept(tmp_path: Path) -> None:
    """SKOS Reference, section 5.1."""
    with opened("hidden", tmp_path) as client:
        (hit,) = get_json(client, "/search.json?q=enfarction&lang=en")["hits"]
        assert hit["label"] == "heart attack"
        assert "enfarction" not in words(client, "/doc/hl/1")


def test_texts_from_right_to_left_say_so_and_signs_are_found_within_words(tmp_path: Path) -> None:
    """A browser puts the full stop where it belongs; Chinese has no spaces."""
    with opened("right-to-left", tmp_path) as client:
        page = client.get("/doc/ar/1?lang=en").text
        for tag in re.findall(r'<(?!html)[^>]* lang="(?:ar|he)"[^>]*>', page):
            assert 'dir="rtl"' in tag
        hits = get_json(client, "/search.json?q=%E9%B1%BC&lang=en")["hits"]
        assert [hit["label"] for hit in hits] == ["鲈鱼"]


@pytest.mark.parametrize("name", ["circle", "clique", "deep", "diamonds", "flat", "features"])
def test_no_link_of_a_vocabulary_leads_to_nothing(name: str, tmp_path: Path) -> None:
    """No 404, no empty list; pages stay small whatever the hierarchy."""
    with opened(name, tmp_path) as client:
        waiting, seen = ["/"], {"/"}
        while waiting and len(seen) < MOST_PAGES * 20:
            path = waiting.pop(0)
            if len(seen) - len(waiting) > MOST_PAGES:
                break
            answer = client.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
            assert answer.status_code == 200, path
            assert len(answer.data) < 60_000 or path == "/openapi.json", path
            assert not re.search(r"<(ul|ol|dl)[^>]*>\s*</\1>|<li>\s*</li>", answer.text), path
            for link in re.findall(r'href="(/[^"#]*)', answer.text):
                target = html.unescape(link)
                skipped = urlsplit(target).path.startswith(("/sparql", "/static", "/rest"))
                if target not in seen and not skipped:
                    seen.add(target)
                    waiting.append(target)


def test_every_list_letter_and_branch_is_a_file_of_an_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever concepts are called; what a page links is among them, and all are there."""
    monkeypatch.setattr(concepts, "LARGE", 3)
    monkeypatch.setattr(concepts, "MOST_BELOW", 1)
    monkeypatch.setattr(concept_lists, "PAGE_SIZE", 2)
    monkeypatch.setattr(exported_pages, "PAGE_SIZE", 2)
    source = tmp_path / "knots.ttl"
    source.write_text(KNOTS, encoding="utf-8")
    with opened_site(source, tmp_path / "releases") as site:
        client, linked, branches = create_flask(site).test_client(), set(), set()
        requests = [
            (one.path, one.file)
            for one in exported_pages.concept_requests(site)
            if "lang=" not in one.path and not one.file.startswith("_")
        ]
        documents = ("/id/knots", "/def/knot", "/doc/k/a%2Fb", "/")
        for path in (*documents, *(path for path, _ in requests)):
            answer = client.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
            assert answer.status_code == 200, path
            found = re.findall(r'href="(/(?:search/|rest/)[^"?]+)', answer.text)
            linked |= {html.unescape(link) for link in found}
            branches |= set(re.findall(r'(?:data-branch=|"branch": )"([^"]+)"', answer.text))
    paths = {path for path, _ in requests}
    assert linked <= paths
    assert {f"/rest/v1/knots/children/en/{name}.json" for name in branches} <= paths
    assert {"id%2Fk%2Fa%252Fb", "def%2Fknot%23hitch"} <= branches
    files = [file for _, file in requests]
    assert len(files) == len(set(files))
    for file in ("search/knots/index/sv/Ö.html", "search/-/below/2/def%2Fknot%23loop.html"):
        assert file in files


def test_the_calls_that_clients_of_skosmos_make_are_answered(tmp_path: Path) -> None:
    """In its form, so that they need not be changed."""
    concept, sea = f"{BASE}id/fish/10", f"{BASE}id/fish/2"
    with opened("features", tmp_path) as client:
        rest = "/rest/v1/fish-scheme"
        (scheme,) = get_json(client, "/rest/v1/vocabularies?lang=de")["vocabularies"]
        assert (scheme["id"], scheme["title"]) == ("fish-scheme", "Fische")
        results = get_json(client, f"{rest}/search?query=b*&lang=en")["results"]
        assert [r["prefLabel"] for r in results] == ["bass", "black bass"]
        assert results[0]["uri"] == concept
        assert results[0]["vocab"] == "fish-scheme"
        results = get_json(client, "/rest/v1/search?query=perch&lang=en&vocab=fish-scheme")[
            "results"
        ]
        assert [(r["prefLabel"], r["altLabel"]) for r in results] == [("bass", "perch")]
        search = f"{rest}/search?lang=en"
        for asked, names in (
            (f"&query=*&parent={concept}", ["black bass", "sea bass", "spotted bass"]),
            (f"&query=s*&parent={concept}&type=skos:Concept", ["sea bass", "spotted bass"]),
            ("&query=b*&type=http://types.example.net/Boat", []),
            (f"&group={BASE}id/none", []),
        ):
            results = get_json(client, search + asked)["results"]
            assert [r["prefLabel"] for r in results] == names, asked
        (result,) = get_json(client, f"{search}&query=sea+bass&fields=broader+no")["results"]
        assert result["broader"] == [{"uri": concept, "prefLabel": "bass"}]
        (broader,) = get_json(client, f"{rest}/broader?uri={sea}&lang=en")["broader"]
        assert (broader["uri"], broader["prefLabel"]) == (concept, "bass")
        narrower = get_json(client, f"{rest}/narrower?uri={concept}&lang=en")["narrower"]
        assert [n["prefLabel"] for n in narrower] == ["sea bass", "black bass", "spotted bass"]
        tops = get_json(client, f"{rest}/topConcepts?lang=en")["topconcepts"]
        assert [(t["label"], t["hasChildren"]) for t in tops[:2]] == [
            ("ray", False),
            ("bass", True),
        ]
        label = get_json(client, f"{rest}/label?uri={concept}&lang=fi")
        assert label["prefLabel"] == "ahven"
        data = client.get(f"{rest}/data?uri={concept}&format=text/turtle")
        assert "perhc" in data.text
        whole = client.get(f"{rest}/data", headers={"Accept": "application/n-triples"}).text
        assert f"<{sea}> <http://www.w3.org/2004/02/skos/core#broader> <{concept}>" in whole
        assert client.get(f"{rest}/broader").status_code == 400
        for call in ("label", "broader", "narrowerTransitive", "mappings", "groupMembers"):
            assert client.get(f"{rest}/{call}?uri={BASE}id/fish/none").status_code == 404, call
        assert client.get("/rest/v1/none/topConcepts").status_code == 404


def test_clients_of_skosmos_get_groups_mappings_types_and_changes(tmp_path: Path) -> None:
    """Ordered collections keep their order; a mapping has the label that the data give it."""
    source = tmp_path / "boats.ttl"
    source.write_text(BOATS, encoding="utf-8")
    with opened(source, tmp_path / "releases") as client:
        rest = "/rest/v1/boats"
        types = get_json(client, f"{rest}/types?lang=sv")["types"]
        assert [t["uri"].rpartition("#")[2] for t in types] == [
            *("Concept", "Collection", "OrderedCollection")
        ]
        assert types == get_json(client, "/rest/v1/types?lang=sv")["types"]
        mappings = get_json(client, f"{rest}/mappings?uri={BASE}id/boat/punt&lang=en")["mappings"]
        assert [(m["type"], m["prefLabel"]) for m in mappings] == [
            (["skos:closeMatch"], "http://vessels.example.net/7"),
            (["skos:exactMatch"], "flat boat"),
        ]
        groups = get_json(client, f"{rest}/groups?lang=en")["groups"]
        assert [g["prefLabel"] for g in groups] == ["by age", "by length", "craft"]
        assert groups[2]["childGroups"] == [f"{BASE}id/boat/by-age"]
        uri = f"{BASE}id/boat/by-length"
        members = get_json(client, f"{rest}/groupMembers?uri={uri}&lang=en")["members"]
        assert [m["prefLabel"] for m in members] == ["raft", "punt", "barge"]
        changes = get_json(client, f"{rest}/modified?lang=en&limit=2")["changeList"]
        assert [(c["prefLabel"], c["date"]) for c in changes] == [
            ("punt", "2031-03-02"),
            ("barge", "2030-01-01"),
        ]
        assert get_json(client, f"{rest}/new?lang=en")["changeList"] == []
        assert client.get(f"{rest}/mappings").status_code == 400
        for call in ("mappings", "groupMembers", "broader", "related", "label"):
            for wrong in ("raft", "a%20b", "%3E"):
                answer = client.get(f"{rest}/{call}?uri={wrong}")
                assert answer.status_code == 400, (call, wrong)


def test_a_scheme_of_hash_names_is_shown_a_part_at_a_time(tmp_path: Path) -> None:
    """With its index and tree; every concept is a link away, and the data are whole."""
    source, count, scheme = tmp_path / "reeds.ttl", 190, "reeds#all"
    source.write_text(
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n"
        + f'<{BASE}{scheme}> a skos:ConceptScheme ; skos:prefLabel "Reeds"@en .\n'
        + "".join(
            f'<{BASE}reeds#r{n}> a skos:Concept ; skos:prefLabel "reed {n}"@en ;'
            f" skos:topConceptOf <{BASE}{scheme}> ; skos:related <{BASE}reeds#r{n // 2}> .\n"
            for n in range(count)
        ),
        encoding="utf-8",
    )
    with opened(source, tmp_path / "releases") as client:
        pages = [f"/reeds?terms=1.{part}&lang=en" for part in range(1, 5)]
        first = client.get("/reeds?lang=en", headers={"Accept": "text/html"}).text
        assert f'Concept <span class="count">({count})' in first
        assert 'id="letters"' in first
        sections: list[str] = []
        for path in pages:
            text = client.get(path, headers={"Accept": "text/html"}).text
            assert len(text) < 60_000
            sections += re.findall(r'class="term" id="(r\d+)"', text)
        assert len(sections) == len(set(sections)) == count
        for path in ("/reeds?lang=en", f"/search/{scheme.replace('#', '-')}/index/en/R?lang=en"):
            text = html.unescape(client.get(path, headers={"Accept": "text/html"}).text)
            link = re.search(r'href="(/reeds\?[^"]*term=(r\d+))#\2"', text)
            assert link is not None
            found = client.get(link[1], headers={"Accept": "text/html"}).text
            assert f'class="term" id="{link[2]}"' in found
        data = client.get("/reeds", headers={"Accept": "application/n-triples"}).text
        subjects = {line.split()[0] for line in data.splitlines()}
        assert sum("#r" in subject for subject in subjects) == count
