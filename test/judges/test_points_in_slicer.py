"""Points of a POLYDATA as 3D Slicer shows them: drawn by VTK, and nothing that it dies of."""

import numpy as np
import pytest
from geometry_msgs.msg import Point, PoseStamped
from nav_msgs.msg import Path
from sensor_msgs.msg import LaserScan
from std_msgs.msg import Header
from visualization_msgs.msg import Marker, MarkerArray

from igtl_ros2.codec.messages.mesh import Attribute, AttributeType, PolyData
from igtl_ros2.config import Settings
from igtl_ros2.converters.clouds import point_cloud
from igtl_ros2.converters.registry import Sending, load_converters, sender
from igtl_ros2.mapping import SendRule
from igtl_ros2.peers.compat import Compat

RANDOM = np.random.default_rng(13)
PLACES = {
    'two': np.array([(0, 0, 0), (0.1, 0.05, 0.02)]),
    'few': RANDOM.uniform(-0.1, 0.1, (50, 3)),
    'many': RANDOM.uniform(-2, 2, (5000, 3)),
    'crowd': RANDOM.normal(0, 0.3, (30_000, 3)),
    'with one far away': np.concatenate([RANDOM.uniform(0, 1, (300, 3)), [(4, 0, 0)]]),
    'far from the origin': RANDOM.uniform(0, 0.2, (200, 3)) + (3, -2, 1),
    'flat': RANDOM.uniform(0, 1, (500, 3)) * (1, 1, 0),
}
NEAR = 3  # pixels: what has corners around its points is looked at from a little further away


def content(message, compat='slicer'):
    """Give the content of what a peer gets."""
    prepared = Compat(Settings(compat=compat)).prepare(message, 0)
    return b''.join(map(bytes, prepared.encode_content()))


def sent(ros_message, wire_type='POLYDATA'):
    load_converters()
    sending = Sending('Points', SendRule(topic='t', device='Points', max_points=0), now_ns=1)
    message = sender(type(ros_message), wire_type)(ros_message, sending)
    return message[0] if isinstance(message, tuple) else message


def whole(places):
    """Make one vertex cell of all points: VTK itself shows each of them, as one pixel."""
    mm = np.asarray(places, np.float32) * 1000
    return content(PolyData(mm, vertices=[list(range(len(mm)))]), 'plain')


def part_seen(pixels, wanted):
    """Tell how many of the pixels that are wanted have one that is there near them."""
    around = np.zeros_like(pixels)
    for up in range(-NEAR, NEAR + 1):
        for right in range(-NEAR, NEAR + 1):
            around |= np.roll(pixels, (up, right), (0, 1))
    return (around & wanted).sum() / wanted.sum()


@pytest.mark.parametrize('name', PLACES)
def test_a_cloud_is_seen_where_vtk_itself_would_show_its_points(draw, name):
    places = PLACES[name]
    pixels = draw(content(sent(point_cloud(places, {}, Header(frame_id='camera')), '')))
    assert pixels is not None, 'Slicer has crashed'
    wanted = draw(whole(places), 'whole')
    assert pixels.sum() >= wanted.sum()
    assert part_seen(pixels, wanted) > 0.99
    assert part_seen(wanted, pixels) > 0.99  # and nothing else is


def test_who_may_be_slicer_gets_the_same():
    cloud = sent(point_cloud(PLACES['few'], {}, Header()))
    assert content(cloud, 'auto') == content(cloud, 'slicer')


def test_what_is_sent_to_others_would_crash_it(draw):
    assert draw(content(sent(point_cloud(PLACES['few'], {}, Header())), 'plain')) is None


@pytest.mark.parametrize('cell', [[0, 1, 2], [[0], [1], [2]], [[0, 1], [2]]])
def test_points_in_cells_of_any_size_are_seen(draw, cell):
    points = np.array([(0, 0, 0), (100, 0, 0), (0, 100, 0)])
    cells = cell if isinstance(cell[0], list) else [cell]
    pixels = draw(content(PolyData(points, vertices=cells)))
    assert part_seen(pixels, draw(whole(points / 1000), 'whole')) == 1


def test_rays_of_a_scan_without_neighbours_are_seen(draw):
    ranges = [1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 2.0]
    scan = LaserScan(angle_increment=0.5, range_min=0.1, range_max=9.0, ranges=ranges)
    pixels = draw(content(sent(scan, '')))
    angles = 0.5 * np.flatnonzero(ranges)
    places = np.stack([np.cos(angles), np.sin(angles), 0 * angles], 1)
    places *= np.array([r for r in ranges if r])[:, None]
    assert part_seen(pixels, draw(whole(places), 'whole')) == 1


def test_point_markers_are_seen_beside_lines_and_triangles(draw):
    def marker(kind, number, *places):
        made = Marker(type=kind, id=number, points=[Point(x=x, y=y, z=z) for x, y, z in places])
        made.scale.x = made.scale.y = made.scale.z = made.color.a = made.pose.orientation.w = 1.0
        return made

    dots = RANDOM.uniform(0, 1, (40, 3)).tolist()
    corners = [(0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)]
    array = MarkerArray(markers=[
        marker(Marker.POINTS, 1, *dots),
        marker(Marker.LINE_STRIP, 2, *corners),
        marker(Marker.TRIANGLE_LIST, 3, *corners),
    ])
    pixels = draw(content(sent(array, '')))
    assert part_seen(pixels, draw(whole([*dots, *corners]), 'whole')) == 1


def test_attributes_stay_with_their_points(draw):
    points = RANDOM.uniform(0, 100, (4, 3)).astype(np.float32)
    rgba = RANDOM.uniform(0, 1, (4, 4))
    per_cell = RANDOM.uniform(0, 1, (4, 3))
    mesh = PolyData(
        points, vertices=[[3], [1, 0]], lines=[[0, 1]], polygons=[[0, 1, 2]],
        attributes=[Attribute('RGBA', AttributeType.POINT_RGBA, rgba),
                    Attribute('Up', AttributeType.CELL_NORMALS, per_cell)])
    got = Compat(Settings(compat='slicer')).prepare(mesh, 0)
    assert draw(content(mesh)).any()
    assert np.array_equal(got.points[:4], points)
    colours, normals = (attribute.values for attribute in got.attributes)
    order = [0, 1, 2, 3, *[3] * 4, *[1] * 4, *[0] * 4]
    assert np.array_equal(colours, rgba.astype(np.float32)[order])
    # a line, a polygon, and a strip for each of three points in two cells
    assert np.array_equal(normals, per_cell.astype(np.float32)[[2, 3, 0, 1, 1]])


def test_a_path_of_one_pose_is_a_single_vertex_as_before(draw):
    path = Path(poses=[PoseStamped()])
    assert draw(content(sent(path, ''))).sum() == 1
