"""Vocabularies of any size: what building, a cold page of each kind, a branch and a search cost.

Run it with ``python tests/benchmarks/vocabulary.py --concepts 1000 100000 --terms 100 10000``; it
prints two tables. ``--index 1000000`` measures the file of the concepts alone, with one name each.
 Thesauri have ten concepts below each, names in five languages, notations and
mappings; ontologies a restriction, a union and a property for each class.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from flask.testing import FlaskClient

from publisher.config import Config
from publisher.load.stored_files import store_files
from publisher.rdf.guards import ReadLimits
from publisher.rdf.sorted_files import Quads
from publisher.release.concept_tables import write_concepts
from publisher.release.concepts import ConceptIndex
from publisher.release.preview import build_preview
from publisher.serve.app import create_flask
from publisher.serve.site import open_site

BASE = "https://terms.example.org/"
_REPEATS = 5
_PREFIXES = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX c: <https://terms.example.org/id/c/>
PREFIX o: <https://terms.example.org/def/o/>
"""
_SYLLABLES = [consonant + vowel for consonant in "bdfgklmnrstv" for vowel in "aeiou"]


def word(number: int, salt: int) -> str:
    """Return a word that looks like one, another for each number."""
    number = (number * 2654435761 + salt * 40503) % (1 << 32)
    found = ""
    for _ in range(4):
        found += _SYLLABLES[number % len(_SYLLABLES)]
        number //= len(_SYLLABLES)
    return found


def write_thesaurus(path: Path, count: int) -> None:
    """Write a scheme of so many concepts."""
    with path.open("w", encoding="utf-8") as file:
        file.write(f'{_PREFIXES}c:scheme a skos:ConceptScheme ; skos:prefLabel "Terms"@en .\n')
        for n in range(1, count + 1):
            names = " , ".join(
                f'"{word(n, salt)} {word(n, salt + 9)}"@{tag}'
                for salt, tag in enumerate(("en", "de", "fi", "sv", "fr"))
            )
            above = f"skos:broader c:{(n - 1) // 10}" if n > 10 else "skos:topConceptOf c:scheme"
            file.write(
                f"c:{n} a skos:Concept ; skos:inScheme c:scheme ; {above} ;"
                f' skos:prefLabel {names} ; skos:altLabel "{word(n, 20)}"@en ;'
                f' skos:notation "{n:07d}" ; skos:exactMatch <http://example.net/{n}> .\n'
            )


