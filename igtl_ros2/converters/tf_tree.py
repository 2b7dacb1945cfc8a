"""
Where is this frame, seen from that one, and when? A tf tree in numpy, for want of tf2.

It follows tf2: a frame has one parent, the newest parent wins, a look-up in
between two samples interpolates, nothing is ever extrapolated, and a jump of
time back clears it.
"""

from __future__ import annotations

import math
import threading
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from ..codec.geometry import matrix_to_quaternion, quaternion_to_matrix
from ..errors import ConversionError
from .metres import RIGID_TOLERANCE, Matrix, distance_from_rotation
from .time_jump import TimeJumps, Turn

Reason = Literal['unknown', 'unconnected', 'extrapolation']

# tf is seldom published faster than 1 kHz; this many samples fill the default cache at that rate.
MAX_SAMPLES_PER_FRAME = 10_000
#: why a look-up has to wait
DOUBTFUL = 'time may have gone back, too little is known yet'


class LookupFailed(ConversionError):
    """
    One frame could not be placed in another.

    ``reason`` says why: 'unknown' (nobody has published the frame),
    'unconnected' (no chain leads from one frame to the other) or
    'extrapolation' (the chain has no samples around that stamp).
    """

    def __init__(self, text: str, target: str, source: str, reason: Reason) -> None:
        self.target = target
        self.source = source
        self.reason = reason
        super().__init__(f'{source!r} in {target!r}: {text}')


def frame_name(name: str) -> str:
    """Drop the leading slash that ROS 1 gave to frame names, as tf2 does."""
    return name.removeprefix('/')


@dataclass(frozen=True, slots=True)
class _Sample:
    parent: str
    stamp_ns: int
    pose: Matrix


@dataclass
class _Link:
    """The history of one child frame under one parent; a static link has one sample."""

    parent: str
    static: bool
    stamps_ns: list[int] = field(default_factory=list)
    poses: list[Matrix] = field(default_factory=list)

    def add(self, stamp_ns: int, pose: Matrix, cache_ns: int) -> None:
        """Put one sample in its place in time and forget what has become too old."""
        at = bisect_left(self.stamps_ns, stamp_ns)
        if at < len(self.stamps_ns) and self.stamps_ns[at] == stamp_ns:
            self.poses[at] = pose
        else:
            self.stamps_ns.insert(at, stamp_ns)
            self.poses.insert(at, pose)
        outdated = bisect_left(self.stamps_ns, self.stamps_ns[-1] - cache_ns)
        drop = max(outdated, len(self.stamps_ns) - MAX_SAMPLES_PER_FRAME)
        if drop > 0:
            del self.stamps_ns[:drop], self.poses[:drop]

    def at(self, stamp_ns: int) -> Matrix | None:
        """Pose at a stamp, or None outside the history."""
        if self.static:
            return self.poses[0]
        after = bisect_left(self.stamps_ns, stamp_ns)
        if after == len(self.stamps_ns):
            return None
        if self.stamps_ns[after] == stamp_ns:
            return self.poses[after]
        if after == 0:
            return None
        begin, end = self.stamps_ns[after - 1], self.stamps_ns[after]
        fraction = (stamp_ns - begin) / (end - begin)
        return _interpolate(self.poses[after - 1], self.poses[after], fraction)


