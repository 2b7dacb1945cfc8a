"""Obstacles of peers in the planning scene: nothing is planned while one may be elsewhere."""

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip('moveit_msgs', reason='the messages of MoveIt are not installed')
from rclpy.task import Future  # noqa: E402

from igtl_ros2.codec.messages.mesh import Cells, PolyData  # noqa: E402
from igtl_ros2.errors import ConversionError  # noqa: E402
from igtl_ros2.nodes.moveit import scene as scene_module  # noqa: E402
from igtl_ros2.rules import ReceiveRule  # noqa: E402

ROBOT = SimpleNamespace(root='base')
REMOVE = b'\x01'


class World:
    """A scene of MoveIt, and where the patient is in the frame of the robot."""

    def __init__(self):
        self.is_there, self.known, self.asked = True, {}, []
        self.patient = np.eye(4)
        self.problems = []
        self.rule = ReceiveRule(frame='patient')
        client = SimpleNamespace(
            service_is_ready=lambda: self.is_there, call_async=self._call)
        self.scene = scene_module.Scene(
            SimpleNamespace(create_client=lambda *_: client), '/scene', self._place,
            lambda *_: self.rule, self.problems.append)

    def _place(self, target, source):
        if self.patient is None:
            raise ConversionError(f'where {source} is in {target} is not known')
        return self.patient

    def _call(self, request):
        future = Future()
        self.asked.append((request.scene.world.collision_objects[0], future))
        return future

    def answer(self):
        """Do as move_group does, which refuses to take away what it has not got."""
        for found, future in self.asked:
            success = found.operation != REMOVE or found.id in self.known
            if found.operation == REMOVE:
                self.known.pop(found.id, None)
            else:
                self.known[found.id] = found.meshes[0].vertices[0].x
            future.set_result(SimpleNamespace(success=success))
            future.add_done_callback(lambda _: None)  # without an executor
            for callback in future._callbacks:
                callback(future)
        self.asked = []

    def send(self, mesh, name='Obstacle_1', robot=ROBOT):
        is_new = self.scene.is_new('peer', name, mesh)
        if is_new:
            self.scene.take(name, robot)
        return is_new

    def place_again(self, names):
        for name in self.scene.again(names):
            self.scene.take(name, ROBOT)


@pytest.fixture
def world():
    return World()


def mesh(x_mm):
    points = np.array([(x_mm, 0, 0), (x_mm, 10, 0), (x_mm, 0, 10)], np.float32)
    return PolyData(points, polygons=Cells.of([[0, 1, 2]]))


NOTHING = PolyData(np.zeros((0, 3), np.float32))


def test_an_obstacle_counts_once_the_scene_has_taken_it(world):
    assert world.send(mesh(100))
    assert world.scene.unconfirmed == {'Obstacle_1'}
    world.answer()
    assert world.known == {'Obstacle_1': 0.1} and not world.scene.unconfirmed
    assert not world.send(mesh(100))


def test_what_the_scene_says_to_an_older_one_does_not_count(world):
    world.send(mesh(100))
    world.scene.is_new('peer', 'Obstacle_1', mesh(200))
    world.answer()
    assert world.scene.unconfirmed == {'Obstacle_1'}
    world.scene.take('Obstacle_1', ROBOT)
    world.answer()
    assert world.known == {'Obstacle_1': 0.2} and not world.scene.unconfirmed


@pytest.mark.parametrize('is_other', [True, False])
def test_one_that_was_slow_to_be_made_is_not_told_when_there_is_a_newer_one(world, is_other):
    make, taken = world._place, []

    def change(target, source):
        if not taken:  # the newer one comes while this is made
            taken.append(True)
            if is_other:
                world.scene.is_new('peer', 'Obstacle_1', mesh(200))
            else:
                world.scene.again(['Obstacle_1'])
        return make(target, source)

    world.scene._place = change
    world.send(mesh(100))
    world.answer()
    assert world.scene.unconfirmed == {'Obstacle_1'} and not world.known
    world.scene.take('Obstacle_1', ROBOT)
    world.answer()
    assert world.known == {'Obstacle_1': 0.2 if is_other else 0.1} and not world.scene.unconfirmed


