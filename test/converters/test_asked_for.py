"""What a rule can ask of which type: what the configuration allows, and what converters do."""

import json
from pathlib import Path

import pytest
from builtin_interfaces.msg import Time

from igtl_ros2 import codec
from igtl_ros2.config import ASKED_OF, ReceiveRule, SliceView
from igtl_ros2.converters.registry import Route, convert_to_ros, load_converters

GOLDEN = Path(__file__).parents[1] / 'golden'
ENTRIES = json.loads((GOLDEN / 'manifest.json').read_text())['messages']
VALUES = {
    'tf': 'dynamic', 'trajectory': ('E', 'T'), 'compressed': 'png', 'slice': SliceView(),
    'as': 'joint_state',
}
# what has it without being asked
OTHERWISE = {('pose', 'POSITION'), ('pose', 'QTRANS'), ('markers', 'POLYDATA')}


def made(message, **rule):
    """Tell what becomes of a message: topics, frames, and what could not be made of it."""
    route = Route('d', 'ras', 'd', ReceiveRule(**rule))
    result = convert_to_ros(message, route, Time())
    return set(result.outputs), len(result.transforms), len(result.errors), len(result.notes)


@pytest.mark.parametrize('key', ASKED_OF)
def test_types_that_answer_are_those_that_may_be_asked(key):
    assert load_converters() == []
    value = VALUES.get(key, True)
    asked = {key + '_' if key == 'as' else key: value}
    answering = set()
    for entry in ENTRIES:
        message = codec.decode((GOLDEN / entry['file']).read_bytes())
        if made(message) != made(message, **asked):
            answering.add(entry['type'])
    wanted = {kind for kind in ASKED_OF[key] if (key, kind) not in OTHERWISE}
    # QTRANS is read as POSITION; a VIDEO has them once it is decoded, which these are not
    elsewhere = {'QTRANS'} if key == 'decode' else {'QTRANS', 'VIDEO'}
    assert answering - elsewhere == wanted - elsewhere
