"""Every wire type is complete: golden bytes, and a counterpart in ROS or a reason for none."""

import json
from pathlib import Path

import pytest

from igtl_ros2 import codec

GOLDEN = Path(__file__).parent / 'golden'
ENTRIES = json.loads((GOLDEN / 'manifest.json').read_text())['messages']
CLASSES = sorted(set(codec.registered().values()), key=lambda cls: cls.__name__)
# Message classes without a converter, and why
PEER = 'between the bridge and its peer, nothing to publish; published as a frame on `raw`'
NOT_CONVERTED = {
    'CommandResponse': 'the answer to a command, see docs/services.md; otherwise a frame on `raw`',
    **dict.fromkeys(
        (
            'ClientInfo DeviceQuery GetBind Query Response StartBind StartTracking StartVideo'
        ).split(),
        PEER,
    ),
}
DOCS = Path(__file__).parent.parent / 'docs'


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
    for name in names(cls):
        assert codec.message_class(name) is cls
    if not issubclass(cls, codec.NamedMessage):  # those have a name per message
        assert cls.type_name in names(cls)


def wire_name_table():
    """Make the table of docs/names.md of what is registered."""
    lines = ['| class | written as | also read |', '|---|---|---|']
    for cls in CLASSES:
        if issubclass(cls, codec.NamedMessage):
            frames = {name: codec.Unknown(name, bytes(36)) for name in names(cls)}
            own = {codec.decode(codec.encode(frame)).type_name for frame in frames.values()}
        else:
            own = {cls.type_name}
        family = cls.__module__.rpartition('.')[2]
        cells = [', '.join(f'`{name}`' for name in sorted(found)) for found in
                 (own, names(cls) - own)]
        lines.append(f'| `{family}.{cls.__name__}` | {cells[0]} | {cells[1]} |')
    return '\n'.join(lines)


def test_the_table_of_wire_names_is_that_of_the_register():
    """If this fails, paste the table below into docs/names.md."""
    assert wire_name_table() in (DOCS / 'names.md').read_text()


def test_every_golden_file_is_listed_and_there():
    listed = [entry['file'] for entry in ENTRIES]
    assert sorted(listed) == sorted(path.name for path in GOLDEN.glob('*.bin'))
