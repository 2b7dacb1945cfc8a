"""A robot for the network: what its links look like, told once, and where they are, from tf."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from rclpy.node import Node
from std_msgs.msg import Header
from std_msgs.msg import String as RosString

from ..codec.messages.text import String
from ..codec.short_names import NAME_BYTES, short_name, short_names
from ..converters.link_meshes import link_mesh
from ..converters.mesh_files import find_file
from ..converters.registry import Sending
from ..converters.urdf import RobotDescription, Visual, read_urdf
from ..dialogue.streams import Streams
from ..errors import ConversionError, EncodeError
from ..mapping import RobotSource, SendRule, TfFrame
from .feed import FrameFeed
from .report import Report
from .tf import OwnFrames

MODEL_ENDING = '_mesh'
PARTS_ENDING = '_parts'


@dataclass(frozen=True, slots=True)
class _Model:
    """
    What is sent of one link.

    :param device: name of the model.
    :param frame: of the link on tf; empty for a model that is gone.
    """

    device: str
    frame: str = ''
    visuals: tuple[Visual, ...] = ()


@dataclass(eq=False)
class RobotFeed:
    """
    Send the robot of a rule whenever its description changes.

    The poses of its links are sent by timers, as frames of tf are. Shapes are read in a thread of
    their own, because files may take seconds.

    :param source: the robot of the rule.
    :param sending: tells what a converter has to know.
    :param start: starts to send frames of tf by a rule; None without tf.
    :param own_frames: is told which frames these are.
    :param claim: is told type, device and source of what is sent.
    """

    _node: Node
    _rule: SendRule
    _source: RobotSource
    _link: Streams
    _report: Report
    _sending: Callable[[SendRule], Sending]
    _start: Callable[[SendRule], FrameFeed] | None
    _own_frames: OwnFrames
    _claim: Callable[[tuple[str, str], str], None]
    _text: str = field(default='', init=False)
    #: what sends the poses of links, also of those that are gone: they may come back
    _feeds: dict[SendRule, FrameFeed] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    #: which description counts; shapes of an older one are not sent any more
    _turn: int = field(default=0, init=False)
    #: names of the models that peers may have
    _models: set[str] = field(default_factory=set, init=False)

    def take(self, message: RosString) -> None:
        """Take in a description; called in the thread of the executor."""
        topic = self._source.description
        if message.data == self._text:
            return
        try:
            robot = read_urdf(message.data)
        except ConversionError as error:
            self._report.problem(topic, f'{topic} is not sent: {error}')
            return
        self._text = message.data
        for name, why in robot.faults:
            self._not_shown(name, why)
        frames = [self._source.prefix + name for name in robot.links]
        # so short that the model of a transform is called as it is, with the ending
        names = short_names(frames, NAME_BYTES - len(MODEL_ENDING))
        target = self._source.target or self._source.prefix + robot.root
        self._follow(names, target)
        self._announce(robot, names, target)
        models = [
            _Model(names[frame] + MODEL_ENDING, frame, visuals)
            for frame, visuals in zip(frames, robot.links.values())
            if visuals
        ]
        with self._lock:
            self._turn += 1
            turn = self._turn
        threading.Thread(
            target=self._send_models,
            args=(turn, models, self._sending(self._rule)),
            name=f'shapes of {topic}',
            daemon=True,
        ).start()
        self._node.get_logger().info(
            f'{topic}: {len(robot.links)} links, {len(models)} with a shape'
        )

    def _announce(self, robot: RobotDescription, names: dict[str, str], target: str) -> None:
        """Say which transforms and models belong together, so that a peer can assemble them."""
        prefix = self._source.prefix
        parts = [
            {
                'link': prefix + link,
                'transform': names[prefix + link],
                'model': names[prefix + link] + MODEL_ENDING if visuals else '',
                'parent': prefix + robot.parents[link] if link in robot.parents else '',
            }
            for link, visuals in robot.links.items()
        ]
        said = {'igtl_ros2': 'robot', 'name': robot.name, 'target': target, 'links': parts}
        # of a long name the beginning and a mark, so that the ending stays
        device = short_name(self._rule.device, NAME_BYTES - len(PARTS_ENDING)) + PARTS_ENDING
        envelope = replace(self._sending(self._rule), device=device).envelope(Header())
        self._claim(('STRING', device), self._source.description)
        self._link.send(String(json.dumps(said), **envelope))

    def close(self) -> None:
        """Send nothing any more."""
        with self._lock:
            self._turn += 1
        for feed in self._feeds.values():
            feed.end()
        self._own_frames.of_robots.pop(self, None)

    # -- poses

    def _follow(self, names: dict[str, str], target: str) -> None:
        """Send where frames are from now on, under these names."""
        if self._start is None:
            return
        self._own_frames.of_robots[self] = frozenset(names)
        if self._rule.type == 'TRANSFORM':
            rules = [
                replace(self._rule, device=name, tf_source=frame, tf_target=target)
                for frame, name in names.items()
            ]
        else:
            several = tuple(TfFrame(frame, target, name) for frame, name in names.items())
            rules = [replace(self._rule, tf_list=several)]
        devices, wanted = {rule.device for rule in rules}, set(rules)
        for rule, feed in self._feeds.items():
            if rule.device not in devices:
                feed.retract()  # the robot has no such link any more
            elif rule not in wanted:
                feed.end()
        for rule in rules:
            if rule in self._feeds:
                self._feeds[rule].start()
            else:
                self._feeds[rule] = self._start(rule)

    # -- shapes, in a thread of their own

    def _send_models(self, turn: int, models: list[_Model], sending: Sending) -> None:
        """Send what links look like, and an empty model for those that are gone."""
        with self._lock:
            gone = self._models - {model.device for model in models}
        for model in [*(_Model(device) for device in sorted(gone)), *models]:
            if turn != self._turn:
                return
            self._send_model(turn, model, sending)

    def _send_model(self, turn: int, model: _Model, sending: Sending) -> None:
        header = Header(frame_id=model.frame)
        envelope = replace(sending, device=model.device).envelope(header)
        try:
            mesh, faults = link_mesh(
                model.visuals, find_file, self._rule.wire_unit, **envelope
            )
        except (ConversionError, EncodeError) as error:
            self._not_shown(model.frame, str(error))
            return
        except Exception as error:  # whatever its files hold, the others are sent
            self._not_shown(model.frame, f'error in the bridge: {error!r}')
            return
        for fault in faults:
            self._not_shown(model.frame, fault)
        with self._lock:
            if turn == self._turn and (len(mesh.points) or model.device in self._models):
                self._models.add(model.device)
                self._claim(('POLYDATA', model.device), self._source.description)
                self._link.send(mesh)

    def _not_shown(self, name: str, why: str) -> None:
        topic = self._source.description
        what = f'{topic}: link {name!r}: {why}'
        self._report.problem(what, f'not shown: {what}')
