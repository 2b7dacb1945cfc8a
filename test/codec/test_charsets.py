"""Texts in other encodings than UTF-8: read by their number, and written as they came."""

import copy
import pickle
import struct

import numpy as np
import pytest
from seeded import searched

from igtl_ros2 import codec
from igtl_ros2.codec.charsets import charset, is_guess
from igtl_ros2.codec.crc64 import crc64
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import ClientInfo, Command, CommandResponse, String
from igtl_ros2.errors import EncodeError

CHINESE, JAPANESE, RUSSIAN, GERMAN = '病人位置', '患者の位置', 'Положение', 'Größe: 3 µm'
#: text and its bytes in Python's codec, by MIBenum number (IANA, character sets)
SENT = {
    4: (GERMAN, 'latin-1'), 5: ('Łódź', 'iso8859-2'), 8: (RUSSIAN, 'iso8859-5'),
    10: ('Θέση', 'iso8859-7'), 12: ('İstanbul', 'iso8859-9'), 111: ('3 €', 'iso8859-15'),
    17: (JAPANESE, 'shift_jis'), 18: (JAPANESE, 'euc_jp'), 39: (JAPANESE, 'iso2022_jp'),
    2024: (JAPANESE + '①', 'cp932'), 38: ('환자 위치', 'euc_kr'), 36: ('똠', 'cp949'),
    113: (CHINESE, 'gbk'), 114: (CHINESE + '𠀀', 'gb18030'), 2025: (CHINESE, 'gb2312'),
    2043: ('שלום', 'cp424'), 2103: ('Қазақ', 'ptcp154'),
    2026: (CHINESE, 'big5'), 2101: (CHINESE, 'big5hkscs'), 2084: (RUSSIAN, 'koi8_r'),
    2250: ('Łódź', 'cp1250'), 2251: (RUSSIAN, 'cp1251'), 2252: ('3 € – “x”', 'cp1252'),
    2253: ('Θέση', 'cp1253'), 2254: ('İstanbul', 'cp1254'), 2258: ('đo', 'cp1258'),
    2009: (GERMAN, 'cp850'), 2011: (GERMAN, 'cp437'), 2086: (RUSSIAN, 'cp866'),
    1013: (CHINESE, 'utf-16-be'), 1014: (CHINESE, 'utf-16-le'), 1015: (CHINESE, 'utf-16'),
    1000: (CHINESE, 'utf-16-be'), 1017: (CHINESE, 'utf-32'), 2259: ('ตำแหน่ง', 'tis_620'),
    106: (CHINESE, 'utf-8'), 0: (CHINESE, 'utf-8'), 3: ('plain', 'ascii'),
}


def string(number, raw):
    return message(b'STRING', struct.pack('>HH', number, len(raw)) + raw)


def command(number, raw):
    head = struct.pack('>I128sHI', 7, b'Go', number, len(raw))
    return message(b'COMMAND', struct.pack('>HHII', 12, 2, 0, 0) + head + raw + b'\0\0', 2)


def with_metadata(number, raw):
    matrix = codec.encode(Transform(np.eye(4)))[58:]
    index = struct.pack('>HHHI', 1, 1, number, len(raw))
    body = struct.pack('>HHII', 12, len(index), 1 + len(raw), 0) + matrix + index + b'k' + raw
    return message(b'TRANSFORM', body, 2)


def message(type_name, body, version=1):
    header = struct.pack('>H12s20sQ', version, type_name, b'Note', 0)
    return header + struct.pack('>QQ', len(body), crc64(body)) + body


PLACES = {
    'STRING': (string, lambda m: m.text),
    'COMMAND': (command, lambda m: m.content),
    'metadata': (with_metadata, lambda m: m.metadata['k']),
}


@pytest.mark.parametrize('place', PLACES)
@pytest.mark.parametrize('number', SENT)
def test_a_text_is_read_by_its_number_and_written_as_it_came(place, number):
    wire, read = PLACES[place]
    text, name = SENT[number]
    data = wire(number, text.encode(name))
    received = codec.decode(data)
    assert read(received) == text
    assert not is_guess(read(received))
    assert charset(number)
    assert codec.encode(received) == data


@pytest.mark.parametrize('number', [*SENT, 2, 14, 1016, 9999, 65535])
@searched(100, raw=lambda rng: rng.randbytes(rng.randint(0, 12)))
def test_any_bytes_come_back_out(number, raw):
    for place, (wire, _) in PLACES.items():
        if b'\0' in raw and place != 'metadata':
            continue  # receivers would cut it there, so it is not written
        data = wire(number, raw)
        assert codec.encode(codec.decode(data)) == data, place


@pytest.mark.parametrize('place', PLACES)
@pytest.mark.parametrize(
    ('number', 'raw'),
    [
        (9999, b'\xe9t\xe9'), (9999, '日'.encode()), (2025, b'\xff\xff'), (1014, b'abc'),
        (2025, '病人'.encode()),  # UTF-8 under a wrong number: the bytes are no GB2312
    ],
)
def test_what_cannot_be_read_by_its_number_is_said(place, number, raw):
    wire, read = PLACES[place]
    received = codec.decode(wire(number, raw))
    assert is_guess(read(received))
    assert read(received) == raw.decode('utf-8', 'surrogateescape')
    assert codec.encode(received) == wire(number, raw)


def test_utf16_without_a_mark_is_big_endian():
    data = string(1015, CHINESE.encode('utf-16-be'))
    assert codec.decode(data).text == CHINESE
    assert codec.encode(codec.decode(data)) == data


def test_a_text_taken_out_of_its_message_is_a_text_like_any_other():
    text = codec.decode(string(1015, CHINESE.encode('utf-16-be'))).text
    again = codec.decode(codec.encode(String(text)))
    assert (again.text, again.encoding) == (CHINESE, 106)
    for kept in (copy.copy(text), copy.deepcopy(text), pickle.loads(pickle.dumps(text))):
        assert kept == text
        assert codec.encode(String(kept, 1015)) == codec.encode(String(text, 1015))


@pytest.mark.parametrize('make', [
    String, ClientInfo, lambda *a: Command(1, 'n', *a), lambda *a: CommandResponse(1, 'n', *a),
])
def test_what_an_encoding_has_no_letters_for_is_refused_when_made(make):
    with pytest.raises(EncodeError, match='big5'):
        make('Größe', 2026)
