"""What went wrong how often: counted always, logged at a limited rate."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter

from rclpy.impl.rcutils_logger import RcutilsLogger

from ..errors import printable
from ..routes.effects import Count, Tell

_REPEAT_S = 5.0
_MAX_KINDS = 1000
_OTHER = 'other'


class Report:
    """
    Count problems by kind, and log each kind at most once in 5 s.

    A logger call costs more than a message, suppressed or not, so the limit is kept here.
    """

    def __init__(self, logger: RcutilsLogger) -> None:
        self._logger = logger
        self._lock = threading.Lock()
        self._due: dict[str, float] = {}
        self.counts: Counter[str] = Counter()
        #: what rules skip on purpose, and types that nobody knows, which is no problem
        self.left_out: Counter[str] = Counter()
        #: what gates did not let through
        self.withheld: Counter[str] = Counter()
        #: messages of devices whose stamps stand still
        self.stale: Counter[str] = Counter()
        #: topics that several peers send, which are published all the same
        self.mixed: Counter[str] = Counter()

    def skip(self, kind: str, number: int = 1) -> None:
        """Count what a rule leaves out on purpose, or what is of a type that nobody knows."""
        with self._lock:
            if kind not in self.left_out and len(self.left_out) >= _MAX_KINDS:
                kind = _OTHER
            self.left_out[kind] += number

    def problem(self, kind: str, text: str, number: int = 1) -> None:
        """
        Count a problem, and log it if none of its kind was logged just now.

        :param kind: what the count is kept under, such as 'Needle: not a pose'.
        :param number: of messages that it is about.
        """
        self._count(self.counts, kind, text, number=number)

    def problem_once(self, kind: str, text: str) -> None:
        """Count a problem that stays until somebody changes something; its text is logged once."""
        self._count(self.counts, kind, text, float('inf'))

    def withheld_by(self, kind: str, text: str) -> None:
        """Count what a gate withholds, and log it as a problem is."""
        self._count(self.withheld, kind, text)

    def stays_stale(self, kind: str, text: str) -> None:
        """Count a message that tells nothing new, and log it as a problem is."""
        self._count(self.stale, kind, text)

    def mixes(self, kind: str, text: str) -> None:
        """Count a peer that sends what another one sends too; it is logged once."""
        self._count(self.mixed, kind, text, float('inf'))

    def tell(self, effect: Tell) -> None:
        """Do what a step asks for."""
        if effect.count is Count.LEFT_OUT:
            self.skip(effect.what, effect.number)
        elif effect.count is Count.WITHHELD:
            self.withheld_by(effect.what, effect.text)
        elif effect.count is Count.STALE:
            self.stays_stale(effect.what, effect.text)
        else:
            self.problem(effect.what, effect.text, effect.number)

    def _count(
        self,
        counts: Counter[str],
        kind: str,
        text: str,
        repeat_s: float = _REPEAT_S,
        number: int = 1,
    ) -> None:
        now = time.monotonic()
        with self._lock:
            if kind not in counts and len(counts) >= _MAX_KINDS:
                kind, repeat_s = _OTHER, _REPEAT_S
            counts[kind] += number
            if now < self._due.get(kind, 0.0):
                return
            self._due[kind] = now + repeat_s
        self._logger.warning(printable(text))


class RosLogHandler(logging.Handler):
    """Pass the log of the parts that know no ROS on to the node's logger."""

    def __init__(self, logger: RcutilsLogger) -> None:
        super().__init__()
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        """Log a record at its level."""
        try:
            # escaped where it begins; a traceback has lines of its own
            text = self.format(record)
            # one call for each level: rclpy remembers the level of every line that logs
            if record.levelno >= logging.ERROR:
                self._logger.error(text)
            elif record.levelno >= logging.WARNING:
                self._logger.warning(text)
            else:
                self._logger.info(text)
        except Exception:
            self.handleError(record)
