"""TLS over real sockets: good connections, and a clear reason for each that cannot be."""

import asyncio
import contextlib
import datetime
import logging
import os
import shutil
import socket
import ssl
import struct

import pytest
from polling import eventually
from stream_ends import Collect, descriptors, listening, opened, settings

from igtl_ros2.errors import ConfigError, PeerError
from igtl_ros2.transport.tcp import MAX_HANDSHAKES, open_stream, stop_listening
from igtl_ros2.transport.tls import Tls

trustme = pytest.importorskip('trustme', reason='the test certificates need the package trustme')

LONG_AGO = datetime.datetime(2001, 1, 1, tzinfo=datetime.timezone.utc)
YESTERDAY = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
TOMORROW = YESTERDAY + datetime.timedelta(days=2)
HEADER = struct.pack('>H12s20s', 1, b'STATUS', b'')


class Files:
    """Certificates in files, made once."""

    def __init__(self, folder):
        self.folder = folder
        self.authority = trustme.CA()
        self.ca = self.put('ca', self.authority.cert_pem)
        self.other_ca = self.put('other_ca', trustme.CA().cert_pem)
        self.server = self.issue('server', '127.0.0.1', 'localhost')
        self.client = self.issue('client', 'cart-7', 'cart@clinic.example', common_name='Cart 7')
        self.stranger = self.issue('stranger', '127.0.0.1', 'cart-7', by=trustme.CA())

    def put(self, name, *blobs):
        path = self.folder / f'{name}.pem'
        path.write_bytes(b''.join(blob.bytes() for blob in blobs))
        return str(path)

    def issue(self, name, *names, by=None, **facts):
        """Certificate and key in one file."""
        made = (by or self.authority).issue_cert(*names, **facts)
        return self.put(name, made.private_key_pem, *made.cert_chain_pems)


@pytest.fixture(scope='module')
def files(tmp_path_factory):
    return Files(tmp_path_factory.mktemp('certificates'))


def for_server(files, cert=None, **more):
    return settings('server', 'tls://127.0.0.1:0', tls_cert_file=cert or files.server, **more)


def for_client(files, address, *, host='127.0.0.1', **more):
    more = {'tls_ca_file': files.ca, **more}
    return settings('client', f'tls://{host}:{address.port}',
                    **{name: value for name, value in more.items() if value is not None})


async def connect(values, context=None):
    return await opened(values, Tls(values, context))


def serving(values):
    return listening(values, Tls(values))


@contextlib.asynccontextmanager
async def both_ends(files):
    """A client and the server's end of its connection."""
    async with serving(for_server(files)) as there:
        here = await connect(for_client(files, there.address))
        yield here, await there.sink()


def without_check(monkeypatch):
    """Let a server start with a certificate that everybody refuses."""
    monkeypatch.setattr('igtl_ros2.transport.tls._check_certificate', lambda *_, **__: None)


# -- good connections


