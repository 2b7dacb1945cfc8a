"""Video through the bridge: rates, late joiners and losses leave only what can be decoded."""

import socket
import threading
import time
from functools import partial

import numpy as np
import pytest
from ros_user import DEADLINE_S, STATE, mapping, next_message, start, wait_for
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import Image as RosImage
from std_msgs.msg import String as RosString

from igtl_ros2 import connect
from igtl_ros2.codec import encode
from igtl_ros2.codec.key_frames import starts
from igtl_ros2.codec.messages.video import Video
from igtl_ros2.converters import registry
from igtl_ros2.errors import ConversionError
from igtl_ros2.rosio.subscriptions import STREAM_DEPTH

av = pytest.importorskip('av')


def picture(number):
    """Make a picture that is no other."""
    image = RosImage(encoding='mono8', width=64, height=48, step=64)
    rows = np.full((48, 64), 40, np.uint8)
    rows[:, number % 60 : number % 60 + 4] = 200
    image.data.frombytes(rows.tobytes())
    return image


def encoded(count, every):
    """Encode pictures: (bytes, whether it is a key frame) each."""
    context = av.CodecContext.create('libx264', 'w')
    context.width, context.height, context.pix_fmt = 64, 48, 'yuv420p'
    context.framerate, context.gop_size, context.thread_count = 30, every, 1
    context.options = {'preset': 'ultrafast', 'tune': 'zerolatency'}
    packets = []
    for number in range(count):
        frame = av.VideoFrame.from_ndarray(
            np.frombuffer(picture(number).data, np.uint8).reshape(48, 64), format='gray')
        frame = frame.reformat(format='yuv420p')
        frame.pts = number
        packets += context.encode(frame)
    return [(bytes(packet), packet.is_keyframe) for packet in packets]


def test_a_rate_sends_key_frames_only(ros, device, tmp_path):
    text = 'send: [{topic: /cam, device: Cam, type: VIDEO, rate: 100, dims: [64, 48, 1]}]'
    node = start(ros, device, **mapping(tmp_path, text))
    camera = ros.talk('/cam', CompressedImage)
    frames = encoded(60, 10)
    keys = [data for data, is_key in frames if is_key]
    got = []
    for data, is_key in frames:
        camera.publish(CompressedImage(format='h264', data=data))
        if is_key:
            got.append(next_message(device).frame.tobytes())
    assert got == keys
    (health, *_), = node._diagnostics._open
    wait_for(lambda: health._report.left_out['Cam: by rate, no key frame'] == 54, 'the count')


def test_the_own_encoder_makes_a_key_frame_for_who_joins(ros, tmp_path):
    text = 'send: [{topic: /cam, device: Cam, type: VIDEO, codec: h264}]'
    node = ros.bridge(port=0, **{'limits.held_max_age': 0.0}, **mapping(tmp_path, text))
    camera = ros.talk('/cam', RosImage)
    url = str(node.link.address)
    with connect(url) as first:
        wait_for(lambda: node.link.peers, 'the first')
        for number in range(3):
            camera.publish(picture(number))
            assert first.receive(DEADLINE_S).is_key is (number == 0)
        node.link.link._held.forget(('VIDEO', 'Cam'))  # as if it had become too much
        with connect(url) as second:
            wait_for(lambda: len(node.link.peers) == 2, 'the second')
            camera.publish(picture(3))
            assert not first.receive(DEADLINE_S).is_key
            camera.publish(picture(4))
            for client in (first, second):
                frame = client.receive(DEADLINE_S)
                assert frame.is_key and starts('H264', frame.frame.data)


def test_frames_that_wait_are_dropped_up_to_a_key_frame(ros, device, monkeypatch, tmp_path):
    registry.load_converters()
    kind = CompressedImage, 'VIDEO'
    usual = registry._FROM_ROS[kind]
    begun, go = threading.Event(), threading.Event()

    def busy(*arguments):
        begun.set()
        assert go.wait(DEADLINE_S)
        return usual(*arguments)

    monkeypatch.setitem(registry._FROM_ROS, kind, busy)
    text = 'send: [{topic: /cam, device: Cam, type: VIDEO, dims: [64, 48, 1]}]'
    node = start(ros, device, **mapping(tmp_path, text))
    camera = ros.talk('/cam', CompressedImage)
    frames = encoded(STREAM_DEPTH + 12, 8)
    try:
        camera.publish(CompressedImage(format='h264', data=frames[0][0]))
        wait_for(begun.is_set, 'the first')
        (health, *_), = node._diagnostics._open
        (topic,) = node._senders['']._discovery.topics['/cam']
        queue = topic.take.func.__self__.route.queue
        queue.depth = STREAM_DEPTH
        for number, (data, _) in enumerate(frames[1:], 1):
            camera.publish(CompressedImage(format='h264', data=data))
            wait_for(partial(lambda n: len(queue._waiting) + sum(
                health._report.left_out.values()) >= n, number), 'it')
    finally:
        go.set()
    left = sum(health._report.left_out.values())
    assert left
    got = [next_message(device).frame.tobytes() for _ in range(len(frames) - left)]
    sent = [data for data, _ in frames]
    assert got[0] == sent[0]
    # behind a gap comes a key frame
    places = [sent.index(data) for data in got]
    for before, after in zip(places, places[1:]):
        assert after == before + 1 or frames[after][1]


