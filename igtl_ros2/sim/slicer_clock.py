"""What the clock of a simulated Slicer does, tick by tick, with what has arrived."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ..codec import Message, encode
from ..codec.lists import ElementList
from ..codec.messages.mesh import PolyData
from ..codec.messages.text import Command, CommandResponse, Status
from ..codec.messages.tracking import TrackingData
from ..errors import EncodeError, PeerError
from .connector import Connection, Connector
from .mrml import NODE_OF, PUSH_ON_CONNECT, Node, StreamingVolume, TrackingBundle, Volume
from .nodes import Nodes

TICK_S = 0.005
_NAME_BYTES = 20
_UNNAMED = 'OpenIGTLink'
COMMAND_DEVICE = 'command'

#: messages that end the program, besides a POLYDATA with more than one vertex cell
CRASHES = frozenset(
    'GET_IMAGE GET_IMGMETA GET_LBMETA GET_POINT GET_POLYDATA GET_STATUS STP_IMAGE STT_POLYDATA '
    'STP_POLYDATA RTS_POLYDATA STT_TDATA STP_TDATA'.split()
)

Handler = Callable[[Command], str]


class SlicerClock:
    """
    A connector, the scene that it changes, and the clock that lets it.

    :param url: as in `Slicer`, like all that follow.
    """

    def __init__(
        self, url: str, *, serve: bool, check_crc: bool, header_version: int,
        streaming_volumes: bool, old_tracking: bool, video: bool,
        commands: Mapping[str, Handler] | None,
    ) -> None:
        self.nodes = Nodes()
        #: what a user would read in the error log, and what happened to connections
        self.log: list[str] = []
        #: the message it crashed on; empty while it is well
        self.crashed = ''
        #: commands that have arrived, answered or not
        self.commands: list[Command] = []
        #: how many messages a newer one overtook between two ticks, by (type, device)
        self.overtaken: Counter[tuple[str, str]] = Counter()
        self._header_version = header_version
        self._streaming_volumes = streaming_volumes
        self._old_tracking = old_tracking
        self._video = video
        self._handlers = dict(commands or {})
        #: the scene belongs to the thread that holds this, as to the main thread of Slicer
        self._changed = threading.Condition(threading.RLock())
        self._arriving = threading.Lock()
        self._arrived: dict[tuple[str, str, int], list[Message]] = {}
        self._orders: deque[tuple[Connection, Command | CommandResponse]] = deque()
        self._came: deque[tuple[Connection, bool]] = deque()
        self._greeted: list[Connection] = []
        self._origins: dict[str, int] = {}
        self._answers: dict[int, CommandResponse | None] = {}
        self._questions: list[Question] = []
        #: names of tools by device, as the list of Slicer has them
        self._tools: dict[str, set[str]] = {}
        self._closed = threading.Event()
        self._connector = Connector(
            url, serve, check_crc, on_peer=lambda *event: self._came.append(event),
            on_message=self._arrive, on_error=lambda text: self.log.append(f'error: {text}'))
        self._clock = threading.Thread(target=self._run, name='igtl_sim_slicer', daemon=True)
        self._clock.start()
        self._connector.start()

    def _wait(
        self, condition: Callable[[], Any], timeout_s: float, what: str,
        connector: Connector | None = None,
    ) -> Any:
        """Wait until something is there, and give it."""
        self._changed.wait_for(lambda: self.crashed or condition(), timeout_s)
        self._check_well()
        if not (found := condition()):
            why = f': {connector.last_error}' if connector else ''
            holds = ', '.join(map(repr, self.nodes)) or 'none'
            raise PeerError(f'{what} within {timeout_s} s{why}; nodes: {holds}')
        return found

    @contextmanager
    def _scene(self) -> Iterator[None]:
        with self._changed:
            self._check_well()
            yield
            self._changed.notify_all()

    def _check_well(self) -> None:
        if self.crashed:
            raise PeerError(f'Slicer has crashed on {self.crashed}')

    # -- in the threads that receive

    def _arrive(self, connection: Connection, message: Message) -> None:
        kind, name = message.type_name, message.device_name
        if self._old_tracking and isinstance(message, TrackingData):
            if lost := self._lost_tool(message):
                self._crash(f'{kind} of device {name!r}: {lost!r} is deleted while it is in use')
                return
        cells = len(message.vertices) if isinstance(message, PolyData) else 0
        if kind in CRASHES or cells > 1:
            self._crash(
                f'{kind} of device {name!r}' + f' with {cells} vertex cells' * bool(cells))
            return
        with self._arriving:
            if isinstance(message, (Command, CommandResponse)):
                self._orders.append((connection, message))
                return
            # a query about a type counts as that type
            base = kind.split('_', 1)[-1]
            waiting = self._arrived.setdefault((base, name, connection.number), [])
            if kind != 'VIDEO' and waiting:
                self.overtaken[kind, name] += 1
                waiting.clear()
            waiting.append(message)

    def _crash(self, why: str) -> None:
        self.crashed = why
        self.log.append(f'crashed on {why}')
        self._connector.stop()
        with self._changed:
            self._changed.notify_all()

    def _lost_tool(self, message: TrackingData) -> str:
        """Find a tool that Slicer before August 2025 deletes, see `_slicer_tools` of peers."""
        known = self._tools.setdefault(message.device_name, set())
        looked_at = len(known)
        for element in message.elements:
            if element.name in sorted(known)[:looked_at]:
                continue
            if element.name in known:
                return element.name
            known.add(element.name)
        return ''

    # -- in the thread of the clock

    def _run(self) -> None:
        while not self._closed.wait(TICK_S):
            with self._changed:
                if not self.crashed:
                    self._tick()

    def _tick(self) -> None:
        with self._arriving:
            arrived, self._arrived = self._arrived, {}
            orders, self._orders = self._orders, deque()
        for connection, order in orders:
            if isinstance(order, Command):
                self._execute(connection, order)
            else:
                self._take_answer(order)
        for (_, _, number), messages in sorted(arrived.items(), key=lambda item: item[0]):
            for message in messages:
                self._import(number, message)
        while self._came:
            self._meet(*self._came.popleft())
        if arrived or orders:
            self._changed.notify_all()

    def _import(self, number: int, message: Message) -> None:
        """Let a message become a node, or change one."""
        name = message.device_name or _UNNAMED
        kind = NODE_OF.get(message.type_name)
        if kind is None or kind is StreamingVolume and not self._video:
            self.log.append(f'error: {message.type_name} of device {name!r}: no handler')
            return
        if isinstance(message, ElementList) and not message.elements and not message.metadata:
            # its library takes a body without content for none, unless metadata makes it longer
            self.log.append(f'not received: empty {message.type_name} of device {name!r}')
            return
        node = kind(name)
        if isinstance(node, Volume):
            node.streaming = self._streaming_volumes
        node = self.nodes.put(node)
        node.receive(message)
        if isinstance(node, TrackingBundle):
            for transform in node.transforms.values():
                self.nodes.put(transform)
        if isinstance(node, Volume) and node.garbage:
            self.log.append(f'garbage: voxels of device {name!r}, which were 32-bit integers')
        for question in self._questions:
            if not question.answer and question.fits(message):
                question.answer = node
                break
        # nothing of this name, of whatever type, goes back to where it came from
        self._origins[name] = number
        if node.outgoing:
            self._push(node)

    def _execute(self, connection: Connection, command: Command) -> None:
        self.commands.append(command)
        handler = self._handlers.get(command.name)
        if handler is None:
            self.log.append(f'command {command.name!r}: nobody handles it')
            return
        # success is what it says in any case
        content, metadata = '', {'Status': 'SUCCESS'}
        try:
            content = handler(command)
        except Exception as error:
            metadata['ErrorMessage'] = str(error) or type(error).__name__
        connection.send(encode(CommandResponse(
            command.command_id, command.name, content, device_name=COMMAND_DEVICE,
            metadata=metadata)))

    def _take_answer(self, response: CommandResponse) -> None:
        number = response.command_id
        if number not in self._answers:
            self.log.append(f'warning: an answer to command {number}, which nobody waits for')
        elif self._answers[number] is None:
            self._answers[number] = response

    def _meet(self, connection: Connection, is_there: bool) -> None:
        self.log.append(f'{"connected" if is_there else "disconnected"}: {connection.address}')
        if not is_there:
            self._greeted.remove(connection)
        else:
            if not self._greeted:
                self._greet()
            self._greeted.append(connection)
        self._changed.notify_all()

    def _greet(self) -> None:
        """Tell that header version 2 is understood, then send what is to be sent now."""
        metadata = {'dummy': 'dummy'} if self._header_version > 1 else {}
        self._send_all(encode(Status(0, metadata=metadata)))
        for node in self.nodes.all():
            if node.outgoing and node.attributes.get(PUSH_ON_CONNECT) == 'true':
                self._push(node)

    # -- sending

    def _encode(self, node: Node) -> bytes:
        metadata = node.metadata() if self._header_version > 1 else {}
        message = node.message(device_name=cut(node.name), metadata=metadata)
        return encode(message, min(message.version, self._header_version))

    def _push(self, node: Node) -> None:
        try:
            data = self._encode(node)
        except EncodeError as error:
            self.log.append(f'error: {node.device_type} {node.name!r} is not sent: {error}')
            return
        for connection in self._connector.connections:
            if self._origins.get(node.name) != connection.number:
                connection.send(data)

    def _send_all(self, data: bytes) -> None:
        for connection in self._connector.connections:
            connection.send(data)


class Question:
    """A query that waits for its answer."""

    def __init__(self, type_name: str, device_name: str) -> None:
        self._type_name, self._device_name = type_name, device_name
        self.answer: Node | None = None

    def fits(self, message: Message) -> bool:
        """Tell whether a message may be the answer."""
        device = self._device_name in ('', message.device_name)
        return device and message.type_name == self._type_name


def cut(name: str) -> str:
    """Cut a name as Slicer does: after 20 bytes, wherever that is in a character."""
    raw = name.encode('utf-8', 'surrogateescape')[:_NAME_BYTES]
    return raw.decode('utf-8', 'surrogateescape')
