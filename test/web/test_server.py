"""The monitor's server over real sockets: a page for who may look, newest first, at their pace."""

import asyncio
import contextlib
import json
import re
import socket

import aiohttp
import numpy as np
import pytest
from polling import DEADLINE_S

from igtl_ros2 import aio
from igtl_ros2.codec import encode
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.mesh import PolyData
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import Command, CommandResponse, String
from igtl_ros2.config import Settings
from igtl_ros2.errors import PeerError
from igtl_ros2.web import server
from igtl_ros2.web.guard import HEADERS, Guard
from igtl_ros2.web.model import Monitor
from igtl_ros2.web.server import FILES, PAGE, PageServer
from igtl_ros2.web.sources import LiveLinks

POSE = np.array([[0, -1, 0, 10], [1, 0, 0, -25.5], [0, 0, 1, 3.25], [0, 0, 0, 1.0]])


class Rig:
    """A device, a monitor that looks at it, and browsers."""

    def __init__(self, token='', control=False, fps=50.0, compat='auto'):
        self.token, self.control, self.fps, self.compat = token, control, fps, compat

    async def __aenter__(self):
        self.stack = contextlib.AsyncExitStack()
        self.received = []
        self.device = await self.stack.enter_async_context(aio.serve(
            'tcp://127.0.0.1:0', header_version='2',
            on_message=lambda _, message: self.received.append(message)))
        self.monitor = Monitor()
        settings = Settings.from_values({
            'mode': 'client', 'url': str(self.device.address), 'compat': self.compat})
        self.source = LiveLinks(self.monitor, [settings])
        await self.source.open()
        self.stack.push_async_callback(self.source.close)
        self.server = PageServer(
            self.monitor, self.source, Guard('127.0.0.1', self.token), fps=self.fps,
            control=self.control)
        host, port = await self.server.start('127.0.0.1', 0)
        self.stack.push_async_callback(self.server.stop)
        self.url, self.port = f'http://{host}:{port}', port
        self.session = await self.stack.enter_async_context(aiohttp.ClientSession())
        await self.device.wait_connected(DEADLINE_S)
        return self

    async def __aexit__(self, *error):
        await self.stack.aclose()

    def browser(self, **headers):
        return self.session.ws_connect(f'{self.url}/ws', headers=headers)

    async def until(self, browser, wanted):
        """Read what a browser is told until something is wanted of it; gives that."""
        async def read():
            async for message in browser:
                told = (json.loads(message.data) if message.type == aiohttp.WSMsgType.TEXT
                        else unpack(message.data))
                if found := wanted(told):
                    return found
            raise AssertionError(f'the server has closed: {browser.close_code}')

        return await asyncio.wait_for(read(), DEADLINE_S)


def unpack(blob):
    length = int.from_bytes(blob[:4], 'little')
    return json.loads(blob[4 : 4 + length]) | {'rest': blob[4 + length :]}


def row_of(name):
    return lambda told: next(
        (row for row in told.get('devices', ()) if row['name'] == name), None)


def answer(told):
    return told if told['kind'] == 'answer' else None


def answer_to(number):
    return lambda told: told if told['kind'] == 'answer' and told.get('to') == number else None


def run(work, **options):
    async def rigged():
        async with Rig(**options) as rig:
            await work(rig)

    asyncio.run(rigged())


# -- the page


def test_the_page_comes_with_what_keeps_foreign_scripts_away():
    async def work(rig):
        for path, (name, kind) in FILES.items():
            async with rig.session.get(rig.url + path) as response:
                assert response.status == 200 and response.content_type == kind
                assert await response.read() == (PAGE / name).read_bytes()
                for header, value in HEADERS.items():
                    assert response.headers[header] == value
        policy = HEADERS['Content-Security-Policy']
        assert "default-src 'none'" in policy and 'unsafe' not in policy

    run(work)


def test_the_page_loads_nothing_from_elsewhere_and_has_no_script_of_its_own():
    text = (PAGE / 'index.html').read_text()
    assert 'http' not in text and '<script>' not in text and 'onload' not in text


@pytest.mark.parametrize('path', [
    '/../server.py', '/%2e%2e/server.py', '/app.js/..', '/index.html', '/etc/passwd', '/ws/x'])
