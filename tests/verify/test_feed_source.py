"""``verify`` takes any feed: of any make, in pages, in any syntax, from a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.errors import UsageError
from publisher.findings import Severity
from publisher.system.http_client import Exchange
from publisher.verify import presentation, report
from publisher.verify.feed_source import check_written
from publisher.verify.options import VerifyOptions
from publisher.verify.pacing import PacedClient
from publisher.verify.report import VerificationReport
from publisher.verify.verification import verify
from tests.verify.conftest import LIMITS
from tests.verify.site import Answer, Request, Route, Site, fixed, serialised, serving, whole
from tests.verify.test_dcat_ap_se import PORTALS

PREFIXES = """
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX hydra: <http://www.w3.org/ns/hydra/core#>
PREFIX vcard: <http://www.w3.org/2006/vcard/ns#>
"""
HVD = "urn:publisher:dcat-ap-hvd:"
# A catalogue in Finnish, below a base that is not the address that it is fetched from.
CATALOGUE = (
    PREFIXES
    + """
<https://avoin.example.fi/kokoelma> a dcat:Catalog ; dcterms:title "Kokoelma"@fi ;
    dcterms:description "Kaikki."@fi ; dcterms:publisher <https://avoin.example.fi/o#kaupunki> .
<https://avoin.example.fi/o#kaupunki> a foaf:Agent ; foaf:name "Kaupunki"@fi .
"""
)


def dataset(number: int, file: str, extra: str = "") -> str:
    """Return a dataset, listed in the catalogue, whose contact and file have no names."""
    return f"""
<https://avoin.example.fi/kokoelma> dcat:dataset <https://avoin.example.fi/aineisto/{number}> .
<https://avoin.example.fi/aineisto/{number}> a dcat:Dataset ; dcterms:title "Aineisto {number}"@fi ;
    dcterms:description "Kuvaus."@fi ; {extra}
    dcat:contactPoint [ a vcard:Kind ; vcard:fn "Neuvonta" ;
        vcard:hasEmail <mailto:neuvonta@kaupunki.fi> ] ;
    dcat:distribution [ a dcat:Distribution ; dcat:accessURL <{file}> ;
        dcterms:format <http://publications.europa.eu/resource/authority/file-type/CSV> ;
        dcat:mediaType <http://www.iana.org/assignments/media-types/text/csv> ] .
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Site]:
    """Return a server without a site; each test has paths of its own."""
    with serving() as running:
        running.routes.clear()
        running.routes["/file.csv"] = fixed(b"a,b\n1,2\n", "text/csv")
        yield running


def judged(source: str, *profiles: str) -> VerificationReport:
    """Return what is found in a feed."""
    return verify(source, VerifyOptions(limits=LIMITS, pause_seconds=0, profiles=profiles))


def violations(found: VerificationReport) -> set[str]:
    return {f.rule for f in found.findings if f.severity.blocks}


def titles(found: VerificationReport) -> set[str]:
    return {about.title("fi") for about in found.affected.values()}


def small(server: Site) -> str:
    """Return a whole feed of two datasets."""
    return CATALOGUE + "".join(dataset(n, f"{server.address}/file.csv") for n in (1, 2))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("syntax", "sent_as"),
    [
        ("text/turtle", "application/octet-stream"),
        ("text/turtle", "text/turtle"),
        ("application/rdf+xml", "text/xml"),
        ("application/ld+json", "application/json"),
        ("application/n-triples", "text/plain"),
        ("application/rdf+xml", "text/turtle"),
    ],
)
def test_a_feed_is_read_in_any_syntax_under_any_name(
    server: Site, syntax: str, sent_as: str
) -> None:
    """Servers send what they know of files; what stands in it decides."""
    server.routes["/any/feed"] = fixed(serialised(small(server), syntax), sent_as)

    found = judged(server.address + "/any/feed")

    assert (found.kind, violations(found)) == ("feed", set())
    assert titles(found) == {"Aineisto 1", "Aineisto 2"}


@pytest.mark.slow
def test_a_file_on_disk_is_read_and_absence_is_no_violation(server: Site, tmp_path: Path) -> None:
    """A file has neither VoID nor negotiation nor an endpoint, and needs none."""
    path = tmp_path / "åäö katalog.rdf"
    path.write_bytes(serialised(small(server), "application/rdf+xml"))

    found = judged(str(path))

    assert violations(found) == set()
    assert not any(f.rule.startswith(("protocol", "void", "http")) for f in found.findings)
    assert titles(found) == {"Aineisto 1", "Aineisto 2"}


