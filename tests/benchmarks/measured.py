"""What was measured: printed, kept in a file, written into the README of this folder, and drawn.

It holds each part between two comments, ``<!-- benchmark: NAME -->`` and its end; the
ratios of all parts lie in ``measured.json`` beside this file, from which the plot is drawn.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from plot import draw

README = Path(__file__).with_name("README.md")
KEPT = Path(__file__).with_name("measured.json")
PLOT = Path(__file__).with_name("ratios.svg")
_PLOTTED = f"""![How many times as fast as others this program is]({PLOT.name})

Left of 1× the other is faster, right of it this program; the scale is logarithmic."""


@dataclasses.dataclass(frozen=True)
class Ratio:
    """How many times as fast as another program this one does something."""

    what: str
    other: str
    ratio: float


@dataclasses.dataclass(frozen=True)
class Part:
    """A part of the benchmarks: its name, its text in Markdown, its ratios."""

    name: str
    text: str
    ratios: tuple[Ratio, ...] = ()


def paired(ours: Sequence[float], others: Sequence[float]) -> float:
    """Return the median over runs of our rate divided by that of another in the same run."""
    return statistics.median(one / other for one, other in zip(ours, others, strict=True))


def circumstances(*more: str) -> str:
    """Return when and on what something was measured, as the beginning of a paragraph."""
    return ", ".join((f"{datetime.now(UTC).date()}", f"{os.cpu_count()} cores", *more))


def between(text: str, name: str, content: str) -> str:
    """Return a text with new content between the two comments of a benchmark.

    Raises:
        ValueError: The text does not have the two comments.
    """
    begin, end = f"<!-- benchmark: {name} -->", f"<!-- /benchmark: {name} -->"
    if begin not in text or end not in text:
        raise ValueError(f"{README} has no comments {begin} and {end}.")
    pattern = re.escape(begin) + ".*?" + re.escape(end)
    return re.sub(pattern, lambda _: f"{begin}\n{content.strip()}\n{end}", text, flags=re.DOTALL)


def write(part: Part) -> None:
    """Write a part into the README and its ratios into the file of all, and draw the plot anew."""
    text = between(README.read_text("utf-8"), part.name, part.text)
    README.write_text(between(text, "plot", _PLOTTED), "utf-8")
    parts = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    parts[part.name] = [dataclasses.asdict(ratio) for ratio in part.ratios]
    KEPT.write_text(json.dumps(parts, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    PLOT.write_text(draw(parts), "utf-8")


def parser(description: str | None) -> argparse.ArgumentParser:
    """Return the options that all parts have."""
    found = argparse.ArgumentParser(description=description)
    found.add_argument("--seconds", type=int, default=1, help="length of a warm run (default 1)")
    found.add_argument("--runs", type=int, default=5, help="paired runs (default 5)")
    found.add_argument("--readme", action="store_true", help="write tables and plot of the README")
    return found


def show(measure: Callable[[argparse.Namespace], Part], options: argparse.Namespace) -> bool:
    """Measure a part, print it, and write it if that is wanted; tell whether it went well."""
    try:
        part = measure(options)
    except (SystemExit, RuntimeError, OSError, subprocess.SubprocessError) as error:
        print(f"{measure.__module__}: {error}", file=sys.stderr, flush=True)
        return False
    print(part.text, "\n", flush=True)
    if options.readme:
        write(part)
    return True
