"""Clients that connect and say nothing do not keep others out."""

import socket
import ssl
import sys
from contextlib import ExitStack

import pytest
from network_peers import DEADLINE_S, text, until

from igtl_ros2 import connect, serve
from igtl_ros2.errors import PeerError
from igtl_ros2.peers import listener

trustme = pytest.importorskip('trustme')
pytestmark = pytest.mark.skipif(
    sys.platform != 'linux', reason='only Linux has a network of addresses of its own at hand')


@pytest.fixture(scope='module')
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp('certificates')
    authority = trustme.CA()

    def put(name, *blobs):
        path = folder / f'{name}.pem'
        path.write_bytes(b''.join(blob.bytes() for blob in blobs))
        return str(path)

    certs = {
        name: authority.issue_cert(name, '127.0.0.1') for name in ('server', 'robot')
    }
    return {
        'ca': put('ca', authority.cert_pem),
        **{name: put(name, c.private_key_pem, *c.cert_chain_pems) for name, c in certs.items()},
    }


def silent(stack, port, count, address, word=b''):
    """Open connections from an address, and say nothing on them, or no more than a word."""
    for _ in range(count):
        sock = socket.socket()
        stack.enter_context(sock)
        sock.bind((address, 0))
        sock.settimeout(DEADLINE_S)
        sock.connect(('127.0.0.1', port))
        sock.sendall(word)


@pytest.mark.parametrize('address, word', [
    ('127.0.0.2', b''), ('127.0.0.1', b''), ('127.0.0.2', b'\x16\x03\x01\x02\x00'),
    ('127.0.0.1', b'\x16\x03\x01\x02\x00'),
    ('127.0.0.2', b'\0\2TRANSFORM'), ('127.0.0.1', b'\0\2TRANSFORM'),
], ids=['other silent', 'own silent', 'other half', 'own half', 'other plain', 'own plain'])
@pytest.mark.parametrize('more', [0, 30])
def test_seventy_silent_tls_connections_do_not_lock_out_a_good_client(
    files, address, word, more
):
    """From another address and from its own, also if they begin to speak."""
    options = {
        'tls_cert_file': files['server'], 'tls_ca_file': files['ca'], 'max_clients': 5}
    context = ssl.create_default_context(cafile=files['ca'])
    context.load_cert_chain(files['robot'])
    with serve('tls://127.0.0.1:0', **options) as server, ExitStack() as stack:
        port = server.address.port
        silent(stack, port, 70 + more, address, word)
        for number in range(15):
            with connect(
                f'tls://127.0.0.1:{port}', timeout_s=DEADLINE_S, reconnect=False,
                tls_context=context,
            ) as client:
                client.send(text(number))
                assert server.receive(DEADLINE_S)[1].text == str(number)
            until(lambda: not server.peers, 'the end')
        assert 'no TLS handshake within' in server.last_error or server.facts['refused'] >= 6


def test_silent_clients_of_one_address_give_their_place_to_others(monkeypatch, caplog):
    monkeypatch.setattr(listener, '_SILENT_S', 0.0)
    with serve('tcp://127.0.0.1:0', max_clients=10) as server, ExitStack() as stack:
        silent(stack, server.address.port, 10, '127.0.0.2')
        until(lambda: len(server.peers) == 10, 'all of them')
        first = server.peers[0]
        with connect(str(server.address), reconnect=False) as client:
            client.send(text('here'))
            assert server.receive(DEADLINE_S)[1].text == 'here'
            until(lambda: len(server.peers) == 10, 'the one that gave way')
            assert first in server.peers  # the last one of them goes
        assert 'its place is taken by tcp://127.0.0.1:' in caplog.text


@pytest.mark.parametrize('count, address', [(3, '127.0.0.2'), (10, '127.0.0.1')])
def test_a_few_that_only_listen_and_those_of_the_own_address_keep_their_places(
    monkeypatch, count, address
):
    monkeypatch.setattr(listener, '_SILENT_S', 0.0)
    with serve('tcp://127.0.0.1:0', max_clients=count) as server, ExitStack() as stack:
        silent(stack, server.address.port, count, address)
        until(lambda: len(server.peers) == count, 'all of them')
        before = server.peers
        with pytest.raises(PeerError):
            with connect(str(server.address), reconnect=False) as client:
                while True:
                    client.receive(DEADLINE_S)  # the status that says why, then the end
        assert server.peers == before
