"""
The 64-bit time stamp of a header: 32 bits of Unix seconds, 32 bits of fraction.

Zero means "not set". Protocol section: header, TIME_STAMP.
"""

from __future__ import annotations

from ..errors import EncodeError

_NS = 1_000_000_000
_WRAP = 1 << 32


def to_ns(timestamp: int) -> int:
    """
    Turn a 64-bit wire time stamp into nanoseconds since 1970-01-01 UTC, rounded down.

    Rounding down keeps the nanoseconds of a second below 10**9, which
    `builtin_interfaces/Time` needs.
    """
    return (timestamp >> 32) * _NS + ((timestamp & 0xFFFFFFFF) * _NS >> 32)


def from_ns(ns: int) -> int:
    """
    Turn nanoseconds since 1970-01-01 UTC into a 64-bit wire time stamp.

    Rounded up, so that `to_ns(from_ns(ns)) == ns` for every ns.

    :raises EncodeError: if the time is before 1970 or after 2106.
    """
    seconds, rest = divmod(int(ns), _NS)  # a numpy integer would overflow
    if not 0 <= seconds < _WRAP:
        raise EncodeError(f'timestamp: {ns} ns is outside 1970 to 2106, all that 32 bits hold')
    return seconds << 32 | -(-rest * _WRAP // _NS)
