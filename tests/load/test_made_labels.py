from __future__ import annotations

from pathlib import Path

from publisher.load.made_labels import _typed
from publisher.rdf.namespaces import iri

TYPE = f"<{iri('rdf:type')}>"


def test_things_are_found_with_the_classes_that_matter_and_their_graphs(tmp_path: Path) -> None:
    """Not what only a text says, nor blank nodes, nor those of classes that begin the same way."""
    lines = (
        f"_:b {TYPE} <e:A> <g:1> .",
        f'<e:a> <e:says> "<e:a> {TYPE} <e:A> <g:9> ." <g:1> .',
        f"<e:a> {TYPE} <e:A> <g:1> .",
        f"<e:a> {TYPE} <e:AB> <g:1> .",
        f"<e:a> {TYPE} <e:C> <g:2> .",
        f"<e:b> {TYPE} <e:A> <g:1> .",
        f"<e:b> {TYPE} <e:A> <g:2> .",
        f'<e:c> <e:says> " {TYPE} <e:A> x" <g:1> .',
        f"<e:d> {TYPE} <e:D> <g:1> .",
        f"<e:e> {TYPE} <e:C> <g:1> .",
    )
    quads = tmp_path / "quads.nq"
    quads.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    assert list(_typed(quads, {b"<e:A>", b"<e:C>"})) == [
        (b"<e:a>", {b"<e:A>": b"<g:1> .\n", b"<e:C>": b"<g:2> .\n"}),
        (b"<e:b>", {b"<e:A>": b"<g:2> .\n"}),
        (b"<e:e>", {b"<e:C>": b"<g:1> .\n"}),
    ]
    assert list(_typed(quads, set())) == []
