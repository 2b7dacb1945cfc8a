"""The service `~/reload`: other rules for a running bridge, from its mapping file."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from std_srvs.srv import Trigger

from ..errors import ConfigError
from ..mapping import LinkConfig
from .service_call import ServiceCall, serve_later

# How often is looked whether the file is read; the time of ROS may stand still
_LOOK_S = 0.02
_STEADY = Clock(clock_type=ClockType.STEADY_TIME)


class Reload:
    """
    Read the mapping file again when asked to; a bad one changes nothing.

    The file is read in a thread of its own, as that takes seconds where it has very many rules;
    what it says is put in place by the executor.

    :param read: reads the file; called in another thread.
    :param apply: puts new rules in the place of the old ones.
    """

    def __init__(
        self,
        node: Node,
        configs: Sequence[LinkConfig],
        read: Callable[[], Sequence[LinkConfig]],
        apply: Callable[[Sequence[LinkConfig]], None],
    ) -> None:
        self._node = node
        self._configs = tuple(configs)
        self._read = read
        self._apply = apply
        self._reading: threading.Thread | None = None
        self._timer: Any = None
        #: what was read, or why it could not be
        self._found: tuple[LinkConfig, ...] | Exception | None = None
        serve_later(node, Trigger, '~/reload', self._on_call)

    def _on_call(self, request: Trigger.Request, call: ServiceCall) -> None:
        if self._reading is not None:
            call.answer(False, 'nothing was changed: the file is being read just now')
            return
        self._reading = threading.Thread(target=self._read_all, name='igtl-reload', daemon=True)
        self._reading.start()
        self._timer = self._node.create_timer(_LOOK_S, lambda: self._look(call), clock=_STEADY)

    def _read_all(self) -> None:
        try:
            configs = tuple(self._read())
            refuse_what_needs_a_restart(self._configs, configs)
            self._found = configs
        except Exception as error:  # whatever it is, `_look` reports it
            self._found = error

    def _look(self, call: ServiceCall) -> None:
        """Go on in the executor when the file is read."""
        if self._reading is None or self._reading.is_alive():
            return
        self._node.destroy_timer(self._timer)
        self._reading = None
        found = self._found
        if isinstance(found, tuple):
            call.answer(True, self._put_in_place(found))
            return
        text = f'nothing was changed: {found}'
        self._node.get_logger().warning(f'reload: {text}')
        call.answer(False, text)
        if not isinstance(found, ConfigError) and found is not None:
            raise found

    def _put_in_place(self, configs: tuple[LinkConfig, ...]) -> str:
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
