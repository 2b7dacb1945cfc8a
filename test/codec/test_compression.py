"""Compression of payloads: what went in comes out, and nothing inflates over the limit."""

import gzip
import subprocess
import sys
import tracemalloc
import zlib
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from igtl_ros2.codec.compression import METHODS, Compressed, compress, decompress
from igtl_ros2.errors import ContentError, DecodeError, EncodeError

PACKAGES = {'deflate': 'zlib', 'gzip': 'zlib', 'zstd': 'zstandard', 'lz4': 'lz4.frame'}
LEVELS = {'deflate': (0, 9), 'gzip': (0, 9), 'zstd': (1, 22), 'lz4': (0, 16)}
# the other two are optional
INSTALLED = [name for name in METHODS if find_spec(PACKAGES[name].split('.')[0])]
PAYLOAD = np.arange(20_000, dtype='>u2').tobytes()


@pytest.fixture(params=METHODS)
def method(request):
    """Each method whose package is there."""
    pytest.importorskip(PACKAGES[request.param])
    return request.param


def test_every_method_is_named():
    assert sorted(METHODS) == ['deflate', 'gzip', 'lz4', 'zstd']


def test_round_trip(method):
    packed = compress(PAYLOAD, method)
    assert (packed.method, packed.original_size) == (method, len(PAYLOAD))
    assert packed.seconds >= 0
    assert decompress(packed, max_bytes=len(PAYLOAD)) == PAYLOAD
    assert decompress(packed.data, method, max_bytes=len(PAYLOAD)) == PAYLOAD


def test_the_ratio(method):
    packed = compress(bytes(100_000), method)
    assert packed.ratio == 100_000 / len(packed.data) > 50
    assert Compressed('gzip', b'12345678', 4).ratio == 0.5


@given(data=st.binary(max_size=500), times=st.integers(0, 300), name=st.sampled_from(INSTALLED))
def test_any_payload(data, times, name):
    payload = data * times
    assert decompress(compress(payload, name), max_bytes=len(payload)) == payload


@given(data=st.binary(max_size=200), name=st.sampled_from(INSTALLED))
def test_any_bytes(data, name):
    try:
        assert len(decompress(data, name, max_bytes=1000)) <= 1000
    except DecodeError as error:
        assert error.in_step


@given(
    name=st.sampled_from(INSTALLED),
    flips=st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 255)), min_size=1, max_size=3),
)
def test_spoiled_bytes(name, flips):
    data = bytearray(compress(PAYLOAD, name).data)
    for at, mask in flips:
        data[at % len(data)] ^= mask
    try:
        # a flag that does not matter may have been hit, the payload never
        assert decompress(data, name, max_bytes=len(PAYLOAD)) == PAYLOAD
    except ContentError:
        pass


def test_arrays_are_taken_as_their_bytes(method):
    array = np.arange(24, dtype='>i2').reshape(2, 3, 4)
    packed = compress(array, method)
    assert decompress(packed, max_bytes=48) == array.tobytes()
    assert decompress(compress(array[:, ::2], method), max_bytes=32) == array[:, ::2].tobytes()
    assert decompress(memoryview(packed.data), method, max_bytes=48) == array.tobytes()


def test_levels(method):
    low, high = LEVELS[method]
    payload = PAYLOAD[:2000] * 5
    for level in (low, high):
        assert decompress(compress(payload, method, level), max_bytes=10_000) == payload
    for level in (low - 1, high + 1, 1.5, 'fast'):
        with pytest.raises(EncodeError, match=f'level of {method}'):
            compress(payload, method, level)
    assert len(compress(payload, method, high).data) <= len(compress(payload, method, low).data)


def test_files_of_other_programs():
    assert gzip.decompress(compress(PAYLOAD, 'gzip').data) == PAYLOAD
    assert decompress(gzip.compress(PAYLOAD), 'gzip', max_bytes=len(PAYLOAD)) == PAYLOAD
    assert zlib.decompress(compress(PAYLOAD).data) == PAYLOAD


def test_the_same_payload_gives_the_same_bytes(method):
    assert compress(PAYLOAD, method).data == compress(PAYLOAD, method).data


@pytest.mark.parametrize('cut', [0, 1, 2, 10, -10, -4, -1])
def test_cut_short(method, cut):
    data = compress(PAYLOAD, method).data[:cut]
    with pytest.raises(ContentError):
        decompress(data, method, max_bytes=1 << 20)


