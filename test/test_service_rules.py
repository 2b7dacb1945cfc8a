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
