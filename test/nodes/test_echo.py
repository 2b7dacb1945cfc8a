"""A value that came from a peer is not sent back to it, but whatever is new is."""

import pytest
from ros_user import ALL, mapping, next_message, pose, wait_for
from std_msgs.msg import Float64MultiArray, UInt8MultiArray
from std_msgs.msg import String as RosString

from igtl_ros2 import connect
from igtl_ros2.codec.messages.arrays import Sensor
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import String
from igtl_ros2.codec.short_names import short_name
from igtl_ros2.errors import PeerError
from igtl_ros2.nodes import echo

TOPIC, KEY = '/x/State/text', ('STRING', 'State')
#: where a ROS node publishes what is to be sent to the same device
TO_PEERS = '/x/to_igtl/State/text'


class Peer:
    """Somebody who says something."""


def text(words):
    return RosString(data=words)


@pytest.fixture
def guard():
    return echo.EchoGuard()


@pytest.fixture
def peer():
    return Peer()


def say(guard, peer, *values):
    for value in values:
        guard.published(peer, TOPIC, KEY, text(value))


def sent(guard, peers, *values, topic=TO_PEERS):
    """Send values; for each, the peer that does not get it."""
    return [guard.origin(topic, KEY, text(value), peers) for value in values]


@pytest.mark.parametrize('topic', [TO_PEERS, TOPIC])
def test_values_that_are_sent_on_late_do_not_go_back(guard, peer, topic):
    say(guard, peer, 'v1', 'v2', 'v1', 'v3')
    assert sent(guard, [peer], 'v1', 'v2', 'v1', 'v3', topic=topic) == [peer] * 4


def test_the_last_value_does_not_go_back_however_late_it_is(guard, peer, monkeypatch):
    monkeypatch.setattr(echo, '_LATE_S', 0.0)
    say(guard, peer, 'v1', 'v2')
    assert sent(guard, [peer], 'v2', 'v2') == [peer, peer]


def test_what_is_not_the_last_value_any_more_goes_out_after_a_while(guard, peer, monkeypatch):
    monkeypatch.setattr(echo, '_LATE_S', 0.0)
    say(guard, peer, 'ready', 'busy')
    assert sent(guard, [peer], 'ready') == [None]


def test_a_value_goes_out_once_its_peer_was_sent_another(guard, peer):
    say(guard, peer, 'ready', 'ready')
    assert sent(guard, [peer], 'busy', 'ready', 'ready') == [None] * 3
    say(guard, peer, 'ready')
    assert sent(guard, [peer], 'ready') == [peer]


def test_late_values_do_not_go_back_in_a_row_because_of_another(guard, peer):
    """Else each would be another one for the next, between two bridges without end."""
    say(guard, peer, 'v1')
    assert sent(guard, [peer], 'mine') == [None]
    say(guard, peer, 'v2', 'v3')
    assert sent(guard, [peer], 'v1', 'v2', 'v3') == [peer] * 3


def test_what_others_were_sent_changes_nothing(guard, peer):
    say(guard, peer, 'ready')
    assert sent(guard, [Peer()], 'busy') == [None]
    assert sent(guard, [peer], 'ready') == [peer]


def test_the_values_of_one_peer_are_sent_to_the_others(guard, peer):
    other = Peer()
    both = [peer, other]
    say(guard, peer, 'v')
    assert sent(guard, both, 'v') == [peer]
    say(guard, other, 'w')
    assert sent(guard, both, 'w') == [other]
    # the other one was sent v2, which came late, and w2 is what holds
    say(guard, peer, 'v2')
    say(guard, other, 'w2')
    assert sent(guard, both, 'v2', 'w2') == [peer, None]


def test_a_device_with_two_forms_has_a_last_value_of_each(guard, peer, monkeypatch):
    monkeypatch.setattr(echo, '_LATE_S', 0.0)
    frame = UInt8MultiArray(data=b'frame')
    say(guard, peer, 'ready')
    guard.published(peer, '/x/State/raw', KEY, frame)
    assert sent(guard, [peer], 'ready') == [peer]
    assert guard.origin('/x/to_igtl/raw', KEY, frame, [peer]) is peer


def test_the_memory_is_bounded_and_ends_with_the_peer(guard, monkeypatch):
    monkeypatch.setattr(echo, '_MEMORY', 10)
    peer = Peer()
    say(guard, peer, *map(str, range(100)))
    assert len(guard._late) == 10
    assert sent(guard, [peer], '0', '98', '99') == [None, peer, None]
    say(guard, peer, '100')
    assert sent(guard, [peer], '100') == [peer]
    del peer
    assert sent(guard, [], '100') == [None]


# -- through the node


@pytest.fixture
def two_peers(ros):
    """A bridge with two peers; what a function gives it as mapping file."""
    made = []

    def open_with(**parameters):
        node = ros.bridge(mode='server', port=0, discover_period=0.1, **parameters)
        for _ in range(2):
            made.append(connect(str(node.link.address), header_version='2', queue_policy=ALL))
        wait_for(lambda: len(node.link.peers) == 2, 'both peers')
        return node, *made

    yield open_with
    for client in made:
        client.close()


def left_out(node):
    (health, *_), = node._diagnostics._open
    return health._report.left_out


@pytest.mark.parametrize(('leaf', 'ros_type', 'ready', 'busy', 'came'), [
    ('text', RosString, 'ready', 'busy', String('ready', device_name='State')),
    ('sensor', Float64MultiArray, [1.0], [2.0], Sensor([1.0], device_name='State')),
])
def test_a_state_can_be_set_back_to_what_a_peer_said(
    ros, two_peers, leaf, ros_type, ready, busy, came
):
    node, a, b = two_peers()
    talk = ros.talk(f'/x/to_igtl/State/{leaf}', ros_type)
    a.send(came)
    wait_for(lambda: f'/x/State/{leaf}' in node._echo._last, 'what the peer said')
    for value in (ready, busy, ready):
        talk.publish(ros_type(data=value))

    def value(message):
        return message.text if isinstance(message, String) else message.values.tolist()

    assert [value(next_message(b)) for _ in range(3)] == [ready, busy, ready]
    assert [value(next_message(a)) for _ in range(2)] == [busy, ready]
    assert left_out(node) == {'State: echo': 1}


def test_a_frame_does_not_go_back_to_where_it_came_from(ros, two_peers, tmp_path):
    node, a, b = two_peers(**mapping(tmp_path, 'receive: [{device: "*", raw: true}]'))
    relay = ros.talk('/x/to_igtl/raw', UInt8MultiArray)
    names = ('Dev', 'Device_of_more_than_20_bytes')
    for name in names:
        ros.node.create_subscription(UInt8MultiArray, f'/x/{name}/raw', relay.publish, 10)
        message = Transform(pose(), device_name=name, metadata={'IGTL_DEVICE_NAME': name})

        def relayed(message=message):
            a.send(message)
            try:
                return b.receive(0.2)
            except PeerError:
                return None

        assert wait_for(relayed, 'the frame').device_name == short_name(name)
    with pytest.raises(PeerError):
        a.receive(0.5)
    assert set(left_out(node)) == {f'{name}: echo' for name in names}
