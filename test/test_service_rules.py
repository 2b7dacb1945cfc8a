"""queries, commands and serve of a mapping file: what they become, and what is refused how."""

import pytest

from igtl_ros2.errors import ConfigError
from igtl_ros2.mapping import CommandRule, QueryRule, ServeRule, load_links


def test_rules_become_what_they_say(load):
    made = load("""
queries:
- {type: TDATA, device: Probe, rate: 20, coordinate_name: Patient, timeout: 2}
- {type: STATUS}
commands:
- {name: record, command: StartRecording, content: '<C a="{file}" b="{n}{file}{{}}"/>'}
serve:
- {command: HOME, call: /robot/home}
- {command: LIGHT, call: light, type: set_bool, data: true}
""")
    assert made.queries == (QueryRule('TDATA', 'Probe', 20.0, 'Patient', 2.0), QueryRule('STATUS'))
    assert [rule.interval_ms for rule in made.queries] == [50, 0]
    assert [rule.name for rule in made.queries] == ['TDATA/Probe', 'STATUS']
    (command,) = made.commands
    assert command == CommandRule(
        'record', 'StartRecording', '', '<C a="{file}" b="{n}{file}{{}}"/>', 5.0)
    assert command.fields == ['file', 'n']
    assert made.serve == (
        ServeRule('HOME', '/robot/home'), ServeRule('LIGHT', 'light', 'set_bool', True))


QUERY = 'queries:\n- '
COMMAND = 'commands:\n- '
SERVE = 'serve:\n- '


