"""
A simulated 3D Slicer: what a program that talks to Slicer can be tested with; it needs no ROS.

To its peers it behaves as the OpenIGTLinkIF module does, odd as some of that is:
what it sends and when, which messages become which nodes, what it passes over, and on what it
crashes. It shows nothing on a screen; the nodes it holds can be looked at.
"""

from __future__ import annotations

import argparse
import math
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from inspect import signature
from typing import Any, cast

import numpy as np

from ..codec import encode
from ..codec.messages.mesh import PolyData
from ..codec.messages.query import Query, StartTracking
from ..codec.messages.text import Command, CommandResponse
from ..config.address import DEFAULT_PORT, Address
from ..errors import ConfigError, EncodeError, IgtlError, PeerError
from .arguments import SLICER, add_slicer_arguments
from .mrml import (
    PUSH_ON_CONNECT,
    ControlPoint,
    DeviceStatus,
    LinearTransform,
    MarkupsFiducial,
    Model,
    Node,
    StreamingVolume,
    Text,
    Volume,
)
from .nodes import AnyNode, table
from .slicer_clock import COMMAND_DEVICE, Handler, Question, SlicerClock, cut

#: queries that it can send itself
QUERIES = ('GET_IMAGE', 'GET_IMGMETA', 'GET_LBMETA', 'GET_POINT', 'STT_TDATA', 'STP_TDATA')


