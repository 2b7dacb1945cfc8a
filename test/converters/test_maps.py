"""Maps and paths to the network, by hand."""

import math

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Pose, PoseStamped, Quaternion
from nav_msgs.msg import MapMetaData, OccupancyGrid, Path
from std_msgs.msg import Header

from igtl_ros2.errors import ConversionError

HEADER = Header(stamp=Time(sec=7), frame_id='map')


def test_a_map_by_hand(send):
    """50 mm cells; the corner of the first is at (1, 2, 0) m, its row goes along y."""
    origin = Pose(
        position=Point(x=1.0, y=2.0), orientation=Quaternion(z=0.5**0.5, w=0.5**0.5)
    )
    info = MapMetaData(resolution=0.05, width=3, height=2, origin=origin)
    grid = OccupancyGrid(header=HEADER, info=info, data=[0, 100, -1, 1, 2, 3])
    image = send(grid, device='Map')
    assert (image.size, image.pixels.dtype) == ((3, 2, 1), np.int8)
    assert image.pixels.tolist() == [[[0, 100, -1], [1, 2, 3]]]
    for_slicer = send(grid, device='Map', profile='slicer').pixels
    assert for_slicer.dtype == np.int16 and for_slicer.tolist() == image.pixels.tolist()
    assert image.timestamp_ns == 7_000_000_000
    first = image.ijk_to_ras() @ (0, 0, 0, 1)
    np.testing.assert_allclose(first[:3], (975, 2025, 0), atol=1e-3)
    np.testing.assert_allclose(image.ijk_to_ras()[:3, 0], (0, 50, 0), atol=1e-4)


def test_a_map_that_does_not_fit_is_refused(send):
    with pytest.raises(ConversionError, match='5 cells for a map of 3 x 2'):
        send(OccupancyGrid(info=MapMetaData(width=3, height=2), data=[0] * 5))
    with pytest.raises(ConversionError, match='geometry'):
        send(OccupancyGrid(info=MapMetaData(resolution=math.nan, width=1, height=1), data=[0]))


def pose(x, frame_id='map'):
    return PoseStamped(header=Header(frame_id=frame_id), pose=Pose(position=Point(x=x)))


def test_a_path(send):
    message = send(Path(header=HEADER, poses=[pose(0.0), pose(0.5, ''), pose(1.0)]))
    assert message.lines.to_lists() == [[0, 1, 2]]
    assert message.points[:, 0].tolist() == [0, 500, 1000]
    single = send(Path(header=HEADER, poses=[pose(1.0)]))
    assert (single.lines.to_lists(), single.vertices.to_lists()) == ([], [[0]])
    assert send(Path(header=HEADER)).cell_count == 0


def test_a_path_through_several_frames_is_refused(send):
    with pytest.raises(ConversionError, match="other frames than 'map': odom"):
        send(Path(header=HEADER, poses=[pose(0.0), pose(1.0, 'odom')]))
