"""
Logs for machines: one JSON object a line.

What links log carries fields besides its text: `igtl_event` (a word such as connected, refused,
lag), `igtl_link` (the address of the link) and `igtl_peer` (of the peer, where it is about one).
They can be used by any formatter, such as `'{igtl_event}'`, and `JsonFormatter` writes them all.
"""

from __future__ import annotations

import json
import logging
from datetime import datetime, timezone

# what every record has, and what stands under another name
_USUAL = frozenset([
    *vars(logging.makeLogRecord({})), 'message', 'asctime', 'taskName',
])


class JsonFormatter(logging.Formatter):
    r"""
    Write each record as a JSON object on a line of its own.

    Keys: `time` (UTC, ISO 8601), `level`, `logger`, `message`, `exception` if there is one, and
    the fields that were given as `extra`.

    >>> record = logging.makeLogRecord({
    ...     'name': 'igtl_ros2', 'levelname': 'INFO', 'msg': 'hello', 'created': 0.25,
    ...     'igtl_event': 'connected'})
    >>> print(JsonFormatter().format(record))  # doctest: +NORMALIZE_WHITESPACE
    {"time": "1970-01-01T00:00:00.250000+00:00", "level": "INFO", "logger": "igtl_ros2",
     "message": "hello", "igtl_event": "connected"}
    """

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        line = {
            'time': datetime.fromtimestamp(record.created, timezone.utc).isoformat(),
            'level': record.levelname,
            'logger': record.name,
            'message': record.getMessage(),
        }
        if record.exc_info:
            line['exception'] = self.formatException(record.exc_info)
        line.update({
            name: value for name, value in vars(record).items()
            if name not in _USUAL and name not in line
        })
        # what is no JSON is written as text
        return json.dumps(line, default=str)
