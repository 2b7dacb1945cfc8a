"""`igtl replay` of captures: each byte of what a device said comes out again."""

import pytest
from bag_tools import Tool, golden_frames, moves, replayed
from pcap_tools import CLIENT, SERVER, datagram, packet, server_says, write_pcap

OTHER = ('10.0.0.3', 40001)


def _moved(packets, client):
    """The same packets, to another client."""
    old, new = (bytes(map(int, host.split('.'))) for host in (CLIENT[0], client[0]))
    return [data.replace(old, new) for data in packets]


def test_what_the_device_said_comes_byte_for_byte_over_any_segmentation(tmp_path):
    stream = b''.join(golden_frames())
    cuts = range(700, len(stream), 1400)
    write_pcap(tmp_path / 'all.pcap', server_says(stream, cuts))
    assert replayed(tmp_path / 'all.pcap') == stream


def test_to_the_device_and_both_ways(tmp_path):
    said, asked = b''.join(moves(3, 'Tool')), b''.join(moves(2, 'Command'))
    opened = server_says(said, [])
    packets = [*opened, packet(CLIENT, SERVER, 500, asked)]
    write_pcap(tmp_path / 'two.pcap', packets)
    assert replayed(tmp_path / 'two.pcap') == said
    assert replayed(tmp_path / 'two.pcap', '--direction', 'to') == asked
    assert replayed(tmp_path / 'two.pcap', '--direction', 'both') == said + asked
    assert replayed(tmp_path / 'two.pcap', '--device', 'To*') == said


def test_of_several_clients_of_a_device_one_stands_for_all(tmp_path):
    frames = moves(4, 'Tool')
    size = len(frames[0])
    first = server_says(b''.join(frames), range(size, 4 * size, size))
    late = _moved(server_says(b''.join(frames[1:3]), []), OTHER)
    write_pcap(tmp_path / 'both.pcap', [*first[:5], *late, *first[5:]])
    assert replayed(tmp_path / 'both.pcap') == b''.join(frames)


def test_what_clients_heard_one_after_the_other_is_what_the_device_said(tmp_path):
    frames = moves(9, 'Tool')
    again = [server_says(b''.join(frames[:2]), []),
             _moved(server_says(b''.join(frames[2:7]), []), OTHER),
             _moved(server_says(b''.join(frames[7:]), []), ('10.0.0.4', 40002))]
    write_pcap(tmp_path / 'again.pcap', sum(again, []))
    assert replayed(tmp_path / 'again.pcap') == b''.join(frames)


def test_of_what_two_clients_heard_for_a_while_each_message_comes_once(tmp_path):
    size = len(moves(1, 'Tool')[0])
    frames = moves(9, 'Tool')
    old = server_says(b''.join(frames[:5]), range(size, 5 * size, size))
    new = _moved(server_says(b''.join(frames[3:]), range(size, 6 * size, size)), OTHER)
    # the old connection is still there when the client has come back
    both = [*old[:6], *new[:4], old[6], new[4], old[7], *new[5:]]
    write_pcap(tmp_path / 'two.pcap', both)
    assert replayed(tmp_path / 'two.pcap') == b''.join(frames)
    with Tool('tools.replay', tmp_path / 'two.pcap', '--device', 'X') as tool:
        said = tool.end(1)
    assert 'replayed: 3 messages from 10.0.0.2:18944 to 10.0.0.1:40000' in said
    assert 'left out: 2 messages from 10.0.0.2:18944 to 10.0.0.1:40000' in said


def test_a_capture_that_began_later_takes_who_says_more_for_the_device(tmp_path):
    said, asked = b''.join(moves(3, 'Tool')), moves(1, 'Asked')[0]
    packets = [*server_says(said, [])[3:], packet(CLIENT, SERVER, 500, asked)]
    write_pcap(tmp_path / 'later.pcap', packets)
    assert replayed(tmp_path / 'later.pcap') == said


def test_datagrams_are_replayed_over_tcp(tmp_path):
    frames = moves(3, 'Tool')
    write_pcap(tmp_path / 'udp.pcap', [datagram(frame) for frame in frames])
    assert replayed(tmp_path / 'udp.pcap') == b''.join(frames)


def test_what_is_replayed_and_what_not_is_said(tmp_path):
    packets = [*server_says(b''.join(moves(3, 'Tool')), []),
               packet(CLIENT, SERVER, 500, moves(1, 'Asked')[0])]
    write_pcap(tmp_path / 'two.pcap', packets)
    with Tool('tools.replay', tmp_path / 'two.pcap', '--direction', 'to', '--device', 'X') as tool:
        said = tool.end(1)
    assert 'replayed: 1 messages from 10.0.0.1:40000 to 10.0.0.2:18944' in said
    assert 'left out: 3 messages from 10.0.0.2:18944 to 10.0.0.1:40000' in said


@pytest.mark.parametrize('packets, why', [
    ([packet(CLIENT, SERVER, 500, b'GET / HTTP/1.0\r\n\r\n')], 'no message of OpenIGTLink'),
    ([*server_says(moves(1, 'A')[0], [])], None),
])
def test_without_anything_to_send_nobody_is_waited_for(tmp_path, packets, why):
    write_pcap(tmp_path / 'x.pcap', packets)
    options = () if why else ('--direction', 'to')
    with Tool('tools.replay', tmp_path / 'x.pcap', *options) as tool:
        assert (why or 'nothing was said to a device') in tool.end(1)
