"""The bridge and pyigtl, an independent implementation in Python, as its client and its server."""

import json

import numpy as np
import pyigtl
import pytest
from cli_tools import pyigtl_server
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseArray, PoseStamped, TransformStamped
from harness import STATE
from sensor_msgs.msg import Image as RosImage
from std_msgs.msg import Float64MultiArray
from std_msgs.msg import String as RosString

HALF = 0.5**0.5
TURN_Z = [[0, -1, 0, 100], [1, 0, 0, -250], [0, 0, 1, 3], [0, 0, 0, 1]]


@pytest.fixture
def as_client(bridge, user):
    """Connect pyigtl to a bridge that serves; gives both."""
    server = bridge(mode='server', port=0)
    client = pyigtl.OpenIGTLinkClient('127.0.0.1', server.port(user))
    user.wait_for(lambda: ': connected' in server.output, 'the connection')
    yield client, server
    client.stop()


@pytest.fixture
def as_server(bridge, user):
    """Connect a bridge to a pyigtl that serves; gives both."""
    with pyigtl_server() as server:
        client = bridge(mode='client', port=server.server_address[1])
        user.wait_for(server.is_connected, 'the connection')
        yield server, client


@pytest.fixture(params=['as_client', 'as_server'])
def pair(request):
    """Give pyigtl, once as the client of a bridge and once as its server, and the bridge."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def peer(pair):
    """Give pyigtl in both its roles."""
    return pair[0]


def arrival(user, peer, device):
    """Wait for what pyigtl receives from the bridge."""
    return user.wait_for(lambda: peer.wait_for_message(device, timeout=0), device)


def until(user, send, received):
    """Send again and again until a stream is heard: its first messages find no listener yet."""

    def heard():
        send()
        return received

    return user.wait_for(heard, 'a message')[-1]


# -- pyigtl to ROS


def test_transform_from_pyigtl(peer, user):
    poses = user.listen('/x/ProbeToTracker/transform', TransformStamped)
    message = pyigtl.TransformMessage(np.array(TURN_Z), device_name='ProbeToTracker')
    found = until(user, lambda: peer.send_message(message), poses)
    assert (found.header.frame_id, found.child_frame_id) == ('Tracker', 'Probe')
    t, q = found.transform.translation, found.transform.rotation
    assert (t.x, t.y, t.z) == pytest.approx((0.1, -0.25, 0.003), abs=1e-9)
    assert (q.x, q.y, q.z, q.w) == pytest.approx((0, 0, HALF, HALF), abs=1e-7)


def test_string_and_points_from_pyigtl(peer, user):
    texts = user.listen('/x/Voice/text', RosString, STATE)
    points = user.listen('/x/Plan/points', PoseArray, STATE)
    infos = user.listen('/x/Plan/info', RosString, STATE)
    peer.send_message(pyigtl.StringMessage('go', device_name='Voice'))
    peer.send_message(
        pyigtl.PointMessage(
            positions=[[1, 2, 3], [-4, 5.5, 6]],
            names=['TARGET', 'ENTRY'],
            groups='Fiducial',
            rgba_colors=[[1, 2, 3, 4], [5, 6, 7, 8]],
            diameters=[10.0, 0.5],
            owners='CT',
            device_name='Plan',
        )
    )
    user.wait_for(lambda: texts and points and infos, 'text, points and info')
    assert texts[0].data == 'go'
    found = [(p.position.x, p.position.y, p.position.z) for p in points[0].poses]
    np.testing.assert_allclose(found, [(0.001, 0.002, 0.003), (-0.004, 0.0055, 0.006)], atol=1e-9)
    info = json.loads(infos[0].data)
    assert (info['labels'], info['groups']) == (['TARGET', 'ENTRY'], ['Fiducial', 'Fiducial'])
    assert info['rgba'] == [[1, 2, 3, 4], [5, 6, 7, 8]]
    assert info['diameters'] == pytest.approx([0.01, 0.0005])
    assert info['owners'] == ['CT', 'CT']


@pytest.mark.parametrize(('axes', 'sign'), [('ras', 1), ('lps', -1)])
def test_volume_from_pyigtl_with_its_axes(as_client, user, axes, sign):
    peer, _ = as_client
    volumes = user.listen('/x/CT/volume', RosImage, STATE)
    geometry = user.listen('/x/CT/geometry', Float64MultiArray, STATE)
    voxels = np.arange(2 * 3 * 4, dtype=np.int16).reshape(2, 3, 4) - 12
    # the first voxel is at (10, 20, 30) mm; pyigtl marks the axes and converts no number
    matrix = [[2, 0, 0, 10], [0, 3, 0, 20], [0, 0, 4, 30], [0, 0, 0, 1]]
    peer.send_message(pyigtl.ImageMessage(voxels, matrix, axes, device_name='CT'))
    user.wait_for(lambda: volumes and geometry, 'the volume')
    assert (volumes[0].width, volumes[0].height, volumes[0].encoding) == (4, 6, '16SC1')
    found = np.frombuffer(volumes[0].data, '<i2').reshape(2, 3, 4)
    np.testing.assert_array_equal(found, voxels)
    wanted = np.diag([sign, sign, 1, 1]) @ np.array(matrix) * [[0.001], [0.001], [0.001], [1]]
    np.testing.assert_allclose(np.reshape(geometry[0].data, (4, 4)), wanted, atol=1e-9)


def test_image_from_pyigtl(as_server, user):
    peer, _ = as_server
    images = user.listen('/x/Slice/image', RosImage)
    pixels = np.arange(3 * 4 * 3, dtype=np.uint8).reshape(1, 3, 4, 3)
    message = pyigtl.ImageMessage(pixels, device_name='Slice')
    found = until(user, lambda: peer.send_message(message), images)
    assert (found.width, found.height, found.encoding) == (4, 3, 'rgb8')
    assert bytes(found.data) == pixels.tobytes()


def test_a_flat_image_from_pyigtl_is_one_voxel_wide_as_it_says(as_server, user):
    peer, _ = as_server
    volumes = user.listen('/x/Flat/volume', RosImage, STATE)
    infos = user.listen('/x/Flat/info', RosString, STATE)
    pixels = np.arange(12, dtype=np.uint8).reshape(3, 4)
    peer.send_message(pyigtl.ImageMessage(pixels, device_name='Flat'))
    user.wait_for(lambda: volumes and infos, 'the image')
    assert json.loads(infos[0].data)['dimensions'] == [1, 4, 3]
    assert (volumes[0].width, volumes[0].height) == (1, 12)
    assert bytes(volumes[0].data) == pixels.tobytes()


def test_the_private_POSITION_of_pyigtl_is_counted_and_the_link_goes_on(pair, user):
    peer, bridge = pair
    diagnostics = user.listen('/diagnostics', DiagnosticArray)
    texts = user.listen('/x/After/text', RosString, STATE)
    for _ in range(3):
        peer.send_message(
            pyigtl.PositionMessage([[1, 2, 3]], [[0, 0, 0, 1]], device_name='Private')
        )
    peer.send_message(pyigtl.StringMessage('still here', device_name='After'))
    user.wait_for(lambda: texts and texts[0].data == 'still here', 'the text')

    def counts():
        return {
            item.value
            for array in diagnostics
            for status in array.status
            for item in status.values
            if item.key.endswith(' errors')
        }

    user.wait_for(lambda: 'ContentError 3' in counts(), 'the count')
    assert 'skipped a message: ContentError' in bridge.output
    assert bridge.output.count(': connected') == 1
    assert '-> Private' not in bridge.output


# -- ROS to pyigtl


def goal():
    message = PoseStamped()
    message.header.frame_id = 'base_link'
    message.header.stamp.sec, message.header.stamp.nanosec = 1_700_000_000, 500_000_000
    message.pose.position.x, message.pose.position.y, message.pose.position.z = 0.1, -0.25, 0.003
    message.pose.orientation.z = message.pose.orientation.w = HALF
    return message


def test_transform_to_pyigtl_in_version_1(peer, user):
    user.talk('/x/to_igtl/Goal/pose', PoseStamped).publish(goal())
    found = arrival(user, peer, 'Goal')
    assert (found.message_type, found.header_version, found.metadata) == ('TRANSFORM', 1, {})
    np.testing.assert_allclose(found.matrix, TURN_Z, atol=1e-4)
    assert found.timestamp == 1_700_000_000.5


def test_metadata_goes_both_ways_once_pyigtl_has_shown_version_2(peer, user):
    infos = user.listen('/x/Voice/info', RosString, STATE)
    text = pyigtl.StringMessage('hello', device_name='Voice')
    text.header_version = 2
    text.metadata = {'Room': 'OR 7'}
    peer.send_message(text)
    info = json.loads(user.wait_for(lambda: infos, 'info')[0].data)
    assert (info['version'], info['metadata']) == (2, {'Room': 'OR 7'})
    user.talk('/x/to_igtl/Goal/pose', PoseStamped).publish(goal())
    found = arrival(user, peer, 'Goal')
    assert found.header_version == 2
    assert found.metadata == {'ros_frame_id': 'base_link', 'ros_stamp': '1700000000.500000000'}
    np.testing.assert_allclose(found.matrix, TURN_Z, atol=1e-4)


def test_string_and_points_to_pyigtl(peer, user):
    user.talk('/x/to_igtl/Voice/text', RosString).publish(RosString(data='größer'))
    assert arrival(user, peer, 'Voice').string == 'größer'

    info = RosString(
        data=json.dumps(
            {
                'labels': ['TARGET', 'ENTRY'],
                'groups': ['Fiducial', 'Fiducial'],
                'rgba': [[1, 2, 3, 4], [5, 6, 7, 8]],
                'diameters': [0.01, 0.0],
                'owners': ['CT', ''],
            }
        )
    )
    user.talk('/x/to_igtl/Plan/info', RosString, STATE).publish(info)
    array = PoseArray(poses=[goal().pose, goal().pose])
    array.poses[1].position.x = -0.0015
    talk = user.talk('/x/to_igtl/Plan/points', PoseArray)

    def described():
        """Two topics have no order: the first points may overtake the info."""
        talk.publish(array)
        found = peer.wait_for_message('Plan', timeout=0)
        return found if found and found.names[0] == 'TARGET' else None

    found = user.wait_for(described, 'the points')
    wanted = [(100, -250, 3), (-1.5, -250, 3)]
    np.testing.assert_allclose(found.positions, wanted, atol=1e-4)
    assert (found.names, found.groups) == (['TARGET', 'ENTRY'], ['Fiducial', 'Fiducial'])
    assert found.rgba_colors == [(1, 2, 3, 4), (5, 6, 7, 8)]
    assert (found.diameters, found.owners) == ([10.0, 0.0], ['CT', ''])


def test_image_to_pyigtl(peer, user):
    pixels = np.arange(3 * 4, dtype=np.uint16).reshape(3, 4) + 1000
    image = RosImage(width=4, height=3, encoding='mono16', step=8, data=pixels.tobytes())
    talk = user.talk('/x/to_igtl/Slice/image', RosImage)
    talk.publish(image)
    found = arrival(user, peer, 'Slice')
    assert (found.world_coordinate_system, found.image.dtype) == ('ras', np.uint16)
    np.testing.assert_array_equal(found.image, pixels[None])
    # upright in an axial view: image right is patient left, image down is posterior
    np.testing.assert_allclose(found.ijk_to_world_matrix, np.diag([-1, -1, 1, 1]), atol=1e-6)

    geometry = [[0, 0.002, 0, 0.01], [0.003, 0, 0, -0.02], [0, 0, -0.001, 0.5], [0, 0, 0, 1]]
    place = Float64MultiArray(data=np.ravel(geometry).tolist())
    user.talk('/x/to_igtl/Slice/geometry', Float64MultiArray, STATE).publish(place)
    wanted = np.array(geometry) * [[1000], [1000], [1000], [1]]

    def placed():
        talk.publish(image)
        found = peer.wait_for_message('Slice', timeout=0)
        return found and np.allclose(found.ijk_to_world_matrix, wanted, atol=1e-4)

    user.wait_for(placed, 'the image in its place')
