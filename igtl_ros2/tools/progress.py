"""How long work shows that it goes on: a line in a terminal, and now and then one in a log."""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_LOG_PERIOD_S = 10.0
# work on small items reports very often, and drawing takes a millisecond
_DRAW_PERIOD_S = 0.05


@contextmanager
def progress(name: str) -> Iterator[Callable[[str], None]]:
    """
    Give what shows a text, in place of the one before.

    :param name: of the program, in front of lines in a log.
    """
    if sys.stderr.isatty() and importlib.util.find_spec('rich'):
        from rich.console import Console
        from rich.live import Live
        from rich.text import Text

        with Live(console=Console(stderr=True), auto_refresh=False, transient=True) as live:
            yield _limited(lambda text: live.update(Text(text), refresh=True), _DRAW_PERIOD_S, 0.0)
        return
    yield _limited(
        lambda text: print(f'{name}: {text}', file=sys.stderr, flush=True),
        _LOG_PERIOD_S, time.monotonic() + _LOG_PERIOD_S,
    )


def _limited(show: Callable[[str], None], period_s: float, due: float) -> Callable[[str], None]:
    def show_at_times(text: str) -> None:
        nonlocal due
        if time.monotonic() >= due:
            due = time.monotonic() + period_s
            show(text)

    return show_at_times
