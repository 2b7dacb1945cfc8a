"""IMAGE: 2-D images, and volumes as stacked slices, with their place in space."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import Image as RosImage
from std_msgs.msg import Float64MultiArray, Header, MultiArrayDimension, MultiArrayLayout

from ..codec.geometry import ijk_to_ras
from ..codec.messages.image import LPS, RAS, Image
from ..codec.messages.video import Video
from ..errors import ConversionError
from ..rules import PICTURES, ReceiveRule, SendRule
from ..rules.values import numbers, one_of, several
from .bulk import scalar_name
from .lazy import LazyImage, LazyTransform
from .metres import PER_METRE, RIGID_TOLERANCE, Matrix, affine_to_metres, pose_to_numbers
from .outputs import STREAM, Output
from .pose import is_valid, tool_state
from .registry import Converted, Route, Sending, from_ros, to_ros
from .units import affine_from_metres, ns_from_time

NO_GEOMETRY = 'the matrix of the image holds NaN or infinity: no geometry'
_ENCODINGS = {
    ('u1', 1): 'mono8', ('u1', 3): 'rgb8', ('u1', 4): 'rgba8',
    ('u2', 1): 'mono16', ('u2', 3): 'rgb16', ('u2', 4): 'rgba16',
}
_NAMED = {name: form for form, name in _ENCODINGS.items()}
_SWAPPED = {'bgr8': 'rgb8', 'bgra8': 'rgba8', 'bgr16': 'rgb16', 'bgra16': 'rgba16'}
_LETTERS = {'i': 'S', 'u': 'U', 'f': 'F'}
_GENERIC = re.compile('(8U|8S|16U|16S|32S|32F|64F)(?:C([0-9]{1,3}))?')
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}


@lru_cache(maxsize=64)
def encoding_of(dtype: np.dtype[Any], components: int) -> str:
    """Name the ROS encoding of voxels: mono8, rgb8 ... or the OpenCV form such as 16SC1."""
    kind, bits = dtype.kind, 8 * dtype.itemsize
    name = _ENCODINGS.get((f'{kind}{dtype.itemsize}', components))
    return name or f'{bits}{_LETTERS[kind]}C{components}'


SUBVOLUME = ReceiveRule.key(
    'subvolume', one_of('merge', 'crop'),
    'An IMAGE that updates a part of a volume: merge it into the volume before it (one of more '
    'than 32 MiB that came whole is kept for that once a part has come), or publish the part '
    '(crop).', 'merge', after='raw', types=('IMAGE',))
DIMS = SendRule.key(
    'dims', several('a list of three whole numbers from 1 to 65535, [nx, ny, nz]',
                    numbers(1, 65535, whole=True), 3, 3),
    'Size in voxels of a volume whose slices are stacked in one Image.', None, after='wire_unit',
    types=PICTURES, only_topics=True)
SPACING = SendRule.key(
    'spacing', several('a list of three numbers over 0 m, [x, y, z]',
                       numbers(over=0, most=1000, unit='m'), 3, 3),
    'Metres per pixel of an image that comes without geometry.', None, after='dims',
    types=PICTURES, only_topics=True)


@to_ros(
    Image,
    Output('image', RosImage, STREAM, is_whole=True),
    Output('volume', RosImage, is_whole=True),
    Output('geometry', Float64MultiArray),
    by_ns=True)
def image_to_ros(message: Image, route: Route, stamp_ns: int) -> Converted:
    """IMAGE: `image` (one slice) or `volume` (stacked slices), and `geometry`; by rule tf."""
    result = Converted(
        info={
            'dimensions': list(message.pixels.shape[2::-1]),
            'components': message.components,
            'scalar_type': scalar_name(message.pixels.dtype),
            'coordinates': 'LPS' if message.coordinates == LPS else 'RAS',
            'volume_dimensions': list(message.size),
            'offset': list(message.offset),
        },
        state=tool_state(message),
    )
    if not add_geometry(message, route, result):
        result.errors.append(NO_GEOMETRY)
    elif route.rule.tf != 'off' and (is_valid(result.state) or route.rule.publish_invalid):
        _add_tf(route, stamp_ns, result)
    pixels = message.pixels
    if pixels.dtype.str[0] == '>':
        pixels = pixels.astype(pixels.dtype.newbyteorder('<'))
    if pixels.dtype == np.uint32:  # ROS has no 32U
        fits = not pixels.size or int(pixels.max()) < 1 << 31
        pixels = pixels.view('<i4') if fits else pixels.astype('<f8')
    result.outputs['image' if pixels.shape[0] == 1 else 'volume'] = _lazy_image(
        pixels, message.components, stamp_ns, route.frame_id)
    return result


def add_geometry(message: Image | Video, route: Route, result: Converted) -> bool:
    """Publish where the pixels are, on `geometry` and in `info`; False if that is not finite."""
    rule = route.rule
    coordinates = message.coordinates if rule.coordinates == 'trust' else RAS
    if rule.wire_axes == 'lps':
        coordinates = LPS
    key = message.matrix.tobytes(), message.size, message.offset, coordinates
    known = route.state.get('geometry')
    if known is None or known[0] != key:
        with np.errstate(all='ignore'):
            matrix = ijk_to_ras(message.matrix, message.size, coordinates)
            matrix[:3, 3] += matrix[:3, :3] @ np.array(message.offset, float)
        if not np.isfinite(matrix).all():
            return False
        geometry = affine_to_metres(matrix, rule.wire_unit)
        # most images are where the one before was, and this takes half of all the time
        known = route.state['geometry'] = key, geometry_message(geometry), geometry.tolist()
    _, result.outputs['geometry'], result.info['geometry'] = known
    return True


def geometry_of(result: Converted) -> Matrix:
    """
    Give the matrix that takes voxel indices i, j, k to metres, of what was converted.

    :raises ConversionError: if the message has none that is finite.
    """
    if 'geometry' not in result.info:
        raise ConversionError('it has no place in space')
    return np.array(result.info['geometry'])


def _add_tf(route: Route, stamp_ns: int, result: Converted) -> None:
    """Broadcast the frame of the image: origin at the first voxel, axes along i, j and k."""
    matrix = geometry_of(result)
    spacing = np.linalg.norm(matrix[:3, :3], axis=0)
    matrix[:3, :3] /= np.where(spacing > 0, spacing, 1.0)
    try:
        position, turned, distance = pose_to_numbers(matrix, 'm')
    except ConversionError as error:
        result.errors.append(f'the frame of the image is not broadcast on tf: {error}')
        return
    if distance > RIGID_TOLERANCE:
        result.errors.append(
            'the frame of the image is not broadcast on tf: its axes are not at right angles')
        return
    result.transforms.append(LazyTransform(stamp_ns, route.frames, (*position, *turned)))


def ros_image(pixels: NDArray[Any], components: int, header: Header) -> RosImage:
    """Make an Image of (k, j, i[, components]) little-endian voxels, slices below each other."""
    return _lazy_image(
        pixels, components, ns_from_time(header.stamp), header.frame_id).become()


def _lazy_image(pixels: NDArray[Any], components: int, stamp_ns: int, frame_id: str) -> LazyImage:
    slices, rows, columns = pixels.shape[:3]
    common = (frame_id, slices * rows, columns, encoding_of(pixels.dtype, components),
              columns * components * pixels.dtype.itemsize)
    return LazyImage(stamp_ns, common, np.ascontiguousarray(pixels))


def geometry_message(matrix: Matrix) -> Float64MultiArray:
    """Make the message of a (4, 4) matrix, voxel indices i, j, k to metres in frame_id."""
    dims = [MultiArrayDimension(label='row', size=4, stride=16),
            MultiArrayDimension(label='column', size=4, stride=4)]
    return Float64MultiArray(layout=MultiArrayLayout(dim=dims), data=matrix.ravel().tolist())


def pixels_of(message: RosImage) -> NDArray[Any]:
    """
    View the pixels of a ROS Image as (rows, columns) or (rows, columns, components).

    :raises ConversionError: for encodings that are not plain pixels, and for sizes that disagree.
    """
    name = _SWAPPED.get(message.encoding, message.encoding)
    generic = _GENERIC.fullmatch(name)
    if name in _NAMED:
        kind, components = _NAMED[name]
    elif generic:
        kind = f'{_KINDS[generic[1][-1]]}{int(generic[1][:-1]) // 8}'
        components = int(generic[2] or 1)
    else:
        known = ', '.join([*_NAMED, *_SWAPPED, '8UC1 ... 64FC4'])
        raise ConversionError(
            f'encoding {message.encoding!r} cannot be sent, convert it first; possible: {known}')
    dtype = np.dtype(('>' if message.is_bigendian else '<') + kind)
    row = message.width * components * dtype.itemsize
    step = message.step or row
    data = np.frombuffer(message.data, np.uint8)
    if not 1 <= components <= 255 or step < row or len(data) < step * message.height:
        raise ConversionError(
            f'{len(data)} bytes of data, step {step} for {message.width} x {message.height} '
            f'{message.encoding}: wanted {message.height} rows of {row} bytes or more')
    rows = data[: step * message.height].reshape(message.height, step)[:, :row]
    pixels = np.ascontiguousarray(rows).view(dtype)
    if components > 1:
        pixels = pixels.reshape(message.height, message.width, components)
    if message.encoding in _SWAPPED:
        swapped = pixels.copy()  # eight times as fast as an index of channels
        swapped[..., 0], swapped[..., 2] = pixels[..., 2], pixels[..., 0]
        return swapped
    return pixels


@from_ros(RosImage, 'IMAGE', 'image', 'volume', default=True)
def image_from_image(message: RosImage, sending: Sending) -> Image:
    """
    Image as IMAGE; with dimensions (rule or `info`), stacked slices as a volume.

    The place is that of `geometry`; without one, image right is patient left
    and image down is posterior, so that it stands upright in Slicer's axial view.
    """
    pixels = pixels_of(message)
    dims = sending.rule.dims or sending.said('dimensions')
    slices = pixels[None] if dims is None else _slices(pixels, dims)
    if slices.dtype.str[0] == '>':
        slices = slices.astype(slices.dtype.newbyteorder('<'))
    if sending.profile == 'slicer':
        slices = _for_slicer(slices)
    return Image.from_array(slices, place_of(sending), **sending.envelope(message.header))


def _for_slicer(pixels: NDArray[Any]) -> NDArray[Any]:
    """Write 32-bit integers, which Slicer misreads, so that their values stay the same."""
    if pixels.dtype.kind not in 'iu' or pixels.dtype.itemsize < 4 or not pixels.size:
        return pixels
    low, high = int(pixels.min()), int(pixels.max())
    if -(2**15) <= low and high < 2**15:
        return pixels.astype('<i2')
    if max(-low, high) <= 2**24:
        return pixels.astype('<f4')
    raise ConversionError(
        f'pixels from {low} to {high}: 3D Slicer misreads 32-bit integers, and float32 would '
        'not hold these values')


def place_of(sending: Sending) -> Matrix:
    """
    Find where the pixels to be sent are: indices i, j, k to RAS in the unit on the wire.

    :raises ConversionError: if the geometry is not a matrix.
    """
    rule = sending.rule
    if sending.geometry is not None:
        return affine_from_metres(sending.geometry, rule.wire_unit)
    sending.is_wanting = True
    spacing = np.array(rule.spacing or (0.001, 0.001, 0.001)) * PER_METRE[rule.wire_unit]
    return np.diag([*([-1.0, -1.0, 1.0] * spacing), 1.0])


def are_dimensions(found: Any) -> bool:
    """Tell whether it is a list of three whole numbers, none below 0."""
    return isinstance(found, (list, tuple)) and len(found) == 3 and all(
        isinstance(n, int) and n >= 0 for n in found)


def _slices(pixels: NDArray[Any], dims: Any) -> NDArray[Any]:
    if not are_dimensions(dims):
        raise ConversionError('dimensions: wanted [nx, ny, nz], three whole numbers')
    columns, rows, slices = dims
    if pixels.shape[:2] != (slices * rows, columns):
        raise ConversionError(
            f'an image of {pixels.shape[1]} x {pixels.shape[0]} pixels is not '
            f'{slices} slices of {columns} x {rows}')
    return pixels.reshape(slices, rows, columns, *pixels.shape[2:])
