"""`igtl_replay`: the OpenIGTLink traffic of a rosbag2 bag, sent again as it was; and files."""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from struct import pack
from typing import TYPE_CHECKING

from ..client import Client
from ..codec import Message, Unknown, decode, from_ns
from ..codec.frame import decode_header, encode_parts
from ..codec.messages.video import Video
from ..errors import BagError, ConfigError, DecodeError, PeerTimeoutError
from ..peers import Outgoing, Peer
from ..peers.outgoing import ready_to_send
from ..server import Server
from .program import FAULT, name, run_tool, say
from .progress import progress
from .record import NEEDS
from .words import note_signals, pause_until, settings_of, shown_size, shown_time

if TYPE_CHECKING:
    from ..bags.frames import BagFrames, Frame
    from ..codec import Buffer
    from ..peers.compat import Compat
    from .other_frames import CaptureFrames, FileFrames

    Frames = BagFrames | CaptureFrames | FileFrames

# where the time stamp is in a header; the checksum does not cover it
_STAMP = slice(34, 42)
_FLUSH_S = 0.5
_LINGER_S = 5.0
_SHOW_PERIOD_S = 0.1
#: a kind of their own, so that no message is replaced by a newer one, see `peers/mailbox.py`
_KIND = 'replay'


class _RecordedFrame(Outgoing):
    """
    A frame that goes to every peer as it is, whatever the peer is taken for.

    Only a mesh that would end a 3D Slicer goes there in the form that it survives; of a peer that
    may be one, it is said.
    """

    __slots__ = ('_frame',)

    def __init__(self, frame: bytes) -> None:
        super().__init__(_SOMETHING)
        self._frame: list[Buffer] = [frame]
        header = decode_header(frame)
        if header.type_name == 'VIDEO':
            with suppress(DecodeError):  # its receiver finds the same error
                message = decode(frame, check_crc=False)
                if isinstance(message, Video):
                    self.key, self.follows = (_KIND, header.device_name), message.follows

    def parts(self, compat: Compat, seen_version: int) -> list[Buffer]:
        may_be_slicer = compat.name in ('', 'slicer')
        if may_be_slicer and decode_header(self._frame[0]).type_name == 'POLYDATA':
            with suppress(DecodeError):  # what cannot be read goes nowhere there, either
                mesh = decode(self._frame[0])
                prepared = compat.prepare(mesh, seen_version)
                if prepared is not mesh and compat.name:
                    return encode_parts(prepared, prepared.version)
                if prepared is not mesh:
                    _tell_of_slicer()
        return self._frame


@cache  # once
def _tell_of_slicer() -> None:
    say('a mesh with points as cells is sent as it was recorded, on which 3D Slicer crashes; '
        '--set compat=slicer sends it in another form')


_SOMETHING: Message = Unknown(_KIND, b'')


@contextmanager
def _open(
    arguments: argparse.Namespace, opening: Callable[[int, int], None]
) -> Iterator[Frames]:
    """Open a bag, a capture of packets, or another file."""
    from .. import files
    from .captures import is_capture

    if arguments.bag.is_file() and is_capture(arguments.bag):
        from .other_frames import CaptureFrames

        packets = CaptureFrames(arguments.bag, arguments.device, arguments.direction)
        for note in packets.notes:
            say(note)
        yield packets
        return
    if files.extension_of(arguments.bag) and arguments.bag.is_file():
        from .other_frames import FileFrames

        yield FileFrames(arguments.bag, arguments.device)
        return
    from ..bags.frames import BagFrames, open_bag
    from ..bags.types import MessageTypes

    with open_bag(arguments.bag, opening) as reader:
        yield BagFrames(reader, MessageTypes(), arguments.device, arguments.direction)


def _new_message(message: Message, restamp: bool) -> Outgoing:
    """Send what a file has as any other message, but none is replaced by a newer one."""
    if restamp:
        message = replace(message, timestamp=0)
    outgoing = Outgoing(ready_to_send(message, stamp=True, copy=False))
    outgoing.key = _KIND, message.device_name
    return outgoing


def _has_left(link: Client | Server) -> bool:
    try:
        link.flush(_FLUSH_S)
    except PeerTimeoutError:
        return False
    return True


def _restamped(data: bytes) -> bytes:
    if not any(data[_STAMP]):
        return data  # there was none
    return data[: _STAMP.start] + pack('>Q', from_ns(time.time_ns())) + data[_STAMP.stop :]


