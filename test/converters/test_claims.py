"""Topics and frames that rules name belong to the devices of these rules."""

import pytest

from igtl_ros2.config import Settings, marked_name
from igtl_ros2.converters.claims import Claims
from igtl_ros2.errors import ConversionError
from igtl_ros2.mapping import load_mapping

GATED = 'max_jump: {m: 0.05}, workspace: {min: [-0.2, -0.2, -0.2], max: [0.2, 0.2, 0.2]}'
TARGET = f'{{device: Target, type: TRANSFORM, pose: true, {GATED}}}'
ALL = '{device: "*"}'


@pytest.fixture
def claims(tmp_path):
    def make(*rules, prefix='', above=''):
        file = tmp_path / 'mapping.yaml'
        file.write_text(f'{above}\nreceive:\n' + ''.join(f'- {rule}\n' for rule in rules))
        return Claims(load_mapping(file, settings=Settings()), prefix)

    return make


def test_a_name_belongs_to_the_devices_of_its_rule(claims):
    found = claims(f'{{device: Tgt, type: TRANSFORM, name: goal, pose: true, {GATED}}}', ALL)
    assert found.place('Tgt', 'TRANSFORM').topic == 'goal'
    assert found.place('Tgt', 'TRANSFORM').rule.is_gated
    for kind in ('TRANSFORM', 'POSITION', 'STATUS', 'STRING', 'POINT'):
        place = found.place('goal', kind)
        assert place.topic == marked_name('goal')
        assert 'rule 1 names goal' in place.note
    assert found.place('Other', 'TRANSFORM').topic == 'Other'


def test_an_exact_device_keeps_its_topic_without_gates_too(claims):
    found = claims('{device: A, name: cam}', '{device: B}', ALL)
    assert found.place('cam', 'TRANSFORM').topic == marked_name('cam')
    assert found.place('B', 'TRANSFORM').topic == 'B'


@pytest.mark.parametrize('kind', ['POSITION', 'QTRANS', 'TDATA', 'QTDATA', 'POINT', 'TRAJ'])
def test_no_other_type_gets_onto_a_topic_with_gates(claims, kind):
    place = claims(TARGET, ALL).place('Target', kind)
    assert place.topic == marked_name('Target')
    assert 'gates of rule 1' in place.note


@pytest.mark.parametrize('kind', ['STATUS', 'STRING', 'IMAGE', 'POLYDATA', 'SENSOR', 'VENDOR'])
def test_what_has_no_pose_stays_but_publishes_nothing_that_the_gates_stand_before(claims, kind):
    place = claims(TARGET, ALL).place('Target', kind)
    assert place.topic == 'Target'
    assert {'pose', 'transform', 'tools', 'cloud', 'markers'} <= place.closed
    assert not {'status', 'text', 'image', 'sensor', 'info', 'raw'} & place.closed


def test_another_rule_for_the_same_device_has_the_gates_as_well(claims):
    found = claims(TARGET, '{device: Target, type: POSITION}', ALL)
    place = found.place('Target', 'POSITION')
    assert place.topic == 'Target'
    assert place.rule.max_jump.m == 0.05
    assert place.rule.workspace is not None


def test_a_name_that_two_rules_give_has_the_gates_of_both(claims):
    found = claims(
        '{device: A, name: goal}',
        '{device: B, name: goal, max_age: 0.5}',
        f'{{device: C, name: goal, {GATED}, recover_after: 9}}',
    )
    rules = [found.place(device, 'TRANSFORM').rule for device in 'ABC']
    for rule in rules:
        assert (rule.max_age, rule.max_jump.m, rule.recover_after) == (0.5, 0.05, 9)
        assert rule.workspace is not None
    assert {found.place(device, 'TRANSFORM').topic for device in 'ABC'} == {'goal'}


def test_gates_in_another_frame_say_nothing(claims):
    found = claims('{device: A, name: goal}', f'{{device: B, name: goal, frame: base, {GATED}}}')
    assert found.place('A', 'TRANSFORM').topic == marked_name('A')
    assert found.place('B', 'TRANSFORM').topic == 'goal'


def test_rules_that_share_a_name_without_gates_share_it(claims):
    found = claims('{device: A, name: goal}', '{device: B, name: goal}')
    assert [found.place(d, 'TRANSFORM').topic for d in 'AB'] == ['goal', 'goal']
    assert not found.place('A', 'TRANSFORM').rule.is_gated


def test_a_pattern_keeps_other_types_of_its_devices_off(claims):
    found = claims(f'{{device: "Follow*", type: TRANSFORM, pose: true, {GATED}}}', ALL)
    assert found.place('Follow1', 'TRANSFORM').topic == 'Follow1'
    assert not found.place('Follow1', 'TRANSFORM').closed
    assert found.place('Follow1', 'POSITION').topic == marked_name('Follow1')
    assert found.place('Follow1', 'STATUS').topic == 'Follow1'
    assert found.place('Other', 'POSITION').topic == 'Other'