def write_ontology(path: Path, count: int) -> None:
    """Write an ontology of so many terms, half of them classes."""
    with path.open("w", encoding="utf-8") as file:
        file.write(f'{_PREFIXES}o:all a owl:Ontology ; rdfs:label "All"@en .\n')
        for n in range(1, count // 2 + 1):
            file.write(
                f'o:C{n} a owl:Class ; rdfs:label "{word(n, 1)}"@en ;'
                f" rdfs:subClassOf o:C{max(1, n // 10)} , [ a owl:Restriction ; owl:onProperty"
                f" o:p{n} ; owl:someValuesFrom [ owl:unionOf ( o:C{n // 2 + 1} o:C1 ) ] ] .\n"
                f'o:p{n} a owl:ObjectProperty ; rdfs:label "{word(n, 2)}"@en ;'
                f" rdfs:domain o:C{n} ; rdfs:range o:C{n // 3 + 1} .\n"
            )


@contextmanager
def built(source: Path, folder: Path) -> Iterator[tuple[FlaskClient, float]]:
    """Build a release of a file and open it; yield a client and the processor seconds."""
    began = time.process_time()
    limits = ReadLimits(file_bytes=8 << 30, memory_bytes=8 << 30)
    release = build_preview(store_files([source], BASE, limits), folder, union=True)
    seconds = time.process_time() - began
    settings = Config(
        base_iri=BASE,
        site_url="http://localhost/",
        releases=str(folder),
        query_workers=1,
        default_graph="union",
    )
    site = open_site(settings.with_site(), release)
    try:
        yield create_flask(site).test_client(), seconds
    finally:
        site.engine.close()


def milliseconds(client: FlaskClient, addresses: Sequence[str]) -> float:
    """Return the processor time of an answer that nobody has asked for before: the median."""
    found = []
    for address in addresses:
        began = time.process_time()
        answer = client.get(address, headers={"Accept": "text/html, application/json;q=0.5"})
        found.append(1000 * (time.process_time() - began))
        if answer.status_code != 200:
            raise SystemExit(f"{address}: {answer.status_code}")
    return sorted(found)[len(found) // 2]


def pages_of_thesaurus(count: int) -> dict[str, list[str]]:
    """Return kind of page → addresses of such pages, each asked for once."""
    some = [max(1, count * n // (_REPEATS + 1)) for n in range(1, _REPEATS + 1)]
    scheme = "scheme=c-scheme"
    iris = [f"{BASE}id/c/{n // 10 + 1}" for n in some]
    return {
        "scheme": ["/doc/c/scheme?lang=en", "/doc/c/scheme?lang=sv", "/doc/c/scheme?clang=de"],
        "concept": [f"/doc/c/{n}" for n in some],
        "branch": [f"/rest/v1/c-scheme/children?uri={name}&lang=de" for name in iris],
        "letter": [f"/search?{scheme}&in=fi&letter={letter}" for letter in "BDKMT"],
        "begins so": [f"/rest/v1/c-scheme/search?query={word(n, 0)[:5]}*&lang=en" for n in some],
        "search": [f"/search?q={word(n, 0)}&{scheme}" for n in some],
    }


def measure(kinds: dict[str, list[str]], source: Path, count: int) -> list[str]:
    """Return a row of a table."""
    with tempfile.TemporaryDirectory() as folder, built(source, Path(folder)) as (client, seconds):
        first = next(iter(kinds.values()))[0]
        client.get(first, headers={"Accept": "text/html"})  # templates are compiled
        client.get("/search?q=x")
        times = [f"{milliseconds(client, addresses):.1f}" for addresses in kinds.values()]
        index = sum(path.stat().st_size for path in Path(folder).rglob("concepts.sqlite"))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    return [f"{count:,}", f"{seconds:.1f}", *times, f"{memory}", f"{index / 1e6:.1f}"]


def write_lines(path: Path, count: int) -> int:
    """Write the least that a thesaurus of so many concepts is, as sorted N-Quads; return lines."""
    skos, graph = "http://www.w3.org/2004/02/skos/core#", f"<{BASE}dataset/terms>"
    kind = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    with path.open("w", encoding="utf-8") as file:
        for n in range(1, count + 1):
            name = f"<{BASE}id/c/{n:08d}>"
            file.write(f"{name} {kind} <{skos}Concept> {graph} .\n")
            if n > 10:
                file.write(f"{name} <{skos}broader> <{BASE}id/c/{(n - 1) // 10:08d}> {graph} .\n")
            else:
                file.write(f"{name} <{skos}topConceptOf> <{BASE}id/c/scheme> {graph} .\n")
            file.write(f'{name} <{skos}prefLabel> "{word(n, 0)} {word(n, 9)}"@en {graph} .\n')
        file.write(f"<{BASE}id/c/scheme> {kind} <{skos}ConceptScheme> {graph} .\n")
    return 3 * count + 1


def measure_index(count: int) -> str:
    """Return a row: what the file of the concepts alone costs, and what is asked of it."""
    with tempfile.TemporaryDirectory() as folder:
        lines, file = Path(folder, "terms.nq"), Path(folder, "concepts.sqlite")
        quads = Quads(lines, write_lines(lines, count))
        began = time.process_time()
        write_concepts(file, {f"{BASE}dataset/terms": quads}, BASE)
        seconds = time.process_time() - began
        index, scheme = ConceptIndex(file), f"{BASE}id/c/scheme"
        some = [f"{BASE}id/c/{max(1, count * n // 6):08d}" for n in range(1, 6)]
        calls: list[Callable[[int], object]] = [
            lambda n: index.narrower(some[n], "en"),
            lambda n: index.way_up(some[n]),
            lambda n: index.concepts([some[n]]),
            lambda n: index.entries(scheme, "en", "BDKMT"[n], 0, 50),
            lambda n: list(index.starting(scheme, "en", word(n + 7, 0)[:5], 20)),
        ]
        index.schemes()
        times = []
        for call in calls:
            found = []
            for n in range(_REPEATS):
                began = time.process_time()
                call(n)
                found.append(1000 * (time.process_time() - began))
            times.append(f"{sorted(found)[_REPEATS // 2]:.2f}")
        size = file.stat().st_size / 1e6
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    return f"| {count:,} | {seconds:.1f} | {' | '.join(times)} | {memory} | {size:.1f} |"


def main() -> None:
    """Print a table of thesauri and one of ontologies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--concepts", type=int, nargs="*", default=[1_000, 100_000])
    parser.add_argument("--terms", type=int, nargs="*", default=[100, 1_000, 10_000])
    parser.add_argument("--index", type=int, nargs="*", default=[])
    options = parser.parse_args()
    if options.index:
        print("| concepts | write, s | below | way up | one | letter | begins so | memory | file |")
        for count in options.index:
            print(measure_index(count), flush=True)
        print()
    with tempfile.TemporaryDirectory() as work:
        source = Path(work, "terms.ttl")
        header = [*pages_of_thesaurus(1_000)]
        print("| concepts | build, s | " + " | ".join(header) + " | memory, MB | file, MB |")
        for count in options.concepts:
            write_thesaurus(source, count)
            print("| " + " | ".join(measure(pages_of_thesaurus(count), source, count)) + " |")
        print("\n| terms | build, s | ontology | term | memory, MB | file, MB |")
        for count in options.terms:
            write_ontology(source, count)
            terms = [f"/def/o/C{n}" for n in range(2, 2 + _REPEATS)]
            kinds = {"ontology": ["/def/o/all?lang=sv", "/def/o/all?lang=en"], "term": terms}
            print("| " + " | ".join(measure(kinds, source, count)) + " |", flush=True)


if __name__ == "__main__":
    main()
