"""What one browser gets: the newest of what it wants, as often as it takes it and no more."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from ..codec.messages.image import Image
from ..codec.messages.mesh import PolyData
from .model import Monitor
from .pictures import AXES, Cut, packed, shape_of, slice_of
from .values import Json

#: the rate of a device that is silent falls, and its line moves on
_PULSE_S = 1.0
_QUIET_S = 70.0
_MAX_WANTED = 16
#: fewer frames a second than that would look like a connection that is lost
_LEAST_FPS = 0.1


class RequestError(ValueError):
    """A browser asks for something that there is not."""


class Pace:
    """
    When the next frame is due, and how many were dropped because the one before took too long.

    :param fps: at most so many a second.
    """

    def __init__(self, fps: float, now_s: float) -> None:
        self._most = self.fps = fps
        self._due_s = now_s
        self.left_out = 0

    def ask(self, fps: Any) -> None:
        """
        Take in how many a second the browser wants: None for all, and never more than that.

        :raises RequestError: if that is no such number.
        """
        if fps is None:
            fps = self._most
        if isinstance(fps, bool) or not isinstance(fps, (int, float)) or not fps >= _LEAST_FPS:
            raise RequestError(f'fps: {fps!r}, allowed null or a number from {_LEAST_FPS} on')
        self.fps = min(fps, self._most)

    def wait_s(self, now_s: float) -> float:
        """Tell how long to wait for the next frame, and plan the one after it."""
        period_s = 1.0 / self.fps
        late = now_s - self._due_s
        if late > 0:
            missed = int(late / period_s)
            self.left_out += missed
            self._due_s += missed * period_s
        wait = max(0.0, self._due_s - now_s)
        self._due_s += period_s
        return wait


class Viewer:
    """
    What one browser has got, so that it is told what is new.

    Nothing waits for it: what to send is found out when it can be sent, so that a slow one gets
    fewer frames, each with the newest values.
    """

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor
        self._wanted: dict[int, Cut] = {}
        self._seen = self._heard = -1
        self._epoch = monitor.epoch
        self._known: set[int] = set()
        self._pulsed_s = -math.inf
        self._sampled: dict[int, float] = {}
        #: count of the image or mesh that was sent last, and which slice of it
        self._sent: dict[int, tuple[int, Cut]] = {}
        self.frames = 0

    def want(self, wanted: Any) -> None:
        """
        Take in which images it wants to see: `[{id, axis, index}, ...]`.

        :raises RequestError: if they are none.
        """
        if not isinstance(wanted, list) or len(wanted) > _MAX_WANTED:
            raise RequestError(f'want: a list of at most {_MAX_WANTED} images')
        cuts: dict[int, Cut] = {}
        for one in wanted:
            if not isinstance(one, dict):
                raise RequestError('want: id, axis and index of each image')
            number: Any = one.get('id')
            axis, index = one.get('axis', 'k'), one.get('index')
            if not _is_whole(number) or axis not in AXES or not (
                index is None or _is_whole(index)
            ):
                raise RequestError('want: id and index are whole numbers, axis is i, j or k')
            cuts[number] = Cut(axis, index)
        self._wanted = cuts
        self._watch()

    def state(self, now_s: float, links: Sequence[Json], left_out: int, **more: Any) -> str:
        """
        Write what is new since the last time.

        :param links: how the links are.
        :param left_out: frames that this browser did not get because it is slow.
        :param more: what else to tell.
        """
        monitor = self._monitor
        is_new = self._epoch != monitor.epoch
        if is_new:
            self._epoch = monitor.epoch
            self._known.clear()
            self._sent.clear()
            self._sampled.clear()
        pulses = now_s - self._pulsed_s >= _PULSE_S or is_new or now_s < self._pulsed_s
        if pulses:
            self._pulsed_s = now_s
        rows = []
        samples: dict[str, Any] = {}
        for number, device in monitor.devices.items():
            is_alive = pulses and now_s - device.arrived_s < _QUIET_S
            if device.revision > self._seen or number not in self._known or is_alive:
                rows.append(monitor.row(device, now_s))
            if device.samples:
                new = device.samples_since(self._sampled.get(number, -math.inf))
                if new:
                    samples[str(number)] = new
                    self._sampled[number] = new[-1][0]
        gone = sorted(self._known - monitor.devices.keys())
        self._known = set(monitor.devices)
        seen, self._seen = self._seen, monitor.revision
        self.frames += 1
        bridges = monitor.bridges
        if bridges.is_heard and bridges.revision > self._heard:
            self._heard = bridges.revision
            more['bridges'] = bridges.tell()
        return json.dumps({
            'kind': 'state', 'now': now_s, 'epoch': monitor.epoch, 'links': list(links),
            'devices': rows, 'gone': gone, 'samples': samples,
            'texts': [line for line in monitor.texts if line['number'] > seen],
            'errors': [line for line in monitor.errors if line['number'] > seen],
            'crowded_out': monitor.crowded_out,
            'frames': self.frames, 'left_out': left_out, **more,
        }, allow_nan=False)

    def blobs_due(self) -> list[Blob]:
        """List the images that are wanted, and all meshes, of which there is a newer one."""
        due = []
        for number, device in self._monitor.devices.items():
            message: Any = device.message
            count, cut = device.count, None
            if device.shown is not None:
                message, count = device.shown.picture, device.shown.count
                cut = self._wanted.get(number)
            elif isinstance(message, PolyData):
                cut = Cut()
            if message is not None and cut is not None and (
                self._sent.get(number) != (count, cut)
            ):
                self._sent[number] = (count, cut)
                due.append(Blob(number, count, message, cut))
        return due

    def close(self) -> None:
        """Look at nothing any more."""
        self._wanted = {}
        self._watch()

    def _watch(self) -> None:
        """Have videos decoded that it wants to see, and no others."""
        for number, device in self._monitor.devices.items():
            if device.shown is not None:
                if number in self._wanted:
                    device.shown.watchers.add(id(self))
                else:
                    device.shown.watchers.discard(id(self))


class Blob(NamedTuple):
    """What is to be sent of an image or a mesh."""

    number: int
    taken: int
    message: Image | PolyData
    cut: Cut


def blob_of(number: int, count: int, message: Image | PolyData, cut: Cut) -> bytes:
    """Write an image or a mesh for the page; it takes milliseconds, in any thread."""
    told: Json
    arrays: list[Any]
    if isinstance(message, Image):
        told, part = slice_of(message, cut)
        told['kind'], arrays = 'picture', [part]
    else:
        told, arrays = shape_of(message)
        told['kind'] = 'mesh'
    stamp = str(message.timestamp_ns)
    return packed({**told, 'id': number, 'count': count, 'stamp': stamp}, *arrays)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53
