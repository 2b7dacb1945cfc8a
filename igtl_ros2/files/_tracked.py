"""Tracked images on their way into a sequence file of PLUS (.igs.mha): frames, poses, times."""

from __future__ import annotations

import re
import shutil
import tempfile
from bisect import bisect_left
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..codec import Message
from ..codec.geometry import matrix_to_quaternion, quaternion_to_matrix
from ..codec.messages.image import Image
from ..codec.messages.pose import Transform
from ..codec.tool_state import is_valid, tool_state
from ..errors import EncodeError, FileError
from ._meta import NAMES, numbers_text, open_voxels
from ._volumes import FLIP, chunks, place_of, split_place

#: poses that are further apart say nothing of the time between them
MOST_APART_NS = 500_000_000
# times closer together are one: PLUS writes them with six digits
_SAME_NS = 1000
# rotations of few digits are some thousandths off
_SAME_SCALE = 1e-2
_FLAT = 1e-9
_FIELD = re.compile(r'\w+')
_MISSING, _INVALID, _OK = 'MISSING', 'INVALID', 'OK'
_IDENTITY = np.eye(4)


class _Pose(NamedTuple):
    """A pose at a time, in nanoseconds, and what its sender says of it."""

    at: int
    matrix: NDArray[Any]
    state: str


class _Times(NamedTuple):
    """When something was: by the clock of the device, and by arrival."""

    stamp_ns: int | None
    arrival_ns: int


class _Picture(NamedTuple):
    """An image whose pixels are in the file already."""

    times: _Times
    place: NDArray[Any]
    state: str


