"""Sizes, times and settings on command lines."""

from __future__ import annotations

import argparse
import re
import signal
import time
from collections.abc import Sequence
from typing import Any

from ..config import SETTINGS, Settings
from ..config.address import url_of
from ..errors import ConfigError

_UNITS = {'': 1, 'k': 1000, 'M': 1000**2, 'G': 1000**3, 'T': 1000**4}


def size(text: str) -> int:
    """Read a size such as 500M."""
    found = re.fullmatch(r'(\d+(?:\.\d+)?)([kMGT]?)B?', text)
    if not found:
        raise argparse.ArgumentTypeError(f'{text!r} is no size such as 500M or 2G')
    return round(float(found[1]) * _UNITS[found[2]])


def mode(text: str) -> int:
    """Read the mode of a file, such as 640."""
    if not re.fullmatch(r'0?[67][0-7]{2}', text):
        raise argparse.ArgumentTypeError(f'{text!r} is no mode of a file such as 600 or 640')
    return int(text, 8) & 0o666


def shown_size(size: float) -> str:
    """Write a size such as 12.3 MB."""
    for unit in ('B', 'kB', 'MB'):
        if size < 1000:
            return f'{size:.0f} {unit}' if unit == 'B' else f'{size:.1f} {unit}'
        size /= 1000
    return f'{size:.2f} GB'


def shown_time(seconds: float) -> str:
    """Write a time such as 1:02:03.4."""
    tenths = round(10 * seconds)
    minutes, tenths = divmod(tenths, 600)
    return f'{minutes // 60}:{minutes % 60:02}:{tenths // 10:02}.{tenths % 10}'


def settings_of(mode: str, url: str, words: Sequence[str]) -> Settings:
    """
    Make the settings of a connection over TCP or TLS.

    :param url: or host, or host:port.
    :param words: more of them, such as `reconnect_delay=2`.
    :raises ConfigError: if one is wrong, or the URL is none of TCP or TLS.
    """
    url = url_of(url)
    if url.startswith('udp:'):
        raise ConfigError(f'{url}: only tcp:// and tls:// can be recorded and replayed')
    return read_settings(mode, url, words)


def read_settings(mode: str, url: str, words: Sequence[str]) -> Settings:
    """
    Make the settings of a connection.

    :param words: more of them, such as `reconnect_delay=2`.
    :raises ConfigError: if one is wrong, or the URL is none.
    """
    import yaml  # the help of a verb does without

    values: dict[str, Any] = {'mode': mode, 'url': url}
    for word in words:
        name, equals, value = word.partition('=')
        if not equals:
            raise ConfigError(f'{word!r}: wanted NAME=VALUE')
        try:
            name, read = name.replace('.', '_'), yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise ConfigError(f'{word!r}: {error}') from error
        setting = SETTINGS.get(name)
        # 2 may be meant as text, such as that of a header version
        values[name] = value if setting and isinstance(setting.default, str) else read
    return Settings.from_values(values)


def note_signals() -> list[int]:
    """
    Have signals that ask for the end noted in a list, of those that the system has.

    It is no Event: a handler that runs while the main thread waits for one may lock up.
    """
    noted: list[int] = []
    for name in ('SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'):  # no system has all
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, lambda number, _: noted.append(number))
    return noted


def pause_until(due: float, stopped: Sequence[int]) -> bool:
    """Wait until a monotonic time; false if a signal came meanwhile."""
    while not stopped:
        rest = due - time.monotonic()
        if rest <= 0:
            return True
        time.sleep(min(rest, 0.1))
    return False
