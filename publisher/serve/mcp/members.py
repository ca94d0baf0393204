"""The members that answers of tools are made of: terms, names, sources, pages, permalinks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from pyoxigraph import BlankNode, NamedNode, Triple

from publisher.errors import QueryRefused
from publisher.query.engine import Term
from publisher.rdf.namespaces import iri, shorten
from publisher.render.evidence import Evidence, SourcedDocument, SourcedFact
from publisher.render.markdown import Names
from publisher.serve.site import Site

Message = dict[str, Any]
_LONGEST_TEXT = 4000
_STRING = iri("xsd:string")
_Item = TypeVar("_Item")


class NoSuchName(QueryRefused):
    """Something was named that there is not; ``offered`` are the names that there are."""

    def __init__(self, what: str, offered: Sequence[str], *, remedy: str, **values: str) -> None:
        """Keep what is offered: names of the data, which stand in no sentence of the site's."""
        self.offered = tuple(offered)
        super().__init__(what, remedy=remedy, **values)


def one_page(items: Sequence[_Item], number: int, size: int) -> tuple[Sequence[_Item], Message]:
    """Return the items of a page, and how many items and pages there are.

    >>> one_page("abcde", 2, 2)
    ('cd', {'page': 2, 'pages': 3, 'total': 5})
    """
    pages = max(1, -(-len(items) // size))
    page = items[(number - 1) * size : number * size]
    return page, {"page": number, "pages": pages, "total": len(items)}


def text_member(text: str) -> Message:
    """Return a text, and its whole length where only its beginning is here."""
    if len(text) <= _LONGEST_TEXT:
        return {"text": text}
    return {"text": text[:_LONGEST_TEXT], "cut_from_characters": len(text)}


def term_member(site: Site, term: Term | Triple, names: Names) -> Message:
    """Return a term: an IRI with its names, a text with its language or datatype, or a triple."""
    if isinstance(term, Triple):
        return {"triple": str(term)}
    if isinstance(term, NamedNode):
        named = names.get(term.value, {})
        return {"iri": term.value} | ({"name": dict(named)} if named else {})
    if isinstance(term, BlankNode):
        return {"blank": term.value}
    message = text_member(term.value)
    if term.language:
        direction = {"direction": term.direction.value} if term.direction is not None else {}
        return message | {"language": term.language} | direction
    kind = term.datatype.value
    return message if kind == _STRING else message | {"datatype": short(site, kind)}


def short(site: Site, name: str) -> str:
    """Return the prefixed name of an IRI, where there is one."""
    return shorten(shorten(name, site.release.prefixes))


def permalink_of(site: Site, name: str) -> str:
    """Return where this release describes an IRI; empty for one of somebody else."""
    if not site.addresses.holds(name):
        return ""
    document = site.addresses.document_of(name).removeprefix(site.release.base_iri)
    return site.markdown.permalink(document)


def evidence_members(site: Site, evidence: Iterable[Evidence], names: Names) -> list[Message]:
    """Return what a fact rests on."""
    members = []
    for each in evidence:
        message: Message = {"source": each.source, "level": each.level}
        if names.get(each.source):
            message["name"] = dict(names[each.source])
        permalink = permalink_of(site, each.source)
        message |= {"permalink": permalink} if permalink else {}
        message |= {"statement": each.said_by} if each.level == "statement" else {}
        members.append(message)
    return members


def with_source_list(message: Message) -> Message:
    """Return an answer in which each source is described once, and named by a number elsewhere.

    >>> told = with_source_list({"data": [{"sources": [{"source": "e:s", "statement": "e:1"}]}]})
    >>> told["data"], told["source_list"]
    ([{'sources': [{'source': 1, 'statement': 'e:1'}]}], {'1': {'source': 'e:s'}})
    """
    numbers: dict[str, int] = {}
    listed: Message = {}

    def numbered(member: object) -> object:
        if isinstance(member, list):
            return [numbered(each) for each in member]
        if not isinstance(member, dict):
            return member
        if "source" not in member or not isinstance(member["source"], str):
            return {name: numbered(each) for name, each in member.items()}
        key = f"{member.get('level')} {member['source']}"
        number = numbers.setdefault(key, len(numbers) + 1)
        listed[str(number)] = {n: v for n, v in member.items() if n != "statement"}
        return {"source": number} | {n: v for n, v in member.items() if n == "statement"}

    made = {name: numbered(each) for name, each in message.items()}
    return made | ({"source_list": listed} if listed else {})


def fact_member(site: Site, fact: SourcedFact, document: SourcedDocument) -> Message:
    """Return a fact with its sources."""
    names, called = document.names, dict(document.property_name(fact.property))
    message: Message = {
        "property": short(site, fact.property),
        "name": called,
        "value": term_member(site, fact.value, names),
        "sources": evidence_members(site, fact.evidence, names),
    }
    own = dict(names.get(fact.property, {}))
    if own and own != called:
        message["also_called"] = own
    if fact.notes:
        message["notes"] = [term_member(site, note, names) for note in fact.notes]
    if not fact.is_adopted:
        message["stated_but_not_adopted_by_the_data"] = True
    if fact.details:
        message["details"] = [
            {
                "property": short(site, each.property),
                "name": dict(names.get(each.property, {})),
                "value": term_member(site, each.value, names),
            }
            for each in fact.details
        ]
    return message


def triple_members(site: Site, triples: Sequence[Triple]) -> dict[Triple, list[Message]]:
    """Return triple of the data → what it rests on; without those that the data do not hold."""
    supported = site.markdown.facts.evidence_of(triples)
    sources = {each.source for evidence in supported.values() for each in evidence}
    names = site.markdown.facts.names(name for name in sources if is_iri(name))
    return {
        triple: evidence_members(site, evidence, names) for triple, evidence in supported.items()
    }


def is_iri(name: str) -> bool:
    """Tell whether a text is an absolute IRI."""
    try:
        return bool(NamedNode(name).value)
    except ValueError:
        return False


def names_of(site: Site, terms: Iterable[object]) -> Names:
    """Return what the IRIs among some terms are called."""
    return site.markdown.facts.names({t.value for t in terms if isinstance(t, NamedNode)})


def with_query(address: str, parameters: Mapping[str, str | Sequence[str]]) -> str:
    """Return an address with those of some parameters that have a value."""
    filled = [(n, v) for n, given in parameters.items() for v in _values(given) if v]
    return f"{address}?{urlencode(filled)}" if filled else address


def _values(given: str | Sequence[str]) -> Sequence[str]:
    return (given,) if isinstance(given, str) else given
