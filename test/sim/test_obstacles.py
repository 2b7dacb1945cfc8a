"""Of models that are deleted in Slicer the module tells the bridge, which Slicer does not."""

import numpy as np
import pytest

from igtl_ros2 import serve
from igtl_ros2.codec.messages.mesh import PolyData
from igtl_ros2.errors import PeerTimeoutError
from igtl_ros2.sim.module import slicer_module
from igtl_ros2.sim.scene import ConnectorNode, Scene, Shape
from igtl_ros2.sim.slicer import Slicer

module = slicer_module()
MODEL = 'vtkMRMLModelNode'


class World:
    """A Slicer that sends models, and who gets them."""

    def __init__(self, server, slicer):
        self.server, self.slicer = server, slicer
        self.scene, self.connector = Scene(slicer), ConnectorNode(slicer)
        self.obstacles = module.Obstacles(self.scene, self.connector, Shape)

    def model(self, name):
        self.slicer.set_model(name, np.zeros((3, 3)))
        node = self.scene.GetFirstNode(name, MODEL)
        self.connector.RegisterOutgoingMRMLNode(node)
        self.obstacles.look()
        return node

    def got(self):
        """List the models that came: name and number of points."""
        self.slicer.set_model('End', np.zeros((1, 3)))
        found = []
        while not found or found[-1][0] != 'End':
            try:
                _, message = self.server.receive(10.0)
            except PeerTimeoutError:
                raise AssertionError(found) from None
            if isinstance(message, PolyData):
                found.append((message.device_name, len(message.points)))
        return found[:-1]


@pytest.fixture
def world():
    with serve('tcp://127.0.0.1:0', queue_policy=['POLYDATA=all']) as server, Slicer(
            str(server.address)) as slicer:
        yield World(server, slicer)


def test_a_model_that_is_deleted_is_sent_once_without_points(world):
    obstacle, other = world.model('Obstacle_1'), world.model('Skull')
    assert world.got() == [('Obstacle_1', 3), ('Skull', 3)]
    for node in (obstacle, other):
        world.scene.RemoveNode(node)
    for _ in range(2):
        world.obstacles.look()
    assert world.got() == [('Obstacle_1', 0)]
    assert world.scene.GetFirstNode('Obstacle_1', MODEL) is None


def test_one_that_is_not_sent_any_more_but_there_stays_an_obstacle(world):
    world.connector.UnregisterOutgoingMRMLNode(world.model('Obstacle_1'))
    world.obstacles.look()
    assert world.got() == [('Obstacle_1', 3)]


def test_one_that_is_there_again_under_its_name_stays(world):
    world.scene.RemoveNode(world.model('Obstacle_1'))
    world.model('Obstacle_1')
    world.obstacles.look()
    assert world.got() == [('Obstacle_1', 3)] * 2


def test_what_is_deleted_without_a_connection_is_told_when_there_is_one(world, monkeypatch):
    node = world.model('Obstacle_1')
    with monkeypatch.context() as without:
        without.setattr(world.connector, 'GetState', lambda: 1)
        world.scene.RemoveNode(node)
        world.obstacles.look()
        assert world.got() == [('Obstacle_1', 3)]
    world.obstacles.look()
    assert world.got() == [('Obstacle_1', 0)]
