"""A target that is published again for somebody who listens later is planned to once."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from geometry_msgs.msg import TransformStamped

from igtl_ros2.mapping import load_links

pytest.importorskip('moveit_msgs', reason='the messages of MoveIt are not installed')

CONFIG = Path(__file__).parents[2] / 'config'


def test_a_target_that_comes_again_for_another_is_one_target(ros, monkeypatch):
    from igtl_ros2.nodes.moveit.planner import MoveItPlanner

    (config,) = load_links({'mapping_file': str(CONFIG / 'moveit.yaml'), 'port': 0})
    takes, create = {}, ros.node.create_subscription

    def listen(kind, topic, take, qos):
        takes[topic] = take
        return create(kind, topic, take, qos)

    monkeypatch.setattr(ros.node, 'create_subscription', listen)
    planner = MoveItPlanner(
        ros.node, config, config.mapping.moveit, None, None, None, lambda do: do(), lambda: 0.0)
    said = []
    planner.server = SimpleNamespace(refused=said.append)  # no robot is known here
    try:
        for second in (1, 1, 2):
            message = TransformStamped()
            message.header.stamp.sec = second
            takes['Target/transform'](message)
    finally:
        planner.close()
    assert len(said) == 2