@pytest.mark.parametrize('version', [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_bytes_go_both_ways_and_both_ends_know_each_other(files, version):
    async with serving(for_server(files, tls_ca_file=files.ca)) as there:
        context = ssl.create_default_context(cafile=files.ca)
        context.load_cert_chain(files.client)
        context.minimum_version = context.maximum_version = version
        here = await connect(for_client(files, there.address, tls_ca_file=None), context)
        here.stream.write(memoryview(b'from the client'))
        sink = await there.sink()
        sink.stream.write(memoryview(b'from the server'))
        await asyncio.gather(here.until(15), sink.until(15))
        assert (here.data, sink.data) == (b'from the server', b'from the client')
        assert here.stream.peer_name == 'localhost' and sink.stream.peer_name == 'cart-7'
        assert here.stream.address == f'tls://127.0.0.1:{there.address.port}'
        assert sink.stream.address.startswith('tls://127.0.0.1:')
        assert str(there.address).startswith('tls://')
        here.stream.close()
        assert here.stream.is_closing and not here.stream.writable
        await asyncio.wait_for(asyncio.gather(here.done.wait(), sink.done.wait()), 30)
        assert here.error is None and sink.error is None and not there.refusals


async def test_large_messages_both_ways_at_once_arrive_as_they_were(files):
    size = 52 << 20
    piece = 1 << 18
    # no two pieces are the same
    up, down = (os.urandom((1 << 20) + 1) * 52 for _ in range(2))
    up, down = up[:size], down[:size]

    async def send(sink, data):
        for start in range(0, size, piece):
            sink.stream.write(memoryview(data)[start:start + piece])
            while not sink.stream.writable:
                sink.writable.clear()
                await asyncio.wait_for(sink.writable.wait(), 30)
    async with both_ends(files) as (here, sink):
        await asyncio.gather(send(here, up), send(sink, down), sink.until(size), here.until(size))
        assert sink.data == up and here.data == down
        here.stream.abort()


async def test_what_the_peer_does_not_read_is_counted_and_pauses_writing(files):
    async with serving(for_server(files, receive_buffer_bytes=4096)) as there:
        here = await connect(for_client(files, there.address, send_buffer_bytes=4096))
        sink = await there.sink()
        sink.stream.pause_reading()
        assert here.stream.unsent_bytes == 0
        sent = 0
        while here.stream.writable:
            here.stream.write(memoryview(bytes(1 << 16)))
            sent += 1 << 16
            await asyncio.sleep(0)
        here.stream.write(memoryview(bytes(1 << 20)))
        sent += 1 << 20
        assert 1 << 20 <= here.stream.unsent_bytes < sent + sent // 50
        sink.stream.resume_reading()
        await sink.until(sent)
        await asyncio.wait_for(here.writable.wait(), 30)
        await eventually(lambda: here.stream.unsent_bytes == 0)
        here.stream.abort()


async def test_close_sends_what_was_written_even_while_the_peer_sends(files):
    async with both_ends(files) as (here, sink):
        for _ in range(50):
            here.stream.write(memoryview(bytes(1 << 16)))
        sink.stream.write(memoryview(b'farewell' * 40_000))
        sink.stream.close()
        await asyncio.wait_for(asyncio.gather(here.done.wait(), sink.done.wait()), 30)
        assert here.data == b'farewell' * 40_000
        assert here.error is None and sink.error is None


async def test_close_ends_although_the_peer_never_does(files, monkeypatch):
    monkeypatch.setattr('igtl_ros2.transport.tls_stream.CLOSE_S', 0.2)
    async with both_ends(files) as (here, sink):
        here.stream.pause_reading()
        sink.stream.write(memoryview(bytes(30 << 20)))
        sink.stream.close()
        await asyncio.wait_for(sink.done.wait(), 30)
        here.stream.abort()


async def test_reading_paused_by_the_sink_keeps_what_is_decrypted_already(files):
    async with both_ends(files) as (here, sink):
        sink._buffer = memoryview(bytearray(10))
        take, paused = sink.buffer_updated, asyncio.Event()

        def pause_each_time(size):
            take(size)
            sink.stream.pause_reading()
            paused.set()

        sink.buffer_updated = pause_each_time
        here.stream.write(memoryview(bytes(range(100))))
        for count in range(10, 101, 10):
            await asyncio.wait_for(paused.wait(), 30)
            assert len(sink.data) == count
            paused.clear()
            sink.stream.resume_reading()
        here.stream.close()
        await asyncio.wait_for(sink.done.wait(), 30)
        assert sink.data == bytes(range(100)) and sink.error is None


async def test_what_comes_together_with_the_end_of_the_handshake_arrives(files):
    async with serving(for_server(files)) as there:
        context = ssl.create_default_context(cafile=files.ca)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        session = context.wrap_bio(incoming, outgoing, server_hostname='127.0.0.1')
        reader, writer = await asyncio.open_connection('127.0.0.1', there.address.port)
        while True:
            try:
                session.do_handshake()
                break
            except ssl.SSLWantReadError:
                writer.write(outgoing.read())
                incoming.write(await reader.read(1 << 16))
        session.write(b'first words')
        writer.write(outgoing.read())  # both in one piece
        await there.until(lambda it: it.sinks)
        await there.sinks[0].until(11)
        assert there.sinks[0].data == b'first words'
        writer.close()


async def test_a_peer_that_vanishes_is_told_from_one_that_says_goodbye(files):
    async with serving(for_server(files)) as there:
        here = await connect(for_client(files, there.address))
        here.stream.write(memoryview(b'last words'))
        sink = await there.sink()
        here.stream.abort()
        await asyncio.wait_for(sink.done.wait(), 30)
        assert sink.data == b'last words'
        assert 'without the goodbye of TLS' in str(sink.error)


# -- a reason for each failure, on both sides, and nothing delivered


def refusal(server_values, client_values, context=None):
    """The reasons of both sides where the handshake fails; nothing became a stream."""
    async def run():
        async with listening(server_values, Tls(server_values)) as there:
            values = client_values(there.address)
            sink = Collect()
            with pytest.raises(PeerError) as caught:
                await open_stream(values, sink, Tls(values, context))
            reason = await there.reason()
            assert not there.sinks and not sink.opened.is_set()
            assert there.refusals[0][0].startswith('tls://127.0.0.1:')
            assert str(caught.value).startswith(f'tls://{values.host}:{values.port}: ')
            return reason, str(caught.value)

    return asyncio.run(run())


def test_wrong_authority(files):
    server, client = refusal(
        for_server(files), lambda at: for_client(files, at, tls_ca_file=files.other_ca))
    assert 'authority that is not accepted here (tls_ca_file)' in client
    assert "does not accept the authority of this side's certificate" in server


def test_system_authorities_are_asked_by_default(files):
    _, client = refusal(for_server(files), lambda at: for_client(files, at, tls_ca_file=None))
    assert 'authority that is not accepted here (tls_ca_file)' in client


def test_self_signed(files, tmp_path):
    alone = trustme.CA()
    path = tmp_path / 'alone.pem'
    path.write_bytes(alone.private_key_pem.bytes() + alone.cert_pem.bytes())
    server, client = refusal(for_server(files, str(path)), lambda at: for_client(files, at))
    assert 'self-signed' in client and "this side's certificate" in server


def test_expired(files, monkeypatch):
    without_check(monkeypatch)
    old = files.issue('old', '127.0.0.1', not_before=LONG_AGO, not_after=YESTERDAY)
    server, client = refusal(for_server(files, old), lambda at: for_client(files, at))
    assert 'has expired' in client and "this side's certificate has expired" in server


def test_wrong_host_name(files):
    elsewhere = files.issue('elsewhere', 'other.example')
    server, client = refusal(for_server(files, elsewhere), lambda at: for_client(files, at))
    assert 'for another name' in client and '127.0.0.1' in client and 'tls_server_name' in client
    assert "does not accept this side's certificate" in server


async def test_server_name_that_is_set_counts_instead_of_the_host(files):
    elsewhere = files.issue('elsewhere', 'other.example')
    async with serving(for_server(files, elsewhere)) as there:
        here = await connect(for_client(files, there.address, tls_server_name='other.example'))
        assert here.stream.peer_name == 'other.example'
        here.stream.abort()


async def test_insecure_connects_to_anybody_and_says_so_each_time(files, caplog):
    async with serving(for_server(files, files.stranger)) as there:
        for _ in range(2):
            here = await connect(
                for_client(files, there.address, tls_ca_file=None, tls_insecure=True))
            here.stream.abort()
    said = [record for record in caplog.records if 'INSECURE' in record.message]
    assert len(said) == 2 and all(record.levelno == logging.WARNING for record in said)
    assert 'tls_insecure' in said[0].message and 'anybody' in said[0].message


def late_refusal(files, cert=None, **server):
    """Reasons of both sides where a TLS 1.3 client believes for a moment to be connected."""
    async def run():
        values = for_server(files, tls_ca_file=files.ca, **server)
        async with listening(values, Tls(values)) as there:
            here = await connect(for_client(files, there.address, tls_cert_file=cert))
            # what it sends at once must neither arrive nor hide the reason
            here.stream.write(memoryview(HEADER * 10_000))
            reason = await there.reason()
            await asyncio.wait_for(here.done.wait(), 30)
            assert not there.sinks and not here.data
            assert isinstance(here.error, PeerError)
            return reason, str(here.error)

    return asyncio.run(run())


def test_missing_client_certificate(files):
    server, client = late_refusal(files)
    assert 'showed no certificate' in server
    assert 'demands a certificate from this side (tls_cert_file)' in client


def test_missing_client_certificate_in_tls_1_2(files):
    context = ssl.create_default_context(cafile=files.ca)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    server, client = refusal(
        for_server(files, tls_ca_file=files.ca),
        lambda at: for_client(files, at, tls_ca_file=None), context)
    assert 'showed no certificate' in server
    assert client.rpartition(': ')[2]


def test_client_certificate_of_a_wrong_authority(files):
    server, client = late_refusal(files, cert=files.stranger)
    assert 'authority that is not accepted here (tls_ca_file)' in server
    assert "does not accept the authority of this side's certificate" in client


def test_expired_client_certificate(files, monkeypatch):
    without_check(monkeypatch)
    old = files.issue('old_client', 'cart-7', not_before=LONG_AGO, not_after=YESTERDAY)
    server, client = late_refusal(files, cert=old)
    assert 'has expired' in server and "this side's certificate has expired" in client


def test_client_name_that_is_not_allowed(files):
    server, client = late_refusal(files, cert=files.client, tls_allowed_names=['Cart-7', 'or-?'])
    assert "'cart-7', 'cart@clinic.example', 'Cart 7'" in server
    assert "tls_allowed_names allows 'Cart-7', 'or-?'" in server
    assert 'may not allow the name' in client


@pytest.mark.parametrize('allowed', ['cart-7', 'cart-*', '*@clinic.example', 'Cart 7'])
async def test_client_name_that_is_allowed(files, allowed):
    values = for_server(files, tls_ca_file=files.ca, tls_allowed_names=['x', allowed])
    async with serving(values) as there:
        here = await connect(for_client(files, there.address, tls_cert_file=files.client))
        await there.until(lambda it: it.sinks)
        here.stream.abort()


def test_addresses_are_names_too(files):
    numbers = files.issue('numbers', '::1', '10.1.2.3')

    async def run(allowed):
        values = for_server(files, tls_ca_file=files.ca, tls_allowed_names=[allowed])
        async with listening(values, Tls(values)) as there:
            here = await connect(for_client(files, there.address, tls_cert_file=numbers))
            await there.until(lambda it: it.sinks)
            here.stream.abort()

    asyncio.run(run('::1'))
    asyncio.run(run('10.1.*'))


def test_old_tls_versions_are_refused(files):
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.load_verify_locations(files.ca)
    old.set_ciphers('ALL:@SECLEVEL=0')
    with pytest.warns(DeprecationWarning):
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    server, client = refusal(
        for_server(files), lambda at: for_client(files, at, tls_ca_file=None), old)
    assert 'too old' in server and 'TLS versions' in client


async def test_plain_client_on_a_tls_port(files):
    async with serving(for_server(files)) as there:
        here = await opened(settings('client', f'tcp://127.0.0.1:{there.address.port}'))
        here.stream.write(memoryview(HEADER * 1000))
        assert await there.reason() == 'speaks plain OpenIGTLink, not TLS'
        await asyncio.wait_for(here.done.wait(), 30)
        assert not there.sinks and not here.data
        assert 'speaks TLS, not plain OpenIGTLink' in str(here.error)


async def test_plain_client_that_says_nothing_on_a_tls_port(files):
    async with serving(for_server(files, connect_timeout=0.2)) as there:
        here = await opened(settings('client', f'tcp://127.0.0.1:{there.address.port}'))
        assert await there.reason() == (
            'no TLS handshake within 0.2 s; does the client speak TLS?')
        await asyncio.wait_for(here.done.wait(), 30)
        assert 'speaks TLS, not plain OpenIGTLink' in str(here.error)


async def test_something_else_on_a_tls_port(files):
    async with serving(for_server(files)) as there:
        reader, writer = await asyncio.open_connection('127.0.0.1', there.address.port)
        for byte in b'GET / HTTP/1.1\r\n':  # each on its own
            writer.write(bytes([byte]))
            await asyncio.sleep(0.001)
        assert await there.reason() == 'does not speak TLS: its first bytes are 47 45'
        await reader.read()
        writer.close()


async def test_tls_client_on_a_plain_port(files):
    async with listening(settings('server', 'tcp://127.0.0.1:0')) as there:
        values = for_client(files, there.address)
        with pytest.raises(PeerError, match='closed the connection during the TLS handshake; '
                                            r'does the server speak TLS\?'):
            await opened(values, Tls(values))
        sink = await there.sink()
        await asyncio.wait_for(sink.done.wait(), 30)
        assert not sink.data
        assert 'speaks TLS, not plain OpenIGTLink' in str(sink.error)


def test_tls_client_on_a_plain_port_that_speaks_first_or_never(files):
    async def run(first):
        async def greet(reader, writer):
            writer.write(first)
            await reader.read()
            writer.close()

        server = await asyncio.start_server(greet, '127.0.0.1', 0)
        _, port = server.sockets[0].getsockname()
        values = settings('client', f'tls://127.0.0.1:{port}', connect_timeout=0.3)
        with pytest.raises(PeerError) as caught:
            await opened(values, Tls(values))
        server.close()
        return str(caught.value)

    assert 'speaks plain OpenIGTLink, not TLS' in asyncio.run(run(HEADER))
    assert 'no TLS handshake within 0.3 s; does the server speak TLS?' in asyncio.run(run(b''))


async def test_a_damaged_record_ends_the_stream_with_a_reason(files):
    async with serving(for_server(files)) as there:
        here = await connect(for_client(files, there.address))
        here.stream.write(memoryview(b'good'))
        sink = await there.sink()
        await sink.until(4)
        here.stream._transport.write(b'\x17\x03\x03\x00\x20' + bytes(32))
        await asyncio.wait_for(asyncio.gather(here.done.wait(), sink.done.wait()), 30)
        assert sink.data == b'good' and 'TLS' in str(sink.error)
        assert 'TLS' in str(here.error)


# -- wrong files stop the start


def refused(values, context=None):
    with pytest.raises(ConfigError) as caught:
        Tls(values, context)
    return str(caught.value)


def test_server_needs_a_certificate():
    assert 'tls_cert_file' in refused(settings('server', 'tls://127.0.0.1:0'))


@pytest.mark.parametrize('name', ['tls_ca_file', 'tls_cert_file', 'tls_key_file'])
def test_a_file_that_is_not_there_or_no_pem(files, name, tmp_path):
    good = {'tls_ca_file': files.ca, 'tls_cert_file': files.server, 'tls_key_file': files.server}

    def with_file(path):
        return settings('server', 'tls://127.0.0.1:0', **{**good, name: str(path)})

    Tls(settings('server', 'tls://127.0.0.1:0', **good))
    missing, junk = tmp_path / 'missing.pem', tmp_path / 'junk.pem'
    junk.write_text('junk')
    said = refused(with_file(missing))
    assert said == f'{name}: cannot read {missing}: No such file or directory'
    assert refused(with_file(junk)).startswith(f'{name}: {junk}: no ')
    assert refused(with_file(tmp_path)) == f'{name}: cannot read {tmp_path}: Is a directory'


def test_a_key_that_does_not_fit(files):
    said = refused(for_server(files, tls_key_file=files.client))
    assert said == (
        f'tls_key_file: {files.client}: not the key of the certificate in {files.server}')


def test_a_certificate_without_its_key(files, tmp_path):
    path = tmp_path / 'cert.pem'
    path.write_bytes(files.authority.issue_cert('here').cert_chain_pems[0].bytes())
    assert refused(for_server(files, str(path))).startswith(f'tls_cert_file: {path}: no private')


def test_a_key_with_a_passphrase_is_refused_and_not_asked_for(files, tmp_path):
    serialization = pytest.importorskip('cryptography.hazmat.primitives.serialization')
    made = files.authority.issue_cert('here')
    key = serialization.load_pem_private_key(made.private_key_pem.bytes(), None)
    cert, locked = tmp_path / 'cert.pem', tmp_path / 'locked.pem'
    cert.write_bytes(made.cert_chain_pems[0].bytes())
    locked.write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b'secret')))
    said = refused(for_server(files, str(cert), tls_key_file=str(locked)))
    assert said.startswith(f'tls_key_file: {locked}: the key has a passphrase')


