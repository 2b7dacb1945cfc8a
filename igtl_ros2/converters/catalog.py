"""IMGMETA, LBMETA and VIDEOMETA, whose names of patients are removed unless asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from std_msgs.msg import String as RosString

from ..codec import to_ns
from ..codec.geometry import RAS, matrices_of, ras_to_wire
from ..codec.lists import Table
from ..codec.messages.catalog import (
    ImageMeta,
    ImageMetaElement,
    LabelMeta,
    LabelMetaElement,
    VideoMeta,
    VideoMetaElement,
)
from ..codec.scalars import scalar_code, scalar_dtype
from ..config.numbers import int_in
from ..errors import ConversionError, EncodeError
from .details import json_pieces
from .metres import PER_METRE, json_number
from .outputs import Output
from .registry import Converted, Route, Sending, from_ros, to_ros
from .units import affine_from_metres, length_from_ros, ros_texts

# entries that are made together
_PIECE = 500


@to_ros(ImageMeta, Output('meta', RosString, is_whole=True))
def images_to_ros(message: ImageMeta, route: Route, stamp: Time) -> Converted:
    """IMGMETA: `meta`, a JSON list of the images."""

    def columns(part: Table) -> dict[str, list[Any]]:
        times = part.rows['timestamp'].tolist()
        return {
            **_texts(part, 'name', 'id', 'modality', 'patient_name', 'patient_id'),
            'timestamp': [f'0x{time:016x}' for time in times],
            'time': [to_ns(time) / 1e9 for time in times],
            'dimensions': part.rows['size'].tolist(),
            'scalar_type': _scalar_names(part),
        }

    return _meta(message.table(), columns)


@to_ros(LabelMeta, Output('meta', RosString, is_whole=True), Output('labels', RosString))
def labels_to_ros(message: LabelMeta, route: Route, stamp: Time) -> Converted:
    """LBMETA: `meta`, a JSON list of the labels, and `labels`, name and colour by value."""
    by_value: dict[str, Any] = {}
    twice: dict[int, None] = {}

    def columns(part: Table) -> dict[str, list[Any]]:
        texts = _texts(part, 'name', 'id', 'owner')
        colours, labels = part.rows['rgba'].tolist(), part.rows['label'].tolist()
        for label, name, rgba in zip(labels, texts['name'], colours):
            look = {'name': name, 'rgba': rgba}
            if by_value.setdefault(str(label), look) != look:
                twice.setdefault(label)
        return {
            'name': texts['name'],
            'id': texts['id'],
            'label': labels,
            'rgba': colours,
            'dimensions': part.rows['size'].tolist(),
            'owner': texts['owner'],
        }

    result = _meta(message.table(), columns)
    result.errors += [f'label {label} has more than one name or colour' for label in twice]
    result.outputs['labels'] = RosString(data=json.dumps(by_value, ensure_ascii=False))
    return result


@to_ros(VideoMeta, Output('meta', RosString, is_whole=True))
def videos_to_ros(message: VideoMeta, route: Route, stamp: Time) -> Converted:
    """VIDEOMETA: `meta`, a JSON list of the video streams; lengths in metres."""
    rule = route.rule

    def columns(part: Table) -> dict[str, list[Any]]:
        lengths = part.rows['focal_length'] / PER_METRE[rule.wire_unit]
        return {
            **_texts(part, 'name', 'id', 'patient_name', 'patient_id'),
            'zoom': part.rows['zoom'].tolist(),
            'focal_length': list(map(json_number, lengths.tolist())),
            'dimensions': part.rows['size'].tolist(),
            'geometry': _geometries(part, rule.wire_unit, rule.wire_axes),
            'scalar_type': _scalar_names(part),
        }

    return _meta(message.table(), columns)


def _meta(table: Table, columns: Callable[[Table], dict[str, list[Any]]]) -> Converted:
    """Make one entry of each row; some of them at a time, for there may be very many."""
    entries: list[Any] = []
    for start in range(0, len(table), _PIECE):
        part = columns(Table(table.kind, table.rows[start : start + _PIECE]))
        entries += [dict(zip(part, row)) for row in zip(*part.values())]
    text = RosString(data=''.join(json_pieces(entries)))
    return Converted(outputs={'meta': text}, info={'count': len(table)})


def _texts(table: Table, *names: str) -> dict[str, list[Any]]:
    """List texts; with names of patients, as far as those were not hidden before."""
    return {name: ros_texts(table.texts(name)) for name in names}


def _scalar_names(table: Table) -> list[Any]:
    codes = table.rows['scalar_type'].tolist()
    dtypes = {code: scalar_dtype(code, 2) for code in set(codes)}
    names = {code: code if dtype is None else dtype.name for code, dtype in dtypes.items()}
    return [names[code] for code in codes]


def _geometries(table: Table, unit: str, axes: str) -> list[list[list[float]] | None]:
    """Compute what `ijk_to_ras` does, for all in one go; None where it is not finite."""
    matrices = matrices_of(table.rows['matrix'])
    for axis in range(3):  # see `with_axes`
        missing = ~matrices[:, :3, axis].any(axis=1)
        matrices[missing, axis, axis] = 1.0
    if axes == 'lps':
        matrices[:, :2] *= -1.0
    with np.errstate(all='ignore'):
        centres = (table.rows['size'].astype(float) - 1) / 2
        matrices[:, :3, 3] -= (matrices[:, :3, :3] @ centres[:, :, None])[:, :, 0]
        finite = np.isfinite(matrices).all(axis=(1, 2))
        matrices[:, :3] /= PER_METRE[unit]
    return [matrix if is_finite else None
            for matrix, is_finite in zip(matrices.tolist(), np.asarray(finite).tolist())]


# -- from ROS


@from_ros(RosString, 'IMGMETA', 'meta')
def images_from_string(message: RosString, sending: Sending) -> ImageMeta:
    """JSON list as IMGMETA, with the keys of `meta`; all but `name` may be omitted."""

    def element(entry: dict[str, Any]) -> ImageMetaElement:
        timestamp = entry.get('timestamp', 0)
        return ImageMetaElement(
            **_said(entry, 'name', 'id', 'modality', 'patient_name', 'patient_id'),
            timestamp=int_in(timestamp, 0) if isinstance(timestamp, str) else timestamp,
            size=_triple(entry), scalar_type=_scalar_code(entry))

    return ImageMeta(_elements(message, element), **sending.envelope())


@from_ros(RosString, 'LBMETA')
def labels_from_string(message: RosString, sending: Sending) -> LabelMeta:
    """JSON list as LBMETA, with the keys of `meta`; all but `name` may be omitted."""

    def element(entry: dict[str, Any]) -> LabelMetaElement:
        said = _said(entry, 'name', 'id', 'label', 'rgba', 'owner')
        return LabelMetaElement(**said, size=_triple(entry))

    return LabelMeta(_elements(message, element), **sending.envelope())


@from_ros(RosString, 'VIDEOMETA')
def videos_from_string(message: RosString, sending: Sending) -> VideoMeta:
    """JSON list as VIDEOMETA, with the keys of `meta`; all but `name` may be omitted."""
    unit = sending.rule.wire_unit

    def element(entry: dict[str, Any]) -> VideoMetaElement:
        size = _triple(entry)
        geometry = entry.get('geometry')
        place = np.eye(4) if geometry is None else affine_from_metres(geometry, unit)
        return VideoMetaElement(
            **_said(entry, 'name', 'id', 'patient_name', 'patient_id', 'zoom'),
            focal_length=length_from_ros(entry.get('focal_length', 0.0), unit), size=size,
            matrix=ras_to_wire(place, size, RAS), scalar_type=_scalar_code(entry))

    return VideoMeta(_elements(message, element), **sending.envelope())


def _elements(message: RosString, make: Callable[[dict[str, Any]], Any]) -> tuple[Any, ...]:
    """Make the elements of a JSON list; an error names the entry that is wrong."""
    try:
        entries = json.loads(message.data)
    except (ValueError, RecursionError) as error:
        raise ConversionError(f'not JSON: {error}') from error
    if not isinstance(entries, list):
        raise ConversionError('wanted a JSON list of objects')
    elements = []
    for number, entry in enumerate(entries):
        if not isinstance(entry, dict) or not isinstance(entry.get('name'), str):
            raise ConversionError(f'entry {number}: wanted an object with a name')
        try:
            elements.append(make(entry))
        except (ConversionError, EncodeError, TypeError, ValueError, OverflowError) as error:
            raise ConversionError(f'entry {number}: {error}') from error
    return tuple(elements)


def _said(entry: dict[str, Any], *keys: str) -> dict[str, Any]:
    """Take those fields of an element that are the same in JSON, as far as they are there."""
    return {key: entry[key] for key in keys if key in entry}


def _triple(entry: dict[str, Any]) -> tuple[int, int, int]:
    i, j, k = entry.get('dimensions', (0, 0, 0))
    return i, j, k


def _scalar_code(entry: dict[str, Any]) -> int:
    value = entry.get('scalar_type', 'uint8')
    if isinstance(value, int):
        return value
    code = scalar_code(np.dtype(value)) if isinstance(value, str) else None
    if code is None:
        raise ConversionError(f'scalar_type {str(value)[:40]!r}, wanted uint8, int16 ...')
    return code
