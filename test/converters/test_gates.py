"""Gates: holding, violating and recovering of each, by a clock that the test turns."""

import math

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from geometry_msgs.msg import PoseStamped, TransformStamped
from hypothesis import given
from hypothesis import strategies as st

from igtl_ros2.codec import Unknown, from_ns, registered
from igtl_ros2.codec.message import Place, place_of
from igtl_ros2.codec.messages.points import Point, PointList, Trajectories, Trajectory
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.tracking import (
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from igtl_ros2.converters import gates as module
from igtl_ros2.converters import registry
from igtl_ros2.converters.gates import Gate, Gates, Sample, age_s
from igtl_ros2.converters.registry import Converted, Route, convert_to_ros, load_converters
from igtl_ros2.mapping import MotionLimits, ReceiveRule, Workspace

NS = 10**9
LEVEL = (0.0, 0.0, 0.0, 1.0)
load_converters()  # which add keys to rules
BOX = Workspace((-0.1, -0.1, 0.0), (0.1, 0.1, 0.2))


def about_z(degrees):
    return 0.0, 0.0, math.sin(math.radians(degrees) / 2), math.cos(math.radians(degrees) / 2)


class Device:
    """A device whose poses go through gates, and the clock of the test."""

    def __init__(self, **rule):
        self.gates = Gates.of(ReceiveRule(**rule), 'TRANSFORM', None)
        self.now_s = 0.0
        self.stamp_s = 1000.0

    def send(self, x=0.0, degrees=0.0, *, after=0.1, stamp_after=None, peer='peer', age=0.0,
             tool='', new=True, position=None, orientation=None):
        """Give what withholds a pose that comes so many seconds after the one before."""
        self.now_s += after
        self.stamp_s += after if stamp_after is None else stamp_after
        sample = Sample(
            position or (x, 0.0, 0.0), orientation or about_z(degrees),
            round(self.stamp_s * NS), self.now_s, peer, new)
        return set(self.gates.about_pose(tool, 'base', sample, age))


# -- max_age


def test_max_age_holds_violates_and_recovers_with_the_next_fresh_pose():
    device = Device(max_age=0.5)
    assert device.send(age=0.5) == set()
    assert device.send(age=0.51) == {'max_age'}
    assert device.send(age=math.nan) == {'max_age'}
    assert device.send(age=0.1) == set()


def test_max_age_holds_for_stamps_of_the_future_too():
    device = Device(max_age=0.5)
    assert device.send(age=-0.5) == set()
    assert device.send(age=-0.51) == {'max_age'}
    assert device.send(age=-0.1) == set()


def test_a_silent_device_is_stale():
    gates = Device(max_age=0.5).gates
    assert not gates.is_silent(0.5)
    assert gates.is_silent(0.51) and gates.is_silent(math.nan)
    assert not Device(workspace=BOX).gates.is_silent(1e9)


def stamped(ns):
    return Transform(np.eye(4), timestamp=from_ns(ns))


def test_the_age_is_that_of_the_device_s_own_stamp_whatever_auto_makes_of_it():
    now = 1_700_000_000 * NS
    old = stamped(now - 20 * NS)
    assert age_s(old, 'auto', now, now) == pytest.approx(20)
    assert age_s(old, 'device', now, now) == pytest.approx(20)
    assert age_s(old, 'receive', now, now) == 0.0
    assert age_s(stamped(0), 'auto', now, now) == 0.0
    assert age_s(stamped(2**31 * NS), 'auto', now, now) < -4e8  # which ROS cannot say


def test_a_stamp_of_the_wall_clock_is_not_compared_with_simulated_time():
    now, simulated = 1_700_000_000 * NS, 5 * NS
    assert age_s(stamped(now - NS), 'auto', simulated, now) == pytest.approx(1)
    # with `stamp: device` stamps are in the time of ROS
    assert age_s(stamped(simulated - NS), 'device', simulated, now) == pytest.approx(1)


# -- workspace


def test_workspace_holds_violates_and_recovers_at_once():
    device = Device(workspace=BOX)
    assert device.send(0.1) == set()  # its sides belong to it
    assert device.send(0.1000001) == {'workspace'}
    assert device.send(-0.05) == set()


@pytest.mark.parametrize('position', [
    (0.11, 0, 0.1), (-0.11, 0, 0.1), (0, 0.11, 0.1), (0, -0.11, 0.1), (0, 0, 0.21), (0, 0, -0.01)])
def test_every_side_of_the_workspace(position):
    assert Device(workspace=BOX).send(position=position) == {'workspace'}


# -- max_jump


def test_max_jump_holds_violates_and_recovers_when_enough_agree():
    device = Device(max_jump=MotionLimits(m=0.05), recover_after=3)
    assert device.send(0.0) == set()
    assert device.send(0.05) == set()
    assert device.send(0.5) == {'max_jump'}
    assert device.send(0.51) == {'max_jump'}
    assert device.send(0.52) == set()
    assert device.send(0.53) == set()
    assert device.send(0.0) == {'max_jump'}


def test_max_jump_in_degrees():
    device = Device(max_jump=MotionLimits(deg=10), recover_after=2)
    assert device.send(degrees=0) == set()
    assert device.send(5.0, degrees=9.99) == set()
    assert device.send(degrees=20.1) == {'max_jump'}
    assert device.send(degrees=20.2) == set()
    # the same rotation, said with the other sign
    q = tuple(-v for v in about_z(20.2))
    assert device.send(orientation=q) == set()
    assert device.send(degrees=200.1) == {'max_jump'}


def test_what_jumps_about_never_recovers():
    device = Device(max_jump=MotionLimits(m=0.05), recover_after=3)
    device.send(0.0)
    for x in (1.0, 2.0, 1.0, 2.0, 1.0, 1.0, 2.0):
        assert device.send(x) == {'max_jump'}


def test_the_old_place_ends_the_count_of_a_new_one():
    device = Device(max_jump=MotionLimits(m=0.05), recover_after=3)
    device.send(0.0)
    for _ in range(10):
        assert device.send(1.0) == {'max_jump'}
        assert device.send(1.0) == {'max_jump'}
        assert device.send(0.0) == set()


def test_what_another_gate_withholds_ends_the_count_too():
    device = Device(max_jump=MotionLimits(m=0.05), max_age=1.0, workspace=BOX, recover_after=2)
    device.send(0.0)
    assert device.send(0.1) == {'max_jump'}
    assert device.send(0.1, age=2) == {'max_age'}
    assert device.send(0.1) == {'max_jump'}
    assert device.send(0.2) == {'workspace'}
    assert device.send(0.1) == {'max_jump'}
    assert device.send(0.1) == set()


def test_back_in_the_workspace_is_still_compared_with_where_it_was_left():
    device = Device(max_jump=MotionLimits(m=0.05), workspace=BOX)
    assert device.send(-0.1) == set()
    assert device.send(-0.12) == {'workspace'}
    assert device.send(0.1) == {'max_jump'}


def test_who_comes_back_is_compared_with_where_it_was():
    device = Device(max_jump=MotionLimits(m=0.05), max_speed=MotionLimits(m=1))
    assert device.send(0.0) == set()
    assert device.send(5.0, after=3600, peer='restarted') == {'max_jump'}


def test_two_senders_of_one_device_cannot_take_turns():
    device = Device(max_jump=MotionLimits(m=0.05), recover_after=3)
    assert device.send(0.0, peer='A') == set()
    for _ in range(20):  # the first has the floor as long as it speaks
        assert device.send(1.0, peer='B') == {'max_jump'}
        assert device.send(0.0, peer='A') == set()
    # and what two others say is not counted together
    for _ in range(5):
        assert device.send(1.0, peer='B') == {'max_jump'}
        assert device.send(1.0, peer='C') == {'max_jump'}
    assert [device.send(1.0, peer='C') for _ in range(3)] == [{'max_jump'}, set(), set()]


def test_repetitions_are_no_witnesses():
    device = Device(max_jump=MotionLimits(m=0.05), recover_after=3)
    assert device.send(0.0) == set()
    assert device.send(1.0) == {'max_jump'}
    for _ in range(10):
        assert device.send(1.0, new=False) == {'max_jump'}
    assert device.send(1.0) == {'max_jump'}
    assert device.send(1.0) == set()


# -- max_speed


def test_max_speed_holds_violates_and_recovers_when_enough_agree():
    device = Device(max_speed=MotionLimits(m=1.0), recover_after=3)
    assert device.send(0.0) == set()
    assert device.send(0.0999) == set()
    assert device.send(0.3) == {'max_speed'}
    # compared with the last one that passed, not with the last that came
    assert device.send(0.2) == set()
    for x in (1.0, 1.02, 1.04):  # enough agree, but nothing that keeps to the limit is there yet
        assert device.send(x) == {'max_speed'}
    assert device.send(1.06, after=0.6) == set()
    assert device.send(1.1) == set()


def test_max_speed_in_degrees():
    device = Device(max_speed=MotionLimits(deg=90), recover_after=2)
    assert device.send(degrees=0) == set()
    assert device.send(degrees=8.9) == set()
    assert device.send(degrees=18) == {'max_speed'}


def test_a_motion_without_time_is_too_fast_and_no_motion_is_none():
    device = Device(max_speed=MotionLimits(m=1.0, deg=1), recover_after=3)
    assert device.send(0.0) == set()
    assert device.send(0.0, stamp_after=0.0) == set()
    assert device.send(0.001, stamp_after=0.0) == {'max_speed'}
    assert device.send(0.001, stamp_after=-0.01) == {'max_speed'}
    assert device.send(0.001, degrees=1, stamp_after=0.0) == {'max_speed'}


def test_a_clock_that_is_set_back_recovers_by_the_same_rule():
    device = Device(max_speed=MotionLimits(m=1.0), recover_after=3)
    assert device.send(0.0) == set()
    assert device.send(0.01, stamp_after=-900) == {'max_speed'}
    assert device.send(0.02) == {'max_speed'}
    assert device.send(0.03) == set()
    assert device.send(0.04) == set()


def test_a_clock_that_is_set_forward_lets_no_jump_pass_for_a_slow_motion():
    device = Device(max_speed=MotionLimits(m=1.0), recover_after=3)
    assert device.send(0.0) == set()
    assert device.send(5.0, stamp_after=3600) == {'max_speed'}


def test_what_the_network_delays_is_judged_by_its_stamps():
    device = Device(max_speed=MotionLimits(m=1.0))
    assert device.send(0.0, after=0.4) == set()
    for n in range(1, 5):  # four at once that took their time
        assert device.send(n * 0.09, after=0.0, stamp_after=0.1) == set()


def test_the_clock_of_another_sender_is_not_believed():
    device = Device(max_speed=MotionLimits(m=1.0))
    assert device.send(0.0, peer='A') == set()
    assert device.send(0.4, after=0.01, stamp_after=0.49, peer='B') == {'max_speed'}


def test_repetitions_move_with_their_frame_and_leave_the_stamps_to_the_device():
    device = Device(max_speed=MotionLimits(m=1.0))
    assert device.send(0.0) == set()
    assert device.send(0.01, new=False, after=0.02) == set()
    assert device.send(0.02, new=False, after=0.02) == set()
    # stamped before the repetitions, as its way to here took time
    assert device.send(0.03, after=0.02, stamp_after=-0.01) == set()
    for _ in range(50):
        assert device.send(0.03, new=False, after=0.02) == set()
    # the frame jumps: the second in which nothing new came does not count
    assert device.send(0.5, new=False, after=0.02) == {'max_speed'}


def test_a_burst_uses_up_what_there_is_and_time_at_this_machine_fills_it_again():
    device = Device(max_speed=MotionLimits(m=0.25))
    passed = [not device.send(n * 0.12, after=0.005, stamp_after=0.5) for n in range(200)]
    assert sum(passed) == 2  # 24 m in a second otherwise: half a second of motion, no more
    device = Device(max_speed=MotionLimits(m=1.0))
    assert device.send(0.0) == set()
    assert device.send(0.5, after=0.0, stamp_after=1.0) == set()
    assert device.send(0.6, after=0.05, stamp_after=1.0) == {'max_speed'}
    assert device.send(0.6, after=0.05, stamp_after=1.0) == set()


def test_turns_are_on_a_budget_of_their_own():
    device = Device(max_speed=MotionLimits(m=1.0, deg=90))
    assert device.send(degrees=0) == set()
    assert device.send(0.5, degrees=44.9, after=0.0, stamp_after=1.0) == set()
    assert device.send(0.5, degrees=46, after=0.0, stamp_after=1.0) == {'max_speed'}
    assert device.send(0.51, degrees=44.9, after=0.0, stamp_after=1.0) == {'max_speed'}


def test_who_was_silent_may_be_as_far_as_it_can_have_got():
    device = Device(max_speed=MotionLimits(m=0.25))
    assert device.send(0.0) == set()
    assert device.send(2.01, after=8) == {'max_speed'}
    assert device.send(2.02, after=0.2) == set()
    # one that is seldom sent moves on as slowly as it may
    for n in range(1, 50):
        assert device.send(2.02 + n * 0.24, after=1.0) == set()
    # what was not used in that time is not kept
    assert device.send(13.78, after=10) == set()
    assert device.send(14.0, after=0.0, stamp_after=1.0) == {'max_speed'}


def test_repetitions_and_those_that_stand_still_neither_fill_nor_empty_the_budget():
    device = Device(max_speed=MotionLimits(m=1.0))
    assert device.send(0.0) == set()
    assert device.send(0.5, after=0.0, stamp_after=1.0) == set()
    for _ in range(100):
        assert device.send(0.5, new=False, after=0.0) == set()
        assert device.send(0.5, after=0.0, stamp_after=1.0) == set()
    assert device.send(0.51, new=False, after=0.001) == {'max_speed'}
    assert device.send(0.51, after=0.001, stamp_after=1.0) == {'max_speed'}


def test_several_senders_share_one_budget():
    device = Device(max_speed=MotionLimits(m=1.0))
    assert device.send(0.0, peer='A') == set()
    passed = [not device.send(n * 0.01, after=0.001, stamp_after=0.05, peer='AB'[n % 2])
              for n in range(1, 200)]
    assert sum(passed) < 71


def test_a_position_alone_does_not_make_the_last_orientation_forgotten():
    device = Device(max_jump=MotionLimits(deg=5), max_speed=MotionLimits(deg=90))
    assert device.send(degrees=0) == set()
    device.now_s += 0.1
    sample = Sample((0.0, 0.0, 0.0), None, round(device.stamp_s * NS) + 1, device.now_s, 'peer')
    assert device.gates.about_pose('', 'base', sample, 0.0) == {}
    assert device.send(degrees=90) == {'max_jump', 'max_speed'}


def test_alternating_places_cannot_move_it_at_will():
    device = Device(max_speed=MotionLimits(m=1.0), recover_after=3)
    device.send(0.0)
    places = [x for _ in range(300) for x in (1.0, 1.0, 1.0, 0.0, 0.0, 0.0)]
    published = [0.0]
    for x in places:
        if not device.send(x, after=0.001, stamp_after=0.02):
            published.append(x)
    path = sum(abs(b - a) for a, b in zip(published, published[1:]))
    assert path <= 0.5 + len(places) * 0.001
    # by jumps alone nothing says how fast: once in a second
    device = Device(max_jump=MotionLimits(m=0.05), recover_after=3)
    device.send(0.0)
    found = [(x, device.send(x, after=0.001)) for x in places]
    moves = [x for x, wrong in found if not wrong]
    assert sum(a != b for a, b in zip(moves, moves[1:])) <= 3


# -- what is no number, what is too much, and other frames


@pytest.mark.parametrize('value', [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_never_passes_and_is_not_remembered(value):
    device = Device(max_jump=MotionLimits(m=0.05, deg=5), max_speed=MotionLimits(m=1, deg=90),
                    workspace=BOX)
    assert 'not finite' in device.send(value)
    assert device.send(0.0) == set()
    for _ in range(10):
        assert 'not finite' in device.send(value)
        assert 'not finite' in device.send(orientation=(0.0, 0.0, value, 1.0))
    assert device.send(0.01) == set()
    assert device.send(0.2) >= {'workspace'}


def test_tools_are_judged_one_by_one_and_there_is_an_end_to_them(monkeypatch):
    monkeypatch.setattr(module, 'MAX_TOOLS', 2)
    device = Device(max_jump=MotionLimits(m=0.05))
    assert device.send(0.0, tool='A') == set()
    assert device.send(1.0, tool='B') == set()
    assert device.send(0.0, tool='C') == {'too many tools'}
    assert device.send(1.0, tool='A') == {'max_jump'}
    assert device.send(1.0, tool='B') == set()


def test_other_rules_go_on_from_what_was_known_in_the_same_frame():
    device = Device(max_speed=MotionLimits(m=1))
    device.send(0.0)
    device.gates = Gates.of(ReceiveRule(max_jump=MotionLimits(m=0.05)), 'TRANSFORM', device.gates)
    assert device.send(1.0) == {'max_jump'}
    sample = Sample((1.0, 0.0, 0.0), LEVEL, 0, 0.0)
    assert device.gates.about_pose('', 'elsewhere', sample, 0.0) == {}


def test_a_position_alone_has_no_rotation_to_judge():
    device = Device(max_jump=MotionLimits(m=0.05, deg=1))
    assert device.send(degrees=0) == set()
    sample = Sample((0.0, 0.0, 0.0), None, 0, 1.0)
    assert device.gates.about_pose('', 'base', sample, 0.0) == {}


def test_only_gates_that_make_sense_for_a_type():
    everything = ReceiveRule(max_age=1.0, max_jump=MotionLimits(m=1), workspace=BOX)
    assert Gates.of(everything, 'IMAGE', None) is None
    assert Gates.of(ReceiveRule(), 'TRANSFORM', None) is None
    points = Gates.of(everything, 'POINT', None)
    assert not points.is_silent(100)
    assert set(points.about_box([(9.0, 0.0, 0.0)])) == {'workspace'}
    assert Gates.of(ReceiveRule(max_age=1.0), 'POINT', None) is None


# -- types of which nobody has said what to look at


def any_gate_of(rule, type_name):
    gates = Gates.of(rule, type_name, None)
    return gates and Gate(gates, stamp_ns=0, seen_s=0.0, age_s=0.0)


@pytest.mark.parametrize('rule', [
    ReceiveRule(max_age=1.0), ReceiveRule(workspace=BOX), ReceiveRule(max_jump=MotionLimits(m=1)),
    ReceiveRule(max_speed=MotionLimits(m=1)),
])
def test_what_gates_know_nothing_about_does_not_pass(rule):
    gate = any_gate_of(rule, 'NEEDLE')
    route = Route('D', 'base', 'D', rule, gate=gate)
    result = convert_to_ros(Unknown(type_name='NEEDLE', device_name='D'), route, Time())
    assert (result.outputs, result.transforms) == ({}, [])
    assert result.state == 'withheld by type'
    assert gate.withheld == {('', 'type'): 'no gate knows what to look at in a NEEDLE'}
    assert not gate.gates.is_silent(1e9)


def test_what_is_made_without_asking_a_gate_does_not_pass(monkeypatch):
    def forgetful(message, route, stamp):
        return Converted(outputs={'pose': PoseStamped()}, transforms=[TransformStamped()])

    tools = TrackingData([TrackingElement('A', np.eye(4))])
    for rule, message in ((ReceiveRule(max_age=1.0), Transform(np.eye(4))),
                          (ReceiveRule(workspace=BOX), tools)):
        monkeypatch.setitem(registry._TO_ROS, type(message), forgetful)
        gate = any_gate_of(rule, message.type_name)
        route = Route('D', 'base', 'D', rule, gate=gate)
        result = convert_to_ros(message, route, Time())
        assert (result.outputs, result.transforms) == ({}, [])
        assert (result.state, [*gate.withheld]) == ('withheld by type', [('', 'type')])
    route = Route('D', 'base', 'D', ReceiveRule())
    assert list(convert_to_ros(Transform(np.eye(4)), route, Time()).outputs) == ['pose']


def test_without_gates_a_type_that_nobody_knows_passes():
    assert any_gate_of(ReceiveRule(), 'NEEDLE') is None
    route = Route('D', 'base', 'D', ReceiveRule())
    result = convert_to_ros(Unknown(type_name='NEEDLE', device_name='D'), route, Time())
    assert list(result.outputs) == ['raw']


@pytest.mark.parametrize('name', sorted(registered()))
def test_every_type_of_the_codec_says_what_of_it_is_in_space(name):
    assert place_of(name) > Place.UNKNOWN


# -- random walks


steps = st.lists(st.tuples(
    st.floats(-0.2, 0.2), st.floats(-40, 40), st.sampled_from([0.0, 0.01, 0.1, 0.5, 3.0]),
    st.sampled_from([None, None, None, -50.0, 0.0, 50.0]), st.sampled_from('AAAB'),
    st.booleans(), st.sampled_from([0.0, 0.0, 0.0, 9.0])), max_size=60)


@given(steps)
def test_what_passes_is_within_the_limits_or_was_witnessed(walk):
    needed = 4
    jump, speed = MotionLimits(m=0.06, deg=15), MotionLimits(m=0.5, deg=100)
    box = Workspace((-0.5, -1, -1), (0.5, 1, 1))
    device = Device(max_jump=jump, max_speed=speed, workspace=box, max_age=1.0,
                    recover_after=needed)
    x = turn = 0.0
    last, held_back = None, 0
    for dx, dturn, after, stamp_after, peer, new, age in walk:
        x, turn = x + dx, turn + dturn
        wrong = device.send(x, turn, after=after, stamp_after=stamp_after, peer=peer, age=age,
                            new=new)
        inside = -0.5 <= x <= 0.5 and age <= 1.0
        if wrong:
            assert inside <= bool(wrong & {'max_jump', 'max_speed'})
            held_back += new
            continue
        assert inside
        if last is not None:
            distance, angle = abs(x - last[0]), abs((turn - last[1] + 180) % 360 - 180)
            if distance > jump.m + 1e-9 or angle > jump.deg + 1e-6:
                assert held_back >= needed - 1 and new
        last, held_back = (x, turn), 0


#: by how much stamp and arrival go on, where it is, who sends it, and whether it is new
attacks = st.lists(st.tuples(
    st.sampled_from([-5.0, -0.01, 0.0, 0.001, 0.02, 0.5, 3.0, 1e4]) | st.floats(-2, 2),
    st.sampled_from([0.0, 0.0, 0.0, 0.001, 0.02, 0.3, 2.0]) | st.floats(0, 0.1),
    st.sampled_from([0.0, 0.05, 0.12, 0.2, 1.0]) | st.floats(-1, 1),
    st.sampled_from([0.0, 10.0, 180.0]) | st.floats(-180, 180),
    st.sampled_from('AAAB'), st.sampled_from([True, True, True, False]),
), min_size=1, max_size=120)


@given(attacks, st.integers(2, 5), st.booleans())
def test_no_stamps_and_arrivals_move_it_faster_than_the_rule(attack, needed, jumps):
    speed = MotionLimits(m=0.25, deg=90)
    device = Device(max_speed=speed, recover_after=needed,
                    max_jump=MotionLimits(m=0.15, deg=30) if jumps else None)
    shown = []  # when, where
    for stamp_after, after, x, turn, peer, new in attack:
        if not device.send(x, turn, after=after, stamp_after=stamp_after, peer=peer, new=new):
            shown.append((device.now_s, x, turn))
    for first in range(len(shown)):
        path = turned = 0.0
        for last in range(first + 1, len(shown)):
            (_, x0, turn0), (now_s, x1, turn1) = shown[last - 1], shown[last]
            path += abs(x1 - x0)
            turned += abs((turn1 - turn0 + 180) % 360 - 180)
            # from when it was published somewhere, whatever was believed since
            window_s = now_s - shown[first][0] + module.BURST_S
            assert path <= speed.m * window_s + 1e-6
            assert turned <= speed.deg * window_s + 1e-4


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=50), st.integers(2, 6))
def test_who_keeps_still_is_believed_in_the_end(places, needed):
    device = Device(max_jump=MotionLimits(m=0.01), max_speed=MotionLimits(m=0.1),
                    recover_after=needed)
    for x in places:
        device.send(x)
    # as long as it takes from one end to the other
    found = [device.send(0.5) for _ in range(needed + 150)]
    assert found[-1] == set()


@given(st.lists(st.tuples(st.floats(-0.0099, 0.0099), st.floats(-0.9, 0.9)), max_size=50))
def test_who_keeps_to_the_limits_is_never_withheld(walk):
    device = Device(max_jump=MotionLimits(m=0.01, deg=1), max_speed=MotionLimits(m=0.1, deg=10))
    x = turn = 0.0
    for dx, dturn in walk:
        x, turn = x + dx, turn + dturn
        assert device.send(x, turn) == set()


# -- in converters


def convert(message, gate, **rule):
    assert load_converters() == []
    route = Route('Target', 'base', 'tool', ReceiveRule(**rule), gate=gate)
    return convert_to_ros(message, route, Time())


def gate_of(type_name, memory=None, seen_s=1.0, **rule):
    gates = Gates.of(ReceiveRule(**rule), type_name, memory)
    return Gate(gates, round(seen_s * NS), seen_s, 0.0)


def at(x_mm):
    matrix = np.eye(4)
    matrix[0, 3] = x_mm
    return matrix


FAR = 'withheld by workspace'
Q = (0, 0, 0, 1)


@pytest.mark.parametrize('message, told', [
    (Transform(at(150)), 'matrix'),
    (Position((150, 0, 0), Q), 'quaternion'),
    (Position((150, 0, 0)), 'position')])
def test_a_pose_is_withheld_from_every_form_and_info_has_it(message, told):
    gate = gate_of(message.type_name, workspace=BOX)
    result = convert(message, gate, tf='dynamic', pose=True)
    assert (result.outputs, result.transforms, result.state) == ({}, [], FAR)
    assert told in result.info
    assert list(gate.withheld) == [('', 'workspace')]
    near = Transform(at(50)) if told == 'matrix' else Position((50, 0, 0), Q)
    assert convert(near, gate, tf='dynamic').transforms


def tdata(**places):
    return TrackingData([TrackingElement(n, at(x)) for n, x in places.items()])


def qtdata(**places):
    return QuaternionTrackingData(
        [QuaternionElement(n, np.array((x, 0, 0)), np.array(Q)) for n, x in places.items()])


@pytest.mark.parametrize('make', [tdata, qtdata])
def test_tools_are_withheld_one_by_one(make):
    gate = gate_of('TDATA', workspace=BOX)
    result = convert(make(Near=50, Far=150), gate, split=True, tf='dynamic')
    assert list(result.outputs) == ['tools/Near/pose', 'tracking']
    assert len(result.outputs['tracking'].poses) == 1
    assert [t.child_frame_id for t in result.transforms] == ['Near']
    assert result.info['names'] == ['Near'] and list(result.info['matrices']) == ['Far']
    assert result.state == f'Far: {FAR}'
    assert list(gate.withheld) == [('Far', 'workspace')]


def test_tools_that_share_a_name_are_withheld_where_there_are_gates():
    twice = TrackingData([TrackingElement('A', at(1)), TrackingElement('A', at(2))])
    result = convert(twice, gate_of('TDATA', max_jump=MotionLimits(m=1)))
    assert result.outputs['tracking'].poses == []
    assert result.state == 'A: withheld by name'


def test_the_number_of_a_tool_without_a_name_is_not_who_it_is():
    limits = {'max_jump': MotionLimits(m=0.05)}
    gate = gate_of('TDATA', **limits)
    two = TrackingData([TrackingElement('', at(0)), TrackingElement('', at(20))])
    assert convert(two, gate).outputs['tracking'].poses == []
    one = TrackingData([TrackingElement('', at(0)), TrackingElement('B', at(500))])
    assert len(convert(one, gate).outputs['tracking'].poses) == 2
    behind = TrackingData([TrackingElement('B', at(500)), TrackingElement('', at(900))])
    result = convert(behind, gate)
    assert result.info['names'] == ['B']
    assert list(result.info['withheld'].values()) == ['withheld by max_jump']


def test_what_moves_one_frame_of_tf_is_one_tool_whatever_it_is_called():
    gate = gate_of('TDATA', max_jump=MotionLimits(m=0.05))
    more = {'tf': 'dynamic', 'frame': 'Base'}

    def frames(message):
        route = Route('ToolToBase', 'Base', 'Tool', ReceiveRule(**more), gate=gate)
        return [(t.child_frame_id, t.transform.translation.x)
                for t in convert_to_ros(message, route, Time()).transforms]

    assert frames(Transform(at(0))) == [('Tool', 0.0)]
    assert frames(tdata(ToolToBase=900)) == []
    assert frames(tdata(ToolToBaseTransform=910)) == []
    assert frames(tdata(ToolToBase=10, ToolToBaseTransform=920)) == [('Tool', 0.01)]
    assert frames(tdata(Needle=500, NeedleToBase=5)) == [('Needle', 0.5)]


def test_an_invalid_pose_is_not_remembered_as_where_the_tool_was():
    gate = gate_of('TRANSFORM', max_jump=MotionLimits(m=0.05))
    lost = Transform(at(900), metadata={'TransformStatus': 'OUT_OF_VIEW'})
    assert convert(Transform(at(0)), gate).outputs
    assert convert(lost, gate).state == 'OUT_OF_VIEW'
    assert convert(Transform(at(10)), gate).outputs
    assert not convert(Transform(at(910)), gate).outputs


def points(*places):
    return PointList([Point(str(n), (x, 0, 0)) for n, x in enumerate(places)])


def test_a_list_of_points_is_withheld_as_a_whole():
    more = {'split': True, 'markers': True, 'cloud': True, 'trajectory': ('0', '1')}
    gate = gate_of('POINT', workspace=BOX)
    result = convert(points(50, 150), gate, **more)
    assert (result.outputs, result.state) == ({}, FAR)
    assert result.info['labels'] == ['0', '1']
    assert result.info['positions'] == [[0.05, 0, 0], [0.15, 0, 0]]
    result = convert(points(50, math.nan), gate_of('POINT', workspace=BOX), **more)
    assert (result.outputs, result.state) == ({}, FAR)
    assert 'markers' in convert(points(50, 60), gate_of('POINT', workspace=BOX), **more).outputs


def test_a_list_of_paths_is_withheld_as_a_whole():
    def paths(*targets):
        return Trajectories([Trajectory(str(n), (0, 0, 0), (x, 0, 0))
                             for n, x in enumerate(targets)])

    more = {'split': True, 'markers': True}
    for bad in (150, math.nan):
        result = convert(paths(50, bad), gate_of('TRAJ', workspace=BOX), **more)
        assert (result.outputs, result.state) == ({}, FAR)
        assert '0' in result.info['names']
    assert 'markers' in convert(paths(50, 60), gate_of('TRAJ', workspace=BOX), **more).outputs


def test_tools_that_were_not_seen_for_long_make_room_and_are_believed_no_more_at_once(monkeypatch):
    monkeypatch.setattr(module, 'MAX_TOOLS', 2)
    gates = Gates.of(ReceiveRule(max_jump=MotionLimits(m=0.05), recover_after=3), 'TDATA', None)

    def at(tool, x, second):
        sample = Sample((x, 0.0, 0.0), None, round(second * 1e9), second)
        return list(gates.about_pose(tool, 'base', sample, 0.0))

    assert at('A', 0.0, 0.0) == []
    assert at('B', 0.0, 5.0) == []
    assert at('C', 0.0, 9.0) == ['too many tools']
    # A makes room; nobody can tell that C, or A when it comes back, was not elsewhere before
    found = [at('C', 0.0, 10.0 + n / 10) for n in range(4)]
    assert found == [['forgotten'], ['forgotten'], [], []]
    assert at('C', 0.5, 11.0) == ['max_jump']
    found = [at('A', x, 20.0 + n / 10) for n, x in enumerate((0.9, 0.1, 0.9, 0.9, 0.9))]
    assert found == [['forgotten']] * 4 + [[]]


def test_a_box_needs_no_memory(monkeypatch):
    monkeypatch.setattr(module, 'MAX_TOOLS', 1)
    box = Workspace((-1, -1, -1), (1, 1, 1))
    gates = Gates.of(ReceiveRule(workspace=box), 'TDATA', None)
    for number in range(3):
        sample = Sample((0.0, 0.0, 0.0), None, 0, 100.0 * number)
        assert gates.about_pose(f'T{number}', 'base', sample, 0.0) == {}
