"""`igtl_check`: the resolved table of a mapping file, or the mistake in it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import forked
import jsonschema
import pytest
import yaml

from igtl_ros2.mapping import mapping_schema

pytest.importorskip('rich', reason='igtl_check needs the package rich')

CONFIG = Path(__file__).parents[2] / 'config'
NO_ROS = """
import importlib.metadata  # its parts for e-mail use sockets
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] in ('rclpy', 'std_msgs', 'builtin_interfaces', 'socket'):
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Refuse())
from igtl_ros2.tools.check import main
sys.exit(main(sys.argv[1:]))
"""


def afresh(*command):
    """Run a Python that has not imported anything yet."""
    return subprocess.run(command, capture_output=True, text=True)


def check(*arguments, code=0, run=forked.run, start=('-m', 'igtl_ros2.tools.check')):
    done = run(sys.executable, *start, *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout, done.stderr


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / 'map.yaml'
        path.write_text(text)
        return path
    return write


def row(text, word):
    """Find the cells of the only row with a word."""
    (line,) = [line for line in text.splitlines() if word in line]
    return [cell.strip() for cell in line.strip('│').split('│')]


def test_the_table_tells_what_becomes_of_every_rule(file):
    out, _ = check(file("""
profile: slicer
receive:
  - {device: "Needle [12]", type: TRANSFORM, pose: true, hold_hz: 5, to_frame: base}
  - {device: CLB, type: TRANSFORM, tf: static, frames: [base_link, ras], wire_unit: m}
  - {device: Plan, type: POINT, trajectory: {entry: E, target: T}, name: plan/of_today}
  - {device: Gated, max_age: 0.5, max_jump: {m: 0.05}, workspace: {min: [0, 0, 0], max: [1, 1, 2]}}
  - {device: "*", type: IMAGE, action: drop}
  - {device: CT, type: IMAGE}
send:
  - {tf: {source: tool0, target: base_link, rate: 20}}
  - {tf: [{source: a, target: b}, {source: c, target: b, name: d}], device: Robot}
  - {topic: /goal, device: Goal, to_frame: ras, rate: 2.5, keepalive: 3}
  - {robot: {description: /left_description, target: table, prefix: left/}, device: Left}
"""))
    assert row(out, 'Needle') == [
        '1', "'Needle [12]'", 'TRANSFORM', '<device>/transform <device>/info',
        'Y of XToY, else ras, moved into base', '/tf if XToY', 'pose hold_hz=5']
    assert row(out, 'CLB')[3:] == [
        'CLB/transform CLB/info', 'base_link, child ras', '/tf_static', 'wire_unit=m']
    assert row(out, 'Plan')[3:] == [
        'plan/of_today/points plan/of_today/info', 'Y of XToY, else ras', '',
        'trajectory=E,T']
    assert row(out, 'Gated')[-1] == (
        'max_age=0.5 max_jump=m:0.05,deg:inf workspace=min:0,0,0,max:1,1,2')
    assert row(out, "'*'") == ['5', "'*'", 'IMAGE', 'dropped', '', '', '']
    assert row(out, "'CT'")[-1] == 'NEVER USED: rule 5 comes first'
    assert row(out, 'all others')[2:4] == ['*', 'dropped']
    assert row(out, 'tool0') == [
        '1', 'tf tool0 in base_link', "'Tool0ToBaseLink'", 'TRANSFORM', '20 Hz', 'on_change']
    assert row(out, 'Robot') == [
        '2', 'tf a in b, c in b as d', "'Robot'", 'TDATA', '30 Hz', 'on_change']
    assert row(out, '/goal') == [
        '3', '/goal', "'Goal'", 'by its type', '2.5 Hz', 'moved into ras keepalive=3']
    assert row(out, 'Left') == [
        '4', 'links of /left_description in table, on tf with left/', "'Left'",
        'TDATA, POLYDATA <link>_mesh', '30 Hz', 'on_change']
    assert row(out, 'to_igtl')[1:4] == ['to_igtl/<device>/<leaf>', '<device>', 'by its leaf']


def test_rules_that_share_a_topic_are_told_whose_gates_hold(file):
    out, _ = check(file("""
