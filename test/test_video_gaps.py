"""Video whose frames need each other: whatever is lost, what is sent on can be decoded rightly."""

import functools
import random
import socket
from fractions import Fraction

import numpy as np
import pytest
from network_peers import until

from igtl_ros2 import codec, connect, serve
from igtl_ros2.bags.frames import Frame
from igtl_ros2.bags.lost import Lost
from igtl_ros2.bags.player import Player
from igtl_ros2.codec.datagram import RtpWriter, with_message_id
from igtl_ros2.codec.frame import decode_header, encode_parts
from igtl_ros2.codec.key_frames import Chain, starts
from igtl_ros2.codec.messages.video import Video
from igtl_ros2.config import Settings
from igtl_ros2.peers import Outgoing
from igtl_ros2.peers.held import Held
from igtl_ros2.peers.inbox import Inbox
from igtl_ros2.peers.mailbox import Mailbox
from igtl_ros2.tools.replay import _RecordedFrame

av = pytest.importorskip('av')

SIZE = 96, 64
KEY = 'VIDEO', 'Cam'
ENCODERS = {
    'H264': ('libx264', {'preset': 'ultrafast', 'tune': 'zerolatency', 'crf': '10'}),
    'X265': ('libx265', {'preset': 'ultrafast', 'tune': 'zerolatency', 'crf': '10',
                         'x265-params': 'log-level=none'}),
    'VP90': ('libvpx-vp9', {'deadline': 'realtime', 'cpu-used': '8', 'lag-in-frames': '0',
                            'crf': '10', 'b': '0'}),
    'AV10': ('libaom-av1', {'usage': 'realtime', 'cpu-used': '10', 'lag-in-frames': '0',
                            'crf': '10', 'b': '0'}),
}
DECODERS = {'H264': 'h264', 'X265': 'hevc', 'VP90': 'vp9', 'AV10': 'libdav1d'}


def picture(number):
    """Make a picture that tells its number by a bright bar."""
    rows = np.full((SIZE[1], SIZE[0]), 60, np.uint8)
    rows[:, 3 * number % 90 : 3 * number % 90 + 6] = 200
    rows[number % 60 : number % 60 + 4] += 30
    return rows