class TfTree:
    """A tree of frames with their recent past; one thread may insert while others look up."""

    def __init__(
        self, cache_ns: int = 10 * 10**9, ignored: Callable[[str], None] = lambda frame: None
    ) -> None:
        """
        Start empty.

        :param cache_ns: how far back, from the newest sample of a frame, its past is kept
        :param ignored: is told the frame of samples that came too late
        """
        self._cache_ns = cache_ns
        self._links: dict[str, _Link] = {}
        self._jumps: TimeJumps[_Sample] = TimeJumps(cache_ns, ignored)
        self._lock = threading.Lock()

    def insert(
        self, parent: str, child: str, stamp_ns: int, matrix: npt.ArrayLike, static: bool = False
    ) -> None:
        """
        Learn where a frame is.

        What is far behind the newest sample of its frame is set apart. When `TimeJumps` tells
        that time itself went back (a simulation restarted, a bag looped), all that moves by
        the same clock is forgotten, as tf2 does, and begins anew with what was set apart.

        :param parent: the frame the pose is given in
        :param child: the frame whose pose it is
        :param stamp_ns: when that was
        :param matrix: 4x4 pose of `child` in `parent`, in metres
        :param static: the pose holds for all times; `stamp_ns` has no meaning
        :raises ConversionError: for names or matrices that make no pose
        """
        parent, child = frame_name(parent), frame_name(child)
        if not parent or not child:
            raise ConversionError('a frame has no name')
        if parent == child:
            raise ConversionError('a frame cannot be its own parent')
        pose = np.array(matrix, dtype=np.float64)
        if not _is_rigid(pose):
            raise ConversionError('the pose is not a finite rigid 4x4 matrix')
        with self._lock:
            if static:
                self._jumps.forget(child)
                self._links[child] = _Link(parent, True, [stamp_ns], [pose])
                return
            sample = _Sample(parent, stamp_ns, pose)
            self._follow(self._jumps.take(child, stamp_ns, sample))

    def clear(self) -> None:
        """Forget all that moves, as when the clock has jumped; what came late is the new run."""
        with self._lock:
            self._follow(self._jumps.clear())

    @property
    def jumps(self) -> int:
        """How often time went back."""
        return self._jumps.count

    def _follow(self, turn: Turn[_Sample]) -> None:
        for child in turn.forget:
            self._links.pop(child, None)
        for child, sample in turn.add:
            self._add(child, sample)

    def _add(self, child: str, sample: _Sample) -> None:
        link = self._links.get(child)
        if link is None or link.static:
            link = self._links[child] = _Link(sample.parent, False)
        elif sample.parent != link.parent:
            if sample.stamp_ns < link.stamps_ns[-1]:
                return
            link = self._links[child] = _Link(sample.parent, False)
        link.add(sample.stamp_ns, sample.pose, self._cache_ns)

    def lookup(self, target: str, source: str, stamp_ns: int = 0) -> tuple[Matrix, int]:
        """
        Place one frame in another.

        :param target: the frame in which it is wanted
        :param source: the frame to place
        :param stamp_ns: when; 0 for the latest time that all moving links of the chain know
        :returns: the 4x4 pose of `source` in `target` (it takes coordinates in `source` to
            coordinates in `target`), and its stamp; the stamp is 0 if none was asked for and
            nothing in the chain moves
        :raises LookupFailed: if a frame is unknown, the two are not connected, or the stamp
            lies outside the history of a link between them
        """
        target, source = frame_name(target), frame_name(source)
        with self._lock:
            if source == target:
                # As in tf2 this holds even for a frame that nobody has published.
                own = self._links.get(source)
                return np.eye(4), stamp_ns or (own.stamps_ns[-1] if own and not own.static else 0)
            source_chain, target_chain = self._chains(target, source)
            links = [self._links[name] for name in source_chain + target_chain]
            newest = [link.stamps_ns[-1] for link in links if not link.static]
            when = stamp_ns or min(newest, default=0)
            if stamp_ns and newest and self._jumps.doubts(stamp_ns):
                text = f'{DOUBTFUL} at {stamp_ns} ns'
                raise LookupFailed(text, target, source, 'extrapolation')
            poses: list[Matrix | None] = []
            for chain in (source_chain, target_chain):
                pose = None
                for name in chain:
                    link = self._links[name]
                    step = link.at(when)
                    if step is None:
                        text = _outside(name, link, when)
                        raise LookupFailed(text, target, source, 'extrapolation')
                    pose = step if pose is None else step @ pose
                poses.append(pose)
        there, here = poses
        if here is None:
            return np.eye(4) if there is None else there.copy(), when
        back = np.asarray(np.linalg.inv(here), np.float64)
        return back if there is None else back @ there, when

    def parent_of(self, child: str) -> str | None:
        """Name the frame that a frame hangs on, or None for a root or an unknown frame."""
        with self._lock:
            link = self._links.get(frame_name(child))
            return link.parent if link else None

    def frames(self) -> list[str]:
        """List the names of all frames, sorted."""
        with self._lock:
            return sorted({*self._links, *(link.parent for link in self._links.values())})

    def _chains(self, target: str, source: str) -> tuple[list[str], list[str]]:
        """List the frames from source, and from target, up to where the two ways meet."""
        chains = []
        for frame in (source, target):
            chain = [frame]
            while (link := self._links.get(chain[-1])) is not None:
                if link.parent in chain:
                    text = f'the frames form a loop: {" -> ".join([*chain, link.parent])}'
                    raise LookupFailed(text, target, source, 'unconnected')
                chain.append(link.parent)
            chains.append(chain)
        source_chain, target_chain = chains
        if source_chain[-1] != target_chain[-1]:
            for frame, chain in ((source, source_chain), (target, target_chain)):
                if len(chain) == 1 and all(x.parent != frame for x in self._links.values()):
                    text = f'frame {frame!r} is unknown'
                    raise LookupFailed(text, target, source, 'unknown')
            text = (f'not connected: {source!r} hangs on {source_chain[-1]!r}, '
                    f'{target!r} on {target_chain[-1]!r}')
            raise LookupFailed(text, target, source, 'unconnected')
        while source_chain and target_chain and source_chain[-1] == target_chain[-1]:
            source_chain.pop()
            target_chain.pop()
        # The frame where the ways meet is gone too: its own link leads further up.
        return source_chain, target_chain