def test_json_is_a_feed_where_it_describes_datasets(tmp_path: Path) -> None:
    """Of Project Open Data it is one; an answer of CKAN is none, and that is said."""
    path = tmp_path / "data.json"
    file = {"downloadURL": "https://e.example/a.csv"}
    one = {"title": "A", "accessLevel": "public", "distribution": [file]}
    path.write_text(json.dumps({"dataset": [one]}))
    found = verify(str(path), VerifyOptions(limits=LIMITS, files_seconds=0))
    assert "urn:publisher:dcat-ap:dcat:Distribution/dcat:accessURL/least" in violations(found)
    path.write_text(json.dumps({"success": True, "result": {"count": 0, "results": []}}))
    assert violations(judged(str(path))) == {"harvest:empty"}


@pytest.mark.slow
def test_every_page_of_a_paged_feed_is_read(server: Site) -> None:
    """The pages name the next as a text, without a host, and use one label for two nodes."""
    for number in (1, 2, 3):
        following = f'; hydra:next "/paged/{number + 1}"' if number < 3 else ""
        view = f"<#view> a hydra:PartialCollectionView ; hydra:totalItems 3 {following} ."
        one = dataset(number, server.address + "/file.csv", 'dcat:keyword "avain"@fi ;')
        one = one.replace("[ a vcard:Kind", "_:contact .\n_:contact a vcard:Kind").replace(
            "kaupunki.fi> ] ;",
            f"kaupunki{number}.fi> .\n<https://avoin.example.fi/aineisto/{number}>",
        )
        server.routes[f"/paged/{number}"] = fixed((CATALOGUE + one + view).encode(), "text/turtle")

    found = judged(server.address + "/paged/1")

    assert titles(found) == {f"Aineisto {number}" for number in (1, 2, 3)}
    assert violations(found) == set()
    contacts = {a.contact for a in found.affected.values()}
    assert contacts == {f"neuvonta@kaupunki{number}.fi" for number in (1, 2, 3)}


@pytest.mark.slow
@pytest.mark.parametrize("asked", ["/ckan/organization/stadi", "/ckan/", "/ckan/api/3/action/x"])
def test_an_address_in_ckan_leads_to_its_feed(server: Site, asked: str) -> None:
    """By the interface that every CKAN has; the organisation's own feed where it is asked for."""
    chosen = []

    def feed(request: Request) -> Answer:
        chosen.append(request.query.get("fq", [""])[0])
        return whole(serialised(small(server), "application/rdf+xml"), "application/rdf+xml")

    server.routes |= {
        "/ckan/": fixed(b"<!DOCTYPE html><title>CKAN</title>", "text/html"),
        "/ckan/organization/stadi": fixed(b"<!DOCTYPE html><title>Stadi</title>", "text/html"),
        "/ckan/api/3/action/status_show": fixed(
            b'{"success": true, "result": {"ckan_version": "2.10.4"}}', "application/json"
        ),
        "/ckan/catalog.rdf": feed,
    }

    found = judged(server.address + asked)

    assert titles(found) == {"Aineisto 1", "Aineisto 2"}
    assert set(chosen) == {"organization:stadi" if "stadi" in asked else ""}


@pytest.mark.slow
def test_an_entry_of_entryscape_leads_to_the_catalogue_with_all_it_holds(server: Site) -> None:
    """Its address without ``recursive`` describes the catalogue alone."""

    def feed(request: Request) -> Answer:
        if request.query.get("recursive") != ["dcat"]:
            return whole(b'{"metadata": {}}', "application/json")
        return whole(serialised(small(server), "application/rdf+xml"), "application/rdf+xml")

    server.routes["/store/6/entry/1"] = fixed(b'{"rights": []}', "application/json")
    server.routes["/store/6/metadata/1"] = feed

    assert titles(judged(server.address + "/store/6/entry/1")) == {"Aineisto 1", "Aineisto 2"}


