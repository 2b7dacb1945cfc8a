"""What comes from elsewhere reaches logs and terminals as text on one line, and nothing else."""

import logging
import struct

import pytest
from network_peers import RawPeer, until

from igtl_ros2 import codec, serve
from igtl_ros2.errors import DecodeError, printable

ATTACK = 'X\n[FATAL]\x1b[2J'  # a line of its own, and a cleared screen


def test_only_what_can_be_printed_stays():
    assert printable('Sonde 1: größer, 探针') == 'Sonde 1: größer, 探针'
    assert printable('a\nb\r\t\x1b[31m\x7f\x9b\0') == r'a\nb\r\t\x1b[31m\x7f\x9b\x00'
    assert printable('\u202eevil\u2028\udcff') == r'\u202eevil\u2028\udcff'


@pytest.mark.parametrize('spoil', [
    lambda data: data[:-1] + b'?',  # a wrong checksum
    lambda data: data[:42] + struct.pack('>Q', 1 << 40) + data[50:],  # too large
], ids=['checksum', 'size'])
def test_a_type_name_of_a_peer_does_not_write_its_own_lines(caplog, spoil):
    caplog.set_level(logging.INFO)
    data = codec.encode(codec.Unknown('X\n\x1b[31mFATAL', b'body', device_name=ATTACK))
    spoiled = spoil(data)
    decoder = codec.Decoder()
    decoder.feed(spoiled)
    with pytest.raises(DecodeError) as caught:
        decoder.next_message()
    assert str(caught.value).isprintable()
    with serve('tcp://127.0.0.1:0') as server, RawPeer(server.address) as peer:
        peer.send(spoiled)
        until(lambda: 'FATAL' in caplog.text, 'a line in the log')
    for record in caplog.records:
        assert record.getMessage().isprintable(), record


def test_what_is_dropped_and_not_sent_is_named_on_one_line(caplog):
    caplog.set_level(logging.INFO)
    message = codec.Unknown('X\n\x1b[31mFATAL', b'body', device_name=ATTACK)
    with serve('udp://127.0.0.1:0', queue_messages=2) as server:
        from igtl_ros2 import connect

        with connect(f'udp://127.0.0.1:{server.address.port}') as client:
            for _ in range(20):
                client.send(message)
            until(lambda: 'dropped' in caplog.text, 'a line in the log')
    for record in caplog.records:
        assert record.getMessage().isprintable(), record
