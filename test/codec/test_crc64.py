"""CRC-64: known values, and the two implementations against each other."""

import numpy as np
import pytest

from igtl_ros2.codec import crc64 as module
from igtl_ros2.codec.crc64 import crc64, crc64_numpy

MIB = 1 << 20
SEEDS = [0, 1, 0x42F0E1EBA9EA3693, 1 << 63, 2**64 - 1]
DATA = np.random.default_rng(1).integers(0, 256, 4 * MIB + 1000, np.uint8).tobytes()

both = pytest.mark.parametrize('function', [crc64, crc64_numpy])


def by_definition(data, crc=0):
    """Divide bit by bit."""
    for byte in data:
        crc ^= byte << 56
        for _ in range(8):
            crc = (crc << 1) ^ (0x142F0E1EBA9EA3693 if crc >> 63 else 0)
    return crc


@both
def test_known_values(function):
    assert function(b'123456789') == 0x6C40DF5F0B497347
    assert function(b'') == 0
    assert function(b'\x01') == 0x42F0E1EBA9EA3693
    assert function(b'\xff') == 0x9AFCE626CE85B507
    assert function(bytes(10_000)) == 0


@both
@pytest.mark.parametrize('size', [1, 8, 255, 256, 511, 512, 513, 768, 1025])
def test_definition(function, size):
    for seed in SEEDS:
        assert function(DATA[:size], seed) == by_definition(DATA[:size], seed)


def test_the_fall_back_gives_the_same():
    for size in [*range(0, 2001, 7), *range(250, 262), *range(506, 520), *range(764, 772)]:
        seed = SEEDS[size % 5]
        assert crc64_numpy(DATA[:size], seed) == crc64(DATA[:size], seed), size


@pytest.mark.parametrize('size', [MIB, 2 * MIB, 4 * MIB, 3 * MIB + 77])
def test_the_fall_back_gives_the_same_around_its_chunks(size):
    for around in (size - 257, size - 1, size, size + 1, size + 255, size + 256):
        assert crc64_numpy(DATA[:around], 5) == crc64(DATA[:around], 5), around


@both
def test_parts_one_after_the_other(function):
    whole = function(DATA[:5000])
    for cut in (0, 1, 7, 256, 600, 4999, 5000):
        assert function(DATA[cut:5000], function(DATA[:cut])) == whole


@both
@pytest.mark.parametrize('size', [0, 9, 3000])
@pytest.mark.parametrize(
    'kind',
    [
        bytes,
        bytearray,
        memoryview,
        lambda data: memoryview(bytearray(data))[:],
        lambda data: np.frombuffer(data, np.uint8),
        lambda data: np.frombuffer(data, np.uint8).copy().data,
        lambda data: memoryview(b'x' + data + b'y')[1:-1].toreadonly(),
    ],
)
def test_any_buffer(function, kind, size):
    assert function(kind(DATA[:size])) == by_definition(DATA[:size])


def test_the_fall_back_leaves_the_data_alone():
    data = bytearray(DATA[:3000])
    crc64_numpy(data, 2**64 - 1)
    assert data == DATA[:3000]


def test_fastcrc_is_used_where_it_is_installed():
    fastcrc = pytest.importorskip('fastcrc')
    assert module.crc64 is fastcrc.crc64.ecma_182
