"""Programs that are killed, stopped and started again, and those that talk to them."""

import logging
import signal
import sys
import textwrap
import threading

import forked
import numpy as np
import pytest
from forked import Program
from leaks import Footprint
from network_peers import text, until
from relay import Relay

from igtl_ros2 import connect, serve
from igtl_ros2.client import Client
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.config import Settings, parse_url

START = """
    import sys
    import numpy as np
    from igtl_ros2 import connect, serve
    from igtl_ros2.codec.messages.image import Image
    from igtl_ros2.codec.messages.text import String
    url = sys.argv[1]
    volume = Image(np.full((100, 512, 512), 7, np.int16), device_name='CT')
"""
# says who it is, gives an image to those who join, and repeats what it hears
SERVER = """
    server = serve(url)
    server.send(String(sys.argv[2], device_name='Life'))
    if 'image' in sys.argv:
        server.send(volume)
    for peer, message in server:
        if message.type_name == 'STRING':
            peer.send(String(message.text, device_name='Echo'))
"""
CLIENT = """
    with connect(url) as client:
        client.send(String(sys.argv[2], device_name='Life'))
        client.send(volume)
        client.receive()
"""
QUICK = {'reconnect_delay': 0.02, 'reconnect_max_delay': 0.1}


class Script(Program):
    """A program in a process of its own."""

    def __init__(self, body, *words):
        code = textwrap.dedent(START) + textwrap.dedent(body)
        super().__init__(sys.executable, '-c', code, *words)

    def signal(self, number):
        """Send it a signal."""
        self.process.send_signal(number)


@pytest.fixture(autouse=True)
def nothing_is_left():
    forked.server()  # it stays
    before = Footprint()
    yield
    before.check()


def background_client(port, **settings):
    """Make a client that connects in the background."""
    return Client(Settings(mode='client', port=port, **{**QUICK, **settings}))


def next_of(client, device):
    """Read on until a message of a device comes."""
    while (message := client.receive(20)).device_name != device:
        pass
    return message


def test_a_server_is_killed_and_started_again(free_port):
    url = f'tcp://127.0.0.1:{free_port}'
    with background_client(free_port) as client:
        footprint = None
        for life in range(3):
            with Script(SERVER, url, life):
                assert next_of(client, 'Life').text == str(life)
                for number in range(100):
                    client.send(text(number), hold=False)
                assert [next_of(client, 'Echo').text for _ in range(100)] == [
                    str(number) for number in range(100)
                ]
                # the program is killed while both sides talk
                for number in range(100, 200):
                    client.send(text(number), hold=False)
            until(lambda: not client.peers, 'noticing it')
            while client.link.has_news():
                client.receive()
            footprint = footprint or Footprint(client)
            until(lambda: 'Connection refused' in client.last_error)
        assert client.reconnects == 2
        footprint.check()


def test_a_server_is_killed_while_it_sends_an_image(free_port):
    url = f'tcp://127.0.0.1:{free_port}'
    with Relay(parse_url(url)) as relay, background_client(relay.address.port) as client:
        relay.down.bytes_per_s = 100e6
        with Script(SERVER, url, 'first', 'image') as first:
            assert next_of(client, 'Life').text == 'first'
            (peer,) = client.peers
            until(lambda: peer.received_bytes > 20 << 20)
            first.kill()
            until(lambda: not client.peers)
        with Script(SERVER, url, 'second', 'image'):
            # of the first image nothing has come
            assert client.receive(20).text == 'second'
            image = client.receive(20)
            assert image.pixels.shape == (100, 512, 512) and (image.pixels == 7).all()


def test_clients_are_killed_in_the_middle_of_an_image(caplog):
    caplog.set_level(logging.INFO, 'igtl_ros2')
    got = []

    def take(peer, message):
        got.append(message)

    with serve('tcp://127.0.0.1:0', on_message=take) as server:
        footprint = Footprint(server)
        with Relay(server.address) as relay, connect(str(server.address)) as other:
            relay.up.bytes_per_s = 100e6
            until(lambda: server.peers)
            (good,) = server.peers
            for times in range(3):
                with Script(CLIENT, relay.address, times):
                    peer = until(lambda: [p for p in server.peers if p is not good], 'it')[0]
                    until(lambda: peer.received_bytes > 20 << 20)  # noqa: B023
                    server.send(text(times), hold=False)
                    assert other.receive(20).text == str(times)
                until(lambda: server.peers == [good], 'noticing it')
            other.send(text('the end'))
            until(lambda: got and got[-1].type_name == 'STRING' and got[-1].text == 'the end')
        until(lambda: not server.peers)
        footprint.check()
    assert [m.text for m in got] == ['0', '1', '2', 'the end']
    lines = [line for line in caplog.text.splitlines() if 'bytes into a message' in line]
    assert len(lines) == 3


def test_a_server_that_is_stopped_and_goes_on(free_port, caplog):
    url = f'tcp://127.0.0.1:{free_port}'
    with background_client(free_port, send_timeout=0.5) as client:
        with Script(SERVER, url, 'alive') as server:
            assert next_of(client, 'Life')
            server.signal(signal.SIGSTOP)
            picture = Image(np.zeros((1, 1024, 1024), np.uint8), device_name='Scan')

            def given_up():
                """A stopped program takes as much as its system does for it."""
                client.send(picture)
                threading.Event().wait(0.02)
                return 'did not read for 0.5 s' in caplog.text

            until(given_up, 'giving it up')
            server.signal(signal.SIGCONT)
            assert next_of(client, 'Life').text == 'alive'
            client.send(text('again'))
            assert next_of(client, 'Echo').text == 'again'
