"""
The 64-bit time stamp of a header: 32 bits of Unix seconds, 32 bits of fraction.

Zero means "not set". Protocol section: header, TIME_STAMP.
"""

from __future__ import annotations

from dataclasses import fields as dataclass_fields
from datetime import datetime, timedelta, timezone
from inspect import Parameter, Signature, signature
from operator import index
from typing import TYPE_CHECKING, Any

from ..errors import EncodeError

_NS = 1_000_000_000
_WRAP = 1 << 32
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)
_call = type.__call__
#: Nanoseconds of 2015 to 2040. As wire values they stand for 1980 to 1986, before there was any
#: OpenIGTLink: a caller that gives one as `timestamp` has mistaken the unit.
LIKE_NS = range(1_420_070_400 * _NS, 2_208_988_800 * _NS)
_FIRST_LIKE_NS, _END_LIKE_NS = LIKE_NS.start, LIKE_NS.stop


def to_ns(timestamp: int) -> int:
    """
    Turn a 64-bit wire time stamp into nanoseconds since 1970-01-01 UTC, rounded down.

    Rounding down keeps the nanoseconds of a second below 10**9, which
    `builtin_interfaces/Time` needs.

    :raises EncodeError: if it is no such time stamp.
    """
    return wire_ns(check_timestamp(timestamp))


def wire_ns(timestamp: int) -> int:
    """Do what `to_ns` does for a value that was checked, as that of every message."""
    return timestamp * _NS >> 32  # seconds and fraction at once


def from_ns(ns: int) -> int:
    """
    Turn nanoseconds since 1970-01-01 UTC into a 64-bit wire time stamp.

    Rounded up, so that `to_ns(from_ns(ns)) == ns` for every ns.

    :raises EncodeError: if the time is no whole number, before 1970 or after 2106.
    """
    if type(ns) is not int:
        given = ns
        try:
            ns = int(ns - 0)  # a numpy integer would overflow, a text is no number
        except (TypeError, ValueError, OverflowError) as error:
            raise EncodeError(f'timestamp: {ns!r}, wanted nanoseconds since 1970') from error
        if ns != given:  # most likely seconds
            raise EncodeError(f'timestamp: {given!r}, wanted whole nanoseconds since 1970')
    seconds, rest = divmod(ns, _NS)
    if not 0 <= seconds < _WRAP:
        raise EncodeError(f'timestamp: {ns} ns is outside 1970 to 2106, all that 32 bits hold')
    return seconds << 32 | -(-rest * _WRAP // _NS)


def check_timestamp(value: Any) -> int:
    """
    Check a wire value: a whole number of 64 bits.

    :raises EncodeError: naming what was expected.
    """
    number = _whole(value)
    if number is None or not 0 <= number < 1 << 64:
        raise EncodeError(
            f'timestamp: {value!r}, wanted the 64-bit value of the wire (a whole number); '
            f'nanoseconds or a datetime go into timestamp_ns')
    return number


def check_unit(timestamp: Any) -> None:
    """
    Check that what was given as wire value does not look like nanoseconds.

    :raises EncodeError: if it does.
    """
    number = _whole(timestamp)
    if number is not None and number in LIKE_NS:
        date = _EPOCH + timedelta(seconds=number >> 32)
        raise EncodeError(
            f'timestamp: {timestamp} would be {date:%Y-%m-%d} as 64-bit value of the wire; '
            f'nanoseconds go into timestamp_ns')


def wire_time(value: Any) -> int:
    """
    Turn what was given as `timestamp_ns` into the wire value.

    :param value: nanoseconds since 1970-01-01 UTC, a whole number, or a datetime with its zone.
    :raises EncodeError: naming what was expected.
    """
    wanted = 'wanted whole nanoseconds since 1970 or a datetime with its zone'
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise EncodeError(f'timestamp_ns: {value!r} has no zone; {wanted}')
        number: int | None = (value - _EPOCH) // _MICROSECOND * 1000
    else:
        number = _whole(value)
    if number is None:
        raise EncodeError(f'timestamp_ns: {value!r}; {wanted}')
    if not 0 <= number < _WRAP * _NS:
        raise EncodeError(
            f'timestamp_ns: {value!r} is outside 1970 to 2106, all that 32 bits of seconds hold; '
            f'{wanted}')
    return from_ns(number)


def _whole(value: Any) -> int | None:
    """Give a whole number; None for anything else, True and 1.0 too."""
    if isinstance(value, bool):
        return None
    try:
        return index(value)
    except TypeError:
        return None


class Stamped(type):
    """The type of classes with a field `timestamp`: they can be given `timestamp_ns` instead."""

    __match_args__: tuple[str, ...]

    def __call__(cls, *args: Any, **fields: Any) -> Any:
        """
        Make an object.

        :raises EncodeError: if the time is none, or looks like nanoseconds but was given as wire
            value.
        """
        if 'timestamp_ns' in fields:
            time = fields.pop('timestamp_ns')
            if time is not None:
                given = fields.get('timestamp', 0)  # a right one or a wrong one
                if (type(given) is not int or given != 0) and not cls._is_copy(fields):
                    raise EncodeError('timestamp: given together with timestamp_ns')
                fields['timestamp'] = wire_time(time)
        elif 'timestamp' in fields:
            # every pose that is made goes through here: what is usual is found out cheaply
            time = fields['timestamp']
            is_usual = type(time) is int and not _FIRST_LIKE_NS <= time < _END_LIKE_NS
            if not is_usual and not cls._is_copy(fields):
                check_unit(time)
        elif args and 'timestamp' in (names := cls.__match_args__[: len(args)]):
            check_unit(args[names.index('timestamp')])
        return _call(cls, *args, **fields)

    @property
    def __signature__(cls) -> Signature:
        made: Any = cls
        _, *given = signature(made.__init__).parameters.values()
        time = Parameter('timestamp_ns', Parameter.KEYWORD_ONLY, default=None)
        return Signature([*given, time])

    def _is_copy(cls, given: dict[str, Any]) -> bool:
        """
        Tell whether this is `dataclasses.replace`, which gives all fields.

        A stamp that a peer has sent, however wrong, is not refused when something else changes.
        """
        all_fields: Any = cls
        return all(field.name in given for field in dataclass_fields(all_fields) if field.init)


if TYPE_CHECKING:

    class TimestampNs:
        """What type checkers know of `timestamp_ns`: nanoseconds; more kinds of time are taken."""

        def __get__(self, instance: Any, owner: Any) -> int:
            """Give nanoseconds."""

        def __set__(self, instance: Any, value: int | datetime | None) -> None:
            """Take it when the object is made."""
