"""A TDATA of which ever more tools are known, and the 3D Slicer that crashed on it."""

import numpy as np
import pytest

from igtl_ros2 import serve
from igtl_ros2.codec import HEADER_SIZE, decode, encode
from igtl_ros2.codec.lists import Table
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.config import Settings
from igtl_ros2.errors import PeerError
from igtl_ros2.peers.compat import Compat
from igtl_ros2.sim.slicer import Slicer


def tools(names):
    return TrackingData([TrackingElement(name, np.eye(4)) for name in names], device_name='Arm')


GROWING = [['m'], ['b', 'm'], ['b', 'm', 'z'], ['a', 'b', 'm', 'n', 'z'], ['c', 'b', 'c', 'a']]


def grow(compat):
    """Send a robot of which ever more links are known to an old Slicer; what it crashed on."""
    with serve('tcp://127.0.0.1:0', compat=compat) as server:
        with Slicer(str(server.address), old_tracking=True) as slicer:
            server.receive(timeout_s=20)  # it says what it is
            for count, names in enumerate(GROWING, 1):
                server.send(tools(names))
                try:
                    slicer.wait_for('Arm', when=lambda node, count=count: node.received == count)
                except PeerError:
                    return slicer.crashed
            assert set(slicer.nodes['Arm'].transforms) == set('abcmnz')
    return ''


@pytest.mark.parametrize('compat', ['auto', 'slicer'])
def test_a_robot_that_grows_does_not_crash_an_old_slicer(compat):
    assert not grow(compat)


def test_what_is_sent_to_others_would_crash_it():
    assert 'is deleted while it is in use' in grow('plain')


def test_of_tools_of_one_name_the_first_stays_and_others_keep_their_order():
    compat = Compat(Settings(compat='slicer'))
    first, second = np.eye(4), np.eye(4)
    first[0, 3], second[0, 3] = 1, 2
    message = TrackingData([
        TrackingElement('A', first), TrackingElement('B', second), TrackingElement('A', second)])
    wire = bytearray(encode(message))
    name_at = HEADER_SIZE + 2 * TrackingElement.SIZE
    wire[name_at + 2 : name_at + 4] = b'zz'  # what was left in the memory is no part of a name
    (content,) = message.encode_content()
    written = Table.written(TrackingElement, content, lambda: message.table().rows)
    for given in (
        message, decode(bytes(wire), check_crc=False), TrackingData(written)
    ):
        sent = compat.prepare(given, 2)
        for found in (sent, decode(encode(sent))):
            assert [(tool.name, tool.matrix[0, 3]) for tool in found.elements] == [
                ('B', 2), ('A', 1)]
    falling = tools('cba')
    assert compat.prepare(falling, 2) is falling
    assert Compat(Settings(compat='plus')).prepare(message, 2) is message
