"""Gates in the way of what comes: who and what is compared with what, and what does not pass."""

import pytest
from inward import NS, Link, Peer, pose, stamps, xs

from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Position
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.routes import transform_queue

REACH = 'workspace: {min: [-0.1, -1, -1], max: [0.1, 1, 1]}'
JUMP = 'max_jump: {m: 0.05}'
MOVED = 'frame: camera, to_frame: base'


def gated(keys, **settings):
    return Link(f'receive: [{{device: "Target*", pose: true, {keys}}}]', **settings)


def at(x_mm, name='Target', ns=0):
    return pose(x_mm, name, ns)


def withheld(link):
    return link.report.of('withheld_by')


def poses(link, topic='Target'):
    return link.published[f'{topic}/pose']


def place(link, x_m, after_s=None):
    """Say where the camera is in the base, for all times or from then on."""
    matrix = at(1000 * x_m).matrix.copy()
    matrix[:3, 3] /= 1000
    if after_s is None:
        link.tf.insert('base', 'camera', 0, matrix, static=True)
    else:
        link.tf.insert('base', 'camera', link.now_ns + round(after_s * NS), matrix)


def test_tools_are_withheld_one_by_one():
    link = gated(f'split: true, tf: true, frame: base, {REACH}')
    for probe_mm, needle_mm in ((50, 50), (60, 150), (70, 70)):
        link.send(TrackingData([
            TrackingElement(name, at(x_mm).matrix)
            for name, x_mm in (('Probe', probe_mm), ('Needle', needle_mm))], device_name='Target'))
    assert xs(poses(link, 'Target/tools/Probe')) == [50, 60, 70]
    assert xs(poses(link, 'Target/tools/Needle')) == [50, 70]
    assert [len(m.poses) for m in link.published['Target/tracking']] == [2, 1, 2]
    assert link.states['Target'] == [
        'OK', 'Needle: withheld by workspace', 'OK']
    assert withheld(link) == {'TDATA Target: workspace': 1}


@pytest.mark.parametrize('limits', [JUMP, 'max_speed: {m_s: 0.1}'])
@pytest.mark.parametrize('first, second', [
    (lambda x: at(x, 'TargetToB'), lambda x: at(x, 'TargetToBTransform')),
    (lambda x: at(x, 'TargetToB'), lambda x: tools(x, 'TargetToBTransform')),
    (lambda x: tools(x, 'TargetToB'), lambda x: at(x, 'TargetToBTransform')),
])
def test_a_frame_does_not_jump_when_another_device_takes_it_over(limits, first, second):
    link = gated(f'tf: true, recover_after: 1000, {limits}')

    def broadcast():
        return [round(1000 * t.transform.translation.x) for t in link.broadcast]

    for x_mm in range(3):
        link.send(first(x_mm))
    link.send(second(900))  # the frame is that of the first one still, see `TfOwners`
    assert not withheld(link)
    link.wait(2.1)
    count = len(broadcast())
    for _ in range(3):
        link.send(second(900))
    assert len(broadcast()) == count and sum(withheld(link).values()) == 3
    link.send(second(3))
    assert broadcast()[count:] == [3]
    link.send(second(4))
    link.send(first(1))
    assert broadcast()[count:] == [3, 4, 1]


def tools(x_mm, name):
    return TrackingData([TrackingElement(name, at(x_mm).matrix)], device_name='TargetTools')


def test_a_plan_with_a_point_outside_leaves_the_old_one():
    link = Link(f'receive: [{{device: "Target*", split: true, markers: true, {REACH}}}]')
    for far in (20, 200, 30):
        link.send(PointList(
            [Point('A', (10, 0, 0)), Point('B', (far, 0, 0))], device_name='Target'))
    plans = link.published['Target/points']
    assert [round(1000 * m.poses[1].position.x) for m in plans] == [20, 30]
    assert len(link.published['Target/labels/A']) == 2


# -- age and silence


PATH = 'type: "*", trajectory: {entry: E, target: T}, pose: true, answer: true'


def path(x_mm, **fields):
    return PointList([Point('E', (x_mm, 0, 0)), Point('T', (x_mm, 0, 1))],
                     device_name='Plan', **fields)


