"""The module for Slicer, in a simulated Slicer: a robot that assembles itself, targets, stop."""

import ast
import json
import sys
import time
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np
import pytest

from igtl_ros2 import serve
from igtl_ros2.codec.messages.mesh import Attribute, AttributeType, PolyData
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import Command, CommandResponse, Status, String
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.sim import scene as sim
from igtl_ros2.sim.module import slicer_module
from igtl_ros2.sim.slicer import Slicer

module = slicer_module()
orders, targets = sys.modules['IgtlRos2Lib.orders'], sys.modules['IgtlRos2Lib.target']
LIBRARY = Path(module.__file__).parent
RANDOM = np.random.default_rng(16)
END_S = 20


class World:
    """A server as the bridge is one, a simulated Slicer, and its scene."""

    def __init__(self, server, slicer):
        self.server, self.slicer = server, slicer
        self.scene, self.connector = sim.Scene(slicer), sim.ConnectorNode(slicer)
        slicer.wait_connected()

    def panel(self, device='Target'):
        return module.TargetPanel(self.scene, self.connector, sim.Matrix, device)

    def find(self, name, kind):
        return next(n for n in sys.modules['IgtlRos2Lib.mrml'].nodes(self.scene, kind)
                    if n.GetName() == name)

    def got(self, type_name, name=None, count=1):
        """Wait for messages of a type at the server."""
        found = []
        while len(found) < count:
            message = self.server.receive(timeout_s=END_S)[1]
            if message.type_name == type_name and name in (None, message.device_name):
                found.append(message)
        return found

    def nothing_more(self):
        """Tell that no message but those given out before is on its way."""
        self.slicer.set_text('Last', 'x')
        message = self.server.receive(timeout_s=END_S)[1]
        return message.device_name == 'Last'


@pytest.fixture
def world():
    with serve('tcp://127.0.0.1:0') as server, Slicer(str(server.address)) as slicer:
        yield World(server, slicer)


def rigid():
    matrix = np.eye(4)
    matrix[:3, :3] = np.linalg.qr(RANDOM.normal(size=(3, 3)))[0]
    matrix[:3, 0] *= np.linalg.det(matrix[:3, :3])
    matrix[:3, 3] = RANDOM.uniform(-500, 500, 3)
    return matrix


def announcement(links, without=(), device='Robot_parts'):
    parts = [{'link': f'left/{n}', 'transform': n, 'parent': '',
              'model': '' if n in without else f'{n}_mesh'} for n in links]
    said = {'igtl_ros2': 'robot', 'name': 'r', 'target': 'base', 'links': parts}
    return String(json.dumps(said), device_name=device)


def shape(name, colored=True):
    points = RANDOM.uniform(0, 100, (3, 3))
    rgba = Attribute('RGBA', AttributeType.POINT_RGBA, np.full((3, 4), 0.5))
    return PolyData(points, polygons=[[0, 1, 2]], attributes=[rgba] if colored else [],
                    device_name=f'{name}_mesh')


def poses(links):
    elements = [TrackingElement(name, rigid()) for name in links]
    return TrackingData(tuple(elements), device_name='Robot')


# -- the module itself


def test_it_needs_neither_slicer_nor_vtk_and_runs_with_python_3_9():
    for file in LIBRARY.glob('*.py'):
        tree = ast.parse(file.read_text(), feature_version=(3, 9))
        names = {
            name.split('.')[0] for node in ast.walk(tree)
            for name in ([a.name for a in node.names] if isinstance(node, ast.Import) else
                         [node.module or ''] if isinstance(node, ast.ImportFrom) else [])
        }
        assert names <= {'', '__future__', 'dataclasses', 'json', 'mrml', 'obstacles', 'orders',
                         'plan', 're', 'robot', 'state', 'target'}, file


