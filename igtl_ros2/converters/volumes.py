"""What else becomes of an IMAGE: a slice to look at, a cloud of voxels, an array, an NRRD file."""

from __future__ import annotations

import zlib
from array import array
from dataclasses import replace
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from numpy.typing import NDArray
from sensor_msgs.msg import CompressedImage, PointCloud2
from sensor_msgs.msg import Image as RosImage
from std_msgs.msg import Header

from ..codec.messages.image import Image
from ..errors import ConversionError
from ..rules import IF_DECODED, PICTURES, ReceiveRule, SliceView
from ..rules.values import BOOLEAN, about, group, numbers, one_of
from .arrays import ARRAYS, array_message
from .bulk import scalar_name
from .clouds import CLOUD, point_cloud
from .image import geometry_of, ros_image
from .outputs import Output
from .registry import Converted, Route, extra
from .units import affine_from_metres

_AXES = {'k': 0, 'j': 1, 'i': 2}
_GZIP = 31
_NRRD_TYPES = {'float32': 'float', 'float64': 'double'}
_NRRD_KINDS = {3: 'RGB-color', 4: 'RGBA-color'}


def eight_bits(values: NDArray[Any], window: float = 0.0, level: float = 0.0) -> NDArray[np.uint8]:
    """
    Show numbers in 256 shades of grey.

    :param window: width of the range from black to white; 0: all values that are finite.
    :param level: middle of that range.
    """
    numbers = values.astype(np.float64)
    low = level - window / 2
    if not window:
        low, high = value_range(values)
        window = high - low
    with np.errstate(all='ignore'):
        shades = (numbers - low) / window * 255.0 if window else np.zeros_like(numbers)
    shades = np.nan_to_num(shades, nan=0.0, posinf=255.0, neginf=0.0)
    return np.rint(np.clip(shades, 0, 255)).astype(np.uint8)


def value_range(values: NDArray[Any]) -> tuple[float, float]:
    """Find the least and the greatest value that is finite; bytes have 0 and 255."""
    if values.dtype == np.uint8:
        return 0.0, 255.0
    finite = values[np.isfinite(values)] if values.dtype.kind == 'f' else values
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


class SliceViewer:
    """
    Show one slice of a volume, and another one when asked to.

    :param view: which one, in which shades.
    """

    def __init__(self, view: SliceView) -> None:
        self.view = view
        self._held: tuple[Image, Header] | None = None

    def change(self, **values: Any) -> RosImage | None:
        """
        Show another slice of the volume that is held; None if there is none yet.

        :param values: fields of `SliceView`.
        """
        self.view = replace(self.view, **values)
        return None if self._held is None else self.show(*self._held)

    def show(self, image: Image, header: Header) -> RosImage:
        """Keep a volume and show its slice."""
        self._held = image, header
        view, axis = self.view, _AXES[self.view.axis]
        count = image.pixels.shape[axis]
        if not count:
            raise ConversionError('a volume without voxels has no slice')
        index = count // 2 if view.index < 0 else min(view.index, count - 1)
        pixels = image.pixels.take(index, axis)
        if image.components > 1:
            pixels = pixels[..., :3].mean(axis=-1)
        window, level = view.window, view.level
        if not window:
            low, high = value_range(image.pixels)
            # a volume of one value is black
            window, level = (high - low) or 1.0, (low + high) / 2 if high > low else low + 0.5
        return ros_image(eight_bits(pixels, window, level)[None], 1, header)


SLICE = ReceiveRule.key(
    'slice', {
        **group('true, false, or a map with the keys axis, index, window and level', {
            'axis': about(one_of('i', 'j', 'k'), 'Axis across the slice: i the columns of the '
                          'volume, j its rows, k its slices.'),
            'index': about(numbers(-1, 65535, whole=True), 'Number of the slice along the axis; '
                           '-1 is the one in the middle.'),
            'window': about(numbers(0), 'Width of the range of values between black and white; 0 '
                            'is all the values of the volume.'),
            'level': about(numbers(), 'Value in the middle of the window.')}),
        'type': ['boolean', 'object']},
    'Publish one slice of an IMAGE in 256 shades of grey as well, on the topic slice. The four '
    'values are where it starts; parameters of the node change them at run time.', None,
    after='compressed', types=PICTURES, of_type=IF_DECODED, read=SliceView.read)
THRESHOLD = ReceiveRule.key(
    'threshold', numbers(), 'Voxels of an IMAGE over this value become points of cloud.', 0.0,
    after='cloud', types=PICTURES, needs=('cloud', True))
MAX_POINTS = ReceiveRule.key(
    'max_points', numbers(1, 10000000, whole=True), 'The most points of a cloud of voxels; of '
    'more, every second, third ... is published.', 1_000_000, after='threshold', types=PICTURES,
    needs=('cloud', True))
NRRD = ReceiveRule.key(
    'nrrd', BOOLEAN, 'Publish an IMAGE as NRRD file (gzip) as well, on the topic nrrd: image and '
    'place in one piece that 3D Slicer opens.', False, after='max_points', types=PICTURES,
    of_type=IF_DECODED)
