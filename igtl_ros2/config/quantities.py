"""What the units of numbers measure."""

from __future__ import annotations

import collections.abc as abc
import re

#: Length, mass, time and temperature, as powers, of the units that ROS messages here have.
DIMENSIONS = {
    'm': (1, 0, 0, 0),
    'g': (0, 1, 0, 0),
    's': (0, 0, 1, 0),
    'K': (0, 0, 0, 1),
    'rad': (0, 0, 0, 0),
    'Hz': (0, 0, -1, 0),
    'N': (1, 1, -2, 0),
    'Pa': (-1, 1, -2, 0),
    'J': (2, 1, -2, 0),
    'W': (2, 1, -3, 0),
}
#: Units that the fields of ROS messages can be sent in; others have none.
FIELD_UNITS = {
    'position': ('rad', 'm'),
    'velocity': ('rad*s^-1', 'm*s^-1'),
    'effort': ('N*m', 'N'),
    'force': ('N',),
    'torque': ('N*m',),
    'linear': ('m*s^-1',),
    'angular': ('rad*s^-1',),
    'angular_velocity': ('rad*s^-1',),
    'linear_acceleration': ('m*s^-2',),
}
_PREFIXED = re.compile(f'(?:da|[hkMGTPdcmunpf])?({"|".join(DIMENSIONS)})')


def dimension(factors: abc.Iterable[tuple[str, int]]) -> tuple[int, ...] | None:
    """Tell what a product of units and their powers measures; None for what none here does."""
    total: tuple[int, ...] = ()
    for symbol, power in factors:
        if symbol not in DIMENSIONS:
            return None
        found = [n * power for n in DIMENSIONS[symbol]]
        total = tuple(map(sum, zip(total, found))) if total else tuple(found)
    return total or None


def measured(unit: str) -> tuple[int, ...] | None:
    """Tell what a unit such as mN*m measures, whatever its prefix."""
    first = _PREFIXED.fullmatch(unit.split('*')[0].split('^')[0])
    if first is None:
        return None
    factors = [factor.partition('^') for factor in unit[first.start(1):].split('*')]
    return dimension((symbol, int(power or 1)) for symbol, _, power in factors)
