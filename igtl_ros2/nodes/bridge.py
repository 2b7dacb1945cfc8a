"""The node `igtl_bridge`: OpenIGTLink on one side, ROS topics, services and tf on the other."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from rclpy.node import Node

from ..client import Client
from ..config import default_mapping, load_mapping
from ..converters.registry import load_converters
from ..errors import ConfigError
from ..server import Server
from .diagnostics import Diagnostics
from .echo import EchoGuard
from .parameters import declare_settings
from .receive import Receiver
from .report import Report, RosLogHandler
from .send import Sender
from .spin import run
from .tf import TfBroadcaster, open_tf

T = TypeVar('T')


class BridgeNode(Node):
    """
    Bridge one OpenIGTLink link to ROS.

    :param node_options: what `rclpy.node.Node` takes besides the name, such as `namespace`.
    :raises ConfigError: if a parameter or the mapping file is wrong.
    :raises PeerError: if the server's address cannot be listened on.
    """

    def __init__(self, **node_options: Any) -> None:
        """Read parameters and mapping, then open the link."""
        super().__init__('igtl_bridge', **node_options)
        settings = declare_settings(self)
        mapping = (
            load_mapping(settings.mapping_file, settings=settings)
            if settings.mapping_file
            else default_mapping(settings)
        )
        if mapping.profile == 'plus' and settings.header_version == 'auto':
            # PLUS tells which poses are valid only to those who have shown version 2
            settings = replace(settings, header_version='2')
        self._log_handler = RosLogHandler(self.get_logger())
        package_log = logging.getLogger('igtl_ros2')
        package_log.addHandler(self._log_handler)
        package_log.setLevel(logging.INFO)
        for missing in load_converters():
            self.get_logger().warning(f'not converted, a package is missing: {missing}')
        report = Report(self.get_logger())
        echo = EchoGuard()
        diagnostics = Diagnostics(self, report)
        pairs = [rule for rule in mapping.send if rule.tf_source]
        self._tf = self._if_installed(open_tf) if pairs else None
        self._receiver = Receiver(
            self,
            settings,
            mapping,
            report,
            echo,
            self.now_ns,
            self._if_installed(TfBroadcaster) if mapping.uses_tf else None,
            frozenset(rule.tf_source for rule in pairs),
        )
        make_link = Server if settings.mode == 'server' else Client
        self.link = make_link(
            settings, on_message=self._receiver.handle, on_peer=diagnostics.on_peer
        )
        self._sender = Sender(
            self, settings, mapping, self.link, report, echo, self.now_ns, self._tf
        )
        diagnostics.start(self.link, self._receiver)

    def _if_installed(self, make: Callable[[Node], T]) -> T | None:
        """Make what needs the message of tf; without it the rest of the bridge works."""
        try:
            return make(self)
        except ConfigError as error:
            self.get_logger().warning(str(error))
            return None

    def now_ns(self) -> int:
        """Tell the time of ROS: simulated if that is in use, else the wall clock."""
        clock = self.get_clock()
        return clock.now().nanoseconds if clock.ros_time_is_active else time.time_ns()

    def close(self) -> None:
        """Close the link, then the node."""
        self.link.close()
        logging.getLogger('igtl_ros2').removeHandler(self._log_handler)
        self.destroy_node()


def main() -> None:
    """Run `igtl_bridge`."""
    sys.exit(run(BridgeNode))


if __name__ == '__main__':
    main()
