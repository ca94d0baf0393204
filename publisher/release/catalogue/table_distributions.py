"""The tables of a dataset → ``dcat:Distribution``s of it."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import NamedNode

from publisher.messages import LANGUAGES, translate
from publisher.rdf.subjects import name_in
from publisher.release.catalogue.distributions import FORMATS, View, add_file, describe_file
from publisher.release.catalogue.draft import Draft
from publisher.release.tables.files import TableFiles


def add_tables(
    draft: Draft, dataset: NamedNode, tables: Iterable[TableFiles], base_iri: str, view: View
) -> None:
    """Add a distribution for each file of each table of a dataset."""
    for table in tables:
        called = {tag: name_in(table.titles, tag) for tag in LANGUAGES}
        place = f"{base_iri}table/{table.slug}"
        for form in FORMATS:
            file = table.files.get(form.extension)
            if file is None:
                continue
            name = NamedNode(f"{dataset.value}/distribution/{table.slug}-{form.extension}")
            description = {
                tag: translate(
                    "A part of the dataset as a table in {format}: {name}.",
                    tag,
                    format=form.label,
                    name=called[tag],
                )
                for tag in LANGUAGES
            }
            titles = {
                tag: f"{text[:1].upper()}{text[1:]} ({form.label})" for tag, text in called.items()
            }
            download = f"{place}.{form.extension}"
            describe_file(draft, name, form, view, (place, download), titles, description)
            add_file(draft, dataset, name, file, base_iri, view)
