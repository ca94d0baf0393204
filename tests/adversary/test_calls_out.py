"""A stranger's folder is checked: nothing is asked of anybody, and nothing is without an end."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from publisher.bounds import FAST_VALIDATOR, PYSHACL, CheckLimits
from publisher.errors import SourceSyntax
from publisher.findings import Finding
from publisher.load.sources import Sources, read_sources
from publisher.quality.approval import check
from publisher.quality.hygiene import check_freshness, check_hygiene
from publisher.quality.queries import check_named_queries
from publisher.quality.shapes import check_shape_syntax, check_shapes
from tests.servers import program

BASE = "https://data.example.org/"
RULE, NAMED, FRESH = (f"{f}/new.rq" for f in ("shapes/hygiene", "data/queries", "shapes/freshness"))
TODAY = date(2026, 11, 23)
SHORT = CheckLimits(seconds=4.0, memory_bytes=512 << 20)
_RECORDED = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")
_attempts: list[str] = []


def _record(event: str, arguments: tuple[object, ...]) -> None:
    if event in _RECORDED or event == "urllib.Request":
        _attempts.append(f"{event} {arguments}")


@dataclass
class Trap:
    """A server that nobody should ask."""

    port: int
    connections: int = 0

    @property
    def address(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}/trap"


@pytest.fixture
def trap() -> Iterator[Trap]:
    """Return a server that counts who connects; each gets an error at once."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        made = Trap(server.getsockname()[1])

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                made.connections += 1
                with connection:
                    connection.sendall(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=accept)
        thread.start()
        yield made
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.fixture
def silent(trap: Trap) -> Iterator[Trap]:
    """Return a trap, and fail when this process or a child of it has tried to connect."""
    if not any(entry is _record for entry in _hooked):
        sys.addaudithook(_record)
        _hooked.append(_record)
    _attempts.clear()
    yield trap
    assert _attempts == []
    assert trap.connections == 0


_hooked: list[object] = []


def read(world: Path, bounds: CheckLimits = SHORT) -> Sources:
    """Return the sources of a folder, with short limits."""
    return read_sources(world, BASE, bounds)


def put(world: Path, name: str, text: str) -> None:
    """Write a file of the folder."""
    path = world / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def put_shape(world: Path, body: str, name: str = "shapes/B.ttl") -> None:
    """Write a shape for lakes."""
    head = (world / "shapes" / "Lake.ttl").read_text(encoding="utf-8")
    head = head[: head.index("\n\n") + 2] + "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
    put(world, name, f"{head}shape:B a sh:NodeShape ; sh:targetClass water:Lake ; {body} .\n")


ASKING = (
    "SERVICE <{address}> {{ ?a ?b ?c }}",
    "SERVICE SILENT <{address}> {{ ?a ?b ?c }}",
    "service\n# a comment\n<{address}> {{ ?a ?b ?c }}",
    "SERVICE t:p {{ ?a ?b ?c }}",
    "VALUES ?e {{ <{address}> }} SERVICE ?e {{ ?a ?b ?c }}",
    "BIND(<{address}> AS ?e) SERVICE SILENT ?e {{ ?a ?b ?c }}",
    "{{ SELECT * {{ ?x ?y ?z {{ SERVICE <{address}> {{ ?a ?b ?c }} }} }} }}",
    "OPTIONAL {{ GRAPH ?g {{ SERVICE <{address}> {{ ?a ?b ?c }} }} }}",
    "FILTER EXISTS {{ SERVICE <{address}> {{ ?a ?b ?c }} }}",
    "FILTER(trueSERVICE<{address}> {{ ?a ?b ?c }})",
    "FILTER(true)SERVICE<{address}>{{ ?a ?b ?c }}",
    "SERVICE <http:\\u002F\\u002F127.0.0.1:{port}/trap> {{ ?a ?b ?c }}",
    "\\u0053ERVICE <{address}> {{ ?a ?b ?c }}",
    "SERVIC\\U00000045 <{address}> {{ ?a ?b ?c }}",
)