@pytest.mark.parametrize('mode', ['server', 'client'])
def test_own_certificate_out_of_date(files, mode):
    old = files.issue('outdated', '127.0.0.1', not_before=LONG_AGO, not_after=YESTERDAY)
    new = files.issue('too_new', '127.0.0.1', not_before=TOMORROW,
                      not_after=TOMORROW + datetime.timedelta(days=9))
    for path, words in ((old, 'has expired'), (new, 'is not valid yet')):
        said = refused(settings(mode, 'tls://127.0.0.1:1', tls_cert_file=path))
        assert said.startswith(f'tls_cert_file: {path}: the certificate {words}')


def test_a_context_of_ones_own(files):
    client, server = ssl.create_default_context(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    values = settings('server', 'tls://127.0.0.1:0')
    assert 'TLS context: not for a server' in refused(values, client)
    assert 'tls_cert_file: found besides' in refused(for_server(files), server)
    server.load_cert_chain(files.server)
    assert Tls(values, server).current() is server


def test_a_context_that_checks_nothing_is_called_insecure(files, caplog):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    Tls(settings('client', 'tls://127.0.0.1:1'), context)
    assert 'INSECURE' in caplog.text


# -- files that change


async def test_changed_files_count_from_the_next_connection_on(files, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    path = tmp_path / 'server.pem'
    shutil.copy(files.server, path)
    other = trustme.CA()
    new = files.issue('new', '127.0.0.1', 'new.example', by=other)
    other_ca = files.put('new_ca', other.cert_pem)
    values = for_server(files, str(path))
    tls = Tls(values)
    async with listening(values, tls) as there:
        first = await connect(for_client(files, there.address))
        context = tls.current()
        assert tls.current() is context

        path.write_text('not finished')
        second = await connect(for_client(files, there.address))
        [broken] = [r for r in caplog.records if r.levelno == logging.ERROR]
        assert str(path) in broken.message and 'not used' in broken.message

        shutil.copy(new, path)
        with pytest.raises(PeerError, match='authority'):
            await connect(for_client(files, there.address))
        third = await connect(for_client(files, there.address, tls_ca_file=other_ca))
        assert third.stream.peer_name == 'new.example'
        assert 'TLS files were read again' in caplog.text
        await there.until(lambda it: len(it.sinks) == 3)
        for end in (first, second, third):
            end.stream.write(memoryview(b'still here'))
        await asyncio.gather(*(sink.until(10) for sink in there.sinks))


def test_a_broken_change_is_logged_once(files, tmp_path, caplog):
    path = tmp_path / 'server.pem'
    shutil.copy(files.server, path)
    tls = Tls(for_server(files, str(path)))
    context = tls.current()
    path.write_text('not finished')
    assert all(tls.current() is context for _ in range(5))
    assert len(caplog.records) == 1
    path.unlink()
    assert all(tls.current() is context for _ in range(5))
    assert len(caplog.records) == 2
    shutil.copy(files.server, path)
    assert tls.current() is not context


# -- nothing is left behind


async def test_a_hundred_failed_handshakes_leave_nothing_behind(files):
    async with serving(for_server(files, tls_ca_file=files.ca, connect_timeout=0.3)) as there:
        before, tasks = descriptors(), len(asyncio.all_tasks())
        bad = for_client(files, there.address, tls_ca_file=files.other_ca)
        bad_tls = Tls(bad)
        for number in range(100):
            kind = number % 4
            if kind == 0:
                with pytest.raises(PeerError):
                    await open_stream(bad, Collect(), bad_tls)
                continue
            sock = socket.create_connection(('127.0.0.1', there.address.port))
            if kind == 1:
                sock.sendall(HEADER)
            elif kind == 2:
                sock.sendall(b'\x16\x03\x01\x02\x00\x01')
            sock.close()
        await there.until(lambda it: len(it.refusals) == 100)
        await eventually(lambda: descriptors() == before)
        await eventually(lambda: len(asyncio.all_tasks()) == tasks)
        assert not there.sinks


async def test_too_many_handshakes_at_once_and_none_after_the_end(files):
    values = for_server(files, max_clients=5)
    before = descriptors()
    async with listening(values, Tls(values)) as there:
        idle = [await asyncio.open_connection('127.0.0.1', there.address.port)
                for _ in range(MAX_HANDSHAKES)]
        late, writer = await asyncio.open_connection('127.0.0.1', there.address.port)
        with contextlib.suppress(ConnectionResetError):
            assert await idle[0][0].read() == b''  # the oldest gives way
        assert f'while {MAX_HANDSHAKES} clients are in it' in await there.reason()
        here = await connect(for_client(files, there.address))
        await there.until(lambda it: it.sinks)
        await stop_listening(there.server)
        for reader, _ in [*idle[2:], (late, writer)]:
            with contextlib.suppress(ConnectionResetError):
                assert await asyncio.wait_for(reader.read(), 30) == b''
        # who was connected stays
        here.stream.write(memoryview(b'still here'))
        await there.sinks[0].until(10)
        here.stream.abort()
        for _, end in [*idle, (late, writer)]:
            end.close()
        assert len(there.refusals) == 2
    await eventually(lambda: descriptors() <= before)


async def test_a_client_that_is_cancelled_in_the_handshake_leaves_nothing(files):
    silent = socket.create_server(('127.0.0.1', 0))
    before = descriptors()
    values = settings('client', f'tls://127.0.0.1:{silent.getsockname()[1]}')
    connecting = asyncio.ensure_future(open_stream(values, Collect(), Tls(values)))
    there, _ = await asyncio.to_thread(silent.accept)
    assert await asyncio.to_thread(there.recv, 2) == b'\x16\x03'
    connecting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await connecting
    there.close()
    await eventually(lambda: descriptors() == before)
    silent.close()
