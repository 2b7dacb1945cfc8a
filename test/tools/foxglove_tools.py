"""Somebody who looks with Foxglove: its protocol over WebSocket, its messages by their schemas."""

import asyncio
import base64
import contextlib
import json
import os
import re
import struct
import sys

import aiohttp
from beside import folder_of
from cli_tools import program

_DATA, _TIME, _PLAYBACK = 1, 2, 5


def started(*words):
    """Start `igtl foxglove` with the library that it needs."""
    folder = os.fspath(folder_of('foxglove'))
    before = os.environ.get('PYTHONPATH')
    os.environ['PYTHONPATH'] = os.pathsep.join(filter(None, (folder, before)))
    try:
        return program('foxglove', *words)
    finally:
        if before is None:
            del os.environ['PYTHONPATH']
        else:
            os.environ['PYTHONPATH'] = before


@contextlib.contextmanager
def foxglove(*words, code=0):
    """Run `igtl foxglove`; gives the address that it says. It has to end well."""
    with started('--port', '0', *words) as process:
        yield process.says(r'open (ws://\S+) in Foxglove')[1]
        process.interrupt()
        process.end(code)


def _message_class(channel):
    """Make the class of the messages of a channel out of the schema that it came with."""
    folder = os.fspath(folder_of('foxglove'))
    if folder not in sys.path:
        sys.path.append(folder)
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    files = descriptor_pb2.FileDescriptorSet.FromString(base64.b64decode(channel['schema']))
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(channel['schemaName']))


class Viewer:
    """All that is served, and what came of it."""

    def __init__(self, socket):
        self._socket = socket
        self._by_id = {}
        self.info = {}
        #: by topic, the messages that came, as (log time, message)
        self.came = {}
        #: by topic, the name of its schema
        self.kinds = {}
        self.times = []

    async def until(self, wanted, timeout_s=40.0):
        """Look until something is so; gives that."""
        async def look():
            while not (found := wanted(self)):
                await self._take(await self._socket.receive())
            return found

        return await asyncio.wait_for(look(), timeout_s)

    async def _subscribe(self, numbers):
        await self._socket.send_json({'op': 'subscribe', 'subscriptions': [
            {'id': number, 'channelId': number} for number in numbers]})

    async def _take(self, message):
        if message.type == aiohttp.WSMsgType.TEXT:
            told = json.loads(message.data)
            if told['op'] == 'serverInfo':
                self.info = told
            unknown = re.fullmatch(r'Unknown channel ID: (\d+)', told.get('message', ''))
            if unknown:  # the library tells of a channel a moment before it takes who wants it
                await self._subscribe([int(unknown[1])])
            if told['op'] == 'advertise':
                for channel in told['channels']:
                    kind = _message_class(channel) if channel['encoding'] == 'protobuf' else None
                    self._by_id[channel['id']] = channel['topic'], kind
                    self.kinds[channel['topic']] = channel['schemaName']
                await self._subscribe([channel['id'] for channel in told['channels']])
            return
        assert message.type == aiohttp.WSMsgType.BINARY, message
        data = message.data
        if data[0] == _DATA:
            topic, kind = self._by_id[int.from_bytes(data[1:5], 'little')]
            log_time = int.from_bytes(data[5:13], 'little')
            content = json.loads(data[13:]) if kind is None else kind.FromString(data[13:])
            self.came.setdefault(topic, []).append((log_time, content))
        elif data[0] == _TIME:
            self.times.append(int.from_bytes(data[1:9], 'little'))

    async def play(self, playing, rate=1.0, place_ns=None):
        """Ask for another place of a bag."""
        request = bytes([3, 0 if playing else 1])
        request += struct.pack('<fBQ', rate, place_ns is not None, place_ns or 0)
        request += (1).to_bytes(4, 'little') + b'x'
        await self._socket.send_bytes(request)

    def last(self, topic):
        """Give the message that came last on a topic, or None."""
        came = self.came.get(topic)
        return came[-1][1] if came else None

    def frame(self, child):
        """Give where a frame is, as told last, or None."""
        for _, message in reversed(self.came.get('/tf', [])):
            for one in message.transforms:
                if one.child_frame_id == child:
                    return one
        return None

    def lines(self):
        """Give all lines of the log."""
        return [line for _, line in self.came.get('/rosout', [])]


@contextlib.asynccontextmanager
async def viewer(url):
    """Connect as Foxglove does."""
    async with aiohttp.ClientSession() as session, session.ws_connect(
        url, protocols=['foxglove.sdk.v1'], max_msg_size=0,
    ) as socket:
        assert socket.protocol == 'foxglove.sdk.v1'
        yield Viewer(socket)


def look(url, *steps):
    """Look with one viewer; a step is a question, or what to do with it."""
    async def run():
        async with viewer(url) as view:
            found = []
            for step in steps:
                found.append(
                    await step(view) if asyncio.iscoroutinefunction(step)
                    else await view.until(step))
            return found

    return asyncio.run(run())
