"""The one stylesheet: colours that can be read, nothing from elsewhere."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

CSS = (files("publisher") / "serve" / "static" / "site.css").read_text(encoding="utf-8")
# Text on ground, as the rules of the stylesheet combine them.
TEXT = [
    ("ink", "paper"),
    ("ink", "surface"),
    ("ink", "code"),
    ("quiet", "paper"),
    ("quiet", "surface"),
    ("link", "paper"),
    ("link", "surface"),
    ("accent", "paper"),
    ("accent", "surface"),
    ("usual-ink", "usual"),
    ("mark-ink", "mark"),
    ("alert-ink", "alert"),
    ("button-ink", "button"),
    ("ink", "land"),
    ("ink", "ground"),
    ("ink", "peopled"),
    ("ink", "chosen"),
]
# What marks a control or the focus, on the ground beside it (WCAG 2.2, 1.4.11).
CONTROLS = [
    ("link", "paper"),
    ("quiet", "surface"),
    ("button", "paper"),
    ("link", "land"),
    ("link", "peopled"),
    ("accent", "land"),
    ("accent", "ground"),
    ("accent", "chosen"),
]


def _colours(scheme: str) -> dict[str, str]:
    blocks = re.findall(r":root\s*{([^}]*)}", CSS)
    chosen = blocks[:1] if scheme == "light" else blocks[:2]
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", "".join(chosen)))


def _luminance(colour: str) -> float:
    """Return the relative luminance (WCAG 2.2, definitions)."""
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_has_the_contrast_that_wcag_names() -> None:
    """The measure itself must be right."""
    assert round(_contrast("#000000", "#ffffff"), 2) == 21.0
    assert round(_contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_can_be_read(text: str, ground: str, scheme: str) -> None:
    """At least 4.5 to 1 (WCAG 2.2, 1.4.3, level AA)."""
    colours = _colours(scheme)
    assert _contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("control", "ground"), CONTROLS)
def test_controls_can_be_seen(control: str, ground: str, scheme: str) -> None:
    """At least 3 to 1 (WCAG 2.2, 1.4.11, level AA)."""
    colours = _colours(scheme)
    assert _contrast(colours[control], colours[ground]) >= 3


def test_the_stylesheet_fetches_nothing() -> None:
    """No font, picture or sheet from another host, and none to wait for."""
    assert re.findall(r"url\(|@import|@font-face", CSS) == []


def test_every_colour_of_the_light_scheme_is_in_the_dark_one() -> None:
    """A colour that is missing would shine."""
    light, dark = re.findall(r":root\s*{([^}]*)}", CSS)[:2]
    names = [set(re.findall(r"--([\w-]+):\s*#", block)) for block in (light, dark)]
    assert names[0] == names[1]
