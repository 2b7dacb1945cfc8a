"""Errors in what is called back: they are told and end nothing."""

from __future__ import annotations

import logging
import time

_REPEAT_S = 5.0
# so that what does nothing but fail leaves time for the rest
_PAUSE_S = 0.001


class CallbackErrors:
    """
    Tell of errors in the program that end nothing.

    Each callback has to handle whatever it may get. Where one does not, a single sender must not
    end the node for all others.
    """

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._count = 0
        self._due = 0.0

    def tell(self, error: Exception) -> None:
        """
        Log where an error came from, at a limited rate, and pause for what does nothing but fail.

        The text of an error may name patients.
        """
        time.sleep(_PAUSE_S)
        self._count += 1
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + _REPEAT_S
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = f'{place.tb_frame.f_code.co_filename}:{place.tb_lineno}' if place else 'ROS'
        self._log.error(
            'error in the program, it goes on: %s in %s (%d so far)',
            type(error).__name__, where, self._count)
