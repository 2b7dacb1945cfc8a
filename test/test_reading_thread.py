"""What takes long to read or write is not done where other peers wait."""

import threading

import numpy as np
import pytest
from polling import DEADLINE_S, poll

from igtl_ros2 import connect, serve
from igtl_ros2.codec import decoder
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.query import Capability
from igtl_ros2.codec.messages.text import Command, Status, String
from igtl_ros2.peers import outgoing

LONG = {
    'metadata': Status(metadata={f'k{n}': '' for n in range(8000)}, version=2),
    'BIND': Bind([String('x', device_name=f'child {n}') for n in range(1024)]),
    'CAPABILITY': Capability([f'T{n}' for n in range(5000)]),
    'COMMAND': Command(1, 'x', 'y' * 200_000),
    'IMAGE with metadata': Image.from_array(
        np.zeros((100, 100), np.uint8), np.eye(4), version=2,
        metadata={f'k{n}': 'v' for n in range(2000)}),
}
SHORT = {
    'TRANSFORM': Transform(np.eye(4)),
    'STRING': String('x' * 60_000),
    'IMAGE': Image.from_array(
        np.zeros((1000, 1000), np.uint8), np.eye(4), version=2, metadata={'k': 'v'}),
}


@pytest.mark.parametrize('name', [*LONG, *SHORT])
def test_what_takes_long_is_read_where_nobody_waits(monkeypatch, name):
    threads = []
    usual = decoder.decode_body

    def decode_body(*arguments, **options):
        threads.append(threading.current_thread().name)
        return usual(*arguments, **options)

    monkeypatch.setattr(decoder, 'decode_body', decode_body)
    message = {**LONG, **SHORT}[name]
    with serve('tcp://127.0.0.1:0') as server, connect(
        str(server.address), header_version='2'
    ) as client:
        threads.clear()
        client.send(message)
        assert server.receive(DEADLINE_S)[1].type_name in (message.type_name, 'STATUS')
        poll(lambda: len(threads), 'it', lambda: None)
    del threads[:-1]
    assert threads[0].startswith('igtl-reading') == (name in LONG)


def test_who_joins_late_keeps_nobody_waiting_and_gets_what_is_held_still(monkeypatch):
    begun, go = threading.Event(), threading.Event()
    usual = outgoing.encode_parts

    def encode_parts(message, version):
        if message.type_name == 'IMAGE' and message.pixels.size > 1000:
            begun.set()
            assert go.wait(DEADLINE_S)
        return usual(message, version)

    monkeypatch.setattr(outgoing, 'encode_parts', encode_parts)

    def image(size, name):
        return Image.from_array(np.zeros((size, size), np.uint8), np.eye(4), device_name=name)

    with serve('tcp://127.0.0.1:0') as server:
        server.send(image(1000, 'CT'))
        server.send(image(1000, 'MR'))
        server.send(String('held', device_name='Note'))
        with connect(str(server.address)) as client:
            assert begun.wait(DEADLINE_S)
            assert client.receive(DEADLINE_S).text == 'held'
            server.send(image(10, 'CT'))  # in place of what is being written
            assert client.receive(DEADLINE_S).pixels.size == 100
            go.set()
            assert client.receive(DEADLINE_S).device_name == 'MR'
            server.send(String('last'))
            assert client.receive(DEADLINE_S).text == 'last'
