"""What verbs have in common that serve what devices send to a program that shows it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from ..errors import ConfigError
from .program import name
from .words import note_signals

_BAGS = "bags need: pip install 'igtl_ros2[bags]'"
T = TypeVar('T')


def run_until_stopped(
    serve: Callable[[Sequence[int], Callable[[str], None]], Coroutine[Any, Any, T]],
) -> T:
    """
    Serve until a signal comes.

    :param serve: ends when there is a signal in what it is given, and is given what prints a line.
    :returns: what it returns.
    :raises ConfigError: if what reads bags is wanted, and is not there.
    """
    import asyncio  # the help of a verb does without

    logging.basicConfig(level=logging.WARNING, format=f'{name()}: %(message)s')
    stopped = note_signals()
    try:
        return asyncio.run(serve(stopped, lambda text: print(text, flush=True)))
    except ImportError as error:  # what reads bags is wanted for these alone
        raise ConfigError(f'{_BAGS} ({error})') from error