ARRAY = ReceiveRule.key(
    'array', BOOLEAN, 'Publish the voxels of an IMAGE in their own type as well, on the topic '
    'array: a MultiArray with the dimensions z, y, x and, if there are several, components. It '
    'has no header, info has frame and stamp.', False, after='nrrd', types=PICTURES,
    of_type=IF_DECODED)


@extra(Image, Output('slice', RosImage, key=SLICE, takes_long=True))
def add_slice(message: Image, route: Route, stamp: Time, result: Converted) -> None:
    """IMAGE: `slice`, one slice along any axis as mono8."""
    viewer = route.state.setdefault('slice', SliceViewer(SLICE.of(route.rule)))
    header = Header(stamp=stamp, frame_id=route.frame_id)
    result.outputs['slice'] = viewer.show(message, header)


@extra(Image, Output('cloud', PointCloud2, key=CLOUD, takes_long=True))
def add_cloud(message: Image, route: Route, stamp: Time, result: Converted) -> None:
    """IMAGE: `cloud`, the centres and values of the voxels over a threshold."""
    rule = route.rule
    if message.components > 1:
        raise ConversionError(
            f'no cloud is made of an image of {message.components} components, only of 1')
    slabs = [slab.reshape(-1) for slab in message.pixels]
    count = sum(int(np.count_nonzero(slab > rule.threshold)) for slab in slabs)
    step = max(1, -(-count // rule.max_points))
    places, values, seen = [], [], 0
    for k, slab in enumerate(slabs):  # one by one: numbers of voxels take more than the voxels
        found = np.flatnonzero(slab > rule.threshold)
        kept = found[-seen % step :: step]
        seen += len(found)
        j, i = np.divmod(kept, message.pixels.shape[2])
        places.append(np.stack([i, j, np.full_like(i, k), np.ones_like(i)], axis=1))
        values.append(slab[kept])
    indices = np.concatenate([np.zeros((0, 4)), *places])
    intensity = np.concatenate([np.zeros(0, np.float32), *values])
    header = Header(stamp=stamp, frame_id=route.frame_id)
    positions = (indices @ geometry_of(result).T)[:, :3]
    cloud: PointCloud2 = point_cloud(positions, {'intensity': intensity}, header)
    result.outputs['cloud'] = cloud
    result.info['cloud'] = {'voxels': count, 'points': len(intensity)}


@extra(Image, Output('array', tuple(ARRAYS.values()), key=ARRAY))
def add_array(message: Image, route: Route, stamp: Time, result: Converted) -> None:
    """IMAGE: `array`, the voxels as the MultiArray of their type, z, y, x and components."""
    dims = dict(zip(('z', 'y', 'x', 'components'), message.pixels.shape))
    result.outputs['array'] = array_message(message.pixels, dims)


@extra(Image, Output('nrrd', CompressedImage, key=NRRD, takes_long=True))
def add_nrrd(message: Image, route: Route, stamp: Time, result: Converted) -> None:
    """IMAGE: `nrrd`, an NRRD file with the place in mm, as 3D Slicer reads and writes them."""
    nrrd = CompressedImage(header=Header(stamp=stamp, frame_id=route.frame_id), format='nrrd')
    nrrd.data = nrrd_file(message.pixels, message.components, geometry_of(result))
    result.outputs['nrrd'] = nrrd


def nrrd_file(pixels: NDArray[Any], components: int, geometry: NDArray[Any]) -> array[int]:
    """
    Make an NRRD file.

    :param pixels: (k, j, i[, components]).
    :param geometry: (4, 4), indices i, j, k to metres.
    """
    matrix = affine_from_metres(geometry, 'mm')
    name = scalar_name(pixels.dtype)
    # written so that they read back as the same numbers
    directions = [_vector(matrix[:3, axis]) for axis in range(3)]
    sizes = [str(n) for n in pixels.shape[2::-1]]
    kinds = ['domain'] * 3
    if components > 1:
        sizes.insert(0, str(components))
        directions.insert(0, 'none')
        kinds.insert(0, _NRRD_KINDS.get(components, 'vector'))
    fields = {
        'type': _NRRD_TYPES.get(name, name),
        'dimension': str(len(sizes)),
        'space': 'right-anterior-superior',
        'sizes': ' '.join(sizes),
        'space directions': ' '.join(directions),
        'kinds': ' '.join(kinds),
        'endian': 'little',
        'encoding': 'gzip',
        'space origin': _vector(matrix[:3, 3]),
    }
    head = ''.join(f'{key}: {value}\n' for key, value in fields.items())
    packer = zlib.compressobj(1, zlib.DEFLATED, _GZIP)
    voxels = np.ascontiguousarray(pixels, pixels.dtype.newbyteorder('<'))
    data = array('B', f'NRRD0005\n{head}\n'.encode())
    data.frombytes(packer.compress(voxels.reshape(-1).view(np.uint8).data))
    data.frombytes(packer.flush())
    return data


def _vector(numbers: NDArray[Any]) -> str:
    return '(' + ','.join(repr(float(number)) for number in numbers) + ')'