class Slicer(SlicerClock):
    """
    A 3D Slicer with one connector.

    Its clock ticks every 5 ms; of what arrives in between, only the newest message of each type
    and device is looked at (of VIDEO and COMMAND, all).

    :param url: the server to connect to, every 100 ms until it is there, or where to listen.
    :param serve: listen instead of connecting. Only a client who finds no other is greeted.
    :param timeout_s: how long to wait for the first connection; None not to wait. A server does
        not wait.
    :param header_version: highest header version to send; with 1 there is no metadata.
    :param check_crc: whether to refuse messages whose checksum is wrong.
    :param old_tracking: whether it crashes, as Slicer before August 2025 does, when a tool joins
        those of a TDATA, unless they come in falling order of their names.
    :param streaming_volumes: whether an IMAGE becomes a streaming volume.
    :param video: whether this build of Slicer has the codecs of VIDEO.
    :param commands: what answers a COMMAND, by its name: a function that takes the `Command` and
        gives the text of the answer; one that raises fails the command. They may set nodes, but
        not wait for anything. Commands without one are noted and not answered.
    :raises PeerError: if there is no connection in time, or the address cannot be listened on.
    :raises ConfigError: if the URL is wrong.
    """

    def __init__(
        self, url: str = f'tcp://127.0.0.1:{DEFAULT_PORT}', *, serve: bool = False,
        timeout_s: float | None = 5.0, header_version: int = 2, check_crc: bool = True,
        streaming_volumes: bool = False, old_tracking: bool = False, video: bool = True,
        commands: Mapping[str, Handler] | None = None,
    ) -> None:
        super().__init__(
            url, serve=serve, check_crc=check_crc, header_version=header_version,
            streaming_volumes=streaming_volumes, old_tracking=old_tracking, video=video,
            commands=commands)
        self._last_command = 0
        if timeout_s is not None and not serve:
            try:
                with self._scene():
                    # by now the server may have sent all that it has and hung up
                    self._wait(
                        lambda: self._greeted or self.nodes, timeout_s, 'no connection',
                        self._connector)
            except PeerError:
                self.close()
                raise

    @property
    def address(self) -> Address:
        """The server, or where it listens."""
        return self._connector.address

    @property
    def peers(self) -> list[str]:
        """URLs of those who are connected."""
        return [connection.address for connection in list(self._greeted)]

    # -- what a user does in Slicer

    def set_transform(
        self, name: str, matrix: Any, *, parent: str = '', push_on_connect: bool = False
    ) -> LinearTransform:
        """
        Make or move a transform.

        :param matrix: (4, 4), to the parent, in mm.
        :param parent: name of the transform it is under; what is sent does not tell.
        :param push_on_connect: send it to each peer that connects from now on.
        :raises EncodeError: if it is no such matrix.
        :raises PeerError: if Slicer has crashed; so do all that follow.
        """
        values = {'matrix': np.array(matrix, float), 'parent': parent}
        return self._modify(LinearTransform, name, push_on_connect, values)

    def set_volume(
        self, name: str, pixels: Any, ijk_to_ras: Any = None, *, push_on_connect: bool = False
    ) -> Volume:
        """
        Make or change a volume.

        :param pixels: (k, j, i) or (k, j, i, components); (j, i) for one slice.
        :param ijk_to_ras: (4, 4), takes voxel indices to mm in RAS.
        """
        array = np.array(pixels)
        values = {
            'pixels': array[None] if array.ndim == 2 else array,
            'ijk_to_ras': np.array(np.eye(4) if ijk_to_ras is None else ijk_to_ras, float),
            'garbage': False,
        }
        return self._modify(Volume, name, push_on_connect, values)

    def set_video(
        self, name: str, frame: bytes, codec: str, size: Sequence[int], *, is_key: bool = True
    ) -> StreamingVolume:
        """
        Set the frame of a streaming volume.

        :param frame: as its encoder wrote it.
        :param codec: four characters, such as VP90.
        :param size: pixels along i and j.
        """
        values = {'frame': np.frombuffer(frame, np.uint8), 'codec': codec,
                  'size': (size[0], size[1], 1), 'is_key': is_key}
        return self._modify(StreamingVolume, name, False, values)

    def set_fiducials(
        self, name: str, points: Mapping[str, Any] | Sequence[ControlPoint], *,
        push_on_connect: bool = False,
    ) -> MarkupsFiducial:
        """
        Make or change a list of fiducials.

        :param points: position in mm by label, or `ControlPoint` each.
        """
        if isinstance(points, Mapping):
            points = [ControlPoint(k, np.array(v, float)) for k, v in points.items()]
        return self._modify(MarkupsFiducial, name, push_on_connect, {'points': tuple(points)})

    def set_text(self, name: str, text: str, *, push_on_connect: bool = False) -> Text:
        """Make or change a text."""
        return self._modify(Text, name, push_on_connect, {'text': text})

    def set_status(
        self, name: str, code: int = 1, text: str = '', *, error_name: str = '',
        push_on_connect: bool = False,
    ) -> DeviceStatus:
        """
        Make or change the state of a device.

        :param code: 1 is OK, see `codec.messages.text.StatusCode`.
        """
        values = {'code': code, 'subcode': 0, 'error_name': error_name, 'text': text}
        return self._modify(DeviceStatus, name, push_on_connect, values)

    def set_model(
        self, name: str, points: Any, *, push_on_connect: bool = False, **cells: Any
    ) -> Model:
        """
        Make or change a mesh.

        :param points: (n, 3), mm.
        :param cells: `lines`, `polygons`, `attributes` ... as in `PolyData`.
        """
        values = {'mesh': PolyData(np.asarray(points, np.float32), **cells)}
        return self._modify(Model, name, push_on_connect, values)

    def _modify(
        self, kind: type[AnyNode], name: str, push_on_connect: bool, values: dict[str, Any]
    ) -> AnyNode:
        with self._scene():
            self._encode(kind(name, **values))  # whatever is wrong shows before anything is set
            node = self.nodes.put(kind(name))
            vars(node).update(values)
            node.outgoing = True
            if push_on_connect:
                node.attributes = {**node.attributes, PUSH_ON_CONNECT: 'true'}
            self._push(node)
        return node

    def command(
        self, name: str, content: str = '', metadata: Mapping[str, str] | None = None,
        timeout_s: float = 5.0,
    ) -> CommandResponse:
        """
        Send a command to all peers and wait for the first answer.

        :raises PeerError: if there is none in time.
        """
        with self._scene():
            self._last_command += 1
            number = self._last_command
            message = Command(
                number, name, content, device_name=COMMAND_DEVICE,
                metadata={**(metadata or {}), 'Status': 'SUCCESS'})
            self._answers[number] = None
            self._send_all(encode(message))
            try:
                return cast(CommandResponse, self._wait(
                    lambda: self._answers[number], timeout_s, f'no answer to {name}'))
            finally:
                del self._answers[number]

    def query(self, type_name: str, device_name: str = '', timeout_s: float = 5.0) -> Any:
        """
        Ask for something and wait for a message that may be the answer.

        That is any of its type, and of its device if there is a name.

        :param type_name: one of `QUERIES`.
        :returns: the node of the answer; after STP_TDATA, None at once.
        :raises PeerError: if there is none in time.
        :raises EncodeError: if Slicer sends no such query.
        """
        if type_name not in QUERIES:
            raise EncodeError(f'{type_name!r}: Slicer sends {", ".join(QUERIES)} only')
        kind = StartTracking if type_name.startswith('STT_') else Query
        question = Question(type_name[4:], device_name)
        with self._scene():
            self._questions.append(question)
            self._send_all(encode(kind(type_name, device_name=cut(device_name))))
            try:
                if type_name.startswith('STP_'):
                    return None
                return self._wait(
                    lambda: question.answer, timeout_s, f'no answer to {type_name}')
            finally:
                self._questions.remove(question)

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Keep Slicer busy, as drawing does: the clock stands still, messages go on arriving."""
        with self._changed:
            yield

    # -- what a test waits for

    def wait_connected(self, timeout_s: float = 10.0) -> None:
        """
        Wait until a peer is there and was greeted.

        :raises PeerError: if none comes in time.
        """
        with self._scene():
            self._wait(lambda: self._greeted, timeout_s, 'no connection', self._connector)

    def wait_for(
        self, name: str, device_type: str = '', *, when: Callable[[Any], Any] | None = None,
        timeout_s: float = 10.0,
    ) -> Any:
        """
        Wait until a message has come for a node.

        :param device_type: wire name, where the name is not enough.
        :param when: wait until this is true of the node as well.
        :returns: the node.
        :raises PeerError: if it does not come in time, or Slicer has crashed.
        """

        def find() -> Node | None:
            for node in self.nodes.all():
                fits = node.name == name and device_type in ('', node.device_type)
                if fits and node.received and (when is None or when(node)):
                    return node
            return None

        with self._scene():
            return self._wait(find, timeout_s, f'no message for {name!r}')

    def stay(self, duration_s: float) -> None:
        """
        Let time pass.

        :raises PeerError: if Slicer crashes meanwhile.
        """
        with self._scene():
            self._changed.wait_for(lambda: self.crashed, max(0.0, duration_s))
            self._check_well()

    # -- life

    def close(self) -> None:
        """End it; calling it twice does no harm."""
        self._connector.stop()
        self._closed.set()
        self._connector.join()
        self._clock.join()

    def __enter__(self) -> Slicer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


# -- the program


def play(slicer: Slicer, steps: Sequence[Mapping[str, Any]]) -> None:
    """
    Do what a script says.

    :param steps: each has one of the words of `STEPS` with the name it is about, what else
        that function takes, and `at`, in seconds since the start.
    :raises ConfigError: if a step cannot be understood; none is done if its words are wrong.
    :raises PeerError: if something that is waited for does not come, or Slicer crashes.
    """
    checked = [_check_step(number, step) for number, step in enumerate(steps, 1)]
    start = time.monotonic()
    for where, do, name, at, values in checked:
        slicer.stay(start + at - time.monotonic())
        try:
            do(slicer, name, **values)
        except (TypeError, ValueError) as error:
            raise ConfigError(f'{where}: {error}') from error


def _check_step(
    number: int, step: Any
) -> tuple[str, Callable[..., Any], str, float, dict[str, Any]]:
    """Take a step apart."""
    if not isinstance(step, Mapping):
        raise ConfigError(f'step {number}: found {step!r}, wanted a map')
    words = [word for word in step if word in STEPS]
    if len(words) != 1:
        raise ConfigError(f'step {number}: found {dict(step)}, wanted one of {", ".join(STEPS)}')
    values = dict(step)
    word, at = words[0], values.pop('at', 0)
    name = values.pop(word)
    where = f'step {number}: {word} {name!r}'
    if not isinstance(name, str):
        raise ConfigError(f'{where}: wanted a name')
    if not isinstance(at, (int, float)) or not 0 <= at < math.inf:
        raise ConfigError(f'{where}: at: found {at!r}, wanted seconds since the start')
    allowed = list(signature(STEPS[word]).parameters)[2:]
    for key in values:
        if key not in allowed:
            raise ConfigError(f'{where}: found {key!r}, wanted {", ".join(["at", *allowed])}')
    return where, STEPS[word], name, at, values


def _transform(
    slicer: Slicer, name: str, matrix: Any = None, position: Any = None,
    push_on_connect: bool = False,
) -> None:
    place = np.array(np.eye(4) if matrix is None else matrix, float)
    if position is not None:
        place[:3, 3] = position
    slicer.set_transform(name, place, push_on_connect=push_on_connect)


def _text(slicer: Slicer, name: str, value: str, push_on_connect: bool = False) -> None:
    slicer.set_text(name, value, push_on_connect=push_on_connect)


def _status(
    slicer: Slicer, name: str, code: int = 1, message: str = '', push_on_connect: bool = False
) -> None:
    slicer.set_status(name, code, message, push_on_connect=push_on_connect)


def _wait_for(slicer: Slicer, name: str, device_type: str = '', timeout_s: float = 10.0) -> None:
    slicer.wait_for(name, device_type, timeout_s=timeout_s)


#: what a step of a script may do
STEPS: Mapping[str, Callable[..., Any]] = {
    'transform': _transform,
    'fiducials': Slicer.set_fiducials,
    'text': _text,
    'status': _status,
    'command': Slicer.command,
    'query': Slicer.query,
    'wait_for': _wait_for,
}


def main(args: Sequence[str] | None = None) -> int:
    """
    Run a simulated Slicer as a program.

    :returns: the exit code.
    """
    parser = argparse.ArgumentParser(prog='igtl_sim_slicer', description=SLICER)
    add_slicer_arguments(parser)
    return run(parser.parse_args(args))


def run(arguments: argparse.Namespace) -> int:
    """
    Be a Slicer for as long as the arguments say.

    :returns: the exit code.
    """
    # so that the table is printed then as well
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        steps = _read(arguments.script) if arguments.script else []
        with Slicer(arguments.url, serve=arguments.serve, timeout_s=None) as slicer:
            try:
                print(f'igtl_sim_slicer: {slicer.address}', flush=True)
                if steps or not arguments.serve:
                    slicer.wait_connected()
                play(slicer, steps)
                slicer.stay(arguments.duration)
            finally:
                print(table(slicer.nodes, slicer.log), flush=True)
    except IgtlError as error:
        print(f'igtl_sim_slicer: {error}', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def _read(file: str) -> list[Any]:
    import yaml  # only scripts need it

    try:
        with open(file, encoding='utf-8') as text:
            steps = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f'{file}: {error}') from error
    if not isinstance(steps, list):
        raise ConfigError(f'{file}: found {type(steps).__name__}, wanted a list of steps')
    return steps


if __name__ == '__main__':
    sys.exit(main())
