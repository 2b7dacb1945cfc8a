"""Which file a URL in a URDF names."""

from pathlib import Path

import pytest

from igtl_ros2.errors import ConversionError
from igtl_ros2.nodes.robot import find_file


@pytest.mark.parametrize('url', ['file:///a%20b/c.stl', 'file://localhost/a%20b/c.stl'])
def test_a_file_of_this_machine(url):
    assert find_file(url) == Path('/a b/c.stl')


def test_a_file_of_a_package(tmp_path, monkeypatch):
    index = tmp_path / 'share/ament_index/resource_index/packages'
    index.mkdir(parents=True)
    (index / 'My_robot').touch()
    monkeypatch.setenv('AMENT_PREFIX_PATH', str(tmp_path))
    assert find_file('package://My_robot/meshes/c.stl') == tmp_path / 'share/My_robot/meshes/c.stl'


@pytest.mark.parametrize('url, why', [
    ('', 'wanted package://'),
    ('meshes/a.stl', 'wanted package://'),
    ('package:///a.stl', 'wanted package://'),
    ('file://elsewhere/a.stl', 'wanted package://'),
    ('http://127.0.0.1:9/a.stl', 'wanted package://'),
    ('file://[', 'it is no URL'),
    ('package://no_such_package/a.stl', "the package 'no_such_package' is not found"),
    ('package://../a.stl', "the package '..' is not found"),
])
def test_what_names_none(url, why):
    with pytest.raises(ConversionError, match=why):
        find_file(url)
