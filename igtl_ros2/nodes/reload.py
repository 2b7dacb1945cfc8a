"""The service `~/reload`: other rules for a running bridge, from its mapping file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from rclpy.node import Node
from std_srvs.srv import Trigger

from ..errors import ConfigError
from ..mapping import LinkConfig
from ..peers.worker import Worker
from ..rosio.clock import STEADY
from ..rosio.service_answers import ServiceCall, serve_later

# How often is looked whether the file is read
_LOOK_S = 0.02


@dataclass(eq=False)
class Reload:
    """
    Read the mapping file again when asked to; a bad one changes nothing.

    The file is read in a thread of its own, as that takes seconds where it has very many rules;
    what it says is put in place by the executor.

    :param read: reads the file; called in another thread.
    :param apply: puts new rules in the place of the old ones.
    """

    _node: Node
    _configs: Sequence[LinkConfig]
    _read: Callable[[], Sequence[LinkConfig]]
    _apply: Callable[[Sequence[LinkConfig]], None]
    _reading: Future[Sequence[LinkConfig]] | None = field(default=None, init=False)
    _timer: Any = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._reader = Worker('igtl-reload')
        serve_later(self._node, Trigger, '~/reload', self._on_call)

    def _on_call(self, request: Trigger.Request, call: ServiceCall) -> None:
        if self._reading is not None:
            call.answer(False, 'nothing was changed: the file is being read just now')
            return
        self._reading = self._reader.call(self._read_all)
        self._timer = self._node.create_timer(_LOOK_S, lambda: self._look(call), clock=STEADY)

    def _read_all(self) -> Sequence[LinkConfig]:
        configs = self._read()
        refuse_what_needs_a_restart(self._configs, configs)
        return configs

    def _look(self, call: ServiceCall) -> None:
        """Go on in the executor when the file is read."""
        reading = self._reading
        if reading is None or not reading.done():
            return
        self._node.destroy_timer(self._timer)
        self._reading = None
        try:
            configs = reading.result()
        except Exception as error:
            text = f'nothing was changed: {error}'
            self._node.get_logger().warning(f'reload: {text}')
            call.answer(False, text)
            if not isinstance(error, ConfigError):
                raise
        else:
            call.answer(True, self._put_in_place(configs))

    def _put_in_place(self, configs: Sequence[LinkConfig]) -> str:
        self._apply(configs)
        self._configs = configs
        rules = [
            f'{len(config.mapping.receive)} rules of receive, {len(config.mapping.send)} of send'
            + (f' ({config.name})' if config.name else '')
            for config in configs
        ]
        text = f'{configs[0].mapping.path or "no mapping file"}: {", ".join(rules)}'
        self._node.get_logger().info(f'reload: {text}')
        return text


def refuse_what_needs_a_restart(
    old: Sequence[LinkConfig], new: Sequence[LinkConfig]
) -> None:
    """
    Compare what cannot change while links are open.

    That is which links there are, and their settings, profiles and services.

    :raises ConfigError: if something of it is not the same.
    """
    before = {config.name: config for config in old}
    after = {config.name: config for config in new}
    changed = [f'link {name!r} is new' for name in after if name not in before]
    changed += [f'link {name!r} is gone' for name in before if name not in after]
    for name in before.keys() & after.keys():
        a, b = before[name], after[name]
        where = f' of link {name!r}' if name else ''
        for key in a.settings.__dataclass_fields__:
            found, was = getattr(b.settings, key), getattr(a.settings, key)
            if found != was:
                changed.append(f'{key}{where} is {found!r}, was {was!r}')
        if a.mapping.profile != b.mapping.profile:
            changed.append(
                f'profile{where} is {b.mapping.profile!r}, was {a.mapping.profile!r}'
            )
        changed += [
            f'{section}{where} is not the same'
            for section in ('queries', 'commands', 'serve', 'phases', 'moveit')
            if getattr(a.mapping, section) != getattr(b.mapping, section)
        ]
    if changed:
        raise ConfigError(f'it needs a restart, because {"; ".join(changed)}')