def _outside(child: str, link: _Link, stamp_ns: int) -> str:
    """Say how far a stamp lies outside the history of a link."""
    oldest, newest = link.stamps_ns[0], link.stamps_ns[-1]
    if stamp_ns > newest:
        side, gap_ns, edge = 'future', stamp_ns - newest, f'newest {newest}'
    else:
        side, gap_ns, edge = 'past', oldest - stamp_ns, f'oldest {oldest}'
    return (f'{child!r} in {link.parent!r} would be extrapolated {gap_ns / 1e9:.3f} s '
            f'into the {side} (asked for {stamp_ns}, {edge} ns)')


def _is_rigid(pose: Matrix) -> bool:
    """Tell whether a matrix is a finite rotation and translation, nothing else."""
    if pose.shape != (4, 4):
        return False
    rows = pose.tolist()
    if rows[3] != [0, 0, 0, 1] or not math.isfinite(rows[0][3] + rows[1][3] + rows[2][3]):
        return False
    try:
        return distance_from_rotation((rows[0][:3], rows[1][:3], rows[2][:3])) <= RIGID_TOLERANCE
    except ConversionError:  # it is not finite, or mirrored
        return False


def _interpolate(begin: Matrix, end: Matrix, fraction: float) -> Matrix:
    """Go part of the way from one pose to another: straight on, and about one axis."""
    a = np.array(matrix_to_quaternion(begin[:3, :3]))
    b = np.array(matrix_to_quaternion(end[:3, :3]))
    if np.dot(a, b) < 0:
        b = -b  # the same rotation, reached by the smaller angle
    angle = 2 * math.atan2(float(np.linalg.norm(a - b)), float(np.linalg.norm(a + b)))
    if angle > 1e-9:
        part = math.sin((1 - fraction) * angle) * a + math.sin(fraction * angle) * b
        a = part / math.sin(angle)
    pose = np.eye(4)
    pose[:3, :3] = quaternion_to_matrix(a)
    pose[:3, 3] = (1 - fraction) * begin[:3, 3] + fraction * end[:3, 3]
    return pose
