"""All that lies in a folder of sources is read, or named."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse, serialize

from publisher.errors import (
    ReadLimitExceeded,
    SourceError,
    SourceErrors,
    SourceMissing,
    SourceSyntax,
)
from publisher.findings import Severity
from publisher.load.files import Role, list_folder
from publisher.load.parse import stream_files
from publisher.load.sources import read_sources
from publisher.load.stored_files import store_files
from publisher.rdf.encodings import decode
from publisher.rdf.guards import ReadLimits
from publisher.rdf.packed import unpack_gzip, unpack_member
from publisher.rdf.recognise import syntax_by_content

BASE = "https://data.example.org/"
FIELD = Path(__file__).parents[3] / "shared" / "field" / "data"
FACT = f'<{BASE}id/mill/1> <http://www.w3.org/2000/01/rdf-schema#label> "Väderkvarn"@sv .\n'
needs_field = pytest.mark.skipif(not FIELD.is_dir(), reason="the reproducers are not here")


def written(rdf_format: RdfFormat) -> bytes:
    """Return the fact in a syntax."""
    quads = [quad.triple for quad in parse(FACT, format=RdfFormat.N_TRIPLES)]
    return serialize(quads, format=rdf_format) or b""


XML = written(RdfFormat.RDF_XML)
JSON_LD = written(RdfFormat.JSON_LD)


def zipped(members: dict[str, bytes]) -> bytes:
    """Return an archive of some files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


READ = {
    "mills.owl": XML,
    "mills.xml": XML,
    "mills.rdfs": XML,
    "mills.RDF": XML,
    "turtle-of-protege.owl": b"@prefix : <#> .\n" + FACT.encode(),
    "quads.owl": FACT.encode(),
    "mills.turtle": FACT.encode(),
    "mills.n3": FACT.encode(),
    "mills.json": JSON_LD,
    "mills.jsonld": JSON_LD,
    "mills.nq": FACT.encode(),
    "mills.trig": b"{ " + FACT.encode() + b" }",
    "mills": b"# A file from a server\nPREFIX e: <urn:e:>\n" + FACT.encode(),
    "mills.nt.gz": gzip.compress(FACT.encode()),
    "mills.owl.gz": gzip.compress(XML),
    "mills.gz": gzip.compress(FACT.encode()),
    "two.ttl.gz": gzip.compress(b"PREFIX e: <urn:e:>\n") + gzip.compress(FACT.encode()),
    "unpacked-by-a-browser.ttl.gz": FACT.encode(),
    "mills.zip": zipped({"mills.owl": XML, "deep/mills.nt": FACT.encode()}),
    "mills-16.rdf": XML.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    "mills-16be.owl": XML.decode().replace("UTF-8", "utf-16").encode("utf-16-be"),
    "mills-latin.xml": XML.decode().replace("UTF-8", "ISO-8859-1").encode("latin-1"),
    "mills-windows.rdf": XML.decode().replace("UTF-8", "windows-1252").encode("cp1252"),
    "said-16-is-8.rdf": XML.decode().replace("UTF-8", "utf-16").encode(),
    "marked.rdf": b"\xef\xbb\xbf" + XML,
}


@pytest.mark.parametrize("name", READ)
def test_a_file_is_read_whatever_it_is_called_packed_in_or_written_with(
    world: Path, name: str
) -> None:
    """Loss in silence is the worst that a publisher can do."""
    folder = world / "data" / "mills"
    folder.mkdir()
    (folder / name).write_bytes(READ[name])
    sources = read_sources(world, BASE)
    assert sources.load_findings == ()
    found = {str(quad.triple) for file in sources.files for quad in file.quads}
    assert FACT.removesuffix(" .\n") in found


LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4f\nsize 7\n"
# What systems and office programs leave beside a file.
BESIDE = ("~$mills.ttl", "._mills.ttl", ".~lock.mills.ttl#", "Thumbs.db", "Desktop.ini")
UNREAD = {
    "mills.csv": (b"name\nmill\n", Severity.WARNING, "not known as RDF"),
    "notes.txt": (b"# Mills", Severity.INFO, "not known as RDF"),
    "NOTES": (b"They turn.", Severity.INFO, "not known as RDF"),
    "settings.json": (b'{"colour": "blue"}', Severity.WARNING, "not known as RDF"),
    "map.xml": (b"<kml><Placemark/></kml>", Severity.WARNING, "not known as RDF"),
    "mills.ofn": (b"Ontology()", Severity.WARNING, "OWL functional syntax"),
    "mills.omn": (b"Class: Mill", Severity.WARNING, "OWL Manchester syntax"),
    "page.xml": (b"<html><body/></html>", Severity.WARNING, "a web page"),
    "mills.ttl~": (FACT.encode(), Severity.WARNING, "looks like a copy"),
    ".mills.ttl": (FACT.encode(), Severity.WARNING, "hidden by its name"),
    "mills.tar.gz": (gzip.compress(b"x" * 9), Severity.WARNING, "packed file"),
    "mills.ttl.bz2": (b"BZh", Severity.WARNING, "packed file"),
    ".mills.ttl.icloud": (b"bplist00", Severity.WARNING, "mills.ttl is not on this machine"),
    "mills.json": (LFS_POINTER, Severity.WARNING, "points to a file in Git LFS"),
    "mills.zip": (zipped({"a/README": b"", "__MACOSX/a": b"x"}), Severity.WARNING, "no data"),
    "names.rq": (b"SELECT * {}", Severity.WARNING, "query"),
    "context.jsonld": (b"{}", Severity.WARNING, "context"),
}


@pytest.mark.parametrize("name", UNREAD)
def test_a_file_that_is_not_read_is_a_finding_that_stops_nothing(world: Path, name: str) -> None:
    """Whoever put it there thinks that it is published."""
    content, severity, said = UNREAD[name]
    (world / "data" / "lakes" / name).write_bytes(content)
    (found,) = list_folder(world).unread
    assert (found.file, found.severity) == (f"data/lakes/{name}", severity)
    assert said in found.message["en"]


def test_where_no_file_is_read_those_that_are_not_are_named(world: Path) -> None:
    """Else a folder with nothing but TriX is told that it is empty."""
    for path in (world / "data").rglob("*.ttl"):
        path.unlink()
    (world / "data" / "mills").mkdir(parents=True, exist_ok=True)
    (world / "data" / "mills" / "m.trix").write_text("<TriX/>", encoding="utf-8")
    with pytest.raises(SourceErrors) as error:
        list_folder(world)
    assert [each.where for each in error.value.each()][1:] == ["data/mills/m.trix"]
    assert "TriX, which is not read" in error.value.in_language("en")


def test_what_nobody_misses_is_not_named(world: Path) -> None:
    """Systems and Git leave such files everywhere."""
    for name in (".DS_Store", ".gitkeep", ".lakes.ttl.swp", "README", "handbook.md", *BESIDE):
        (world / "data" / "lakes" / name).write_bytes(b"\0")
    assert list_folder(world).unread == ()


def test_what_lies_beside_the_folders_or_behind_a_link_is_named(world: Path) -> None:
    """The three folders are all that is read, and links to folders are not followed."""
    (world / "mills.ttl").write_text(FACT, encoding="utf-8")
    (world / "data" / "mills").symlink_to(world / "ontology")
    names = [finding.file for finding in list_folder(world).unread]
    assert names == ["data/mills", "mills.ttl"]


def test_a_look_at_an_archive_passes_over_what_systems_leave(tmp_path: Path) -> None:
    """An archive from macOS has a shadow of each file in it."""
    members = {"mills.nt": FACT.encode(), "__MACOSX/._mills.nt": b"\0", "~$mills.ttl": b"\0"}
    (tmp_path / "mills.zip").write_bytes(zipped(members))
    assert len(list(stream_files([tmp_path / "mills.zip"]))) == 1


@pytest.mark.parametrize("name", ["my mills", "mills#1", "50%", "mills?"])
def test_a_dataset_whose_name_no_address_can_hold_is_refused(world: Path, name: str) -> None:
    """A folder's name is part of the addresses of its dumps."""
    (world / "data" / "lakes").rename(world / "data" / name)
    with pytest.raises(SourceError, match="cannot be a dataset"):
        list_folder(world)


