"""TRANSFORM and POSITION: one pose in millimetres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

import numpy as np

from ...errors import ContentError, EncodeError
from ..fields import (
    Buffer,
    Floats,
    affine_from_wire,
    affine_to_wire,
    check_affine,
    check_array,
    check_int,
    floats_from_wire,
    floats_to_wire,
)
from ..geometry import (
    matrix_to_quaternion,
    moved_matrix,
    moved_point,
    quaternion_to_matrix,
    turned_quaternion,
)
from ..message import Content, Envelope, Message, Place, register

_set = object.__setattr__
_FLOAT32_SLACK = 1e-5
_RIGID_TOLERANCE = 1e-3


@register('TRANSFORM')
@dataclass(frozen=True, slots=True, eq=False)
class Transform(Message):
    """
    TRANSFORM: an affine matrix, usually the pose of a tool.

    :param matrix: float64 (4, 4), last row 0 0 0 1, column vectors, translation in mm. A device
        named `XToY` takes coordinates in X to coordinates in Y. Scale and shear may be present.
    """

    is_stream = can_be_held = True
    place = Place.POSES

    matrix: Floats

    def __post_init__(self) -> None:
        """Check the matrix."""
        Message.__post_init__(self)
        _set(self, 'matrix', check_affine(self.matrix, 'matrix'))

    def moved(self, matrices: Sequence[Floats]) -> Transform:
        """Move it, as `Message.moved`."""
        (matrix,) = matrices
        return replace(self, matrix=moved_matrix(matrix, self.matrix))

    def says(self) -> Content:
        """Tell what it says, as `Message.says`."""
        return Content(self.matrix[:3, 3], self.matrix[:3, :3], self.type_name)

    def encode_content(self) -> Sequence[Buffer]:
        """Write 12 floats, columns first, translation last."""
        return (affine_to_wire(self.matrix, 'matrix'),)

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> Transform:
        """Read 12 floats."""
        if len(content) != 48:
            raise ContentError(f'{len(content)} bytes of content, wanted 48')
        message: Transform = cls.from_wire(envelope)
        # faster than as an argument, and most messages are poses
        _set(message, 'matrix', affine_from_wire(content))
        return message


@register('POSITION', aliases=['QTRANS'])
@dataclass(frozen=True, slots=True, eq=False)
class Position(Message):
    """
    POSITION (QTRANS in some documents): a position with or without an orientation.

    :param position: float64 (3,), mm.
    :param quaternion: float64 (4,), x y z w, active rotation; identity if left out.
    :param form: bytes of content: 12 (position alone), 24 (x y z of the quaternion, w follows as
        the positive root) or 28; left out: 12 without a quaternion, else 28.
    """

    is_stream = can_be_held = True
    place = Place.POSES

    position: Floats
    quaternion: Any = None
    form: int = 0

    def __post_init__(self) -> None:
        """Check the arrays and the form."""
        Message.__post_init__(self)
        form = check_int(self.form, 0, 28, 'form') or (12 if self.quaternion is None else 28)
        if form not in (12, 24, 28):
            raise EncodeError(f'form: {form}, wanted 12, 24 or 28')
        _set(self, 'form', form)
        quaternion = (0, 0, 0, 1) if self.quaternion is None else self.quaternion
        _set(self, 'position', check_array(self.position, (3,), 'position'))
        _set(self, 'quaternion', check_array(quaternion, (4,), 'quaternion'))
        if self.form == 24 and self.quaternion[3] < 0:
            raise EncodeError('quaternion: the 24-byte form cannot carry a negative w')

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
                f'matrix: {affine.tolist()}, wanted a rotation and a translation alone'
            )
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

    def moved(self, matrices: Sequence[Floats]) -> Position:
        """Move it, as `Message.moved`."""
        (matrix,) = matrices
        turn = {}
        if self.form != 12:
            turn = {'quaternion': turned_quaternion(matrix, self.quaternion)}
        return replace(self, position=moved_point(matrix, self.position), **turn)

    def says(self) -> Content:
        """Tell what it says, as `Message.says`."""
        return Content(self.position, self.quaternion, (self.type_name, self.form))

    def encode_content(self) -> Sequence[Buffer]:
        """Write the position and as much of the quaternion as the form has."""
        values = [*self.position.tolist(), *self.quaternion.tolist()]
        return (floats_to_wire(values[: self.form // 4], 'position and quaternion'),)

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> Position:
        """Read 3, 6 or 7 floats."""
        form = len(content)
        if form not in (12, 24, 28):
            raise ContentError(f'{form} bytes of content, wanted 12, 24 or 28')
        position, quaternion = np.zeros(3), np.array([0.0, 0.0, 0.0, 1.0])
        values = floats_from_wire(content, form // 4)
        position[:] = values[:3]
        if form == 24:
            rest = 1.0 - sum(value * value for value in values[3:])
            # Half turns come out a little below 0 in float32. The C++ library takes the identity
            # there and for all worse: a pose that nobody sent.
            if rest < -_FLOAT32_SLACK:
                raise ContentError(f'no w makes {values[3:]} a quaternion of length 1')
            quaternion[:] = (*values[3:], sqrt(max(rest, 0.0)))
        elif form == 28:
            quaternion[:] = values[3:]
        position.flags.writeable = quaternion.flags.writeable = False
        message: Position = cls.from_wire(
            envelope, position=position, quaternion=quaternion, form=form
        )
        return message