@pytest.mark.parametrize(('text', 'error'), [
    (QUERY + '{device: a}', '2: queries[0]: found no type; a rule of this kind needs it'),
    (QUERY + '{type: TDATE}', "2: queries[0].type: found 'TDATE'; allowed 'TRANSFORM', "
     "'POSITION', 'QTRANS', 'IMAGE', 'TDATA', 'QTDATA', 'POINT', 'TRAJ', 'IMGMETA', 'LBMETA', "
     "'VIDEOMETA', 'VIDEO', 'POLYDATA', 'COLORT', 'STATUS', 'CAPABILITY', 'STRING', 'SENSOR', "
     "'NDARRAY'; did you mean 'TDATA'?"),
    (QUERY + '{type: POINT, rate: 5}', '2: queries[0].rate: found 5 with type POINT; allowed with '
     'TDATA, QTDATA, VIDEO, others have no room for it'),
    (QUERY + '{type: VIDEO, coordinate_name: a}', "2: queries[0].coordinate_name: found 'a' with "
     'type VIDEO; allowed with TDATA, QTDATA, others have no room for it'),
    (QUERY + '{type: TDATA, rate: 0}',
     '2: queries[0].rate: found 0; allowed a number over 0 Hz and up to 1000 Hz'),
    (QUERY + '{type: TDATA, timeout: 0}',
     '2: queries[0].timeout: found 0; allowed a number over 0 s and up to 3600 s'),
    (QUERY + f'{{type: TDATA, coordinate_name: {"x" * 33}}}', '2: queries[0].coordinate_name: '
     f"found '{'x' * 33}', 33 bytes in UTF-8; allowed 32"),
    (QUERY + '{type: STRING, device: äääääääääää}', '2: queries[0].device: '
     "found 'äääääääääää', 22 bytes in UTF-8; allowed 20"),
    (QUERY + '{type: STRING}\n- {type: STRING}',
     "3: queries[1].type: found 'STRING', '' twice; allowed once"),
    (COMMAND + '{name: go}', '2: commands[0]: found no command; a rule of this kind needs it'),
    (COMMAND + '{name: a-b, command: Go}', "2: commands[0].name: found 'a-b'; allowed a name of "
     'letters, digits and _ that does not start with a digit'),
    (COMMAND + '{name: a, command: Go, content: "{0}"}', '2: commands[0].content: found the field '
     "'0'; allowed a name of letters, digits and _ in braces, and {{ or }} for a brace"),
    (COMMAND + '{name: a, command: Go, content: "{a.b}"}', '2: commands[0].content: found the '
     "field 'a.b'; allowed a name of letters, digits and _ in braces, and {{ or }} for a brace"),
    (COMMAND + '{name: a, command: Go, content: "{a"}', "2: commands[0].content: found '{a': "
     "expected '}' before end of string; allowed {field}, and {{ or }} for a brace"),
    (COMMAND + '{name: a, command: A, type: std_srvs/action/A}', '2: commands[0].type: found '
     "'std_srvs/action/A'; allowed trigger, or a type such as rcl_interfaces/srv/GetParameters"),
    (COMMAND + '{name: a, command: A, type: std_srvs/srv/SetBool, content: "{dta}"}',
     "2: commands[0].content: dta: found the field 'dta'; allowed data; did you mean 'data'?"),
    (COMMAND + '{name: a, command: A, type: std_srvs/srv/SetBool, reply: {sucess: true}}',
     "2: commands[0].reply.sucess: found the field 'sucess'; allowed success, message; did you "
     "mean 'success'?"),
    (COMMAND + '{name: a, command: A, reply: {success: true}}',
     '2: commands[0].reply: found a map without type; allowed only with one'),
    (COMMAND + '{name: a, command: A}\n- {name: a, command: B}',
     "3: commands[1].name: found 'a' twice; allowed once"),
    (SERVE + '{command: HOME}', '2: serve[0]: found no call; a rule of this kind needs it'),
    (SERVE + '{command: HOME, call: "a b"}', "2: serve[0].call: found 'a b'; allowed the name of "
     'a ROS service such as /robot/home'),
    (SERVE + '{command: HOME, call: a, type: triger}', "2: serve[0].type: found 'triger'; allowed "
     'trigger, set_bool, or a type such as std_srvs/srv/SetBool or '
     "control_msgs/action/FollowJointTrajectory; did you mean 'trigger'?"),
    (SERVE + '{command: HOME, call: a, data: true}',
     '2: serve[0].data: found true without type: set_bool; allowed only with it'),
    (SERVE + '{command: A, call: a, type: std_srvs/srv/SetBol}', '2: serve[0].type: found '
     "'std_srvs/srv/SetBol'; std_srvs has no srv of that name; did you mean 'SetBool'?"),
    (SERVE + '{command: A, call: a, type: no_srvs/srv/A}', '2: serve[0].type: found '
     "'no_srvs/srv/A'; the ROS package no_srvs is not there, or has no srv (No module named "
     "'no_srvs')"),
    (SERVE + '{command: A, call: a, request: {data: true}}', '2: serve[0].request: found a map '
     'with type: trigger; allowed with the name of a type, such as std_srvs/srv/SetBool'),
    (SERVE + '{command: A, call: a, type: std_srvs/srv/SetBool, request: {dta: true}}',
     "2: serve[0].request.dta: found the field 'dta'; allowed data; did you mean 'data'?"),
    (SERVE + '{command: A, call: a, type: std_srvs/srv/SetBool, request: {data: 3}}',
     '2: serve[0].request.data: found 3; allowed true or false'),
    (SERVE + '{command: A, call: a, type: std_srvs/srv/SetBool, reply: "{mesage}"}',
     "2: serve[0].reply: mesage: found the field 'mesage'; allowed success, message; did you "
     "mean 'message'?"),
    (SERVE + '{command: A, call: a, success: {done: true}}', '2: serve[0].success: found the '
     "field 'done'; allowed success, message"),
    (SERVE + '{command: A, call: a, goal: {}}',
     '2: serve[0].goal: found a map with a service; allowed only with an action'),
    (SERVE + '{command: A, call: a, type: control_msgs/action/FollowJointTrajectory, reply: x}',
     "2: serve[0].reply: found 'x' with an action; allowed only with a service"),
    (SERVE + '{command: A, call: a, type: control_msgs/action/FollowJointTrajectory, '
     'goal: {trajectory: {points: [{positions: [1, a]}]}}}',
     "2: serve[0].goal.trajectory.points[0].positions[1]: found 'a'; allowed a finite number"),
    (SERVE + '{command: A, call: a, type: control_msgs/action/FollowJointTrajectory, '
     'feedback: "{desired.positions[0].x}"}', '2: serve[0].feedback: desired.positions[0].x: '
     "found 'x'; double has no fields"),
    (SERVE + '{command: A, call: a, type: std_srvs/srv/SetBool, request: {data: "{on}"}, '
     'targets: {t: Target}}', '2: serve[0].targets.t: found a target that request does not name'),
    (SERVE + '{command: a, call: /b, type: rcl_interfaces/srv/GetParameters, request: {names: '
     "['{t}']}, targets: {t: 'T*'}}", "2: serve[0].targets.t: found 'T*'; allowed one device"),
    (SERVE + '{command: Stop, call: /b, type: control_msgs/action/FollowJointTrajectory}', '2: '
     "serve[0].command: found 'Stop' with an action, a word that stops; allowed another name"),
    (SERVE + '{command: MOVE_TO_ENTRY_OF_ARM_LEFT, call: a, type: control_msgs/action/'
     'FollowJointTrajectory}\n- {command: MOVE_TO_ENTRY_OF_ARM_RIGHT, call: b, type: '
     'control_msgs/action/FollowJointTrajectory}',
     "3: serve[1].status: found 'MOVE_TO_ENTRY_OF_ARM' "
     "for the goals of 'MOVE_TO_ENTRY_OF_ARM_RIGHT', as of 'MOVE_TO_ENTRY_OF_ARM_LEFT', another "
     'action; allowed a name of its own'),
    (SERVE + '{command: A, call: a, type: control_msgs/action/FollowJointTrajectory, '
     'goal: {trajectory: {points: [{positions: "{q}"}]}}, '
     'workspace: {min: [0, 0, 0], max: [1, 1, 1]}}',
     '2: serve[0].workspace: found a map with a goal in which no gate knows what to look at; '
     'allowed with places alone: Point, Pose, Transform of geometry_msgs'),
    (SERVE + '{command: A, call: a, type: control_msgs/action/FollowJointTrajectory, '
     'show: [{device: D, field: joint_names}]}', '2: serve[0].show[0].field: a list of string is '
     'no place; allowed geometry_msgs/TransformStamped, geometry_msgs/PoseStamped, '
     'geometry_msgs/PointStamped, geometry_msgs/PoseArray, geometry_msgs/Transform, '
     'geometry_msgs/Pose, geometry_msgs/Point'),
    (SERVE + '{command: A, call: a}\n- {command: A, call: b}',
     "3: serve[1].command: found 'A' twice; allowed once"),
    ('serve: []\nlinks:\n- {name: a}', '1: serve: found a list of 0; allowed only without links, '
     'which have rules of their own'),
])
def test_mistake_names_file_line_key_and_what_is_allowed(load, tmp_path, text, error):
    if 'control_msgs/action' in text:
        pytest.importorskip('control_msgs')
    with pytest.raises(ConfigError) as caught:
        load(text)
    assert str(caught.value) == f'{tmp_path / "map.yaml"}:{error}'


