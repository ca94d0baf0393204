"""Values with something at them, for the parameters in the addresses of a site."""

from __future__ import annotations

from publisher.render.tables.pages import has_places
from publisher.serve.site import Site


def address_examples(site: Site) -> dict[str, str]:
    """Return parameter → value, where an address has something for it.

    A parameter that stands for different things has the address before its name, with a space;
    an empty value says that there is nothing.
    """
    release = site.release
    examples = {
        "release": release.id,
        "other": release.id,
        "extension": "ttl",
        "language": site.config.offered_languages[0],
        "dataset": next(iter(release.datasets()), ""),
        "/query/{name} name": next(iter(site.queries), ""),
        "/page/{name} name": next(iter(site.pages.own.pages), ""),
        "/schema/{name}.md name": next(iter(site.markdown.schema), ""),
        "/schema/{name}.{number}.md name": next(iter(site.markdown.schema), ""),
        "/schema/{name}.{number}.md number": "1",
        "/release/{release}/file/{path} path": "void.nt",
        "/schema.{number}.md number": "1",
        "/feed/{number} number": "1",
        "/feed/catalog/{number} number": "1",
        **_of_tables(site),
        **_of_a_thing(site),
    }
    if examples["dataset"]:
        examples["file"] = f"{examples['dataset']}.ttl"
    return examples


def _of_tables(site: Site) -> dict[str, str]:
    tables = site.pages.tables.tables
    return {
        "table": next(iter(tables), ""),
        "/table/{table}.places.json table": next(
            (name for name, table in tables.items() if has_places(table)), ""
        ),
    }


def _of_a_thing(site: Site) -> dict[str, str]:
    """Return the paths of a thing of the class that the site is about."""
    main = site.markdown.main_class
    if main is None or not main.example.startswith(site.release.base_iri):
        return {}
    document = site.addresses.document_of(main.example)
    path = document.removeprefix(site.release.base_iri)
    thing = main.example.removeprefix(site.release.base_iri)
    return {
        "path": path,
        "/id/{path} path": thing.removeprefix("id/") if thing.startswith("id/") else "",
        "/doc/{path} path": path.removeprefix("doc/") if path.startswith("doc/") else "",
        "/doc/{path}.json path": path.removeprefix("doc/") if path.startswith("doc/") else "",
    }