@pytest.mark.slow
def test_a_page_may_name_its_feed(server: Site) -> None:
    """``alternate`` in the page, as portals have it."""
    server.routes["/portal"] = fixed(
        b'<html><link rel="alternate" type="text/turtle" href="/portal.ttl"><p>Data', "text/html"
    )
    server.routes["/portal.ttl"] = fixed(small(server).encode(), "text/turtle")

    assert titles(judged(server.address + "/portal")) == {"Aineisto 1", "Aineisto 2"}


@pytest.mark.slow
def test_a_page_that_leads_nowhere_is_one_violation_with_the_cure(server: Site) -> None:
    """Not one for each thing that a site of ours has."""
    server.routes["/nowhere"] = fixed(b"<html><p>Hello", "text/html")

    found = judged(server.address + "/nowhere")

    assert [f.rule for f in found.findings] == ["source:none"]
    assert [f.rule for f in judged(server.address + "/absent").findings] == ["http:status"]
    assert [f.rule for f in judged("http://127.0.0.1:1/feed").findings] == ["http:unreachable"]


@pytest.mark.slow
def test_a_site_of_another_make_is_advised_of_what_it_lacks(server: Site) -> None:
    """It has a catalogue and documents, but neither VoID, nor negotiation, nor a Swedish view."""
    things = small(server).replace("https://avoin.example.fi/", server.address + "/lod/")
    server.routes |= {
        "/lod/": fixed(b"<html><p>Linked data", "text/html"),
        "/lod/catalog": fixed(serialised(things, "application/rdf+xml"), "application/rdf+xml"),
        "/lod/aineisto/1": fixed(things.encode(), "text/turtle"),
        "/lod/aineisto/2": fixed(things.encode(), "text/turtle"),
    }

    found = verify(server.address + "/lod/", VerifyOptions(limits=LIMITS, profiles=("dcat-ap",)))

    assert found.kind == "site"
    assert {"void:none", "harvest:no-swedish-view"} <= {f.rule for f in found.findings}
    assert {f.rule for f in found.findings if f.severity.blocks} == set()


@pytest.mark.slow
def test_files_of_others_are_not_fetched_by_a_site_either(server: Site) -> None:
    """A region's catalogue names 300 files elsewhere: each is asked about, none is read."""
    methods: list[str] = []

    def noting(request: Request) -> Answer:
        methods.append(request.method)
        return whole(b"a,b\n", "text/csv")

    with serving() as elsewhere:
        elsewhere.routes["/far.csv"] = noting
        feed = CATALOGUE + "".join(dataset(n, elsewhere.address + "/far.csv") for n in range(3))
        server.routes |= {
            "/region/": fixed(b"<html><p>Region", "text/html"),
            "/region/catalog": fixed(
                serialised(feed, "application/rdf+xml"), "application/rdf+xml"
            ),
        }
        parts = frozenset({"harvest", "mqa", "distributions"})
        found = verify(server.address + "/region/", VerifyOptions(limits=LIMITS, parts=parts))

    assert (found.kind, methods) == ("site", ["HEAD"])


@pytest.mark.slow
def test_the_profile_that_is_asked_for_decides(server: Site) -> None:
    """Finnish data need no licence for their catalogue; in Sweden they would."""
    server.routes["/profile"] = fixed(small(server).encode(), "text/turtle")
    url = server.address + "/profile"

    own, swedish = judged(url), judged(url, "dcat-ap-se")

    assert not own.failed
    assert {f.rule for f in own.others if f.severity.blocks} == violations(swedish)
    assert "urn:publisher:dcat-ap-se:dcat:Catalog/dcterms:license/least" in violations(swedish)
    assert [(p.option, p.decides) for p in own.profiles] == [
        ("dcat-ap", True),
        ("dcat-ap-se", False),
    ]


@pytest.mark.slow
def test_data_that_are_marked_as_high_value_are_judged_by_the_law(server: Site) -> None:
    """And those beside them are not."""
    marked = "<http://data.europa.eu/r5r/applicableLegislation> "
    marked += "<http://data.europa.eu/eli/reg_impl/2023/138/oj> ;"
    file = server.address + "/file.csv"
    feed = CATALOGUE + dataset(1, file, marked) + dataset(2, file)
    server.routes["/hvd"] = fixed(feed.encode(), "text/turtle")

    found = judged(server.address + "/hvd")

    assert {
        (
            found.affected[f.focus_node].title("fi"),
            f.rule.removeprefix("urn:publisher:dcat-ap-hvd:"),
        )
        for f in found.findings
        if f.severity.blocks
    } == {
        ("Aineisto 1", "dcat:Dataset/dcatap:hvdCategory/least"),
        (
            "Aineisto 1",
            "dcat:Dataset/inverse-dcat:servesDataset-or-dcat:distribution.dcat:accessService/least",
        ),
        ("Aineisto 1", "dcat:Distribution/dcatap:applicableLegislation/least"),
        ("Aineisto 1", "dcat:Distribution/dcterms:license-or-dcterms:rights/least"),
    }


