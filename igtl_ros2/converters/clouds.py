"""PointCloud2: made of arrays and taken apart into arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import PointCloud2, PointField
from std_msgs.msg import Header

from ..errors import ConversionError
from ..rules import IF_DECODED, PICTURES, ReceiveRule
from ..rules.values import BOOLEAN
from .bulk import fill

CLOUD = ReceiveRule.key(
    'cloud', BOOLEAN, 'Publish a PointCloud2 as well, on the topic cloud: the voxels of an IMAGE '
    'over the threshold, the points of a POLYDATA with their attributes, or those of a POINT with '
    'rgba and diameter.', False, after='slice', types=('POINT', 'POLYDATA', *PICTURES),
    of_type=IF_DECODED)
_KINDS = {
    PointField.INT8: 'i1',
    PointField.UINT8: 'u1',
    PointField.INT16: 'i2',
    PointField.UINT16: 'u2',
    PointField.INT32: 'i4',
    PointField.UINT32: 'u4',
    PointField.FLOAT32: 'f4',
    PointField.FLOAT64: 'f8',
}
_CODES = {kind: code for code, kind in _KINDS.items()}
_COORDINATES = ('x', 'y', 'z')


def point_cloud(
    positions: NDArray[Any], fields: Mapping[str, NDArray[Any]], header: Header
) -> PointCloud2:
    """
    Make a cloud of (n, 3) positions, float32 x, y and z, and of fields of n values each.

    :param fields: values by name: uint32 as they are, everything else as float32.
    """
    columns = {name: positions[:, axis] for axis, name in enumerate(_COORDINATES)} | dict(fields)
    kinds = ['<u4' if values.dtype == np.uint32 else '<f4' for values in columns.values()]
    table = np.empty(len(positions), np.dtype(list(zip(columns, kinds))))
    with np.errstate(over='ignore'):
        for name, values in columns.items():
            table[name] = values
    step = table.dtype.itemsize
    described = [
        PointField(name=name, offset=4 * number, datatype=_CODES[kind[1:]], count=1)
        for number, (name, kind) in enumerate(zip(columns, kinds))]
    cloud = PointCloud2(
        header=header, height=1, width=len(table), fields=described, is_bigendian=False,
        point_step=step, row_step=step * len(table), is_dense=True)
    fill(cloud, table.view(np.uint8))
    return cloud


def cloud_columns(cloud: PointCloud2) -> dict[str, NDArray[Any]]:
    """
    View the fields of a cloud, (n,) each, or (n, count) for those of several numbers.

    :raises ConversionError: if the description of the cloud does not fit its bytes.
    """
    order = '>' if cloud.is_bigendian else '<'
    names, formats, offsets = [], [], []
    for field in cloud.fields:
        kind = _KINDS.get(field.datatype)
        if kind is None or field.name in names or not 1 <= field.count <= 1000:
            raise ConversionError(
                f'field {field.name!r} of the cloud: type {field.datatype}, count {field.count}, '
                f'or its name is there twice')
        if field.offset + field.count * int(kind[1]) > cloud.point_step:
            raise ConversionError(
                f'field {field.name!r} of the cloud exceeds the {cloud.point_step} bytes of '
                f'a point')
        names.append(field.name)
        formats.append((order + kind, (field.count,)) if field.count > 1 else order + kind)
        offsets.append(field.offset)
    single = [field.name for field in cloud.fields if field.count == 1]
    if any(name not in single for name in _COORDINATES):
        raise ConversionError(
            f'the cloud has the fields {", ".join(names)}, wanted x, y and z, one number each')
    row = cloud.width * cloud.point_step
    step = cloud.row_step or row
    data = np.frombuffer(cloud.data, np.uint8)
    if step < row or len(data) < step * cloud.height:
        raise ConversionError(
            f'{len(data)} bytes of data, row_step {cloud.row_step} for {cloud.height} rows of '
            f'{cloud.width} points of {cloud.point_step} bytes')
    if not cloud.width * cloud.height:
        return {name: np.zeros(0, np.float32) for name in names}
    dtype = np.dtype(
        {'names': names, 'formats': formats, 'offsets': offsets, 'itemsize': cloud.point_step})
    rows = data[: step * cloud.height].reshape(cloud.height, step)[:, :row]
    table = np.ascontiguousarray(rows).reshape(-1).view(dtype)
    return {name: table[name] for name in names}


def packed_colours(rgba: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Pack bytes (n, 4) as clouds do: alpha in the highest one, then red, green, blue."""
    red, green, blue, alpha = rgba.T
    return alpha << 24 | red << 16 | green << 8 | blue


def unpacked_colours(values: NDArray[Any], has_alpha: bool) -> NDArray[np.uint32]:
    """Unpack colours, whole numbers or the same bits as float32, to bytes (n, 4)."""
    words = np.ascontiguousarray(values).view(values.dtype.byteorder + 'u4').astype(np.uint32)
    alpha = words >> 24 if has_alpha else np.full_like(words, 255)
    return np.stack([words >> 16 & 255, words >> 8 & 255, words & 255, alpha], axis=-1)
