"""The node `igtl_bridge`: OpenIGTLink on one side, ROS topics, services and tf on the other."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import Any

from rclpy.impl.rcutils_logger import RcutilsLogger

from ..client import Client
from ..codec.patients import PRIVATE_TYPES
from ..config.settings import as_parameter
from ..converters.registry import load_converters
from ..errors import ConfigError, PeerError
from ..mapping import LinkConfig, ReceiveRule, load_links
from ..rosio.clock import RosClock
from ..rules.frame_names import ONE_PATIENT
from ..server import Server
from .command_services import check_fields
from .diagnostics import Diagnostics, LinkHealth, tell_inactive
from .echo import EchoGuard
from .emergency import Emergency
from .entities import Entities
from .lifecycle import ManagedNode
from .moveit import planner_class
from .parameters import declare_settings
from .receive import Receiver
from .relay import Relays
from .reload import Reload
from .report import Report, RosLogHandler
from .self_test import OpenLink, SelfTest
from .send import Sender
from .services import Services
from .spin import run
from .tf import OwnFrames, TfBroadcaster, TfSource, open_tf

#: how long closing waits for goals that are cancelled
_END_GOALS_S = 3.0


class BridgeNode(ManagedNode):
    """
    Bridge one OpenIGTLink link to ROS, or several.

    It is active when it is made, unless the parameter `autostart` is false.

    :param node_options: what `rclpy.node.Node` takes besides the name, such as `namespace`.
    :raises ConfigError: if a parameter or the mapping file is wrong.
    :raises PeerError: if the address of a server cannot be listened on.
    """

    def __init__(self, **node_options: Any) -> None:
        super().__init__('igtl_bridge', **node_options)
        self._ros_clock = RosClock(self)
        self.now_ns = self._ros_clock.now_ns
        #: by name; the only link of a node without a list of links has the name ''
        self.links: dict[str, Client | Server] = {}
        self._senders: dict[str, Sender] = {}
        self._receivers: dict[str, Receiver] = {}
        #: by name of the link
        self.link_services: dict[str, Services] = {}
        self._configs: Sequence[LinkConfig] = ()
        self._tf: TfSource | None = None
        self._broadcaster: TfBroadcaster | None = None
        # A device says once that its emergency is over: it must not end with our silence
        self._emergencies: set[tuple[str, str]] = set()
        self._log_handler = RosLogHandler(self.get_logger())
        package_log = logging.getLogger('igtl_ros2')
        package_log.addHandler(self._log_handler)
        package_log.setLevel(logging.INFO)
        try:
            self._values = declare_settings(self)
            SelfTest(self, lambda: self.state, lambda: self._configs, self._open_links)
            self._permanent = Entities(self)
            if self.get_parameter('autostart').value:
                self.start()
        except BaseException:
            self.close()
            raise

    def configure(self) -> None:
        """Read the mapping file, and check it with the parameters."""
        for missing in load_converters():  # rules can be of types of other packages
            self.get_logger().warning(f'not converted, a package is missing: {missing}')
        configs = load_links(self._values)
        check_fields(self, configs)
        for config in configs:
            with _faults_of(config):
                if config.mapping.moveit is not None:
                    planner_class()  # it is there, or nothing is begun
        self._configs = configs
        self._rest()

    def activate(self) -> None:
        """Open the links."""
        self._permanent.destroy_others()
        try:
            self._open()
        except BaseException as error:
            self._rest(str(error))
            raise

    def deactivate(self) -> None:
        """Close the links, and keep nothing of what came or was sent."""
        self._rest()

    def cleanup(self) -> None:
        """Forget the mapping file."""
        self._close_links()
        self._permanent.destroy_others()
        self._configs = ()
        self._emergencies.clear()

    def _rest(self, why: str = '') -> None:
        """Do no more than to say so."""
        self._close_links()
        self._permanent.destroy_others()
        tell_inactive(self, self._configs, why)

    def _close_links(self) -> None:
        self._end_goals()
        for link in self.links.values():
            link.close()
        for services in self.link_services.values():
            services.close()
        for receiver in self._receivers.values():
            receiver.close()
        for sender in self._senders.values():
            sender.close()
        for by_name in (self.links, self.link_services, self._receivers, self._senders):
            by_name.clear()
        for listener in (self._tf, self._broadcaster):
            if listener is not None:
                listener.close()
        self._tf = self._broadcaster = None

    def _end_goals(self) -> None:
        """Leave no goal of an action running that was sent for a peer."""
        until_s = time.monotonic() + _END_GOALS_S
        ending = {name: services.end_goals('the bridge is closing')
                  for name, services in self.link_services.items()}
        for name, ended in ending.items():
            if not ended.wait(max(0.0, until_s - time.monotonic())):
                self.get_logger().error(
                    f'link {name!r}: an action has not ended its goal within {_END_GOALS_S:g} s')

    def _open_links(self) -> list[OpenLink]:
        return [(c, self.links[c.name], self._tf) for c in self._configs if c.name in self.links]

    def _open(self) -> None:
        self._echo = EchoGuard()
        self._emergency = Emergency(self, self._emergencies)
        self._diagnostics = Diagnostics(self)
        self._own_frames = OwnFrames()
        self.get_logger().info(which_rules(self._configs))
        self._use_tf(self._configs)
        warn_of_raw(self._configs, self.get_logger())
        # before any link is open: the first value counts
        self._relays = Relays(self)
        self._relays.follow(self._configs)
        # likewise: what the rules of any of them name is kept for them
        receiving = [self._receiving(config) for config in self._configs]
        for config, parts in zip(self._configs, receiving):
            with _faults_of(config):
                self._open_link(config, *parts)
        Reload(self, self._configs, self._read_again, self._change)

    def _read_again(self) -> Sequence[LinkConfig]:
        """Read the mapping file once more, in another thread."""
        configs = load_links(self._values)
        for config in configs:
            if config.name in self._receivers:
                self._receivers[config.name].prepare(config)
        return configs

    def _change(self, configs: Sequence[LinkConfig]) -> None:
        """Follow other rules from now on."""
        self._configs = configs
        self._use_tf(configs)
        warn_of_raw(configs, self.get_logger())
        for config in configs:
            self._senders[config.name].change(config, self._tf)
            changed = self._receivers[config.name].change(config, self._broadcaster, self._tf)
            self.link_services[config.name].change(config, changed)

    def _use_tf(self, configs: Sequence[LinkConfig]) -> None:
        """Listen to tf and advertise it, as far as the links need it."""
        try:
            if self._tf is None and any(config.mapping.reads_tf for config in configs):
                self._tf = open_tf(self)
            if self._broadcaster is None and any(config.mapping.uses_tf for config in configs):
                self._broadcaster = TfBroadcaster(self)
        except ConfigError as error:  # without the message of tf the rest of the bridge works
            self.get_logger().warning(str(error))
        one_patient = any(config.mapping.profile in ONE_PATIENT for config in configs)
        for either in (self._tf, self._broadcaster):
            if either is not None:
                either.one_patient = one_patient
        rules = [rule for config in configs for rule in config.mapping.send]
        self._own_frames.by_rule = frozenset(name for rule in rules for name in rule.tf_sources)

    def _receiving(self, config: LinkConfig) -> tuple[Report, LinkHealth, Receiver]:
        """Make what publishes what will come over a link."""
        logger = self.get_logger()
        report = Report(logger.get_child(config.name) if config.name else logger)
        health = self._diagnostics.watch(config, report)
        receiver = Receiver(
            self, config, report, self._echo, self._emergency, self.now_ns, self._broadcaster,
            self._tf, self._own_frames, lambda peer: peer in health.peers, self._relays)
        self._receivers[config.name] = receiver
        return report, health, receiver

    def _open_link(
        self, config: LinkConfig, report: Report, health: LinkHealth, receiver: Receiver
    ) -> None:
        services = Services(
            self, config, report, receiver, health.on_peer, self._emergency, self._tf)
        make_link = Server if config.settings.mode == 'server' else Client
        try:
            link = make_link(
                config.settings, on_messages=services.on_messages, on_peer=services.on_peer)
        except BaseException:
            services.close()
            raise
        self.links[config.name] = link
        self.link_services[config.name] = services
        services.start(link.link)
        self._senders[config.name] = Sender(
            self, config, services.streams, services.send_command, report, self._echo, self._tf,
            self._own_frames, self._relays)
        self._diagnostics.start(health, link, receiver, self._senders[config.name])

    @property
    def link(self) -> Client | Server:
        """The link of a node that has only one."""
        (link,) = self.links.values()
        return link

    def close(self) -> None:
        """Close the links, then the node."""
        self._close_links()
        logging.getLogger('igtl_ros2').removeHandler(self._log_handler)
        self._ros_clock.close()
        self.destroy_node()


@contextmanager
def _faults_of(config: LinkConfig) -> Iterator[None]:
    """Say of which link it is that something is wrong, if it has a name, and which parameter."""
    try:
        yield
    except (ConfigError, PeerError) as error:
        where = f'link {config.name!r}: ' if config.name else ''
        raise type(error)(where + as_parameter(str(error))) from error


def which_rules(configs: Sequence[LinkConfig]) -> str:
    """Say whose rules are followed: a parameter that did not arrive leaves a link without any."""
    path = configs[0].mapping.path
    if not path:
        return 'no mapping file: everything is published, no gates'
    links = ', '.join(config.name for config in configs if config.name)
    return f'mapping file: {path}' + (f', links: {links}' if links else '')


def warn_of_raw(configs: Iterable[LinkConfig], logger: RcutilsLogger) -> None:
    """Warn of rules that publish names of patients on `raw` although `phi` hides them."""
    for config in configs:
        where = f'link {config.name}: ' if config.name else ''
        for rule in (*config.mapping.receive, config.mapping.fallback):
            if _passes_names(rule, config.settings.raw_deny):
                logger.warning(
                    f'{where}NAMES OF PATIENTS are published, and recorded, with raw: true of '
                    f'device {rule.device!r}, type {rule.type!r}: raw is the whole frame, also of '
                    f'{" and ".join(PRIVATE_TYPES)}; phi: {rule.phi} holds for all other topics'
                )


def _passes_names(rule: ReceiveRule, deny: Iterable[str]) -> bool:
    if not rule.raw or rule.action == 'drop' or rule.phi == 'pass':
        return False
    types = [kind for kind in PRIVATE_TYPES if rule.type in ('*', kind)]
    return any(not any(fnmatchcase(kind, pattern) for pattern in deny) for kind in types)


def main() -> None:
    """Run `igtl_bridge`."""
    sys.exit(run(BridgeNode))


if __name__ == '__main__':
    main()
