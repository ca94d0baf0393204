"""Two validators: what each is asked to do, that they agree, and what happens when they do not."""

from __future__ import annotations

import json
import os
import random
import signal
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize

from publisher.bounds import FAST_VALIDATOR, PYSHACL, CheckLimits
from publisher.errors import SourceSyntax
from publisher.findings import Severity
from publisher.load.sources import read_sources
from publisher.quality.approval import check
from publisher.quality.second_opinion import compare, known_fault
from publisher.quality.shape_features import ShapesGraph
from publisher.quality.shape_partitions import ValidationFiles, write_shapes
from publisher.quality.shapes import check_shapes
from publisher.quality.validation import NodeValidator, Validation, validate
from publisher.quality.validation_results import ResultKey, ValidationResult, findings_of
from publisher.rdf.namespaces import PREFIXES, iri
from publisher.rdf.sorted_files import read_lines
from publisher.release.model import MANIFEST, Release

DEFAULT_BUILDS = True

HEAD = """
PREFIX : <https://e.org/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
DATA = """:a a :A ; :p 1 , "x"@sv , :b . :b a :B ; :q :a . :c a :A ; :p "07"^^xsd:integer ."""
FAST, SLOW = CheckLimits(), CheckLimits(validator=PYSHACL)


def written(folder: Path, shapes: str, data: str) -> tuple[ValidationFiles, ShapesGraph]:
    """Return shapes and data, both in Turtle, as a check has them on the disk."""
    files = ValidationFiles(folder)
    for path, text in ((files.shapes, shapes), (files.triples, data)):
        triples = [quad.triple for quad in parse(HEAD + text, format=RdfFormat.TURTLE)]
        lines = (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").splitlines(keepends=True)
        path.write_bytes(b"".join(sorted(lines)))
    files.prefixes.write_text("{}", encoding="utf-8")
    return files, ShapesGraph.read(read_lines(files.shapes), {})


def validated(
    folder: Path, shapes: str, limits: CheckLimits = FAST, data: str = DATA
) -> Validation:
    """Return what a validator finds."""
    return validate(*written(folder, shapes, data), limits)


def keys(validation: Validation) -> Counter[ResultKey]:
    """Return what is compared; a blank node of shapes has the same name for both."""
    return Counter(result.key for result in validation.results)


SELECT = ':S a sh:NodeShape ; sh:targetClass :A ; sh:sparql [ sh:select """{}""" ] .'
ADVANCED = ":S a sh:NodeShape ; sh:targetClass :A ; {} ."
FEATURES = {
    "sh:js": ADVANCED.format("sh:js [ sh:jsFunctionName 'f' ]"),
    "sh:rule": ADVANCED.format(
        "sh:rule [ a sh:TripleRule ; sh:subject sh:this ; sh:predicate :z ; sh:object 1 ]"
    ),
    "sh:target": ":S a sh:NodeShape ; sh:nodeKind sh:Literal ; sh:target [ a sh:SPARQLTarget ;"
    " sh:select 'SELECT ?this { ?this a <https://e.org/A> }' ] .",
    "sh:expression": ADVANCED.format("sh:expression [ sh:path :flag ]"),
    "recursion": ADVANCED.format("sh:property [ sh:path :p ; sh:node :S ]"),
    "MINUS": SELECT.format(
        "SELECT $this ?value { $this <https://e.org/p> ?value MINUS { ?value ?a ?b } }"
    ),
    "SELECT … SELECT": SELECT.format(
        "SELECT $this ?value { { SELECT ?value { ?any <https://e.org/p> ?value } } }"
    ),
    "sh:pattern": ADVANCED.format("sh:property [ sh:path :p ; sh:pattern '^[a-z&&[x]]$' ]"),
    "sh:pattern, look-around": ADVANCED.format(
        "sh:property [ sh:path :p ; sh:pattern '^(?!\\\\p{Lu})' ]"
    ),
    "sh:pattern, back-reference": ADVANCED.format(
        "sh:property [ sh:path :p ; sh:pattern '(.)\\\\1' ]"
    ),
    "sh:pattern, atomic group": ADVANCED.format("sh:property [ sh:path :p ; sh:pattern '^x++y' ]"),
    "sh:minCount (2)": ADVANCED.format("sh:property [ sh:path :p ; sh:minCount 1 , 9 ]"),
    "sh:minInclusive xsd:gYear": ADVANCED.format(
        "sh:property [ sh:path :p ; sh:minInclusive '2020'^^xsd:gYear ]"
    ),
    "nesting": ADVANCED.format("sh:not [ " * 45 + "sh:nodeKind sh:IRI" + " ]" * 45),
}


@pytest.mark.parametrize("feature", FEATURES)
def test_what_the_fast_validator_lacks_is_found_in_the_shapes(feature: str) -> None:
    """Before anything is validated; the shape beside it stays fast."""
    beside = ":Beside a sh:NodeShape ; sh:targetClass :B ; sh:nodeKind sh:Literal ."
    with TemporaryDirectory() as folder:
        _, shapes = written(Path(folder), f"{FEATURES[feature]}\n{beside}", DATA)
    work = shapes.share(lambda _: "")
    assert [(f.shape, f.name) for f in work.features] == [("https://e.org/S", feature)]
    assert (b"Beside" in work.fast, b"org/S>" in work.fast) == (True, False)
    assert b"<https://e.org/Beside> <http://www.w3.org/ns/shacl#targetClass>" not in work.slow


@pytest.mark.slow
def test_each_shape_is_validated_once_by_the_one_that_can(tmp_path: Path) -> None:
    """A target in SPARQL by pySHACL, with its results; the rest by the fast validator."""
    shapes = (
        FEATURES["sh:target"] + ":T a sh:NodeShape ; sh:targetClass :B ; sh:nodeKind sh:Literal ."
    )
    found = validated(tmp_path, shapes)
    assert [(f.name, f.is_known) for f in found.features] == [("sh:target", True)]
    nodes = sorted((key.focus_node, key.shape) for key in keys(found))
    assert nodes == [
        (f"<https://e.org/{n}>", f"<https://e.org/{s}>") for n, s in ("aS", "bT", "cS")
    ]


@pytest.mark.slow
def test_what_only_one_of_many_shapes_makes_impossible_keeps_the_others_fast(
    tmp_path: Path,
) -> None:
    """A pattern that looks ahead is no regular expression of XPath; pySHACL evaluates it."""
    shapes = ADVANCED.format("sh:property [ sh:path :p ; sh:pattern '^(?=x)x$' ]")
    shapes += ":T a sh:NodeShape ; sh:targetClass :B ; sh:nodeKind sh:Literal ."
    files, graph = written(tmp_path, shapes, DATA)
    found = validate(files, graph, FAST)
    (feature,) = found.features
    assert feature.shape == "https://e.org/S"
    assert "look-around" in feature.name
    assert keys(found) == keys(validate(files, graph, SLOW))


@pytest.mark.slow
def test_what_nobody_validates_is_a_warning(world: Path) -> None:
    """A constraint that is passed over in silence would be taken for one that is kept."""
    put_shape(world, "sh:js [ sh:jsFunctionName 'f' ] ; sh:rootClass water:Lake")
    found = list(check_shapes(read_sources(world, "https://data.example.org/")))
    assert {each.severity for each in found} == {Severity.WARNING}
    assert [each.message["sv"].split()[0] for each in found] == ["sh:js", "sh:rootClass"]


def put_shape(world: Path, body: str) -> None:
    """Write a shape for lakes."""
    head = (world / "shapes" / "Lake.ttl").read_text(encoding="utf-8")
    text = f"shape:B a sh:NodeShape ; sh:targetClass water:Lake ; {body} .\n"
    (world / "shapes" / "B.ttl").write_text(head[: head.index("\n\n") + 2] + text, encoding="utf-8")


def replace_fast_validator(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let processes import another module as the validator."""
    (folder / "shacl.py").write_text(text, encoding="utf-8")
    found = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(found))


