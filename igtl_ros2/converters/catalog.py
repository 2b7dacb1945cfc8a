"""IMGMETA, LBMETA and VIDEOMETA, whose names and numbers of patients are left out unless asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from std_msgs.msg import String as RosString

from ..codec import to_ns
from ..codec.geometry import LPS, RAS, ijk_to_ras, ras_to_wire
from ..codec.messages.catalog import (
    ImageMeta,
    ImageMetaElement,
    LabelMeta,
    LabelMetaElement,
    VideoMeta,
    VideoMetaElement,
)
from ..codec.scalars import scalar_code, scalar_dtype
from ..errors import ConversionError, EncodeError
from .registry import Converted, Route, Sending, from_ros, to_ros
from .units import (
    PER_METRE,
    affine_from_metres,
    affine_to_metres,
    json_number,
    length_from_ros,
    ros_text,
)


@to_ros(ImageMeta)
def images_to_ros(message: ImageMeta, route: Route, stamp: Time) -> Converted:
    """IMGMETA: `meta`, a JSON list of the images."""
    return _meta(
        {
            'name': ros_text(element.name),
            'id': ros_text(element.id),
            'modality': ros_text(element.modality),
            **_patient(element),
            'timestamp': f'0x{element.timestamp:016x}',
            'time': to_ns(element.timestamp) / 1e9,
            'dimensions': list(element.size),
            'scalar_type': _scalar_name(element.scalar_type),
        }
        for element in message.elements
    )


@to_ros(LabelMeta)
def labels_to_ros(message: LabelMeta, route: Route, stamp: Time) -> Converted:
    """LBMETA: `meta`, a JSON list of the labels, and `labels`, name and colour by value."""
    result = _meta(
        {
            'name': ros_text(element.name),
            'id': ros_text(element.id),
            'label': element.label,
            'rgba': list(element.rgba),
            'dimensions': list(element.size),
            'owner': ros_text(element.owner),
        }
        for element in message.elements
    )
    by_value: dict[str, Any] = {}
    for element in message.elements:
        look = {'name': ros_text(element.name), 'rgba': list(element.rgba)}
        if by_value.setdefault(str(element.label), look) != look:
            result.errors.append(f'label {element.label} has more than one name or colour')
    result.outputs['labels'] = RosString(data=json.dumps(by_value, ensure_ascii=False))
    return result


@to_ros(VideoMeta)
def videos_to_ros(message: VideoMeta, route: Route, stamp: Time) -> Converted:
    """VIDEOMETA: `meta`, a JSON list of the video streams; lengths in metres."""
    rule = route.rule
    return _meta(
        {
            'name': ros_text(element.name),
            'id': ros_text(element.id),
            **_patient(element),
            'zoom': element.zoom,
            'focal_length': json_number(element.focal_length / PER_METRE[rule.wire_unit]),
            'dimensions': list(element.size),
            'geometry': _geometry(element, rule.wire_unit, rule.wire_axes),
            'scalar_type': _scalar_name(element.scalar_type),
        }
        for element in message.elements
    )


def _meta(entries: Iterable[dict[str, Any]]) -> Converted:
    listed = list(entries)
    text = RosString(data=json.dumps(listed, ensure_ascii=False))
    return Converted(outputs={'meta': text}, info={'count': len(listed)})


def _patient(element: ImageMetaElement | VideoMetaElement) -> dict[str, str]:
    """Say who the patient is, as far as that was not hidden before."""
    return {
        'patient_name': ros_text(element.patient_name),
        'patient_id': ros_text(element.patient_id),
    }


def _scalar_name(code: int) -> str | int:
    dtype = scalar_dtype(code, 2)
    return code if dtype is None else dtype.name


def _geometry(element: VideoMetaElement, unit: str, axes: str) -> list[list[float]] | None:
    matrix = ijk_to_ras(element.matrix, element.size, LPS if axes == 'lps' else RAS)
    return affine_to_metres(matrix, unit).tolist() if np.isfinite(matrix).all() else None


# -- from ROS


@from_ros(RosString, 'IMGMETA', 'meta')
def images_from_string(message: RosString, sending: Sending) -> ImageMeta:
    """JSON list as IMGMETA, with the keys of `meta`; all but `name` may be left out."""

    def element(entry: dict[str, Any]) -> ImageMetaElement:
        timestamp = entry.get('timestamp', 0)
        return ImageMetaElement(
            entry['name'],
            entry.get('id', ''),
            entry.get('modality', ''),
            entry.get('patient_name', ''),
            entry.get('patient_id', ''),
            int(timestamp, 0) if isinstance(timestamp, str) else timestamp,
            _triple(entry),
            _scalar_code(entry),
        )

    return ImageMeta(_elements(message, element), **sending.envelope())


@from_ros(RosString, 'LBMETA')
def labels_from_string(message: RosString, sending: Sending) -> LabelMeta:
    """JSON list as LBMETA, with the keys of `meta`; all but `name` may be left out."""

    def element(entry: dict[str, Any]) -> LabelMetaElement:
        return LabelMetaElement(
            entry['name'],
            entry.get('id', ''),
            entry.get('label', 0),
            entry.get('rgba', (0, 0, 0, 0)),
            _triple(entry),
            entry.get('owner', ''),
        )

    return LabelMeta(_elements(message, element), **sending.envelope())


@from_ros(RosString, 'VIDEOMETA')
def videos_from_string(message: RosString, sending: Sending) -> VideoMeta:
    """JSON list as VIDEOMETA, with the keys of `meta`; all but `name` may be left out."""
    unit = sending.rule.wire_unit

    def element(entry: dict[str, Any]) -> VideoMetaElement:
        size = _triple(entry)
        geometry = entry.get('geometry')
        place = np.eye(4) if geometry is None else affine_from_metres(geometry, unit)
        return VideoMetaElement(
            entry['name'],
            entry.get('id', ''),
            entry.get('patient_name', ''),
            entry.get('patient_id', ''),
            entry.get('zoom', 1),
            length_from_ros(entry.get('focal_length', 0.0), unit),
            size,
            ras_to_wire(place, size, RAS),
            _scalar_code(entry),
        )

    return VideoMeta(_elements(message, element), **sending.envelope())


def _elements(message: RosString, make: Callable[[dict[str, Any]], Any]) -> tuple[Any, ...]:
    """
    Make the elements of a JSON list.

    :raises ConversionError: naming the entry that is wrong.
    """
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
