"""
Frames of the ROS graph: look them up, and broadcast our own.

`open_tf` gives a look-up by tf2_ros where that is installed and by a small tree
of our own where it is not; both fail with `LookupFailed`.
"""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache, partial
from typing import Any, Protocol

from geometry_msgs.msg import TransformStamped
from rclpy.clock import JumpHandle, JumpThreshold, TimeJump
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.serialization import serialize_message
from rclpy.time import Time

from ..converters.lazy import LazyPose, frames_of, header_stamp_ns
from ..converters.tf_owners import MAX_FRAMES, Refused, Sender, TfOwners
from ..converters.tf_tree import DOUBTFUL, LookupFailed, Reason, TfTree, frame_name
from ..converters.time_jump import TimeJumps, Turn
from ..converters.units import Matrix, ns_from_time, pose_from_numbers, pose_from_ros
from ..errors import ConfigError, ConversionError
from ..rosio.subscriptions import EVENT_DEPTH
from ..rosio.tf_listener import DYNAMIC_TOPIC, STATIC_TOPIC, listen
from ..rosio.writers import PoseBytes, bytes_publisher
from ..rules.frame_names import PATIENT, is_patient

# The quality of service of tf2_ros, which every other tf node expects
DYNAMIC_QOS = QoSProfile(depth=100)
STATIC_BROADCASTER_QOS = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)

CACHE_NS = 10 * 10**9
# of what was broadcast: more than the queue of a subscription holds
_MOST_UNHEARD = 2 * EVENT_DEPTH


class TfSource(Protocol):
    """Where a frame is, seen from another."""

    #: whether RAS, Ras and ras are one frame, as they are for Slicer and PLUS
    one_patient: bool

    def lookup(self, target: str, source: str, stamp_ns: int = 0) -> tuple[Matrix, int]:
        """
        Place one frame in another.

        :returns: the 4x4 pose of `source` in `target` in metres, and its stamp in ns
        :raises LookupFailed: if that is not known at this stamp (0: the latest)
        """

    def frames(self) -> list[str]:
        """List the names of all frames that were heard of, sorted."""

    def close(self) -> None:
        """Stop listening."""


@lru_cache(maxsize=4 * MAX_FRAMES)
def _named(name: str, one_patient: bool) -> str:
    """Name a frame as it is looked up."""
    name = frame_name(name)
    return PATIENT if one_patient and is_patient(name) else name


def _renamed(transform: TransformStamped, one_patient: bool) -> TransformStamped:
    """Give the frames of a transform the names under which they are looked up."""
    parent, child = transform.header.frame_id, transform.child_frame_id
    if not one_patient or PATIENT not in (parent.lower()[-3:], child.lower()[-3:]):
        return transform  # nearly always
    renamed = copy.deepcopy(transform)
    renamed.header.frame_id = _named(parent, one_patient)
    renamed.child_frame_id = _named(child, one_patient)
    return renamed


def open_tf(node: Node) -> TfSource:
    """
    Listen to tf on a node, with tf2_ros if it can be imported.

    :raises ConfigError: if neither tf2_ros nor tf2_msgs is installed
    """
    try:
        return Tf2Source(node)
    except ImportError:
        return TreeSource(node)


