"""The configuration with which Caddy serves an export as the application serves the site."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from publisher.config import Config
from publisher.rdf.media_types import HTML
from publisher.serve.export.rules import (
    CONTENT_TYPES,
    ERROR_FIELDS,
    FIXED_FIELDS,
    LITERAL_ROWS,
    NO_FILE,
    NOTHING,
    PREFLIGHT_FIELDS,
    REDIRECT_FIELDS,
    STRUCTURAL,
    TYPED_PATHS,
    VARIANTS,
    Case,
    Ranges,
    RegexRows,
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
)
from publisher.serve.headers import DATA_POLICY, METHODS, page_policy
from publisher.serve.site import Site

MOVED, PLACES, REPLACED = "moved.caddy", "places.caddy", "replaced.caddy"
_PATH = "{http.request.orig_uri.path}"


def configuration(site: Site, offers: Sequence[VariantSet], folder: Path) -> str:
    """Return a Caddyfile.

    Args:
        site: What was exported.
        offers: What its addresses offer.
        folder: Where the export is.
    """
    policy = page_policy(site.config.tile_url)
    values = {
        "maps": "".join([*_qualities(site.config, offers), *_addresses(site, offers)]),
        "choices": "".join([*_languages(site.config), *_choices(offers)]),
        "types": "".join(_types(policy)),
        "fields": "".join(_fields(site, offers)),
        "fixed_fields": _fixed_fields({**FIXED_FIELDS, "Content-Security-Policy": DATA_POLICY}),
        "preflight_fields": _fixed_fields({"Allow": METHODS, **PREFLIGHT_FIELDS}),
        "error_fields": _fixed_fields(
            {n: v.format(language=_VARIABLES["language"]) for n, v in ERROR_FIELDS.items()}
        ),
        "redirect_fields": _fixed_fields(REDIRECT_FIELDS),
        "offers": "|".join(offer.name for offer in offers if len(offer.media_types) > 1),
        "site": site.config.site_url.rstrip("/"),
        "folder": str(folder),
        "methods": METHODS,
    }
    return fill_template("Caddyfile", values)


def write_pairs(path: Path, pairs: Iterable[tuple[str, str]]) -> None:
    """Write rows of a map: path → address."""
    with path.open("w", encoding="utf-8", newline="\n") as lines:
        lines.write("# path and address\n")  # Caddy imports no empty file
        lines.writelines(
            f"`{address}` `{target}`\n" for address, target in pairs if "`" not in address
        )


def _map(source: str, name: str, rows: RegexRows, default: str) -> str:
    lines = "".join(f"        `~(?i){expression}` `{value}`\n" for expression, value in rows)
    return f"    map {source} {{{name}}} {{\n{lines}        default `{default}`\n    }}\n"


def _quality(field: str, name: str, elements: Ranges) -> Iterator[str]:
    """Yield the maps that read a quality out of a field, as four digits in ``{q_<name>}``."""
    yield _map(f"{{header.{field}}}", f"written_{name}", reading_rows(name, elements), "0")
    yield _map(f"{{written_{name}}}", f"q_{name}", digit_rows(name), NOTHING)


def _qualities(config: Config, offers: Sequence[VariantSet]) -> Iterator[str]:
    for language in config.offered_languages:
        yield from _quality("Accept-Language", language, language_ranges(language))
    every = {m.extension: m for offer in offers for m in offer.media_types}
    for extension, media_type in every.items():
        yield from _quality("Accept", extension, media_ranges(media_type))
    rows = [(expression, "1") for expression in legible_ranges()]
    yield _map("{header.Accept}", "is_legible", rows, "0")


def _addresses(site: Site, offers: Sequence[VariantSet]) -> Iterator[str]:
    """Yield the maps that read an address."""
    named = [(offer.pattern, offer.name) for offer in offers if offer.pattern]
    yield _map(_PATH, "offer", named, offers[-1].name)
    known = "|".join(sorted({e for offer in offers for e in offer.extensions}))
    yield _map(_PATH, "last", [(rf"\.(?P<last>{known})$", "${last}")], "")
    bare = [(rf"^(?P<bare>/[^?]+)\.({known})(\?|$)", "${bare}"), (r"^/(\?|$)", "/index")]
    bare.append((r"^(?P<folder>/[^?]+/)(\?|$)", "${folder}index"))
    bare.append((r"^(?P<whole>[^?]+)", "${whole}"))
    yield _map("{http.request.orig_uri}", "bare", bare, "")
    base = site.release.base_iri.rstrip("/")
    things = [(r"^/doc/(?P<topic>.+)$", f"{base}/id/${{topic}}")]
    things.append(("^(?P<other>.+)$", f"{base}${{other}}"))
    named = [*named_rows(known), (r"^(?P<whole>[^?]+)", "${whole}")]
    yield _map("{http.request.orig_uri}", "named", named, "")
    yield _map("{named}", "thing", things, "")
    yield from _literals()
    raw = [
        ("^/id/(?P<slug>[^?]+?)/*(\\?|$)", "/doc/${slug}"),
        ("^(?P<way>[^?]+?)/*(\\?|$)", "${way}"),
    ]
    yield _map("{http.request.orig_uri}", "raw_document", raw, "")
    document = [("^/id/(?P<slug>.+?)/*$", "/doc/${slug}")]
    document.append((r"^(?P<stem>/.+)\.(html|ttl|jsonld|rdf|nt)$", "${stem}"))
    document.append(("^(?P<way>/.*?)/*$", "${way}"))
    yield _map(_PATH, "document", document, "")
    file = [("^/$", "/index"), ("^/table/$", "/table/index"), *folder_rows("stored")]
    file.append(("^(?P<way>.*)$", "${way}"))
    yield _map(_PATH, "stored", file, "")
    yield _map(_PATH, "before_hash", [("^(?P<way>/[^#]+)#", "${way}")], "/_/none")
    raw_hash = [("^(?P<way>/[^?]+?)%23", "${way}")]
    yield _map("{http.request.orig_uri}", "raw_before_hash", raw_hash, "/")
    witness = [(f"^{o.name}$", o.extensions[0]) for o in offers if o.media_types]
    yield _map("{offer}", "witness", witness, "html")


def _literals() -> Iterator[str]:
    """Yield the maps of addresses as they were sent to files."""
    sent, rest = "{http.request.orig_uri}", ("^(?P<way>.*)$", "${way}")
    yield _map(sent, "literal", LITERAL_ROWS, NO_FILE)
    yield _map("{literal}", "literal_document", [*document_rows("literal"), rest], NO_FILE)
    yield _map("{literal}", "literal_stored", [*folder_rows("literal"), rest], NO_FILE)
    slashed = [("^/id/(?P<slug>.+/)$", "/doc/${slug}index")]
    yield _map(_PATH, "slashed_document", slashed, NO_FILE)
    exact = [("^/id/(?P<slug>[^?]+)", "/doc/${slug}")]
    yield _map(sent, "raw_exact_document", exact, "/")
    yield _map(sent, "is_structural", [(STRUCTURAL, "yes")], "no")
    yield _map(sent, "is_doubled", [("^[^?]*//+[^/?]", "yes")], "no")


def _set_variable(name: str, value: str, condition: str, matcher: str) -> str:
    return f"        @{matcher} expression `{condition}`\n        vars @{matcher} {name} {value}\n"


def _is_largest(name: str, names: Sequence[str]) -> str:
    """Return the condition that a quality is above 0 and the first of the largest."""
    position = names.index(name)
    parts = [f'{{q_{name}}} > "{NOTHING}"']
    parts += [
        f"{{q_{name}}} {'>' if number < position else '>='} {{q_{other}}}"
        for number, other in enumerate(names)
        if number != position
    ]
    return " && ".join(parts)


def _languages(config: Config) -> Iterator[str]:
    """Yield how the language of an answer and the folder of its pages are set."""
    default, offered = config.language, config.offered_languages
    ordered = [default, *(language for language in offered if language != default)]
    yield f"        vars language {default}\n        vars tree ``\n        vars kept ``\n"
    yield "        vars is_chosen no\n"
    for language in ordered[1:]:
        condition = _is_largest(language, ordered)
        yield _set_variable("language", language, condition, f"spoken_{language}")
        yield _set_variable("tree", f"/{VARIANTS}/{language}", condition, f"tree_{language}")
    for language in offered:
        condition = f'{{query.lang}} == "{language}"'
        for name, value in (
            ("language", language),
            ("tree", f"/{VARIANTS}/chosen/{language}"),
            ("kept", f"?lang={language}"),
            ("is_chosen", "yes"),
        ):
            yield _set_variable(name, value, condition, f"asked_{name}_{language}")


def _choices(offers: Sequence[VariantSet]) -> Iterator[str]:
    """Yield how the extension of what answers is set."""
    yield "        vars chosen none\n"
    for offer in offers:
        if not offer.media_types:
            continue
        here, favourite = f'{{offer}} == "{offer.name}"', offer.extensions[0]
        anything = f'{here} && {{is_legible}} == "0"'
        yield _set_variable(
            "chosen",
            favourite,
            anything if len(offer.media_types) > 1 else here,
            f"any_{offer.name}",
        )
        for extension in offer.extensions if len(offer.media_types) > 1 else ():
            larger = _is_largest(extension, offer.extensions)
            condition = f'{here} && {{is_legible}} == "1" && {larger}'
            yield _set_variable("chosen", extension, condition, f"best_{offer.name}_{extension}")


def _types(policy: str) -> Iterator[str]:
    """Yield the types of files, by their extensions and by their paths."""
    for extension, content_type in CONTENT_TYPES.items():
        allowed = policy if extension == HTML.extension else DATA_POLICY
        matcher = f"type_{extension}"
        yield f"    @{matcher} path *.{extension}\n"
        yield f"    header @{matcher} Content-Type `{content_type}`\n"
        yield f"    header @{matcher} Content-Security-Policy `{allowed}`\n"
    for path in TYPED_PATHS:
        expression = f"^{re.escape(path.begins)}" + (f".+{re.escape(path.ends)}" * bool(path.ends))
        yield f"    @{path.name} path_regexp {expression}$\n"
        yield f"    header @{path.name} Content-Type `{path.content_type}`\n"


# What the variables of field values are called here.
_VARIABLES = {name: f"{{http.vars.{name}}}" for name in ("representation", "kept", "language")}


def _fields(site: Site, offers: Sequence[VariantSet]) -> Iterator[str]:
    """Yield the fields of answers; what is set later wins, so the first rule comes last."""
    for name, rules in field_rules(site, offers).items():
        lines: list[str] = []
        refused: list[str] = []
        for number, (case, value) in enumerate(rules):
            condition = _condition(case)
            if not value:
                refused.append(f"!({condition})")
                continue
            matcher = f"{name.lower().replace('-', '_')}_{number}"
            shown = " && ".join([*refused, condition])
            field = re.sub(r"\{(\w+)\}", lambda m: _VARIABLES.get(m[1], m[0]), value)
            lines.append(
                f"    @{matcher} expression `{shown}`\n    header @{matcher} {name} `{field}`\n"
            )
        yield from reversed(lines)


def _condition(case: Case) -> str:
    """Return the expression (CEL) that is true for answers of a case."""
    parts = [
        _one_of("{offer}", case.variants),
        _one_of(_VARIABLES["representation"], case.representations),
        _one_of(_PATH, (case.path,) if case.path else ()),
    ]
    if case.is_picked is not None:
        parts.append(f'{{last}} {"!=" if case.is_picked else "=="} ""')
    if case.is_chosen is not None:
        parts.append(f'{{http.vars.is_chosen}} == "{"yes" if case.is_chosen else "no"}"')
    return " && ".join(filter(None, parts))


def _one_of(variable: str, values: Sequence[str]) -> str:
    compared = " || ".join(f'{variable} == "{value}"' for value in values)
    return f"({compared})" if len(values) > 1 else compared


def _fixed_fields(fields: Mapping[str, str]) -> str:
    return "\n".join(f"        {name} `{value}`" for name, value in fields.items())
