"""new, retire, rename, rebase as somebody types them, in the tiny world and in the real one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from publisher.cli import main
from publisher.config import Config
from publisher.load.sources import read_sources
from publisher.quality.approval import approve
from publisher.serve.app import create_flask
from publisher.serve.site import open_site
from tests.chain import Chain

REPOSITORY = Path(__file__).parents[1]
BASE = "https://data.example.org/"
SOURCE = "id/source/region-dalarna-klusterinitiativ"
DECIDED = [
    *("retire", "compare", "--kind", "beslut om avveckling", "--date", "2026-05-31"),
    *("--label", "sv=Beslut", "--label", "en=Decision", "--text", "sv=Så.", "--text", "en=So."),
    *("--source", SOURCE, "--set", "status=id/concept/status/winding-up-decided"),
]


def publisher(*arguments: str, lang: str = "en") -> Result:
    """Return what the command printed, and its exit code."""
    result = CliRunner().invoke(main, [*arguments, "--lang", lang])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.fixture
def lakes(world: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a copy of the tiny world."""
    monkeypatch.chdir(world)
    return world


@pytest.fixture
def clusters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a copy of the real sources."""
    for name in ("ontology", "data", "shapes"):
        shutil.copytree(REPOSITORY / name, tmp_path / "real" / name)
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path / "real")
    monkeypatch.chdir(tmp_path / "real")
    return tmp_path / "real"


def texts(folder: Path) -> dict[str, str]:
    """Return name → text of every source."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for top in ("ontology", "data", "shapes")
        for path in (folder / top).rglob("*")
        if path.is_file()
    }


@pytest.mark.slow
def test_a_new_thing_gets_address_file_and_names(lakes: Path) -> None:
    """Where the other lakes are, in the layout of the sources."""
    result = publisher("new", "lake", "Övre Fryken", "--set", "namn@en=Upper Fryken")

    assert result.exit_code == 0
    assert "Written: data/lakes/lakes.ttl" in result.stdout
    assert "https://data.example.org/id/lake/ovre-fryken" in result.stdout
    assert (
        "<https://data.example.org/id/lake/ovre-fryken>\n"
        "    a water:Lake ;\n"
        "    skos:prefLabel\n"
        '        "Upper Fryken"@en ,\n'
        '        "Övre Fryken"@sv ;\n'
        ".\n"
    ) in (lakes / "data/lakes/lakes.ttl").read_text(encoding="utf-8")
    assert publisher("check").stdout == "0 violations, 0 warnings, 0 notes.\n"


@pytest.mark.slow
def test_a_fifteenth_initiative_is_told_what_is_missing(clusters: Path) -> None:
    """The next steps are what the shapes say, in the editor's language."""
    result = publisher(
        *("new", "cluster", "Nya klustret", "--source", SOURCE),
        *("--set", "Status=belagt verksamt", "--set", "kompetensområde=skoglig bioekonomi"),
        lang="sv",
    )

    assert result.exit_code == 0
    assert (clusters / "data/clusters/nya-klustret.ttl").is_file()
    assert "  – Beskriv på svenska och på engelska, en text per språk." in (result.stdout)
    text = (clusters / "data/clusters/nya-klustret.ttl").read_text(encoding="utf-8")
    assert text.count("a rdf:Statement ;") == 3  # the name, the area of competence and the state


@pytest.mark.slow
def test_a_fifteenth_initiative_that_is_complete_passes(clusters: Path) -> None:
    """Nothing more is to be done, and the check agrees."""
    result = publisher(
        *("new", "cluster", "Nya klustret", "--source", SOURCE),
        *("--set", "status=belagt verksamt", "--set", "competenceArea=skoglig bioekonomi"),
        *("--set", "Beskrivning@sv=Ett kluster för skog och papper, med säte i två län."),
        *("--set", "Beskrivning@en=A cluster on forests and paper, seated in two counties."),
    )

    assert result.exit_code == 0
    assert "steps" not in result.stdout
    assert publisher("check").stdout == "0 violations, 0 warnings, 0 notes.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["new", "lak", "X"], "The kinds are: lake"),
        (["new", "lake", "siljan"], "There is one called 'siljan' already."),
        (["new", "lake", "X", "--set", "depth=3"], "The fields are: prefLabel."),
        (["new", "lake", "X", "--set", "namn"], "Write field=value"),
        (["new", "lake", "X", "--set", "namn=Y"], "Write namn@sv=… for Swedish"),
        (["new", "lake", "X", "--source", "a book"], "There are no sources to cite here."),
        (["retire", "siljan", "--kind", "x"], "The shapes know no events"),
        (["retire", "Siljn", "--kind", "x"], "Names like it: Siljan."),
        (["rename", "siljan", "vänern"], "Something has this address already."),
        (["rename", "siljan", "a b"], "holds a character that no address may have"),
        (["rename", "siljan", "https://elsewhere.example/x"], "does not lie below"),
        (["rebase", "https://data.example.org/"], "This is no new base."),
        (["rebase", "https://new.example"], "a slash at the end"),
        (["rebase", "new"], "This is no new base."),
    ],
)
def test_a_wrong_step_is_told_the_cure_and_changes_nothing(
    lakes: Path, arguments: list[str], said: str
) -> None:
    """Each thing that somebody tries first."""
    before = texts(lakes)
    result = publisher(*arguments)

    assert result.exit_code in (1, 2)
    assert said in result.stderr
    assert texts(lakes) == before