def test_the_panel_calls_only_what_the_library_has():
    tree = ast.parse((LIBRARY.parent / 'IgtlRos2.py').read_text(), feature_version=(3, 9))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module.startswith('IgtlRos2Lib'):
            for alias in node.names:
                assert hasattr(sys.modules[node.module], alias.name)
    parts = {'target': module.TargetPanel, 'stop': module.Stop, 'watch': module.Watch,
             'plan': module.PlanPanel}
    used = {
        (node.value.attr, node.attr) for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute)
        and node.value.attr in parts
    }
    assert len(used) > 6
    for part, name in used:
        assert hasattr(parts[part], name), f'{part}.{name}'


# -- the robot


@pytest.mark.parametrize('order', ['announced first', 'announced last'])
def test_thirty_links_stand_where_they_belong_with_no_step(world, order):
    links = [f'link_{n}' for n in range(30)]
    messages = [*map(shape, links), poses(links)]
    where = 0 if order == 'announced first' else len(messages)
    messages.insert(where, announcement(links))
    for message in messages:
        world.server.send(message)
    world.slicer.wait_for('link_29')
    for name in [*(f'{n}_mesh' for n in links), 'Robot_parts']:
        world.slicer.wait_for(name)
    (robot,) = module.assemble(world.scene)
    assert robot.is_whole and [link['transform'] for link in robot.links] == links
    for name in links:
        model = world.find(f'{name}_mesh', 'vtkMRMLModelNode')
        assert model.GetParentTransformNode().GetName() == name
        assert model.GetAttribute('IgtlRos2.link') == f'left/{name}'
        display = model.GetDisplayNode()
        assert (display.scalars, display.range_flag, display.are_scalars_visible) == (
            'RGBA', 4, True)


def test_what_has_not_come_is_named_and_taken_when_it_comes(world):
    for message in (announcement(['a', 'b', 'c'], without='c'), shape('a'), poses('a')):
        world.server.send(message)
    for name in ('a', 'a_mesh', 'Robot_parts'):
        world.slicer.wait_for(name)
    (robot,) = module.assemble(world.scene)
    assert robot.missing == ['b', 'b_mesh', 'c']
    assert robot.describe() == 'r: 3 links, 2 with a shape, waiting for b, b_mesh, c'
    world.server.send(shape('b', colored=False))
    world.server.send(poses('abc'))
    world.slicer.wait_for('c')
    world.slicer.wait_for('b_mesh')
    (robot,) = module.assemble(world.scene)
    assert robot.is_whole
    assert world.find('b_mesh', 'vtkMRMLModelNode').GetDisplayNode().scalars == ''


def test_what_a_user_changes_stays_and_what_is_gone_is_hidden(world):
    for message in (announcement('ab'), shape('a'), shape('b'), poses('ab')):
        world.server.send(message)
    for name in ('b', 'a_mesh', 'b_mesh', 'Robot_parts'):
        world.slicer.wait_for(name)
    module.assemble(world.scene)
    first, second = (world.find(f'{n}_mesh', 'vtkMRMLModelNode') for n in 'ab')
    first.GetDisplayNode().SetVisibility(False)
    first.GetDisplayNode().SetScalarVisibility(False)
    module.assemble(world.scene)
    assert not first.GetDisplayNode().is_visible
    assert not first.GetDisplayNode().are_scalars_visible
    world.server.send(announcement('a'))
    world.slicer.wait_for('Robot_parts', when=lambda node: node.received == 2)
    module.assemble(world.scene)
    assert not second.GetDisplayNode().is_visible and second.GetParentTransformNode() is None
    assert first.GetParentTransformNode().GetName() == 'a'


@pytest.mark.parametrize('text', [
    '{"igtl_ros2": "robot"}', '{"igtl_ros2": "robot", "links": 3}', '{"igtl_ros2": ',
    '["igtl_ros2"]', '{"igtl_ros2": "robot", "links": [1, {}, {"transform": null}, "x"]}',
])
def test_a_text_that_announces_nothing_does_no_harm(world, text):
    world.server.send(String(text, device_name='Bad'))
    world.slicer.wait_for('Bad')
    assert sum(len(robot.links) for robot in module.assemble(world.scene)) == 0


