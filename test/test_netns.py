"""Two network namespaces as two hosts: cables that are pulled, addresses that vanish."""

import contextlib
import time

import numpy as np
import pytest
from leaks import Footprint
from netns_hosts import lay_cable, open_hosts
from network_peers import text, until

from igtl_ros2 import serve
from igtl_ros2.client import Client
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.config import Settings
from igtl_ros2.errors import PeerError


@pytest.fixture
def hosts():
    with open_hosts(2) as names:
        pair = lay_cable(*names, '10.213.7')
        before = Footprint()
        yield pair
        before.check()


@contextlib.contextmanager
def link_between(hosts, **settings):
    """Serve on one host, and connect from the other."""
    here, there = hosts
    with here.inside():
        server = serve(f'tcp://{here.address}:0', **settings)
    with server:
        made = Settings(
            mode='client',
            host=here.address,
            port=server.address.port,
            reconnect_delay=0.05,
            reconnect_max_delay=0.2,
            connect_timeout=0.5,
            **settings,
        )
        with there.inside():
            client = Client(made)
        with client:
            client.wait_connected(20)
            until(lambda: server.peers)
            yield server, client


def test_two_hosts_see_each_other_and_nobody_else(hosts):
    here, there = hosts
    with link_between(hosts) as (server, client):
        assert server.peers[0].address.startswith(f'tcp://{there.address}:')
        server.send(text('down'))
        client.send(text('up'))
        assert client.receive(20).text == 'down'
        assert server.receive(20)[1].text == 'up'
        made = Settings(mode='client', host=here.address, port=server.address.port,
                        connect_timeout=0.2, reconnect=False)
        with Client(made) as outsider, pytest.raises(PeerError):
            outsider.wait_connected(20)


@pytest.mark.parametrize('whose', [0, 1], ids=['of the server', 'of the client'])
def test_a_cable_that_is_pulled_for_a_moment(hosts, whose):
    with link_between(hosts) as (server, client):
        hosts[whose].link('down')
        for number in range(100):
            server.send(text(number))
            client.send(text(number))
        with pytest.raises(PeerError, match='no message within'):
            client.receive(0.3)
        hosts[whose].link('up')
        assert [int(client.receive(20).text) for _ in range(100)] == list(range(100))
        assert [int(server.receive(20)[1].text) for _ in range(100)] == list(range(100))
        assert client.reconnects == 0


def test_a_cable_that_is_pulled_while_much_is_sent(hosts, caplog):
    image = Image(np.full((100, 512, 512), 7, np.int16), device_name='CT')
    with link_between(hosts, send_timeout=0.5) as (server, client):
        footprint = Footprint(server)
        for times in range(1, 3):
            hosts[0].link('down')
            client.send(image, hold=False)
            until(lambda: not client.peers, 'giving up')
            client.send(text(times))
            hosts[0].link('up')
            until(lambda: client.reconnects == times, 'the reconnection')  # noqa: B023
            assert server.receive(20)[1].text == str(times)
        # the system may find out first, if this machine is busy
        assert 'did not read for 0.5 s' in caplog.text or 'No route to host' in caplog.text
        # the server is told of the end of the old connections when the cable is back
        until(lambda: len(server.peers) == 1)
        footprint.check()


def test_an_address_that_vanishes(hosts):
    here, there = hosts
    with link_between(hosts, tcp_keepalive=1.0, send_timeout=1.0) as (server, client):
        # silent connections: only the system's own probes can tell
        here.lose_address()
        until(lambda: not client.peers, 'the client noticing it')
        until(lambda: not server.peers, 'the server noticing it')
        here.plug()
        client.wait_connected(20)
        client.send(text('back'))
        assert server.receive(20)[1].text == 'back'


def test_an_address_that_vanishes_while_a_little_is_sent(hosts):
    here, there = hosts
    with link_between(hosts, tcp_keepalive=1.0, send_timeout=1.0) as (server, client):
        here.lose_address()

        def given_up():
            """So little that the system takes all of it for minutes."""
            client.send(text('hello'), hold=False)
            return not client.peers

        until(given_up, 'noticing it')
        assert 'Connection timed out' in client.last_error
        here.plug()
        client.wait_connected(20)
        client.send(text('back'))
        while server.receive(20)[1].text != 'back':
            pass


@pytest.mark.parametrize('talks', [False, True], ids=['silent', 'while a little is sent'])
def test_a_peer_behind_a_cable_that_is_pulled_gives_no_sign_of_life(hosts, talks):
    with link_between(hosts) as (server, client):
        server.send(text('here'))
        assert client.receive(20).text == 'here'
        (peer,) = client.peers
        peer.probe_often()
        quiet = time.monotonic() + 3
        while time.monotonic() < quiet:  # it is there, and has nothing to say
            assert peer.is_answering
            time.sleep(0.05)
        hosts[0].link('down')

        def is_gone():
            if talks:
                client.send(text('who is there?'), hold=False)
            return not peer.is_answering

        pulled = time.monotonic()
        until(is_gone, 'silence')
        # long before the connection is given up
        assert client.peers and time.monotonic() - pulled < 10
        hosts[0].link('up')
        until(lambda: peer.is_answering, 'a sign of life')
        assert client.reconnects == 0