GATED = """
serve:
- command: A
  call: a
  type: %s
  workspace: {min: [0, 0, 0], max: [1, 1, 1]}
  %s
"""
PLAN, FOLLOW = 'nav_msgs/srv/GetPlan', 'control_msgs/action/FollowJointTrajectory'
STAMPED = "header: {frame_id: base}, pose: {position: {x: '{x}'}}"
BESIDE = (
    'allowed beside workspace placeholders in a Point, a Pose or a Transform without header, in '
    'orientations, durations, yes or no, ids, numbers called speed or scaling, and texts that '
    'name no frame, link or joint')


@pytest.mark.parametrize(('kind', 'rest', 'where', 'found'), [
    (PLAN, "request: {goal: {header: {frame_id: '{f}'}, pose: '{p}'}}",
     'request.goal.header.frame_id', '{f}'),
    (PLAN, "request: {goal: {header: {frame_id: 'base_{f}'}, pose: '{p}'}}",
     'request.goal.header.frame_id', 'base_{f}'),
    (PLAN, "request: {goal: {header: '{h}', pose: '{p}'}}", 'request.goal.header', '{h}'),
    (PLAN, "request: {goal: {header: {stamp: '{t}'}, pose: '{p}'}}",
     'request.goal.header.stamp', '{t}'),
    (PLAN, "request: {goal: '{p}'}", 'request.goal', '{p}'),
    (PLAN, "request: {goal: '{p}'}\n  targets: {p: Target}", 'request.goal', '{p}'),
    (PLAN, f"request: {{goal: {{{STAMPED}}}, tolerance: '{{t}}'}}", 'request.tolerance', '{t}'),
    (FOLLOW, "goal: {multi_dof_trajectory: {points: [{transforms: '{t}'}]}, "
     "trajectory: {joint_names: [a], points: [{positions: '{q}'}]}}",
     'goal.trajectory.points[0].positions', '{q}'),
    (FOLLOW, "goal: {multi_dof_trajectory: {joint_names: ['{j}'], points: [{transforms: "
     "['{t}']}]}}", 'goal.multi_dof_trajectory.joint_names[0]', '{j}'),
    (FOLLOW, "goal: {multi_dof_trajectory: {points: [{transforms: '{t}', "
     "velocities: [{linear: {x: '{x}'}}]}]}}",
     'goal.multi_dof_trajectory.points[0].velocities[0].linear.x', '{x}'),
])
def test_what_no_box_is_held_against_does_not_come_of_a_peer(
        load, tmp_path, kind, rest, where, found):
    with pytest.raises(ConfigError) as caught:
        load(GATED % (kind, rest))
    assert f"serve[0].{where}: found '{found}'; {BESIDE}" in str(caught.value)


