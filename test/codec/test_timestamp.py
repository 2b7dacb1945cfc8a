"""The 64-bit time stamp: seconds and a binary fraction, to nanoseconds and back."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from inspect import signature

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from igtl_ros2 import codec
from igtl_ros2.codec import Unknown, from_ns, to_ns
from igtl_ros2.codec.messages.catalog import ImageMeta, ImageMetaElement
from igtl_ros2.codec.messages.pose import Transform
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


def test_parts_of_nanoseconds_are_most_likely_seconds():
    with pytest.raises(EncodeError, match='1700000000.25, wanted whole nanoseconds'):
        from_ns(1_700_000_000.25)
    assert from_ns(1.7e18) == from_ns(1_700_000_000 * SECOND)


def test_a_message_tells_its_time_in_nanoseconds():
    assert String('x', timestamp=from_ns(1_700_000_000_123_456_789)).timestamp_ns == (
        1_700_000_000_123_456_789
    )
    assert String('x').timestamp_ns == 0


# -- times that are given to messages


def stamped_classes():
    """What can be given a time stamp: how to make one with so many fields."""
    return {
        'Transform': lambda **time: Transform(np.eye(4), **time),
        'String': lambda **time: String('x', **time),
        'Unknown': lambda **time: Unknown('THING', b'', **time),
        'ImageMetaElement': lambda **time: ImageMetaElement('n', **time),
    }


STAMPED = stamped_classes()
NOW_NS = 1_700_000_000_123_456_789


@pytest.mark.parametrize('make', STAMPED.values(), ids=STAMPED)
def test_time_is_given_in_nanoseconds_or_as_a_datetime(make):
    assert make(timestamp_ns=NOW_NS).timestamp_ns == NOW_NS
    assert make(timestamp_ns=np.int64(NOW_NS)).timestamp == from_ns(NOW_NS)
    zone = timezone(timedelta(hours=-7))
    for date in (
        datetime(2023, 11, 14, 22, 13, 20, 5, tzinfo=timezone.utc),
        datetime(2023, 11, 14, 15, 13, 20, 5, tzinfo=zone),
    ):
        assert make(timestamp_ns=date).timestamp_ns == 1_700_000_000_000_005_000
    for none in ({}, {'timestamp_ns': None}, {'timestamp_ns': 0}, {'timestamp': 0}):
        assert make(**none).timestamp == 0
    assert make(timestamp=7 << 32, timestamp_ns=None).timestamp == 7 << 32


WRONG_TIMES = {
    'nanoseconds as wire value': ({'timestamp': NOW_NS}, 'timestamp_ns'),
    'a numpy integer of nanoseconds': ({'timestamp': np.int64(NOW_NS)}, 'timestamp_ns'),
    'nanoseconds of 2039': ({'timestamp': 2_177_452_800 * 10**9}, 'timestamp_ns'),
    'a negative wire value': ({'timestamp': -1}, '64-bit'),
    'more than 64 bits': ({'timestamp': 1 << 64}, '64-bit'),
    'a float': ({'timestamp': 5.0}, '64-bit'),
    'a bool': ({'timestamp': True}, '64-bit'),
    'a text': ({'timestamp': 'now'}, '64-bit'),
    'a datetime as wire value': ({'timestamp': datetime.now(timezone.utc)}, 'timestamp_ns'),
    'no wire value': ({'timestamp': None}, '64-bit'),
    'negative nanoseconds': ({'timestamp_ns': -1}, '1970 to 2106'),
    'a wire value as nanoseconds': ({'timestamp_ns': 1_700_000_000 << 32}, '1970 to 2106'),
    'far too many nanoseconds': ({'timestamp_ns': 1 << 100}, '1970 to 2106'),
    'seconds as a float': ({'timestamp_ns': 1.7e9}, 'whole nanoseconds'),
    'a text as time': ({'timestamp_ns': 'now'}, 'whole nanoseconds'),
    'a datetime without zone': ({'timestamp_ns': datetime(2023, 1, 1)}, 'zone'),
    'a datetime before 1970': (
        {'timestamp_ns': datetime(1960, 1, 1, tzinfo=timezone.utc)}, '1970 to 2106'),
    'both': ({'timestamp': 1 << 32, 'timestamp_ns': NOW_NS}, 'together'),
}


@pytest.mark.parametrize('time, wanted', WRONG_TIMES.values(), ids=WRONG_TIMES)
@pytest.mark.parametrize('make', STAMPED.values(), ids=STAMPED)
def test_an_impossible_time_is_refused_naming_what_was_expected(make, time, wanted):
    with pytest.raises(EncodeError, match=wanted) as caught:
        make(**time)
    assert 'timestamp' in str(caught.value)


def test_a_positional_time_is_looked_at_as_well():
    with pytest.raises(EncodeError, match='timestamp_ns'):
        ImageMetaElement('n', 'id', 'CT', 'p', '1', NOW_NS)


def test_a_stamp_that_was_received_is_kept_whatever_it_is():
    sent = bytearray(codec.encode(String('x')))
    sent[34:42] = NOW_NS.to_bytes(8, 'big')  # nanoseconds, by a peer that does not know better
    message = codec.decode(bytes(sent))
    assert codec.encode(message) == sent
    renamed = replace(message, device_name='Other')
    assert renamed.timestamp == NOW_NS
    assert replace(message, timestamp_ns=NOW_NS).timestamp_ns == NOW_NS
    meta = ImageMeta([ImageMetaElement('n')])
    sent = codec.encode(meta)
    at = len(sent) - 260 + 244
    sent = sent[:at] + NOW_NS.to_bytes(8, 'big') + sent[at + 8 :]
    decoder = codec.Decoder(check_crc=False)
    decoder.feed(sent)
    assert decoder.next_message().elements[0].timestamp == NOW_NS


def test_to_ns_and_from_ns_refuse_what_is_no_time():
    for wrong in ('now', None, [1], float('nan'), 1j):
        for convert in (to_ns, from_ns):
            with pytest.raises(EncodeError, match='timestamp'):
                convert(wrong)


def test_help_shows_how_to_give_the_time():
    names = list(signature(Transform).parameters)
    assert names[0] == 'matrix' and 'timestamp_ns' in names
