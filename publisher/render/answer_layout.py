"""What a person chose to see of an answer: the columns of its chart and of its summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

LINE, BARS = "line", "bars"
# What stands in a field of a summary: how many rows, or something of a column's numbers.
SUM, MEAN, LEAST, GREATEST = "sum", "mean", "least", "greatest"
FIGURES = (SUM, MEAN, LEAST, GREATEST)
CHART, SUMMARY = "chart", "summary"
# No name of a variable is as long; what is longer was not chosen from a list.
_LONGEST = 200


@dataclass(frozen=True)
class AnswerLayout:
    """What was chosen; an empty field is what fits best.

    Attributes:
        view: ``chart`` or ``summary``: which view is open.
        chart: ``bars`` or ``line``.
        axis: Variable along the axis of the chart.
        value: Variable whose numbers are drawn; empty for how many rows there are.
        rows: Variable that has a row of the summary for each value.
        across: Variable that has a column of the summary for each value.
        figure: ``sum:x`` and so on of the numbers of a variable; empty for how many rows there are.
    """

    view: str = ""
    chart: str = ""
    axis: str = ""
    value: str = ""
    rows: str = ""
    across: str = ""
    figure: str = ""

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, Sequence[str]]) -> AnswerLayout:
        """Return what the parameters of a request choose; what makes no sense is left out later."""
        chosen = {name: parameters.get(name, [""])[-1] for name in cls.__dataclass_fields__}
        return cls(**{name: text for name, text in chosen.items() if len(text) <= _LONGEST})

    def parameters(self) -> dict[str, str]:
        """Return the parameters that choose the same."""
        return {name: text for name, text in asdict(self).items() if text}


NOTHING_CHOSEN = AnswerLayout()
