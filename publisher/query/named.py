"""Queries that a publisher keeps in files, with a sentence about each and with parameters.

The comment lines at the top of a file say what people see::

    # en: Members of a cluster initiative, count by count.
    # sv: Ett klusterinitiativs medlemsantal, uppgift för uppgift.
    # param cluster iri https://data.example.org/id/cluster/{}
    # param cluster en: Last part of the initiative's address, for instance compare.
    # param cluster example compare

In the query ``$cluster`` is a parameter. It is replaced as a whole term, so no value can become
anything but a value. Kinds: ``text``, ``number``, and ``iri`` with a pattern for the IRI.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode

from publisher.errors import QueryRefused
from publisher.query.tokens import tokenize
from publisher.rdf.namespaces import iri

_DESCRIPTION_LINE = re.compile(r"#\s*(?P<language>[a-z]{2}):\s*(?P<text>.+)")
_PARAMETER_LINE = re.compile(
    r"#\s*param\s+(?P<name>\w+)\s+"
    r"(?:(?P<language>[a-z]{2}):\s*(?P<text>.+)|example\s+(?P<example>.+)"
    r"|(?P<kind>text|number|iri)(?:\s+(?P<pattern>\S+))?)"
)
_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?")
_LONGEST_VALUE = 1000


@dataclass
class Parameter:
    """A parameter of a named query.

    Attributes:
        name: Without the dollar sign.
        kind: ``text``, ``number`` or ``iri``.
        pattern: Of the IRI, with ``{}`` for the value.
        example: A value that gives an answer.
        about: A sentence about it in each language.
    """

    name: str
    kind: str = "text"
    pattern: str = "{}"
    example: str = ""
    about: dict[str, str] = field(default_factory=dict)

    def term(self, value: str) -> str:
        """Return a value as a term of SPARQL.

        Raises:
            QueryRefused: It is not of the parameter's kind.
        """
        try:
            return self._term(value)
        except ValueError as error:
            raise QueryRefused(
                "The value of the parameter '{name}' is '{value}', which is not of its kind"
                " ({kind}).",
                remedy="Send a value such as '{example}'.",
                name=self.name,
                value=value[:100],
                kind=self.kind,
                example=self.example,
            ) from error

    def _term(self, value: str) -> str:
        if not value or len(value) > _LONGEST_VALUE:
            raise ValueError(value)
        if self.kind == "iri":
            return str(NamedNode(self.pattern.replace("{}", quote(value, safe="/-._~"))))
        if self.kind == "number":
            if not _NUMBER.fullmatch(value):
                raise ValueError(value)
            kind = "xsd:decimal" if "." in value else "xsd:integer"
            return str(Literal(value, datatype=NamedNode(iri(kind))))
        return str(Literal(value))


@dataclass(frozen=True)
class NamedQuery:
    """A query with a name.

    Attributes:
        name: Of its file, without the extension.
        text: The query, comments included.
        about: A sentence about it in each language.
        parameters: Name → parameter, in the order of the file.
    """

    name: str
    text: str = field(repr=False)
    about: Mapping[str, str]
    parameters: Mapping[str, Parameter]

    def body(self) -> str:
        """Return the query without the comments at its top."""
        lines = self.text.splitlines()
        while lines and (lines[0].startswith("#") or not lines[0].strip()):
            lines.pop(0)
        return "\n".join(lines).strip() + "\n"

    def fill(self, values: Mapping[str, str]) -> str:
        """Return the query with a value for each parameter.

        Raises:
            QueryRefused: A value is missing or of another kind.
        """
        missing = [name for name in self.parameters if not values.get(name)]
        if missing:
            raise QueryRefused(
                "The query '{query}' needs a value for {missing}.",
                remedy="Add it to the address, such as ?{name}={example}.",
                query=self.name,
                missing=", ".join(missing),
                name=missing[0],
                example=self.parameters[missing[0]].example or "…",
            )
        body = self.body()
        for kind, text, start in reversed(list(tokenize(body))):
            parameter = self.parameters.get(text[1:])
            if kind == "variable" and text[0] == "$" and parameter is not None:
                term = parameter.term(values[parameter.name])
                body = body[:start] + term + body[start + len(text) :]
        return body

    def example(self) -> str:
        """Return the query with the parameters' examples."""
        return self.fill({name: p.example for name, p in self.parameters.items()})


def read_named(name: str, text: str) -> NamedQuery:
    """Return a named query as its file has it."""
    about: dict[str, str] = {}
    parameters: dict[str, Parameter] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        if read := _PARAMETER_LINE.match(line):
            parameter = parameters.setdefault(read["name"], Parameter(read["name"]))
            if read["language"]:
                parameter.about[read["language"]] = read["text"].strip()
            elif read["example"]:
                parameter.example = read["example"].strip()
            else:
                parameter.kind, parameter.pattern = read["kind"], read["pattern"] or "{}"
        elif read := _DESCRIPTION_LINE.match(line):
            about[read["language"]] = read["text"].strip()
    return NamedQuery(name, text, about, parameters)


def read_named_queries(folder: Path) -> dict[str, NamedQuery]:
    """Return name → query for each ``.rq`` file of a folder, sorted; it may be missing."""
    return {
        path.stem: read_named(path.stem, path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.rq"))
    }