def asking(pattern: str, trap: Trap, form: str = "SELECT *") -> str:
    """Return a query that asks the trap."""
    inside = pattern.format(address=trap.address, port=trap.port)
    return f"PREFIX t: <http://127.0.0.1:{trap.port}/>\n{form} {{ ?s ?o ?v . {inside} }}"


@pytest.mark.parametrize("pattern", ASKING)
def test_a_rule_asks_no_other_endpoint(world: Path, silent: Trap, pattern: str) -> None:
    """However the keyword is written."""
    put(world, RULE, asking(pattern, silent))
    with pytest.raises(SourceSyntax, match=re.escape(RULE)):
        list(check_hygiene(read(world)))


@pytest.mark.slow
def test_a_named_query_asks_no_other_endpoint(world: Path, silent: Trap) -> None:
    """Each is a finding in its file, so that all are told of at once."""
    for number, pattern in enumerate(ASKING):
        for form in ("SELECT *", "ASK", "CONSTRUCT { ?s ?o ?v } WHERE", "DESCRIBE ?a"):
            name = f"{number}-{form.split()[0].lower()}"
            put(world, f"data/queries/{name}.rq", asking(pattern, silent, form))
    found = list(check_named_queries(read(world)))
    assert len(found) == 4 * len(ASKING)
    assert {f.file for f in found} == {
        f"data/queries/{p.name}" for p in (world / "data/queries").glob("[0-9]*.rq")
    }
    assert all(f.severity.blocks for f in found)


@pytest.mark.slow
def test_an_endpoint_that_the_site_may_ask_is_not_asked_by_a_check(
    world: Path, silent: Trap
) -> None:
    """The published query is for visitors; a check looks whether it is one."""
    put(world, NAMED, asking(ASKING[0], silent))
    bounds = CheckLimits(endpoints=frozenset({silent.address}))
    assert list(check_named_queries(read(world, bounds))) == []
    put(world, NAMED, asking(ASKING[0], silent).replace("?c }", "?c "))
    assert len(list(check_named_queries(read(world, bounds)))) == 1


def test_a_rule_on_dates_asks_no_other_endpoint(world: Path, silent: Trap) -> None:
    """It is evaluated on request only, and then the same way."""
    put(world, FRESH, asking(ASKING[0], silent))
    with pytest.raises(SourceSyntax, match=r"shapes/freshness/new\.rq: .*SERVICE"):
        list(check_freshness(read(world), 3, TODAY))


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        "sh:sparql [ sh:select '''{}''' ]",
        "sh:sparql [ sh:ask '''{}''' ]",
        "sh:rule [ a sh:SPARQLRule ; sh:construct '''{}''' ]",
        "sh:target [ a sh:SPARQLTarget ; sh:select '''{}''' ]",
        "sh:sparql [ sh:select '''{}'''@en ]",
    ],
)
def test_a_shape_asks_no_other_endpoint(world: Path, silent: Trap, body: str) -> None:
    """Whatever kind of query it holds, also one that is not evaluated today."""
    for pattern in ASKING:
        query = asking(pattern, silent).replace("\\", "\\\\")
        put_shape(world, body.format(query))
        found = list(check_shape_syntax(read(world)))
        assert [f.file for f in found] == ["shapes/B.ttl"], pattern


@pytest.mark.slow
@pytest.mark.parametrize(
    "update",
    [
        "LOAD <{address}>",
        "LOAD SILENT <{address}> INTO GRAPH <http://e/g>",
        "INSERT DATA {{ <http://e/a> <http://e/b> 1 }}",
        "DELETE WHERE {{ ?s ?p ?o }}",
        "PREFIX t: <http://e/> INSERT {{ ?s ?p 1 }} WHERE {{ SERVICE <{address}> {{ ?s ?p ?o }} }}",
        "CLEAR ALL",
    ],
)
def test_an_update_is_no_rule_no_query_and_no_shape(world: Path, silent: Trap, update: str) -> None:
    """Nothing is loaded from anywhere."""
    text = update.format(address=silent.address)
    put(world, RULE, text)
    with pytest.raises(SourceSyntax, match=re.escape(RULE)):
        list(check_hygiene(read(world)))
    put(world, NAMED, text)
    put_shape(world, f"sh:sparql [ sh:select '''{text}''' ]")
    sources = read(world)
    assert [f.file for f in check_named_queries(sources)] == [NAMED]
    assert [f.file for f in check_shape_syntax(sources)] == ["shapes/B.ttl"]