receive:
  - {device: Goal, max_jump: {m: 0.1}, name: goal}
  - {device: Twin, name: goal}
  - {device: Moved, name: goal, to_frame: base}
  - {device: Alone}
"""))
    assert 'WITH THE GATES' in row(out, 'Twin')[-1]
    assert 'ELSEWHERE' in row(out, "'Moved'")[-1]
    assert row(out, 'Alone')[-1] == ''
    assert 'GATES' not in row(out, "'Goal'")[-1]


def test_a_max_age_that_sees_only_silence_is_told(file):
    out, _ = check(file("""
defaults: {stamp: receive}
receive:
  - {device: Blind, type: TRANSFORM, max_age: 0.2}
  - {device: Follow, type: TRANSFORM, max_age: 0.2, stamp: device}
"""))
    assert row(out, "'Blind'")[-1].startswith('SEES SILENCE ONLY: max_age with stamp receive')
    assert 'SILENCE' not in row(out, "'Follow'")[-1]


def test_the_rule_with_gates_that_the_how_to_gives_is_that_of_the_file():
    page = (CONFIG.parent / 'docs' / 'how-to' / 'safety_gates.md').read_text(encoding='utf-8')
    (given,) = yaml.safe_load(page.split('```yaml')[1].split('```')[0])['receive']
    rules = yaml.safe_load((CONFIG / 'safe_target.yaml').read_text(encoding='utf-8'))['receive']
    assert given in rules


def test_every_link_has_tables_of_its_own():
    out, _ = check(CONFIG / 'links.yaml')
    assert 'link slicer: server tcp://127.0.0.1:18944, profile slicer' in out
    assert 'link tracker: client tcp://' in out
    assert 'tracker/<device>/info' in out and 'slicer/to_igtl/<device>/<leaf>' in out


def test_the_services_that_ask_a_peer_and_those_that_a_peer_calls(file):
    text = """
links:
- name: plus
  mode: client
  queries:
  - {type: TDATA, device: "Tracker 1", rate: 20, coordinate_name: Patient, timeout: 2}
  - {type: POINT}
  - {type: VIDEO}
  commands:
  - {name: record, command: StartRecording, device: Rec, content: '<C File="{file}"/>'}
  - {name: go, command: Go}
  serve:
  - {command: HOME, call: /robot/home, timeout: 60}
  - {command: LIGHT, call: light, type: set_bool}
  - {command: DARK, call: lamp, type: set_bool, data: false}
