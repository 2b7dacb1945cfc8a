"""What the blocking and the asyncio face of a link have in common: all that never waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from inspect import iscoroutinefunction
from typing import Any, TypeVar, overload

from .codec import Message
from .codec.brief import age_text, html_table
from .config import Address, Settings, url_of
from .config.settings import refuse_unknown
from .errors import ConfigError
from .peers import Link, Peer, make_link
from .peers.inbox import type_alone
from .peers.outgoing import ready_to_send
from .transport.network import Network

LINGER_S = 0.5
_MOST_SECONDS = 1 << 62
M = TypeVar('M', bound=Message)
R = TypeVar('R')


class Face:
    """
    A link as scripts see it.

    Sending never blocks. The last message of each type and device is held, and sent to every
    peer that joins later.
    """

    def __init__(self, settings: Settings, network: Network, **callbacks: Any) -> None:
        if not isinstance(settings, Settings):
            raise ConfigError(f'settings: found {settings!r}; allowed config.Settings')
        for name in ('on_message', 'on_messages', 'on_sized', 'on_peer'):
            callback = callbacks.get(name)
            if callback is None:
                continue
            if not callable(callback):
                raise ConfigError(f'{name}: found {callback!r}; allowed something to be called')
            if _is_async(callback):
                callbacks[name] = self._task_of(callback)
        self.link: Link = make_link(settings, network, **callbacks)

    @property
    def settings(self) -> Settings:
        """What it was made with."""
        return self.link.settings

    @property
    def address(self) -> Address:
        """Where it listens, or what it connects to."""
        return self.link.address

    @property
    def peers(self) -> list[Peer]:
        """The peers that are connected now."""
        return self.link.peers

    @property
    def state(self) -> str:
        """What the link does: connecting, connected, listening, ended, failed or closed."""
        return self.link.state

    @property
    def last_error(self) -> str:
        """The last error; empty if there was none."""
        return self.link.last_error

    @property
    def facts(self) -> dict[str, int]:
        """What the link counts besides what each of its `peers` counts."""
        return self.link.facts

    @property
    def reconnects(self) -> int:
        """How often the connection came back."""
        return self.link.reconnects

    def send(
        self, message: Message, *, hold: bool | None = None, exclude: Iterable[Peer] = (),
        stamp: bool = True, copy: bool = True,
    ) -> None:
        """
        Send a message to all peers; never blocks, callable from any thread.

        A message that cannot be encoded, or that a peer cannot take, is counted and logged.

        :param hold: keep it for late joiners; default: yes, unless it is a query.
        :param exclude: peers that shall not get it.
        :param stamp: send a message without time stamp (0) with the current time; the
            message itself is not changed.
        :param copy: copy arrays that somebody may still change. Without it, their memory must stay
            as it is while the message waits for a peer or is held for late joiners.
        :raises PeerError: if the link is over: closed, ended by the server or given up.
        :raises EncodeError: if it is not a message.
        :raises ConfigError: if `exclude` is something else.
        """
        message = ready_to_send(message, stamp=stamp, copy=copy)
        if type(exclude) is not tuple or exclude:
            exclude = _peers(exclude)
        self.link.refuse_if_over()
        self.link.send(message, hold=hold, exclude=exclude)

    def _on(self, kind: str | type[Message], alone: bool) -> Callable[[Any], Any]:
        """Give what has messages handled, see `on`; `alone`: without their sender."""
        name = name_of(kind)  # now: nothing calls `use` after `@client.on` without a kind

        def use(handler: Any) -> Any:
            if not callable(handler):
                raise ConfigError(f'handler: found {handler!r}; allowed something to be called')
            called = _Alone(handler) if alone else handler
            self.link.handle(name, self._task_of(called) if _is_async(handler) else called)
            return handler

        return use

    def _task_of(self, handler: Callable[[Peer, Any], Any]) -> Callable[[Peer, Any], Any]:
        """Make what starts a coroutine."""
        raise ConfigError(f'found the coroutine {handler!r}; igtl_ros2.aio takes them')

    def __repr__(self) -> str:
        return f'<{type(self).__name__} {self.address}: {self.state}, {len(self.peers)} peers>'

    def _repr_html_(self) -> str:
        """Show the peers, and the newest message of each device, in a notebook."""
        peers = [(peer.address, f'{sum(peer.received.values())} received') for peer in self.peers]
        now_s = time.monotonic()
        with self.link.changed:
            newest = self.link.newest()
        devices = [
            (message.device_name, message.type_name, message.brief(),
             age_text(message.timestamp_ns), f'came {now_s - came_s:.1f} s ago')
            for _, message, came_s in newest
        ]
        return html_table(peers, (str(self.address), self.state)) + html_table(
            devices, ('device', 'type', 'content', 'stamp', ''))

    def _latest(
        self, kind: str | type[Message], max_age_s: float | None
    ) -> tuple[Peer, Any] | None:
        check_seconds(max_age_s, 'max_age_s')
        name = name_of(kind)
        with self.link.changed:
            self.link.ask_by_name(name)
            return self.link.latest(name, max_age_s)


def _is_async(function: Any) -> bool:
    """Tell whether calling it gives a coroutine; also of an object with such a `__call__`."""
    return iscoroutinefunction(function) or iscoroutinefunction(type(function).__call__)


class _Alone:
    """What is called with a message alone, as there is one peer."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    def __call__(self, peer: Peer, message: Any) -> Any:
        return self.function(message)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Alone) and self.function == other.function

    def __hash__(self) -> int:
        return hash(self.function)

    def __repr__(self) -> str:
        return repr(self.function)


