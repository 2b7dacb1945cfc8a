"""TDATA and QTDATA of what ROS says."""

from __future__ import annotations

import struct
from functools import partial
from typing import Any

import numpy as np
from geometry_msgs.msg import PoseArray
from numpy.typing import NDArray

from ..codec.geometry import columns_to_quaternion
from ..codec.lists import FEW, Table
from ..codec.messages.tracking import (
    HEAD_BYTES,
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from .many_poses import affines_from_poses
from .registry import Sending, from_ros

# a tool: name and type, and its matrix
_WIRE_TOOL = struct.Struct(f'>{HEAD_BYTES}s12f')


@from_ros(PoseArray, 'TDATA', 'tracking')
def tracking_from_poses(message: PoseArray, sending: Sending) -> TrackingData:
    """PoseArray as TDATA; `info` may give names and types, else tools are numbered from 1."""
    affines = affines_from_poses(message, sending.rule.wire_unit)
    heads, rows = _unplaced(TrackingElement, len(affines), sending)
    make_rows = partial(_with_matrices, rows, affines)
    try:
        wire = b''.join([_WIRE_TOOL.pack(head, *numbers) for head, numbers in zip(heads, affines)])
        table = Table.written(TrackingElement, wire, make_rows)
    except (OverflowError, struct.error):
        table = Table(TrackingElement, make_rows())  # which says what is wrong when it is written
    made: TrackingData = TrackingData.of(table, **sending.envelope(message.header))
    return made


def _with_matrices(rows: NDArray[Any], affines: list[tuple[float, ...]]) -> NDArray[Any]:
    placed = rows.copy()
    placed['matrix'] = np.array(affines).reshape(-1, 4, 3)
    return placed


@from_ros(PoseArray, 'QTDATA')
def quaternions_from_poses(message: PoseArray, sending: Sending) -> QuaternionTrackingData:
    """PoseArray as QTDATA; names and types as for TDATA."""
    affines = affines_from_poses(message, sending.rule.wire_unit)
    rows = _unplaced(QuaternionElement, len(affines), sending)[1].copy()
    # through the matrix, so that the quaternion is checked and of length 1
    for row, numbers in zip(rows, affines):
        row['quaternion'] = columns_to_quaternion(*numbers[:9])
        row['position'] = numbers[9:]
    elements = Table(QuaternionElement, rows)
    return QuaternionTrackingData(elements, **sending.envelope(message.header))


def _unplaced(
    kind: type[TrackingElement] | type[QuaternionElement], count: int, sending: Sending
) -> tuple[list[bytes], NDArray[Any]]:
    """Make tools that are nowhere yet: their names and types as written, and all in an array."""
    known: tuple[Any, tuple[list[bytes], NDArray[Any]]] | None = sending.state.get('tools')
    if known is not None:
        (info, *rest), made = known
        if info is sending.info and rest == [kind, count, sending.device]:
            sending.is_wanting = not info
            return made
    names = sending.info_names('names', count, 20)
    types = sending.info_list('types', count, int) or [1] * count
    where = np.eye(4) if kind is TrackingElement else np.zeros(3)
    tools = [kind(name, where, type=type_) for name, type_ in zip(names, types)]
    table = Table.of(kind, tools)
    wire = bytes(table.encode())
    made = [wire[n:n + HEAD_BYTES] for n in range(0, len(wire), kind.SIZE)], table.rows
    if count <= FEW and not sending.notes:
        sending.state['tools'] = (sending.info, kind, count, sending.device), made
    return made