def plan(keys):
    return Link(f'receive: [{{device: Plan, {PATH}, {REACH}, {keys}}}]')


def test_the_target_of_a_path_passes_the_gates_of_the_poses_beside_it():
    link = plan(f'{JUMP}, recover_after: 2')
    link.send(at(0, 'Plan'), path(90), path(10))
    assert xs(poses(link, 'Plan')) == [0, 10]
    assert len(link.published['Plan/points']) == 2  # a list does not move
    assert withheld(link) == {'POINT Plan: max_jump': 1}
    assert link.states['Plan'][-2:] == ['withheld by max_jump', None]
    said = [(m.device_name, m.code) for m in link.replies if m.type_name == 'STATUS'][-2:]
    assert said == [('Plan_state', 13), ('Plan_state', 1)]
    # and the other way round
    link.send(path(20), at(90, 'Plan'))
    assert xs(poses(link, 'Plan')) == [0, 10, 20]


@pytest.mark.parametrize('gate', ['max_speed: {m_s: 0.01}', 'max_age: 1.0'])
def test_so_do_those_of_speed_and_age(gate):
    link = plan(f'{gate}, stamp: device')
    link.send(path(0, timestamp_ns=link.now_ns), path(90, timestamp_ns=link.now_ns - 60 * NS))
    assert xs(poses(link, 'Plan')) == [0]


def test_what_is_old_when_it_comes_is_withheld_whatever_auto_makes_of_it():
    link = gated('max_age: 0.5, stamp: auto')
    now_ns = link.now_ns
    link.send(at(0, ns=now_ns), at(1, ns=now_ns - 10 * NS), at(2, ns=now_ns + 1), at(3))
    assert xs(poses(link)) == [0, 2, 3]
    assert link.states['Target'] == ['withheld by max_age', None]
    assert withheld(link) == {'TRANSFORM Target: max_age': 1}


def test_a_silent_device_is_stale_and_is_repeated_no_more():
    link = gated('max_age: 0.4, hold_hz: 50')
    link.send(at(1))
    link.wait(0.3)
    count = len(poses(link))
    assert count == 1 + 15 and not link.states['Target']
    link.wait(9.0)
    assert count < len(poses(link)) <= 1 + 20
    assert link.states['Target'] == ['withheld by max_age']
    assert withheld(link) == {'TRANSFORM Target: silent': 1}
    link.send(at(2))
    assert link.states['Target'][1:] == [None] and xs(poses(link))[-1] == 2


def test_a_reset_of_simulated_time_is_no_hole_in_the_gates():
    link = gated('max_speed: {m_s: 1}, recover_after: 3')
    link.send(at(0))
    link.ros_ahead_s = -99.0
    for x in (300, 301, 302, 303):
        link.send(at(x))
    assert xs(poses(link)) == [0, 302, 303]


# -- who sends


def test_a_device_that_comes_back_elsewhere_is_compared_with_where_it_was():
    link = gated(f'{JUMP}, recover_after: 3')
    link.send(at(0))
    link.gone.add(link.peer)
    link.send(at(500), at(501), at(502), peer=Peer('tcp://10.0.0.1:4001'))
    assert xs(poses(link)) == [0, 502]


def test_two_peers_that_send_one_device_do_not_take_turns():
    link = gated(f'{JUMP}, recover_after: 2')
    other = Peer('tcp://10.0.0.2:4000')
    link.send(at(0))
    for _ in range(5):
        link.send(at(500), peer=other)
        link.send(at(0))
    assert xs(poses(link)) == [0] * 6


def test_what_was_known_outlives_other_rules():
    link = gated(JUMP)
    link.send(at(0))
    link.change('receive: [{device: "Target*", pose: true, max_jump: {m: 0.1}}]')
    link.send(at(500), at(90))
    assert xs(poses(link)) == [0, 90]
    assert withheld(link) == {'TRANSFORM Target: max_jump': 1}