class Tracked:
    """
    Images and poses that become a sequence.

    Each image is a frame, with each pose as it was at its time: one of the same stamp, else what
    lies between the one before and the one behind, else `MISSING`. A pose that its sender calls
    invalid stays so, and so do those beside it; one that is not finite is `INVALID`. Between poses
    that scale or mirror, scale and hand stay; of two that differ in that nothing is known. Without
    images each time of a pose is a frame. Times are stamps, where all have one, else those of
    arrival. Pixels do not stay in the memory.

    :raises FileError: if they do not fit together.
    """

    #: a sequence that an error cut short would take the place of a whole one, and look like it
    KEPT_AFTER: type[BaseException] = KeyboardInterrupt

    @staticmethod
    def kind_of(message: Message) -> str:
        """Say of which kind a message is: all of a sequence share a file."""
        return ''

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pixels: IO[bytes] | None = None
        self._image: Image | None = None
        self._pictures: list[_Picture] = []
        self._poses: dict[str, list[tuple[_Times, NDArray[Any], str]]] = {}

    def add(self, time_s: float, message: Message) -> None:
        """Take in a message."""
        times = _Times(
            message.timestamp_ns if message.timestamp else None, round(time_s * 1e9))
        state = tool_state(message) or _OK
        if isinstance(message, Image):
            self._add_image(times, message, state)
            return
        if not isinstance(message, Transform):
            raise EncodeError(f'{message.type_name}: wanted IMAGE or TRANSFORM')
        name = message.device_name
        if not _FIELD.fullmatch(name):
            raise FileError(
                f'{self._path}: TRANSFORM {name!r} has no place in such a file; wanted a name of '
                'letters, digits and _, such as ProbeToTracker')
        matrix = message.matrix
        if not np.isfinite(matrix).all():  # which nobody reads
            matrix, state = _IDENTITY, _INVALID if is_valid(state) else state
        self._poses.setdefault(name, []).append((times, matrix, state))

    def _add_image(self, times: _Times, image: Image, state: str) -> None:
        first = self._image or image
        for what, one, other in (
            ('device', first.device_name, image.device_name),
            ('shape', first.pixels.shape, image.pixels.shape),
            ('type', first.pixels.dtype.str[1:], image.pixels.dtype.str[1:]),
        ):
            if one != other:
                raise FileError(
                    f'{self._path}: all images of a sequence have one {what}; found {one} and '
                    f'{other}' + ('; --device chooses' if what == 'device' else ''))
        if self._pixels is None:
            self._pixels = tempfile.TemporaryFile(dir=self._path.parent)
        for piece in chunks(image.pixels):
            self._pixels.write(piece)
        self._image = first
        self._pictures.append(_Picture(times, place_of(image), state))

    def close(self) -> None:
        """Write the file."""
        every = [picture.times for picture in self._pictures]
        every += [times for found in self._poses.values() for times, *_ in found]
        if not every:
            return
        is_stamped = all(times.stamp_ns is not None for times in every)

        def at(times: _Times) -> int:
            stamp_ns = times.stamp_ns
            return stamp_ns if is_stamped and stamp_ns is not None else times.arrival_ns

        poses = {
            name: sorted((_Pose(at(times), matrix, state) for times, matrix, state in found),
                         key=lambda pose: pose.at)
            for name, found in self._poses.items()}
        if self._image is None:
            frames = _distinct(pose.at for found in poses.values() for pose in found)
        else:
            frames = [at(picture.times) for picture in self._pictures]
        moving = self._moving()
        fields = self._head(len(frames), moving)
        for number, time_ns in enumerate(frames):
            fields += self._frame(number, time_ns, poses, moving)
        with open_voxels(self._path, fields) as file:
            if self._pixels is not None:
                self._pixels.seek(0)
                shutil.copyfileobj(self._pixels, file, 1 << 20)
                self._pixels.close()

    def _moving(self) -> str:
        """Name the pose that says where the images are, if they are not in one place."""
        first = self._pictures[0].place if self._pictures else _IDENTITY
        if self._image is None or all(
            np.allclose(picture.place, first, atol=1e-6) for picture in self._pictures
        ):
            return ''
        image, _, frame = self._image.device_name.rpartition('_')
        if not (_FIELD.fullmatch(image) and _FIELD.fullmatch(frame)):
            raise FileError(
                f'{self._path}: the images of {self._image.device_name!r} move; wanted a name '
                'such as Image_Reference, which says in which frame they do')
        return f'{image}To{frame}'

    def _head(self, count: int, moving: str) -> list[tuple[str, str]]:
        """List what holds for all frames."""
        image, place = self._image, _IDENTITY
        if image is not None and not moving:
            place = self._pictures[0].place
        slices, rows, columns = image.pixels.shape[:3] if image is not None else (1, 0, 0)
        directions, spacing, origin = split_place(FLIP @ place)
        is_flat = np.allclose(place[2], (0, 0, 1, 0)) and np.allclose(place[:2, 2], 0)
        axes = 2 if slices == 1 and is_flat else 3
        total = axes + 1
        turn = np.eye(total)
        turn[:axes, :axes] = directions[:axes, :axes]
        sizes = (columns, rows, slices)[:axes]
        components = image.components if image is not None else 1
        kind = image.pixels.dtype.str[1:] if image is not None else 'u1'
        return [
            ('ObjectType', 'Image'), ('NDims', str(total)), ('BinaryData', 'True'),
            ('BinaryDataByteOrderMSB', 'False'), ('CompressedData', 'False'),
            ('AnatomicalOrientation', 'RAI'), ('CenterOfRotation', numbers_text(np.zeros(total))),
            ('DimSize', ' '.join(map(str, (*sizes, count)))),
            *([('ElementNumberOfChannels', str(components))] if components > 1 else []),
            ('ElementSpacing', numbers_text([*spacing[:axes], 1.0])), ('ElementType', NAMES[kind]),
            ('Kinds', ' '.join(['domain'] * axes + ['list'])),
            ('Offset', numbers_text([*origin[:axes], 0.0])),
            ('TransformMatrix', numbers_text(turn.T)),
            ('UltrasoundImageOrientation', 'MFA'),
            ('UltrasoundImageType', 'RGB_COLOR' if components == 3 else 'BRIGHTNESS'),
        ]

    def _frame(
        self, number: int, time_ns: int, poses: dict[str, list[_Pose]], moving: str
    ) -> list[tuple[str, str]]:
        """List what holds for one frame."""
        start = f'Seq_Frame{number:04d}_'
        picture = self._pictures[number] if self._pictures else None
        seconds, rest = divmod(time_ns, 10**9)
        fields = [
            (f'{start}FrameNumber', str(number)), (f'{start}Timestamp', f'{seconds}.{rest:09}')]
        known = {name: _between(found, time_ns) for name, found in poses.items()}
        if picture is not None and moving:
            known[moving] = _Pose(time_ns, picture.place, picture.state)
        for name, pose in known.items():
            fields += [
                (f'{start}{name}Transform', numbers_text(pose.matrix)),
                (f'{start}{name}TransformStatus', _word(pose.state))]
        fields.append((f'{start}ImageStatus', _word(picture.state) if picture else _INVALID))
        return fields