@pytest.mark.parametrize('came_first', [True, False])
def test_a_transform_of_the_user_of_the_same_name_is_not_taken(came_first):
    # the simulated Slicer keeps one node of a name, the real one does not
    came, own = (MagicMock(**{'GetName.return_value': 'a', 'GetDescription.return_value': said})
                 for said in (sim.RECEIVED, None))
    scene = MagicMock(**{'GetNodesByClass.return_value': sim.Collection(
        [came, own] if came_first else [own, came])})
    mrml = sys.modules['IgtlRos2Lib.mrml']
    assert mrml.by_name(scene, mrml.TRANSFORM) == {'a': came}
    assert mrml.received(scene, 'a', mrml.TRANSFORM) is came


# -- the target


def test_a_fiducial_becomes_a_target_that_is_sent_once_each_time(world):
    world.slicer.set_fiducials('Plan', {'ENTRY': (1, 2, 3), 'TARGET': (10, -20, 30)})
    world.got('POINT')
    panel = world.panel()
    choice = {text: rest for text, *rest in panel.sources()}
    pose = panel.pose_of(*choice['Plan: TARGET'])
    for n in range(3):  # the third time without a change
        pose[0][3] = [10.0, 11.0, 11.0][n]
        assert panel.send(pose, now=n).state == 'waiting'
        (message,) = world.got('TRANSFORM', 'Target')
        np.testing.assert_allclose(message.matrix[:3, 3], (pose[0][3], -20, 30))
        assert world.nothing_more()


def test_a_fiducial_gets_the_orientation_of_the_tool_and_the_place_under_its_transform(world):
    tool, parent = rigid(), rigid()
    world.slicer.set_transform('Tool', tool)
    world.slicer.set_transform('Parent', parent)
    world.slicer.set_fiducials('F', {'1': (5, 6, 7)})
    node = world.find('F', 'vtkMRMLMarkupsFiducialNode')
    node.SetAndObserveTransformNodeID(
        world.find('Parent', 'vtkMRMLLinearTransformNode').GetID())
    pose = world.panel().pose_of(
        node, 0, orientation_of=world.find('Tool', 'vtkMRMLLinearTransformNode'))
    np.testing.assert_allclose(np.array(pose)[:3, :3], tool[:3, :3])
    np.testing.assert_allclose(np.array(pose)[:, 3], parent @ (5, 6, 7, 1))


def test_a_target_is_accepted_when_the_robot_was_given_that_very_pose(world):
    panel, pose = world.panel(), rigid().tolist()
    panel.send(pose, now=0.0)
    (message,) = world.got('TRANSFORM')
    world.server.send(Transform(message.matrix, device_name='Target_taken'))
    world.slicer.wait_for('Target_taken')
    verdict = panel.answer(now=0.1)
    assert verdict.state == 'accepted' and targets.place(pose) in verdict.text
    # what was taken before says nothing about the next one
    assert panel.send(rigid().tolist(), now=1.0).state == 'waiting'
    assert panel.answer(now=9.0).state == 'unanswered'


def test_a_target_is_refused_with_the_reason_of_the_gate(world):
    panel = world.panel()
    panel.send(rigid().tolist(), now=0.0)
    world.server.send(Status(13, 0, '', 'withheld by workspace', device_name='Target_state'))
    world.slicer.wait_for('Target_state')
    verdict = panel.answer(now=0.1)
    assert (verdict.state, verdict.text) == ('refused', 'refused: withheld by workspace')


def test_another_pose_than_the_one_sent_is_no_acceptance(world):
    panel = world.panel()
    panel.send(rigid().tolist(), now=0.0)
    other = rigid()
    world.server.send(Transform(other, device_name='Target_taken'))
    world.slicer.wait_for('Target_taken')
    assert panel.answer(now=0.1).state == 'refused'


