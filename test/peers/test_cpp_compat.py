"""What the profile `library1` lets through, at a program built on version 1.11 of the library."""

import re
import socket
from contextlib import closing

import numpy as np
from network_peers import DEADLINE_S, until

from igtl_ros2 import codec
from igtl_ros2.codec.messages.arrays import Sensor
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.query import Query
from igtl_ros2.codec.messages.text import Command, String
from igtl_ros2.config import Settings
from igtl_ros2.peers.compat import Compat

RICH = {'metadata': {'unit': 'mm'}, 'message_id': 7}


def test_library_1_keeps_in_step(cpp):
    compat = Compat(Settings(compat='library1'))
    messages = [
        Transform(np.eye(4), device_name='First', **RICH),
        String('between', device_name='Note', **RICH),
        Command(1, 'Go', '<Go/>', device_name='Robot', **RICH),
        PointList([Point('P', (1, 2, 3))], device_name='Plan', **RICH),
        Query('GET_IMAGE', device_name='Scan', **RICH),
        Sensor([1.0, 2.0], device_name='Force', **RICH),
        String('behind', device_name='Note', **RICH),
    ]
    with closing(socket.create_server(('127.0.0.1', 0))) as listener:
        listener.settimeout(DEADLINE_S)
        client = cpp('ReceiveClient', '127.0.0.1', listener.getsockname()[1])
        connection, _ = listener.accept()
        with closing(connection):
            for message in messages:
                prepared = compat.prepare(message, seen_version=2)
                version = min(prepared.version, compat.version(2))
                connection.sendall(codec.encode(prepared, version))
            until(lambda: 'behind' in client.output, 'the last text')
    found = re.findall(r'^Receiving (\w+) data type', client.output, re.MULTILINE)
    assert found == ['TRANSFORM', 'STRING', 'POINT', 'STRING']
    assert 'between' in client.output and 'POINT' in client.output
