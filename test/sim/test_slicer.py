"""The simulated Slicer: it does what Slicer's OpenIGTLinkIF was seen to do, oddities included."""

import json
import re
import signal
import socket
import sys
import threading
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pyigtl
import pytest
import yaml
from cli_tools import pyigtl_server
from forked import run, start
from network_peers import RawPeer, corrupt, until

from igtl_ros2 import connect, serve
from igtl_ros2.codec import Unknown, encode
from igtl_ros2.codec.messages.arrays import NDArray, Sensor
from igtl_ros2.codec.messages.catalog import (
    ImageMeta,
    ImageMetaElement,
    LabelMeta,
    LabelMetaElement,
    VideoMeta,
)
from igtl_ros2.codec.messages.colors import ColorTable
from igtl_ros2.codec.messages.image import LPS, Image
from igtl_ros2.codec.messages.mesh import PolyData
from igtl_ros2.codec.messages.points import Point, PointList, Trajectories
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.query import Capability, Query, Response, StartTracking
from igtl_ros2.codec.messages.text import Command, CommandResponse, Status, String
from igtl_ros2.codec.messages.tracking import (
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from igtl_ros2.codec.messages.video import Video
from igtl_ros2.errors import ConfigError, EncodeError, PeerError
from igtl_ros2.sim import slicer_clock
from igtl_ros2.sim.mrml import ControlPoint
from igtl_ros2.sim.slicer import Slicer, play

END_S = 10
# a server that spares Slicer nothing: what it would do is what is looked at here
serve_all = partial(serve, compat='plain')
POSE = np.array([[0, -1, 0, 10], [1, 0, 0, -25], [0, 0, 1, 3.5], [0, 0, 0, 1.0]])
OTHER = np.diag([1.0, 1.0, 1.0, 1.0]) + np.array([[0, 0, 0, 7.0], *3 * [[0] * 4]])
PROGRAM = [sys.executable, '-m', 'igtl_ros2.sim.slicer']


@contextmanager
def link(**options):
    """Serve, and connect a simulated Slicer; its opening message is taken."""
    url = 'tcp://127.0.0.1:0'
    with serve_all(url) as server, Slicer(str(server.address), **options) as slicer:
        take(server)
        yield server, slicer


def take(server):
    return server.receive(END_S)[1]


def logged(slicer, text):
    """Wait until a line with a text is in the log."""
    return until(lambda: [line for line in list(slicer.log) if text in line], text)[0]


def points(*elements, **fields):
    return PointList(elements, device_name='Plan', **fields)


# -- connections


def test_it_opens_with_a_status_that_shows_header_2():
    with serve_all('tcp://127.0.0.1:0') as server, Slicer(str(server.address)):
        message = take(server)
    assert (message.type_name, message.device_name, message.version) == ('STATUS', '', 2)
    assert message.metadata == {'dummy': 'dummy'}
    assert message.timestamp == 0


def test_as_an_old_one_it_never_sends_header_2():
    with serve_all('tcp://127.0.0.1:0') as server:
        with Slicer(str(server.address), header_version=1) as slicer:
            assert take(server).version == 1
            slicer.set_transform('Target', POSE)
            message = take(server)
    assert (message.version, message.metadata) == (1, {})
    assert np.allclose(message.matrix, POSE)


def test_it_is_heard_of_when_nobody_is_there(free_port):
    with pytest.raises(PeerError, match=str(free_port)):
        Slicer(f'tcp://127.0.0.1:{free_port}', timeout_s=0.2)


def test_a_server_may_have_sent_all_and_hung_up_by_the_next_tick(monkeypatch):
    monkeypatch.setattr(slicer_clock, 'TICK_S', 0.3)
    with socket.create_server(('127.0.0.1', 0)) as listener:
        def give():
            sock, _ = listener.accept()
            listener.close()
            with sock:
                sock.sendall(encode(Transform(POSE, device_name='Probe')))
                sock.shutdown(socket.SHUT_WR)
                while sock.recv(4096):
                    pass

        giver = threading.Thread(target=give, daemon=True)
        giver.start()
        with Slicer(f'tcp://127.0.0.1:{listener.getsockname()[1]}') as slicer:
            giver.join()
            assert np.allclose(slicer.wait_for('Probe').matrix, POSE)


def test_it_speaks_tcp_only():
    with pytest.raises(ConfigError, match='tcp'):
        Slicer('udp://127.0.0.1:18944')


def test_it_tries_until_a_server_is_there(free_port):
    url = f'tcp://127.0.0.1:{free_port}'
    with Slicer(url, timeout_s=None) as slicer:
        with serve_all(url) as server:
            slicer.wait_connected(END_S)
            assert take(server).type_name == 'STATUS'
            assert slicer.peers == [url]


def test_it_connects_again_when_the_server_comes_back(free_port):
    url = f'tcp://127.0.0.1:{free_port}'
    with serve_all(url) as server, Slicer(url) as slicer:
        take(server)
        server.close()
        logged(slicer, 'disconnected')
        with serve_all(url) as again:
            assert take(again).metadata == {'dummy': 'dummy'}


def test_it_tries_every_100_ms_and_does_not_slow_down(free_port):
    class Recorder(threading.Event):
        def wait(self, timeout=None):
            waits.append(timeout)
            return super().wait(timeout)

    waits = []
    with Slicer(f'tcp://127.0.0.1:{free_port}', timeout_s=None) as slicer:
        slicer._connector._closed = Recorder()
        until(lambda: len(waits) == 8, 'eight attempts')
    assert set(waits) == {0.1}


def test_as_a_server_it_greets_who_finds_nobody_else_there():
    with Slicer('tcp://127.0.0.1:0', serve=True) as slicer:
        with RawPeer(slicer.address) as first:
            assert first.next().metadata == {'dummy': 'dummy'}
            with RawPeer(slicer.address) as second:
                until(lambda: len(slicer.peers) == 2, 'two peers')
                slicer.set_text('Note', 'to all')
                assert [peer.next().type_name for peer in (first, second)] == ['STRING'] * 2
        until(lambda: not slicer.peers, 'no peer')
        with RawPeer(slicer.address) as third:
            assert third.next().type_name == 'STATUS'


def test_a_port_in_use_is_an_error():
    with Slicer('tcp://127.0.0.1:0', serve=True) as slicer:
        with pytest.raises(PeerError, match='listen'):
            Slicer(str(slicer.address), serve=True)


def test_it_ends_while_a_peer_does_not_read():
    with socket.create_server(('127.0.0.1', 0)) as silent:
        slicer = Slicer(f'tcp://127.0.0.1:{silent.getsockname()[1]}')
        volume = np.zeros((50, 500, 500), np.uint8)
        stuck = threading.Thread(target=slicer.set_volume, args=('CT', volume), daemon=True)
        stuck.start()
        until(lambda: 'CT' in slicer.nodes, 'the volume')
        slicer.close()
        stuck.join(END_S)
        assert not stuck.is_alive()


# -- what it sends


def test_a_transform_goes_out_when_it_is_modified():
    with link() as (server, slicer):
        slicer.set_transform('Target', POSE)
        first = take(server)
        slicer.set_transform('Target', OTHER)
        second = take(server)
    assert np.allclose(first.matrix, POSE)
    assert np.allclose(second.matrix, OTHER)
    assert (first.device_name, first.version, first.timestamp) == ('Target', 2, 0)
    assert first.metadata == {
        'MRMLNodeName': 'LinearTransform',
        'TransformStatus': 'OK',
        'STREAM_ID_FROM': 'unknown',
        'STREAM_ID_TO': 'unknown',
    }


def test_a_transform_under_another_goes_out_as_to_its_parent():
    with link() as (server, slicer):
        slicer.set_transform('Base', OTHER)
        slicer.set_transform('Tool', POSE, parent='Base')
        assert np.allclose(take(server).matrix, OTHER)
        assert np.allclose(take(server).matrix, POSE)


def test_a_name_is_cut_to_20_bytes_wherever_that_is():
    with link() as (server, slicer):
        slicer.set_text('x' * 19 + 'ü', 'hello')
        name = take(server).device_name
    assert name.encode('utf-8', 'surrogateescape') == b'x' * 19 + b'\xc3'


def test_only_what_is_pushed_on_connect_is_sent_to_who_comes(free_port):
    url = f'tcp://127.0.0.1:{free_port}'
    with Slicer(url, timeout_s=None) as slicer:
        slicer.set_text('Lost', 'nobody was there')
        slicer.set_text('Kept', 'again and again', push_on_connect=True)
        for _ in range(2):
            with serve_all(url) as server:
                assert take(server).type_name == 'STATUS'
                assert take(server).text == 'again and again'
                slicer.set_text('Last', 'nothing came between')
                assert take(server).device_name == 'Last'


def test_each_kind_of_node_has_its_message():
    voxels = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    colors = np.zeros((1, 3, 4, 3), np.uint8)
    with link() as (server, slicer):
        slicer.set_volume('CT', voxels, POSE)
        slicer.set_volume('Camera', colors)
        slicer.set_video('Video', b'frame', 'VP90', (4, 2))
        slicer.set_fiducials('Plan', {'ENTRY': (1, 2, 3), 'TARGET': (4, 5, 6)})
        slicer.set_text('Note', 'groß')
        slicer.set_status('Robot', 13, 'not ready', error_name='E')
        slicer.set_model('Skull', np.eye(3), polygons=[[0, 1, 2]])
        image, camera, video, plan, note, status, model = (take(server) for _ in range(7))
    assert np.array_equal(image.pixels, voxels)
    assert np.allclose(image.ijk_to_ras(), POSE)
    assert image.metadata == {'MRMLNodeName': 'Volume', 'Status': 'OK'}
    assert camera.pixels.shape == (1, 3, 4, 3)
    assert camera.metadata['MRMLNodeName'] == 'VectorVolume'
    assert (bytes(video.frame), video.codec, video.size) == (b'frame', 'VP90', (4, 2, 1))
    assert [(p.name, p.position.tolist()) for p in plan.elements] == [
        ('ENTRY', [1, 2, 3]),
        ('TARGET', [4, 5, 6]),
    ]
    assert (note.text, note.encoding) == ('groß', 3)
    # the sub-code is a copy of the code
    assert (status.code, status.subcode, status.message) == (13, 13, 'not ready')
    assert model.polygons.to_lists() == [[0, 1, 2]]
    assert np.allclose(model.points, np.eye(3))
    for message in (image, camera, video, plan, note, status, model):
        assert (message.timestamp, message.version) == (0, 2)


def test_points_go_out_with_group_color_and_alpha_but_no_radius_and_owner():
    with link() as (server, slicer):
        seen = ControlPoint('A', np.zeros(3))
        hidden = ControlPoint('B', np.ones(3), selected=False, visible=False)
        slicer.set_fiducials('Plan', [seen, hidden])
        first, second = take(server).elements
    assert (first.group, first.rgba) == ('Selected', (255, 127, 127, 255))
    assert (second.group, second.rgba) == ('Unselected', (102, 255, 255, 0))
    assert [(p.diameter, p.owner) for p in (first, second)] == [(0, '')] * 2


def test_a_value_that_cannot_be_sent_changes_nothing():
    with link() as (server, slicer):
        slicer.set_transform('Target', POSE)
        with pytest.raises(EncodeError):
            slicer.set_transform('Target', np.eye(3))
        assert np.allclose(slicer.nodes['Target'].matrix, POSE)
        with pytest.raises(EncodeError):
            slicer.set_volume('CT', np.zeros((2, 2), complex))
        assert 'CT' not in slicer.nodes


# -- what goes back


def test_a_node_is_not_sent_back_to_where_its_name_came_from():
    with link() as (server, slicer):
        server.send(String('from outside', device_name='Both'))
        slicer.wait_for('Both')
        slicer.set_transform('Both', POSE)  # the name counts, not the type
        slicer.set_text('Other', 'next')
        assert take(server).device_name == 'Other'


def test_a_server_passes_on_to_its_other_clients_what_it_sends_itself():
    with Slicer('tcp://127.0.0.1:0', serve=True) as slicer:
        with RawPeer(slicer.address) as one, RawPeer(slicer.address) as two:
            until(lambda: len(slicer.peers) == 2, 'two peers')
            slicer.set_transform('Tool', OTHER)
            one.send(Transform(POSE, device_name='Tool'))
            one.send(Transform(POSE, device_name='Unshared'))
            slicer.wait_for('Unshared')
            slicer.set_text('End', '')
            texts = [peer.next() for peer in (one, two) for _ in range(3)]
    kinds = {message.device_name for message in texts}
    assert 'Unshared' not in kinds
    tools = [message.matrix[0, 3] for message in texts if message.device_name == 'Tool']
    assert sorted(tools) == [7, 7, 10]


# -- what becomes of what arrives


def test_a_transform_becomes_a_node_with_its_status():
    with link() as (server, slicer):
        metadata = {'TransformStatus': 'MISSING', 'Speed': '3'}
        server.send(Transform(POSE, device_name='ToolToBase', metadata=metadata))
        node = slicer.wait_for('ToolToBase')
        assert np.allclose(node.matrix, POSE)
        assert node.tag == 'LinearTransform'
        assert node.attributes == {
            'TransformStatus': 'MISSING',
            'OpenIGTLink.TransformStatus': 'MISSING',
            'OpenIGTLink.Speed': '3',
        }
        server.send(Transform(OTHER, device_name='ToolToBase'))
        assert slicer.wait_for('ToolToBase', when=lambda n: n.received == 2) is node
        assert np.allclose(slicer.nodes['ToolToBase'].matrix, OTHER)


def test_a_node_made_here_is_the_one_that_is_moved_from_there():
    with link() as (server, slicer):
        node = slicer.set_transform('Tool', POSE)
        server.send(Transform(OTHER, device_name='Tool'))
        assert slicer.wait_for('Tool') is node
        assert np.allclose(node.matrix, OTHER)


def test_nodes_of_one_name_are_told_apart_by_type():
    with link() as (server, slicer):
        server.send(Transform(POSE, device_name='X'))
        server.send(String('text', device_name='X'))
        slicer.wait_for('X', 'TRANSFORM')
        assert slicer.wait_for('X', 'STRING').text == 'text'
        with pytest.raises(KeyError, match='TRANSFORM'):
            slicer.nodes['X']
        assert np.allclose(slicer.nodes['X', 'TRANSFORM'].matrix, POSE)
        assert 'X' in slicer.nodes
        with pytest.raises(KeyError, match="there are 'X'"):
            slicer.nodes['Y']


def test_a_message_without_a_name_becomes_a_node_named_openigtlink():
    with link() as (server, slicer):
        server.send(String('whose?'))
        assert slicer.wait_for('OpenIGTLink').text == 'whose?'


@pytest.mark.parametrize('coordinates', [1, LPS])
def test_an_image_is_taken_as_ras_whatever_it_says(coordinates):
    voxels = np.arange(24, dtype='>u2').reshape(2, 3, 4)
    image = Image(voxels, POSE, coordinates, device_name='CT')
    with link() as (server, slicer):
        server.send(image)
        node = slicer.wait_for('CT')
        assert np.array_equal(node.pixels, voxels)
        assert np.allclose(node.ijk_to_ras, image.ijk_to_ras(1))
        assert (node.tag, node.garbage) == ('Volume', False)


@pytest.mark.parametrize('components, tag', [(3, 'VectorVolume'), (4, 'VectorVolume')])
def test_an_image_with_components_becomes_a_vector_volume(components, tag):
    with link() as (server, slicer):
        server.send(Image(np.ones((1, 2, 2, components), np.uint8), device_name='Camera'))
        assert slicer.wait_for('Camera').tag == tag


def test_an_image_becomes_a_streaming_volume_where_that_is_set():
    with link(streaming_volumes=True) as (server, slicer):
        server.send(Image(np.ones((2, 2), np.uint8), device_name='US'))
        assert slicer.wait_for('US').tag == 'StreamingVolume'


@pytest.mark.parametrize('kind', ['<i4', '>i4', '<u4', '>u4'])
def test_32_bit_integers_become_garbage_and_are_marked_so(kind):
    voxels = np.arange(1, 9, dtype=kind).reshape(2, 2, 2)
    with link() as (server, slicer):
        server.send(Image(voxels, device_name='Labels'))
        node = slicer.wait_for('Labels')
        assert node.garbage
        assert node.pixels.dtype.itemsize == 8
        assert node.pixels.shape == (2, 2, 2)
        assert not np.array_equal(node.pixels, voxels)
        assert "'Labels'" in logged(slicer, 'garbage')
        node.outgoing = True
        server.send(Image(voxels, device_name='Labels'))
        logged(slicer, 'is not sent')
        server.send(String('still well', device_name='Note'))
        slicer.wait_for('Note')


def test_a_block_changes_its_part_of_a_volume():
    whole = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    block = np.full((1, 2, 2), 99, np.uint8)
    with link() as (server, slicer):
        server.send(Image(whole, device_name='CT'))
        slicer.wait_for('CT')
        server.send(Image(block, size=(4, 3, 2), offset=(2, 1, 1), device_name='CT'))
        node = slicer.wait_for('CT', when=lambda n: n.received == 2)
    whole[1, 1:3, 2:4] = 99
    assert np.array_equal(node.pixels, whole)


def test_a_video_becomes_a_streaming_volume_where_the_codecs_are_built_in():
    video = Video(b'abc', 'VP90', (4, 2, 1), device_name='US')
    with link() as (server, slicer):
        server.send(video)
        server.send(String('', device_name='Hello', metadata={'a': 'b'}))
        node = slicer.wait_for('US')
        assert (bytes(node.frame), node.codec, node.size) == (b'abc', 'VP90', (4, 2, 1))
        assert node.tag == 'StreamingVolume'
    with link(video=False) as (server, slicer):
        server.send(video)
        assert 'VIDEO' in logged(slicer, 'no handler')
        assert 'US' not in slicer.nodes


def test_points_keep_label_place_selection_and_visibility_alone():
    with link() as (server, slicer):
        server.send(points(
            Point('A', (1, 2, 3), 'Fiducial', (255, 0, 51, 1), 5.0, 'CT'),
            Point('B', (4, 5, 6), 'Unselected', (0, 255, 0, 0)),
            Point('C', (7, 8, 9), 'Fiducial', (9, 9, 9, 255)),
            Point('D', (0, 0, 0), 'Unselected', (9, 9, 9, 255)),
        ))
        node = slicer.wait_for('Plan')
    assert [vars(p).keys() for p in node.points][0] == {'label', 'position', 'selected', 'visible'}
    assert [(p.label, p.selected, p.visible) for p in node.points] == [
        ('A', True, True), ('B', False, False), ('C', True, True), ('D', False, True),
    ]
    assert node['C'].position.tolist() == [7, 8, 9]
    # the first of each group colours its group
    assert node.selected_color == (1, 0, 51 / 255)
    assert node.color == (0, 1, 0)
    with pytest.raises(KeyError):
        node['E']


def test_a_shorter_list_of_points_takes_the_rest_away():
    with link() as (server, slicer):
        server.send(points(Point('A', (1, 2, 3)), Point('B', (4, 5, 6))))
        slicer.wait_for('Plan')
        server.send(points(Point('C', (4, 5, 6))))
        node = slicer.wait_for('Plan', when=lambda n: n.received == 2)
        assert [p.label for p in node.points] == ['C']


@pytest.mark.parametrize('version, metadata', [(1, {}), (2, {})])
def test_an_empty_list_is_not_received(version, metadata):
    with link() as (server, slicer):
        server.send(points(Point('A', (1, 2, 3))))
        slicer.wait_for('Plan')
        server.send(points(version=version, metadata=metadata))
        server.send(TrackingData((), device_name='Tools'))
        assert 'POINT' in logged(slicer, 'empty POINT')
        logged(slicer, 'empty TDATA')
        assert len(slicer.nodes['Plan'].points) == 1
        assert 'Tools' not in slicer.nodes


def test_an_empty_list_with_metadata_is_received():
    with link() as (server, slicer):
        server.send(points(Point('A', (1, 2, 3))))
        slicer.wait_for('Plan')
        server.send(points(metadata={'any': 'thing'}))
        assert slicer.wait_for('Plan', when=lambda n: n.received == 2).points == ()


def test_tracking_data_become_a_bundle_with_a_transform_for_each_tool():
    with link() as (server, slicer):
        elements = [TrackingElement('A', POSE), TrackingElement('B', OTHER)]
        server.send(TrackingData(elements, device_name='Tools'))
        bundle = slicer.wait_for('Tools')
        assert bundle.tag == 'IGTLTrackingDataSplitter'
        assert set(bundle.transforms) == {'A', 'B'}
        assert np.allclose(slicer.nodes['A'].matrix, POSE)
        assert np.allclose(slicer.wait_for('B').matrix, OTHER)
        # who is not in a message stays where he was
        server.send(TrackingData([TrackingElement('A', OTHER)], device_name='Tools'))
        slicer.wait_for('A', when=lambda n: np.allclose(n.matrix, OTHER))
        assert set(bundle.transforms) == {'A', 'B'}


def test_of_two_tools_with_one_name_the_first_wins():
    with link() as (server, slicer):
        elements = [TrackingElement('A', POSE), TrackingElement('A', OTHER)]
        server.send(TrackingData(elements, device_name='Tools'))
        assert np.allclose(slicer.wait_for('A').matrix, POSE)


def test_text_status_mesh_and_lists_become_nodes():
    mesh = PolyData(np.eye(3, dtype=np.float32), polygons=[[0, 1, 2]], device_name='Skull')
    with link() as (server, slicer):
        server.send(String('groß', device_name='Note'))
        server.send(Status(13, 77, 'E', 'not ready', device_name='Robot'))
        server.send(mesh)
        server.send(ImageMeta([ImageMetaElement('CT head', 'CT-1')], device_name='Images'))
        server.send(LabelMeta([LabelMetaElement('Liver', 'L-1', 3)], device_name='Labels'))
        assert slicer.wait_for('Note').text == 'groß'
        status = slicer.wait_for('Robot')
        assert (status.code, status.subcode) == (13, 77)
        assert (status.error_name, status.text) == ('E', 'not ready')
        assert slicer.wait_for('Skull').mesh.triangles().tolist() == [[0, 1, 2]]
        assert slicer.wait_for('Images').elements[0].id == 'CT-1'
        assert slicer.wait_for('Labels').elements[0].label == 3


@pytest.mark.parametrize(
    'message',
    [
        Position((1, 2, 3), device_name='X'),
        QuaternionTrackingData((), device_name='X'),
        Trajectories((), device_name='X'),
        Sensor([1.0], device_name='X'),
        NDArray(np.zeros(3), device_name='X'),
        ColorTable(np.zeros((256, 3), np.uint8), device_name='X'),
        VideoMeta((), device_name='X'),
        Capability(['TRANSFORM'], device_name='X'),
        Unknown('MINE', b'abc', device_name='X'),
        Query('GET_TRANS', device_name='X'),
        Response('RTS_TDATA', device_name='X'),
    ],
    ids=lambda message: message.type_name,
)
def test_what_has_no_handler_is_an_error_line_and_nothing_else(message):
    with link() as (server, slicer):
        server.send(message)
        server.send(String('', device_name='After'))
        slicer.wait_for('After')
        (line,) = [line for line in slicer.log if 'error' in line]
        assert message.type_name in line and "'X'" in line
        assert list(slicer.nodes) == ['After']
        assert not slicer.crashed


def test_a_wrong_checksum_loses_the_message_alone():
    with Slicer('tcp://127.0.0.1:0', serve=True) as slicer, RawPeer(slicer.address) as peer:
        peer.send(corrupt(String('wrong', device_name='A')), String('right', device_name='B'))
        assert slicer.wait_for('B').text == 'right'
        assert 'A' not in slicer.nodes
        logged(slicer, 'CRC')


def test_a_wrong_checksum_passes_where_nobody_looks():
    with Slicer('tcp://127.0.0.1:0', serve=True, check_crc=False) as slicer:
        with RawPeer(slicer.address) as peer:
            peer.send(corrupt(String('wrong!', device_name='A')))
            assert slicer.wait_for('A').text.startswith('wrong')


def test_a_stream_out_of_step_is_cut_off():
    with Slicer('tcp://127.0.0.1:0', serve=True) as slicer, RawPeer(slicer.address) as peer:
        peer.send(b'\xff' * 100)
        peer.wait_closed()
        logged(slicer, 'disconnected')


# -- only the newest


def test_between_two_ticks_only_the_newest_message_of_a_device_survives():
    with Slicer('tcp://127.0.0.1:0', serve=True) as slicer, RawPeer(slicer.address) as peer:
        until(lambda: slicer.peers, 'a peer')
        with slicer.busy():
            for x in range(1, 6):
                matrix = OTHER.copy()
                matrix[0, 3] = x
                peer.send(Transform(matrix, device_name='Tool'))
                peer.send(String(str(x), device_name='Tool'))
            peer.send(Transform(POSE, device_name='Other'))
            peer.send(*[Video(bytes([n]), 'VP90', (2, 2, 1), device_name='V') for n in range(3)])
            until(lambda: 'V' in str(slicer._arrived), 'the last message')
        video = slicer.wait_for('V', when=lambda n: n.received == 3)
        node = slicer.wait_for('Tool', 'TRANSFORM')
        assert (node.matrix[0, 3], node.received) == (5, 1)
        assert slicer.wait_for('Tool', 'STRING').text == '5'
        assert np.allclose(slicer.wait_for('Other').matrix, POSE)
        assert bytes(video.frame) == b'\2'
        assert slicer.overtaken == {('TRANSFORM', 'Tool'): 4, ('STRING', 'Tool'): 4}


def test_what_came_between_two_ticks_is_taken_by_type_and_name_not_in_its_order():
    with Slicer('tcp://127.0.0.1:0', serve=True) as slicer, RawPeer(slicer.address) as peer:
        with slicer.busy():
            peer.send(*(String('', device_name=name) for name in 'CAB'), points())
            peer.send(points(Point('A', (1, 2, 3))), Command(1, 'LAST'))
            until(lambda: slicer._orders, 'the last message')
        slicer.wait_for('C')
        assert list(slicer.nodes) == ['Plan', 'A', 'B', 'C']


# -- crashes


CRASHES = (
    'GET_IMAGE GET_IMGMETA GET_LBMETA GET_POINT GET_POLYDATA GET_STATUS STP_IMAGE STT_POLYDATA '
    'STP_POLYDATA RTS_POLYDATA STT_TDATA STP_TDATA'
).split()


@pytest.mark.parametrize('name', CRASHES)
def test_it_crashes_on_these_queries_for_good(name):
    kind = {'STT_TDATA': StartTracking, 'RTS_POLYDATA': Response}.get(name, Query)
    with link() as (server, slicer):
        server.send(kind(name, device_name='CT'))
        with pytest.raises(PeerError, match=f'crashed on {name}'):
            slicer.wait_for('CT')
        assert slicer.crashed.startswith(name)
        until(lambda: not server.peers, 'the end of the connection')
        with pytest.raises(PeerError, match='crashed'):
            slicer.set_text('Note', 'anybody?')
    threads = [thread.name for thread in threading.enumerate()]
    assert 'igtl_sim_slicer' not in threads


def test_it_crashes_on_more_than_one_vertex_cell():
    points = np.zeros((3, 3), np.float32)
    with link() as (server, slicer):
        server.send(PolyData(points, vertices=[[1, 2]], device_name='One'))
        assert slicer.wait_for('One').mesh.vertices.to_lists() == [[1]]
        server.send(PolyData(points, vertices=[[0], [1]], device_name='Two'))
        with pytest.raises(PeerError, match=r"crashed on POLYDATA of device 'Two' with 2 vertex"):
            slicer.wait_for('Two')


@pytest.mark.parametrize('compat', ['auto', 'slicer'])
def test_nobody_who_may_be_slicer_gets_more_than_one_vertex_cell(compat):
    points = np.arange(30, dtype=np.float32).reshape(10, 3)
    url = 'tcp://127.0.0.1:0'
    with serve(url, compat=compat) as server, Slicer(str(server.address)) as slicer:
        server.send(PolyData(points, vertices=np.arange(10)[:, None], device_name='Points'))
        mesh = slicer.wait_for('Points').mesh
        assert (len(mesh.vertices), len(mesh.triangle_strips)) == (0, 10)
        np.testing.assert_array_equal(mesh.points[:10], points)


def test_what_has_crashed_does_not_come_back():
    with Slicer('tcp://127.0.0.1:0', serve=True) as slicer:
        with RawPeer(slicer.address) as peer:
            peer.send(Query('GET_STATUS'))
            until(lambda: slicer.crashed, 'the crash')
        until(lambda: refuses(slicer.address), 'the end of the server')


def refuses(address):
    try:
        socket.create_connection((address.host, address.port), END_S).close()
    except ConnectionRefusedError:
        return True
    return False


# -- commands


def test_a_command_is_answered_by_its_handler():
    def home(command):
        slicer.set_text('Phase', command.content)
        return '<Done/>'

    with link(commands={'HOME': home}) as (server, slicer):
        server.send(Command(7, 'HOME', 'fast', device_name='Robot'))
        assert take(server).text == 'fast'
        answer = take(server)
    assert (answer.type_name, answer.command_id, answer.name) == ('RTS_COMMAND', 7, 'HOME')
    assert (answer.content, answer.metadata) == ('<Done/>', {'Status': 'SUCCESS'})
    assert (answer.device_name, answer.version) == ('command', 2)
    assert (answer.message_id, answer.timestamp) == (0, 0)


def test_a_command_that_failed_says_success_all_the_same():
    def fail(command):
        raise ValueError('out of reach')

    with link(commands={'HOME': fail}) as (server, slicer):
        server.send(Command(8, 'HOME'))
        metadata = take(server).metadata
    assert metadata == {'Status': 'SUCCESS', 'ErrorMessage': 'out of reach'}


def test_a_command_that_nobody_handles_is_not_answered():
    with link() as (server, slicer):
        server.send(Command(9, 'HOME'))
        logged(slicer, "'HOME'")
        slicer.set_text('Next', '')
        assert take(server).device_name == 'Next'
        assert [command.command_id for command in slicer.commands] == [9]


def test_commands_are_never_overtaken():
    with Slicer('tcp://127.0.0.1:0', serve=True) as slicer, RawPeer(slicer.address) as peer:
        with slicer.busy():
            peer.send(*(Command(number, 'HOME') for number in range(20)))
        until(lambda: len(slicer.commands) == 20, 'all commands')


@contextmanager
def answering(reply):
    """Serve, and let a function reply to commands and queries; connect a simulated Slicer."""
    def on_message(peer, message):
        answer = reply(message)
        if answer is not None:
            peer.send(answer)

    with serve_all('tcp://127.0.0.1:0', on_message=on_message) as server:
        with Slicer(str(server.address)) as slicer:
            yield slicer


def test_it_sends_commands_and_takes_the_answer():
    asked = []

    def reply(message):
        if isinstance(message, Command):
            asked.append(message)
            return CommandResponse(message.command_id, message.name, 'done')

    with answering(reply) as slicer:
        assert slicer.command('HOME', '<fast/>', {'who': 'me'}).content == 'done'
        assert slicer.command('STOP').name == 'STOP'
    first, second = asked
    assert (first.device_name, first.version, first.message_id) == ('command', 2, 0)
    assert (first.content, first.metadata['who']) == ('<fast/>', 'me')
    assert (first.command_id, second.command_id, first.timestamp) == (1, 2, 0)


def test_a_command_without_an_answer_in_time_is_an_error():
    with link() as (server, slicer):
        with pytest.raises(PeerError, match='HOME'):
            slicer.command('HOME', timeout_s=0.05)
        server.send(CommandResponse(1, 'HOME', 'late'))
        assert '1' in logged(slicer, 'warning')


# -- queries that it sends itself


def test_it_asks_and_takes_any_message_of_the_type_as_the_answer():
    asked = []

    def reply(message):
        if message.type_name == 'GET_IMAGE':
            asked.append(message)
            return Image(np.ones((2, 2), np.uint8), device_name=message.device_name or 'CT-9')
        if message.type_name == 'STT_TDATA':
            return TrackingData([TrackingElement('A', POSE)], device_name='Tools')

    with answering(reply) as slicer:
        assert slicer.query('GET_IMAGE', 'CT-1').name == 'CT-1'
        assert slicer.query('GET_IMAGE').name == 'CT-9'
        assert set(slicer.query('STT_TDATA').transforms) == {'A'}
        assert slicer.query('STP_TDATA') is None
        with pytest.raises(PeerError, match='GET_POINT'):
            slicer.query('GET_POINT', timeout_s=0.05)
        with pytest.raises(EncodeError, match='GET_IMAGE'):
            slicer.query('GET_STATUS')
    assert {message.version for message in asked} == {1}


def test_a_message_of_another_device_is_no_answer():
    def reply(message):
        if message.type_name == 'GET_IMAGE':
            return Image(np.ones((2, 2), np.uint8), device_name='CT-2')

    with answering(reply) as slicer:
        with pytest.raises(PeerError):
            slicer.query('GET_IMAGE', 'CT-1', timeout_s=0.3)
        assert 'CT-2' in slicer.nodes


# -- waiting


def test_what_does_not_come_is_said_with_what_there_is():
    with link() as (server, slicer):
        slicer.set_text('Note', '')
        with pytest.raises(PeerError, match="'Tool'.*'Note'"):
            slicer.wait_for('Tool', timeout_s=0.05)
        # what was made here has not come
        with pytest.raises(PeerError, match="'Note'"):
            slicer.wait_for('Note', timeout_s=0.05)


# -- another implementation


def test_with_a_pyigtl_server():
    with pyigtl_server() as server, Slicer(
            f'tcp://127.0.0.1:{server.server_address[1]}') as slicer:
        until(server.is_connected, 'the connection')
        slicer.set_transform('Target', POSE)
        found = until(lambda: server.wait_for_message('Target', timeout=0), 'Target')
        assert np.allclose(found.matrix, POSE)
        assert found.metadata['TransformStatus'] == 'OK'
        server.send_message(pyigtl.TransformMessage(OTHER, device_name='ToolToBase'))
        assert np.allclose(slicer.wait_for('ToolToBase').matrix, OTHER)
        pixels = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
        server.send_message(pyigtl.ImageMessage(pixels, device_name='US'))
        assert np.array_equal(slicer.wait_for('US').pixels, pixels)
        server.send_message(pyigtl.StringMessage('hello', device_name='Note'))
        assert slicer.wait_for('Note').text == 'hello'


def test_with_a_client_of_this_package():
    with Slicer('tcp://127.0.0.1:0', serve=True) as slicer, connect(str(slicer.address)) as client:
        assert client.receive(END_S).metadata == {'dummy': 'dummy'}
        client.send(String('hello', device_name='Note'))
        assert slicer.wait_for('Note').text == 'hello'


# -- scripts


STEPS = [
    {'transform': 'Target', 'position': [1, 2, 3]},
    {'at': 0.01, 'transform': 'Tool', 'matrix': POSE.tolist(), 'push_on_connect': True},
    {'at': 0.02, 'fiducials': 'Plan', 'points': {'ENTRY': [1, 2, 3]}},
    {'at': 0.03, 'text': 'CMD_0001', 'value': 'START_UP'},
    {'at': 0.04, 'status': 'Robot', 'code': 13},
    {'at': 0.05, 'wait_for': 'ACK_0001'},
]


@pytest.mark.parametrize('write', [json.dumps, yaml.safe_dump])
def test_a_script_as_a_program(write, tmp_path):
    file = tmp_path / 'script.yaml'
    file.write_text(write(STEPS))
    with serve_all('tcp://127.0.0.1:0') as server:
        process = start(*PROGRAM, str(server.address), '--script', str(file), apart=True)
        sent = [take(server) for _ in range(6)]
        server.send(String('START_UP', device_name='ACK_0001'))
        output, errors = process.communicate(timeout=END_S)
    assert (process.returncode, errors) == (0, '')
    assert [m.device_name for m in sent] == ['', 'Target', 'Tool', 'Plan', 'CMD_0001', 'Robot']
    assert sent[1].matrix[:3, 3].tolist() == [1, 2, 3]
    assert np.allclose(sent[2].matrix, POSE)
    assert sent[4].text == 'START_UP'
    assert "'ACK_0001'" in output and "'START_UP'" in output
    assert '(1.000, 2.000, 3.000) mm' in output


def test_the_script_on_the_page_can_be_played():
    page = Path(__file__).parents[2] / 'docs' / 'how-to' / 'slicer_sim.md'
    (block,) = re.findall(r'^```yaml\n(.*?)^```', page.read_text(), re.DOTALL | re.MULTILINE)
    asked = []

    def reply(message):
        asked.append((message.type_name, message.device_name))
        if message.device_name == 'CMD_0001':
            return String(message.text, device_name='ACK_0001')
        if isinstance(message, Command):
            return CommandResponse(message.command_id, message.name)

    with answering(reply) as slicer:
        play(slicer, [{**step, 'at': 0} for step in yaml.safe_load(block)])
    assert [name for _, name in asked] == ['', 'Target', 'Plan', 'CMD_0001', 'command']


@pytest.mark.parametrize(
    'steps, error',
    [
        (['transform'], "step 1: found 'transform', wanted a map"),
        ([{'transfrom': 'A'}], 'step 1: .*transfrom.*wanted one of transform'),
        ([{'text': 'A', 'value': 'B'}, {'text': 'A', 'valve': 'B'}],
         "step 2: text 'A': found 'valve', wanted at, value, push_on_connect"),
        ([{'text': 'A'}], "step 1: text 'A'.*value"),
        ([{'text': ['A'], 'value': 'B'}], 'step 1: .*wanted a name'),
        ([{'wait_for': 'A', 'at': float('nan')}], "step 1: wait_for 'A': at: found nan"),
        ([{'transform': 'A', 'matrix': [[1]]}], "step 1: transform 'A'.*matrix"),
        ([{'text': 'A', 'value': 'B', 'at': 'noon'}], "step 1: text 'A'.*noon"),
    ],
)
def test_a_wrong_script_is_explained(steps, error):
    with link() as (_, slicer), pytest.raises(ConfigError, match=error):
        play(slicer, steps)


def test_a_crash_is_the_exit_code_and_in_the_table():
    with serve_all('tcp://127.0.0.1:0') as server:
        process = start(*PROGRAM, str(server.address), '--duration', '60', apart=True)
        take(server)
        server.send(Query('GET_IMAGE', device_name='CT'))
        until(lambda: not server.peers, 'the crash')
        output, errors = process.communicate(timeout=END_S)
    assert process.returncode == 1
    assert 'crashed on GET_IMAGE' in output
    assert errors.startswith('igtl_sim_slicer: Slicer has crashed on GET_IMAGE')
    assert errors.count('\n') == 1


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_program_with_the_table(number):
    with serve_all('tcp://127.0.0.1:0') as server:
        process = start(*PROGRAM, str(server.address), '--duration', '60', apart=True)
        take(server)
        process.stdout.readline()
        process.send_signal(number)
        output, errors = process.communicate(timeout=END_S)
    assert (process.returncode, errors) == (0, '')
    assert 'node' in output


def test_a_file_that_is_no_script_is_one_line(tmp_path):
    file = tmp_path / 'script.yaml'
    file.write_text('a: b')
    done = run(*PROGRAM, '--script', str(file))
    assert done.returncode == 1
    assert str(file) in done.stderr and 'list of steps' in done.stderr
    assert done.stderr.count('\n') == 1
