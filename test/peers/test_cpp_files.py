"""Verbs of `igtl` that deal with files, and the C++ library: what it said is in the files."""

import csv
import json

import numpy as np
from bag_tools import frames_of
from cli_tools import igtl
from test_doctor import listening

from igtl_ros2 import files
from igtl_ros2.codec import decode


def recorded(program, port, folder):
    """Record what a C++ program says for a while; gives the bag and the messages in it."""
    listening(program, port)
    bag = folder / 'bag'
    igtl('record', 'connect', f'tcp://127.0.0.1:{port}', '-o', bag, '--duration', 1,
         '--min-free', 1)
    return bag, [decode(frame) for _, _, frame in frames_of(bag)]


def test_a_tracker_is_recorded_told_exported_converted_and_replayed(cpp, free_port, tmp_path):
    bag, said = recorded(cpp('TrackerServer', free_port, 50), free_port, tmp_path)
    poses = [message for message in said if message.type_name == 'TRANSFORM']
    name = poses[0].device_name

    told = json.loads(igtl('info', bag, '--json').stdout)
    (device,) = [one for one in told['devices'] if one['type'] == 'TRANSFORM']
    assert (device['device'], device['messages']) == (name, len(poses))

    igtl('export', bag, '--to', tmp_path / 'out')
    (table,) = (tmp_path / 'out').glob('*_TRANSFORM.csv')
    rows = list(csv.DictReader(table.open()))
    found = [[float(row[axis]) for axis in ('x_mm', 'y_mm', 'z_mm')] for row in rows]
    assert found == [message.matrix[:3, 3].tolist() for message in poses]

    igtl('convert', bag, tmp_path / 'a.igs.mha', '--device', name)
    again = [message.matrix for _, message in files.read(tmp_path / 'a.igs.mha')]
    stamps = {message.timestamp for message in poses}
    np.testing.assert_allclose(again[0], poses[0].matrix)
    assert len(stamps) - 2 <= len(again) <= len(poses)

    other = free_port + 1
    server = cpp('ReceiveServer', other)
    listening(server, other)
    igtl('replay', bag, '--connect', f'tcp://127.0.0.1:{other}', '--rate', 'inf')
    server.says('Receiving TRANSFORM data type')


def test_points_become_files(cpp, free_port, tmp_path):
    bag, said = recorded(cpp('PointServer', free_port), free_port, tmp_path)
    (first, *_) = [message for message in said if message.type_name == 'POINT']
    assert 'POINT: ' in igtl('export', bag, '--to', tmp_path / 'out').stdout
    made = sorted((tmp_path / 'out').glob('*_POINT_*.mrk.json'))
    ((_, points),) = files.read(made[0])
    assert [p.name for p in points.elements] == [p.name for p in first.elements]
    for new, old in zip(points.elements, first.elements):
        np.testing.assert_allclose(new.position, old.position, atol=1e-4)
