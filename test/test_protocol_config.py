"""The list `protocol:` of mapping files: what it becomes, and the mistakes in it."""

import json
from pathlib import Path

import jsonschema
import pytest

from igtl_ros2.errors import ConfigError
from igtl_ros2.mapping import (
    PROTOCOLS,
    ReceiveRule,
    load_links,
    mapping_schema,
    protocol_table,
)

ROOT = Path(__file__).parent.parent


def test_the_schema_names_the_tables_that_there_are():
    folder = ROOT / 'igtl_ros2' / 'mapping' / 'protocols'
    names = sorted(path.stem for path in folder.glob('*.yaml'))
    schema = mapping_schema()['definitions']['protocol_rule']['properties']['use']['enum']
    assert names == schema == list(PROTOCOLS)


@pytest.mark.parametrize('use', PROTOCOLS)
def test_every_table_is_one_that_a_user_could_have_written(use):
    schema = mapping_schema()
    entry = json.loads(json.dumps({'use': use, **protocol_table(use)})
                       .replace('{device}', 'PSM1').replace('{name}', 'PSM1'))
    jsonschema.Draft7Validator({**schema['definitions']['protocol_rule'],
                                'definitions': schema['definitions']}).validate(entry)


def test_rules_stand_behind_those_for_certain_devices(load):
    mapping = load("""
protocol: [{use: crtk, device: PSM1, wire_unit: m}]
receive:
- {device: PSM1/measured_cp, type: TRANSFORM, frame: mine}
- {device: "*", stamp: receive}
""")
    assert mapping.receive_rule('PSM1/measured_cp', 'TRANSFORM').frame == 'mine'
    joints = mapping.receive_rule('PSM1/measured_js', 'NDARRAY')
    assert (joints.as_, joints.name, joints.wire_unit) == ('joint_state', 'PSM1/measured_js', 'm')
    assert mapping.receive_rule('PSM2/measured_js', 'NDARRAY') == ReceiveRule(stamp='receive')
    servo = next(rule for rule in mapping.send if rule.device == 'PSM1/servo_cp')
    assert (servo.topic, servo.wire_unit) == ('PSM1/servo_cp', 'm')
    assert mapping.phases is None


def test_without_a_list_of_rules_the_rest_is_published(load):
    mapping = load('protocol: [{use: smartneedle}]')
    assert mapping.receive_rule('PlanningZ', 'POINT').trajectory == ('ENTRY', 'TARGET')
    assert mapping.receive_rule('Anything', 'STRING') == ReceiveRule()


def test_an_entry_changes_the_table(load):
    mapping = load("""
protocol:
- use: brp
  device: DO
  ack: DID
  ack_timeout: 0.05
  status_timeout: 3
  call: {START_UP: /a/start, TGT: /a/target}
  phases:
    STOP: {call: ~/halt}
    MANUAL: false
    DRILL: {after: [TARGETING], needs: [TGT]}
  transforms: {TGT: {during: ["*"], receive: {frame: world}}}
  send: []
""")
    table = mapping.phases
    phases = {phase.name: phase for phase in table.phases}
    assert 'MANUAL' not in phases
    assert (table.device, table.ack, table.ack_timeout) == ('DO', 'DID', 0.05)
    assert phases['START_UP'].call == '/a/start'
    assert phases['START_UP'].status_timeout == phases['DRILL'].status_timeout == 3.0
    assert (phases['STOP'].call, phases['STOP'].status_timeout) == ('~/halt', 1.0)
    assert phases['STOP'].preempts
    assert 'MANUAL' not in phases['PLANNING'].after
    assert table.services == ('/a/start', '~/halt', '/a/target')
    rule = mapping.receive_rule('TGT', 'TRANSFORM')
    assert (rule.frame, rule.pose, rule.name) == ('world', True, 'robot/target')
    assert mapping.send == ()
    # the table itself is as it was
    assert load('protocol: [{use: brp}]').phases.device == 'CMD'


def test_what_was_accepted_is_neither_moved_nor_repeated(load):
    mapping = load("""
defaults: {to_frame: base_link}
protocol: [{use: brp}]
""")
    assert mapping.receive_rule('TGT', 'TRANSFORM').to_frame == ''
    assert mapping.receive_rule('Other', 'TRANSFORM').to_frame == 'base_link'


def test_plus_commands_and_those_that_take_their_place(load):
    mapping = load("""
protocol: [{use: plus}]
commands: [{name: version, command: Mine}]
""")
    commands = {rule.name: rule for rule in mapping.commands}
    assert len(commands) == len(mapping.commands) == len(protocol_table('plus')['commands'])
    assert commands['version'].command == 'Mine'
    assert commands['update_transform'].fields == ['transform', 'value']
    assert commands['set_us_parameter'].fields == ['device', 'parameter', 'value']
    wanted = {'RequestChannelIds', 'StartRecording', 'StopRecording', 'ReconstructVolume',
              'UpdateTransform', 'GetTransform', 'SetUsParameter', 'SendText', 'SaveConfig'}
    assert wanted <= {rule.command for rule in mapping.commands}
    assert not any(rule.legacy for rule in mapping.commands)
    only = load("""
protocol:
- use: plus
  legacy: true
  commands: [{name: go, command: Go}]
""")
    assert [(rule.name, rule.legacy) for rule in only.commands] == [('go', True)]


