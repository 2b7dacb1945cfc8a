"""An image as a textured quad: its corners against the 4x4, and the picture on it."""

from io import BytesIO

import numpy as np
import pytest
from std_msgs.msg import Header

from igtl_ros2.codec.messages.image import LPS, RAS, Image
from igtl_ros2.config import ros_name

pil = pytest.importorskip('PIL.Image', reason='Pillow is not installed')
Marker = pytest.importorskip('visualization_msgs.msg', reason='no visualization_msgs').Marker

# i goes to anterior in steps of 2 mm, j to left in steps of 3 mm; the first of 4 x 3 pixels is at
# (13, 17, 30) mm
CENTRE = np.array([[0, -3, 0, 10], [2, 0, 0, 20], [0, 0, 5, 30], [0, 0, 0, 1]], float)
PIXELS = np.arange(12, dtype='u1').reshape(1, 3, 4)


def corners(marker):
    """Tell where each corner of the picture is, by its (u, v)."""
    return {
        (uv.u, uv.v): (p.x, p.y, p.z) for p, uv in zip(marker.points, marker.uv_coordinates)
    }


def test_corners_by_hand(receive, stamp):
    """Half a pixel before the first: 1 mm to posterior, 1.5 mm to the right of (13, 17)."""
    result = receive(Image(PIXELS, CENTRE, device_name='US 1'), plane=True, frame_id='probe')
    marker = result.outputs['plane']
    assert marker.header == Header(stamp=stamp, frame_id='probe')
    assert (marker.type, marker.action) == (Marker.TRIANGLE_LIST, Marker.ADD)
    found = corners(marker)
    wanted = {
        (0, 0): (0.0145, 0.016, 0.03),
        (1, 0): (0.0145, 0.024, 0.03),
        (1, 1): (0.0055, 0.024, 0.03),
        (0, 1): (0.0055, 0.016, 0.03),
    }
    assert set(found) == set(wanted) and len(marker.points) == 6
    for corner, place in wanted.items():
        np.testing.assert_allclose(found[corner], place, atol=1e-9)
    # the two triangles face the same way
    first, second = np.reshape([(p.x, p.y, p.z) for p in marker.points], (2, 3, 3))
    normals = [np.cross(b - a, c - a) for a, b, c in (first, second)]
    np.testing.assert_allclose(*normals, atol=1e-12)


@pytest.mark.parametrize('coordinates', [RAS, LPS])
@pytest.mark.parametrize('unit', ['mm', 'm'])
def test_corners_of_any_image_equal_its_geometry(receive, coordinates, unit):
    random = np.random.default_rng(7)
    matrix = np.eye(4)
    matrix[:3] = random.normal(size=(3, 4)) * 10
    result = receive(Image(PIXELS, matrix, coordinates), plane=True, wire_unit=unit)
    geometry = np.reshape(result.outputs['geometry'].data, (4, 4))
    for (u, v), place in corners(result.outputs['plane']).items():
        index = (4 * u - 0.5, 3 * v - 0.5, 0, 1)
        np.testing.assert_allclose(place, (geometry @ index)[:3], atol=1e-12)


def test_the_picture_on_it(receive):
    marker = receive(Image(PIXELS, device_name='US 1'), plane=True).outputs['plane']
    assert marker.texture_resource == f'embedded://{ros_name("US 1")}'
    assert marker.texture.format == 'png'
    shown = np.asarray(pil.open(BytesIO(marker.texture.data.tobytes())))
    np.testing.assert_array_equal(shown, PIXELS[0])
    assert (marker.scale.x, marker.scale.y, marker.scale.z) == (1, 1, 1)
    assert (marker.color.r, marker.color.a) == (1, 1)


def test_more_than_eight_bits_are_shown_in_all_their_range(receive):
    pixels = np.array([[[-1000, 0], [1000, 3000]]], '<i2')
    marker = receive(Image(pixels), plane=True).outputs['plane']
    shown = np.asarray(pil.open(BytesIO(marker.texture.data.tobytes())))
    assert shown.tolist() == [[0, 64], [128, 255]]


def test_no_plane_of_volumes_of_lost_tools_and_unless_asked(receive):
    lost = Image(PIXELS, metadata={'TransformStatus': 'OUT_OF_VIEW'})
    assert 'plane' not in receive(Image(PIXELS)).outputs
    assert 'plane' not in receive(lost, plane=True).outputs
    assert 'plane' in receive(lost, plane=True, publish_invalid=True).outputs
    result = receive(Image(np.zeros((2, 2, 2), 'u1')), plane=True)
    assert 'plane' not in result.outputs
    assert result.notes == ['no plane is made of a volume, only of one slice']
