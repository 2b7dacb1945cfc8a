"""The service `~/reload`: other rules for a running bridge, from its mapping file."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rclpy.node import Node
from std_srvs.srv import Trigger

from ..config import LinkConfig
from ..errors import ConfigError


class Reload:
    """
    Read the mapping file again when asked to; a bad one changes nothing.

    :param read: reads the file.
    :param apply: puts new rules in the place of the old ones.
    """

    def __init__(
        self,
        node: Node,
        configs: Sequence[LinkConfig],
        read: Callable[[], Sequence[LinkConfig]],
        apply: Callable[[Sequence[LinkConfig]], None],
    ) -> None:
        """Offer the service."""
        self._node = node
        self._configs = tuple(configs)
        self._read = read
        self._apply = apply
        node.create_service(Trigger, '~/reload', self._on_call)

    def _on_call(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        try:
            configs = tuple(self._read())
            refuse_what_needs_a_restart(self._configs, configs)
        except ConfigError as error:
            response.message = f'nothing was changed: {error}'
            self._node.get_logger().warning(f'reload: {response.message}')
            return response
        self._apply(configs)
        self._configs = configs
        rules = [
            f'{len(config.mapping.receive)} rules of receive, {len(config.mapping.send)} of send'
            + (f' ({config.name})' if config.name else '')
            for config in configs
        ]
        response.success = True
        response.message = f'{configs[0].mapping.path or "no mapping file"}: {", ".join(rules)}'
        self._node.get_logger().info(f'reload: {response.message}')
        return response


def refuse_what_needs_a_restart(
    old: Sequence[LinkConfig], new: Sequence[LinkConfig]
) -> None:
    """
    Compare what cannot change while links are open: which there are, their settings, profiles and
    services.

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
            for section in ('queries', 'commands', 'serve', 'phases')
            if getattr(a.mapping, section) != getattr(b.mapping, section)
        ]
    if changed:
        raise ConfigError(f'it needs a restart, because {"; ".join(changed)}')