def test_behind_what_dds_has_lost_comes_a_key_frame(ros, device, tmp_path):
    node = start(ros, device, **mapping(
        tmp_path, 'send: [{topic: /cam, device: Cam, dims: [64, 48, 1]}]'))
    camera = ros.talk('/cam', CompressedImage)
    frames = encoded(26, 20)
    got = []

    def publish(first, last):
        for data, _ in frames[first:last]:
            camera.publish(CompressedImage(format='h264', data=data))

    def receive_until(last):
        while not got or got[-1] != last:
            data = next_message(device).frame.tobytes()
            begin = got[-1] + 1 if got else 0
            got.append(begin + [frame for frame, _ in frames[begin:]].index(data))

    publish(0, 3)
    receive_until(2)
    with node._senders['']._lock:  # while the bridge does something else
        publish(3, 26)
        time.sleep(0.1)
    receive_until(25)
    (health, *_), = node._diagnostics._open
    wait_for(lambda: health._report.left_out['/cam: newer ones came before they were taken'],
             'the word of those that were lost')
    for before, after in zip(got, got[1:]):
        assert after == before + 1 or frames[after][1]


def test_a_frame_lost_before_it_is_published_costs_those_that_need_it(
    ros, device, tmp_path, monkeypatch
):
    node = start(ros, device, **mapping(tmp_path, 'receive: [{device: "*", decode: true}]'))
    shown = ros.listen('/x/Cam/video', CompressedImage)
    frames = encoded(24, 8)
    receiver = node._receivers['']
    wait_for(lambda: receiver._first is not None, 'the start')
    do = receiver._work.worker.do
    count = 0

    def full_once(job, size=0):
        nonlocal count
        count += 1
        if count == 4:
            raise ConversionError('dropped, too much waits to be converted')
        return do(job, size)

    monkeypatch.setattr(receiver._work.worker, 'do', full_once)
    for data, _ in frames:
        device.send(Video(data, 'H264', (64, 48, 1), 0, device_name='Cam'))
    expected = [data for data, _ in frames[:3] + frames[8:]]
    wait_for(lambda: len(shown) == len(expected), 'the frames')
    assert [bytes(message.data) for message in shown] == expected
    (health, *_), = node._diagnostics._open
    assert health._report.counts['VIDEO Cam'] == 5


def test_of_each_peer_a_key_frame_comes_first(ros):
    node = ros.bridge(port=0)
    shown = ros.listen('/x/Cam/video', CompressedImage)
    frames = encoded(24, 8)
    expected = [data for data, _ in frames[8:]]
    for first in (3, 5):  # they join a stream that goes on, one by one
        shown.clear()
        with socket.create_connection(('127.0.0.1', node.link.address.port)) as peer:
            for data, _ in frames[first:]:
                peer.sendall(encode(Video(data, 'H264', (64, 48, 1), 0, device_name='Cam')))
            wait_for(lambda: len(shown) >= len(expected), 'the frames')
        assert [bytes(message.data) for message in shown] == expected


def test_a_frame_that_needs_others_is_not_repeated(ros, device, tmp_path):
    text = 'send: [{topic: /cam, device: Cam, type: VIDEO, keepalive: 0.05, dims: [64, 48, 1]}]'
    start(ros, device, **mapping(tmp_path, text))
    camera = ros.talk('/cam', CompressedImage)
    frames = encoded(9, 8)
    repeated = b''
    for number, (data, is_key) in enumerate(frames):
        camera.publish(CompressedImage(format='h264', data=data))
        got = next_message(device).frame.tobytes()
        while got == repeated:  # on a busy machine
            got = next_message(device).frame.tobytes()
        assert got == data
        repeated = data if is_key else b''
        if number == 1:
            time.sleep(0.3)  # it would have come again
    assert next_message(device).frame.tobytes() == repeated == frames[-1][0]


def test_a_frame_is_not_sent_again_because_more_is_said_of_it(ros, device, tmp_path):
    camera = ros.node.create_publisher(CompressedImage, '/x/to_igtl/Cam/video', STATE)
    start(ros, device, **mapping(tmp_path, (
        'send: [{topic: /x/to_igtl/Cam/video, device: Cam, type: VIDEO, dims: [64, 48, 1]}]')))
    wait_for(camera.get_subscription_count, 'the subscription')
    frames = [data for data, _ in encoded(3, 8)]
    for data in frames[:2]:
        camera.publish(CompressedImage(format='h264', data=data))
        assert next_message(device).frame.tobytes() == data
    info = ros.talk('/x/to_igtl/Cam/info', RosString, STATE)
    info.publish(RosString(data='{"gray": true}'))
    time.sleep(0.3)  # it would have come again
    camera.publish(CompressedImage(format='h264', data=frames[2]))
    assert next_message(device).frame.tobytes() == frames[2]


@pytest.mark.parametrize('is_encoded', [True, False])
def test_behind_a_frame_that_is_too_old_comes_a_key_frame(ros, device, tmp_path, is_encoded):
    text = 'send: [{topic: /cam, device: Cam, type: VIDEO, max_age: 30, dims: [64, 48, 1]}]'
    node = start(ros, device, **mapping(tmp_path, text if is_encoded else text.replace(
        'dims: [64, 48, 1]', 'codec: h264')))
    camera = ros.talk('/cam', CompressedImage if is_encoded else RosImage)
    (health, *_), = node._diagnostics._open
    report, got = health._report, []
    for number, (data, _) in enumerate(encoded(12, 8)):
        message = CompressedImage(format='h264', data=data) if is_encoded else picture(number)
        message.header.stamp = ros.node.get_clock().now().to_msg()
        message.header.stamp.sec -= 60 * (number == 3)
        camera.publish(message)
        wait_for(partial(lambda sent: device.link._inbox or (
            report.withheld + report.left_out).total() > sent - len(got), number), 'the frame')
        if device.link._inbox:
            got.append((number, next_message(device).is_key))
    key = 8 if is_encoded else 5
    assert got == [(number, number in (0, key)) for number in (0, 1, 2, *range(key, 12))]
