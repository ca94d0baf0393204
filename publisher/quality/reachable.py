"""Can what is published be looked up? Names that nobody can ask for, or that lead elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from publisher.addresses import INDEX, Addresses, Obstacle, split_file
from publisher.findings import Finding, Severity
from publisher.load.files import CATALOGUE
from publisher.load.sources import Sources
from publisher.messages import Text, text
from publisher.rdf import media_types
from publisher.rdf.sorted_files import read_lines

RULE = "reachable"


def check_reachable(sources: Sources) -> Iterator[Finding]:
    """Return a warning for each name below the base that cannot be looked up as it is written.

    Linked data principles 2 and 3; RFC 3986, sections 5.2.4 and 6.2.2. The catalogue describes the
    site's own addresses, so what it names is left out.
    """
    addresses = Addresses(sources.base_iri, sources.base_iri)
    rivals: dict[str, str] = {}
    for name in _names(sources):
        obstacle = addresses.obstacle(name)
        if obstacle is not None:
            yield _finding(name, _hindrance(obstacle, name, addresses))
            continue
        if "%" in name and rivals.get(normal := addresses.normal(name), "") != normal:
            rivals[normal] = name  # of several, the one that is asked for letter by letter
        rivals |= dict.fromkeys(_wholes(name, addresses), name)
    if rivals:
        yield from _same_addresses(sources, addresses, rivals)


def _names(sources: Sources) -> Iterator[str]:
    """Yield what the sources describe, without fragments, each once where it is together."""
    start = f"<{sources.base_iri}".encode()
    catalogue = f" <{sources.base_iri}{CATALOGUE}> .".encode()
    last, subject = b"", b"\n"
    for line in read_lines(sources.sorted_sources.quads):
        # Most lines are about what the line before is about.
        if line.startswith(subject) or not line.startswith(start):
            continue
        if line.rstrip().endswith(catalogue):
            continue
        subject = line[: line.index(b">") + 1]
        name = subject[1:-1].partition(b"#")[0]
        if name != last:
            last = name
            yield name.decode()


def _wholes(name: str, addresses: Addresses) -> Iterator[str]:
    """Yield the names of which a document would have a file at the address of another document."""
    target = name.removeprefix(addresses.base_iri)
    path, mark, query = target.partition("?")
    if path.rpartition("/")[2] == INDEX:
        whole = path.removesuffix(INDEX) + mark + query
        yield addresses.normal(addresses.base_iri + whole)
    names, extension = split_file(target)
    if media_types.BY_EXTENSION.get(extension) in media_types.DOCUMENT_FILES:
        yield from (addresses.normal(addresses.base_iri + whole) for whole in names)


def _same_addresses(
    sources: Sources, addresses: Addresses, rivals: dict[str, str]
) -> Iterator[Finding]:
    for name in _names(sources):
        rival = rivals.get(addresses.normal(name), name)
        if rival == name or addresses.obstacle(name) is not None:
            continue
        if addresses.normal(rival) == addresses.normal(name):
            # What is asked for letter by letter is found; the other one is not.
            hidden, seen = (name, rival) if addresses.normal(rival) == rival else (rival, name)
            message = text(
                "<{hidden}> has the same address on the web as <{seen}>, so only that one can be"
                " looked up. Keep one of the names.",
                hidden=hidden,
                seen=seen,
            )
            yield _finding(hidden, message)
            continue
        message = text(
            "A file of the document about <{name}> has the address of <{rival}>. Give <{rival}>"
            " a name that does not end like a file.",
            name=name,
            rival=rival,
        )
        yield _finding(rival, message)


def _hindrance(obstacle: Obstacle, name: str, addresses: Addresses) -> Text:
    if obstacle is Obstacle.OWN_PAGE:
        return text(
            "The site answers at this address itself, so <{name}> is never seen there. Name the"
            " thing otherwise, for example below {example}.",
            name=name,
            example=f"{addresses.base_iri}id/",
        )
    if obstacle is Obstacle.DOT_SEGMENT:
        return text(
            "Clients take the parts '.' and '..' out of an address before they ask, so <{name}>"
            " cannot be looked up. Name the thing without them.",
            name=name,
        )
    if obstacle is Obstacle.EMPTY_FIRST_SEGMENT:
        return text(
            "The path of <{name}> begins with an empty part, which links take for another host."
            " Name the thing with one slash there.",
            name=name,
        )
    if obstacle is Obstacle.LENGTH:
        return text(
            "The address of <{name}> is longer than many servers take (8000 characters). Shorten"
            " the name.",
            name=name,
        )
    return text(
        "Clients ask for {asked} when they look <{name}> up, and that is another name. Escape only"
        " what must be escaped, with capitals (RFC 3986, section 6.2.2).",
        asked=addresses.normal(name),
        name=name,
    )


def _finding(name: str, message: Text) -> Finding:
    return Finding(Severity.WARNING, message, rule=RULE, focus_node=name)