# As GeoNetwork writes records: an area as GeoJSON, a contact of its own kind, no catalogue's texts.
GEONETWORK = (
    PREFIXES
    + """
PREFIX locn: <http://www.w3.org/ns/locn#>
<https://geo.example.be/srv> a dcat:Catalog ; dcterms:title "Catalogue"@fr ;
    dcterms:description "Cartes"@fr ; dcterms:publisher [ a foaf:Agent ; foaf:name "Service" ] ;
    dcat:record <https://geo.example.be/srv/record/7> ;
    dcat:dataset <https://geo.example.be/srv/7> .
<https://geo.example.be/srv/record/7> a dcat:CatalogRecord ; foaf:primaryTopic
    <https://geo.example.be/srv/7> ; dcterms:modified "2026-05-01"^^xsd:date .
<https://geo.example.be/srv/7> a dcat:Dataset ; dcterms:identifier "urn:uuid:7" ;
    dcterms:title "Cours d'eau"@fr , "Waterlopen"@nl ; dcterms:description "Le réseau."@fr ;
    dcterms:spatial [ a dcterms:Location ; locn:geometry "{}"^^<https://www.iana.org/x> ] ;
    dcat:contactPoint [ a vcard:Organization ; vcard:organization-name "Service" ;
        vcard:hasEmail <mailto:geo@service.be> ] ;
    dcat:distribution [ a dcat:Distribution ; dcterms:title "WMS" ;
        dcat:accessURL <https://geo.example.be/wms?request=GetCapabilities> ] .
"""
).replace("PREFIX dcat:", "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\nPREFIX dcat:", 1)


@pytest.mark.slow
def test_feeds_of_others_pass(tmp_path: Path) -> None:
    """A record of GeoNetwork; where they are beside the checkout, DIGG's and SEMIC's examples."""
    own = tmp_path / "geonetwork.ttl"
    own.write_text(GEONETWORK, encoding="utf-8")
    examples = PORTALS / "examples"
    claims = {
        own: "dcat-ap",
        examples / "feed-se-dcat-ap-se-3.0.1.ttl": "dcat-ap-se",
        examples / "feed-eu-dcat-ap-3.0.1.ttl": "dcat-ap",
    }
    only = VerifyOptions(limits=LIMITS, parts=frozenset({"harvest", "profiles"}))
    for path, claim in claims.items():
        if path.is_file():
            found = verify(str(path), only)

            assert [p.option for p in found.profiles if p.decides] == [claim]
            assert violations(found) == set()


@pytest.fixture(scope="module")
def many(server: Site) -> tuple[VerificationReport, list[str]]:
    """Return the report on 120 datasets that share a file, and which files were asked for."""
    asked: list[str] = []

    def noting(route: Route) -> Route:
        def answer(request: Request) -> Answer:
            asked.append(request.path)
            return route(request)

        return answer

    csv = fixed(b"a,b\n", "text/csv")
    server.routes |= {f"/many/{n}.csv": noting(csv) for n in range(4)}
    feed = CATALOGUE + "".join(
        dataset(n, f"{server.address}/many/{n if n < 3 else 3}.csv") for n in range(120)
    )
    server.routes["/many"] = fixed(feed.encode(), "text/turtle")
    options = VerifyOptions(limits=LIMITS, pause_seconds=0)
    return verify(server.address + "/many", options), asked


@pytest.mark.slow
def test_a_file_of_117_datasets_is_asked_for_once(
    many: tuple[VerificationReport, list[str]],
) -> None:
    """However many distributions name it."""
    _, asked = many

    assert sorted(asked) == [f"/many/{n}.csv" for n in range(4)]