@pytest.mark.parametrize('was_known', [True, False])
def test_one_whose_frame_is_unknown_or_gated_can_be_taken_away(world, was_known):
    if was_known:
        world.send(mesh(100))
        world.answer()
    world.patient = None
    world.send(mesh(300))
    world.rule = ReceiveRule(frame='patient', max_jump=0.1)
    world.send(NOTHING)
    world.answer()
    assert not world.known and not world.scene.unconfirmed and not world.scene.all()


def test_one_that_is_taken_away_is_not_spoken_of_to_a_scene_that_is_there_anew(world):
    world.scene.look_around()
    world.send(mesh(100))
    world.answer()
    assert world.send(NOTHING)
    world.answer()
    assert not world.known and not world.scene.unconfirmed
    assert not world.send(NOTHING)  # there is nothing to take away
    for world.is_there in (False, True):
        world.scene.look_around()
    assert not world.asked and not world.scene.unconfirmed


def test_one_that_a_new_scene_has_not_got_is_taken_away_all_the_same(world):
    world.scene.look_around()
    world.send(mesh(100))
    world.answer()
    world.known.clear()
    world.send(NOTHING)
    world.answer()
    assert not world.scene.unconfirmed


def test_obstacles_go_with_their_frame(world):
    world.send(mesh(100))
    world.answer()
    world.patient = np.eye(4)
    world.patient[0, 3] = 0.001
    assert not world.scene.due()  # it may be no more than noise
    world.patient[0, 3] = 0.05
    assert world.scene.due() == ['Obstacle_1']
    world.place_again(world.scene.due())
    assert world.scene.unconfirmed == {'Obstacle_1'}
    world.answer()
    assert world.known == {'Obstacle_1': pytest.approx(0.15)} and not world.scene.due()
    turned = np.array([(0, -1, 0, 0.05), (1, 0, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)])
    world.patient = turned
    assert world.scene.due() == ['Obstacle_1']
    world.patient = None  # it is where it was, as far as anybody knows
    assert not world.scene.due()


def test_one_that_comes_before_the_registration_or_the_robot_is_placed_later(world):
    world.patient = None
    world.send(mesh(100))
    assert not world.asked and not world.scene.due()
    assert world.scene.unconfirmed == {'Obstacle_1'} and 'is not known' in world.problems[-1]
    world.patient = np.eye(4)
    world.place_again(world.scene.due())
    world.answer()
    assert world.known == {'Obstacle_1': 0.1} and not world.scene.unconfirmed
    world.send(mesh(100), 'Obstacle_2', robot=None)
    assert world.scene.unconfirmed == {'Obstacle_2'}
    world.place_again(world.scene.all())
    world.answer()
    assert set(world.known) == {'Obstacle_1', 'Obstacle_2'} and not world.scene.unconfirmed


def test_other_rules_place_all_anew(world):
    world.send(mesh(100))
    world.answer()
    world.rule = ReceiveRule(frame='patient', wire_unit='m')
    world.place_again(world.scene.all())
    world.answer()
    assert world.known == {'Obstacle_1': 100.0}


@pytest.mark.parametrize('bad, why', [
    (PolyData(np.array([(np.nan, 0, 0)] * 3, np.float32), polygons=Cells.of([[0, 1, 2]])),
     'not all of its points are finite'),
    (PolyData(np.zeros((2, 3), np.float32), lines=Cells.of([[0, 1]])), 'no triangles'),
])
def test_what_is_no_obstacle_lets_nothing_be_planned_until_it_is_one(world, bad, why):
    world.send(mesh(100))
    world.answer()
    assert world.send(bad)
    assert world.scene.unconfirmed == {'Obstacle_1'} and why in world.problems[-1]
    assert world.send(bad)  # it is tried again
    world.send(mesh(200))
    world.answer()
    assert world.known == {'Obstacle_1': 0.2} and not world.scene.unconfirmed


def test_one_too_many_lets_nothing_be_planned(world, monkeypatch):
    monkeypatch.setattr(scene_module, '_MAX_OBSTACLES', 1)
    world.send(mesh(100))
    assert not world.send(mesh(200), 'Obstacle_2')
    world.send(NOTHING)
    world.answer()
    assert world.scene.unconfirmed == {'an obstacle too many'}
