"""What the monitor knows: devices, texts and errors, of which the time is told; no HTTP here."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from ..codec import Message
from ..codec.messages.bundle import Bind
from ..codec.messages.text import ClientInfo, Command, CommandResponse, Status, String
from .bridges import Bridges
from .device import Device
from .shown_image import Work
from .values import Json, cut, head_of, value_of

MAX_DEVICES = 500
_MOST_LINES = 200
#: of a text in the list of texts
_LINE = 2000
_TEXTS = (String, ClientInfo, Status, Command, CommandResponse)

_Key = tuple[int, str, str, str]


class Monitor:
    """
    All that came, in as far as the page shows it.

    :param phi: what becomes of names of patients: redact, hash or pass.
    :param work: has something done in another thread, which takes milliseconds.
    """

    def __init__(self, phi: str = 'redact', work: Work = lambda run: run()) -> None:
        self.phi = phi
        self._work = work
        self.devices: dict[int, Device] = {}
        self.texts: deque[Json] = deque(maxlen=_MOST_LINES)
        self.errors: deque[Json] = deque(maxlen=_MOST_LINES)
        #: what bridges say, if somebody listens to them
        self.bridges = Bridges()
        #: where the messages of each link come from
        self.addresses: dict[int, str] = {}
        #: grows with all that changes, and never goes back
        self.revision = 0
        #: messages of devices for which there was no room
        self.crowded_out = 0
        #: in which it starts anew, such as after a jump in a bag
        self.epoch = 0
        #: called with each message that was taken in
        self.on_take: Callable[[Device, Message], None] = lambda device, message: None
        self._by_key: dict[_Key, Device] = {}
        self._next_number = 0

    def reset(self) -> None:
        """Forget all that came; errors stay."""
        self.devices.clear()
        self._by_key.clear()
        self.texts.clear()
        self.crowded_out = 0
        self.epoch += 1

    def take(
        self, link: int, peer: str, items: Sequence[tuple[Message, int]], now_s: float,
        now_ns: int, received_s: float | None = None,
    ) -> None:
        """
        Take in messages, each with its bytes, that came from a peer of a link.

        :param received_s: when the last bytes of them came from the network.
        """
        for message, size in items:
            self._take(link, peer, message, size, now_s, now_ns, received_s, '')

    def _take(
        self, link: int, peer: str, message: Message, size: int, now_s: float, now_ns: int,
        received_s: float | None, inside: str,
    ) -> None:
        device = self._device(link, peer, message.type_name, message.device_name)
        if device is None:
            self.crowded_out += 1
        else:
            before = device.message
            device.take(message, size, now_s, now_ns, received_s)
            device.inside = inside
            self._changed(device)
            if isinstance(message, _TEXTS):
                self._note_text(device, message, before, now_s)
            self.on_take(device, message)
        if isinstance(message, Bind):
            for child in message.children:
                # its bytes are those of the BIND
                self._take(link, peer, child, 0, now_s, now_ns, received_s,
                           message.device_name or 'BIND')

    def count_only(
        self, link: int, peer: str, type_name: str, name: str, size: int, now_s: float
    ) -> None:
        """Count a message that is passed over, as on the way to a later place of a bag."""
        device = self._device(link, peer, type_name, name)
        if device is None:
            self.crowded_out += 1
        else:
            device.count_only(size, now_s)
            self._changed(device)

    def _changed(self, device: Device) -> None:
        self.revision += 1
        device.revision = self.revision

    def _device(self, link: int, peer: str, type_name: str, name: str) -> Device | None:
        key = (link, peer, type_name, name)
        device = self._by_key.get(key)
        if device is None and len(self._by_key) < MAX_DEVICES:
            self._next_number += 1
            device = Device(self._next_number, link, peer, type_name, name, self._work)
            self._by_key[key] = device
            self.devices[device.number] = device
        return device

    def forget_peer(self, link: int, peer: str) -> None:
        """Forget the devices of a client that has left: it comes back under another address."""
        for key in [key for key in self._by_key if key[:2] == (link, peer)]:
            del self.devices[self._by_key.pop(key).number]

    def _note_text(
        self, device: Device, message: Message, before: Message | None, now_s: float
    ) -> None:
        if isinstance(message, Status) and isinstance(before, Status) and (
            message.code, message.subcode, message.error_name, message.message
        ) == (before.code, before.subcode, before.error_name, before.message):
            return  # many say once a second that all is well
        value = value_of(message, self.phi)
        text = cut(str(value.get('text', '')), _LINE)
        self.revision += 1
        self.texts.append({
            'number': self.revision, 'time': now_s, 'type': device.type_name,
            'name': device.name, 'head': head_of(value), **text,
        })

    def note_error(self, level: str, text: str, now_s: float) -> None:
        """Note what went wrong."""
        self.revision += 1
        self.errors.append(
            {'number': self.revision, 'time': now_s, 'level': level, **cut(text, _LINE)})

    def row(self, device: Device, now_s: float) -> Json:
        """Tell all about a device, and what a bridge says of it."""
        bridge = self.bridges.of(
            device.type_name, device.name, self.addresses.get(device.link, ''), now_s)
        return device.row(now_s, self.phi, bridge)
