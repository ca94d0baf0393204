"""Pictures that a link carries where it is shared (Open Graph): title, kind, site, and the map.

Drawn with Pillow, which measures and draws text itself, in a font that comes as a package: a bare
machine has no fonts. The same card gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO

from font_source_sans_pro import font_files_ttf
from PIL import Image, ImageDraw, ImageFont
from pyoxigraph import NamedNode

from publisher.query.engine import Description
from publisher.rdf.namespaces import LABELS
from publisher.render.maps.geometry import ring_area
from publisher.render.maps.svg import Map, MapSymbol

SIZE = (1200, 630)
# Shapes are drawn larger and made smaller, so that their edges are smooth.
_SUPERSAMPLING = 3
_MARGIN = 72
_MAP_WIDTH, _MAP_HEIGHT = 400, 486
_PAPER, _INK, _MUTED, _ACCENT = "#fbfaf7", "#1d2628", "#566062", "#8f2f1e"
_PALE = "#f1ece1"
_WATER, _GROUND, _BORDER = "#e9eff0", "#f2eee3", "#a9a594"
_AREAS = {"chosen": "#b9d3c3", "peopled": "#dbe7d6", "": "#f2eee3"}
_SPOT = "#0b5268"
_TITLE_SIZES = (76, 66, 58, 50, 44)
_TITLE_LINES = 3
_MOST_LETTERS_CUT = 12
_NUMBERS = re.compile(r"-?\d+")
_RINGS = re.compile(r"M(-?\d+) (-?\d+)l([^Mz]*)(z?)")

Position = tuple[float, float]


@dataclass(frozen=True)
class OpenGraphCard:
    """The content of a picture for a shared link (Open Graph).

    Attributes:
        title: What the page is about.
        kind: What that is.
        text: A few words on it.
        site: Name of the site.
        map: Where it is, when the page has a map.
    """

    title: str
    kind: str = ""
    text: str = ""
    site: str = ""
    map: Map | None = None


def is_named(topic: str, description: Description) -> bool:
    """Tell whether a thing has a name of its own, so that it is worth a picture of its own."""
    node = NamedNode(topic)
    return any(t.subject == node and t.predicate.value in LABELS for t in description.own)


def draw_card(card: OpenGraphCard) -> bytes:
    """Return a card as PNG, 1200 by 630 pixels."""
    picture = _blank_card(has_map=card.map is not None).copy()
    if card.map is not None:
        _place_map(picture, card.map)
    pen = ImageDraw.Draw(picture)
    width = SIZE[0] - 2 * _MARGIN - (_MAP_WIDTH + 48 if card.map else 0)
    top = float(_MARGIN + 10)
    if card.kind:
        top = _write(
            pen, [_cut(card.kind, _font("Regular", 34), width)], 34, top, _MUTED, "Regular"
        )
        top += 8
    size, lines = _title(card.title, width)
    top = _write(pen, lines, size, top, _INK, "Bold") + 18
    room = int((SIZE[1] - 138 - top) // 42)
    if card.text and room > 0:
        text = _wrapped(card.text, _font("Regular", 32), width, min(room, 4))
        _write(pen, text, 32, top, _MUTED, "Regular")
    site = _cut(card.site, _font("Semibold", 32), width - 60)
    pen.text((_MARGIN + 58, SIZE[1] - 66), site, _INK, _font("Semibold", 32), anchor="lm")
    content = BytesIO()
    # A palette is enough for flat colours, and half as long.
    picture.quantize(128, Image.Quantize.FASTOCTREE).save(content, "PNG", optimize=True)
    return content.getvalue()


@cache
def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    name = f"SourceSansPro{'' if weight == 'Regular' else weight}"
    # The basic layout is in every build of Pillow, and the same everywhere.
    return ImageFont.truetype(font_files_ttf[name], size, layout_engine=ImageFont.Layout.BASIC)


def _write(
    pen: ImageDraw.ImageDraw, lines: Sequence[str], size: int, top: float, ink: str, weight: str
) -> float:
    """Write lines below each other; return where the next would begin."""
    for line in lines:
        pen.text((_MARGIN, top), line, ink, _font(weight, size))
        top += size * (1.08 if weight == "Bold" else 1.3)
    return top


def _title(title: str, width: float) -> tuple[int, list[str]]:
    """Return the largest size in which a title fits, and its lines; the last may be cut."""
    for size in _TITLE_SIZES:
        lines = _wrapped(title, _font("Bold", size), width, _TITLE_LINES)
        if "…" not in lines[-1] or "…" in title:
            break
    return size, lines


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: float, most: int) -> list[str]:
    """Return a text in at most so many lines that are no wider than ``width``."""
    words, lines = text.split(), [""]
    while words:
        longer = f"{lines[-1]} {words[0]}".strip()
        if lines[-1] and font.getlength(longer) > width:
            if len(lines) == most:
                lines[-1] = _cut(" ".join([lines[-1], *words]), font, width)
                return lines
            lines.append("")
            continue
        lines[-1] = longer
        words.pop(0)
    return [_cut(line, font, width) for line in lines]


def _cut(text: str, font: ImageFont.FreeTypeFont, width: float) -> str:
    """Return as much of a text as fits a width."""
    if font.getlength(text) <= width:
        return text
    length = len(text)
    while length and font.getlength(text[:length].rstrip(" ,.;") + "…") > width:
        length -= 1
    words = text[:length].rpartition(" ")[0]
    # A word is left whole where that costs little.
    shortened = words if length - len(words) <= _MOST_LETTERS_CUT and words else text[:length]
    return shortened.rstrip(" ,.;") + "…"


@cache
def _blank_card(*, has_map: bool) -> Image.Image:
    """Return what every picture has: the bar at the top, and the sign of the site."""
    fine = Image.new("RGB", (SIZE[0] * _SUPERSAMPLING, SIZE[1] * _SUPERSAMPLING), _PAPER)
    pen = ImageDraw.Draw(fine)
    pen.rectangle((0, 0, SIZE[0] * _SUPERSAMPLING, 14 * _SUPERSAMPLING), _ACCENT)
    if not has_map:
        _draw_logo(pen, (SIZE[0] - 330, SIZE[1] - 330), 300 / 32, _PALE)
    _draw_logo(pen, (_MARGIN, SIZE[1] - 90), 46 / 32, _ACCENT)
    return fine.resize(SIZE, Image.Resampling.LANCZOS)


def _place_map(picture: Image.Image, drawn: Map) -> None:
    """Put a map at the right, in a frame with round corners."""
    fine = _draw_map(drawn)
    frame = Image.new("L", fine.size)
    ImageDraw.Draw(frame).rounded_rectangle((0, 0, *fine.size), 12 * _SUPERSAMPLING, 255)
    size = fine.width // _SUPERSAMPLING, fine.height // _SUPERSAMPLING
    corner = SIZE[0] - _MARGIN - size[0], (14 + SIZE[1] - size[1]) // 2
    smooth = Image.Resampling.LANCZOS
    picture.paste(fine.resize(size, smooth), corner, frame.resize(size, smooth))


def _draw_logo(pen: ImageDraw.ImageDraw, origin: Position, scale: float, ink: str) -> None:
    """Draw the sign of the site, as ``static/icon.svg`` has it."""

    def position(x: float, y: float) -> Position:
        return (origin[0] + x * scale) * _SUPERSAMPLING, (origin[1] + y * scale) * _SUPERSAMPLING

    corners = [position(16, 8), position(8, 22), position(25, 22), position(16, 8)]
    pen.line(corners, ink, round(2 * scale * _SUPERSAMPLING), joint="curve")
    for x, y, radius in ((16, 7.5, 5), (7.5, 22.5, 5), (25, 22.5, 4)):
        pen.circle(position(x, y), radius * scale * _SUPERSAMPLING, ink)


def _draw_map(drawn: Map) -> Image.Image:
    """Return a map: the ground, the areas, then the spots."""
    scale = min(_MAP_WIDTH / drawn.width, _MAP_HEIGHT / drawn.height) * _SUPERSAMPLING
    size = round(drawn.width * scale), round(drawn.height * scale)
    picture = Image.new("RGB", size, _WATER)
    pen = ImageDraw.Draw(picture)
    for path in drawn.ground:
        _area(pen, path, scale / drawn.grid, _GROUND)
    for sight in drawn.sights:
        if sight.path:
            _area(pen, sight.path, scale / drawn.grid, _fill(sight))
    for sight in drawn.sights:
        if not sight.path:
            centre = sight.x * scale, sight.y * scale
            pen.circle(centre, 12 * _SUPERSAMPLING, _PAPER)
            pen.circle(centre, 9 * _SUPERSAMPLING, _ACCENT if "chosen" in sight.css else _SPOT)
    return picture


def _area(pen: ImageDraw.ImageDraw, path: str, scale: float, fill: str) -> None:
    """Draw the rings and lines of a path; a ring the other way round is a hole."""
    lines = list(_read_path(path, scale))
    rings = sorted((abs(ring_area(line)), line) for line, is_ring in lines if is_ring)
    turn = ring_area(rings[-1][1]) if rings else 0.0
    for _, ring in rings[::-1]:
        pen.polygon(ring, fill if ring_area(ring) * turn > 0 else _WATER)
        pen.line([*ring, ring[0]], _BORDER, _SUPERSAMPLING)
    for line, is_ring in lines:
        if not is_ring:
            pen.line(line, _BORDER, _SUPERSAMPLING)


def _read_path(path: str, scale: float) -> Iterator[tuple[tuple[Position, ...], bool]]:
    """Yield the lines of a path as ``maps.svg`` writes it, and whether each is a ring."""
    for x, y, steps, end in _RINGS.findall(path):
        places = [(int(x), int(y))]
        numbers = [int(number) for number in _NUMBERS.findall(steps)]
        for right, down in zip(numbers[::2], numbers[1::2], strict=True):
            places.append((places[-1][0] + right, places[-1][1] + down))
        line = tuple((left * scale, top * scale) for left, top in places)
        yield line, bool(end) and len(line) > 2


def _fill(sight: MapSymbol) -> str:
    return next(colour for name, colour in _AREAS.items() if name in sight.css)