def test_a_preview_is_seen_and_never_sent(world):
    world.server.send(shape('tool'))
    world.slicer.wait_for('tool_mesh')
    panel, pose = world.panel(), rigid().tolist()
    transform = panel.preview(pose, 'tool_mesh')
    ghost = world.find('Target_preview', 'vtkMRMLModelNode')
    assert ghost.GetPolyData().GetNumberOfPoints() == 3
    assert ghost.GetParentTransformNode() is transform
    assert 0 < ghost.GetDisplayNode().opacity < 1
    matrix = sim.Matrix()
    transform.GetMatrixTransformToWorld(matrix)
    np.testing.assert_array_equal(matrix.values, pose)
    panel.preview(rigid().tolist(), 'tool_mesh')
    assert [text for text, *_ in panel.sources()] == []
    panel.end_preview()
    assert not [n for n in world.slicer.nodes if n.startswith('Target')]
    world.got('STATUS')
    assert world.nothing_more()


@pytest.fixture
def alone():
    """A simulated Slicer whose server is not there."""
    with serve('tcp://127.0.0.1:0') as server:
        address = str(server.address)
    with Slicer(address, timeout_s=None) as slicer:
        yield slicer


def test_a_model_beside_the_tip_keeps_its_place_in_the_preview(world):
    tip, flange, pose = rigid(), rigid(), rigid()
    world.server.send(shape('flange'))
    for name, matrix in (('flange', flange), ('tip', tip)):
        world.server.send(Transform(matrix, device_name=name))
        world.slicer.wait_for(name)
    world.slicer.wait_for('flange_mesh')
    kind = 'vtkMRMLLinearTransformNode'
    world.find('flange_mesh', 'vtkMRMLModelNode').SetAndObserveTransformNodeID(
        world.find('flange', kind).GetID())
    shown = sim.Matrix()
    world.panel().preview(
        pose.tolist(), 'flange_mesh', world.find('tip', kind)).GetMatrixTransformToWorld(shown)
    np.testing.assert_allclose(shown.values, pose @ np.linalg.inv(tip) @ flange, atol=1e-3)


def test_without_a_connection_nothing_is_sent_now_or_later(alone):
    panel = module.TargetPanel(sim.Scene(alone), sim.ConnectorNode(alone), sim.Matrix)
    verdict = panel.send(np.eye(4).tolist(), now=0.0)
    assert verdict.state == 'unanswered' and 'no connection' in verdict.text
    assert not alone.nodes


# -- stop, commands, state


def test_stop_is_an_emergency_that_goes_as_often_as_it_is_pressed(world):
    stop = module.Stop(world.scene, world.connector, phrase='STOP')
    world.got('STATUS')  # as Slicer greets
    for n in (1, 2):
        stop.press()
        (status,) = world.got('STATUS')
        assert (status.code, status.device_name) == (3, orders.STOP)
        (text,) = world.got('STRING')
        assert (text.device_name, text.text) == (f'CMD_stop{n}', 'STOP')
    stop.release()
    assert world.got('STATUS')[0].code == 1
    assert world.nothing_more()


def test_a_stop_is_said_again_to_whoever_is_there_anew_and_its_end_is_not(world, monkeypatch):
    stop = module.Stop(world.scene, world.connector)

    def next_state():
        while (found := world.got('STATUS')[0]).device_name not in (orders.STOP, 'Last'):
            pass
        return found.code

    assert stop.press() and next_state() == 3
    world.server.link.drop_peers('a test')
    assert next_state() == 3
    stop.release()
    assert next_state() == 1
    world.server.link.drop_peers('a test')
    world.got('STATUS', '')  # as Slicer greets
    world.slicer.set_status('Last', 13)
    assert next_state() == 13
    monkeypatch.setattr(world.connector, 'GetState', lambda: 1)
    assert not stop.press()


def wait_for(condition):
    end = time.monotonic() + END_S
    while not (value := condition()):
        assert time.monotonic() < end
        time.sleep(0.005)
    return value