@functools.cache
def stream(count=60, name='H264', every=15):
    """Encode pictures: (bytes, whether it is a key frame) each."""
    encoder, options = ENCODERS[name]
    try:
        context = av.CodecContext.create(encoder, 'w')
    except (av.FFmpegError, ValueError):
        pytest.skip(f'this PyAV has no {encoder}')
    context.width, context.height = SIZE
    context.pix_fmt = 'yuv420p'
    context.time_base = Fraction(1, 30)
    context.gop_size = every
    context.thread_count = 1
    context.options = options
    packets = []
    for number in range(count):
        planes = np.vstack((picture(number), np.full((SIZE[1] // 2, SIZE[0]), 128, np.uint8)))
        frame = av.VideoFrame.from_ndarray(planes, format='yuv420p')
        frame.pts = number
        packets += context.encode(frame)
    packets += context.encode(None)
    assert len(packets) == count
    return [(bytes(packet), packet.is_keyframe) for packet in packets]


def messages(name='H264', **options):
    """Make the messages of a stream whose encoder says nothing of its frames."""
    return [
        Video(data, name, (*SIZE, 1), 0, device_name='Cam', timestamp=number + 1 << 32)
        for number, (data, _) in enumerate(stream(name=name, **options))
    ]


def errors_of(frames, name='H264'):
    """Decode what arrived: by how many grey levels each picture is off."""
    context = av.CodecContext.create(DECODERS[name], 'r')
    context.thread_count = 1
    context.options = {'flags': 'low_delay'}
    found = []
    for message in frames:
        for frame in context.decode(av.Packet(message.frame.tobytes())):
            assert frame.format.name == 'yuv420p'
            grey = frame.to_ndarray()[: SIZE[1]].astype(float)
            found.append(np.abs(grey - picture((message.timestamp >> 32) - 1)).mean())
    assert len(found) == len(frames)
    return found


def assert_right(frames, name='H264'):
    """See to it that each picture is the one that was sent."""
    assert frames
    assert max(errors_of(frames, name)) < 3


def test_a_gap_would_be_seen():
    frames = messages()
    assert_right(frames)
    assert max(errors_of(frames[:3] + frames[8:])) > 3


@pytest.mark.parametrize('name', ENCODERS)
def test_a_frame_tells_whether_it_begins_something(name):
    for data, is_key in stream(40, name, 10):
        assert starts(name, data) is is_key
        # whatever its encoder says
        assert Video(data, name, (*SIZE, 1), 1).follows is not is_key
        assert Video(data, name, (*SIZE, 1), 3).follows is not is_key


@pytest.mark.parametrize('name, mark', [('H264', b'\0\0\1\x65'), ('X265', b'\0\0\1\x28')])
def test_parameters_may_come_in_a_frame_of_their_own(name, mark):
    box = Mailbox(1000, 1 << 28)
    data = stream(20, name)[0][0]
    place = data.index(mark)
    for part in (data[:place], data[place:]):
        assert put(box, Video(part, name, (*SIZE, 1), 0, device_name='Cam', timestamp=1 << 32))
    assert b''.join(m.frame.tobytes() for m in take_all(box)) == data


@pytest.mark.parametrize('name', ENCODERS)
def test_a_frame_that_tells_nothing_is_what_its_encoder_says(name):
    for data in (b'', b'\0', b'\xff' * 9, b'\0\0\1'):
        assert starts(name, data) in (None, False, True)
    assert starts(name, b'') is None
    assert Video(b'', name, (*SIZE, 1), 1).follows is False
    assert Video(b'', name, (*SIZE, 1), 3).follows is True


@pytest.mark.parametrize('name', ['I420', 'MJPG', 'WHAT'])
def test_of_other_codecs_each_frame_stands_alone(name):
    data = bytes(SIZE[0] * SIZE[1] * 3 // 2)
    assert Video(data, name, (*SIZE, 1), 3).follows is None


def put(box, frame):
    """Let a frame wait."""
    outgoing = Outgoing(frame)
    return box.put(outgoing.key, [codec.encode(frame)], follows=outgoing.follows)


def take_all(box):
    """Take all that waits."""
    taken = []
    while (found := box.take()) is not None:
        taken.append(codec.decode(b''.join(found[1])))
    return taken


@pytest.mark.parametrize('seed', range(20))
@pytest.mark.parametrize('policy', ['newest', 'all'])
def test_whatever_a_slow_peer_is_not_sent_the_rest_is_right(seed, policy):
    rng = random.Random(seed)
    frames = messages(count=120, every=rng.choice([5, 15, 40]))
    box = Mailbox(rng.choice([5, 1000]), 1 << 28, {'VIDEO': policy})
    arrived = []
    for frame in frames:
        put(box, frame)
        if rng.random() < 0.2:
            box.congested = not box.congested
        if rng.random() < 0.4 and (found := box.take()) is not None:
            arrived.append(codec.decode(b''.join(found[1])))
    box.congested = False
    arrived += take_all(box)
    assert_right(arrived)
    assert len(arrived) + box.dropped[KEY] == len(frames)
    assert box.bytes == 0 and len(box) == 0


def test_who_is_behind_goes_on_with_the_next_key_frame_and_not_with_what_waited():
    box = Mailbox(1000, 1 << 28)
    frames = messages()
    for frame in frames[:15]:
        put(box, frame)
    assert len(take_all(box)) == 15
    box.congested = True
    for frame in frames[15:31]:  # from a key frame to the next one
        put(box, frame)
    assert [m.timestamp >> 32 for m in take_all(box)] == [31]


def test_who_joins_late_begins_with_a_key_frame():
    box = Mailbox(1000, 1 << 28)
    frames = messages()
    assert [put(box, frame) for frame in frames[7:17]] == [False] * 8 + [True] * 2
    assert_right(take_all(box))
    assert box.dropped[KEY] == 8


def held(frames, **settings):
    """Hold frames as a link does."""
    result = Held(Settings(**settings))
    for frame in frames:
        outgoing = Outgoing(frame)
        result.put(outgoing)
        result.measure(outgoing, outgoing.size())
    return result


def test_what_is_held_can_be_decoded():
    frames = messages()
    for count in (1, 2, 15, 16, 40):
        kept = [outgoing.message for outgoing in held(frames[:count]).current()]
        assert_right(kept)
        assert kept[-1] is frames[count - 1]
    assert not held(frames[3:10]).current()
    assert [m.timestamp >> 32 for m in (o.message for o in held(frames[3:17]).current())] == [
        16, 17]


def test_of_a_video_that_takes_too_much_nothing_is_held_until_a_key_frame(monkeypatch):
    monkeypatch.setattr('igtl_ros2.peers.held._MOST_FRAMES', 5)
    frames = messages()
    assert len(held(frames[:6]).current()) == 6
    assert not held(frames[:7]).current()
    assert not held(frames[:10]).current()
    assert len(held(frames[:17]).current()) == 2
    monkeypatch.setattr('igtl_ros2.peers.held._MOST_BYTES', Outgoing(frames[0]).size() + 10)
    assert not held(frames[:3]).current()
    result = held(frames[:3])
    assert result._bytes == 0 and not result.current()


def test_clients_that_come_at_any_time_see_what_is_sent():
    frames = messages()
    with serve('tcp://127.0.0.1:0') as server:
        clients, expected = [], []
        for number, frame in enumerate(frames):
            if number in (0, 4, 20, 30):
                url = str(server.address)
                clients.append(connect(url, queue_policy=['VIDEO=all']).__enter__())
                until(lambda: len(server.peers) == len(clients), 'the client')
                expected.append(len(frames) - max(number - 1, 0) // 15 * 15)
            server.send(frame)
        for client, count in zip(clients, expected):
            got = [client.receive(timeout_s=10) for _ in range(count)]
            client.close()
            assert_right(got)
            assert got[-1].timestamp == frames[-1].timestamp


def test_what_nobody_takes_is_dropped_up_to_a_key_frame():
    inbox, frames, peer = Inbox(Settings(queue_messages=10)), messages(), object()
    dropped = added = 0
    arrived = []
    for number, frame in enumerate(frames):
        if inbox.put(peer, frame, 100, 0.0):
            added += 1
        dropped += len(inbox.drop_over())
        if number % 20 == 19:
            while inbox:
                arrived.append(inbox.take()[1])
    assert_right(arrived)
    assert len(arrived) + dropped + inbox.replaced == added
    inbox.forget_latest(peer)
    assert not inbox._gaps


def play(numbers, **options):
    """Play the frames of these numbers at their times: the times in seconds, and the player."""
    made = messages()
    frames = [
        Frame(number * 10**9, decode_header(data), data)
        for number, data in ((number, codec.encode(made[number])) for number in numbers)
    ]
    played = []
    player = Player(
        lambda: frames, played.append, begin_ns=0, sleep_until=lambda due_s: len(played) < 100,
        now=lambda: 0.0, **options,
    )
    player.run()
    assert_right([codec.decode(frame.data) for frame in played])
    return [frame.time_ns // 10**9 for frame in played], player


def test_a_replay_that_starts_in_the_middle_begins_with_a_key_frame():
    times, player = play(range(60), start_s=20.0)
    assert times == list(range(30, 60))
    assert player.played.before_key_frame == 10


def test_a_replay_goes_on_with_a_key_frame_behind_a_damaged_place():
    lost = [Lost('bag.mcap', 0, 9, 7 * 10**9, 9 * 10**9)]
    times, _ = play([*range(8), *range(10, 60)], lost=lambda: lost)
    assert times == [*range(8), *range(15, 60)]


def test_each_round_of_a_replay_begins_with_a_key_frame():
    times, _ = play(range(40, 60), loop=True)
    assert times == (list(range(45, 60)) * 7)[:100]


def test_who_joins_a_replay_late_begins_with_a_key_frame():
    box, found = Mailbox(1000, 1 << 28), []
    for frame in messages()[7:17]:
        outgoing = _RecordedFrame(codec.encode(frame))
        found.append(box.put(outgoing.key, [b'x'], follows=outgoing.follows))
    assert found == [False] * 8 + [True] * 2


def test_a_frame_that_cannot_be_read_costs_those_that_need_it():
    frames = messages()
    data = [bytearray(codec.encode(frame)) for frame in frames]
    data[20][-1] ^= 1
    with serve('tcp://127.0.0.1:0', queue_policy=['VIDEO=all']) as server:
        with socket.create_connection(('127.0.0.1', server.address.port)) as peer:
            peer.sendall(b''.join(data))
            got = [server.receive(timeout_s=10)[1] for _ in range(50)]
        assert [m.timestamp for m in got] == [m.timestamp for m in frames[:20] + frames[30:]]
        assert_right(got)


def test_what_gets_lost_on_the_way_over_udp_costs_those_that_need_it():
    frames = messages()
    writer = RtpWriter(100, 1)
    with serve('udp://127.0.0.1:0', queue_policy=['VIDEO=all'], udp_rtp=True) as server:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.connect(('127.0.0.1', server.address.port))
            got = []
            for number, frame in enumerate(frames):
                parts = encode_parts(with_message_id(frame, number + 1), 2)
                datagrams = list(writer.datagrams(parts, 0.0))
                if number == 20:
                    del datagrams[1]
                elif number == 40:  # as networks do
                    datagrams.reverse()
                for datagram in datagrams:
                    peer.send(datagram)
                if not 20 <= number < 30:
                    got.append(server.receive(timeout_s=10)[1])
            assert not server.link._inbox
        assert [m.timestamp for m in got] == [m.timestamp for m in frames[:20] + frames[30:]]
        assert_right(got)


def test_key_frames_of_any_number_of_videos_are_sent():
    box = Mailbox(5000, 1 << 28)
    frame = [b'x']
    for number in range(1100):
        assert box.put(('VIDEO', str(number)), frame, follows=False)


def test_a_chain_that_was_broken_begins_again():
    chain = Chain()
    assert not chain.admits(True)
    assert chain.admits(None)
    assert not chain.admits(True)
    assert chain.admits(False) and chain.admits(True)
    chain.lose()
    assert not chain.admits(True)
    assert Chain(is_whole=True).admits(True)