@pytest.mark.slow
def test_graphs_that_a_query_names_are_never_fetched(world: Path, silent: Trap) -> None:
    """A rule reads what is here; in a shape the clause has no meaning, and is refused."""
    clause = f"FROM <{silent.address}> FROM NAMED <{silent.address}#named>"
    put(world, RULE, f"SELECT ?focusNode {clause} WHERE {{ ?focusNode ?p ?o }}")
    put(world, NAMED, f"SELECT * {clause} WHERE {{ ?s ?p ?o }}")
    sources = read(world)
    assert list(check_hygiene(sources)) == []
    assert list(check_named_queries(sources)) == []
    put_shape(world, f"sh:sparql [ sh:select 'SELECT $this {clause} WHERE {{ $this ?p ?o }}' ]")
    (found,) = check(read(world))
    assert (found.file, "FROM" in found.message["en"]) == ("shapes/B.ttl", True)


WORDS = """SELECT ?focusNode { # SERVICE <http://e/> is not asked
    ?focusNode <http://e/SERVICE> "SERVICE <http://e/> { }" ; <http://e/b> ?service }"""


@pytest.mark.slow
def test_the_word_alone_is_no_reason_to_refuse(world: Path, silent: Trap) -> None:
    """In a comment, a text, an IRI and a variable it means nothing."""
    put(world, RULE, WORDS)
    put(world, NAMED, WORDS)
    assert list(check(read(world))) == []
    put_shape(world, f"sh:sparql [ sh:select '''{WORDS.replace('?focusNode', '$this')}''' ]")
    assert list(check_shape_syntax(read(world))) == []


@pytest.mark.slow
def test_what_the_graphs_refer_to_is_never_fetched(world: Path, silent: Trap) -> None:
    """Imports, other shapes graphs, and libraries of scripts."""
    address = silent.address
    head = "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
    head += "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
    imports = f"<{BASE}x> a owl:Ontology ; owl:imports <{address}> ; sh:shapesGraph <{address}> .\n"
    for name in ("shapes/imports.ttl", "ontology/imports.ttl", "data/lakes/imports.ttl"):
        put(world, name, head + imports)
    put_shape(
        world,
        "sh:js [ a sh:JSConstraint ; sh:jsFunctionName 'f' ;"
        f" sh:jsLibrary [ a sh:JSLibrary ; sh:jsLibraryURL '{address}' ] ]",
    )
    sources = read(world)
    list(check_shape_syntax(sources))
    list(check_shapes(sources))


CROSS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?q ?r ?s"
BOMB = "BIND('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' AS ?x0) " + " ".join(
    f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(40)
)


def bounds_for(limit: str) -> CheckLimits:
    """Return limits of which one is met: only time where that is the limit."""
    return CheckLimits(4.0 if "timeout" in limit else 120.0, 512 << 20)


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("rule", "limit"),
    [
        (f"SELECT (COUNT(*) AS ?n) {{ {CROSS} }}", "check_timeout_seconds"),
        (f"SELECT (STRLEN(?x40) AS ?n) {{ {BOMB} }}", "check_memory_mb"),
        (f"SELECT * {{ {CROSS} }}", "longer than 64 MB"),
    ],
)
def test_a_rule_without_an_end_is_stopped_and_named(world: Path, rule: str, limit: str) -> None:
    """A sentence with file and limit."""
    put(world, RULE, rule)
    with pytest.raises(SourceSyntax) as stopped:
        list(check_hygiene(read(world, bounds_for(limit))))
    for language in ("en", "sv"):
        said = stopped.value.in_language(language)
        assert said.startswith(f"{RULE}: ")
        assert limit.replace("longer than", "större än" if language == "sv" else "longer than") in (
            said
        )