@pytest.mark.parametrize('metadata, wanted', [
    ({'Status': 'SUCCESS'}, (True, 'done')),
    ({'Status': 'FAIL', 'ErrorMessage': 'no disk'}, (False, 'no disk')),
    ({'Status': 'SUCCESS', 'ErrorMessage': 'no disk'}, (False, 'no disk')),
])
def test_record_is_a_command_whose_answer_is_told(world, metadata, wanted):
    order = module.send_command(world.connector, orders.RECORD, sim.Command)
    (command,) = world.got('COMMAND')
    assert (command.name, command.content) == ('Record', 'true')
    assert module.answer_of(order) is None
    assert isinstance(command, Command)
    world.server.send(CommandResponse(
        command.command_id, command.name, 'done', device_name='command', metadata=metadata))
    answer = wait_for(lambda: module.answer_of(order))
    assert (answer.is_success, answer.text) == wanted


def test_a_command_that_nobody_answers_has_failed(world):
    order = module.send_command(world.connector, module.Command('X', '', 0.05), sim.Command)
    assert wait_for(lambda: module.answer_of(order)) == module.Answer(
        False, 'the bridge did not answer in time')


def test_only_the_plan_that_is_shown_is_carried_out(world):
    panel = module.PlanPanel(world.scene, world.connector, sim.Command)
    assert panel.text() == '' and panel.execute() is None
    for number, text in enumerate((
            'planning', 'plan 7: 26 points, 2.4 s; to go, command Execute with content 7',
            'plan 7 was carried out'), 1):
        world.server.send(Status(1, 0, '', text, device_name='Plan'))
        world.slicer.wait_for('Plan', when=lambda node, number=number: node.received == number)
        assert panel.text() == text
        assert (panel.execute() is not None) == (number == 2)
    (command,) = world.got('COMMAND')
    assert (command.name, command.content) == ('Execute', '7')
    panel.cancel()
    assert world.got('COMMAND')[0].name == 'Cancel'


@pytest.mark.parametrize('command', ['Go now', 'Execute-Plan', 'Führe aus', 'A with content 3'])
def test_the_command_that_carries_out_a_plan_may_have_any_name(command):
    panel = module.PlanPanel(None, None, None)
    panel.text = lambda: (
        f'plan 7: 26 points, 2.4 s; to go, command {command} with content 7')
    assert panel.ready == module.Command(command, '7')


def test_how_things_are_is_said_the_worst_first(world):
    watch = module.Watch()
    world.got('STATUS')  # from now on metadata can be sent
    world.server.send(announcement('a'))
    for code, device in ((1, 'Arm'), (13, 'Target_state'), (18, 'Motor')):
        world.server.send(Status(code, 0, '', f'says {code}', device_name=device))
    world.server.send(Transform(
        np.eye(4), device_name='Probe', metadata={'TransformStatus': 'OUT_OF_VIEW'}, version=2))
    for name in ('Robot_parts', 'Arm', 'Target_state', 'Motor', 'Probe'):
        world.slicer.wait_for(name)
    for n in range(61):
        watch.moved(n / 60)
    found = module.assemble(world.scene)
    lines = module.state(world.scene, world.connector, watch, found, now=1.0)
    said = {(line.about, line.level): line.text for line in lines}
    assert [line.level for line in lines][:1] == ['bad']
    assert said['device', 'bad'] == 'Motor: says 18'
    assert said['gate', 'warning'] == 'Target: says 13'
    assert said['tool', 'warning'] == 'Probe is out of view'
    assert said['robot', 'warning'].endswith('waiting for a, a_mesh')
    assert '60 poses a second' in [line.text for line in lines]
    assert any(line.text.startswith('connected to 127.0.0.1:') for line in lines)
    stale = module.state(world.scene, world.connector, watch, found, now=9.0)
    assert any('no pose for 8 s' in line.text for line in stale)


def test_before_it_is_connected_that_is_all_there_is_to_say(alone):
    (line,) = module.state(
        sim.Scene(alone), sim.ConnectorNode(alone), module.Watch(), [], now=0.0)
    assert line.level == 'bad' and 'waiting for the bridge' in line.text
