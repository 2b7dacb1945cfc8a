"""Host names: what their addresses are."""

from __future__ import annotations

import asyncio
import socket
import threading
from concurrent.futures import Future
from typing import Any

# family, type, protocol, canonical name and address, as `socket.getaddrinfo` gives them
Entries = list[tuple[Any, ...]]
_Question = tuple[str, int, int, int]

_lock = threading.Lock()
_under_way: dict[_Question, Future[Entries]] = {}


async def look_up(host: str, port: int, kind: int, family: int = socket.AF_UNSPEC) -> Entries:
    """
    Look a name up, in a daemon thread.

    asyncio's own look-up runs in threads that the program needs for other things, and that its
    end waits for, which takes long when no name server answers. Nor is a name asked for again
    while an answer is on its way: a client tries often, and a name server may take its time.

    :param kind: such as `socket.SOCK_STREAM`.
    :raises OSError: if the name has no address.
    """
    try:
        # no thread for an address that is a number already
        return socket.getaddrinfo(host, port, family, kind, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        pass
    question = (host, port, kind, family)
    with _lock:
        answer = _under_way.get(question)
        if answer is None:
            answer = Future()
            answer.set_running_or_notify_cancel()  # a caller that gives up leaves it to others
            threading.Thread(
                target=_ask, args=(question, answer), name='igtl-lookup', daemon=True
            ).start()
            _under_way[question] = answer
    return await asyncio.wrap_future(answer)


def _ask(question: _Question, answer: Future[Entries]) -> None:
    host, port, kind, family = question
    found: Any
    try:
        found = socket.getaddrinfo(host, port, family, kind)
    except Exception as error:
        found = error
    with _lock:
        del _under_way[question]
    if isinstance(found, Exception):
        answer.set_exception(found)
    else:
        answer.set_result(found)