class Tf2Source:
    """Look-ups by tf2_ros, see `TfSource`."""

    def __init__(self, node: Node) -> None:
        """
        Listen on the node; its executor does the work.

        :raises ImportError: if tf2_ros is not installed
        """
        import tf2_ros

        self.one_patient = False
        self._tf2 = tf2_ros
        self._node = node
        #: what one look-up asks is of one run
        self._lock = threading.RLock()
        self._jumps: TimeJumps[tuple[TransformStamped, str]] = TimeJumps(
            CACHE_NS, partial(_tell_ignored, node))
        #: by whether they never move
        self._names: dict[bool, set[str]] = {False: set(), True: set()}
        source = self

        class Buffer(tf2_ros.Buffer):
            """A buffer that is cleared when time goes back, which tf2 tells by a clock alone."""

            def set_transform(self, transform: TransformStamped, authority: str) -> None:
                source._take(_renamed(transform, source.one_patient), authority)

            def set_transform_static(self, transform: TransformStamped, authority: str) -> None:
                transform = _renamed(transform, source.one_patient)
                source._note(transform, True)
                super().set_transform_static(transform, authority)

            def add(self, transform: TransformStamped, authority: str) -> None:
                super().set_transform(transform, authority)

        self._buffer = Buffer(cache_time=Duration(nanoseconds=CACHE_NS))
        self._listener = tf2_ros.TransformListener(self._buffer, node, spin_thread=False)
        self._jump_handle = _on_clock_jump(node, self._clear)

    def lookup(self, target: str, source: str, stamp_ns: int = 0) -> tuple[Matrix, int]:
        target, source = (_named(name, self.one_patient) for name in (target, source))
        with self._lock:
            found = self._lookup(target, source, stamp_ns)
        return _pose(found), ns_from_time(found.header.stamp)

    def _lookup(self, target: str, source: str, stamp_ns: int) -> TransformStamped:
        if stamp_ns and target != source and self._jumps.doubts(stamp_ns):
            raise LookupFailed(
                f'{DOUBTFUL} at {stamp_ns} ns',
                target=target, source=source, reason='extrapolation',
            )
        try:
            return self._buffer.lookup_transform(target, source, Time(nanoseconds=stamp_ns))
        except self._tf2.TransformException as error:
            reason: Reason = 'unknown'
            if isinstance(error, self._tf2.ExtrapolationException):
                reason = 'extrapolation'
            elif isinstance(error, self._tf2.ConnectivityException):
                reason = 'unconnected'
            raise LookupFailed(
                str(error), target=target, source=source, reason=reason
            ) from error

    def frames(self) -> list[str]:
        with self._lock:
            return sorted(set.union(*self._names.values()))

    def _take(self, transform: TransformStamped, authority: str) -> None:
        """Give the buffer a transform, once it is certain of which run it is."""
        child = frame_name(transform.child_frame_id)
        stamp_ns = ns_from_time(transform.header.stamp)
        with self._lock:
            turn = self._jumps.take(child, stamp_ns, (transform, authority))
            self._follow(turn)
        if turn.forget:
            _tell_of_jump(self._node, f'the stamps of {child!r} went back')

    def _clear(self) -> None:
        with self._lock:
            self._follow(self._jumps.clear())

    def _follow(self, turn: Turn[tuple[TransformStamped, str]]) -> None:
        if turn.forget:
            self._buffer.clear()  # static frames stay
            self._names[False].clear()
        for _, (transform, authority) in turn.add:
            self._note(transform, False)
            self._buffer.add(transform, authority)

    def _note(self, transform: TransformStamped, static: bool) -> None:
        for name in (transform.header.frame_id, transform.child_frame_id):
            self._names[static].add(frame_name(name))

    def close(self) -> None:
        self._jump_handle.unregister()
        self._listener.unregister()


class TreeSource:
    """Look-ups by our own tree, which listens to /tf and /tf_static, see `TfSource`."""

    def __init__(self, node: Node) -> None:
        """
        Listen on the node; its executor does the work.

        :raises ConfigError: if tf2_msgs is not installed
        """
        self.one_patient = False
        self.bad_count = 0
        self._node = node
        self._tree = TfTree(CACHE_NS, partial(_tell_ignored, node))
        self._end = listen(node, _message_type(), self._on_transform)
        self._jump_handle = _on_clock_jump(node, self._tree.clear)

    def lookup(self, target: str, source: str, stamp_ns: int = 0) -> tuple[Matrix, int]:
        target, source = (_named(name, self.one_patient) for name in (target, source))
        return self._tree.lookup(target, source, stamp_ns)

    def frames(self) -> list[str]:
        return self._tree.frames()

    def close(self) -> None:
        self._jump_handle.unregister()
        self._end()

    def _on_transform(self, transform: TransformStamped, static: bool) -> None:
        parent, child = frames_of(transform)
        jumps = self._tree.jumps
        try:
            pose, stamp_ns = _pose(transform), header_stamp_ns(transform)
            parent, child = (_named(name, self.one_patient) for name in (parent, child))
            self._tree.insert(parent, child, stamp_ns or 0, pose, static)
        except ConversionError as error:
            self.bad_count += 1
            self._node.get_logger().warning(
                f'ignored the transform from {parent!r} to {child!r}: {error} '
                f'({self.bad_count} bad ones so far)',
                throttle_duration_sec=5.0,
            )
        if self._tree.jumps != jumps:
            _tell_of_jump(self._node, f'the stamps of {child!r} went back')