class ClientFace(Face):
    """A link with one peer, so that a message is enough."""

    @overload
    def on(self, kind: str) -> Callable[[Callable[[Message], R]], Callable[[Message], R]]: ...
    @overload
    def on(self, kind: type[M]) -> Callable[[Callable[[M], R]], Callable[[M], R]]: ...
    def on(self, kind: str | type[Any]) -> Callable[[Any], Any]:
        """
        Call a function with each message of a device or type, first with those that wait.

        It is called in the same thread as `on_message`, and must not wait. Its messages are not
        received by `receive`; `latest` gives them. Messages that nobody takes are dropped if too
        many wait.

        :param kind: name of a device, name of a type such as TRANSFORM, or a class such as
            Transform.
        :raises ConfigError: if it is something else, or there is an `on_message`.

        ::

            @client.on(Transform)
            def moved(pose):
                print(pose.matrix)
        """
        return self._on(kind, alone=True)

    @overload
    def latest(self, kind: str, max_age_s: float | None = None) -> Message | None: ...
    @overload
    def latest(self, kind: type[M], max_age_s: float | None = None) -> M | None: ...
    def latest(
        self, kind: str | type[Any], max_age_s: float | None = None
    ) -> Any | None:
        """
        Give the newest message of a device or type, without waiting; None if there is none.

        It stays there, and is forgotten when the connection is lost.

        :param kind: name of a device, name of a type such as TRANSFORM, or a class such as
            Transform.
        :param max_age_s: None too, if it came longer ago than that.
        """
        found = self._latest(kind, max_age_s)
        return None if found is None else found[1]


class ServerFace(Face):
    """A link with any number of peers: a message comes with its sender."""

    @overload
    def on(
        self, kind: str
    ) -> Callable[[Callable[[Peer, Message], R]], Callable[[Peer, Message], R]]: ...
    @overload
    def on(
        self, kind: type[M]
    ) -> Callable[[Callable[[Peer, M], R]], Callable[[Peer, M], R]]: ...
    def on(self, kind: str | type[Any]) -> Callable[[Any], Any]:
        """Call a function with each (client, message), see `on` of a client."""
        return self._on(kind, alone=False)

    @overload
    def latest(self, kind: str, max_age_s: float | None = None) -> tuple[Peer, Message] | None: ...
    @overload
    def latest(self, kind: type[M], max_age_s: float | None = None) -> tuple[Peer, M] | None: ...
    def latest(
        self, kind: str | type[Any], max_age_s: float | None = None
    ) -> tuple[Peer, Any] | None:
        """
        Give the newest message of a device or type, with its sender; None if there is none.

        It stays there, and is forgotten when its client is gone.

        :param kind: name of a device, name of a type such as TRANSFORM, or a class such as
            Transform.
        :param max_age_s: None too, if it came longer ago than that.
        """
        return self._latest(kind, max_age_s)


def _peers(value: Any) -> tuple[Peer, ...]:
    if isinstance(value, Iterable) and not isinstance(value, Face):
        peers = tuple(value)
        if all(isinstance(one, Peer) for one in peers):
            return peers
    raise ConfigError(f'exclude: found {value!r}; allowed a list of peers')


def check_seconds(value: Any, name: str, *, or_none: bool = True) -> None:
    """
    Check a time to wait.

    :raises ConfigError: if it is neither a number of seconds nor, where that may be, None.
    """
    if value is None and or_none:
        return
    # whole numbers have no limit, the clock has
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or value != value or isinstance(value, int) and abs(value) > _MOST_SECONDS:
        allowed = 'seconds, or None for ever' if or_none else 'seconds'
        if isinstance(value, str):  # receive('Probe')
            allowed += '; wait_for and latest take the name of a device or type'
        raise ConfigError(f'{name}: found {value!r}; allowed {allowed}')


def settings_for(mode: str, url: str, port: int | None, values: dict[str, Any]) -> Settings:
    """
    Make the settings of `connect` and `serve`.

    :param url: or a host, or host:port.

    :raises ConfigError: if the URL or a setting is wrong, or they do not fit together.
    """
    if 'mode' in values:
        raise ConfigError(f'mode: found {values["mode"]!r}; `connect` and `serve` say it')
    refuse_unknown(values, ('timeout_s',) if mode == 'client' else ())
    return Settings.from_values({**values, 'mode': mode, 'url': url_of(url, port)})


def name_of(kind: str | type[Message]) -> str:
    """
    Give the name of a device or type that is asked for.

    :param kind: the name, or the class of the messages: then it is no name of a device.
    :raises ConfigError: if it is neither.
    """
    if isinstance(kind, type) and issubclass(kind, Message):
        name = kind.type_name  # of classes for any type, such as Unknown, the slot of an instance
        if isinstance(name, str) and name:
            return type_alone(name)
        raise ConfigError(
            f'found {kind!r}, which has many types; allowed the name of a device or type, '
            'such as GET_TRANS, or a class such as Transform')
    if not isinstance(kind, str):
        raise ConfigError(
            f'found {kind!r}; allowed the name of a device or type, or a class such as Transform')
    return kind