def test_a_host_is_given_its_rest_between_two_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """A feed names hundreds of files on one machine; the first request waits for nothing."""
    rests: list[float] = []
    monkeypatch.setattr("publisher.verify.pacing.time.monotonic", lambda: 100.0)
    monkeypatch.setattr("publisher.verify.pacing.time.sleep", rests.append)
    client = PacedClient(LIMITS, pause_seconds=7.0)
    monkeypatch.setattr(client, "_send", lambda request, limits: Exchange("HEAD", request.url))

    client.own_host = "127.0.0.3"
    for paced in (False, True):
        client.is_paced = paced
        for host in ("127.0.0.1:80", "127.0.0.2", "127.0.0.3"):
            client.exchange("HEAD", f"http://{host}/file.csv")

    assert rests == [7.0, 7.0]


@pytest.mark.slow
def test_a_report_on_120_datasets_is_read_in_a_minute(
    many: tuple[VerificationReport, list[str]],
) -> None:
    """Each rule once, with its number and three examples: title, IRI, contact."""
    found, _ = many
    text = presentation.to_text(found, "en")
    groups = presentation.grouped(found)

    assert len(text.splitlines()) < 200
    assert [g.datasets for g in groups if g.first.rule.endswith("Dataset/dcat:theme/wanted")] == [
        120
    ]
    example = "- Aineisto 0 <https://avoin.example.fi/aineisto/0>, contact: neuvonta@kaupunki.fi"
    assert example in text
    assert "and 117 more; --format json has all." in text
    assert text.splitlines()[-1].endswith("s).")


@pytest.mark.slow
def test_the_report_as_json_has_all(
    many: tuple[VerificationReport, list[str]],
) -> None:
    """Each finding with its dataset and whom to ask, blank nodes too."""
    document = json.loads(report.to_json(many[0], "en"))
    missing = [f for f in document["findings"] if f["rule"].endswith("dcterms:license/wanted")]

    assert document["kind"] == "feed"
    assert {f["contact"] for f in missing if f["dataset"]} == {"neuvonta@kaupunki.fi"}
    assert len({f["dataset"] for f in missing if f["dataset"]}) == 120


@pytest.mark.slow
def test_asking_for_files_ends_in_time(server: Site) -> None:
    """What was not asked for is said."""
    server.routes["/bounded"] = fixed(small(server).encode(), "text/turtle")
    options = VerifyOptions(limits=LIMITS, pause_seconds=0, files_seconds=-1)

    found = verify(server.address + "/bounded", options)

    assert [f.rule for f in found.findings if f.severity is Severity.INFO] == [
        "distribution:sample"
    ]


@pytest.mark.parametrize(
    ("written", "cure"),
    [
        ("htp://x", "https://x"),
        ("ftp://ftp.example.org/a.rdf", "https://ftp.example.org/a.rdf"),
        ("127.0.0.1:21499", "http://127.0.0.1:21499"),
        ("localhost:8000/catalog", "http://localhost:8000/catalog"),
        ("[::1]:8000", "http://[::1]:8000"),
        ("data.example.org", "https://data.example.org"),
        ("data.example.org/catalog.rdf", "https://data.example.org/catalog.rdf"),
        ("https://", "https://data.example.org/catalog.rdf"),
        ("http:///catalog", "https://data.example.org/catalog.rdf"),
        ("http://[", "https://data.example.org/catalog.rdf"),
        ("nosuch.ttl", "https:// in front"),
        ("file:///no/such/feed.rdf", "https:// in front"),
        ("", "https:// in front"),
        (".", "publisher check"),
    ],
)
def test_a_wrong_address_gets_one_sentence_and_the_cure(written: str, cure: str) -> None:
    """In either language; nothing is asked of the network."""
    with pytest.raises(UsageError) as refused:
        check_written(written)

    assert cure in refused.value.in_language("en")
    assert refused.value.in_language("sv") != refused.value.in_language("en")
    assert len(refused.value.in_language("sv").splitlines()) == 2


def test_a_right_address_or_file_is_taken_as_it_is(tmp_path: Path) -> None:
    """A file may be called like a host."""
    path = tmp_path / "data.example.org"
    path.touch()

    assert check_written(str(path)) == path
    assert check_written(path.as_uri()) == path
    assert check_written("HTTPS://data.example.org/x") == "HTTPS://data.example.org/x"
