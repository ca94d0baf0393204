"""The word by which a view lets its answer be kept."""

from __future__ import annotations

from flask import request

from publisher.serve.ready import KEEP


def keep() -> bool:
    """Let the layer in front keep the answer to this request; tell whether there is that layer."""
    marks = request.environ.get(KEEP)
    if marks is None:
        return False
    marks.append(True)
    return True