def test_there_are_no_other_files(path):
    async def work(rig):
        reader, writer = await asyncio.open_connection('127.0.0.1', rig.port)
        writer.write(f'GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{rig.port}\r\n'
                     'Connection: close\r\n\r\n'.encode())
        said = await asyncio.wait_for(reader.read(), DEADLINE_S)
        writer.close()
        assert said.startswith((b'HTTP/1.1 404', b'HTTP/1.1 403'))
        assert b'Content-Security-Policy' in said

    run(work)


@pytest.mark.parametrize('headers', [
    {'Host': 'evil.example'}, {'Origin': 'http://evil.example'}, {'Origin': 'null'},
    {'Host': 'localhost:1', 'Origin': 'http://localhost:2'},
])
def test_a_page_from_elsewhere_gets_nothing(headers):
    async def work(rig):
        async with rig.session.get(rig.url, headers=headers) as response:
            assert response.status == 403
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await rig.browser(**headers)
        assert refused.value.status == 403

    run(work)


def test_an_address_that_is_taken_is_told():
    async def work(rig):
        other = PageServer(rig.monitor, rig.source, Guard('127.0.0.1', ''))
        with pytest.raises(PeerError, match=f'127.0.0.1:{rig.port}: cannot listen: '):
            await other.start('127.0.0.1', rig.port)

    run(work)


# -- tokens


@pytest.mark.parametrize('first', [
    '{"token": "wrong"}', '{"token": ""}', '{}', '[]', 'garbage', '{"token": ["right"]}',
    '{"want": []}',
])
def test_without_the_token_nothing_is_told(first):
    async def work(rig):
        rig.device.send(Transform(POSE, device_name='Tool'))
        async with rig.browser() as browser:
            await browser.send_str(first)
            message = await asyncio.wait_for(browser.receive(), DEADLINE_S)
            assert message.type == aiohttp.WSMsgType.CLOSE and browser.close_code == 4401

    run(work, token='right')


def test_with_the_token_all_is_told():
    async def work(rig):
        rig.device.send(Transform(POSE, device_name='Tool'))
        async with rig.browser() as browser:
            await browser.send_json({'token': 'right'})
            assert await rig.until(browser, row_of('Tool'))

    run(work, token='right')


# -- what is told


def test_numbers_of_a_device_are_those_that_were_sent():
    async def work(rig):
        messages = [
            Transform(POSE, device_name='Tool', metadata={'TransformStatus': 'OK'})
            for _ in range(20)
        ]
        for message in messages:
            rig.device.send(message, stamp=False)
        async with rig.browser(Origin=rig.url) as browser:
            row = await rig.until(browser, lambda told: (
                (found := row_of('Tool')(told)) and found['count'] == 20 and found))
            links = await rig.until(browser, lambda told: told.get('links'))
        assert row['size'] == len(encode(messages[0])) and row['bytes'] == 20 * row['size']
        assert row['value']['matrix'] == POSE[:3].ravel().tolist()
        assert (row['type'], row['valid'], row['gate']) == ('TRANSFORM', True, 'passes')
        (peer,) = links[0]['peers']
        total = sum(device.bytes for device in rig.monitor.devices.values())
        assert peer['received']['TRANSFORM'] == 20 and peer['received_bytes'] == total
        assert links[0]['state'] == 'connected'

    run(work)


def test_hostile_names_and_texts_arrive_as_they_are():
    bad = '<img src=x onerror=alert(1)>'

    async def work(rig):
        rig.device.send(String(f'{bad}\x1b[31m\u202e', device_name='<script>'))
        async with rig.browser() as browser:
            row = await rig.until(browser, row_of('<script>'))
            assert row['value']['text'].startswith(bad)

    run(work)


def test_an_image_is_sent_when_it_is_wanted_slice_by_slice():
    voxels = np.arange(3 * 4 * 5, dtype=np.int16).reshape(3, 4, 5)

    async def work(rig):
        rig.device.send(Image(voxels, device_name='CT'))
        async with rig.browser() as browser:
            row = await rig.until(browser, row_of('CT'))
            for axis, at, expected in (('k', 2, voxels[2]), ('i', 4, voxels[:, :, 4])):
                await browser.send_json({'want': [{'id': row['id'], 'axis': axis, 'index': at}]})
                picture = await rig.until(browser, lambda told: told['kind'] == 'picture' and told)
                found = np.frombuffer(picture['rest'], '<i2', expected.size)
                assert np.array_equal(found.reshape(expected.shape), expected)
                assert (picture['id'], picture['index']) == (row['id'], at)

    run(work)


