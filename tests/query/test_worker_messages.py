from __future__ import annotations

import socket
import threading

import pytest

from publisher.query.worker_messages import ConnectionClosed, MessageSocket

DEFAULT_BUILDS = True


def test_a_message_comes_as_it_was_sent() -> None:
    """However long; an empty body is a body."""
    ours, theirs = socket.socketpair()
    here, there = MessageSocket(ours), MessageSocket(theirs)
    body = bytes(range(256)) * 20_000
    sending = threading.Thread(target=there.send, args=[b"head", body])
    sending.start()
    assert here.receive(20) == (b"head", body)
    sending.join()
    there.send(b"")
    assert here.is_readable()
    assert here.receive(20) == (b"", b"")
    assert not here.is_readable()
    here.close()
    there.close()


def test_messages_that_come_together_are_read_one_by_one() -> None:
    """Also when the second begins in what was read of the first."""
    ours, theirs = socket.socketpair()
    here, there = MessageSocket(ours), MessageSocket(theirs)
    for number in range(3):
        there.send(b"%d" % number, b"x" * 9_000)
    for number in range(3):
        assert here.is_readable()
        assert here.receive(20) == (b"%d" % number, b"x" * 9_000)
    assert not here.is_readable()
    here.close()
    there.close()


def test_the_wait_for_a_message_is_bounded() -> None:
    """For all of it: half a message is none."""
    ours, theirs = socket.socketpair()
    here = MessageSocket(ours)
    theirs.sendall(b"\0\0\0\4\0\0\0\4he")
    with pytest.raises(TimeoutError):
        here.receive(0.05)
    here.close()
    theirs.close()


@pytest.mark.parametrize("sent", [b"", b"\0\0\0", b"\0\0\0\4\0\0\0\4head"])
def test_the_end_of_the_other_side_is_noticed(sent: bytes) -> None:
    """Before a message and in the middle of one."""
    ours, theirs = socket.socketpair()
    here = MessageSocket(ours)
    theirs.sendall(sent)
    theirs.close()
    assert here.is_readable()
    with pytest.raises(ConnectionClosed):
        here.receive(20)
    with pytest.raises(ConnectionClosed):
        here.send(b"x" * 1_000_000)
    here.close()
