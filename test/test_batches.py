"""Messages that came in one piece are handed on together, and nothing else is different."""

from collections import Counter, deque
from types import SimpleNamespace

import numpy as np
import pytest
from network_peers import RawPeer, corrupt, header, text, until

from igtl_ros2 import codec, connect, serve
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import String
from igtl_ros2.codec.messages.video import Video
from igtl_ros2.config import Settings
from igtl_ros2.errors import ConfigError
from igtl_ros2.peers import stream_peer
from igtl_ros2.peers.stream_peer import StreamPeer
from igtl_ros2.server import Server

SERVER = Settings.from_values({'mode': 'server', 'url': 'tcp://127.0.0.1:0'})


class Clock:
    """Time that passes when somebody says so."""

    def __init__(self):
        """Begin."""
        self.now_s = 100.0

    def monotonic(self):
        """Tell the time."""
        return self.now_s


class Rig:
    """A peer of a link that notes what it is given, without a network."""

    def __init__(self, monkeypatch, each_s=0.0, **settings):
        """Join it."""
        self.clock = Clock()
        monkeypatch.setattr(stream_peer, '_steady_s', self.clock.monotonic)
        self.each_s = each_s
        self.batches, self.said, self.turns = [], [], deque()
        self.on_batch = lambda batch: None
        self.network = SimpleNamespace(loop=SimpleNamespace(call_soon=self.turns.append))
        self.peer = StreamPeer(self, SERVER)
        self.peer.start()

    def joined(self, peer):
        """Know it."""

    def left(self, peer, why):
        """Know it no more."""

    def say(self, kind, level, line, error=None, peer=''):
        """Note what is logged."""
        self.said.append(line)

    def received_many(self, peer, messages, sizes):
        """Note a batch, which takes some time for each message."""
        assert peer is self.peer
        assert sizes == [len(codec.encode(message)) for message in messages]
        self.batches.append([message.text for message in messages])
        self.clock.now_s += self.each_s * len(messages)
        self.on_batch(messages)

    def feed(self, data):
        """Let bytes arrive."""
        while data:
            space = self.peer.get_buffer(-1)
            part, data = data[:len(space)], data[len(space):]
            space[:len(part)] = part
            self.peer.buffer_updated(len(part))

    def all_turns(self):
        """Let the peer have all turns that it wants."""
        while self.turns:
            self.turns.popleft()()

    @property
    def texts(self):
        """All that was given, in order."""
        return [one for batch in self.batches for one in batch]


def wire(*numbers):
    """Write texts one behind the other."""
    return b''.join(codec.encode(text(number)) for number in numbers)


def texts(*numbers):
    """Tell what `wire` says."""
    return [text(number).text for number in numbers]


def test_what_is_whole_is_one_batch_and_the_rest_waits(monkeypatch):
    rig = Rig(monkeypatch)
    data = wire(*range(5))
    cut = len(wire(*range(3))) + 30
    rig.feed(data[:cut])
    assert rig.batches == [texts(0, 1, 2)]
    assert rig.peer.pending_bytes == 30
    rig.feed(data[cut:])
    assert rig.batches == [texts(0, 1, 2), texts(3, 4)]
    assert rig.peer.received == {'STRING': 5}
    rig.feed(wire(5))
    assert rig.batches[2:] == [texts(5)]


def test_a_batch_has_a_bound(monkeypatch):
    rig = Rig(monkeypatch)
    rig.feed(wire(*range(100)))
    assert [len(batch) for batch in rig.batches] == [32, 32, 32, 4]
    assert rig.texts == texts(*range(100))


def test_who_takes_long_gets_few_at_once_and_others_have_their_turn(monkeypatch):
    rig = Rig(monkeypatch, each_s=0.0004)
    rig.feed(wire(*range(40)))
    assert [len(batch) for batch in rig.batches] == [32]
    rig.turns.popleft()()
    assert [len(batch) for batch in rig.batches[1:]] == [2, 2]  # about a millisecond
    rig.each_s = 0.0
    rig.all_turns()
    assert rig.texts == texts(*range(40))
    rig.feed(wire(*range(64)))
    assert [len(batch) for batch in rig.batches[-2:]] == [32, 32]


def test_reading_takes_no_longer_than_a_turn_either(monkeypatch):
    rig = Rig(monkeypatch)
    usual = codec.Decoder.read

    def read(self, *whole):
        rig.clock.now_s += 0.0003
        return usual(self, *whole)

    monkeypatch.setattr(codec.Decoder, 'read', read)
    rig.feed(wire(*range(10)))
    assert [len(batch) for batch in rig.batches] == [4]
    rig.all_turns()
    assert rig.texts == texts(*range(10))


def test_what_comes_before_a_bad_message_goes_first_and_what_follows_too(monkeypatch):
    rig = Rig(monkeypatch)
    seen = []
    rig.on_batch = lambda items: seen.append(Counter(rig.peer.errors))
    rig.feed(wire(0, 1) + corrupt(text(9)) + corrupt(text(9)) + wire(2, 3))
    assert rig.batches == [texts(0, 1), texts(2, 3)]
    assert seen == [{}, {'CrcError': 2}]


def test_what_is_out_of_step_ends_it_after_what_came_before(monkeypatch):
    rig = Rig(monkeypatch)
    order = []
    rig.on_batch = lambda items: order.append(rig.peer.cut_off)
    rig.feed(wire(0, 1) + b'\xff' * 100 + wire(2))
    assert rig.batches == [texts(0, 1)]
    assert order == [False] and rig.peer.cut_off
    assert rig.peer.errors == {'HeaderError': 1}


