"""What a program that reads slowly gets: the newest of each stream, all events, and a warning."""

import asyncio
import logging
import threading
import time

import numpy as np
import pytest
from network_peers import DEADLINE_S, RawPeer, text, until

from igtl_ros2 import aio, codec, connect, serve
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import Status, StatusCode
from igtl_ros2.codec.messages.video import Video
from igtl_ros2.config import Settings
from igtl_ros2.errors import ConfigError, PeerError, PeerTimeoutError
from igtl_ros2.peers import inbox, receiving
from igtl_ros2.peers.inbox import Inbox

LOCAL = 'tcp://127.0.0.1:0'


def pose(number, device='Tool', **fields):
    """Make a pose that tells its number."""
    return Transform.from_translation((number, 0, 0), device_name=device, **fields)


def number_of(message):
    return int(message.matrix[0, 3])


class Filling:
    """An inbox, and a clock."""

    def __init__(self, **settings):
        self.inbox = Inbox(Settings(**settings))
        self.now_s = 0.0

    def put(self, *messages, peer='a', size=100):
        for message in messages:
            self.now_s += 1.0
            self.inbox.put(peer, message, size, self.now_s)

    def rest(self):
        """Take all out that waits."""
        return [self.inbox.take()[1] for _ in range(len(self.inbox))]


def test_of_a_stream_the_newest_waits_and_of_events_all():
    filling = Filling()
    filling.put(pose(1), text('a'), pose(2), text('b'), pose(3, 'Other'), pose(4))
    rest = filling.rest()
    # it keeps the place of the value before it, so that a fast one keeps no other away
    assert [m.type_name for m in rest] == ['TRANSFORM', 'STRING', 'STRING', 'TRANSFORM']
    assert [number_of(rest[0]), rest[1].text, rest[2].text, number_of(rest[3])] == [4, 'a', 'b', 3]
    assert filling.inbox.replaced == 2
    assert filling.inbox._bytes == 0 and not filling.inbox._named and not filling.inbox._of_stream


def test_values_of_two_peers_are_two_streams():
    filling = Filling()
    filling.put(pose(1), peer='a')
    filling.put(pose(2), peer='b')
    assert [number_of(m) for m in filling.rest()] == [1, 2]


def test_the_policy_says_what_is_a_stream():
    filling = Filling(queue_policy=['TRANSFORM=all', 'STRING=newest'])
    filling.put(pose(1), text('a'), pose(2), text('b'))
    rest = filling.rest()
    assert [number_of(m) for m in rest if m.type_name == 'TRANSFORM'] == [1, 2]
    assert [m.text for m in rest if m.type_name == 'STRING'] == ['b']


def test_what_does_not_stand_alone_waits_behind_what_it_belongs_to():
    def frame(kind, number):
        return Video(bytes([number]), 'H264', (2, 2, 1), kind, device_name='US')

    filling = Filling()
    filling.put(frame(1, 0), frame(3, 1), frame(3, 2))
    assert [m.frame[0] for m in filling.rest()] == [0, 1, 2]
    filling.put(frame(1, 0), frame(3, 1), frame(1, 2), frame(3, 3))
    assert [m.frame[0] for m in filling.rest()] == [2, 3]
    whole = Image(np.zeros((2, 2, 2), np.uint8), device_name='CT')
    block = Image(np.ones((1, 2, 2), np.uint8), size=(2, 2, 2), device_name='CT')
    filling.put(whole, block, block)
    assert [m.is_whole for m in filling.rest()] == [True, False, False]
    filling.put(whole, block, whole)
    assert [m.is_whole for m in filling.rest()] == [True]


def test_the_lag_is_that_of_the_place_and_not_of_its_newest_value():
    filling = Filling()
    filling.put(pose(1), pose(2), pose(3))
    assert filling.inbox.lag_s(10.0) == 9.0
    filling.rest()
    assert filling.inbox.lag_s(10.0) == 0.0