def _word(state: str) -> str:
    """Give a state as one word, as PLUS has them."""
    return state if _FIELD.fullmatch(state) else _INVALID


def _distinct(times: Iterable[int]) -> list[int]:
    """List times that are no two the same."""
    found: list[int] = []
    for time_ns in sorted(times):
        if not found or time_ns - found[-1] > _SAME_NS:
            found.append(time_ns)
    return found


def _between(poses: list[_Pose], time_ns: int) -> _Pose:
    """Give a pose as it was at a time."""
    behind = bisect_left(poses, time_ns - _SAME_NS, key=lambda pose: pose.at)
    if behind < len(poses) and poses[behind].at - time_ns <= _SAME_NS:
        return poses[behind]
    if not 0 < behind < len(poses):
        return _Pose(time_ns, _IDENTITY, _MISSING)
    before, after = poses[behind - 1], poses[behind]
    for pose in (before, after):
        if not is_valid(pose.state):
            return pose
    if after.at - before.at > MOST_APART_NS:
        return _Pose(time_ns, _IDENTITY, _MISSING)
    part = (time_ns - before.at) / (after.at - before.at)
    mixed = _mixed(before.matrix, after.matrix, part)
    if mixed is None:
        return _Pose(time_ns, _IDENTITY, _MISSING)
    return _Pose(time_ns, mixed, _OK)


def _mixed(first: NDArray[Any], second: NDArray[Any], part: float) -> NDArray[Any] | None:
    """
    Give the pose that lies between two; rotations by the smaller angle.

    :returns: None if one scales or mirrors in another way than the other.
    """
    if np.array_equal(first, second):
        return first
    one, other = _split(first[:3, :3]), _split(second[:3, :3])
    if one is None or other is None:
        return None
    (turn, stretch), (other_turn, other_stretch) = one, other
    if np.abs(stretch - other_stretch).max() > _SAME_SCALE * np.abs(stretch).max():
        return None
    p, q = (np.array(matrix_to_quaternion(rotation)) for rotation in (turn, other_turn))
    cosine = float(p @ q)
    if cosine < 0:
        q, cosine = -q, -cosine
    angle = float(np.arccos(min(cosine, 1.0)))
    if angle > 1e-6:
        p, q = p * np.sin((1 - part) * angle), q * np.sin(part * angle)
        mixed = (p + q) / np.sin(angle)
    else:
        mixed = (1 - part) * p + part * q
    matrix = (1 - part) * first + part * second
    matrix[:3, :3] = quaternion_to_matrix((mixed / np.linalg.norm(mixed)).tolist()) @ (
        (1 - part) * stretch + part * other_stretch)
    return matrix


def _split(linear: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]] | None:
    """
    Split a (3, 3) matrix into a rotation and a stretch, all negative where it mirrors.

    :returns: None if it makes space flat, so that there is no rotation to find.
    """
    left, scales, right = np.linalg.svd(linear)
    if scales[2] <= _FLAT * scales[0]:
        return None
    hand = np.sign(np.linalg.det(linear))
    return hand * left @ right, hand * (right.T * scales) @ right
