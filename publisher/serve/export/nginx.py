"""The configuration with which nginx serves an export as the application serves the site."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from publisher.config import Config
from publisher.rdf.media_types import HTML, MediaType
from publisher.serve.export.rules import (
    CONTENT_TYPES,
    ERROR_FIELDS,
    FIXED_FIELDS,
    LITERAL_ROWS,
    NO_FILE,
    NOTHING,
    PLAIN,
    PREFLIGHT_FIELDS,
    REDIRECT_FIELDS,
    STRUCTURAL,
    TYPED_PATHS,
    VARIANTS,
    Case,
    Ranges,
    VariantSet,
    digit_rows,
    document_rows,
    field_rules,
    fill_template,
    folder_rows,
    language_ranges,
    legible_ranges,
    media_ranges,
    named_rows,
    reading_rows,
    topic_rows,
)
from publisher.serve.headers import DATA_POLICY, METHODS, page_policy
from publisher.serve.site import Site

MOVED, PLACES, REPLACED = "moved.map", "places.map", "replaced.map"
# Both qualities have five digits: the second is larger when it is at the first place they differ.
_LARGER = "|".join(f"{digit}[0-9]*:\\1[{digit + 1}-9]" for digit in range(9))
_SECOND_IS_LARGER = f"^([0-9]*)(?:{_LARGER})"


def configuration(site: Site, offers: Sequence[VariantSet], folder: Path) -> str:
    """Return what is included inside the ``http`` block of nginx.

    Args:
        site: What was exported.
        offers: What its addresses offer.
        folder: Where the export is.
    """
    maps = [*_languages(site.config), *_media_types(offers), *_offers(offers)]
    maps += [*_addresses(), *_fields(site, offers)]
    values = {
        "maps": "\n".join(maps),
        "types": "\n".join(f'        "{name}" {e};' for e, name in CONTENT_TYPES.items()),
        "typed_paths": "".join(_types()),
        "fields": "".join(_added_fields()),
        "site": site.config.site_url.rstrip("/"),
        "folder": str(folder),
    }
    return fill_template("nginx.conf", values)


def write_pairs(path: Path, pairs: Iterable[tuple[str, str]]) -> None:
    """Write rows of a map: path → address."""
    with path.open("w", encoding="utf-8", newline="\n") as lines:
        lines.writelines(f"{_quoted(address)} {_quoted(target)};\n" for address, target in pairs)


def _quoted(written: str) -> str:
    escaped = written.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _expression(expression: str) -> str:
    """Return a regular expression as a key of a map; there only quotes need escapes."""
    return '"~*' + expression.replace('"', '\\"') + '"'


def _map(source: str, name: str, rows: Iterable[tuple[str, str]], default: str) -> str:
    lines = "".join(f'    {key} "{value}";\n' for key, value in rows)
    return f'map "{source}" ${name} {{\n{lines}    default "{default}";\n}}\n'


def _expressions(rows: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(_expression(key), value) for key, value in rows]


def _quality(field: str, name: str, elements: Ranges) -> Iterator[str]:
    """Yield the maps that read a quality out of a field, as four digits in ``$q_<name>``."""
    yield _map(field, f"written_{name}", _expressions(reading_rows(name, elements)), "0")
    yield _map(f"$written_{name}", f"q_{name}", _expressions(digit_rows(name)), NOTHING)


def _best(name: str, choices: Sequence[str]) -> Iterator[str]:
    """Yield maps that end in ``$best_<name>``: the choice of highest quality, the first of equals.

    ``none`` when each has quality 0.
    """
    winner, quality = choices[0], f"$q_{choices[0]}"
    for number, choice in enumerate(choices[1:], start=1):
        first = winner if number == 1 else f"${winner}"
        step = f"{name}_{number}"
        row = [(_expression(_SECOND_IS_LARGER), choice)]
        yield _map(f"{quality}:$q_{choice}", f"winner_{step}", row, first)
        row = [(f'"{choice}"', f"$q_{choice}")]
        yield _map(f"$winner_{step}", f"quality_{step}", row, quality)
        winner, quality = f"winner_{step}", f"$quality_{step}"
    value = winner if len(choices) == 1 else f"${winner}"
    yield _map(quality, f"best_{name}", [(f'"{NOTHING}"', "none")], value)


def _languages(config: Config) -> Iterator[str]:
    """Yield maps that end in ``$language`` and ``$tree``, the folder of its pages."""
    default, offered = config.language, config.offered_languages
    for language in offered:
        yield from _quality("$http_accept_language", language, language_ranges(language))
    ordered = [default, *(language for language in offered if language != default)]
    yield from _best("language", ordered)
    requested = [(f'"{language}"', language) for language in offered]
    yield _map("$best_language", "spoken", [('"none"', default)], "$best_language")
    yield _map("$arg_lang", "language", requested, "$spoken")
    trees = [(f'"{lang}:{lang}"', f"/{VARIANTS}/chosen/{lang}") for lang in offered]
    trees.append((_expression(f":{default}$"), ""))
    yield _map("$arg_lang:$language", "tree", trees, f"/{VARIANTS}/$language")
    yield _map("$arg_lang", "is_chosen", [(key, "1") for key, _ in requested], "0")
    yield _map("$arg_lang", "kept", [(key, f"?lang={value}") for key, value in requested], "")


def _media_types(offers: Sequence[VariantSet]) -> Iterator[str]:
    """Yield maps that end in ``$best_<offer>`` for each offer."""
    every: dict[str, MediaType] = {m.extension: m for o in offers for m in o.media_types}
    for extension, media_type in every.items():
        yield from _quality("$http_accept", extension, media_ranges(media_type))
    for offer in offers:
        if len(offer.media_types) > 1:
            yield from _best(offer.name, offer.extensions)
    yield _map("$http_accept", "is_legible", [(_expression(e), "1") for e in legible_ranges()], "0")


def _offers(offers: Sequence[VariantSet]) -> Iterator[str]:
    """Yield maps that end in ``$chosen``: the extension of what answers."""
    named = [(_expression(offer.pattern), offer.name) for offer in offers if offer.pattern]
    yield _map("$raw", "offer", named, offers[-1].name)
    rows = []
    for offer in offers:
        if not offer.media_types:
            continue
        rows.append((f'"0:{offer.name}"', offer.extensions[0]))
        several = len(offer.media_types) > 1
        rows.append((f'"1:{offer.name}"', f"$best_{offer.name}" if several else HTML.extension))
    yield _map("$is_legible:$offer", "chosen", rows, "")
    witness = [(f'"{o.name}"', o.extensions[0]) for o in offers if o.media_types]
    yield _map("$offer", "witness", witness, "html")
    extensions = "|".join(sorted({e for offer in offers for e in offer.extensions}))
    own = [(f'"{PLAIN}"', "")]
    yield _map(
        "$raw", "last", [(_expression(rf"\.(?P<last_part>{extensions})$"), "$last_part")], ""
    )
    yield _map("$offer", "extension", own, "$last")
    yield _map("$extension", "representation", [('""', "$chosen")], "$extension")


def _addresses() -> Iterator[str]:
    """Yield maps of addresses, as they were sent and without escapes, to files."""
    yield _map("$raw", "literal", _expressions(LITERAL_ROWS), NO_FILE)
    yield _map("$literal", "literal_document", _expressions(document_rows("literal")), "$literal")
    yield _map("$literal", "literal_file", _expressions(folder_rows("of_literal")), "$literal")
    # Without escapes, where that is the same path.
    yield _map("$raw", "plain", [(_expression(STRUCTURAL), NO_FILE)], "$uri")
    index = [('"/"', "/index"), ('"/table/"', "/table/index")]
    yield _map("$plain", "file", [*index, *_expressions(folder_rows("of_plain"))], "$plain")
    slashed = [(_expression("^/id/(?P<of_slashed>.+/)$"), "/doc/${of_slashed}index")]
    yield _map("$plain", "slashed_document", slashed, NO_FILE)


def _fields(site: Site, offers: Sequence[VariantSet]) -> Iterator[str]:
    """Yield maps that end in the values of header fields; an empty one is not sent."""
    base = site.release.base_iri.rstrip("/")
    policy = page_policy(site.config.tile_url)
    page = _expression(f"^{re.escape(HTML.name)}")
    yield _map("$sent_http_content_type", "policy", [(page, policy)], DATA_POLICY)
    known = "|".join(sorted({e for offer in offers for e in offer.extensions}))
    bare = [
        ("^/$", "/index"),
        *folder_rows("bare"),
        (rf"^(?P<bare_path>.+)\.({known})$", "$bare_path"),
    ]
    yield _map("$raw", "bare", _expressions(bare), "$raw")
    yield _map("$raw", "named", _expressions(named_rows(known)), "$raw")
    yield _map("$named", "thing", _expressions(topic_rows(base)), f"{base}$named")
    for name, rules in field_rules(site, offers).items():
        rows = [(_case(case), _value(value)) for case, value in rules]
        if name in ERROR_FIELDS:
            rows.append(("^(404|405|406|410):", _value(ERROR_FIELDS[name])))
        if name in REDIRECT_FIELDS:
            rows.append(("^303:", _value(REDIRECT_FIELDS[name])))
        yield _map(_ANSWER, _variable(name), _expressions(rows), "")
    allowed = [("^OPTIONS:", METHODS), (":405$", METHODS)]
    yield _map("$request_method:$status", "allow", _expressions(allowed), "")
    for name, value in PREFLIGHT_FIELDS.items():
        yield _map("$request_method", _variable(name), [('"OPTIONS"', value)], "")


# How the case of an answer is found.
_ANSWER = "$status:$offer:$extension:$representation:$is_chosen:$raw"
_ANY = "[^:]*"


def _case(case: Case) -> str:
    """Return the expression that matches answers of a case."""
    picked = {None: _ANY, True: "[^:]+", False: ""}[case.is_picked]
    language_choice = {None: _ANY, True: "1", False: "0"}[case.is_chosen]
    names = [f"({'|'.join(n)})" if n else _ANY for n in (case.variants, case.representations)]
    path = f"{re.escape(case.path)}$" if case.path else ""
    return ":".join(["^(200|206|304)", names[0], picked, names[1], language_choice, path])


def _value(value: str) -> str:
    """Return the value of a field; names in braces are variables."""
    return re.sub(r"\{(\w+)\}", r"$\1", value.replace('"', '\\"'))


def _variable(field: str) -> str:
    return field.lower().replace("-", "_")


def _types() -> Iterator[str]:
    """Yield the locations of files whose type their extension does not tell."""
    below: dict[str, list[str]] = defaultdict(list)
    for path in TYPED_PATHS:
        extension = path.ends.rpartition(".")[2]
        line = f'            "{path.content_type}" {extension};\n'
        if not path.ends:
            yield f"    location = {path.begins} {{\n        types {{ }}\n"
            yield f"        default_type '{path.content_type}';\n    }}\n\n"
        elif path.ends.count(".") > 1:
            yield f"    location ~ ^{path.begins}.*{re.escape(path.ends)}$ {{\n"
            yield f"        types {{\n{line}        }}\n    }}\n\n"
        else:
            below[path.begins].append(line)
    for begins, lines in below.items():
        yield f"    location ^~ {begins} {{\n        types {{\n{''.join(lines)}"
        yield "        }\n        try_files $literal $plain =404;\n    }\n\n"


def _added_fields() -> Iterator[str]:
    """Yield how each field gets into answers; those of errors, and fixed ones, into all."""
    for name in ("Vary", "Content-Language"):
        yield f"    add_header {name} ${_variable(name)} always;\n"
    for name in ("Content-Location", "Link"):
        yield f"    add_header {name} ${_variable(name)};\n"
    for name, value in FIXED_FIELDS.items():
        yield f'    add_header {name} "{value}" always;\n'
    for name in PREFLIGHT_FIELDS:
        yield f"    add_header {name} ${_variable(name)} always;\n"