"""
    out, _ = check(file(text))
    assert row(out, 'get/TDATA') == [
        'plus/get/TDATA/Tracker_1_x5f51761', 'Trigger', "asks for TDATA of 'Tracker 1'",
        'timeout=2']
    assert row(out, 'stream/TDATA') == [
        'plus/stream/TDATA/Tracker_1_x5f51761', 'SetBool', "starts and stops TDATA of 'Tracker 1'",
        '20 Hz in Patient timeout=2']
    # what the protocol cannot ask for has no service
    assert row(out, 'POINT') == [
        'plus/get/POINT', 'Trigger', 'asks for POINT of any device', 'timeout=5']
    assert row(out, 'VIDEO')[0] == 'plus/stream/VIDEO'
    assert row(out, 'command/record') == [
        'plus/command/record', 'Trigger',
        "sends COMMAND 'StartRecording' to 'Rec' with <C File=\"{file}\"/>",
        '{file}=command.plus.record.file timeout=5']
    assert row(out, 'command/go')[2:] == ["sends COMMAND 'Go' to ''", 'timeout=5']
    assert row(out, 'HOME') == [
        '/robot/home', 'Trigger', "is called by COMMAND 'HOME'", 'timeout=60']
    assert row(out, 'LIGHT')[1:3] == ['SetBool', "is called by COMMAND 'LIGHT' with its content"]
    assert row(out, 'DARK')[1:3] == ['SetBool', "is called by COMMAND 'DARK' with false"]


def test_queries_that_are_never_sent_are_said_to_be(file):
    out, _ = check(file('profile: slicer\nqueries: [{type: STATUS}]'))
    assert row(out, 'get/STATUS')[-1] == 'NEVER SENT: profile slicer timeout=5'
    out, _ = check(file('profile: slicer'))
    assert 'services' not in out


def test_a_bad_file_is_code_1_and_says_file_line_key_and_what_is_allowed(file, tmp_path):
    path = file('receive:\n- {device: A, tf: maybe}\n')
    out, said = check(path, code=1)
    assert out == ''
    assert said == (f"igtl_check: {path}:2: receive[0].tf: found 'maybe'; "
                    "allowed false, true, 'static'\n")
    _, said = check(tmp_path / 'none.yaml', code=1)
    assert 'cannot read the mapping file: No such file' in said


@pytest.mark.parametrize('path', sorted(
    path for path in CONFIG.glob('*.yaml') if 'ros__parameters' in path.read_text('utf-8')
), ids=lambda path: path.name)
def test_a_file_of_ros_parameters_is_said_to_be_one(path):
    _, said = check(path, code=1)
    assert re.search(r"yaml:\d+: found 'ros__parameters' in '\S+': this is a file of ROS "
                     'parameters, which is given as params_file:=FILE', said), said
    assert 'unknown key' not in said


def test_it_needs_neither_ros_nor_a_socket(file):
    path = file('receive: [{device: A, type: TRANSFORM}]')
    out, _ = check(path, run=afresh, start=('-c', NO_ROS))
    assert row(out, "'A'")[3] == 'A/<by type> A/info'


def test_the_schema_for_editors_is_that_of_the_loader():
    """If this fails: ./dev docs."""
    out, _ = check('--schema')
    assert json.loads(out) == mapping_schema()
    assert out == (CONFIG / 'mapping.schema.json').read_text(encoding='utf-8')
    # without ROS no converter can be imported, and yet its keys are known
    assert out == check('--schema', run=afresh, start=('-c', NO_ROS))[0]


# the others hold parameters of nodes
MAPPINGS = sorted(path for path in CONFIG.glob('*.yaml')
                  if 'ros__parameters' not in path.read_text(encoding='utf-8'))


@pytest.mark.parametrize('path', MAPPINGS, ids=lambda path: path.name)
def test_every_mapping_file_names_the_schema_beside_it_and_follows_it(path):
    text = path.read_text(encoding='utf-8')
    assert text.startswith('# yaml-language-server: $schema=mapping.schema.json\n')
    schema = json.loads((path.parent / 'mapping.schema.json').read_text(encoding='utf-8'))
    jsonschema.Draft7Validator(schema).validate(yaml.safe_load(text))


def test_phases_and_commands_of_protocols(file):
    out, _ = check(file("""
protocol:
  - {use: brp, call: {START_UP: /robot/start, TGT: /robot/aim}}
  - {use: plus}
"""))
    assert row(out, 'START_UP  ')[:4] == ['CMD_* START_UP', 'any', '/robot/start', '10 s']
    assert row(out, 'CMD_* MOVE')[1] == 'TARGETING, MOVE_TO_TARGET'
    assert row(out, 'CMD_* STOP')[4] == 'preempts'
    assert row(out, 'TGT_*')[1:3] == ['TARGETING', '/robot/aim']
    assert row(out, 'command/send_text')[2].startswith("sends COMMAND 'SendText' to ")
    assert 'answer within' not in check(file('receive: []'))[0]


def test_images_of_plus_are_in_the_frame_that_their_name_says(file):
    out, _ = check(file('profile: plus\nreceive: [{device: Image_Probe, type: IMAGE}, {device: T, '
                        'type: TRANSFORM}]'))
    assert row(out, 'Image_Probe')[4] == 'Y of XToY and of images X_Y, else ras'
    assert row(out, "'T'")[4] == 'Y of XToY, else ras'


def test_a_right_file_is_right_when_nobody_reads_the_rest():
    source, sink = os.pipe()
    os.close(source)
    with open(sink, 'w') as output:
        done = subprocess.run(
            [sys.executable, '-m', 'igtl_ros2.tools.check', CONFIG / 'slicer.yaml'],
            stdout=output, stderr=subprocess.PIPE, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, '')