def test_who_is_exempt_by_an_earlier_rule_stays_so(claims):
    found = claims('{device: Cam, type: TRANSFORM}', f'{{device: "*", {GATED}}}')
    assert not found.place('Cam', 'TRANSFORM').rule.is_gated
    assert found.place('Cam', 'TRANSFORM').topic == 'Cam'


def test_the_topic_of_a_tool_is_not_to_be_had_by_a_name(claims):
    found = claims(
        '{device: X, name: Tracker/tools/Probe}', f'{{device: Tracker, split: true, {GATED}}}')
    place = found.place('X', 'TRANSFORM')
    assert place.rule.is_gated or place.topic == marked_name('X')
    assert found.place('Tracker', 'TDATA').topic == 'Tracker'


def test_gates_look_at_the_types_of_their_rule(claims):
    found = claims(f'{{device: Plan, markers: true, {GATED}}}')
    assert not found.place('Plan', 'POINT').closed
    assert 'markers' in found.place('Plan', 'POLYDATA').closed
    found = claims('{device: Plan, max_jump: {m: 0.1}}')
    assert 'pose' in found.place('Plan', 'POINT').closed
    assert 'points' not in found.place('Plan', 'POINT').closed


def test_what_a_phase_has_to_accept_is_not_to_be_had_by_another_type(claims):
    found = claims(
        '{device: X, type: POSITION, name: robot/target}', ALL, above='protocol: [{use: brp}]')
    assert found.place('TGT', 'TRANSFORM').topic == 'robot/target'
    assert not found.place('TGT', 'TRANSFORM').closed
    assert 'pose' in found.place('X', 'POSITION').closed


def test_no_place_is_left(claims):
    found = claims(f'{{device: Tgt, name: goal, {GATED}}}',
                   f'{{device: X, name: {marked_name("goal")}}}', ALL)
    with pytest.raises(ConversionError, match='rule 1 names goal'):
        found.place('goal', 'TRANSFORM')


def test_frames_that_rules_name(claims):
    found = claims(
        f'{{device: ToolToBase, type: TRANSFORM, tf: true, {GATED}}}',
        '{device: CLB, tf: static, frames: [base_link, ras]}',
        '{device: Other, tf: true, child_frame: hand}',
        '{device: Silent}',
        '{device: "*", tf: true}',
        prefix='a_',
    )
    assert found.children == {'a_Tool': 3, 'ras': 2, 'hand': 2}
    assert found.rank(0, 'a_Tool', True) == 3
    assert found.rank(4, 'a_Tool', False) == 0
    assert found.rank(1, 'ras', False) == 2


def test_names_of_a_profile(claims):
    found = claims('{device: ToolToBase}', '{device: Tool}', above='profile: slicer')
    assert found.children == {'Tool': 2}


def test_without_a_file_nothing_is_named():
    from igtl_ros2.mapping import default_mapping

    assert Claims(default_mapping(Settings())).place('Any', 'TRANSFORM').topic == 'Any'


@pytest.mark.parametrize('profile', ['slicer', 'plus', 'plain'])
def test_the_frame_of_the_patient_belongs_to_its_rule_whatever_its_case(claims, profile):
    found = claims('{device: RASToTracker, tf: true}', ALL, above=f'profile: {profile}')
    assert set(found.children) == {'RAS' if profile == 'plain' else 'ras'}


@pytest.mark.parametrize('device', ['RAS', 'Ras'])
@pytest.mark.parametrize('profile', ['slicer', 'plus'])
def test_so_does_it_where_a_device_is_called_by_that_alone(claims, profile, device):
    found = claims(f'{{device: {device}, tf: true, frame: base}}', above=f'profile: {profile}')
    assert set(found.children) == {'ras'}


def test_the_frame_of_a_transform_that_phases_accept_has_gates(claims):
    found = claims('{device: X, tf: true, child_frame: TGT}', '{device: TGT, type: TRANSFORM, '
                   'tf: true}', above='protocol: [{use: brp}]')
    assert found.children == {'TGT': 3}
    assert (found.rank(0, 'TGT', False), found.rank(1, 'TGT', False)) == (2, 3)


def test_topics_of_the_node_itself_are_for_no_device(claims):
    mapping = claims(ALL)._mapping
    assert Claims(mapping, '', 'igtl_bridge').place('igtl_bridge', 'COMMAND').topic == (
        marked_name('igtl_bridge'))
    assert Claims(mapping).place('igtl_bridge', 'COMMAND').topic == 'igtl_bridge'


def test_a_device_that_is_called_as_a_pattern_is_named_by_none(claims):
    found = claims(f'{{device: "*", type: TRANSFORM, pose: true, {GATED}}}', ALL)
    assert found.place('*', 'TRANSFORM').rule.is_gated
    with pytest.raises(ConversionError, match='gates of rule 1'):
        found.place('*', 'POSITION')


@pytest.mark.parametrize('above', ['profile: robot', 'profile: plus'])
def test_rules_for_types_without_frames_name_none(claims, above):
    found = claims('{device: ProbeToTracker, type: STRING}',
                   '{device: ArmToBase, type: SENSOR, child_frame: hand}', ALL, above=above)
    assert found.children == {}
