"""Queries of peers and their streams, by a clock that the test turns."""

import numpy as np
import pytest
from talkers import Clock, Link, Peer, Report

from igtl_ros2.codec.messages.bundle import GetBind
from igtl_ros2.codec.messages.mesh import PolyData
from igtl_ros2.codec.messages.query import Query, StartTracking, StartVideo
from igtl_ros2.codec.messages.text import String
from igtl_ros2.codec.messages.tracking import (
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from igtl_ros2.codec.messages.video import Video
from igtl_ros2.dialogue.replies import Replies
from igtl_ros2.dialogue.streams import Streams


class Ros:
    """What ROS sends to two peers, and what it answers them."""

    def __init__(self):
        self.clock, self.report, self.log = Clock(), Report(), []
        self.a, self.b = Peer('A'), Peer('B', version=1)
        self.streams = Streams(self.report.problem, self.clock.timers)
        self.link = self.streams.link = Link(self.a, self.b)
        self.replies = Replies(self.streams, ('TRANSFORM', 'IMAGE'), self.report.problem,
                               self.log.append)

    def send(self, *messages, **how):
        for message in messages:
            self.streams.send(message, **how)
        return self.a.heard()

    def ask(self, query, peer=None):
        peer = peer or self.a
        peer.heard()
        assert self.replies.handle(peer, query, self.clock.now)
        return peer.heard()

    def after(self, seconds):
        self.clock.go(seconds)
        return self.a.heard()


@pytest.fixture
def ros():
    return Ros()


def tools(*names, **fields):
    elements = [TrackingElement(name, np.eye(4)) for name in names]
    return TrackingData(elements, **{'device_name': 'T', **fields})


def quaternion_tools(*names, **fields):
    elements = [QuaternionElement(name, (1, 2, 3)) for name in names]
    return QuaternionTrackingData(elements, device_name='T', **fields)


def stamps(messages):
    return [message.timestamp for message in messages if message.type_name == 'TDATA']


IN_BASE = {'metadata': {'ros_frame_id': 'base'}}


def test_a_get_is_answered_with_the_last_value(ros):
    (refused,) = ros.ask(Query('GET_TDATA', device_name='T'))
    assert (refused.type_name, refused.status, refused.device_name) == ('RTS_TDATA', 1, 'T')
    assert ros.report.texts == {
        'GET_TDATA unanswered': ["A: GET_TDATA 'T': nothing to answer it with"]}
    ros.send(tools(timestamp=1), tools(timestamp=2), tools(timestamp=3, device_name='U'))
    assert stamps(ros.ask(Query('GET_TDATA', device_name='T'))) == [2]
    assert stamps(ros.ask(Query('GET_TDATA'))) == [2, 3]
    assert [(e['query'], e['success'], e['answer']) for e in ros.log] == [
        ('GET_TDATA', False, 'RTS_TDATA'), ('GET_TDATA', True, 'TDATA'),
        ('GET_TDATA', True, 'TDATA')]
    assert ros.log[0] == {'query': 'GET_TDATA', 'device': 'T', 'asked_by': 'peer', 'peer': 'A',
                          'success': False, 'answer': 'RTS_TDATA'}


def test_status_and_capability_are_always_answered(ros):
    (status,) = ros.ask(Query('GET_STATUS', device_name='who'))
    assert (status.code, status.device_name) == (1, 'who')
    (capability,) = ros.ask(Query('GET_CAPABIL'))
    assert list(capability.types) == ['COMMAND', 'GET_CAPABIL', 'GET_STATUS', 'IMAGE', 'TRANSFORM']
    # the protocol has no RTS_VMETA
    (status,) = ros.ask(Query('GET_VMETA', device_name='none'))
    assert (status.code, status.error_name) == (4, 'GET_VMETA')
    assert ros.ask(GetBind())[0].type_name == 'RTS_BIND'
    assert not ros.replies.handle(ros.a, String('no query'), 0.0)


def test_a_stream_has_its_own_pace_for_each_peer_and_ends(ros):
    assert ros.ask(StartTracking('STT_TDATA', 400, device_name='T'))[0].status == 1
    ros.send(tools(timestamp=1))
    rts, first = ros.ask(StartTracking('STT_TDATA', 400, device_name='T'))
    assert (rts.status, first.timestamp) == (0, 1)
    ros.b.heard()
    for number in range(2, 10):
        assert ros.send(tools(timestamp=number)) == []
    assert stamps(ros.b.heard()) == list(range(2, 10))
    assert ros.after(0.39) == [] and stamps(ros.after(0.02)) == [9]
    assert ros.after(1.0) == [], 'nothing is new'
    ros.send(tools(timestamp=10))
    assert stamps(ros.after(0.4)) == [10]
    assert ros.ask(Query('STP_TDATA', device_name='T'))[0].status == 0
    assert ros.send(tools(timestamp=11)) == [] and ros.after(1.0) == []
    assert [m.timestamp for m in ros.send(tools(timestamp=12, device_name='U'))] == [12]
    assert ros.ask(StartTracking('STT_TDATA', 0, device_name='T'))[1].timestamp == 11
    assert stamps(ros.send(tools(timestamp=13))) == [13]
    ros.streams.left(ros.a)
    assert not ros.streams.streams and not ros.clock.timers._timers


def test_a_stream_of_all_devices_ends_those_of_each_and_leaves_new_ones_alone(ros):
    ros.send(tools(timestamp=1), tools(timestamp=2, device_name='U'))
    ros.ask(StartTracking('STT_TDATA', 100, device_name='T'))
    assert stamps(ros.ask(StartTracking('STT_TDATA', 200))) == [1, 2]
    assert list(ros.streams.streams[ros.a]) == [('TDATA', '')]
    ros.ask(StartTracking('STT_TDATA', 1000, device_name='U'))
    ros.send(tools(timestamp=3), tools(timestamp=4, device_name='U'))
    assert stamps(ros.after(0.9)) == [3]
    assert stamps(ros.after(0.2)) == [4]


def test_values_do_not_go_back_to_where_they_came_from_but_when_asked_for(ros):
    ros.send(tools(timestamp=1), exclude=[ros.a])
    assert stamps(ros.ask(StartTracking('STT_TDATA', 100))) == []
    assert stamps(ros.ask(Query('GET_TDATA'))) == [1]
    ros.send(tools(timestamp=2))
    assert stamps(ros.after(0.1)) == [2]


def test_what_is_taken_back_is_told_to_those_who_can_read_it(ros):
    last, state = tools(timestamp=1), tools(timestamp=2)
    ros.send(last)
    ros.ask(StartTracking('STT_TDATA', 1000))
    ros.b.heard()
    ros.streams.retract(last, state)
    assert stamps(ros.a.heard()) == [2] and ros.b.heard() == []
    assert ros.link.held() == []
    ros.ask(Query('STP_TDATA'))
    ros.streams.retract(last, state)
    assert ros.a.heard() == []


@pytest.mark.parametrize('make', [tools, quaternion_tools])
@pytest.mark.parametrize(('names', 'fields', 'frame', 'status'), [
    (['Probe'], IN_BASE, 'base', 0),
    (['Probe'], IN_BASE, '', 0),
    (['Probe'], IN_BASE, 'Patient', 1),
    (['ProbeToTracker', 'StylusToTracker'], {}, 'Tracker', 0),
    (['ProbeToTracker', 'StylusToReference'], {}, 'Tracker', 1),
    (['ProbeToTracker', 'Stylus'], {}, 'Tracker', 1),
    (['Probe'], {}, 'Patient', 1),
    (['ProbeToRAS'], {}, 'ras', 0),
    ([], IN_BASE, 'base', 0),
])
def test_a_frame_that_is_asked_for_is_the_one_that_comes_or_an_error(
    ros, make, names, fields, frame, status
):
    message = make(*names, **fields)
    ros.send(message)
    rts, *data = ros.ask(StartTracking(f'STT_{message.type_name}', 0, frame, device_name='T'))
    assert rts.status == status
    assert data == ([] if status else [message])
    assert bool(ros.report.texts) == bool(status)


def test_what_is_in_another_frame_later_on_does_not_come(ros):
    ros.send(tools('Probe', **IN_BASE))
    assert len(ros.ask(StartTracking('STT_TDATA', 0, 'base', device_name='T'))) == 2
    ros.send(tools('Probe', timestamp=1, metadata={'ros_frame_id': 'camera'}))
    assert ros.after(0.01) == [] and list(ros.report.texts) == ['TDATA in another frame']
    ros.send(tools('Probe', timestamp=2, **IN_BASE))
    assert stamps(ros.after(0.01)) == [2]


@pytest.mark.parametrize(('asked', 'code', 'words'), [
    ('H264', 1, ''), ('', 1, ''),
    ('MJPG', 4, "'H264' and not as 'MJPG'"),
    ('VP90', 1, "'H264' and not as 'VP90'"),  # what C++ programs ask for that do not care
])
def test_a_codec_that_is_asked_for_is_the_one_that_comes_or_it_is_said(ros, asked, code, words):
    ros.send(Video(b'frame', 'H264', (2, 2, 1), device_name='V'))
    status, *_ = ros.ask(StartVideo(asked, 0, device_name='V'))
    assert (status.code, status.error_name) == (code, 'STT_VIDEO')
    assert words in status.message


def test_an_interval_of_nanoseconds_and_a_long_one_are_kept(ros):
    ros.send(tools('Probe'), PolyData(np.zeros((1, 3)), device_name='T'))
    ros.ask(Query('STT_POLYDATA', content=(250_000_000).to_bytes(8, 'big')))
    ros.ask(Query('STT_IMAGE', content=b'\xff' * 8))  # garbage of a C++ program
    ros.ask(StartTracking('STT_TDATA', 3_600_000))
    streams = ros.streams.streams[ros.a]
    assert {key[0]: stream.interval_s for key, stream in streams.items()} == {
        'POLYDATA': 0.25, 'TDATA': 3600.0}
    ros.ask(StartTracking('STT_TDATA', 1))
    assert ros.streams.streams[ros.a]['TDATA', ''].interval_s == 0.005


def test_a_peer_may_have_so_many_streams(ros):
    ros.send(tools())
    for number in range(1000):
        assert ros.ask(Query('STP_TDATA', device_name=f'{number}'))[0].status == 0
    assert ros.ask(Query('STP_TDATA', device_name='more'))[0].status == 1
    ros.ask(StartTracking('STT_TDATA', 0, device_name='T'))
    assert ros.report.texts['STT_TDATA unanswered'] == [
        "A: STT_TDATA 'T': 1000 streams are sent to it already"]
    assert ros.ask(Query('STP_TDATA', device_name='7'))[0].status == 0