@pytest.mark.parametrize('rest', [
    f'request: {{goal: {{{STAMPED}}}}}',
    "request: {goal: {header: {frame_id: base}, pose: '{p}'}, tolerance: 0.1}",
    "request: {goal: {header: {frame_id: base}, pose: '{p}'}}\n  targets: {p: Target}",
    "request: {goal: {header: {frame_id: base}, pose: {orientation: '{q}'}}}",
])
def test_what_a_box_is_held_against_may_come_of_a_peer(load, rest):
    assert load(GATED % (PLAN, rest)).serve[0].workspace is not None


def test_a_target_is_in_the_frame_of_the_box(load):
    with pytest.raises(ConfigError, match=r'targets: found a map beside workspace; allowed with '
                       'a request that names one frame_id, in which targets have to be'):
        load(GATED % (PLAN, "request: {goal: {pose: '{p}'}}\n  targets: {p: Target}"))


def test_a_template_is_kept_as_it_is(load):
    pytest.importorskip('control_msgs')
    (rule,) = load("""
serve:
- {command: MOVE, call: /arm, type: control_msgs/action/FollowJointTrajectory,
   goal: {trajectory: {joint_names: [a], points: [{positions: '{q}'}]}}, when_busy: replace}
""").serve
    assert rule.is_action and rule.cancelled_by == 'CANCEL_MOVE' and rule.stop == (
        'STOP', 'EMERGENCY')
    assert rule.goal == {'trajectory': {'joint_names': ['a'], 'points': [{'positions': '{q}'}]}}


def test_two_links_may_have_commands_of_one_name(tmp_path):
    path = tmp_path / 'map.yaml'
    rest = 'port: 0, commands: [{name: go, command: Go}]'
    path.write_text(f'links:\n- {{name: a, {rest}}}\n- {{name: b, {rest}}}')
    links = load_links({'mapping_file': str(path)})
    assert [len(link.mapping.commands) for link in links] == [1, 1]
