"""What a rule can ask of which type: what the configuration allows, and what converters do."""

import functools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builtin_interfaces.msg import Time

from igtl_ros2 import codec
from igtl_ros2.codec.message import Place
from igtl_ros2.codec.messages.arrays import NDArray
from igtl_ros2.codec.messages.points import Trajectories, Trajectory
from igtl_ros2.converters.measured import AS, OF_ARRAY, OF_SENSOR
from igtl_ros2.converters.registry import Route, convert_to_ros, load_converters
from igtl_ros2.mapping import ReceiveRule, SliceView, keys_of

GOLDEN = Path(__file__).parents[1] / 'golden'
ENTRIES = json.loads((GOLDEN / 'manifest.json').read_text())['messages']
VALUES = {
    'tf': 'dynamic', 'trajectory': ('E', 'T'), 'compressed': 'png', 'slice': SliceView(),
    'as': 'joint_state',
}
# what has it without being asked, or only with another key
OTHERWISE = {
    ('pose', 'POSITION'), ('pose', 'QTRANS'), ('markers', 'POLYDATA'), ('pose', 'POINT'),
}


# a value that is not the usual one, and what else the rule has to say for it to matter
TOLD = {
    'child_frame': ('other', {'tf': 'dynamic', 'as_': 'joint_state'}),
    'wire_unit': ('m', {}),
    'wire_axes': ('lps', {}),
    'publish_invalid': (True, {'tf': 'dynamic'}),
    'coordinates': ('ignore', {}),
    'threshold': (1e9, {'cloud': True}),
    'max_points': (1, {'cloud': True}),
    'marker_size': (0.1, {'markers': True}),
    'field': ('effort', {'as_': 'joint_state'}),
    'joint_names': (('a',), {'as_': 'joint_state'}),
}
load_converters()
KEYS = keys_of(ReceiveRule)
# what has tests of its own: a part of a volume, for one, meets the volume in the node
ELSEWHERE = {
    'frames', 'to_frame', 'subvolume', 'hold_hz', 'stale_after', 'max_age', 'max_jump',
    'max_speed', 'workspace', 'answer'}
ASKED = [name for name, key in KEYS.items()
         if key.types is not None and name not in {*TOLD, *ELSEWHERE}]


def made(message, **rule):
    """Tell what becomes of a message: topics, frames, and what could not be made of it."""
    route = Route('d', 'ras', 'd', ReceiveRule(**rule))
    result = convert_to_ros(message, route, Time())
    return set(result.outputs), len(result.transforms), len(result.errors), len(result.notes)


@functools.cache
def messages():
    """Read the golden messages."""
    return [codec.decode((GOLDEN / entry['file']).read_bytes()) for entry in ENTRIES]


@functools.cache
def made_unasked():
    """Tell what becomes of them, in their order, by the usual rule."""
    return [made(message) for message in messages()]


@pytest.mark.parametrize('key', ASKED)
def test_types_that_answer_are_those_that_may_be_asked(key):
    assert load_converters() == []
    value = VALUES.get(key, True)
    asked = {key + '_' if key == 'as' else key: value}
    answering = set()
    for entry, message, usual in zip(ENTRIES, messages(), made_unasked()):
        if made(message, **asked) != usual:
            answering.add(entry['type'])
    types = KEYS[key].wire_types()
    wanted = {kind for kind in types if (key, kind) not in OTHERWISE}
    # QTRANS is read as POSITION; a VIDEO has them once it is decoded, which these are not
    elsewhere = {'QTRANS'} if key == 'decode' else {'QTRANS', 'VIDEO'}
    assert answering - elsewhere == wanted - elsewhere


def published(message, child='d', **rule):
    """Give all that becomes of a message."""
    route = Route('d', 'ras', child, ReceiveRule(**rule))
    result = convert_to_ros(message, route, Time())
    return plain([result.outputs, result.transforms, result.errors])


def plain(value):
    """Make of ROS messages what can be compared; serialised they have gaps of any content."""
    if hasattr(value, 'get_fields_and_field_types'):
        return [plain(getattr(value, name)) for name in value.get_fields_and_field_types()]
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value.tobytes() if hasattr(value, 'tobytes') else repr(value)


@pytest.mark.parametrize('key', TOLD)
def test_types_that_a_key_changes_are_those_that_may_have_it(key):
    assert load_converters() == []
    value, more = TOLD[key]
    changed = {'child': value} if key == 'child_frame' else {key: value}
    answering = set()
    # six rows, as joints have them, and a path without a diameter
    path = Trajectory('T', (0, 0, 0), (0, 0, 9))
    more_messages = NDArray(np.ones((6, 2))), Trajectories((path,))
    for message in (*messages(), *more_messages):
        if key == 'publish_invalid':
            names = ['Transform', *(
                element.name for element in getattr(message, 'elements', ())
                if hasattr(element, 'name'))]
            message = replace(message, version=2, metadata={
                f'{name}Status': 'MISSING' for name in names})
        if published(message, **more) != published(message, **more, **changed):
            answering.add(message.type_name)
    elsewhere = {'QTRANS', 'VIDEO'}
    assert answering - elsewhere == set(KEYS[key].wire_types()) - elsewhere


def test_frames_is_short_for_two():
    assert KEYS['frames'].wire_types() == KEYS['child_frame'].wire_types()


def test_what_can_be_moved_is_what_has_a_place():
    registered = codec.registered()
    assert {registered[name] for name in KEYS['to_frame'].wire_types()} == {
        cls for cls in registered.values() if cls.place > Place.NOWHERE}


def test_what_numbers_can_be_is_what_there_are_converters_for():
    assert {name: set(words) for name, words in AS.choices.items()} == {
        'SENSOR': {output.leaf for output in OF_SENSOR},
        'NDARRAY': {output.leaf for output in OF_ARRAY}}
