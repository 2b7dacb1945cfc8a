"""`igtl_record`: OpenIGTLink traffic to a rosbag2 bag, from a TCP link or from ROS topics."""

from __future__ import annotations

import argparse
import logging
import shutil
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ConfigError, printable
from .hosts import in_network
from .program import FAULT, name, run_tool, say
from .progress import progress
from .words import note_signals, settings_of, shown_size, shown_time

if TYPE_CHECKING:
    from ..bags.recording import Recording
    from ..bags.tap import Tap
    from ..bags.types import MessageTypes

    #: records while it may go on, and shows how; gives why there may have been nothing to record,
    #: and what else is to be known if there was something
    Run = Callable[
        [Recording, Callable[[], bool], Callable[[str], None]], tuple[str, str]]

NEEDS = 'it needs the packages mcap and rosbags: pip install mcap rosbags'
_TURN_S = 0.1
_PHI_NOTE = (
    'names of patients are {}, see docs/how-to/patient_data.md; --phi pass records them. '
    'Names without a key, and pictures, are not found'
)
_MISSED = (
    'DDS says that {} messages did not reach the recorder; some may be from before it listened. '
)
_NO_FRAMES = (
    'there are no frames in the bag, only what they became in ROS: ros2 bag play sends that to '
    'ROS again. What igtl_replay sends to OpenIGTLink again is recorded from the link '
    '(igtl_record connect URL), or with raw: true in the mapping of the bridge'
)
_PHI_WORDS = {
    'redact': 'removed from messages that have them',
    'hash': 'replaced by codes',
    'drop': 'dropped with the whole message',
}


def _record(arguments: argparse.Namespace, stopped: list[int]) -> int:
    from ..bags.files import BagWriter
    from ..bags.recording import Recording
    from ..bags.types import MessageTypes

    types = MessageTypes()
    folder = arguments.output or Path(time.strftime('igtl_%Y_%m_%d-%H_%M_%S'))
    run = (_from_ros if arguments.way == 'ros' else _from_link)(arguments, types)
    recording = Recording(BagWriter(
        folder, types, compression=arguments.compression, max_bytes=arguments.max_size,
        max_s=arguments.max_duration, min_free_bytes=arguments.min_free, mode=arguments.mode,
    ))
    if arguments.phi != 'pass':
        say(_PHI_NOTE.format(_PHI_WORDS[arguments.phi]))
    say(f'recording to {folder}, Ctrl-C ends it')
    begin = time.monotonic()

    def goes_on() -> bool:
        relays = arguments.way == 'relay'  # a full disk is no reason to cut a robot off
        return (
            not stopped
            and time.monotonic() - begin < arguments.duration
            and (not recording.failure or relays)
        )

    try:
        with progress(name()) as show:
            why_nothing, note = run(recording, goes_on, show)
    except BaseException:
        recording.close()
        if not recording.summary.total.messages:
            shutil.rmtree(folder)  # no empty bag shall be in the way of the next try
        raise
    recording.close()
    total = recording.summary.total
    is_empty = not (total.messages or recording.summary.withheld or recording.failure)
    if is_empty:
        shutil.rmtree(folder)
    _tell_counts(recording)
    if is_empty:
        say(f'nothing was recorded, and {folder} is not there: {why_nothing}')
        return 1
    print(
        f'{name()}: {total.messages} messages, {shown_size(total.bytes)} in '
        f'{shown_time(recording.summary.duration_s)}; {folder}: {recording.files} files, '
        f'{shown_size(recording.size)}',
        flush=True,
    )
    if note:
        say(note.rstrip())
    if recording.failure:
        say(f'recording has stopped: {recording.failure}; the bag is readable up to there')
    return 1 if recording.failure or recording.summary.lost else 0


def _from_ros(arguments: argparse.Namespace, types: MessageTypes) -> Run:
    """Check the arguments before the bag is made, and give what records topics."""
    from ..nodes.record import RosTap

    def run(
        recording: Recording, goes_on: Callable[[], bool], show: Callable[[str], None]
    ) -> tuple[str, str]:
        tap = RosTap(
            recording, types, arguments.topics, arguments.raw_only, arguments.phi,
            ['--ros-args', *arguments.ros_args],
        )
        try:
            while goes_on():
                tap.spin(_TURN_S)
                paused = ', PAUSED' if tap.is_paused else ''
                show(f'{tap.topics} topics, {_state(recording)}{paused}')
        finally:
            tap.close()
        missed = _MISSED.format(tap.missed) if tap.missed else ''
        return (f'nothing came on any of {tap.topics} topics of {tap.wanted}',
                missed + ('' if tap.frames else _NO_FRAMES))

    return run