def test_a_link_has_protocols_of_its_own(tmp_path):
    path = tmp_path / 'links.yaml'
    path.write_text("""
links:
- {name: robot, protocols: [{use: brp}]}
- {name: tracker, mode: client, protocol: udp, protocols: [{use: plus}]}
""")
    robot, tracker = load_links({'mapping_file': str(path)})
    assert robot.mapping.phases is not None and tracker.mapping.phases is None
    assert tracker.settings.protocol == 'udp' and tracker.mapping.commands


@pytest.mark.parametrize(('text', 'error'), [
    ('protocol:\n- {use: brb}',
     "2: protocol[0].use: found 'brb'; allowed 'brp', 'crtk', 'plus', 'smartneedle'; "
     "did you mean 'brp'?"),
    ('protocol: [{}]', '1: protocol[0]: found no use; a rule of this kind needs it'),
    ('protocol: [{use: brp, device: COMMAND_TO_ROBOT}]',
     "1: protocol[0].device: found 'COMMAND_TO_ROBOT', 16 bytes in UTF-8; allowed 10, the rest is "
     'for _ and the number'),
    ('protocol:\n- use: brp\n  ack_timeout: 0.2',
     '3: protocol[0].ack_timeout: found 0.2; allowed a number over 0 s and up to 0.1 s'),
    ('protocol:\n- use: brp\n  status_timeout: 0',
     '3: protocol[0].status_timeout: found 0; allowed a number over 0 s and up to 3600 s'),
    ('protocol:\n- use: brp\n  call: {START: /a}',
     "3: protocol[0].call.START: found 'START'; allowed 'START_UP', 'PLANNING', 'CALIBRATION', "
     "'TARGETING', 'MOVE_TO_TARGET', 'MANUAL', 'STOP', 'EMERGENCY', 'CLB', 'TGT'; "
     "did you mean 'START_UP'?"),
    ('protocol:\n- use: brp\n  call: {STOP: "no service"}',
     "3: protocol[0].call.STOP: found 'no service'; allowed the name of a ROS service such as "
     '/robot/home'),
    ('protocol:\n- use: brp\n  phases:\n    DRILL: {after: [TARGETTING]}',
     "4: protocol[0].phases.DRILL.after: DRILL.after: found 'TARGETTING'; allowed '*', "
     "'CALIBRATION', 'DRILL', 'EMERGENCY', 'MANUAL', 'MOVE_TO_TARGET', 'PLANNING', 'START_UP', "
     "'STOP', 'TARGETING', 'UNDEFINED'; did you mean 'TARGETING'?"),
    ('protocol:\n- use: brp\n  phases:\n    DRILL: {needs: [XYZ]}',
     "4: protocol[0].phases.DRILL.needs: DRILL.needs: found 'XYZ'; allowed 'CLB', 'TGT'"),
    ('protocol:\n- use: brp\n  phases: {DRILL: true}',
     '3: protocol[0].phases.DRILL: found true; allowed a map, or false to leave it out'),
    ('protocol:\n- use: brp\n  phases: {DRILL: {afer: []}}',
     "3: protocol[0].phases.DRILL.afer: unknown key 'afer'; allowed after, needs, forgets, "
     'preempts, latch, report, call, type, goal, feedback, result, status_timeout; did you mean '
     "'after'?"),
    ('protocol:\n- use: brp\n  phases: {DRILL: {call: /a, goal: {}}}',
     '3: protocol[0].phases.DRILL.goal: found a map without the type of an action'),
    ('protocol:\n- use: brp\n  phases: {DRILL: {type: control_msgs/action/FollowJointTrajectory}}',
     "3: protocol[0].phases.DRILL.type: found 'control_msgs/action/FollowJointTrajectory' without "
     'call, which names the action'),
    ('protocol:\n- use: brp\n  phases: {DRILL: {call: /a, type: std_srvs/srv/Trigger}}',
     "3: protocol[0].phases.DRILL.type: found 'std_srvs/srv/Trigger'; allowed trigger, or an "
     'action such as control_msgs/action/FollowJointTrajectory'),
    ('protocol:\n- use: brp\n  phases: {DRILL: {call: /a, '
     'goal: {trajectory: {joint_names: ["{TGX}"]}}, '
     'type: control_msgs/action/FollowJointTrajectory}}', '3: protocol[0].phases.DRILL.goal: '
     "found 'TGX'; allowed phase, CLB, TGT; did you mean 'TGT'?"),
    ('protocol:\n- use: brp\n  phases: {DRILL: {call: /a, goal: {trajectry: {}}, '
     'type: control_msgs/action/FollowJointTrajectory}}', '3: protocol[0].phases.DRILL.goal.'
     "trajectry: found the field 'trajectry'; allowed trajectory, multi_dof_trajectory, "
     'path_tolerance, component_path_tolerance, goal_tolerance, component_goal_tolerance, '
     "goal_time_tolerance; did you mean 'trajectory'?"),
    ('protocol:\n- use: brp\n  phases: {STOP: {preempts: false}, EMERGENCY: {preempts: false}}',
     '3: protocol[0].phases: found no phase that preempts; allowed with at least one, such as '
     'STOP'),
    ('protocol:\n- use: brp\n  transforms: {FOO: {during: [PLANNING]}}',
     '3: protocol[0].transforms.FOO: found no status; a transform needs it'),
    ('protocol:\n- use: brp\n  transforms: {CLB: {receive: {device: A}}}',
     "3: protocol[0].transforms.CLB.receive.device: found 'A'; allowed only in rules of "
     'receive, a transform is published as it was accepted, now and once'),
    ('protocol:\n- use: brp\n  transforms: {TGT: {receive: {to_frame: base_link}}}',
     "3: protocol[0].transforms.TGT.receive.to_frame: found 'base_link'; allowed only in rules of "
     'receive, a transform is published as it was accepted, now and once'),
    ('protocol:\n- use: brp\n  transforms: {CLB: {receive: {frames: [a, a]}}}',
     "3: protocol[0].transforms.CLB.receive.frames: found 'a' as parent and as child; allowed two "
     'different frames'),
    ('protocol: [{use: plus, phases: {}}]',
     '1: protocol[0].phases: found a map with use: plus; allowed only with brp'),
    ('protocol: [{use: brp, legacy: true}]',
     '1: protocol[0].legacy: found true with use: brp; allowed only with plus'),
    ('protocol: [{use: crtk}]',
     '1: protocol[0].device: found no device; use: crtk needs the name of the arm, such as PSM1'),
    ('protocol:\n- use: crtk\n  device: LEFT_ARM',
     "3: protocol[0].device: found 'LEFT_ARM': send: found 'LEFT_ARM/state_command', 22 bytes in "
     'UTF-8; allowed 20'),
    ('protocol:\n- use: plus\n  commands:\n  - {name: a, command: A}\n  - {name: b, command: B,'
     '\n     content: "{a b}"}',
     "6: protocol[0].commands[1].content: found the field 'a b'; allowed a name of letters, "
     'digits and _ in braces, and {{ or }} for a brace'),
    ('protocol:\n- {use: brp}\n- {use: brp}',
     "3: protocol[1].use: found 'brp' twice; allowed once"),
    ('protocol:\n- {use: brp}\n- {use: brp, device: B}',
     "3: protocol[1].use: found 'brp' twice; allowed once"),
    ('protocol:\n- {use: crtk, device: A}\n- {use: crtk, device: A}',
     "3: protocol[1].use: found 'crtk', 'A' twice; allowed once"),
    ('protocol: [{use: brp, transforms: {TGT: {receive: {max_age: 1}}}}]',
     '1: protocol[0].transforms.TGT.receive.max_age: found 1; allowed only in rules of receive, '
     'a transform is published as it was accepted, now and once'),
    ('protocol: [{use: brp}]\nreceive:\n- {device: "TGT*", max_jump: {m: 0.1}}',
     '3: receive[0].max_jump: found a map for TGT of a protocol; allowed without, it is '
     'published as it was accepted, now and once'),
    ('protocol: [{use: brp}]\nreceive:\n- {device: "?LB", type: TRANSFORM, action: drop}',
     "3: receive[0].action: found 'drop' for CLB of a protocol; allowed without, it is "
     'published as it was accepted, now and once'),
    ('protocol: [{use: brp}]\ndefaults: {to_frame: base}\nreceive: [{device: TGT, pose: true}]',
     "3: receive[0].to_frame: found 'base' for TGT of a protocol; allowed without, it is "
     'published as it was accepted, now and once'),
    ('links:\n- name: a\n  protocols: [{use: brp}]\n  receive:\n  - {device: TGT, hold_hz: 5}',
     '5: links[0].receive[0].hold_hz: found 5 for TGT of a protocol; allowed without, it is '
     'published as it was accepted, now and once'),
    ('links: [{name: a, protocol: [{use: brp}]}]',
     "1: links[0].protocol: found a list of 1; allowed 'tcp', 'tls', 'udp'"),
])
def test_mistake_names_file_line_key_and_what_is_allowed(load, tmp_path, text, error):
    if 'control_msgs/action' in text:
        pytest.importorskip('control_msgs')
    with pytest.raises(ConfigError) as caught:
        load(text)
    assert str(caught.value) == f'{tmp_path / "map.yaml"}:{error}'


@pytest.mark.parametrize('rule', [
    '{device: TGT, workspace: {min: [0, 0, 0], max: [1, 1, 1]}}',
    '{device: TGT, action: publish}',
    '{device: TGT, type: POSITION, max_age: 1}',
    '{device: "*", max_age: 1}',  # the protocol's come before it
    '{device: TGT, name: target}, {device: "T*", max_age: 1}',
])
def test_rules_that_leave_transforms_of_phases_alone(load, rule):
    load(f'protocol: [{{use: brp}}]\nreceive: [{rule}]')