def test_another_type_of_a_device_is_compared_with_what_is_on_the_topic():
    link = gated(JUMP)
    link.send(at(0), *(
        Position((x_mm, 0, 0), (0, 0, 0, 1), device_name='Target') for x_mm in (900, 20)))
    assert xs(poses(link)) == [0, 20]
    assert withheld(link) == {'POSITION Target: max_jump': 1}


def test_devices_that_share_a_topic_are_compared_with_each_other():
    link = gated(f'name: follow, {JUMP}')
    link.send(at(0, 'TargetA'), at(900, 'TargetB'), at(30, 'TargetB'))
    assert xs(poses(link, 'follow')) == [0, 30]
    assert withheld(link) == {'TRANSFORM TargetB: max_jump': 1}


# -- moved into another frame


def test_the_workspace_is_that_of_the_frame_it_is_moved_into():
    link = gated(f'{MOVED}, workspace: {{min: [0.9, -1, -1], max: [1.1, 1, 1]}}')
    place(link, 1.0)
    link.send(*map(at, (50, 150, -50, 1000)))
    assert xs(poses(link)) == [1050, 950]
    assert poses(link)[0].header.frame_id == 'base'
    assert withheld(link) == {'TRANSFORM Target: workspace': 2}


def test_a_frame_that_jumps_ends_the_repetition_and_does_not_vouch_for_itself():
    link = gated(f'{MOVED}, stamp: receive, hold_hz: 50, {JUMP}, recover_after: 3')
    place(link, 1.0)
    link.send(at(0))
    link.wait(0.2)
    assert len(poses(link)) > 5
    place(link, 2.0)
    link.wait(0.5)
    assert withheld(link) and set(xs(poses(link))) == {1000}
    count = len(poses(link))
    link.send(at(0), at(1), at(2))
    assert xs(poses(link))[count:] == [2002]


def test_what_waited_too_long_for_tf_is_withheld(monkeypatch):
    monkeypatch.setattr(transform_queue, 'WAIT_S', 99.0)
    link = gated(f'{MOVED}, stamp: receive, max_age: 0.2')
    link.send(at(1))
    link.wait(0.1)
    link.send(at(2))
    link.wait(0.15)
    place(link, 1.0)
    link.wait(0.1)
    assert withheld(link)['TRANSFORM Target: max_age'] == 1
    assert xs(poses(link)) == [1002]


def test_what_waited_for_tf_moves_no_faster_when_it_is_published(monkeypatch):
    monkeypatch.setattr(transform_queue, 'WAIT_S', 99.0)
    link = gated(f'{MOVED}, stamp: device, max_speed: {{m_s: 0.1}}')
    for n in range(11):
        link.send(at(10 * n, ns=link.now_ns))
        link.wait(0.09)
    place(link, 0.0)
    link.wait(0.1)
    assert withheld(link)['TRANSFORM Target: max_speed'] >= 5
    assert max(xs(poses(link))) <= 51


def test_repetitions_that_wait_for_tf_are_no_witnesses(monkeypatch):
    monkeypatch.setattr(transform_queue, 'WAIT_S', 99.0)
    link = gated(f'{MOVED}, stamp: receive, hold_hz: 50, {JUMP}, recover_after: 3')
    place(link, 0.0, -1)
    place(link, 0.0, 1)
    link.send(at(0))
    link.wait(1.2)
    assert link.queue.count and poses(link)
    link.send(at(500))  # it is repeated while it waits
    link.wait(0.3)
    place(link, 0.0, 5)
    link.wait(0.3)
    assert withheld(link) and set(xs(poses(link))) == {0}


@pytest.mark.parametrize('wrong_s', [-60, 60])
def test_what_is_old_is_not_made_new_by_repeating_it(wrong_s):
    link = gated(f'{MOVED}, stamp: device, max_age: 1.0, hold_hz: 20')
    place(link, 0.0, -1)
    place(link, 0.0, 1)
    link.send(at(0, ns=link.now_ns))
    assert xs(poses(link)) == [0]
    link.send(at(7, ns=link.now_ns + wrong_s * NS))  # tf knows nothing of that moment
    for _ in range(20):
        place(link, 0.0, 1)
        link.wait(0.05)
    assert xs(poses(link)) == [0]
    assert len(set(stamps(poses(link)))) == 1
