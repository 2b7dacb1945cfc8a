"""What tests of the monitor share: the program, and somebody who listens to it without a page."""

import contextlib
import json

import aiohttp
from cli_tools import program


@contextlib.contextmanager
def monitor(*words, code=0):
    """Run `igtl monitor`; gives the address of its page. It has to end well."""
    with program('monitor', '--port', '0', *words) as process:
        url = process.says(r'the page is at (\S+)')[1]
        yield url
        process.interrupt()
        process.end(code)


class Listener:
    """What a browser hears, merged as the page merges it."""

    def __init__(self, socket):
        self._socket = socket
        self.devices, self.texts, self.errors = {}, [], []
        self.state, self.overview, self.epoch = {}, {}, None

    async def until(self, wanted, timeout_s=40.0):
        """Listen until something is so; gives that."""
        import asyncio

        async def listen():
            while not (found := wanted(self)):
                self._take(await self._socket.receive())
            return found

        return await asyncio.wait_for(listen(), timeout_s)

    def _take(self, message):
        assert message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY), message
        if message.type == aiohttp.WSMsgType.BINARY:
            return
        told = json.loads(message.data)
        if told['kind'] == 'overview':
            self.overview = told
        if told['kind'] != 'state':
            return
        if told['epoch'] != self.epoch:
            self.epoch = told['epoch']
            self.devices.clear()
            self.texts.clear()
        self.state = told
        self.devices.update({row['name']: row for row in told['devices']})
        self.texts += [line['text'] for line in told['texts']]
        self.errors += [line['text'] for line in told['errors']]

    async def ask(self, **what):
        await self._socket.send_json(what)


@contextlib.asynccontextmanager
async def listener(url):
    """Connect to the monitor as its page does."""
    address, _, token = url.partition('#token=')
    async with aiohttp.ClientSession() as session, session.ws_connect(f'{address}ws') as socket:
        await socket.send_json({'token': token})
        yield Listener(socket)
