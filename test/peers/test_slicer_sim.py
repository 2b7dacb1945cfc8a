"""The simulated Slicer and the example programs of the C++ library, as its servers and clients."""

import numpy as np
from network_peers import until

from igtl_ros2.sim.slicer import Slicer


def test_points_of_a_cpp_server(cpp, free_port):
    cpp('PointServer', free_port)
    with Slicer(f'tcp://127.0.0.1:{free_port}', timeout_s=10) as slicer:
        node = slicer.wait_for('PointSender')
    assert [point.label for point in node.points] == ['POINT_0', 'POINT_1', 'POINT_2']
    assert node['POINT_2'].position.tolist() == [70, 80, 90]
    assert node.selected_color == (1, 0, 0)


def test_tracking_of_a_cpp_server_that_is_asked_for_it(cpp, free_port):
    cpp('TrackingDataServer', free_port)
    # as packaged, the library is older than header 2
    with Slicer(f'tcp://127.0.0.1:{free_port}', timeout_s=10, header_version=1) as slicer:
        bundle = slicer.query('STT_TDATA', timeout_s=10)
        assert set(bundle.transforms) == {'Channel 0', 'Channel 1', 'Channel 2'}
        tool = slicer.wait_for('Channel 1', when=lambda node: node.received > 2)
        assert np.allclose(tool.matrix[:3, :3] @ tool.matrix[:3, :3].T, np.eye(3), atol=0.02)


def test_a_transform_reaches_a_cpp_server(cpp, free_port):
    server = cpp('ReceiveServer', free_port)
    with Slicer(f'tcp://127.0.0.1:{free_port}', timeout_s=10, header_version=1) as slicer:
        matrix = np.eye(4)
        matrix[:3, 3] = 100.5, -250.25, 3
        slicer.set_transform('Target', matrix)
        until(lambda: '100.5' in server.output and '-250.25' in server.output, 'the transform')


def test_a_cpp_client_of_a_slicer_that_serves(cpp):
    with Slicer('tcp://127.0.0.1:0', serve=True, header_version=1) as slicer:
        cpp('TrackerClient', '127.0.0.1', slicer.address.port, 50)
        slicer.wait_for('Tracker', when=lambda node: node.received > 2)
