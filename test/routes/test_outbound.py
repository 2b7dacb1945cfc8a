"""Whole ways out, without ROS, threads and clocks: what comes, and what is to be done."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from geometry_msgs.msg import PoseStamped, TransformStamped
from outward import NS, TURN, Peers, at, places, posed, sent, tf_route, told, topic, words
from sensor_msgs.msg import CompressedImage
from std_msgs.msg import Float64MultiArray, UInt8MultiArray
from std_msgs.msg import String as RosString

from igtl_ros2.codec import encode
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import Status, StatusCode, String
from igtl_ros2.codec.messages.tracking import TrackingElement
from igtl_ros2.converters.handover import Handed
from igtl_ros2.converters.lazy import LazyPoseStamped, LazyTransform
from igtl_ros2.converters.registry import sender
from igtl_ros2.converters.tf_tree import LookupFailed
from igtl_ros2.routes.descriptions import Descriptions
from igtl_ros2.routes.effects import (
    Count,
    Later,
    LookUp,
    Order,
    Remember,
    Retract,
    Sent,
    Tell,
    WantKeyFrame,
)
from igtl_ros2.routes.outbound import outbound_route
from igtl_ros2.routes.outbound_steps import WireSources
from igtl_ros2.routes.source_age import Expiry
from igtl_ros2.routes.sources import LinkSource, TfSource, TopicSource
from igtl_ros2.rules import ReceiveRule, SendRule, TfFrame

LONG = PointList([Point(str(number), (0, 0, 0)) for number in range(3000)])
STOP = Status(StatusCode.EMERGENCY)


@pytest.fixture
def peers():
    return Peers()


# -- what is asked for, and nothing else


def test_a_plain_rule_converts_and_sends(peers):
    route = topic(peers)
    assert route.steps == ['WorkerQueue', 'Convert', 'SendStep']
    assert 'WorkerQueue' not in topic(peers, is_long=None).steps
    route.hold(True)
    assert route.steps == ['HeldTopic', 'WorkerQueue', 'Convert', 'SendStep']
    route.hold(False)
    assert 'HeldTopic' not in route.steps


@pytest.mark.parametrize('keys, step', [
    ({'rate': 5.0}, 'RateLimit'), ({'to_frame': 'x'}, 'Place'), ({'max_age': 1.0}, 'MaxAge'),
    ({'on_change': True}, 'OnChange'), ({'keepalive': 1.0}, 'KeepAlive'),
])
def test_a_key_adds_its_step(peers, keys, step):
    plain = topic(peers).steps
    steps = topic(peers, **keys).steps
    assert [one for one in steps if one not in plain] == [step]


def test_poses_of_a_batch_leave_together(peers):
    (effect,) = topic(peers).take([posed(0.001), posed(0.002), posed(0.003)], at(5))
    assert places([effect]) == [1, 2, 3]
    message = effect.messages[0]
    assert message.metadata == {'ros_frame_id': 'base', 'ros_stamp': '1.000000000'}
    assert message.device_name == 'Tool' and abs(message.timestamp_ns - NS) <= 1


@pytest.mark.parametrize('kind, message', [
    (TransformStamped, posed(0.5)), (PoseStamped, LazyPoseStamped(
        NS, ('base', ''), (0.5, 0, 0, *TURN))),
])
def test_nobody_looks_inside_a_pose_that_is_sent(peers, kind, message):
    kept = type(message)
    route = topic(peers, kind, rate=1.0, on_change=True, keepalive=1.0, max_age=99.0)
    out = []
    route.finish(route.convert(route.release(at(1), out), at(1), out), at(1), out)
    route.take([message], at(1))
    items = route.release(at(1), out)
    route.finish(route.convert(items, at(1), out), at(1), out)
    assert places(out) == [500] and type(message) is kept


def test_what_is_no_pose_costs_the_others_nothing(peers):
    wrong = LazyTransform(NS, ('base', 'tool'), (0, 0, 0, 0, 0, 0, 0))
    effects = topic(peers).take([posed(0.001), wrong, posed(0.002)], at(1))
    assert places(effects) == [1, 2]
    assert told(effects) == [(Count.PROBLEM, '/a/Tool/transform')]


# -- from whom it came


def test_nobody_gets_his_own_values(peers):
    peers.from_whom['Tool'] = 'b'
    effects = topic(peers).take([posed(0.001)], at(1))
    assert [exclude for _, exclude in sent(effects)] == [('b',)]
    assert told(effects) == [(Count.LEFT_OUT, 'Tool: echo')]
    peers.from_whom['Tool'] = 'gone'
    assert [exclude for _, exclude in sent(topic(peers).take([posed(0.001)], at(1)))] == [()]


def test_two_sources_of_one_device_are_told(peers):
    shared, said = WireSources(), []
    for name in ('/a', '/b'):
        rule = SendRule('Tool', topic=name)
        source = TopicSource(
            name, rule, RosString, sender(RosString), Descriptions('plain'), peers, peers,
            whole=lambda value: value, stamp_of_value=lambda value: 0,
            is_long=lambda value: False, is_published=lambda: True)
        said += told(outbound_route(rule, source, shared).take([words(1)], at(1)))
    assert said == [(Count.PROBLEM, 'STRING Tool: two sources')]


# -- when


def test_a_rate_lets_the_newest_pass_and_counts_the_others(peers):
    route, out = topic(peers, rate=2.0), []
    effects = route.take([posed(0.001), posed(0.002)], at(1))
    effects += route.take([posed(0.003)], at(1.1))
    assert sent(effects) == []
    assert told(effects) == 2 * [(Count.LEFT_OUT, 'Tool: by rate')]
    items = route.release(at(1.5), out)
    route.finish(route.convert(items, at(1.5), out), at(1.5), out)
    assert places(out) == [3]
    assert route.release(at(2), out) == []


def state(level, **values):
    pairs = [KeyValue(key=key, value=value) for key, value in values.items()]
    return DiagnosticArray(status=[DiagnosticStatus(level=level, values=pairs)])


def test_an_emergency_waits_for_no_rate_and_for_no_worker(peers):
    emergency = state(b'\2', igtl_code='3')
    route = topic(peers, DiagnosticArray, '/a/status', rate=1.0, max_age=0.001, on_change=True)
    for seconds in (1, 2):
        effects = route.take([state(b'\0'), emergency], at(seconds))
        assert [message.is_emergency for message, _ in sent(effects)] == [True]
        assert told(effects) == [(Count.LEFT_OUT, 'Tool: by rate')]
    assert route.release(at(3), []) == []  # what waited is older
    route = topic(peers, DiagnosticArray, '/a/status', type='STATUS')
    route.queue._takes_long = True
    route.take([state(b'\0')], at(1))
    route.queue._takes_long = False
    assert route.take([state(b'\0')], at(1)) == [Later()]
    assert len(sent(route.take([emergency], at(1)))) == 1


def test_what_does_not_change_is_left_out(peers):
    route = topic(peers, on_change=True, eps=0.002)
    effects = [
        effect for number, x in enumerate((1.0, 1.001, 1.004, 1.004))
        for effect in route.take([posed(x, number)], at(number))]
    assert places(effects) == [1000, 1004]
    assert told(effects) == 2 * [(Count.LEFT_OUT, 'Tool: unchanged')]


def test_the_last_value_is_repeated_while_somebody_publishes(peers):
    route = topic(peers, keepalive=1.0)
    assert isinstance(route.take([posed(0.001), posed(0.002)], at(1))[-1], Sent)
    assert places(route.repeat(at(2))) == [2]
    peers.peers = []
    assert told(route.repeat(at(3))) == [(Count.PROBLEM, '/a/Tool/transform: keepalive')]
    assert route.repeat(at(4)) == []


def test_what_is_too_old_is_withheld_and_taken_back_once(peers):
    route = topic(peers, max_age=1.0, keepalive=9.0, on_change=True)
    assert places(route.take([posed(0.001, 10)], at(10))) == [1]
    assert route.look_at_age(at(10.5)) == []
    effects = route.look_at_age(at(11.5))
    assert told(effects) == [(Count.PROBLEM, 'Tool: stale')]
    (back,) = [one for one in effects if isinstance(one, Retract)]
    assert back.last.affine[9] == 1.0 and back.state.metadata['TransformStatus'] == 'MISSING'
    late = route.take([posed(0.002, 10.1)], at(12))
    assert told(late) == [(Count.WITHHELD, '/a/Tool/transform: max_age')] and not sent(late)
    assert route.repeat(at(12)) == []
    ((again, _),) = sent(route.take([posed(0.001, 12)], at(12)))  # though it is where it was
    assert again.metadata['TransformStatus'] == 'OK'


# -- where


def test_what_is_to_be_moved_is_sent_when_its_place_is_known(peers):
    route, out = topic(peers, to_frame='ras'), []
    (look,) = route.take([posed(0.001, 3)], at(5))
    assert (look.frames, look.stamp_ns) == (['base'], 3 * NS) and isinstance(look, LookUp)
    place = np.eye(4)
    place[0, 3] = 1.0
    items = route.place.move(look.item, look.frames, {'base': place}, out)
    route.finish(items, at(6), out)
    ((message, _),) = sent(out)
    assert round(message.affine[9]) == 1001 and message.metadata['ros_frame_id'] == 'ras'


def test_what_names_no_frame_is_not_moved(peers):
    effects = topic(peers, to_frame='ras').take([posed(0.001, frame=''), posed(0.002)], at(1))
    assert told(effects) == [(Count.PROBLEM, '/a/Tool/transform')]
    assert [type(effect) for effect in effects] == [Tell, LookUp]


# -- what takes long


def test_what_takes_long_and_what_comes_behind_it_is_for_a_worker(peers):
    route, out = topic(peers, RosString, '/a/text'), []
    assert [m.text for m, _ in sent(route.take([words(1)], at(1)))] == ['1']
    assert route.take([words('x' * 10), words(2)], at(1)) == [Later(), Later()]
    for text in ('x' * 10, '2'):
        route.finish(route.convert(route.queue.next(), at(2), out), at(2), out)
        route.queue.done()
        assert sent(out)[-1][0].text == text
    assert sent(route.take([words(3)], at(3)))


def test_a_bind_of_another_link_with_an_emergency_waits_for_no_rate(peers):
    for bind in (Bind([STOP]), Bind([LONG, STOP])):
        route = raw_of_link(peers, rate=1.0)
        found = sent(route.take([handed_on(bind)], at(1)))
        assert [message.is_emergency for message, _ in found] == [True]


def raw_of_link(peers, depth=5, **keys):
    rule = SendRule('Set', topic='/x/raw', **keys)
    return outbound_route(
        rule, LinkSource('/x/raw', rule, Descriptions('plain'), peers), WireSources(),
        depth=depth)


def test_nothing_that_an_emergency_has_overtaken_ends_it(peers):
    frames = [
        encode(Image.from_array(np.zeros((1, 50, 50), np.uint8))), encode(Status(1)),
        encode(Status(StatusCode.EMERGENCY))]
    route, out = topic(
        peers, UInt8MultiArray, '/a/raw', is_long=lambda value: len(value.data) > 999), []
    out += route.take([UInt8MultiArray(data=frame) for frame in frames], at(1))
    work(route, out)
    assert [encode(message) for message, _ in sent(out)] == [frames[2], *frames]


def work(route, out, meanwhile=lambda: None):
    """Do all that is for a worker; something happens while it does the first."""
    for _ in range(out.count(Later())):
        items = route.queue.next()
        meanwhile()
        meanwhile = int
        while True:
            route.finish(route.convert(items, at(2), out), at(2), out)
            if not (items := route.queue.done()):
                break


def handed_on(message):
    raw = UInt8MultiArray(data=encode(message))
    return Handed(object(), message, 'raw', raw, '', 5, ReceiveRule())


def test_many_emergencies_take_no_room_from_what_they_overtake(peers):
    route, out = raw_of_link(peers, depth=3), []
    values = [handed_on(replace(LONG, device_name=f'Plan{n}')) for n in range(3)]
    for value in values:
        out += route.take([value, handed_on(STOP)], at(1))
    out += route.take([handed_on(STOP)] * 9, at(1))
    assert [m.type_name for m, _ in sent(out)] == ['STATUS'] * 12 and not told(out)
    begun = len(out)
    out += route.take([handed_on(Status(1))], at(1))  # it ends it, and one too many waits
    assert told(out) == [(
        Count.LEFT_OUT, '/x/raw: a newer one came while others were converted')]
    work(route, out)
    kinds = [getattr(m, 'code', m.device_name) for m, _ in sent(out[begun:])]
    assert [kind for kind in kinds if kind != STOP.code] == ['Plan1', 'Plan2', Status(1).code]
    # the last word is the newest; no more copies come than there is room for values
    assert kinds[-2:] == [STOP.code, Status(1).code] and kinds.count(STOP.code) == 3
    assert [m.code for m, _ in sent(route.take([handed_on(Status(1))], at(3)))] == [1]


@pytest.mark.parametrize('depth', [1, 2, 3])
def test_nothing_stays_behind_where_what_an_emergency_has_overtaken_gave_way(peers, depth):
    route, out = raw_of_link(peers, depth=depth), []
    plans = [handed_on(replace(LONG, device_name=f'Plan{n}')) for n in range(depth)]
    for item in (plans[0], handed_on(STOP), *plans[1:], handed_on(Status(1))):
        out += route.take([item], at(1))
    assert len(told(out)) == 1  # the first plan
    work(route, out)
    assert sent(out)[-1][0].code == 1 and route.queue.next() == []
    # a later emergency is the last word, and all that comes then takes its turn
    out = route.take([handed_on(STOP)], at(3))
    assert [message.code for message, _ in sent(out)] == [STOP.code] and Later() not in out
    for plan in plans:
        begun = route.take([plan], at(4))
        work(route, begun)
        assert [message.type_name for message, _ in sent(begun)] == ['POINT']


def test_an_emergency_comes_again_behind_what_the_worker_has_in_its_hands(peers):
    route, out = raw_of_link(peers), []
    out += route.take([handed_on(LONG)], at(1))
    late = []
    work(route, out, lambda: late.extend(route.take([handed_on(STOP)], at(2))))
    assert [m.type_name for m, _ in sent(late)] == ['STATUS']
    assert [m.type_name for m, _ in sent(out)] == ['POINT', 'STATUS']
    assert route.queue.next() == []


def test_without_room_in_the_worker_no_emergency_waits_for_what_will_not_come(peers):
    route = raw_of_link(peers)
    assert route.take([handed_on(LONG)], at(1)) == [Later()]
    assert sent(route.take([handed_on(STOP)], at(1)))
    route.queue.no_room()
    assert route.queue.next() == []


def test_no_more_waits_for_a_worker_than_there_is_room_for(peers):
    route = topic(peers, RosString, '/a/text', depth=2)
    effects = route.take([words('x' * 10 + str(n)) for n in range(5)], at(1))
    assert effects.count(Later()) == 2
    assert len(told(effects)) == 3
    assert [item.value.data[-1] for _ in range(3) for item in route.queue.next()] == ['3', '4']
    assert topic(peers, RosString, '/a/text').queue.next() == []


def test_a_worker_without_room_gives_back(peers):
    route = topic(peers, RosString, '/a/text')
    assert route.take([words('x' * 10)], at(1)) == [Later()]
    route.queue.no_room()
    assert route.queue.next() == [] and sent(route.take([words(1)], at(1)))


def video(is_key, number=0):
    unit = 0x65 if is_key else 0x41
    data = bytes((0, 0, 0, 1, 0x67, 0x42, 0, 0x1E, 0, 0, 0, 1, unit, 0x88, number))
    return CompressedImage(format='h264', data=data if is_key else data[8:])


def test_frames_of_video_behind_a_lost_one_wait_for_a_key_frame(peers):
    route = topic(peers, CompressedImage, '/a/video', type='VIDEO', depth=5, dims=(8, 8, 1))
    assert route.take([video(True), video(False)], at(1)) == [Later(), Later()]
    route.lose_before()
    useless = route.take([video(False)], at(2))
    assert told(useless) == [
        (Count.LEFT_OUT, '/a/video: frames behind a lost one, before a key frame')]
    assert route.take([video(True)], at(3)) == [Later()]
    out = []
    items = route.convert(route.queue.next(), at(4), out)
    route.lose()  # it is lost on its way out
    items = route.convert(route.queue.next(), at(4), out)
    route.finish(items, at(4), out)
    assert WantKeyFrame(('VIDEO', 'Tool')) in out and not sent(out)


# -- what is said of it


def test_what_holds_is_sent_again_when_more_is_known_of_it(peers):
    said = Descriptions('plain')
    route = topic(peers, RosString, '/a/text', said=said)
    assert not any(isinstance(one, Remember) for one in route.take([words(1)], at(1)))
    route.hold(True)
    (hold,) = [one for one in route.take([words(2)], at(1)) if isinstance(one, Remember)]
    again = []
    said.remember('Tool', '/a/text', hold.stamp_ns, lambda: again.append(hold.value))
    (send_again,) = said.take_info('Tool', '{"a": 1}')
    send_again()
    assert again == [words(2)]
    assert said.take_info('Tool', '{"a": 2}') == []
    (send_again,) = said.take_info('Tool', '{"stamp": {"sec": 0, "nanosec": 7}}')
    assert len(said.take_geometry('/a', [1.0] * 16)) == 1
    assert said.take_geometry('/a', [1.0] * 16) == []


def remembered(effects):
    return [one for one in effects if isinstance(one, Remember)]


def test_the_last_value_of_a_stream_is_sent_again_when_what_it_lacked_is_said(peers):
    said, again = Descriptions('plain'), []
    route = topic(peers, Float64MultiArray, '/a/sensor', said=said)
    for number in (1.0, 2.0):
        (hold,) = remembered(route.take([Float64MultiArray(data=[number])], at(number)))
        said.remember_stream(
            'Tool', '/a/sensor', hold.wanting, partial(again.append, hold.value))
    for send_again in said.take_info('/a', '{"unit_word": 7}'):
        send_again()
    assert [value.data.tolist() for value in again] == [[2.0]]
    effects = route.take(again, at(3))
    assert not remembered(effects)
    assert [message.unit for message, _ in sent(effects)] == [7]
    assert said.take_geometry('/a', [1.0] * 16) == []  # it lacks nothing any more


@pytest.mark.parametrize('say', [
    lambda said: said.take_info('/a', '{"unit_word": 7}'),
    lambda said: said.take_geometry('Tool', [1.0] * 16)])
def test_what_is_said_while_a_stream_is_converted_is_not_missed(peers, say):
    said, again = Descriptions('plain'), []
    route = topic(peers, Float64MultiArray, '/a/sensor', said=said)
    (hold,) = remembered(route.take([Float64MultiArray(data=[1.0])], at(1)))
    say(said)
    said.remember_stream('Tool', '/a/sensor', hold.wanting, lambda: again.append(hold.value))
    assert again == [hold.value]


def test_values_of_which_nothing_can_be_said_are_sent_once(peers):
    for route, value in (
        (topic(peers, RosString, '/a/text'), words('start')),
        (topic(peers), posed(1)),
        (topic(peers, Float64MultiArray, '/a/sensor', unit='N'), Float64MultiArray(data=[1.0])),
    ):
        effects = route.take([value], at(1))
        assert sent(effects) and not remembered(effects)


# -- other sources


def test_commands_are_orders(peers):
    peers.from_whom['Tool'] = 'a'
    route = topic(peers, RosString, '/order', type='COMMAND')
    assert route.steps == ['OrderStep']
    effects = route.take([words('go'), words('go')], at(1))
    assert [one for one in effects if isinstance(one, Order)] == 2 * [Order('go', ('a',))]


class Origin:
    """A peer of another link."""

    address = 'there'
    is_answering = True
    probed = 0

    def probe_often(self):
        self.probed += 1


def handed(origin, text='hello'):
    return Handed(origin, String(text, device_name='x'), 'text', words(text), '', 5, ReceiveRule())


def test_what_another_link_receives_takes_the_same_steps(peers):
    rule = SendRule('Tool', topic='/x/text', on_change=True, keepalive=1.0, rate=1.0)
    source, out, origin = LinkSource('/x/text', rule, Descriptions('plain'), peers), [], Origin()
    route = outbound_route(rule, source, WireSources())
    assert route.steps == [
        'RateLimit', 'WorkerQueue', 'Convert', 'OnChange', 'KeyFrames', 'SendStep', 'KeepAlive']
    route.take([handed(origin)], at(1))
    route.finish(route.convert(route.release(at(2), out), at(2), out), at(2), out)
    assert [m.text for m, _ in sent(out)] == ['hello'] and origin.probed == 1
    assert [m.text for m, _ in sent(route.repeat(at(3)))] == ['hello']
    origin.is_answering = False
    assert told(route.repeat(at(4))) == [(Count.STALE, '/x/text: no answer')]


def test_a_value_does_not_go_back_to_the_peer_of_another_link(peers):
    rule = SendRule('Tool', topic='/x/text')
    route = outbound_route(
        rule, LinkSource('/x/text', rule, Descriptions('plain'), peers), WireSources())
    value = handed('a')
    assert [exclude for _, exclude in sent(route.take([value], at(1)))] == [('a',)]


def look(x, stamp):
    matrix = np.eye(4)
    matrix[0, 3] = x
    return lambda: (matrix, round(stamp * NS))


def test_a_frame_of_tf_is_sent_when_it_is_new_and_once_a_second():
    route = tf_route()
    assert route.steps == ['Convert', 'MaxAge', 'OnChange', 'SendStep']
    looks = [(0, 1, 1), (0.1, 1, 1), (0.2, 2, 1), (0.3, 2, 2), (0.4, 2, 2), (1.5, 2, 2)]
    effects = [
        effect for now, stamp, x in looks for effect in route.take([look(x, stamp)], at(now))]
    assert places(effects) == [1000, 1000, 2000, 2000]


def test_a_frame_of_tf_on_change_and_with_keepalive():
    route = tf_route(on_change=True, keepalive=5.0)
    effects = [
        effect for now in range(8) for effect in route.take([look(1, now + 1)], at(now))]
    assert places(effects) == [1000, 1000]
    assert told(effects) == 6 * [(Count.LEFT_OUT, 'Tool: unchanged')]


def test_a_frame_that_tf_does_not_know_any_more_is_stale():
    route = tf_route()
    assert places(route.take([look(1, 1)], at(1))) == [1000]

    def fail():
        raise LookupFailed('unknown', target='base', source='tool', reason='unknown')

    assert told(route.take([fail], at(2))) == [(Count.PROBLEM, 'tf Tool')]
    assert route.look_at_age(at(2)) == []
    effects = route.look_at_age(at(4))
    assert 'unknown' in effects[0].text and isinstance(effects[1], Retract)
    assert route.look_at_age(at(5)) == []


def test_several_frames_of_tf_are_one_message():
    rule = SendRule('Tools', tf_list=(TfFrame('a', 'base', 'A'),), tf_target='base', rate=9.0)
    route = outbound_route(rule, TfSource(rule), WireSources(), expiry=Expiry(rule))
    elements = (TrackingElement('A', np.eye(4)),)
    ((message, _),) = sent(route.take([lambda: (elements, NS)], at(1)))
    assert message.type_name == 'TDATA' and message.metadata['ros_frame_id'] == 'base'


def test_a_transform_of_tf_is_a_transform():
    ((message, _),) = sent(tf_route().take([look(1, 1)], at(1)))
    assert isinstance(message, Transform)
