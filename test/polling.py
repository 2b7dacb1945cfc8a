"""Waiting for what other threads and processes bring about."""

import asyncio
import time

DEADLINE_S = 40.0


def poll(condition, what, pause):
    """
    Ask until something is true, and return it.

    A condition may look at the last of a list that is still empty: nothing has come yet. One that
    takes long leaves the processor for three times as long to those that it waits for.

    :param pause: called between two questions.
    :raises AssertionError: after `DEADLINE_S`.
    """
    deadline = time.monotonic() + DEADLINE_S
    while True:
        begun = time.monotonic()
        try:
            value = condition()
        except IndexError:
            value = None
        if value:
            return value
        now = time.monotonic()
        if now > deadline:
            raise AssertionError(f'{what} did not happen in {DEADLINE_S} s')
        if now - begun > 0.005:
            time.sleep(min(3 * (now - begun), 0.1))
        pause()


async def eventually(condition):
    """
    Ask until something is true, and return it, while the tasks of an event loop go on.

    It has no task of its own: a condition may count them.

    :raises AssertionError: after `DEADLINE_S`.
    """
    deadline = time.monotonic() + DEADLINE_S
    while not (value := condition()):
        assert time.monotonic() < deadline, f'it did not happen in {DEADLINE_S} s'
        await asyncio.sleep(0.005)
    return value