def test_it_is_bounded_in_bytes_and_streams_give_way_first():
    filling = Filling(queue_bytes=250)
    filling.put(text('a'), pose(1), text('b'))
    assert filling.inbox.is_full
    assert filling.inbox.drop_over() == [('TRANSFORM', 'Tool')]
    filling.put(text('c'))
    assert filling.inbox.drop_over() == [('STRING', 'Note')]
    assert [m.text for m in filling.rest()] == ['b', 'c']
    # what is kept as the latest is bounded as well
    filling.put(*(pose(number, f'Tool{number}') for number in range(10)))
    assert filling.inbox._last_bytes <= 250
    assert filling.inbox.latest('Tool9') and not filling.inbox.latest('Tool0')


def emergency(device='Robot'):
    return Status(StatusCode.EMERGENCY, message='STOP', device_name=device)


def fine(device='Robot'):
    return Status(StatusCode.OK, device_name=device)


def test_an_emergency_goes_before_everything_and_is_not_dropped():
    filling = Filling(queue_messages=3)
    filling.put(text('a'), fine(), fine('Arm'), Bind((emergency('E'),), device_name='B'))
    filling.put(emergency(), fine(), pose(1), text('b'))
    assert filling.inbox.replaced == 1  # nobody shall take the older state for the newer one
    assert len(filling.inbox.drop_over()) == 4
    rest = filling.rest()
    assert [m.device_name for m in rest] == ['B', 'Robot', 'Note']
    assert rest[1].is_emergency and filling.inbox._bytes == 0 and not filling.inbox._named
    filling.put(text('a'), fine(), emergency('Arm'), emergency())
    assert filling.inbox.take_of('STATUS')[1].device_name == 'Arm'
    assert filling.inbox.take_of('Robot')[1].is_emergency


def test_emergencies_without_end_do_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(inbox, '_MOST_URGENT', 4)
    filling = Filling(queue_messages=1)
    filling.put(*(emergency(f'E{number}') for number in range(6)))
    assert filling.inbox.drop_over() == [('STATUS', 'E0'), ('STATUS', 'E1')]
    assert [m.device_name for m in filling.rest()] == ['E2', 'E3', 'E4', 'E5']


def test_functions_are_called_with_emergencies_of_what_came_together_first():
    got = {'on_message': [], 'on': []}
    with serve(LOCAL, on_message=lambda _, m: got['on_message'].append(m)) as server, \
            serve(LOCAL) as other:
        other.on('STATUS')(lambda _, m: got['on'].append(m))
        other.on('STRING')(lambda _, m: got['on'].append(m))
        messages = text('a'), fine(), text('b'), emergency(), fine()
        for link, name in ((server, 'on_message'), (other, 'on')):
            with RawPeer(link.address) as peer:

                def first(peer=peer, heard=got[name]):
                    """Send them at once; tells what came first, as they mostly come together."""
                    heard.clear()
                    peer.send(b''.join(map(codec.encode, messages)))
                    until(lambda: len(heard) == 5, 'all of them')
                    return [(m.type_name, getattr(m, 'is_emergency', False)) for m in heard] == [
                        ('STATUS', False), ('STATUS', True), ('STRING', False),
                        ('STRING', False), ('STATUS', False)]

                until(first, 'the emergency before what came with it')


def test_an_emergency_overtakes_what_nobody_took_and_losses_are_counted():
    with serve(LOCAL) as server, connect(str(server.address), queue_messages=10) as client:
        client.latest('Probe')
        server.wait_connected(DEADLINE_S)
        with pytest.raises(PeerTimeoutError):
            client.wait_for('Probe', 0)  # asks by name: the others give way
        for number in range(5):
            server.send(text(number))
        server.send(emergency())
        for number in range(100):
            server.send(text(number))
        server.send(pose(1, 'Probe'))
        client.wait_for('Probe', DEADLINE_S)
        assert client.facts['messages not taken'] >= 95
        assert client.receive(DEADLINE_S).is_emergency


@pytest.fixture
def pair():
    with serve(LOCAL) as server, connect(str(server.address)) as client:
        server.wait_connected(DEADLINE_S)
        yield server, client


