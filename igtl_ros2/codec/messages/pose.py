"""TRANSFORM and POSITION: one pose in millimetres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf, sqrt
from typing import Any

import numpy as np

from ...errors import ContentError, ConversionError, EncodeError
from ..brief import position_text
from ..fields import (
    Affine,
    Buffer,
    Floats,
    affine_of,
    affine_to_wire,
    check_affine,
    check_array,
    check_int,
    check_numbers,
    floats_from_wire,
    floats_to_wire,
    matrix_of,
    read_only,
    unpack_affine,
)
from ..geometry import (
    matrix_to_quaternion,
    moved_matrix,
    moved_point,
    quaternion_to_matrix,
    turned_quaternion,
)
from ..layout import Numbers, Record
from ..lazy import Lazy, set_held
from ..message import Content, Envelope, Message, Place, plain, register
from ..short_names import FULL_NAME
from ..timestamp import wire_time
from ..tool_state import is_valid, tool_state

_set = object.__setattr__
_FLOAT32_SLACK = 1e-5
_LEAST_LENGTH = 1e-6
_RIGID_TOLERANCE = 1e-3
_NO_TURN = (0.0, 0.0, 0.0, 1.0)
_USUAL = {'timestamp_ns', 'metadata'}


class _Given:
    """Numbers, in place of a matrix that has to be checked."""

    __slots__ = ('numbers',)

    def __init__(self, numbers: Any) -> None:
        self.numbers = numbers


@register('TRANSFORM')
@dataclass(frozen=True, slots=True, eq=False)
class Transform(Lazy):
    """
    TRANSFORM: an affine matrix, usually the pose of a tool.

    :param matrix: float64 (4, 4), last row 0 0 0 1, column vectors, translation in mm. A device
        named `XToY` takes coordinates in X to coordinates in Y. Scale and shear may be present.
    """

    is_stream = can_be_held = True
    place = Place.POSES
    lazy = ('matrix',)
    # `pose @ array` is a TypeError rather than whatever numpy makes of it
    __array_ufunc__ = None
    #: as its columns, without the last row
    layout = (Record(('matrix', 'f4', (4, 3))),)

    matrix: Floats

    def __post_init__(self) -> None:
        Message.__post_init__(self)
        matrix: Any = self.matrix
        if type(matrix) is _Given:
            set_held(self, check_numbers(matrix.numbers, 12, 'affine'))
            object.__delattr__(self, 'matrix')
        else:
            set_held(self, None)
            _set(self, 'matrix', check_affine(matrix, 'matrix'))

    @classmethod
    def from_affine(
        cls, numbers: Sequence[float], *, device_name: str = '', timestamp: int = 0, **fields: Any
    ) -> Transform:
        """
        Make one of 12 numbers, for which no matrix is made.

        :param numbers: as `affine` gives them.
        :param fields: what else all messages share.
        :raises EncodeError: if they are not 12 numbers, or another field cannot be written.
        """
        message: Any = None
        time = fields.get('timestamp_ns')
        if cls is Transform and fields.keys() <= _USUAL and (time is None or not timestamp):
            wire = timestamp if time is None else wire_time(time)
            message = plain(Transform, device_name, wire, fields.get('metadata'))
        if message is None:
            given: Any = _Given(numbers)
            return cls(given, device_name=device_name, timestamp=timestamp, **fields)
        set_held(message, check_numbers(numbers, 12, 'affine'))
        return message  # type: ignore[no-any-return]

    @classmethod
    def from_quaternion(
        cls, quaternion: Any, translation: Any = (0.0, 0.0, 0.0), **fields: Any
    ) -> Transform:
        """
        Make one of a rotation and a translation.

        :param quaternion: x, y, z, w; it is brought to length 1.
        :param translation: (3,), mm.
        :param fields: what all messages share, such as `device_name`.
        :raises EncodeError: if it cannot be written, or the quaternion is zero or not finite.
        """
        turn = check_array(quaternion, (4,), 'quaternion')
        matrix = np.eye(4)
        try:
            matrix[:3, :3] = quaternion_to_matrix(turn.tolist())
        except ConversionError as error:
            raise EncodeError(f'quaternion: {error}') from error
        matrix[:3, 3] = check_array(translation, (3,), 'translation')
        return cls(matrix, **fields)

    @classmethod
    def from_translation(cls, translation: Any, **fields: Any) -> Transform:
        """
        Make one without a rotation.

        :param translation: (3,), mm.
        :param fields: what all messages share, such as `device_name`.
        :raises EncodeError: if it cannot be written.
        """
        return cls.from_quaternion(_NO_TURN, translation, **fields)

    def inverse(self, **fields: Any) -> Transform:
        """
        Make the inverse: for ToolToRef the transform from Ref to Tool.

        It has the stamp and the metadata of this one, so that an invalid pose stays invalid, and
        no name.

        :param fields: what else all messages share, such as `device_name`.
        :raises EncodeError: if there is none, because the matrix is singular.
        """
        try:
            matrix = np.asarray(np.linalg.inv(self.matrix), np.float64)
        except np.linalg.LinAlgError as error:
            raise EncodeError('matrix: it is singular, there is no way back') from error
        matrix[3] = 0.0, 0.0, 0.0, 1.0
        # the whole name of this one is not the name of the other
        metadata = {k: v for k, v in self.metadata.items() if k != FULL_NAME}
        return Transform(matrix, **{
            'timestamp': self.timestamp, 'metadata': metadata, **fields})

    def __matmul__(self, other: Transform) -> Transform:
        """
        Do another one first, then this one: RefToWorld @ ToolToRef is ToolToWorld.

        It has the older stamp of both, none if one has none, the state of the first that is not
        valid, and no name.
        """
        if not isinstance(other, Transform):
            return NotImplemented
        state = next((s for s in map(tool_state, (self, other)) if not is_valid(s)), None)
        return Transform(
            np.asarray(self.matrix @ other.matrix, np.float64),
            timestamp=min(self.timestamp, other.timestamp),
            metadata={} if state is None else {'TransformStatus': state})

    def like(self, numbers: Affine, timestamp: int, metadata: dict[str, str]) -> Transform:
        """
        Make another one of the same device, in half the time: nothing is checked again.

        :param metadata: with the same keys.
        """
        envelope: Any = (
            self.device_name, timestamp, 0, metadata, self.metadata_encodings, self.version,
            '', True, 0)
        message = Transform.from_wire(envelope)
        set_held(message, numbers)
        return message

    @property
    def affine(self) -> Affine:
        """
        The numbers on the wire: columns of the rotation, then the translation in mm.

        For a received message no matrix is made.
        """
        numbers: Affine | None = self._held
        return affine_of(self.matrix) if numbers is None else numbers

    def _made(self) -> tuple[Floats, ...]:
        return (matrix_of(self._held),)

    def moved(self, matrices: Sequence[Floats]) -> Transform:
        (matrix,) = matrices
        return replace(self, matrix=moved_matrix(matrix, self.matrix))

    def brief(self) -> str:
        return position_text(self.matrix[:3, 3])

    def says(self) -> Content:
        return Content(self.matrix[:3, 3], self.matrix[:3, :3], self.type_name)

    def encode_content(self) -> Sequence[Buffer]:
        """Write 12 floats, columns first, translation last."""
        numbers = self._held
        if numbers is None:
            return (affine_to_wire(self.matrix, 'matrix'),)
        return (floats_to_wire(numbers, 'affine'),)

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> Transform:
        if len(content) != 48:
            raise ContentError(f'{len(content)} bytes of content, wanted 48')
        message = cls.from_wire(envelope)
        set_held(message, unpack_affine(content))
        return message


@register('POSITION', aliases=['QTRANS'])
@dataclass(frozen=True, slots=True, eq=False)
class Position(Lazy):
    """
    POSITION (QTRANS in some documents): a position with or without an orientation.

    :param position: float64 (3,), mm.
    :param quaternion: float64 (4,), x y z w, active rotation; identity by default.
    :param form: bytes of content: 12 (position alone), 24 (x y z of the quaternion, which is
        brought to length 1: w follows as the positive root) or 28; default: 12 without a
        quaternion, else 28.
    """

    is_stream = can_be_held = True
    place = Place.POSES
    lazy = ('position', 'quaternion')
    layout = (Record(('position', 'f4', (3,))), Numbers('quaternion', 'f4'))

    position: Floats
    quaternion: Any = None
    form: int = 0

    def __post_init__(self) -> None:
        Message.__post_init__(self)
        given = self.quaternion
        form = check_int(self.form, 0, 28, 'form') or (12 if given is None else 28)
        if form not in (12, 24, 28):
            raise EncodeError(f'form: {form}, wanted 12, 24 or 28')
        _set(self, 'form', form)
        set_held(self, None)
        _set(self, 'position', check_array(self.position, (3,), 'position'))
        quaternion = check_array(_NO_TURN if given is None else given, (4,), 'quaternion')
        if form == 24:
            quaternion = _of_length_1(quaternion)
        _set(self, 'quaternion', quaternion)

    @classmethod
    def from_matrix(cls, matrix: Any, **fields: Any) -> Position:
        """
        Make a position and orientation of a matrix.

        :param matrix: (4, 4), a rotation and a translation in mm.
        :param fields: `form`, and what all messages share, such as `device_name`.
        :raises EncodeError: if the matrix holds scale, shear or a mirror image.
        """
        affine = check_affine(matrix, 'matrix')
        turn = affine[:3, :3]
        with np.errstate(all='ignore'):
            deviation = np.abs(turn.T @ turn - np.eye(3)).max()
            # not the other way round: NaN is no rotation either
            rigid = deviation <= _RIGID_TOLERANCE and np.linalg.det(turn) > 0
        if not rigid:
            raise EncodeError(
                f'matrix: {affine.tolist()}, wanted a rotation and a translation alone')
        return cls(affine[:3, 3], matrix_to_quaternion(turn), **fields)

    @property
    def matrix(self) -> Floats:
        """
        The pose as a (4, 4) matrix, translation in mm; the quaternion is brought to length 1.

        :raises ConversionError: if the quaternion is zero or not finite.
        """
        matrix = np.eye(4)
        matrix[:3, :3] = quaternion_to_matrix(self.quaternion.tolist())
        matrix[:3, 3] = self.position
        return matrix

    @property
    def pose(self) -> tuple[float, ...]:
        """
        Seven numbers: position in mm, and x y z w of the quaternion.

        Of a message that was received no array is made for them.
        """
        numbers: tuple[float, ...] | None = self._held
        if numbers is None:
            return (*self.position.tolist(), *self.quaternion.tolist())
        return numbers

    def _made(self) -> tuple[Floats, ...]:
        numbers = self._held
        return read_only(numbers[:3]), read_only(numbers[3:])

    def moved(self, matrices: Sequence[Floats]) -> Position:
        (matrix,) = matrices
        turn = {}
        if self.form != 12:
            turn = {'quaternion': turned_quaternion(matrix, self.quaternion)}
        return replace(self, position=moved_point(matrix, self.position), **turn)

    def brief(self) -> str:
        return position_text(self.position)

    def says(self) -> Content:
        return Content(self.position, self.quaternion, (self.type_name, self.form))

    def encode_content(self) -> Sequence[Buffer]:
        values = self.pose[: self.form // 4]
        return (floats_to_wire(values, 'position and quaternion'),)

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> Position:
        form = len(content)
        if form not in (12, 24, 28):
            raise ContentError(f'{form} bytes of content, wanted 12, 24 or 28')
        values = floats_from_wire(content, form // 4)
        if form == 12:
            values += _NO_TURN
        elif form == 24:
            rest = 1.0 - sum(value * value for value in values[3:])
            # Half turns come out a little below 0 in float32. The C++ library takes the identity
            # there and for all worse: a pose that nobody sent.
            if rest < -_FLOAT32_SLACK:
                raise ContentError(f'no w makes {values[3:]} a quaternion of length 1')
            values += (sqrt(max(rest, 0.0)),)
        message = cls.from_wire(envelope, form=form)
        set_held(message, values)
        return message


def _of_length_1(quaternion: Floats) -> Floats:
    """
    Bring a quaternion to length 1, of which three numbers say the fourth.

    :raises EncodeError: if they do not.
    """
    x, y, z, w = quaternion.tolist()
    if w < 0:
        raise EncodeError('quaternion: the 24-byte form cannot carry a negative w')
    length = sqrt(x * x + y * y + z * z + w * w)
    if not _LEAST_LENGTH <= length < inf:
        raise EncodeError(f'quaternion: {[x, y, z, w]} is not a rotation')
    if abs(length - 1.0) <= _FLOAT32_SLACK:
        return quaternion  # as it was received
    return read_only((x / length, y / length, z / length, w / length))
