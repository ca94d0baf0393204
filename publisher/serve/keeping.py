"""The word by which a view lets its answer be kept."""

from __future__ import annotations

from flask import request

from publisher.serve.ready import KEEP


def keep() -> None:
    """Let the layer in front keep the answer to this request."""
    marks = request.environ.get(KEEP)
    if marks is not None:
        marks.append(True)