@pytest.mark.slow
def test_a_named_query_that_takes_too_much_is_a_finding(world: Path) -> None:
    """Although nothing of the data is asked."""
    put(world, NAMED, f"ASK {{ {BOMB} FILTER(STRLEN(?x40) > 1) }}")
    (found,) = check_named_queries(read(world, bounds_for("memory")))
    assert found.file == NAMED
    assert "check_memory_mb" in found.message["en"]


@pytest.mark.slow
def test_a_query_too_deep_for_the_parser_ends_in_a_sentence(world: Path) -> None:
    """No process of ours dies of it."""
    deep = "!" * 60_000
    put(world, NAMED, f"ASK {{ FILTER({deep}true) }}")
    put_shape(world, f"sh:sparql [ sh:select 'SELECT $this {{ FILTER({deep}true) }}' ]")
    sources = read(world)
    found: list[Finding] = [*check_named_queries(sources), *check_shape_syntax(sources)]
    assert {f.file for f in found} <= {NAMED, "shapes/B.ttl"}


LONG = "a" * 60 + "!"
BACK_AND_FORTH = (
    "sh:property [ sh:path skos:note ; sh:pattern '^(a+)+$' ]",
    "sh:sparql [ sh:select 'SELECT $this WHERE { $this skos:note ?n ."
    ' FILTER REGEX(STR(?n), "^(a|aa)+$") }\' ]',
)


def put_long_note(world: Path) -> None:
    """Give a lake a note on which a pattern can go back and forth for ever."""
    path = world / "data" / "lakes" / "lakes.ttl"
    text = path.read_text(encoding="utf-8")
    note = f'\n<{BASE}id/lake/siljan> <http://www.w3.org/2004/02/skos/core#note> "{LONG}" .\n'
    path.write_text(text + note, encoding="utf-8")


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("body", "limit", "validator"),
    [
        (BACK_AND_FORTH[0], "check_timeout_seconds", PYSHACL),
        (BACK_AND_FORTH[1], "check_timeout_seconds", PYSHACL),
        (
            f"sh:sparql [ sh:select 'SELECT $this WHERE {{ $this skos:note ?note . {CROSS} }}' ]",
            "check_timeout_seconds",
            FAST_VALIDATOR,
        ),
        (
            f'sh:sparql [ sh:select """SELECT $this WHERE {{ $this skos:note ?note . {BOMB}'
            ' FILTER(STRLEN(?x40) > 1) }""" ]',
            "check_memory_mb",
            FAST_VALIDATOR,
        ),
    ],
)
def test_a_shape_without_an_end_is_stopped_and_named(
    world: Path, body: str, limit: str, validator: str
) -> None:
    """Patterns and queries in pySHACL; what the fast validator cannot end goes to pySHACL too."""
    put_long_note(world)
    put_shape(world, body)
    sources = read(world, replace(bounds_for(limit), validator=validator))
    assert list(check_shape_syntax(sources)) == []
    with pytest.raises(SourceSyntax) as stopped:
        list(check_shapes(sources))
    for language in ("en", "sv"):
        said = stopped.value.in_language(language)
        assert f"{BASE}shapes#B" in said
        assert limit in said


@pytest.mark.slow
def test_a_pattern_does_not_go_back_and_forth_in_the_fast_validator(world: Path) -> None:
    """Its regular expressions take time in proportion to the text."""
    put_long_note(world)
    put_shape(world, " ; ".join(BACK_AND_FORTH))
    (found,) = check_shapes(read(world))
    assert (found.path.rpartition("#")[2], LONG in found.value) == ("note", True)


