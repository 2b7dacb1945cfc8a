"""The Wireshark dissector, in Debian's tshark: what it shows is what the codec reads."""

import json
import random
import re
import shutil
import struct
import subprocess
from dataclasses import fields
from pathlib import Path

import numpy as np
import pcap_tools
import pytest

from igtl_ros2 import codec
from igtl_ros2.codec.frame import decode_header
from igtl_ros2.codec.messages.bundle import Bind, GetBind, StartBind
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.mesh import PolyData
from igtl_ros2.codec.messages.query import Query, Response, StartVideo
from igtl_ros2.errors import CrcError, DecodeError
from igtl_ros2.tools.wireshark.dissector import dissector, key_of

GOLDEN = sorted((Path(__file__).parent.parent / 'golden').glob('*.bin'))
MOST = 3000  # values of a list that are shown
_SHARED = {
    'type_name', 'device_name', 'timestamp', 'message_id', 'metadata', 'metadata_encodings',
    'version',
}
needs_tshark = pytest.mark.skipif(
    shutil.which('tshark') is None, reason='no tshark: apt-get install tshark')


@pytest.fixture(scope='module')
def script(tmp_path_factory):
    path = tmp_path_factory.mktemp('lua') / 'igtl.lua'
    path.write_text(dissector(), encoding='utf-8')
    return path


def shown(script, capture, *options):
    """What tshark shows of a capture: of each message, names and (value, raw bytes)."""
    done = subprocess.run(
        ['tshark', '-X', f'lua_script:{script}', '-r', capture, '-T', 'json', '-x',
         '-J', 'igtl', '-o', f'igtl.max_values:{MOST}', *options],
        capture_output=True, check=True, timeout=240)
    assert b'Lua' not in done.stderr and b'Lua Error' not in done.stdout, done.stderr
    messages = []
    for frame in json.loads(done.stdout.decode('utf-8', 'replace'), object_pairs_hook=list):
        _collect(frame, messages)
    return messages


def _collect(pairs, messages):
    for name, value in pairs:
        if name == 'igtl':
            message = {}
            messages.append(message)
            _flatten(value, message)
        elif isinstance(value, list) and value and isinstance(value[0], tuple):
            _collect(value, messages)


def _flatten(pairs, message):
    for name, value in pairs:
        if name.endswith('_raw'):
            message.setdefault(name, []).append(bytes.fromhex(value[0]))
        elif isinstance(value, str):
            message.setdefault(name, []).append(value)
        elif isinstance(value, list) and value and isinstance(value[0], tuple):
            _flatten(value, message)


