"""What a script writes without reading the manual: hosts, poses, points, meshes, colours."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest
from polling import DEADLINE_S

import igtl_ros2 as igtl
from igtl_ros2 import aio
from igtl_ros2.config import url_of
from igtl_ros2.errors import ConfigError, EncodeError


@pytest.mark.parametrize(('text', 'port', 'url'), [
    ('host', None, 'tcp://host:18944'),
    ('host', 18945, 'tcp://host:18945'),
    ('host:5', None, 'tcp://host:5'),
    ('host:5', 5, 'tcp://host:5'),
    ('::1', 7, 'tcp://[::1]:7'),
    ('[::1]:7', None, 'tcp://[::1]:7'),
    ('udp://host', 7, 'udp://host:7'),
    ('tls://host:7', None, 'tls://host:7'),
])
def test_a_host_is_enough(text, port, url):
    assert url_of(text, port) == url


@pytest.mark.parametrize(('text', 'port'), [
    ('', None), ('host:5', 6), ('http://host', None), ('host', -1), ('host', 70000),
    ('host', True), ('host', '5'), ('host/path', None), (None, None), (5, None)])
def test_what_is_no_host_is_said(text, port):
    with pytest.raises(ConfigError):
        url_of(text, port)


def test_both_sides_take_host_and_port_and_classes():
    with igtl.serve('127.0.0.1', 0) as server:
        with igtl.connect('127.0.0.1', server.address.port) as client:
            client.send(igtl.String('one', device_name='A'))
            client.send(igtl.Transform(np.eye(4), device_name='B'))
            client.send(igtl.Status(device_name='C'))
            _, status = server.receive(igtl.Status, DEADLINE_S)
            assert (type(status), status.device_name) == (igtl.Status, 'C')
            assert server.wait_for(igtl.Transform, DEADLINE_S)[1].device_name == 'B'
            assert server.receive(DEADLINE_S)[1].text == 'one'
            server.send(igtl.String('two', device_name='D'))
            assert client.receive(igtl.String, timeout_s=DEADLINE_S).text == 'two'
            assert client.latest(igtl.String).text == 'two'
            assert client.latest(igtl.Transform) is None
            for wrong in (5, None, str, igtl.codec.Message):
                with pytest.raises(ConfigError, match='allowed the name of a device or type'):
                    client.wait_for(wrong, 0)


def test_asyncio_has_the_same_words():
    async def talk():
        async with aio.serve('127.0.0.1', 0) as server:
            async with aio.connect('127.0.0.1', server.address.port) as client:
                client.send(igtl.String('one'))
                client.send(igtl.Status())
                _, status = await server.receive(igtl.Status, DEADLINE_S)
                _, text = await server.receive(timeout_s=DEADLINE_S)
                server.send(igtl.Transform(np.eye(4), device_name='T'))
                pose = await client.wait_for(igtl.Transform, DEADLINE_S)
                return type(status), text.text, pose.device_name

    assert asyncio.run(talk()) == (igtl.Status, 'one', 'T')


def test_poses_are_made_of_what_people_have():
    quarter = igtl.Transform.from_quaternion((0, 0, 1, 1), (10, 0, 0), device_name='ToolToRef')
    assert quarter.device_name == 'ToolToRef'
    assert np.allclose(quarter.matrix @ (1, 0, 0, 1), (10, 1, 0, 1))
    assert np.array_equal(igtl.Transform.from_translation((1, 2, 3)).matrix[:3, 3], (1, 2, 3))
    for wrong in ((0, 0, 0, 0), (0, 0, 0, np.nan), (1, 0, 0), 'abcd'):
        with pytest.raises(EncodeError, match='quaternion'):
            igtl.Transform.from_quaternion(wrong)
    with pytest.raises(EncodeError, match='translation'):
        igtl.Transform.from_translation((1, 2))


def test_there_and_back_is_nowhere():
    rng = np.random.default_rng(5)
    for _ in range(50):
        pose = igtl.Transform.from_quaternion(rng.normal(size=4), 1000 * rng.normal(size=3))
        assert np.allclose((pose @ pose.inverse()).matrix, np.eye(4), atol=1e-9)
        other = igtl.Transform.from_translation(rng.normal(size=3))
        point = (*rng.normal(size=3), 1)
        assert np.allclose((pose @ other).matrix @ point, pose.matrix @ (other.matrix @ point))
    with pytest.raises(EncodeError, match='singular'):
        igtl.Transform(np.diag((1, 1, 0, 1.0))).inverse()
    with pytest.raises(TypeError):
        pose @ np.eye(4)


def test_what_is_made_of_an_old_or_invalid_pose_is_no_better():
    lost = igtl.Transform(
        np.eye(4), timestamp_ns=10**18, metadata={'TransformStatus': 'OUT_OF_VIEW', 'a': 'b'})
    good = igtl.Transform(np.eye(4), timestamp_ns=2 * 10**18, device_name='ToolToRef')
    for made in (lost @ good, good @ lost):
        assert made.timestamp_ns == 10**18
        assert made.metadata == {'TransformStatus': 'OUT_OF_VIEW'} and made.device_name == ''
    assert (good @ igtl.Transform(np.eye(4))).timestamp == 0
    back = lost.inverse(device_name='RefToTool')
    assert (back.timestamp_ns, back.metadata, back.device_name) == (
        10**18, lost.metadata, 'RefToTool')


def test_points_and_meshes_are_made_of_arrays():
    points = igtl.Points.from_array([[1, 2, 3], [4, 5, 6]], ['a', 'b'], device_name='F')
    assert [(p.name, *p.position) for p in points.elements] == [('a', 1, 2, 3), ('b', 4, 5, 6)]
    assert [p.name for p in igtl.Points.from_array(np.zeros((2, 3))).elements] == ['P-1', 'P-2']
    assert igtl.Points is igtl.PointList and igtl.Mesh is igtl.PolyData
    with pytest.raises(EncodeError, match='names: 1 for 2 points'):
        igtl.Points.from_array(np.zeros((2, 3)), ['a'])
    with pytest.raises(EncodeError, match='points'):
        igtl.Points.from_array(np.zeros((2, 2)))
    corners = np.eye(3)
    for faces in ([[0, 1, 2]], np.array([[0, 1, 2]])):
        mesh = igtl.codec.decode(igtl.codec.encode(igtl.Mesh.from_arrays(corners, faces)))
        assert np.array_equal(mesh.points, corners) and mesh.polygons.to_lists() == [[0, 1, 2]]
    with pytest.raises(EncodeError):
        igtl.Mesh.from_arrays(corners, [[0, 1, 3]])


def test_a_sensor_has_its_unit_in_words():
    assert igtl.Sensor([1.0], unit='kN*m^-2').unit_text == 'kN*m^-2'
    assert igtl.Sensor([1.0], unit='N').unit_text == 'N'
    with pytest.raises(EncodeError, match='unit'):
        igtl.Sensor([1.0], unit='newton')


def test_colours_are_no_volume():
    picture = np.zeros((48, 64, 3), np.uint8)
    with pytest.raises(EncodeError, match='Image.rgb'):
        igtl.Image(picture)
    with pytest.raises(EncodeError, match='Image.rgb'):
        igtl.Image.from_array(picture)
    image = igtl.Image.rgb(picture)
    assert image.pixels.shape == (1, 48, 64, 3) and image.size == (64, 48, 1)
    assert igtl.Image(picture[..., None]).pixels.shape == (48, 64, 3)  # it is a volume
    for wrong in (np.zeros((4, 4), np.uint8), np.zeros((4, 4, 5), np.uint8)):
        with pytest.raises(EncodeError, match='pixels'):
            igtl.Image.rgb(wrong)


def test_such_a_volume_that_was_received_is_moved_all_the_same():
    volume = igtl.Image(np.zeros((48, 64, 3, 1), np.uint8))
    got = igtl.codec.decode(igtl.codec.encode(volume))
    assert got.pixels.shape == (48, 64, 3)
    assert got.moved([np.eye(4)]).pixels.shape == (48, 64, 3)
    # as blocks are merged into volumes
    assert replace(got, pixels=got.pixels.copy()).size == (3, 64, 48)
