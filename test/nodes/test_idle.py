"""A bridge that has nothing to do leaves the machine alone."""

from ros_user import mapping, pose, start, wait_for

from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.nodes import diagnostics


def has_fast_timers(node):
    periods = [t.timer_period_ns for t in node.timers if not t.is_canceled()]
    assert periods  # /diagnostics, once a second
    return min(periods) < 0.9e9


def test_what_waits_for_tf_keeps_a_timer_going_and_nothing_else_does(
        ros, device, tmp_path, monkeypatch):
    monkeypatch.setattr(diagnostics, 'PERIOD_S', 1.0)
    node = start(ros, device, discover_period=1.0, **mapping(
        tmp_path, 'receive: [{device: "*", frame: ras, to_frame: base}]'))
    wait_for(lambda: not has_fast_timers(node), 'the end of what a start needs')
    device.send(Transform(pose(), device_name='Tool'))
    wait_for(lambda: has_fast_timers(node), 'the wait for tf')
    wait_for(lambda: not has_fast_timers(node), 'the end of the wait')
