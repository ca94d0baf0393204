"""The plot of ratios: a row for each thing measured, a mark for each other program, log scale."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

# Okabe and Ito's colours, told apart with any eyes; the shapes tell them apart without colours.
_LOOKS = {
    "nginx": ("#0072b2", "circle"),
    "nginx with our fields": ("#56b4e9", "diamond"),
    "Trifid": ("#d55e00", "square"),
    "rdflib-endpoint": ("#009e73", "up"),
    "oxigraph": ("#cc79a7", "down"),
    "Virtuoso": ("#000000", "cross"),
}
_TITLES = {
    "documents": "Documents, warm",
    "dereferencing": "Documents, beside programs that ask an engine",
    "files": "Catalogue and dumps",
    "queries": "Queries",
}
_LEFT, _WIDTH, _ROW, _TOP = 250, 560, 18, 74
_Row = Mapping[str, object]


def draw(parts: Mapping[str, Sequence[_Row]]) -> str:
    """Return the plot as SVG; a mark right of the line means that this program is faster."""
    shown = {name: parts[name] for name in _TITLES if parts.get(name)}
    ratios = [float(str(row["ratio"])) for rows in shown.values() for row in rows] or [1.0]
    lowest = math.floor(math.log10(min(*ratios, 0.1)))
    highest = math.ceil(math.log10(max(*ratios, 10.0)))

    def across(ratio: float) -> float:
        return _LEFT + _WIDTH * (math.log10(ratio) - lowest) / (highest - lowest)

    body: list[str] = []
    height = _TOP
    for name, rows in shown.items():
        height += _ROW + 6
        body.append(_text(8, height, _TITLES[name], 'font-weight="bold"'))
        for what in dict.fromkeys(str(row["what"]) for row in rows):
            height += _ROW
            body.append(_text(_LEFT - 12, height, what, 'text-anchor="end"'))
            body.append(_line(_LEFT, _LEFT + _WIDTH, height - 4, height - 4, "#e4e4e4"))
            body += [
                _mark(across(float(str(r["ratio"]))), height - 4, r)
                for r in rows
                if r["what"] == what
            ]
    height += _ROW
    ruler = [each for p in range(lowest, highest + 1) for each in _tick(p, across(10.0**p), height)]
    others = [o for o in _LOOKS if any(r["other"] == o for rows in shown.values() for r in rows)]
    return "\n".join([*_head(height + 24), *ruler, *_legend(others), *body, "</svg>", ""])


def _head(height: int) -> Iterator[str]:
    width = _LEFT + _WIDTH + 30
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" font-family="sans-serif" font-size="12">'
    )
    yield "<title>How many times as fast as others this program is</title>"
    yield (
        "<desc>Medians of paired runs on a logarithmic scale; the figures are in the tables of "
        "the README.</desc>"
    )
    yield f'<rect width="{width}" height="{height}" fill="#fff"/>'
    yield _text(8, 20, "How many times as fast as others this program is", 'font-size="15"')


def _tick(power: int, x: float, height: int) -> Iterator[str]:
    yield _line(x, x, _TOP + 4, height - 8, "#444" if power == 0 else "#ccc")
    yield _text(x, height + 8, f"{10.0**power:,g}×", 'text-anchor="middle"')


def _legend(others: Iterable[str]) -> Iterator[str]:
    x = 8.0
    for other in others:
        yield _mark(x + 6, 42, {"other": other})
        yield _text(x + 16, 46, other)
        x += 34 + 6.6 * len(other)
    yield _text(8, 68, "left of 1×: the other is faster; right of it: this program", 'fill="#555"')


def _mark(x: float, y: float, row: _Row) -> str:
    other = str(row["other"])
    colour, shape = _LOOKS[other]
    points = {
        "square": "-4,-4 4,-4 4,4 -4,4",
        "diamond": "0,-5.5 5.5,0 0,5.5 -5.5,0",
        "up": "0,-5.5 5,4 -5,4",
        "down": "0,5.5 5,-4 -5,-4",
        "cross": "-5,-3 -3,-5 0,-2 3,-5 5,-3 2,0 5,3 3,5 0,2 -3,5 -5,3 -2,0",
    }
    figure = '<circle r="4.5"/>' if shape == "circle" else f'<polygon points="{points[shape]}"/>'
    told = f"<title>{escape(other)}: {row['ratio']:.3g}×</title>" if "ratio" in row else ""
    return f'<g transform="translate({x:.1f} {y:.1f})" fill="{colour}">{told}{figure}</g>'


def _text(x: float, y: float, text: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(text)}</text>'.replace(" >", ">")


def _line(x1: float, x2: float, y1: float, y2: float, colour: str) -> str:
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{colour}" fill="none"/>'
