"""What a worker process is told, and what it tells: values that cross a process boundary as JSON.

No pickle: what a worker that went wrong sends can be misread, but never run.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from publisher.query.engine import Answer, Limits, Operation


@dataclass(frozen=True)
class Workplace:
    """What a worker needs to know before its first query.

    Attributes:
        store: Folder of the store.
        limits: What one query may use.
        union: Whether the default graph is the union of all graphs, not the store's own.
        incoming_links: How many incoming links a described thing is shown with.
        network: Whether ``SERVICE`` may ask other endpoints.
        reads_only: Whether a query is parsed and its form told, and nothing evaluated.
        sparq: Folder of the same in the files of the engine sparq, which then answers; empty for
            none.
    """

    store: str
    limits: Limits
    union: bool = True
    incoming_links: int = 100
    network: bool = False
    reads_only: bool = False
    sparq: str = ""

    def written(self) -> bytes:
        """Return the value as JSON."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def read(cls, written: bytes) -> Workplace:
        """Return a value that was written."""
        content = json.loads(written)
        return cls(**content | {"limits": Limits(**content["limits"])})


def write_operation(operation: Operation) -> bytes:
    """Return an operation as JSON."""
    return json.dumps(vars(operation)).encode()


def read_operation(written: bytes) -> Operation:
    """Return an operation that was written."""
    content = json.loads(written)
    for name in ("default_graphs", "named_graphs"):
        content[name] = tuple(content[name])
    content["prefixes"] = tuple((prefix, namespace) for prefix, namespace in content["prefixes"])
    return Operation(**content)


class Ending(StrEnum):
    """How the evaluation of a query ended."""

    ANSWERED = "answered"
    REFUSED = "refused"
    NOT_ACCEPTABLE = "not acceptable"
    TOO_LONG = "too long"
    NO_MEMORY = "no memory"
    NO_TIME = "no time"
    FAILED = "failed"
    CRASHED = "crashed"


@dataclass(frozen=True)
class Outcome:
    """What became of a query.

    Attributes:
        ending: How it ended.
        answer: The answer, when there is one.
        reason: Why there is none: the engine's words, the kind of result that is not acceptable, or
            how the process died.
        worn: Whether the process used so much that it should be replaced.
    """

    ending: Ending
    answer: Answer | None = field(default=None, repr=False)
    reason: str = ""
    worn: bool = False

    def head(self) -> bytes:
        """Return everything but the answer's body as JSON."""
        media_type = self.answer.media_type if self.answer else ""
        return json.dumps([self.ending, media_type, self.reason, self.worn]).encode()

    @classmethod
    def read(cls, head: bytes, body: bytes) -> Outcome:
        """Return an outcome from its head and the body of the answer."""
        ending, media_type, reason, worn = json.loads(head)
        answer = Answer(media_type, body) if media_type else None
        return cls(Ending(ending), answer, str(reason), bool(worn))