def test_the_files_of_an_archive_are_files_of_their_own(world: Path) -> None:
    """Each is read or named, and an error in one names it."""
    folder = world / "data" / "mills"
    folder.mkdir()
    archive = {"a.nt": FACT.encode(), "b.csv": b"", "c.ttl.gz": b"", "__MACOSX/._a.nt": b""}
    (folder / "all.zip").write_bytes(zipped(archive))
    contents = list_folder(world)
    assert "data/mills/all.zip/a.nt" in [source.name for source in contents.sources]
    assert [finding.file.rpartition("/")[2] for finding in contents.unread] == ["b.csv", "c.ttl.gz"]
    (folder / "all.zip").write_bytes(zipped({"a.nt": b"nonsense"}))
    with pytest.raises(SourceSyntax, match=r"data/mills/all\.zip/a\.nt: Line 1"):
        read_sources(world, BASE)


REFUSED: dict[str, tuple[bytes, str]] = {
    "mills.owl": (b"Prefix(:=<urn:e:>)\nOntology(<urn:e:o>)", "is OWL functional syntax"),
    "mills2.owl": (
        b'<?xml version="1.0"?><Ontology xmlns="http://www.w3.org/2002/07/owl#"/>',
        "is OWL/XML",
    ),
    "mills3.owl": (b"Prefix: e: <urn:e:>\nOntology: <urn:e:o>", "is OWL Manchester syntax"),
    "mills.rdf": (b"<!DOCTYPE html><html><body>Not found<br></body></html>", "is HTML"),
    "mills.ttl": (XML, "begins like RDF/XML, and its name stands for Turtle"),
    "mills2.ttl": (JSON_LD, "begins like JSON-LD, and its name stands for Turtle"),
    "pointer.ttl": (LFS_POINTER, "is a pointer of Git LFS"),
    "pointer.rdf": (LFS_POINTER, "is a pointer of Git LFS"),
    "merged.nt": (
        FACT.encode() + b"<<<<<<< HEAD\n=======\n" + FACT.encode() + b">>>>>>> other\n",
        "Line 2: two versions of the file were merged",
    ),
    "nothing.rdf": (b"", "holds no triple"),
    "nothing.jsonld": (b" \n", "holds no triple"),
    "mills3.ttl": (gzip.compress(b"x"), "packed though its name does not say so"),
    "wide.ttl": (FACT.encode("utf-16"), "not UTF-8: it is UTF-16"),
    "wide.nt": (FACT.encode("utf-16-le"), "not UTF-8: it is UTF-16"),
    "latin.nt": (FACT.encode("latin-1"), "not UTF-8: byte 84"),
    "odd.rdf": (XML.replace(b"UTF-8", b"rot13"), "encoding rot13, which is not known"),
    "wrong.rdf": (XML.replace(b"UTF-8", b"shift_jis") + b"\x85", "not in the encoding"),
    "broken.ttl.gz": (gzip.compress(FACT.encode())[:-9], "damaged"),
    "broken.zip": (b"PK\x03\x04", "damaged"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_in_one_sentence(tmp_path: Path, name: str) -> None:
    """It says what the file is, not what a parser expected."""
    content, said = REFUSED[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SourceError, match=said) as error:
        list(stream_files([path]))
    assert len(error.value.in_language("sv").splitlines()) == 2


EMPTY: dict[str, bytes] = {
    "fog.ttl": b"@prefix e: <urn:e:> .\n# no wind today\n",
    "fog.nq": b"",
    "fog.trig": b"<urn:e:graph> { }\n",
    "fog.rdf": b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
    "calm.rdf": b"",
    "fog.jsonld": b"[]",
    "fog.nt.gz": gzip.compress(b"\n"),
}


@pytest.mark.parametrize("name", EMPTY)
def test_a_file_without_a_triple_is_pointed_out_and_stops_nothing(
    tmp_path: Path, name: str
) -> None:
    """Every syntax allows it; the rest of the folder is there."""
    (tmp_path / "data" / "mills").mkdir(parents=True)
    (tmp_path / "data" / "mills" / "mills.nt").write_text(FACT)
    (tmp_path / "data" / "mills" / name).write_bytes(EMPTY[name])
    sources = read_sources(tmp_path, BASE)
    (found,) = sources.load_findings
    assert (found.rule, found.severity) == ("no-triples", Severity.WARNING)
    assert found.file == f"data/mills/{name}"
    assert len(list(sources.quads(Role.DATA))) == 1


def test_a_context_among_the_data_is_no_mistake(tmp_path: Path) -> None:
    """Other files name it; keys that no context knows are one."""
    (tmp_path / "data" / "mills").mkdir(parents=True)
    (tmp_path / "data" / "mills" / "mills.nt").write_text(FACT)
    (tmp_path / "data" / "mills" / "terms.jsonld").write_text('{"@context": {"sail": "urn:sail"}}')
    (tmp_path / "data" / "mills" / "words.jsonld").write_text('{"@context": {}, "sail": 4}')
    frame = '{"@context": "https://nowhere.example/", "@id": ["a", "b"], "@embed": "@always"}'
    (tmp_path / "data" / "mills" / "frame.jsonld").write_text(frame)
    found = {finding.file: finding for finding in read_sources(tmp_path, BASE).load_findings}
    assert found["data/mills/terms.jsonld"].severity is Severity.INFO
    assert found["data/mills/words.jsonld"].severity is Severity.WARNING
    assert "@context" in found["data/mills/words.jsonld"].message["en"]
    assert "is a JSON-LD frame" in found["data/mills/frame.jsonld"].message["en"]
    assert found["data/mills/frame.jsonld"].severity is Severity.WARNING


def test_files_are_looked_at_together_though_one_holds_nothing(tmp_path: Path) -> None:
    """Only where all hold nothing there is nothing to look at."""
    paths = [tmp_path / "fog.ttl", tmp_path / "mills.nt"]
    paths[0].write_text("# no wind today\n")
    paths[1].write_text(FACT)
    assert store_files(paths).quads.count == 1
    with pytest.raises(SourceMissing, match="holds no triple"):
        store_files(paths[:1])


BOMB_MB = 200


@pytest.mark.slow
@pytest.mark.parametrize(
    "unpack",
    [
        lambda folder: unpack_gzip(
            gzip.compress(bytes(BOMB_MB << 20), 9), ReadLimits(), "bomb.nt.gz"
        ),
        lambda folder: unpack_member(
            folder / "bomb.zip", "bomb.nt", ReadLimits(), "bomb.zip/bomb.nt"
        ),
    ],
    ids=["gzip", "zip"],
)
def test_a_bomb_costs_a_sentence(tmp_path: Path, unpack: Callable[[Path], bytes]) -> None:
    """Two hundred megabytes of nothing in two hundred kilobytes."""
    (tmp_path / "bomb.zip").write_bytes(zipped({"bomb.nt": bytes(BOMB_MB << 20)}))
    with pytest.raises(ReadLimitExceeded, match=r"Unpacked it has more than 5\d MB"):
        unpack(tmp_path)


def test_a_comment_that_never_ends_does_not_slow_the_look(tmp_path: Path) -> None:
    """Each look at a beginning takes time in proportion to it."""
    assert syntax_by_content("<!---->" * 9_000 + "<!--") is None
    assert syntax_by_content("<?x?>" * 12_000 + "<") is None
    assert syntax_by_content("<a> <b> " + '"' * 60_000) is None


def test_a_declaration_in_another_encoding_keeps_its_lines() -> None:
    """Errors name lines of the file as its author sees it."""
    text = "<?xml version=\"1.0\"\n encoding='latin1'?>\n<a>å</a>"
    assert decode(text.encode("latin-1"), "x") == text.replace("'latin1'", '"UTF-8"')


@needs_field
@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("entities.owl", "depth"),
        ("lake.ttl.gz", "Ammersee"),
        ("latin1.rdf", "Müritz"),
        ("utf16.rdf", "Müggelsee"),
        ("utf8bom.ttl", "Bodensee"),
        ("../extensions/bfo.owl", "lake"),
    ],
)
def test_the_reproducers_are_read(name: str, label: str) -> None:
    """They came from reports of others."""
    quads = stream_files([FIELD / "encodings" / name])
    assert label in {getattr(quad.object, "value", "") for quad in quads}