class TfBroadcaster:
    """
    Publish frames on /tf and /tf_static, but none that somebody else publishes.

    A frame with two parents jumps between them, so the owner that was there first
    keeps it: a child frame is withheld once it was heard before we broadcast it, under a
    parent that we never gave it, or while we have broadcast nothing of it for 2 s. What comes
    under a parent of ours before that is not counted. Among the links and devices of a node
    `TfOwners` decides.

    :param clock: a time in seconds that never jumps.
    """

    def __init__(self, node: Node, clock: Callable[[], float] = time.monotonic) -> None:
        """
        Advertise and listen on the node; its executor does the listening.

        :raises ConfigError: if tf2_msgs is not installed
        """
        #: whether RAS, Ras and ras are one frame, see `TfSource`
        self.one_patient = False
        self._node = node
        self._clock = clock
        self._message_type = _message_type()
        self._lock = threading.Lock()
        self._owners = TfOwners()
        self._our_parents: dict[str, set[str]] = {}
        self._poses, self._static_poses = (
            PoseBytes(lambda ours: self._message_type(transforms=list(ours))) for _ in range(2))
        #: what was sent lately and has not been heard, and how often
        self._sent: dict[bytes, int] = {}
        self._static: dict[str, tuple[Sender, TransformStamped]] = {}
        self._dynamic_publisher = node.create_publisher(
            self._message_type, DYNAMIC_TOPIC, DYNAMIC_QOS
        )
        self._publish_bytes = bytes_publisher(self._dynamic_publisher)
        self._static_publisher = node.create_publisher(
            self._message_type, STATIC_TOPIC, STATIC_BROADCASTER_QOS
        )
        self._end = listen(node, self._message_type, self._on_transform, self._is_own)

    def send(self, transforms: list[TransformStamped], static: bool) -> list[str]:
        """
        Broadcast poses of frames.

        :param transforms: one for each child frame
        :param static: they hold for all times; late joiners still get them
        :returns: the child frames that were withheld because somebody else publishes them
        """
        sender = Sender()
        return [refused.child for refused in self.offer(
            [(transform, sender, 0) for transform in transforms], static)]

    def offer(
        self, transforms: list[tuple[TransformStamped, Sender, int]], static: bool
    ) -> list[Refused]:
        """
        Broadcast poses of frames, as far as their senders may.

        :param transforms: each with its sender, and how much right that has to the frame.
        :returns: those that were withheld.
        """
        now_s, one_patient = self._clock(), self.one_patient
        refused = []
        is_moving = False
        with self._lock:
            ours: list[Any] = []
            asked, reason = None, None
            for transform, sender, rank in transforms:
                frames = frames_of(transform)
                # of poses of one frame that came together one tells for all
                if (frames, sender, rank) != asked:
                    asked = frames, sender, rank
                    parent, child = frames
                    parent, child = _named(parent, one_patient), _named(child, one_patient)
                    reason = self._owners.admit(child, parent, sender, rank, static, now_s)
                    if reason is None and parent not in self._our_parents.get(child, ()):
                        self._our_parents.setdefault(child, set()).add(parent)
                if reason is not None:
                    refused.append(reason)
                    continue
                ours.append(transform)
                if static:
                    self._static[child] = sender, copy.deepcopy(transform)
                elif child in self._static:
                    del self._static[child]
                    is_moving = True
            if ours and not static:
                data = self._poses.of(ours)
                if not isinstance(data, bytes):
                    data = serialize_message(data)
                # comes back as it is
                self._sent[data] = self._sent.get(data, 0) + 1
                if len(self._sent) > _MOST_UNHEARD:
                    self._sent.pop(next(iter(self._sent)), None)
                self._publish_bytes(data)
            if ours and static or is_moving:
                self._publish_static()
            if len(self._our_parents) > 2 * MAX_FRAMES:
                known = self._owners.frames
                self._our_parents = {child: self._our_parents[child] for child in known}
        return refused

    def _publish_static(self) -> None:
        """Publish all that holds: a late joiner gets the last message only."""
        self._static = {
            child: (sender, transform) for child, (sender, transform) in self._static.items()
            if not self._owners.is_lost(child, sender, self.name(frames_of(transform)[0]))
        }
        self._static_publisher.publish(self._static_poses.of(
            [transform for _, transform in self._static.values()]))

    def claim(self, link: str, ranks: Mapping[str, int]) -> None:
        """Keep frames that the rules of a link name for their devices, see `TfOwners`."""
        with self._lock:
            self._owners.claim(link, {self.name(child): n for child, n in ranks.items()})

    def forget(self, sender: Sender, keeps_static: bool) -> None:
        """
        Let the frames of a sender go: who broadcasts them next keeps them.

        :param keeps_static: whether those on /tf_static are there for late joiners until then.
        """
        with self._lock:
            self._owners.forget(sender)
            if not keeps_static:
                self._static = {
                    child: held for child, held in self._static.items()
                    if held[0][:2] != sender[:2]}

    def owner_conflict(self, child: str) -> str | None:
        """Name the parent under which somebody else publishes a child frame, or None."""
        return self._owners.parent_of_other(self.name(child))

    def name(self, frame: str) -> str:
        """Name a frame as all are told apart."""
        return _named(frame, self.one_patient)

    def close(self) -> None:
        """Stop broadcasting and listening."""
        self._end()
        self._node.destroy_publisher(self._dynamic_publisher)
        self._node.destroy_publisher(self._static_publisher)

    def _is_own(self, data: bytes) -> bool:
        """Tell whether a message is one that was sent from here, and take note of that."""
        with self._lock:
            count = self._sent.pop(data, 0)
            if count > 1:
                self._sent[data] = count - 1
        return count > 0

    def _on_transform(self, transform: TransformStamped, static: bool) -> None:
        parent, child = map(self.name, frames_of(transform))
        with self._lock:
            now_s = self._clock()
            # of ours, which do not come here, but for those on /tf_static, none was sent lately
            is_taken_over = not static and self._owners.is_silent(child, now_s)
            if is_taken_over or parent not in self._our_parents.get(child, ()):
                self._owners.hear(child, parent, static, now_s)