def test_a_browser_is_told_less_often_when_it_asks_for_that():
    async def work(rig):
        async with rig.browser() as browser, rig.browser() as other:
            for asked, given in ((5, 5), (None, 50), (1000, 50)):
                await browser.send_json({'fps': asked})
                await rig.until(browser, lambda told, fps=given: told.get('fps') == fps)
                assert (await rig.until(other, lambda told: told))['fps'] == 50

    run(work)


def test_a_mesh_is_sent_without_being_asked_for():
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32)

    async def work(rig):
        rig.device.send(PolyData(points, polygons=[[0, 1, 2]], device_name='M'))
        async with rig.browser() as browser:
            mesh = await rig.until(browser, lambda told: told['kind'] == 'mesh' and told)
        assert np.frombuffer(mesh['rest'], '<f4', 9).tolist() == points.ravel().tolist()
        assert np.frombuffer(mesh['rest'], '<u4', 3, 40).tolist() == [0, 1, 2]

    run(work)


def test_what_goes_wrong_on_a_link_is_told():
    async def work(rig):
        spoiled = bytearray(encode(String('a', device_name='S')))
        spoiled[-1] ^= 1
        with socket.socket() as raw:
            # the monitor is the client: what it hears that is no message comes from its server
            raw.bind(('127.0.0.1', 0))
            raw.listen()
            raw.setblocking(False)
            port = raw.getsockname()[1]
            source = LiveLinks(rig.monitor, [Settings.from_values(
                {'mode': 'client', 'url': f'tcp://127.0.0.1:{port}'})])
            await source.open()
            peer, _ = await asyncio.get_running_loop().sock_accept(raw)
            peer.send(bytes(spoiled))
            async with rig.browser() as browser:
                line = await rig.until(browser, lambda told: next(
                    (one for one in told.get('errors', ()) if 'CrcError' in one['text']), None))
            assert line['level'] == 'warning' and 'STRING' in line['text']
            await source.close()
            peer.close()

    run(work)


def test_browsers_beyond_a_number_are_turned_away():
    async def work(rig):
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(8):
                browser = await stack.enter_async_context(rig.browser())
                await rig.until(browser, lambda told: told['kind'] == 'state')
            late = await stack.enter_async_context(rig.browser())
            await asyncio.wait_for(late.receive(), DEADLINE_S)
            assert late.close_code == 4429

    run(work)


def test_a_slow_browser_holds_nobody_up_and_gets_the_newest():
    async def work(rig):
        async with rig.browser() as quick:
            reader, writer = await asyncio.open_connection('127.0.0.1', rig.port)
            writer.write((
                f'GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{rig.port}\r\nUpgrade: websocket\r\n'
                'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
                'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n').encode())
            await reader.readuntil(b'\r\n\r\n')
            writer.transport.pause_reading()
            # it reads nothing, and much is told: meshes are sent without being asked for
            points = np.zeros((60_000, 3), np.float32)
            for number in range(40):
                rig.device.send(PolyData(points + number, device_name='M'))
                await rig.until(quick, lambda told, n=number: (
                    told['kind'] == 'mesh' and told['rest'][:4] == np.float32(n).tobytes()))
            assert next(d for d in rig.monitor.devices.values() if d.name == 'M').count == 40
            # when it reads again it hears of what it missed, and what is sent now is the newest
            writer.transport.resume_reading()
            data = b''
            while not re.search(rb'"left_out": [1-9]', data[-200_000:]):
                more = await asyncio.wait_for(reader.read(1 << 20), DEADLINE_S)
                assert more, 'the server has closed'
                data += more
            assert len(data) < 20 * points.nbytes
            writer.close()

    run(work)