def told(message):
    """What the codec reads, under the names that the dissector has for it."""
    if isinstance(message, Bind):
        result = {}
        for child in message.children:
            entries = {
                'bind.names': [child.device_name], 'bind.type_name': [child.type_name],
                **told(child),
            }
            for name, values in entries.items():
                result.setdefault(name, []).extend(values)
        return result
    key = key_of(type(message))
    result = {}
    if isinstance(message, (GetBind, StartBind)):
        result['type_name'] = [kind for kind, _ in message.children]
        result['names'] = [name for _, name in message.children]
        if isinstance(message, StartBind):
            result['resolution_ns'] = [message.resolution_ns]
    elif isinstance(message, PolyData):
        result['points'] = message.points.ravel().tolist()
        for name in ('vertices', 'lines', 'polygons', 'triangle_strips'):
            cells = getattr(message, name)
            result[name] = cells.indices.tolist()
            result[f'{name}_count'] = [len(cells)]
        result['attributes.name'] = [a.name for a in message.attributes]
        result['attributes.type'] = [int(a.type) for a in message.attributes]
        result['attributes.rows'] = [len(a.values) for a in message.attributes]
    elif hasattr(message, 'elements'):
        for element in message.elements:
            for field in fields(element):
                if field.name != 'timestamp_ns':
                    _add(result, field.name, getattr(element, field.name))
    else:
        for field in fields(message):
            if field.name not in _SHARED | {'timestamp_ns', 'form', 'padded'}:
                _add(result, field.name, getattr(message, field.name))
    if isinstance(message, Image):
        result['pixels.value'] = result.pop('pixels', [])
    elif key == 'ndarray':
        result['array.value'] = np.ravel(message.array).view(
            message.array.dtype if message.array.dtype.kind != 'c' else '>f8').tolist()
        result['shape'] = list(message.array.shape)
        del result['array']
    elif key == 'colort':
        result['table.value'] = result.pop('table')
    elif key == 'position' and message.form != 28:
        result['quaternion'] = result['quaternion'][:message.form // 4 - 3]
    elif isinstance(message, (Query, Response, StartVideo)) or key == 'video':
        result = {name: values for name, values in result.items() if values not in ([None], [b''])}
    return {f'{key}.{name}': values for name, values in result.items() if values}


def _add(result, name, value):
    if isinstance(value, np.ndarray):
        if name == 'matrix':
            value = value[:3].T
        values = [value.tobytes()] if name == 'frame' else value.ravel().tolist()
    elif isinstance(value, tuple):
        values = list(value)
    else:
        values = [value]
    result.setdefault(name, []).extend(values)


def compare(found, expected, what):
    for name, values in expected.items():
        seen = found.get(f'igtl.{name}', [])
        assert len(seen) == min(len(values), MOST) or len(values) > MOST, (what, name)
        raw = found.get(f'igtl.{name}_raw', [])
        for text, value, data in zip(seen, values, raw):
            if isinstance(value, float):
                close = f'{value:.6g}' == f'{float(text):.6g}' or np.isclose(
                    float(text), value, rtol=1e-5, equal_nan=True)
                assert close, (what, name, text, value)
                if not name.endswith('.value'):  # byte orders
                    form = {4: '>f', 8: '>d'}[len(data)]
                    np.testing.assert_equal(struct.unpack(form, data)[0], value)
            elif isinstance(value, bytes):
                assert data == value, (what, name)
            elif isinstance(value, str):
                plain = value.encode('utf-8', 'surrogateescape').decode('utf-8', 'replace')
                assert text == plain, (what, name)
            else:
                assert float(text) if '.' in text else int(text, 0) == value, (what, name)


def check(found, data):
    """Compare what is shown of a message with what the codec reads of its bytes."""
    header, message = decode_header(data), codec.decode(data)
    what = f'{header.type_name} {header.device_name}'
    assert found['igtl.header.type_name'] == [header.type_name]
    assert found['igtl.header.device_name'] == [header.device_name]
    assert [int(found[f'igtl.header.{name}'][0], 0) for name in (
        'version', 'timestamp', 'body_size', 'crc')] == [
        header.version, header.timestamp, header.body_size, header.crc]
    assert found['igtl.crc.status'] == ['1'], what
    if message.timestamp:
        shown_ns = re.search(r'\.(\d{9}) UTC', found['igtl.time'][0])[1]
        assert int(shown_ns) == message.timestamp_ns % 10**9
    if header.version == 2 and header.body_size:
        assert found['igtl.extended.message_id'] == [str(message.message_id)]
    assert found.get('igtl.metadata.key', []) == list(message.metadata)
    assert found.get('igtl.metadata.value', []) == list(message.metadata.values())
    compare(found, told(message), what)
    assert 'igtl.undecoded' not in found, what


def cut_at_random(data, seed):
    rng = random.Random(seed)
    cuts, place = [], 0
    while place < len(data):
        place += rng.choice([1, 2, 57, 58, 59, rng.randrange(1, 1500), rng.randrange(1, 60000)])
        cuts.append(place)
    return [cut for cut in cuts if cut < len(data)]


@needs_tshark
@pytest.mark.parametrize('cutting', ['random', 'random again', 'large segments'])
def test_every_golden_message_is_shown_as_the_codec_reads_it(script, tmp_path, cutting):
    frames = [path.read_bytes() for path in GOLDEN]
    data = b''.join(frames)
    cuts = range(0, len(data), 60000) if cutting == 'large segments' else cut_at_random(
        data, cutting)
    pcap_tools.write_pcap(tmp_path / 'all.pcap', pcap_tools.server_says(data, cuts))
    found = shown(script, tmp_path / 'all.pcap')
    assert len(found) == len(frames)
    for one, frame in zip(found, frames):
        check(one, frame)


@needs_tshark
def test_one_byte_a_segment(script, tmp_path):
    frames = [path.read_bytes() for path in GOLDEN if path.stat().st_size < 400][::5]
    data = b''.join(frames)
    packets = pcap_tools.server_says(data, range(len(data)))
    pcap_tools.write_pcap(tmp_path / 'slow.pcap', packets)
    found = shown(script, tmp_path / 'slow.pcap')
    assert len(found) == len(frames)
    for one, frame in zip(found, frames):
        check(one, frame)


@needs_tshark
def test_a_connection_on_another_port_is_found_by_its_first_bytes(script, tmp_path):
    data = b''.join(path.read_bytes() for path in GOLDEN[:12])
    packets = pcap_tools.server_says(data, [100, 200], ('10.0.0.2', 23338))
    pcap_tools.write_pcap(tmp_path / 'other.pcap', packets)
    assert len(shown(script, tmp_path / 'other.pcap')) == 12
    assert not shown(script, tmp_path / 'other.pcap', '-o', 'igtl.heuristic:false')
    assert len(shown(
        script, tmp_path / 'other.pcap', '-o', 'igtl.heuristic:false',
        '-o', 'igtl.ports:23338')) == 12


@needs_tshark
def test_a_spoiled_body_is_told_and_the_next_message_is_found(script, tmp_path):
    spoiled = bytearray(GOLDEN[20].read_bytes())
    spoiled[-1] ^= 1
    good = next(p for p in GOLDEN if p.name.startswith('transform-public-simple')).read_bytes()
    wrong_size = struct.pack('>H12s20sQQQ', 1, b'TRANSFORM', b'short', 0, 4, 0) + bytes(4)
    # what other programs send: a version without its extended header
    bare = bytearray(good)
    bare[1] = 2
    data = bytes(spoiled) + wrong_size + bytes(bare) + good
    pcap_tools.write_pcap(tmp_path / 'bad.pcap', pcap_tools.server_says(data, [30]))
    found = shown(script, tmp_path / 'bad.pcap')
    assert [one['igtl.crc.status'] for one in found] == [['0'], ['1'], ['1'], ['1']]
    assert 'igtl.bad_crc' in found[0] and 'igtl.malformed' in found[1]
    assert 'igtl.bare' in found[2]
    compare(found[2], told(codec.decode(bytes(bare))), 'bare')
    check(found[3], good)


@needs_tshark
@pytest.mark.parametrize('seed', range(4))
def test_spoiled_bodies_are_told_and_are_no_errors_of_the_program(script, tmp_path, seed):
    rng = random.Random(seed)
    frames = []
    for path in GOLDEN:
        if 58 < path.stat().st_size < 3000:
            frame = bytearray(path.read_bytes())
            for _ in range(rng.randrange(1, 6)):
                frame[rng.randrange(58, len(frame))] = rng.choice([0, 1, 0x7F, 0x80, 0xFF])
            if rng.random() < 0.3:  # shorter than it says of itself
                frame = frame[:rng.randrange(58, len(frame) + 1)]
                frame[42:50] = struct.pack('>Q', len(frame) - 58)
            frames.append(bytes(frame))
    data = b''.join(frames)
    packets = pcap_tools.server_says(data, cut_at_random(data, seed))
    pcap_tools.write_pcap(tmp_path / 'bad.pcap', packets)
    found = shown(script, tmp_path / 'bad.pcap')
    assert len(found) == len(frames)
    for one, frame in zip(found, frames):
        try:
            codec.decode(frame)
            assert one['igtl.crc.status'] == ['1']
        except CrcError:
            assert one['igtl.crc.status'] == ['0']
        except DecodeError:
            assert one['igtl.crc.status'] == ['0'] or 'igtl.malformed' in one


@needs_tshark
def test_datagrams_are_messages_or_parts_of_one(script, tmp_path):
    frames = [path.read_bytes() for path in GOLDEN[:8]]
    packets = [pcap_tools.datagram(data) for data in (*frames, frames[0][:70])]
    pcap_tools.write_pcap(tmp_path / 'udp.pcap', packets)
    *found, part = shown(script, tmp_path / 'udp.pcap')
    assert len(found) == len(frames)
    for one, frame in zip(found, frames):
        check(one, frame)
    assert part['igtl.content_raw'] == [frames[0][:70]]


@needs_tshark
def test_a_size_that_cannot_be_true_is_told(script, tmp_path):
    head = struct.pack('>H12s20sQQQ', 1, b'TRANSFORM', b'Huge', 0, 2**63, 0)
    pcap_tools.write_pcap(tmp_path / 'huge.pcap', pcap_tools.server_says(head, [20]))
    [found] = shown(script, tmp_path / 'huge.pcap')
    assert 'igtl.large' in found


def test_every_type_says_what_lies_where():
    text = dissector()
    for name, cls in codec.registered().items():
        if name.isupper() and cls.__module__.startswith('igtl_ros2.'):
            assert f'["{name}"] = "{key_of(cls)}"' in text


def test_the_program_needs_nothing_else():
    text = dissector()
    assert '@declarations@' not in text and 'require' not in text