@pytest.mark.slow
def test_retiring_records_an_event_with_its_source(clusters: Path) -> None:
    """The initiative stays, and is shown as what it is now; its fact cites the new source."""
    result = publisher(*DECIDED)
    text = (clusters / "data/clusters/compare.ttl").read_text(encoding="utf-8")

    assert result.exit_code == 0
    assert (
        "    cluster:status <https://w3id.org/nms-kluster/id/concept/status/winding-up-decided> ;"
        in text
    )
    assert "<https://w3id.org/nms-kluster/id/event/compare-beslut>\n    a org:ChangeEvent ;" in text
    assert '    dcterms:date "2026-05-31"^^xsd:date ;' in text
    assert "status/seen-active" not in text
    assert publisher("check").stdout == "0 violations, 0 warnings, 0 notes.\n"


@pytest.mark.slow
def test_an_event_that_does_not_fit_the_state_is_refused(clusters: Path) -> None:
    """The shapes decide, before anything is written."""
    before = texts(clusters)
    result = publisher(*[word.replace("beslut om avveckling", "flytt") for word in DECIDED])

    assert result.exit_code == 1
    assert "Add the event that led to this status" in result.stdout
    assert texts(clusters) == before


@pytest.mark.slow
def test_a_dry_run_shows_the_difference_and_writes_nothing(clusters: Path) -> None:
    """Every command can be tried."""
    before = texts(clusters)
    shown = [
        publisher(*DECIDED, "--dry-run").stdout,
        publisher("rename", "compare", "compare-karlstad", "--dry-run").stdout,
        publisher("rebase", "https://new.example/", "--dry-run").stdout,
    ]

    assert all("\n+" in each and "\n-" in each for each in shown)
    assert texts(clusters) == before


@pytest.mark.slow
def test_what_was_renamed_is_redirected_from_its_old_address(
    chain: Chain, monkeypatch: pytest.MonkeyPatch, config: Config
) -> None:
    """An address is for good: who follows the old one finds the thing."""
    chain.build()
    monkeypatch.chdir(chain.world)
    assert publisher("rename", "vänern", "vanern").exit_code == 0
    release = chain.build()
    site = open_site(config, release)
    client = create_flask(site).test_client()
    old, new = client.get("/id/lake/vänern"), client.get("/doc/lake/vanern.nt")
    site.engine.close()

    assert (old.status_code, old.headers["Location"]) == (301, "http://localhost/id/lake/vanern")
    assert b"<https://data.example.org/id/river/klaralven>" in new.data


@pytest.mark.slow
def test_a_file_named_after_a_thing_is_renamed_with_it(clusters: Path) -> None:
    """Queries and other files that name the thing follow."""
    (clusters / "data/queries/one.rq").write_text(
        "SELECT * { <https://w3id.org/nms-kluster/id/cluster/compare> ?p ?o }", encoding="utf-8"
    )
    taken = clusters / "data/clusters/compare-karlstad.ttl"
    taken.write_text("<urn:a> <urn:b> <urn:c> .\n", encoding="utf-8")
    refused = publisher("rename", "compare", "compare-karlstad")
    assert "there is one of that name" in refused.output
    assert taken.read_text(encoding="utf-8") == "<urn:a> <urn:b> <urn:c> .\n"
    taken.unlink()
    assert publisher("rename", "compare", "compare-karlstad").exit_code == 0

    left = texts(clusters)
    assert "data/clusters/compare.ttl" not in left
    assert "data/clusters/compare-karlstad.ttl" in left
    assert "id/cluster/compare-karlstad>" in left["data/queries/one.rq"]
    mentions = [line for text in left.values() for line in text.splitlines()]
    assert [line for line in mentions if "id/cluster/compare>" in line] == [
        "    dcterms:replaces <https://w3id.org/nms-kluster/id/cluster/compare> ;"
    ]


@pytest.mark.slow
def test_a_whole_folder_moves_to_another_base(clusters: Path) -> None:
    """Nothing names the old base any more, and everything passes as before."""
    assert publisher("rebase", "https://data.new.example/").exit_code == 0

    assert not [name for name, text in texts(clusters).items() if "w3id.org/nms-kluster" in text]
    assert 'base_iri = "https://data.new.example/"' in Path("pyproject.toml").read_text()
    assert publisher("check").stdout == "0 violations, 0 warnings, 0 notes.\n"
    approve(read_sources(clusters, "https://data.new.example/"))


@pytest.mark.slow
def test_moving_back_gives_the_same_bytes(clusters: Path) -> None:
    """Nothing is lost on the way."""
    before = texts(clusters)
    publisher("rebase", "https://data.new.example/")
    publisher("rebase", "https://w3id.org/nms-kluster/")

    assert texts(clusters) == before