def test_a_slow_reader_gets_poses_of_now(pair, monkeypatch, caplog):
    """60 poses a second for somebody who takes 20 a second."""
    monkeypatch.setattr(receiving, '_LAG_PERIOD_S', 0.0)
    server, client = pair
    sent = [0]
    stop = threading.Event()

    def send():
        while not stop.wait(1 / 60):
            sent[0] += 1
            server.send(pose(sent[0]))
            server.send(text(sent[0])) if sent[0] % 20 == 0 else None

    thread = threading.Thread(target=send)
    thread.start()
    behind, notes = [], []
    try:
        for message in client.messages(3.0):
            if message.type_name == 'TRANSFORM':
                behind.append(sent[0] - number_of(message))
            else:
                notes.append(int(message.text))
            time.sleep(0.05)
    finally:
        stop.set()
        thread.join()
    assert sent[0] > len(behind) > 3
    # as a median: on a busy machine one may wait; in order it would be two thirds of all by now
    assert sorted(behind)[len(behind) // 2] <= 3
    assert notes == [20 * (k + 1) for k in range(len(notes))] and notes
    assert client.facts['replaced before received'] > 10
    assert 's behind' in caplog.text


def test_next_to_pyigtl(pair):
    """The same reader next to the usual library, by turns: as new, give or take a pose."""
    pyigtl = pytest.importorskip('pyigtl')
    server, client = pair
    other = pyigtl.OpenIGTLinkClient(host='127.0.0.1', port=server.address.port)
    try:
        until(lambda: len(server.peers) == 2, 'the other library')
        ours, theirs = [], []
        for number in range(1, 90):
            server.send(pose(number))
            if number % 3 == 0:  # 20 a second
                got = client.wait_for('Tool', timeout_s=DEADLINE_S)
                ours.append(number - number_of(got))
                got = other.wait_for_message('Tool', timeout=DEADLINE_S)
                theirs.append(number - int(got.matrix[0, 3]))
            time.sleep(1 / 60)
        assert np.median(ours) <= np.median(theirs) + 1
    finally:
        other.stop()


def test_latest_gives_the_newest_without_taking_it(pair):
    server, client = pair
    assert client.latest('Tool') is None
    server.send(pose(1))
    until(lambda: client.latest('Tool'), 'the pose')
    server.send(pose(2))
    until(lambda: number_of(client.latest('Tool')) == 2, 'the newer one')
    assert number_of(client.latest('TRANSFORM')) == 2
    assert number_of(client.receive(DEADLINE_S)) == 2
    assert number_of(client.latest('Tool')) == 2  # taken, and still what holds
    assert number_of(client.latest('Tool', max_age_s=100.0)) == 2
    time.sleep(0.02)
    assert client.latest('Tool', max_age_s=0.01) is None
    client.send(pose(3, 'Goal'))
    until(lambda: server.latest('Goal'), 'the goal')
    peer, message = server.latest('Goal')
    assert peer is server.peers[0] and number_of(message) == 3


def test_latest_is_forgotten_when_the_connection_is_lost():
    with serve(LOCAL) as server:
        client = connect(str(server.address))
        server.send(pose(1))
        until(lambda: client.latest('Tool'), 'the pose')
        server.send(pose(2), hold=False)
    with client:
        until(lambda: not client.peers, 'the end')
        assert client.latest('Tool') is None


def test_wait_for_takes_the_next_of_a_device_or_type(pair):
    server, client = pair
    with pytest.raises(PeerTimeoutError, match="no 'Tool' within"):
        client.wait_for('Tool', timeout_s=0.01)
    server.send(text('a'))
    server.send(pose(1))
    server.send(Status(message='ready', device_name='State'))
    server.send(text('b'))
    assert client.wait_for('STATUS', DEADLINE_S).message == 'ready'
    assert [client.wait_for('Note', DEADLINE_S).text for _ in range(2)] == ['a', 'b']
    assert number_of(client.receive(DEADLINE_S)) == 1  # nothing is given twice, nothing is lost
    with pytest.raises(PeerTimeoutError):
        client.wait_for('Tool', timeout_s=0.01)
    threading.Timer(0.05, server.send, [pose(2)]).start()
    assert number_of(client.wait_for('Tool', DEADLINE_S)) == 2
    client.send(pose(5, 'Goal'))
    peer, message = server.wait_for('Goal', DEADLINE_S)
    assert peer is server.peers[0] and number_of(message) == 5


def test_a_long_name_is_found_by_what_became_of_it(pair):
    server, client = pair
    for side in ('Left', 'Right'):
        server.send(pose(len(side), f'VeryLongRobotToolName{side}', version=2))
    for side in ('Left', 'Right'):
        message = client.wait_for(f'VeryLongRobotToolName{side}', DEADLINE_S)
        assert number_of(message) in (4, 5)


def test_who_asks_by_name_is_not_kept_from_it_by_the_rest():
    with serve(LOCAL, queue_messages=100_000) as server:
        with connect(str(server.address), queue_messages=10) as client:
            client.latest('Tool')
            for number in range(100):
                server.send(text(number, f'Note{number}'))
            server.send(pose(7))
            assert number_of(client.wait_for('Tool', DEADLINE_S)) == 7
            assert client.link.not_taken >= 90  # counted, and said in the log
            # what is asked for in order is waited for again
            while client.receive(DEADLINE_S).text != '99':
                pass


def test_who_waited_already_goes_on_when_something_is_asked_for_by_name():
    with serve(LOCAL, queue_messages=100_000) as server:
        with connect(str(server.address), queue_messages=10) as client:
            for number in range(100):
                server.send(text(number, f'Note{number}'))
            until(lambda: client.link._paused, 'the pause')
            server.send(pose(7))
            assert number_of(client.wait_for('Tool', DEADLINE_S)) == 7


def test_wait_for_ends_with_the_link(pair):
    server, client = pair
    threading.Timer(0.05, client.close).start()
    with pytest.raises(PeerError, match='closed'):
        client.wait_for('Tool', DEADLINE_S)


def test_with_a_callback_nothing_can_be_asked_for():
    with serve(LOCAL, on_message=lambda peer, message: None) as server:
        for ask in (server.latest, server.wait_for):
            with pytest.raises(ConfigError, match='on_message'):
                ask('Tool')
    with serve(LOCAL) as server:
        for ask in (server.latest, server.wait_for):
            for wrong in (None, 5, b'Tool', Transform(np.eye(4)), str):
                with pytest.raises(ConfigError, match='name'):
                    ask(wrong)


def test_the_same_with_asyncio():
    async def talk():
        async with aio.serve(LOCAL) as server, aio.connect(str(server.address)) as client:
            for number in range(5):
                server.send(text(number))
            server.send(pose(9))
            assert number_of(await client.wait_for('Tool', DEADLINE_S)) == 9
            assert number_of(client.latest('Tool')) == 9
            assert (await client.wait_for('Note', DEADLINE_S)).text == '0'
            client.send(pose(3, 'Goal'))
            peer, message = await server.wait_for('Goal', DEADLINE_S)
            assert number_of(message) == 3 and server.latest('Goal') == (peer, message)
            with pytest.raises(PeerTimeoutError):
                await client.wait_for('Nothing', 0.01)

    asyncio.run(talk())


def test_a_program_that_reads_nothing_is_told(monkeypatch, caplog):
    monkeypatch.setattr(receiving, '_LAG_S', 0.0)
    with serve(LOCAL) as server, RawPeer(server.address) as peer:
        peer.send(text('x'))
        until(lambda: 'is 0.' in caplog.text, 'the warning')
    (line,) = [r for r in caplog.records if 's behind' in r.getMessage()]
    assert line.levelno == logging.WARNING and '1 messages wait' in line.getMessage()


def test_a_program_that_looks_at_the_latest_is_not_behind(monkeypatch, caplog):
    monkeypatch.setattr(receiving, '_LAG_S', 0.0)
    with serve(LOCAL) as server, RawPeer(server.address) as peer:
        assert server.latest('T') is None
        for number in range(3):
            peer.send(pose(number, 'T'))
        until(lambda: server.facts['replaced before received'] == 2, 'the poses')
        looked = server.link._told_replaced
        server.link._look_at_lag()
        assert server.latest('T') and server.link._told_replaced == looked
        server.receive(DEADLINE_S)
        peer.send(text('x'))
        until(lambda: 's behind' in caplog.text, 'the warning')
    assert len([r for r in caplog.records if 's behind' in r.getMessage()]) == 1