def _from_link(arguments: argparse.Namespace, types: MessageTypes) -> Run:
    """Check the arguments before the bag is made, and give what records a link."""
    from ..bags.frames import FrameRecorder
    from ..bags.recording import make_clock
    from ..bags.tap import ConnectTap, ListenTap, RelayTap

    way = arguments.way
    settings = settings_of(
        'client' if way == 'connect' else 'server', arguments.url, arguments.settings)
    server = settings_of('client', arguments.server, arguments.set_server) \
        if way == 'relay' else None

    def run(
        recording: Recording, goes_on: Callable[[], bool], show: Callable[[str], None]
    ) -> tuple[str, str]:
        recorder = FrameRecorder(recording, types, arguments.namespace, arguments.phi)

        def make_tap() -> Tap:
            if server is not None:
                return RelayTap(recorder, settings, server, make_clock())
            return (ListenTap if way == 'listen' else ConnectTap)(
                recorder, settings, make_clock())

        with in_network(make_tap) as tap:
            while goes_on():
                time.sleep(_TURN_S)
                show(f'{tap.peers} connected, {_state(recording)}')
        return tap.why_nothing, ''

    return run


def _state(recording: Recording) -> str:
    total = recording.summary.total
    text = (
        f'{shown_time(recording.summary.duration_s)}, {total.messages} messages, '
        f'{shown_size(total.bytes)}, bag {shown_size(recording.size)}'
    )
    return f'{text}, STOPPED: {recording.failure}' if recording.failure else text


def _tell_counts(recording: Recording) -> None:
    summary = recording.summary
    for what, table in (
        ('', summary.recorded),
        ('names of patients hidden: ', summary.hidden),
        ('NOT RECORDED, may name patients: ', summary.withheld),
    ):
        for (device, kind), count in sorted(table.items()):
            print(f'{what}{count.messages:8} {shown_size(count.bytes):>10}  '
                  f'{printable(kind):14} {device!r}')
    for why, count in summary.lost.items():
        print(f'LOST, {why}: {count.messages} times, {shown_size(count.bytes)}', flush=True)


def repair(arguments: argparse.Namespace) -> int:
    """Make a whole bag of a damaged one; the exit code is 1 if something is lost."""
    from ..bags.files import repair as repair_bag

    bag = arguments.bag
    with progress(name()) as show:
        done = repair_bag(bag, lambda name, done, size: show(
            f'repairing {name}: {shown_size(done)} of {shown_size(size)}'
        ), arguments.output, arguments.mode)
    for lost in done.lost:
        print(f'LOST: {lost.words(done.begin_ns)}')
    what = f'{done.messages} messages in {done.files} files'
    if done.folder == bag:
        print(f'{name()}: {bag}: {what}, all of it is whole: there is nothing to repair')
        return 0
    unknown = any(lost.messages is None for lost in done.lost)
    many = sum(lost.messages or 0 for lost in done.lost)
    print(
        f'{name()}: {bag} is as it was; {done.folder}: {what}; '
        + (f'{"more than " if unknown else ""}{many} messages are lost' if done.lost
           else 'nothing is known to be lost')
    )
    return 1 if done.lost else 0


def run(arguments: argparse.Namespace) -> int:
    """Record, or repair; the exit code is 1 if nothing came, some is lost, or it had to end."""
    logging.basicConfig(level=logging.INFO, format=f'{name()}: %(message)s')
    try:
        if arguments.way == 'repair':
            return repair(arguments)
        return _record(arguments, note_signals())
    except KeyboardInterrupt:
        say('interrupted; no bag was written')
        return FAULT
    except ImportError as error:
        needs = 'the verb ros needs ROS 2' if error.name == 'rclpy' else NEEDS
        say(f'{needs} ({error})')
        return FAULT
    except ConfigError as error:
        say(str(error))
        return FAULT


#: gives the exit code
main = partial(run_tool, 'record')

if __name__ == '__main__':
    sys.exit(main())