class OwnFrames:
    """
    The frames that a node reads to send them, over whatever link: it broadcasts none of them.

    They may be asked for in any thread.
    """

    def __init__(self) -> None:
        #: names, or patterns of them
        self.by_rule: frozenset[str] = frozenset()
        #: names by the robot that sends them, as descriptions of robots say
        self.of_robots: dict[object, frozenset[str]] = {}

    def __contains__(self, frame: str) -> bool:
        # each pose that is broadcast asks, and mostly there are none
        if self.of_robots and any(frame in names for names in list(self.of_robots.values())):
            return True
        return bool(self.by_rule) and any(fnmatchcase(frame, name) for name in self.by_rule)


def _on_clock_jump(node: Node, clear: Callable[[], None]) -> JumpHandle:
    """Call back when the time of ROS goes back, or becomes another one, as tf2 does."""

    def on_jump(_jump: TimeJump) -> None:
        clear()
        _tell_of_jump(node, 'the clock of ROS jumped')

    back = JumpThreshold(
        min_forward=None, min_backward=Duration(nanoseconds=-1), on_clock_change=True)
    return node.get_clock().create_jump_callback(back, post_callback=on_jump)


def _tell_of_jump(node: Node, why: str) -> None:
    node.get_logger().warning(
        f'time on tf begins anew: {why}; what was known of frames that move is forgotten',
        throttle_duration_sec=5.0,
    )


def _tell_ignored(node: Node, child: str) -> None:
    node.get_logger().warning(
        f'transforms of {child!r} were ignored: their stamps are behind one that came before',
        throttle_duration_sec=5.0,
    )


def _message_type() -> Any:
    """Find the message type of /tf, which is optional for this package."""
    try:
        from tf2_msgs.msg import TFMessage
    except ImportError as error:
        raise ConfigError(
            'tf needs the message package tf2_msgs, which is not installed: '
            'install tf2_msgs (Debian packages of ROS: ros-<distro>-tf2-msgs)'
        ) from error
    return TFMessage


def _pose(transform: TransformStamped) -> Matrix:
    """
    Read the 4x4 pose of a transform, in metres as it is there.

    :raises ConversionError: if it holds no pose
    """
    if isinstance(transform, LazyPose):
        numbers = transform.numbers
        return pose_from_numbers(numbers[:3], numbers[3:], 'm')
    return pose_from_ros(transform.transform.translation, transform.transform.rotation, 'm')
