"""What runs in a process that validates. Its input is a socket; what crosses it is JSON.

It reads files, and can do nothing else: no network, no process, nothing written.
"""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pyshacl.errors import ReportableRuntimeError

from publisher.quality.shape_ground import Part, ShapeGround
from publisher.quality.validator import ShapeValidator, needs_in
from publisher.query.channel import Channel, Gone
from publisher.system import sandbox

# Who waits ends this process at the limit; should nobody wait any more, the kernel does.
_GRACE_SECONDS = 5.0
_SHOWN = 300


def _work(channel: Channel) -> None:
    """Read the shapes, then validate parts until nobody asks any more."""
    channel.send(json.dumps(["ready"]).encode())
    told = json.loads(channel.receive()[0])

    def at(shape: str) -> None:
        signal.setitimer(signal.ITIMER_REAL, told["seconds"] + _GRACE_SECONDS)
        channel.send(json.dumps(["at", shape]).encode())

    sandbox.limit_memory(told["memory_bytes"])
    sandbox.forbid_growth()
    sandbox.forbid_system_calls(files=True)
    ground = ShapeGround(Path(told["folder"]))
    made: list[ShapeValidator] = []

    def begin() -> object:
        at("")
        needs = needs_in(ground)
        made.append(ShapeValidator(ground, needs))
        return needs.written() if needs else None

    if not _answer(channel, begin):
        return
    while True:
        asked = json.loads(channel.receive()[0])
        nodes = tuple(node.encode() for node in asked["nodes"])
        part = Part(
            ShapeGround(Path(asked["folder"])), asked["start"], asked["end"], nodes, asked["alone"]
        )

        def findings(part: Part = part) -> object:
            at("")
            made[0].held_against(part.ground)
            found = made[0].findings(part, at)
            return [vars(each) | {"severity": each.severity.value} for each in found]

        if not _answer(channel, findings):
            return


def _answer(channel: Channel, work: Callable[[], object]) -> bool:
    """Send what comes of some work; tell whether the process can go on."""
    try:
        answer = ["found", work()]
    except MemoryError:
        answer = ["memory"]
    except ReportableRuntimeError as error:
        answer = ["refused", str(error)]
    except Gone:
        raise
    except Exception as error:  # noqa: BLE001  # of strangers' shapes libraries raise anything
        answer = ["failed", f"{type(error).__name__}: {error}"[:_SHOWN]]
    signal.setitimer(signal.ITIMER_REAL, 0)
    channel.send(json.dumps(answer[:1]).encode(), json.dumps(answer[1:]).encode())
    return answer[0] == "found"


def main() -> None:
    """Work until the process that asks is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's; who started this one ends it
    channel = Channel(socket.socket(fileno=os.dup(0)))
    with suppress(Gone):
        _work(channel)


if __name__ == "__main__":
    main()
