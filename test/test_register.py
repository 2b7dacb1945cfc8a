"""Every wire type is complete: golden bytes, and a counterpart in ROS or a reason for none."""

import json
from pathlib import Path

import pytest

from igtl_ros2 import codec

GOLDEN = Path(__file__).parent / 'golden'
ENTRIES = json.loads((GOLDEN / 'manifest.json').read_text())['messages']
CLASSES = sorted(set(codec.registered().values()), key=lambda cls: cls.__name__)
# Message classes without a converter, by name, and why
NOT_CONVERTED: dict[str, str] = {}


def names(cls):
    """List the wire names of a class."""
    return {name for name, found in codec.registered().items() if found is cls}


@pytest.mark.parametrize('cls', CLASSES, ids=lambda cls: cls.__name__)
def test_every_class_has_golden_bytes_in_both_header_versions(cls):
    files = [entry for entry in ENTRIES if entry['type'] in names(cls)]
    assert {entry['header_version'] for entry in files} == {1, 2}
    for entry in files:
        assert type(codec.decode((GOLDEN / entry['file']).read_bytes())) is cls


@pytest.mark.parametrize('cls', CLASSES, ids=lambda cls: cls.__name__)
def test_every_class_has_a_counterpart_in_ros_or_a_reason(cls):
    pytest.importorskip('geometry_msgs', reason='there is no ROS on this machine')
    from igtl_ros2.converters.registry import load_converters, typed_classes

    missing = load_converters()
    if cls in typed_classes():
        assert cls.__name__ not in NOT_CONVERTED
    elif cls.__name__ not in NOT_CONVERTED:
        assert missing, f'{cls.__name__} has neither a converter nor a stated reason'
        pytest.skip(f'not installed: {", ".join(missing)}')


def test_reasons_are_about_classes_that_exist():
    assert set(NOT_CONVERTED) <= {cls.__name__ for cls in CLASSES}


@pytest.mark.parametrize('cls', CLASSES, ids=lambda cls: cls.__name__)
def test_a_class_is_registered_under_its_own_name(cls):
    assert cls.type_name in names(cls)
    assert codec.message_class(cls.type_name) is cls


def test_every_golden_file_is_listed_and_there():
    listed = [entry['file'] for entry in ENTRIES]
    assert sorted(listed) == sorted(path.name for path in GOLDEN.glob('*.bin'))
