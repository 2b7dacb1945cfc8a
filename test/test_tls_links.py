"""Links over TLS: messages, reconnecting, and what both logs say when it cannot be."""

import logging

import pytest
from network_peers import text, until

from igtl_ros2 import connect, serve
from igtl_ros2.client import Client
from igtl_ros2.config import Settings
from igtl_ros2.errors import ConfigError, PeerError
from igtl_ros2.tools import certs

pytest.importorskip('trustme', reason='the test certificates need the package trustme')


@pytest.fixture(scope='module')
def files(tmp_path_factory):
    where = tmp_path_factory.mktemp('certificates')
    assert certs.main([str(where), '--client', 'cart-7']) == 0
    ca = {'tls_ca_file': str(where / 'ca.pem')}
    return {side: {**ca, 'tls_cert_file': str(where / f'{side}.pem'),
                   'tls_key_file': str(where / f'{side}.key')} for side in ('server', 'client')}


def secure_server(files, port=0, **more):
    return serve(f'tls://127.0.0.1:{port}', **files['server'], **more)


def test_messages_go_both_ways_and_the_server_knows_who_it_is(files):
    with secure_server(files, tls_allowed_names=['cart-*']) as server:
        with connect(str(server.address), **files['client']) as client:
            client.send(text('up'))
            peer, message = server.receive(20)
            assert message.text == 'up' and peer.name == 'cart-7'
            assert peer.address.startswith('tls://127.0.0.1:')
            server.send(text('down'))
            assert client.receive(20).text == 'down'


def test_the_link_comes_back_when_the_server_does(files):
    with secure_server(files) as server:
        port = server.address.port
        client = connect(str(server.address), **files['client'], reconnect_delay=0.01)
    with client:
        with secure_server(files, port) as server:
            until(lambda: client.reconnects == 1 and server.peers, 'the connection')
            client.send(text('again'))
            assert server.receive(20)[1].text == 'again'


def test_a_client_over_the_limit_is_told_why(files):
    with secure_server(files, max_clients=1) as server:
        with connect(str(server.address), **files['client']):
            told = []
            values = {'mode': 'client', 'url': str(server.address), **files['client']}
            with Client(Settings.from_values(values),
                        on_message=lambda peer, message: told.append(message.message)):
                until(lambda: told, 'the reason')
            assert 'limit' in told[0]


def logged(caplog, *words):
    return any(all(word in record.getMessage() for word in words) for record in caplog.records)


@pytest.mark.parametrize('scheme, without, here, there', [
    ('tls', ('tls_ca_file',), 'authority that is not accepted', 'does not accept the authority'),
    ('tls', ('tls_cert_file', 'tls_key_file'), 'demands a certificate', 'showed no certificate'),
    ('tcp', None, 'speaks TLS', 'speaks plain OpenIGTLink')])
def test_both_logs_say_why_and_nothing_is_delivered(files, caplog, scheme, without, here, there):
    caplog.set_level(logging.INFO)
    values = {} if without is None else {
        name: path for name, path in files['client'].items() if name not in without}
    with secure_server(files) as server:
        port = server.address.port
        try:
            client = connect(f'{scheme}://127.0.0.1:{port}', **values, reconnect=False)
        except PeerError as error:
            assert here in str(error)
        else:
            with client:
                client.send(text('secret'))
                until(lambda: here in client.last_error, 'the reason')
        until(lambda: logged(caplog, 'refused', there), 'the reason')
        assert there in server.last_error and not server.peers
        with pytest.raises(PeerError):
            server.receive(0)
    assert logged(caplog, f'{scheme}://127.0.0.1:{port}', here)


def test_wrong_files_stop_the_start(files):
    with pytest.raises(ConfigError, match='tls_key_file: .*not the key of the certificate'):
        secure_server({'server': {**files['server'],
                                  'tls_key_file': files['client']['tls_key_file']}})