def _replay(arguments: argparse.Namespace, stopped: list[int]) -> int:
    from ..bags.player import Player

    url = arguments.connect or arguments.serve
    mode = 'client' if arguments.connect else 'server'
    settings = settings_of(mode, url, arguments.settings)

    def opening(done: int, size: int) -> None:
        if stopped:
            raise BagError(f'{arguments.bag}: interrupted while it was opened')
        show(f'opening: {shown_size(done)} of {shown_size(size)} read')

    with progress(name()) as show, _open(arguments, opening) as frames:
        told = _tell_lost(frames, 0)
        _check_that_something_comes(arguments, frames, stopped)
        gone: list[Peer] = []

        def on_peer(peer: Peer, is_there: bool) -> None:
            if not is_there and not link.peers:
                gone.append(peer)

        link = (Client if arguments.connect else Server)(
            settings, on_message=lambda *_: None, on_peer=on_peer
        )
        try:
            shown, unheard = 0.0, 0

            def wait_for_peer() -> None:
                while not stopped and not link.peers:
                    show(f'waiting for a connection: {link.last_error or link.address}')
                    time.sleep(0.05)

            def send(frame: Frame) -> None:
                nonlocal shown, unheard, told
                told = _tell_lost(frames, told)
                if mode == 'client':
                    wait_for_peer()  # the server is gone
                data = _restamped(frame.data) if arguments.restamp else frame.data
                message = getattr(frame, 'message', None)
                outgoing = _RecordedFrame(data) if message is None else _new_message(
                    message, arguments.restamp)
                peers = link.peers
                for peer in peers:
                    # rather late than not at all: nothing may be dropped
                    while len(peer.mailbox) and not stopped and peer in link.peers and (
                        2 * len(peer.mailbox) >= settings.queue_messages
                        or 2 * peer.mailbox.bytes + len(data) >= settings.queue_bytes
                    ):
                        time.sleep(0.001)
                unheard += not peers
                link.link.post_to(peers, outgoing)
                if time.monotonic() >= shown:
                    shown = time.monotonic() + _SHOW_PERIOD_S
                    played = player.played
                    show(
                        f'{shown_time(played.position_s)} of '
                        f'{shown_time(frames.duration_s)}, {played.messages} messages, '
                        f'{shown_size(played.bytes)}, {len(link.peers)} connected'
                    )

            def sleep_until(due: float) -> bool:
                if (rest := due - time.monotonic()) > 1.0:
                    show(f'the next message comes in {shown_time(rest)}')
                return pause_until(due, stopped)

            wait_for_peer()
            player = Player(
                lambda: frames, send, begin_ns=frames.begin_ns, rate=arguments.rate,
                start_s=arguments.start, loop=arguments.loop, now=time.monotonic,
                sleep_until=sleep_until, lost=lambda: frames.lost,
            )
            played = player.run()
            told = _tell_lost(frames, told)
            while not stopped and not _has_left(link):
                show('waiting until the last messages have left')
        finally:
            link.close(0.0 if stopped else _LINGER_S)
    for topic, count in frames.refused.items():
        say(f'{topic}: {count} messages are no frames, and were not sent')
    # and what waited for those who have gone
    unheard += sum(len(peer.mailbox) for peer in gone)
    if frames.lost:
        numbers = [lost.messages for lost in frames.lost]
        known = sum(number or 0 for number in numbers)
        more = ' and more' if None in numbers else ''
        say(f'{len(numbers)} damaged places were passed over, with {known} messages{more}')
    print(
        f'{name()}: {played.messages} messages, {shown_size(played.bytes)} sent'
        + (f' in {played.rounds} rounds' if arguments.loop else '')
        + (f', of which {unheard} went to nobody' if unheard else '')
        + (f'; {played.before_key_frame} frames of video dropped before a key frame'
           if played.before_key_frame else ''),
        flush=True,
    )
    return 0 if played.messages > unheard else FAULT


def lacks_frames(bag: str) -> bool:
    """Tell whether a bag can be read, and has none of what igtl_replay sends."""
    try:
        from ..bags.frames import BagFrames, open_bag
        from ..bags.types import MessageTypes

        with open_bag(Path(bag)) as reader:
            try:
                BagFrames(reader, MessageTypes(), (), 'both')
            except BagError:
                return True
    except (BagError, ImportError):
        pass  # igtl_replay says what is wrong
    return False


def _check_that_something_comes(
    arguments: argparse.Namespace, frames: Frames, stopped: list[int]
) -> None:
    """Look for a frame to send, before anybody is waited for; `BagError` if there is none."""
    from ..bags.player import starts_at

    zero_ns: int | None = None
    for frame in frames:
        if zero_ns is None:
            zero_ns = starts_at(frames.begin_ns, frame.time_ns)
        if stopped or frame.time_ns - zero_ns >= 1e9 * arguments.start:
            return
    if zero_ns is not None:
        raise BagError(
            f'{arguments.bag}: it has nothing to send from --start {arguments.start:g} s on; its '
            f'last message is {(frame.time_ns - zero_ns) / 1e9:.3f} s after its beginning'
        )
    which = f' of a device {" or ".join(arguments.device)}' if arguments.device else ''
    raise BagError(f'{arguments.bag}: there is no whole frame{which} in it that could be sent')


def _tell_lost(frames: Frames, told: int) -> int:
    """Tell the places that were passed over since the last time; gives how many it told."""
    for lost in frames.lost[told:]:
        say(f'PASSED OVER: {lost.words(frames.begin_ns)}')
    return len(frames.lost)


def run(arguments: argparse.Namespace) -> int:
    """Send what is in a bag; the exit code is 1 if nothing could be sent."""
    stopped = note_signals()
    logging.basicConfig(level=logging.INFO, format=f'{name()}: %(message)s')
    try:
        return _replay(arguments, stopped)
    except ImportError as error:
        say(f'{NEEDS} ({error})')
        return FAULT
    except ConfigError as error:
        say(str(error))
        return FAULT


#: gives the exit code
main = partial(run_tool, 'replay')

if __name__ == '__main__':
    sys.exit(main())