BROKEN = {
    "it ends at once": "import os; os.abort()",
    "it ends while it reads": "class Shapes:\n @staticmethod\n"
    " def from_text(*_): import os; os.abort()",
    "it panics": "class Panic(BaseException): pass\nclass Shapes:\n @staticmethod\n"
    " def from_text(*_): raise Panic('index out of bounds')",
    "it answers with something else": "import os; os.write(1, b'hello\\n')",
}


@pytest.mark.slow
@pytest.mark.parametrize("broken", BROKEN)
def test_a_fast_validator_that_breaks_down_costs_a_sentence(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """Then pySHACL validates, and a note says why it took longer."""
    replace_fast_validator(BROKEN[broken], tmp_path, monkeypatch)
    put_shape(world, "sh:property [ sh:path skos:note ; sh:minCount 1 ]")
    found = check(read_sources(world, "https://data.example.org/"))
    assert {f.severity for f in found} == {Severity.VIOLATION, Severity.INFO}
    assert "pySHACL" in found[-1].message["en"]


@pytest.mark.slow
def test_an_editor_goes_on_when_the_fast_validator_is_gone(world: Path) -> None:
    """The findings on a thing are the same, from pySHACL."""
    put_shape(world, "sh:property [ sh:path skos:note ; sh:minCount 1 ]")
    sources = read_sources(world, "https://data.example.org/")
    validator = NodeValidator(sources)
    lakes = [f"https://data.example.org/id/lake/{name}" for name in ("siljan", "nowhere")]
    before = validator.findings(sources, lakes)
    assert [f.focus_node for f in before] == lakes[:1]
    for process in find_children("publisher.quality.fast_validator"):
        os.kill(process, signal.SIGKILL)
    assert validator.findings(sources, lakes) == before


@pytest.mark.slow
def test_a_fast_validator_outlives_the_thread_that_started_it(world: Path) -> None:
    """An editor starts it in the thread of a request."""
    sources = read_sources(world, "https://data.example.org/")
    with ThreadPoolExecutor(1) as thread:
        validator = thread.submit(NodeValidator, sources).result()
    before = find_children("publisher.quality.fast_validator")
    validator.findings(sources, ["https://data.example.org/id/lake/siljan"])
    assert before
    assert find_children("publisher.quality.fast_validator") == before


def find_children(module: str) -> list[int]:
    """Return the processes of a module that this one started."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            command = (path / "cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == os.getpid() and module.encode() in command:
            found.append(int(path.name))
    return found


@pytest.mark.slow
def test_messages_have_every_language_whoever_validates(tmp_path: Path) -> None:
    """Of a property in brackets, and of a query in brackets."""
    words = 'sh:message "Fel."@sv , "Wrong."@en'
    shapes = ADVANCED.format(f"sh:property [ sh:path :p ; sh:maxCount 1 ; {words} ]")
    shapes += (
        SELECT.format("SELECT $this { $this a <https://e.org/A> }")
        .replace("[ sh:select", f"[ {words} ; sh:select")
        .replace(":S", ":Q")
    )
    files, graph = written(tmp_path, shapes, DATA)
    for limits in (FAST, SLOW):
        found = list(findings_of(validate(files, graph, limits).results, graph))
        assert len(found) == 3
        assert all(f.message == {"sv": "Fel.", "en": "Wrong."} for f in found)


@pytest.mark.slow
def test_a_shape_without_a_message_gets_one_in_both_languages(tmp_path: Path) -> None:
    """Validators say it in English, each in its own words."""
    files, graph = written(tmp_path, ADVANCED.format("sh:nodeKind sh:Literal"), DATA)
    found = [
        list(findings_of(validate(files, graph, limits).results, graph)) for limits in (FAST, SLOW)
    ]
    assert found[0][0].message["sv"].startswith("Värdet är inte av det slag")
    assert sorted(map(str, found[0])) == sorted(map(str, found[1]))


def test_queries_may_leave_prefixes_of_the_folder_undeclared(tmp_path: Path) -> None:
    """Those that they declare, by SPARQL or by SHACL, are theirs."""
    files, _ = written(
        tmp_path,
        ":O sh:declare [ sh:prefix 'e' ; sh:namespace 'https://e.org/' ] . "
        + SELECT.format("SELECT $this { $this skos:note|e:p 1 }").replace(
            "[ sh:select", "[ sh:prefixes :O ; sh:select"
        ),
        DATA,
    )
    shapes = ShapesGraph.read(read_lines(files.shapes), {**PREFIXES, "e": "https://wrong.org/"})
    found = validate(files, shapes, FAST)
    assert found.features == ()
    assert [key.focus_node for key in keys(found)] == ["<https://e.org/a>"]


@pytest.mark.parametrize("kind", ["rdfs:Class", "owl:Class", ":Kind"])
def test_a_shape_that_is_a_class_targets_its_instances(tmp_path: Path, kind: str) -> None:
    """SHACL, section 2.1.3.3: whatever kind of class it is."""
    shapes = (
        f":Kind rdfs:subClassOf rdfs:Class . :A a sh:NodeShape , {kind} ; sh:nodeKind sh:Literal ."
    )
    assert len(keys(validated(tmp_path, shapes))) == 2


# They agree.


def lines_of(triples: Iterable[Triple]) -> list[bytes]:
    """Return triples as sorted lines."""
    return sorted((serialize(triples, format=RdfFormat.N_TRIPLES) or b"").splitlines(keepends=True))


_XSD = '"%s"^^<http://www.w3.org/2001/XMLSchema#%s>'
ODD = [
    *('"fel"@sv', '""', f'"{"x" * 400}"', "<urn:nowhere>", '"2026"', '"two\\nlines\\n"', "_:zz"),
    *('"colour"@en-GB', '"Ångström"', '"t"^^<urn:datatype>', _XSD % (" 7 ", "integer")),
    *(_XSD % pair for pair in [("-1", "integer"), ("2026-13-01", "date"), ("true", "boolean")]),
    *(_XSD % pair for pair in [("1.50", "decimal"), ("x", "integer"), ("-0044-03-15", "date")]),
    # Not NaN: pySHACL breaks down when it compares it with a decimal.
    *(_XSD % pair for pair in [("1e400", "double"), ("2026", "gYear"), ("300", "byte")]),
]


def broken_data(lines: list[bytes], seed: int) -> list[bytes]:
    """Return data from which statements were taken, and in which values were exchanged."""
    chance = random.Random(seed)
    found = set(lines) - set(chance.sample(lines, len(lines) // 20))
    values = [line[:-3].split(b" ", 2)[2] for line in lines]
    for line in chance.sample(lines, len(lines) // 12):
        subject, predicate, _ = line.split(b" ", 2)
        odd = chance.choice(ODD).encode() if chance.random() < 0.7 else chance.choice(values)
        found.discard(line)
        found.add(b"%s %s %s .\n" % (subject, predicate, odd))
    return lines_of(q.triple for q in parse(b"".join(found), format=RdfFormat.N_TRIPLES))


# Every constraint of SHACL Core (section 4), each on a property that has values of every kind.
CORE = """
:Every a sh:NodeShape ; sh:targetClass :A ; sh:targetSubjectsOf :q ; sh:targetObjectsOf :r ;
    sh:property [ sh:path :p ; sh:class :B ] , [ sh:path :p ; sh:datatype xsd:integer ] ,
        [ sh:path :p ; sh:datatype xsd:date ] , [ sh:path :p ; sh:nodeKind sh:BlankNodeOrIRI ] ,
        [ sh:path :p ; sh:minCount 2 ; sh:maxCount 3 ] , [ sh:path :p ; sh:minInclusive 0 ] ,
        [ sh:path :p ; sh:maxInclusive 90.0 ] , [ sh:path :p ; sh:minExclusive 1.5 ] ,
        [ sh:path :p ; sh:maxExclusive "2026-06-01"^^xsd:date ] ,
        [ sh:path :p ; sh:minLength 3 ; sh:maxLength 12 ] , [ sh:path :p ; sh:pattern "^[a-z]+$" ] ,
        [ sh:path :p ; sh:pattern "^FEL" ; sh:flags "i" ] ,
        [ sh:path :p ; sh:languageIn ( "sv" "en" ) ] ,
        [ sh:path :p ; sh:uniqueLang true ] , [ sh:path :p ; sh:equals :q ] ,
        [ sh:path :p ; sh:disjoint :r ] , [ sh:path :p ; sh:hasValue :n1 ] ,
        [ sh:path :p ; sh:in ( :n1 1 "fel"@sv ) ; sh:severity sh:Warning ] ,
        [ sh:path :p ; sh:qualifiedValueShape [ sh:class :B ] ; sh:qualifiedMinCount 1 ;
            sh:qualifiedMaxCount 1 ] ,
        [ sh:path ( :q [ sh:inversePath :r ] ) ; sh:minCount 1 ] ,
        [ sh:path [ sh:zeroOrMorePath :q ] ; sh:class :A ; sh:severity sh:Info ] ,
        [ sh:path [ sh:alternativePath ( :p [ sh:oneOrMorePath :r ] ) ] ; sh:maxCount 4 ] ;
    sh:or ( [ sh:class :A ] [ sh:property [ sh:path :p ; sh:minCount 1 ] ] ) ;
    sh:xone ( [ sh:class :A ] [ sh:class :B ] ) ; sh:not [ sh:class :C ] ;
    sh:and ( [ sh:class :A ] [ sh:nodeKind sh:IRI ] ) ;
    sh:node [ sh:property [ sh:path :r ; sh:minCount 1 ] ] .
:Closed a sh:NodeShape ; sh:targetClass :C ; sh:closed true ; sh:ignoredProperties ( :q ) ;
    sh:property [ sh:path :p ] .
:Value a sh:NodeShape ; sh:targetObjectsOf :p ; sh:minLength 2 ; sh:pattern "e" .
"""


PATTERNS = [
    ("^\\p{Lu}[\\p{Ll}-[xyz]]+$", ""),
    ("\\p{IsGreek}", ""),
    ("^ s i l ", "ix"),
    ("S.ljan", "q"),
    ("a b <>%'", "q"),
    ("^\\i\\c*$", ""),
    ("^\\w+$", ""),
    ("^\\P{L}", ""),
    ("^[^\\s]+$", ""),
    ("[^\\p{L}\\P{L}]", ""),
    ("a.b", "s"),
    ("l.$", ""),
    ("^b$", "m"),
    ("^\\d+$", ""),
    ("\\[|\\{2\\}|\\^|\\$", ""),
    ("[\\[\\]&~-]", ""),
    ("é|k|s", "i"),
    ("^\\p{L}{1,900}$", ""),  # larger than the fast validator allows
]
WORDS = [
    *("Siljan", "sil jan", "Ööl", "a b <>%'", "123", "١٢", "x-y_z.", "a\n", "a\nb", "ΑΒ", "É", "ſ"),
    *("S.ljan", "", "[x]", "a{2}", "^", "$", "&", "\u212a", "\U0001f600", "a\u00a0b", "fel\n"),
]


@pytest.mark.slow
def test_patterns_of_xpath_mean_the_same_to_both(tmp_path: Path) -> None:
    """SHACL, section 4.4.3; and severities of one's own are the same to both."""
    shapes = "".join(
        f":S{number} a sh:NodeShape ; sh:targetObjectsOf :p ; sh:severity :Own ;"
        f" sh:pattern {Literal(pattern)} ; sh:flags {Literal(flags)} .\n"
        for number, (pattern, flags) in enumerate(PATTERNS)
    )
    data = f":a :p {' , '.join(str(Literal(word)) for word in WORDS)} ."
    files, graph = written(tmp_path, shapes, data)
    fast, slow = validate(files, graph, FAST), validate(files, graph, SLOW)
    assert [f.shape[-3:] for f in fast.features] == [f"S{len(PATTERNS) - 1}"]
    assert keys(fast) == keys(slow)
    assert {key.shape for key in keys(fast)} == {
        f"<https://e.org/S{number}>" for number in range(len(PATTERNS))
    }
    assert {f.severity for f in findings_of(fast.results, graph)} == {Severity.WARNING}


@pytest.mark.slow
def test_messages_are_filled_in_whoever_validates(tmp_path: Path) -> None:
    """With what broke the shape, and with what only the query knows."""
    words = "sh:message '{?n} × {$this}: {?value}'@en , '{$this} har {?value} ({?n} gånger)'@sv ;"
    query = "SELECT $this ?value (2 AS ?n) { $this <https://e.org/q> ?value }"
    shapes = SELECT.format(query).replace("[ sh:select", f"[ {words} sh:select")
    files, graph = written(tmp_path, shapes.replace(":A", ":B"), DATA)
    for limits in (FAST, SLOW):
        (found,) = findings_of(validate(files, graph, limits).results, graph)
        assert found.message == {
            "en": "2 × https://e.org/b: https://e.org/a",
            "sv": "https://e.org/b har https://e.org/a (2 gånger)",
        }


def random_data(seed: int) -> str:
    """Return statements about a few nodes, in Turtle without prefixes of datatypes."""
    chance = random.Random(seed)
    nodes = [f"<https://e.org/n{number}>" for number in range(8)]
    values = [*ODD, *nodes]
    found = [f"{chance.choice(nodes)} a :{chance.choice('ABC')} ." for _ in range(12)]
    found += [
        f"{chance.choice(nodes)} :{chance.choice('ppqr')} {chance.choice(values)} ."
        for _ in range(150)
    ]
    return "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_validators_find_the_same_for_every_constraint(tmp_path: Path, seed: int) -> None:
    """Focus node, path, value, component, severity and shape, whatever the values are."""
    agree(*written(tmp_path, CORE, random_data(seed)))


@pytest.mark.slow
@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_validators_find_the_same_in_a_larger_folder(tmp_path: Path, seed: int) -> None:
    """With the shapes and the data of the clusters."""
    compare_on(Path(__file__).parents[2], "https://w3id.org/nms-kluster/", tmp_path, seed)


def compare_on(folder: Path, base: str, scratch: Path, seed: int) -> None:
    """Hold both validators against a folder that was broken."""
    sources = read_sources(folder, base)
    files = write_shapes(sources, scratch)
    shapes = ShapesGraph.read(read_lines(files.shapes), sources.prefixes)
    files.triples.write_bytes(b"".join(broken_data(list(read_lines(files.triples)), seed)))
    agree(files, shapes)


def agree(files: ValidationFiles, shapes: ShapesGraph) -> None:
    """Fail when the validators differ by more than their known faults."""
    fast, slow = validate(files, shapes, FAST), validate(files, shapes, SLOW)
    assert fast.features == ()
    assert len(slow.results) > 100
    differences = [(key, FAST_VALIDATOR) for key in keys(fast) - keys(slow)]
    differences += [(key, PYSHACL) for key in keys(slow) - keys(fast)]
    assert [x for x in differences if known_fault(x[0], shapes, x[1]) is None] == []


# They do not agree.

KEY = ResultKey(
    "<https://e.org/a>",
    "<https://e.org/p>",
    '"1"',
    iri("sh:MinLengthConstraintComponent"),
    iri("sh:Violation"),
    "<https://e.org/S>",
)


@pytest.mark.parametrize("finder", [FAST_VALIDATOR, PYSHACL])
def test_a_difference_that_is_not_known_stops_a_release(tmp_path: Path, finder: str) -> None:
    """Whoever of the two finds something, and it is shown with its place."""
    _, shapes = written(tmp_path, ADVANCED.format("sh:minLength 3"), DATA)
    found = [ValidationResult(KEY)]
    both = compare(found, [], shapes) if finder == FAST_VALIDATOR else compare([], found, shapes)
    (finding,) = both.findings
    assert finding.severity is Severity.VIOLATION
    assert f"'{finder}' finds a fault" in finding.message["en"]
    assert (finding.focus_node, finding.path) == ("https://e.org/a", "https://e.org/p")
    assert [result.key for result in both.results] == [KEY]
    assert compare(found, found, shapes).findings == []


TRUE = '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'
BEFORE_CHRIST = '"-0044-03-15"^^<http://www.w3.org/2001/XMLSchema#date>'


@pytest.mark.parametrize(
    ("component", "value", "finder", "is_believed"),
    [
        ("MaxInclusive", TRUE, FAST_VALIDATOR, True),  # SHACL 4.3
        ("Datatype", BEFORE_CHRIST, PYSHACL, False),  # XSD 1.1, section 3.3.9
        ("LanguageIn", '"a"@sv-x-abc', PYSHACL, False),  # RFC 4647, section 3.3.1
        ("Pattern", '"ı"', FAST_VALIDATOR, False),  # Functions and Operators 3.1, section 5.6.2
        ("Pattern", '"İ"', FAST_VALIDATOR, True),
    ],
)
def test_of_a_known_fault_the_right_validator_is_believed(
    tmp_path: Path, component: str, value: str, finder: str, is_believed: bool
) -> None:
    """And nothing is said of it."""
    parameters = 'sh:maxInclusive 90.0 ; sh:datatype xsd:date ; sh:languageIn ( "sv-x" )'
    _, shapes = written(tmp_path, ADVANCED.format(parameters), DATA)
    key = KEY._replace(component=iri(f"sh:{component}ConstraintComponent"), value=value)
    found = [ValidationResult(key)]
    both = compare(found, [], shapes) if finder == FAST_VALIDATOR else compare([], found, shapes)
    assert both.findings == []
    assert [result.key for result in both.results] == [key] * is_believed


BLIND = """
class Report:
    def __len__(self): return 0
class Shapes:
    from_text = staticmethod(lambda *_: Shapes())
    def validate_file(self, path): return Report()
"""


@pytest.mark.slow
def test_the_second_opinion_sees_what_the_first_passes_over(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A validator that finds nothing at all, as one with a grave fault would."""
    replace_fast_validator(BLIND, tmp_path, monkeypatch)
    put_shape(world, "sh:property [ sh:path skos:note ; sh:minCount 1 ]")
    base = "https://data.example.org/"
    assert list(check_shapes(read_sources(world, base))) == []
    found = list(check_shapes(read_sources(world, base, CheckLimits(second_opinion=True))))
    assert {f.rule for f in found} == {f"{base}shapes#B", "second-opinion"}


def test_a_release_says_what_validated_it(release: Release) -> None:
    """With versions, so that a fault found later tells which releases to look at again."""
    manifest = json.loads((release.folder / MANIFEST).read_bytes())
    assert manifest["validator"] == f"shacl {version('shacl')}"


# The test suite of SHACL (W3C, data-shapes-test-suite/tests), where there is a copy of it.

SUITE = os.environ.get("PUBLISHER_TEST_SHACL_SUITE", "")
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
SHT = "http://www.w3.org/ns/shacl-test#"
# What a validator does otherwise, and the test is not of a kind that is left to the other.
DEVIATIONS = {("uniqueLang-002", FAST_VALIDATOR), ("uniqueLang-002", PYSHACL)}
SUITE_FILES = sorted(Path(SUITE).rglob("*.ttl")) if SUITE else []


def triples_of(path: Path) -> list[Triple]:
    """Return what a file of the suite says."""
    read = parse(path=str(path), format=RdfFormat.TURTLE, base_iri=path.as_uri())
    return [quad.triple for quad in read]


def expected(triples: list[Triple]) -> tuple[Path, Path, Counter[tuple[str, ...]] | None] | None:
    """Return files of data and shapes, and the results to find; none when it is to be refused."""
    said: dict[tuple[object, str], object] = {
        (t.subject, t.predicate.value): t.object for t in triples
    }
    tests = [t.subject for t in triples if t.object == NamedNode(f"{SHT}Validate")]
    if not tests:
        return None
    action, result = (said[tests[0], f"{MF}{name}"] for name in ("action", "result"))
    named = [said[action, f"{SHT}{name}"] for name in ("dataGraph", "shapesGraph")]
    paths = [Path(str(name)[8:-1]) for name in named]
    if result == NamedNode(f"{SHT}Failure"):
        return paths[0], paths[1], None
    results = [
        t.object for t in triples if (t.subject, t.predicate.value) == (result, iri("sh:result"))
    ]
    names = ("focusNode", "resultPath", "value", "sourceConstraintComponent", "resultSeverity")
    rows = [tuple(shown(said.get((node, iri(f"sh:{name}")))) for name in names) for node in results]
    return paths[0], paths[1], Counter(rows)


def shown(term: object) -> str:
    """Return a term as keys have it."""
    return "" if term is None else "[]" if isinstance(term, BlankNode) else str(term)


@pytest.mark.skipif(not SUITE, reason="PUBLISHER_TEST_SHACL_SUITE does not name a copy")
@pytest.mark.parametrize("validator", [FAST_VALIDATOR, PYSHACL])
@pytest.mark.parametrize("path", SUITE_FILES, ids=lambda path: path.stem)
def test_a_validator_passes_the_suite_of_shacl(tmp_path: Path, path: Path, validator: str) -> None:
    """Core and SPARQL; what the fast validator leaves to the other counts as its own."""
    test = expected(triples_of(path))
    if test is None:
        pytest.skip("a list of tests")
    files = ValidationFiles(tmp_path)
    files.triples.write_bytes(b"".join(lines_of(triples_of(test[0]))))
    files.shapes.write_bytes(b"".join(lines_of(triples_of(test[1]))))
    files.prefixes.write_text("{}", encoding="utf-8")
    shapes = ShapesGraph.read(read_lines(files.shapes), {})
    try:
        found = keys(validate(files, shapes, CheckLimits(validator=validator)))
    except SourceSyntax:
        assert test[2] is None
        return
    rows = Counter(
        (k.focus_node, k.path, k.value, f"<{k.component}>", f"<{k.severity}>")
        for k in found.elements()
    )
    assert ((path.stem, validator) in DEVIATIONS) == (rows != test[2])


def test_shapes_that_were_changed_are_read_again(tmp_path: Path) -> None:
    """Whatever is remembered of the ones before: their triples, prefixes, and who validates."""
    shape = b"<e:S> <http://www.w3.org/ns/shacl#%s> <e:x> .\n"
    file = tmp_path / "shapes.nt"
    for name, prefixes, features in (
        (b"targetClass", {"e": "e:"}, ()),
        (b"targetClass", {"e": "e:"}, ()),
        (b"targetNode", {"e": "e:"}, ()),
        (b"target", {"e": "e:"}, ("sh:target",)),
        (b"targetNode", {"f": "e:"}, ()),
    ):
        typed = b"<e:S> <%s> <http://www.w3.org/ns/shacl#NodeShape> .\n" % iri("rdf:type").encode()
        file.write_bytes(typed + shape % name)
        read = ShapesGraph.read_file(file, prefixes)
        anew = ShapesGraph.read(read_lines(file), prefixes)
        assert (read.triples, read.prefixes) == (anew.triples, anew.prefixes)
        for _ in range(2):
            shared = read.share(lambda lines: "")
            assert shared == anew.share(lambda lines: "")
            assert tuple(feature.name for feature in shared.features) == features


def test_what_one_validator_refuses_is_not_remembered_for_another(tmp_path: Path) -> None:
    """A graph that was shared once is the same graph afterwards."""
    (tmp_path / "shapes.nt").write_bytes(
        b"<e:S> <http://www.w3.org/ns/shacl#targetClass> <e:x> .\n"
    )
    graph = ShapesGraph.read_file(tmp_path / "shapes.nt", {})
    assert graph.share(lambda lines: "no").slow
    assert not graph.share(lambda lines: "").slow
