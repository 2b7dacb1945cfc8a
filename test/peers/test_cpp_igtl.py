"""`igtl` in a process of its own, and the example programs of the C++ library."""

import json

import numpy as np
from cli_tools import igtl
from test_cpp_peers import TURN_Z, heard


def test_a_tracker_is_looked_at(cpp, free_port):
    server = cpp('TrackerServer', free_port, 100)
    host = f'127.0.0.1:{free_port}'
    done = igtl('ls', host, '--duration', '1.5', '--json', '--timeout', '60')
    [one] = [json.loads(line) for line in done.stdout.splitlines()]
    assert (one['type'], one['device'], one['version']) == ('TRANSFORM', 'Tracker', 1)
    assert one['rate_hz'] > 1
    assert not server.ended


def test_a_stream_is_asked_for(cpp, free_port):
    cpp('TrackingDataServer', free_port)
    done = igtl('call', f'127.0.0.1:{free_port}', 'STT_TDATA', '--rate', '50', '--duration', '1.5',
                '--json', '--timeout', '60')
    lists = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lists) > 5
    assert [element['name'] for element in lists[0]['elements']] == [
        'Channel 0', 'Channel 1', 'Channel 2']


def test_a_pose_is_sent(cpp, free_port):
    server = cpp('ReceiveServer', free_port)
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = TURN_Z, (100, -250, 3)
    igtl('send', f'127.0.0.1:{free_port}', 'pose', 'Target', *map(str, matrix.ravel()),
         '--times', '5', '--rate', '20', '--timeout', '60', '--stay', '0.5')
    server.says('100')
    assert heard(server, (100, -250, 3), TURN_Z)