@pytest.mark.parametrize("pattern", ["(" * 20_000, "a{99999999999}", "(" * 5_000 + ")" * 5_000])
def test_a_pattern_that_cannot_be_compiled_is_a_finding(world: Path, pattern: str) -> None:
    """Each with another error of Python's."""
    put_shape(world, f"sh:property [ sh:path skos:note ; sh:pattern '{pattern}' ]")
    (found,) = check_shape_syntax(read(world))
    assert "The pattern cannot be read" in found.message["en"]


RECORDER = """
import os, sys
log = os.open({log!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
def record(event, arguments):
    if event in {events!r}:
        os.write(log, (event + repr(arguments)).encode())
sys.addaudithook(record)
"""


def whole_check(world: Path, folder: Path, *before: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, each Python process of it with a recorder of connections."""
    put(folder, "sitecustomize.py", RECORDER.format(log=str(folder / "log"), events=_RECORDED))
    path = os.pathsep.join([str(folder), str(Path(__file__).parents[2])])
    environment = {n: v for n, v in os.environ.items() if not n.startswith("PUBLISHER_")}
    return subprocess.run(
        [*before, sys.executable, "-P", "-m", "publisher", "check", "--stale", "--lang", "en"],
        cwd=world,
        env=environment | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.slow
def test_the_command_opens_no_connection(world: Path, trap: Trap, tmp_path: Path) -> None:
    """Every way at once, seen from the trap, from Python and from the kernel."""
    for number, pattern in enumerate(ASKING):
        put(world, f"data/queries/q{number}.rq", asking(pattern, trap))
        query = asking(pattern, trap).replace("\\", "\\\\")
        put_shape(world, f"sh:sparql [ sh:select '''{query}''' ]", f"shapes/B{number}.ttl")
    strace = [program("strace"), "-f", "-qq", "-e", "trace=connect", "-o", str(tmp_path / "calls")]
    done = whole_check(world, tmp_path / "recorder", *strace)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout.count("SERVICE") >= len(ASKING)
    assert trap.connections == 0
    assert (tmp_path / "recorder" / "log").read_text(encoding="utf-8") == ""
    calls = (tmp_path / "calls").read_text(encoding="utf-8")
    assert "AF_INET" not in calls


@pytest.mark.slow
def test_the_command_imports_nothing_from_the_folder(world: Path, tmp_path: Path) -> None:
    """A stranger's module of the name of one that a process of ours needs."""
    marker = tmp_path / "run"
    for name in ("json", "pyshacl", "rdflib", "pyoxigraph", "re", "publisher", "struct", "socket"):
        put(world, f"{name}.py", f"open({str(marker)!r}, 'a').write({name!r})\n")
    done = whole_check(world, tmp_path / "recorder")
    assert (done.returncode, done.stderr) == (0, "")
    assert not marker.exists()


IN_PARTS = """
import publisher.load.sources
from publisher.cli import main
publisher.load.sources._BATCH_BYTES = 1
if __name__ == "__main__":
    main(["check", "--lang", "en"])
"""


@pytest.mark.slow
def test_processes_for_parts_import_nothing_from_the_folder(world: Path, tmp_path: Path) -> None:
    """Files are read on all cores, by processes that the standard library starts."""
    marker = tmp_path / "run"
    for name in ("multiprocessing", "struct", "socket", "pyoxigraph", "publisher"):
        put(world, f"{name}.py", f"open({str(marker)!r}, 'a').write({name!r})\n")
    put(tmp_path, "program.py", IN_PARTS)
    done = subprocess.run(
        [sys.executable, str(tmp_path / "program.py")],
        cwd=world,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert not marker.exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    "query", ["ASK { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }", "DESCRIBE ?s { ?s ?p ?o }"]
)
def test_a_rule_of_another_form_ends_in_a_sentence(world: Path, query: str) -> None:
    """Its result is no table."""
    put(world, RULE, query)
    with pytest.raises(SourceSyntax, match=r"new\.rq: This is not a rule: it is not a SELECT"):
        list(check_hygiene(read(world)))