@pytest.mark.parametrize('more', [b'\0', b'garbage', compress(b'again').data])
def test_followed_by_other_bytes(method, more):
    with pytest.raises(ContentError):
        decompress(compress(PAYLOAD, method).data + more, method, max_bytes=1 << 20)


def test_two_payloads_are_not_one(method):
    data = compress(PAYLOAD, method).data
    with pytest.raises(ContentError):
        decompress(data + data, method, max_bytes=1 << 20)


def test_the_limit_is_exact(method):
    data = compress(PAYLOAD, method).data
    assert len(decompress(data, method, max_bytes=len(PAYLOAD))) == len(PAYLOAD)
    for limit in (len(PAYLOAD) - 1, 100, 1, 0):
        with pytest.raises(ContentError, match='limit') as raised:
            decompress(data, method, max_bytes=limit)
        assert raised.value.in_step


def test_nothing_fits_a_limit_of_nothing(method):
    assert decompress(compress(b'', method), max_bytes=0) == b''


def bomb(method, size):
    """Compress zeros bit by bit, so that no size is claimed."""
    if method == 'lz4':
        import lz4.frame

        packer = lz4.frame.LZ4FrameCompressor()
        return packer.begin() + packer.compress(bytes(size)) + packer.flush()
    if method == 'zstd':
        import zstandard

        packer = zstandard.ZstdCompressor().compressobj()
        return packer.compress(bytes(size)) + packer.flush()
    return compress(bytes(size), method).data


def test_a_bomb_does_not_go_off(method):
    data = bomb(method, 64 << 20)
    assert len(data) < 2 << 20
    tracemalloc.start()
    try:
        with pytest.raises(ContentError, match='limit'):
            decompress(data, method, max_bytes=1 << 20)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < (8 << 20) + 3 * len(data)


def test_a_size_that_nobody_claimed(method):
    data = bomb(method, 1 << 20)
    assert decompress(data, method, max_bytes=1 << 20) == bytes(1 << 20)
    # a limit is no reason to ask for that much memory
    assert decompress(data, method, max_bytes=1 << 50) == bytes(1 << 20)


def test_a_claim_over_the_limit_is_not_even_looked_at(method):
    with pytest.raises(ContentError, match='4294967296 bytes claimed, the limit is 1000'):
        decompress(Compressed(method, b'anything', 1 << 32), max_bytes=1000)
    with pytest.raises(ContentError, match='claimed'):
        decompress(Compressed(method, b'anything', -1), max_bytes=1000)


@pytest.mark.parametrize('claimed', [0, 39_999, 40_001])
def test_a_wrong_claim(method, claimed):
    packed = compress(PAYLOAD, method)
    with pytest.raises(ContentError, match='were claimed'):
        decompress(Compressed(method, packed.data, claimed), max_bytes=1 << 20)


@pytest.mark.parametrize('name', ['zip', '', None, 'DEFLATE'])
def test_no_such_method(name):
    with pytest.raises(EncodeError, match='wanted one of deflate, gzip, zstd, lz4'):
        compress(b'x', name)
    with pytest.raises(ContentError, match='wanted one of deflate, gzip, zstd, lz4'):
        decompress(b'x', name, max_bytes=10)


def test_no_payload():
    with pytest.raises(EncodeError, match='data: str, wanted bytes or an array'):
        compress('text')


@pytest.mark.parametrize(('name', 'package'), [('zstd', 'zstandard'), ('lz4', 'lz4')])
def test_a_missing_package_is_named(monkeypatch, name, package):
    for module in [m for m in sys.modules if m.split('.')[0] == package]:
        monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setitem(sys.modules, PACKAGES[name], None)
    with pytest.raises(EncodeError, match=f'{name} needs the Python package {package!r}'):
        compress(b'x', name)
    with pytest.raises(ContentError, match=f'{name} needs the Python package {package!r}'):
        decompress(b'x', name, max_bytes=10)


def test_optional_packages_are_loaded_when_they_are_needed():
    code = (
        'import sys, igtl_ros2.codec.compression as c; c.compress(b"x"); '
        'sys.exit(bool({"zstandard", "lz4"} & {m.split(".")[0] for m in sys.modules}))'
    )
    assert subprocess.run([sys.executable, '-c', code]).returncode == 0