def test_who_is_cut_off_because_of_a_batch_is_heard_no_more(monkeypatch):
    rig = Rig(monkeypatch)
    rig.on_batch = lambda items: rig.peer.disconnect('enough')
    rig.feed(wire(*range(32)) + corrupt(text(9)) + wire(*range(8)))
    rig.feed(wire(1))
    assert rig.batches == [texts(*range(32))]
    assert not rig.peer.errors


def test_what_takes_long_to_read_ends_a_batch(monkeypatch):
    rig = Rig(monkeypatch)
    long = Bind([String('x', device_name=f'child {n}') for n in range(1024)])
    begun = []
    monkeypatch.setattr(rig.peer, '_read_elsewhere', lambda *whole: begun.append(rig.texts))
    rig.feed(wire(0, 1) + codec.encode(long) + wire(2))
    assert len(begun) == 1 and rig.batches == [texts(0, 1)]


def test_frames_behind_a_lost_one_are_left_out_of_a_batch(monkeypatch):
    rig = Rig(monkeypatch)
    monkeypatch.setattr(rig, 'received_many', lambda peer, messages, sizes: rig.batches.append(
        [(message.metadata.get('n'), size) for message, size in zip(messages, sizes)]))

    def frame(number, unit):
        bits = np.frombuffer(b'\0\0\1' + bytes((unit,)) + bytes(20), np.uint8)
        return Video(bits, 'H264', (4, 4, 1), device_name='Cam', metadata={'n': str(number)})

    frames = [frame(0, 5), frame(1, 1), frame(2, 1), frame(3, 1), frame(4, 5), frame(5, 1)]
    data = [codec.encode(one) for one in frames]
    data[2] = corrupt(frames[2])
    rig.feed(b''.join(data))
    each = [(str(number), len(one)) for number, one in enumerate(data)]
    assert rig.batches == [each[:2], each[4:]]
    assert rig.peer.errors == {'CrcError': 1, 'frame behind a lost one': 1}


def test_made_up_types_are_counted_together_in_a_batch_too(monkeypatch):
    rig = Rig(monkeypatch)
    monkeypatch.setattr(rig, 'received_many', lambda peer, messages, sizes: None)
    rig.feed(b''.join(header(f'T{number}') for number in range(300)))
    assert len(rig.peer.received) == 201
    assert sum(rig.peer.received.values()) == 300 and rig.peer.received['other'] == 100


# -- links


def test_messages_are_given_in_lists_in_their_order():
    batches = []
    with Server(SERVER, on_messages=lambda peer, messages: batches.append(messages)) as server:
        with RawPeer(server.address) as peer:
            peer.send(wire(*range(200)))
            until(lambda: sum(map(len, batches)) == 200, 'all of them')
    assert all(isinstance(batch, list) and batch for batch in batches)
    assert [m.text for batch in batches for m in batch] == texts(*range(200))


@pytest.mark.parametrize('protocol', ['tcp', 'udp'])
def test_messages_are_given_with_the_bytes_that_they_had(protocol):
    sized = []
    sent = [text(1), Transform(np.eye(4), device_name='Tool', metadata={'a': 'b'}), text(2)]
    made = Settings.from_values({'mode': 'server', 'url': f'{protocol}://127.0.0.1:0'})
    with Server(made, on_sized=lambda peer, items: sized.extend(items)) as server:
        with connect(str(server.address), header_version='2') as client:
            for message in sent:
                client.send(message, stamp=False)
            until(lambda: len(sized) >= 3, 'all of them')
    sizes = {message.device_name: size for message, size in sized}
    assert sizes['Tool'] == len(codec.encode(sent[1]))


def test_an_error_in_a_callback_costs_one_message_or_one_batch(caplog):
    got = []

    def take(peer, message):
        got.append(message.text)
        if len(got) % 2:
            raise ValueError('odd')

    with serve('tcp://127.0.0.1:0', on_message=take) as server, RawPeer(server.address) as peer:
        peer.send(wire(*range(9)))
        until(lambda: len(got) == 9, 'all of them')
        until(lambda: server.peers[0].errors == {'callback': 5}, 'it')
    assert got == texts(*range(9))


def test_udp_gives_batches_of_one():
    batches = []
    made = Settings.from_values({'mode': 'server', 'url': 'udp://127.0.0.1:0'})
    with Server(made, on_messages=lambda peer, messages: batches.append(messages)) as server:
        with connect(str(server.address)) as client:
            client.send(Transform(np.eye(4), device_name='Tool'))
            until(lambda: batches, 'it')
    assert [len(batch) for batch in batches] == [1]
    assert batches[0][0].device_name == 'Tool'


@pytest.mark.parametrize(('callbacks', 'words'), [
    ({'on_message': print, 'on_messages': print}, 'on_messages: found together with on_message'),
    ({'on_messages': print, 'on_sized': print}, 'on_sized: found together with on_messages'),
    ({'on_messages': 5}, 'on_messages: found 5; allowed something to be called'),
])
def test_one_of_the_two_is_called(callbacks, words):
    with pytest.raises(ConfigError, match=words):
        Server(SERVER, **callbacks)


def test_what_is_given_to_a_callback_cannot_be_asked_for():
    with Server(SERVER, on_messages=print) as server:
        with pytest.raises(ConfigError, match='on_messages: found; what it is called with'):
            server.wait_for('Tool', 0)
