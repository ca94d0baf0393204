"""A query as an address to share, and as programs that ask it from elsewhere."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from publisher.query.tokens import declared_prefixes, tokenize

# Longer addresses do not survive every browser, proxy and mail program.
_LONGEST_ADDRESS = 4000


def with_prefixes(query: str, prefixes: Mapping[str, str]) -> str:
    """Return the query with the common prefixes it uses written out at its top.

    >>> print(with_prefixes("ASK { ?s e:p 1 }", {"e": "http://e/", "f": "http://f/"}))
    PREFIX e: <http://e/>
    ASK { ?s e:p 1 }
    """
    declared = declared_prefixes(query)
    used = {token.text.partition(":")[0] for token in tokenize(query) if token.kind == "name"}
    missing = sorted(name for name in used - set(declared) if name in prefixes)
    return "".join(f"PREFIX {name}: <{prefixes[name]}>\n" for name in missing) + query


def query_address(
    endpoint: str, query: str, form: str = "", more: Mapping[str, str] | None = None
) -> str:
    """Return the address of a query; empty when it would be too long to share.

    Args:
        endpoint: Its address.
        query: With the prefixes it uses.
        form: Of the answer.
        more: Other parameters.
    """
    parameters = {"query": query} | ({"format": form} if form else {}) | dict(more or {})
    written = f"{endpoint}?{urlencode(parameters)}"
    return written if len(written) <= _LONGEST_ADDRESS else ""


def example_programs(endpoint: str, query: str, *, is_graph: bool) -> Iterator[tuple[str, str]]:
    """Return the name of a language and the text of a program, for each."""
    accept = "text/turtle" if is_graph else "text/csv"
    command = [
        f"curl {shlex.quote(endpoint)}",
        f"  --header {shlex.quote('Accept: ' + accept)}",
        f"  --data-urlencode {shlex.quote('query=' + query.strip())}",
    ]
    yield "curl", " \\\n".join(command)
    accept = "text/turtle" if is_graph else "application/sparql-results+json"
    show = "answer.text" if is_graph else 'answer.json()["results"]["bindings"]'
    lines = [
        "import requests",
        "",
        f"query = {_python(query.strip())}",
        "answer = requests.post(",
        f"    {json.dumps(endpoint)},",
        '    data={"query": query},',
        f'    headers={{"Accept": "{accept}"}},',
        "    timeout=60,",
        ")",
        "answer.raise_for_status()",
        f"print({show})",
    ]
    yield "Python", "\n".join(lines) + "\n"


def _python(text: str) -> str:
    return repr(text) if '"""' in text or "\\" in text else f'"""\n{text}\n"""'