def test_who_has_no_token_takes_no_place():
    async def work(rig):
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(9):
                await stack.enter_async_context(rig.browser())
            browser = await stack.enter_async_context(rig.browser())
            await browser.send_json({'token': 'right'})
            assert await rig.until(browser, lambda told: told['kind'] == 'state')

    run(work, token='right')


def test_connections_in_which_nobody_asks_are_closed_and_are_not_too_many(monkeypatch, caplog):
    monkeypatch.setattr(server, '_IDLE_S', 1.0)

    async def work(rig):
        pairs = [await asyncio.open_connection('127.0.0.1', rig.port) for _ in range(100)]
        pairs[0][1].write(b'GET / HTTP/1.1\r\n')  # half a request is none
        for reader, writer in pairs:
            with contextlib.suppress(ConnectionError):
                assert await asyncio.wait_for(reader.read(), DEADLINE_S) == b''
            writer.close()
        async with rig.browser() as browser:
            assert await rig.until(browser, lambda told: told.get('frames', 0) > 100)
        async with rig.session.get(rig.url) as response:
            assert response.status == 200
        assert 'Traceback' not in caplog.text

    run(work)


# -- what is asked for


@pytest.mark.parametrize('text', [
    'garbage', '[]', '5', '{}', '{"want": 5}', '{"fps": 0}', '{"steer": {"playing": true}}',
    '{"send": {}}', '{"send": {"kind": "string", "text": "a"}}', '[' * 60_000,
])
def test_what_cannot_be_done_is_answered_with_a_reason(text):
    async def work(rig):
        async with rig.browser() as browser:
            await browser.send_str(text)
            assert (await rig.until(browser, answer))['error']
            assert await rig.until(browser, lambda told: told['kind'] == 'state')
        assert rig.received == []

    run(work)


def test_a_command_goes_to_the_device_and_its_answer_is_among_the_texts():
    async def work(rig):
        async with rig.browser() as browser:
            await browser.send_json({'token': 't'})
            await browser.send_json({'number': 5, 'send': {
                'kind': 'command', 'device': 'Robot', 'name': 'Home', 'content': '<go/>'}})
            told = await rig.until(browser, answer_to(5))
            assert told['error'] == '' and told['sent'] == 'COMMAND'
            while not rig.received:
                await asyncio.sleep(0.01)
            (command,) = rig.received
            assert isinstance(command, Command)
            assert (command.name, command.content) == ('Home', '<go/>')
            assert command.command_id == told['command_id']
            rig.device.send(CommandResponse(
                command.command_id, 'Home', 'done', device_name='Robot'))
            line = await rig.until(browser, lambda told: next(
                (one for one in told.get('texts', ()) if one['type'] == 'RTS_COMMAND'), None))
            assert line['text'] == 'done'

    run(work, control=True, token='t')


def test_what_a_peer_must_not_get_is_not_said_to_be_sent():
    async def work(rig):
        async with rig.browser() as browser:
            await browser.send_json({'token': 't'})
            for number, asked in enumerate((
                {'kind': 'query', 'type': 'GET_IMAGE'}, {'kind': 'string', 'text': 'a'},
            )):
                await browser.send_json({'number': number, 'send': {**asked, 'device': 'S'}})
                told = await rig.until(browser, answer_to(number))
                assert ('crashes on it' in told['error']) == (number == 0), told
            while not rig.received:
                await asyncio.sleep(0.01)
            assert [message.type_name for message in rig.received] == ['STRING']

    run(work, control=True, token='t', compat='slicer')


def test_without_control_nothing_is_sent():
    async def work(rig):
        async with rig.browser() as browser:
            await browser.send_json({'send': {'kind': 'string', 'text': 'a', 'device': 'S'}})
            assert '--control' in (await rig.until(browser, answer))['error']

    run(work)


def test_what_is_sent_to_nobody_is_told():
    async def work(rig):
        async with rig.browser() as browser:
            await browser.send_json({'token': 't'})
            await rig.device.close()
            await rig.until(browser, lambda told: (
                told['kind'] == 'state' and not told['links'][0]['peers']))
            await browser.send_json({'number': 1, 'send': {'kind': 'string', 'text': 'a'}})
            told = await rig.until(browser, answer_to(1))
            assert 'nobody is connected' in told['error']

    run(work, control=True, token='t')
