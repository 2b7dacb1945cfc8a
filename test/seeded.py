"""
Test data made by plain code with a `random.Random`.

Of what looks for cases itself, hypothesis, a case costs a millisecond and a nested value twenty,
of which what is tested takes a tenth. Here ten times as many cases take less, and none is made
smaller when it fails.
"""

import functools
import inspect
import math
import random

TEXTS = ('', '\ud800', '\0', '0x10', '3', '-1', 'nan', 'a' * 100, 'é', '\U0001f600', ' ', '\n')
NUMBERS = (
    0, 1, -1, 255, 256, 2**31, 2**63, 2**64, 10**400, -(10**400), 0.5, -0.0, 1e308, 5e-324,
    math.nan, math.inf, -math.inf,
)  # fmt: skip
#: ends of what is found together: ASCII, Latin, all of two bytes but surrogates, and the rest
_RANGES = ((0x20, 0x7e), (0, 0xff), (0x100, 0xd7ff), (0x10000, 0x10ffff))


def searched(times, **makers):
    """
    Run a test so many times, in each run with other values, and tell those for which it fails.

    :param makers: by argument, what makes its value with a `random.Random`.
    """

    def decorate(test):
        @functools.wraps(test)
        def with_many(**others):
            rng = random.Random()
            for _ in range(times):
                made = {name: make(rng) for name, make in makers.items()}
                try:
                    test(**made, **others)
                except BaseException:
                    print('it fails with', made)
                    raise

        signature = inspect.signature(test)
        left = [value for name, value in signature.parameters.items() if name not in makers]
        with_many.__signature__ = signature.replace(parameters=left)
        return with_many

    return decorate


def one_of(*values):
    """Give what takes one of some values."""
    return lambda rng: rng.choice(values)


def several(make, most, least=0):
    """Give what makes a list of what a function makes."""
    return lambda rng: [make(rng) for _ in range(rng.randint(least, most))]


def quaternion(rng):
    """Make a quaternion of any length but about none; many of its numbers are 0 or 1."""
    while True:
        found = tuple(
            rng.choice((0.0, 1.0, -1.0, *(rng.uniform(-1, 1) for _ in range(5))))
            for _ in range(4)
        )
        if math.hypot(*found) > 0.1:
            return found


def text(rng, most=12):
    """Make a text without surrogates."""
    return ''.join(chr(rng.randint(*rng.choice(_RANGES))) for _ in range(rng.randint(0, most)))


def value(rng, depth=2):
    """Make what a JSON text may hold, and more: surrogates, NaN, far too large numbers."""
    kind = rng.randrange(9 if depth else 7)
    if kind == 0:
        return rng.choice((None, False, True))
    if kind == 1:
        return rng.choice(NUMBERS)
    if kind == 2:
        return rng.randint(-300, 300)
    if kind == 3:
        return rng.uniform(-1, 1) * 10.0 ** rng.randint(-20, 20)
    if kind in (4, 5):
        return text(rng) if kind == 4 else rng.choice(TEXTS)
    if kind == 6:
        return rng.getrandbits(70) - 2**69
    count = range(rng.randint(0, 4))
    if kind == 7:
        return [value(rng, depth - 1) for _ in count]
    return {text(rng): value(rng, depth - 1) for _ in count}
