"""The 64-bit time stamp: seconds and a binary fraction, to nanoseconds and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from igtl_ros2.codec import from_ns, to_ns
from igtl_ros2.codec.messages.text import String
from igtl_ros2.errors import EncodeError

SECOND = 1_000_000_000
END = 2**32 * SECOND
TIMES = st.one_of(
    st.integers(0, END - 1),
    st.builds(lambda s, ns: s * SECOND + ns, st.integers(0, 2**32 - 1), st.integers(0, 999)),
    st.builds(lambda s, ns: s * SECOND - ns, st.integers(1, 2**32 - 1), st.integers(1, 999)),
)
STAMPS = st.integers(0, 2**64 - 1)


@given(TIMES)
def test_every_nanosecond_comes_back(ns):
    stamp = from_ns(ns)
    assert 0 <= stamp < 2**64
    assert to_ns(stamp) == ns
    assert stamp >> 32 == ns // SECOND


def test_edges_of_a_second_come_back():
    for ns in (0, 1, 2, 499_999_999, 500_000_000, 999_999_998, 999_999_999, SECOND, END - 1):
        assert to_ns(from_ns(ns)) == ns


@given(STAMPS)
def test_nanoseconds_of_a_second_stay_below_a_second(stamp):
    seconds, rest = divmod(to_ns(stamp), SECOND)
    assert seconds == stamp >> 32
    assert 0 <= rest < SECOND


def test_the_last_fraction_is_not_a_second():
    assert to_ns(0xFFFFFFFF) == 999_999_999
    assert to_ns(2**64 - 1) == END - 1


@given(STAMPS, STAMPS)
def test_order_is_kept(one, other):
    assert (to_ns(one) <= to_ns(other)) or one > other


def test_known_values():
    assert from_ns(1_700_000_000_123_456_789) == 0x6553F100_1F9ADD38
    assert to_ns(0x6553F100_1F9ADD24) == 1_700_000_000_123_456_784
    assert to_ns(0x6553F100_80000000) == 1_700_000_000_500_000_000
    assert from_ns(1_700_000_000_500_000_000) == 0x6553F100_80000000
    assert from_ns(0) == to_ns(0) == 0
    assert to_ns(0x499602D4) == 287_445_236


@pytest.mark.parametrize('ns', [-1, -SECOND, END, END + 1, 2**80])
def test_times_that_32_bits_of_seconds_do_not_hold(ns):
    with pytest.raises(EncodeError, match=str(ns)):
        from_ns(ns)


def test_integers_of_numpy_do_not_overflow():
    assert from_ns(np.int64(4_000_000_000_999_999_999)) == from_ns(4_000_000_000_999_999_999)


def test_a_message_tells_its_time_in_nanoseconds():
    assert String('x', timestamp=from_ns(1_700_000_000_123_456_789)).timestamp_ns == (
        1_700_000_000_123_456_789
    )
    assert String('x').timestamp_ns == 0
