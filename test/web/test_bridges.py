"""What bridges say on `/diagnostics` is what the page and `igtl top` are told of it."""

from types import SimpleNamespace

import numpy as np
import pytest

from igtl_ros2.codec import from_ns
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.nodes.latency_facts import latency_facts
from igtl_ros2.peers.mailbox import Waits
from igtl_ros2.routes.latency import LinkLatency, Trace
from igtl_ros2.web.bridges import Bridges, Status
from igtl_ros2.web.model import Monitor
from igtl_ros2.web.viewer import Viewer

MS = 1e-3
TOOL = 'TRANSFORM Tool'


def facts_of(now_s=10.0):
    """Let a bridge measure a device, a source and a peer; gives what it says of them."""
    inbound, outbound, waits = LinkLatency(), LinkLatency(), Waits()
    for number in range(1, 101):
        trace = Trace(9.0, 'tcp://peer')
        trace.offset_s = 0.5 + (number % 2) * MS
        for stage, took in (('decoded', 1), ('gates', 2), ('tf_wait', 3), ('published', number)):
            trace.mark(stage, trace.last_s + took * MS)
        inbound.add(TOOL, trace)
        trace = Trace(9.0)
        trace.mark('converted', 9.0 + number * MS)
        trace.mark('sent', 9.0 + (number + 4) * MS)
        outbound.add('/x/to_igtl/Tool latency_of/transform', trace)
        waits.add(9.0, 9.0 + number * MS)
    mailbox = SimpleNamespace(waits=waits, oldest_s=lambda now_s: 0.25)
    peer = SimpleNamespace(address='tcp://[::1]:5', mailbox=mailbox, round_trip_s=None)
    return {'address': 'tcp://10.0.0.5:18944', **latency_facts(inbound, outbound, [peer], now_s)}


def said(facts, name='/x/igtl_bridge: OpenIGTLink', level=1, text='1 poses withheld'):
    return Status(name, level, text, facts)


def row(link, kind, what=''):
    (found,) = [row for row in link['rows'] if (row['kind'], row['what']) == (kind, what)]
    return found


def test_each_figure_of_a_bridge_arrives_where_it_belongs():
    facts = facts_of()
    bridges = Bridges()
    bridges.take([said(facts)], 1.0)
    (link,) = bridges.tell()
    assert (link['level'], link['text']) == ('WARN', '1 poses withheld')
    assert link['slow_spot'] == facts['latency_slow_spot']
    assert link['slowest'] == facts['latency_slowest']
    assert link['slowest_out'] == facts['latency_out_slowest']
    tool = row(link, 'device', TOOL)
    assert tool['stages'] == {
        'device': [0.0, 1.0], 'decoded': [1.0, 1.0], 'gates': [2.0, 2.0], 'tf_wait': [3.0, 3.0],
        'published': [50.0, 99.0], 'total': [56.0, 105.0]}
    assert tool['clock_offset'] == 500.0
    source = row(link, 'source', '/x/to_igtl/Tool latency_of/transform')
    assert source['stages'] == {'converted': [50.0, 99.0], 'sent': [4.0, 4.0],
                                'total': [54.0, 103.0]}
    peer = row(link, 'peer', 'tcp://[::1]:5')
    assert peer['stages'] == {'queue': [50.0, 99.0]}
    assert (peer['slowest'], peer['oldest']) == (250.0, 250.0)
    assert row(link, 'all in')['stages'] == tool['stages']
    assert row(link, 'all out')['stages'] == {**source['stages'], 'queue': [50.0, 99.0]}
    # not one of them is lost
    told = sum(len(one['stages']) for one in link['rows'])
    assert 2 * told == sum(key.endswith(('_p50', '_p99')) for key in facts)


@pytest.mark.parametrize('name', [
    'Tool', '', 'a latency_gates_ms_p50 b', 'peer x', 'withheld', 'x' * 300, 'Nadel 3: gerade'])
def test_a_device_of_whatever_name_finds_its_own(name):
    what = f'TRANSFORM {name}'
    facts = {
        'address': 'tcp://a:1', 'latency_slow_spot': 'none',
        f'{what} latency_gates_ms_p50': '0.125', f'{what} latency_gates_ms_p99': '4.000',
        f'withheld {what}: not a pose': '3', f'left out {what}: by rule': '4',
        f'problem {what}': '5',
        'withheld TRANSFORM Other: not a pose': '9',
    }
    bridges = Bridges()
    bridges.take([said(facts)], 1.0)
    told = bridges.of('TRANSFORM', name, '', 1.0)
    assert told['stages'] == {'gates': [0.125, 4.0]}
    assert told['dropped'] == 12 and told['withholds']
    assert [(one['kind'], one['what'], one['number']) for one in told['counts']] == [
        ('withheld', f'{what}: not a pose', 3), ('left out', f'{what}: by rule', 4),
        ('problem', what, 5)]
    bridges.take([said(facts)], 2.0)
    assert not bridges.of('TRANSFORM', name, '', 2.0)['withholds']  # none of late
    assert bridges.of('POSITION', name, '', 2.0) is None


@pytest.mark.parametrize('text', ['9' * 5000, '-1', '1.5', '', 'many', '²'])
def test_a_count_that_is_no_number_of_messages_is_passed_over(text):
    bridges = Bridges()
    facts = {**facts_of(), f'withheld {TOOL}': text, f'problem {TOOL}: why': '3'}
    bridges.take([said(facts)], 1.0)
    (link,) = bridges.tell()
    assert link['counts'] == [
        {'kind': 'problem', 'what': f'{TOOL}: why', 'number': 3, 'new': 3}]


def test_of_several_bridges_that_counts_which_looks_at_the_same_address():
    bridges = Bridges()
    for number, address in enumerate(['tcp://a:1', 'tcp://b:2']):
        bridges.take([said({'address': address, 'latency_slow_spot': 'none',
                            f'{TOOL} latency_gates_ms_p50': f'{number}'}, name=address)], 1.0)
    assert bridges.of('TRANSFORM', 'Tool', 'tcp://b:2', 1.0)['name'] == 'tcp://b:2'
    assert bridges.of('TRANSFORM', 'Tool', 'tcp://c:3', 1.0)['name'] == 'tcp://a:1'
    # one that looks at the same address and says nothing of it: what others drop is none of its
    bridges.take([said({'address': 'tcp://d:4', 'latency_slow_spot': 'none'}, name='d')], 1.0)
    assert bridges.of('TRANSFORM', 'Tool', 'tcp://d:4', 1.0) is None
    # what has not said anything for long says nothing of now
    assert bridges.of('TRANSFORM', 'Tool', 'tcp://b:2', 8.0) is None


def test_what_others_say_there_is_passed_over():
    bridges = Bridges()
    bridges.take([
        Status('motor', 2, 'hot', {'temperature': '99', 'address': '7'}),
        Status('odd', 77, '\x1b[0m', {'latency_slow_spot': 'x', 'address': 'y',
                                      'latency_gates_ms_p50': 'nan', 'withheld a': '1.5',
                                      'latency_gates_ms_p99': 'much', '': ''}),
    ], 1.0)
    (link,) = bridges.tell()
    assert (link['name'], link['level'], link['rows'], link['counts']) == ('odd', '77', [], [])


def test_it_does_not_grow_without_end():
    bridges = Bridges()
    facts = {'address': 'a', 'latency_slow_spot': 'none',
             **{f'withheld {n}': '1' for n in range(500)},
             **{f'D {n} latency_gates_ms_p50': '1' for n in range(500)}}
    for number in range(50):
        bridges.take([said(facts, name=f'{number}', text='x' * 10_000)], number / 50)
    told = bridges.tell()
    assert len(told) <= 32
    assert all(len(link['rows']) <= 100 and len(link['counts']) <= 300 for link in told)
    assert all(len(link['text']) <= 1000 for link in told)
    bridges.take([said(facts, name='new')], 100.0)  # who has left long ago makes room
    bridges.take([said(facts, name='new')], 100.1)
    assert [link['name'] for link in bridges.tell()] == ['new']


def test_a_browser_is_told_once():
    import json

    monitor = Monitor()
    viewer = Viewer(monitor)
    assert 'bridges' not in json.loads(viewer.state(1.0, [], 0))
    monitor.bridges.is_heard = True
    assert json.loads(viewer.state(1.1, [], 0))['bridges'] == []
    monitor.bridges.take([said(facts_of())], 1.2)
    (link,) = json.loads(viewer.state(1.3, [], 0))['bridges']
    assert link['heard'] == 1.2
    assert 'bridges' not in json.loads(viewer.state(1.4, [], 0))


def test_the_first_stages_are_measured_here():
    monitor = Monitor()
    for number in range(200):
        now_s = 100 + number / 10
        # late by 0 or 20 ms, of a clock that is 7 s ahead; 4 ms from the socket on
        late_s = 0.02 * (number % 4 == 0)
        stamp = from_ns(round((now_s + 7.0 - 0.004 - late_s) * 1e9))
        message = Transform(np.eye(4), device_name='Tool', timestamp=stamp)
        monitor.take(0, 'p', [(message, 100)], now_s, round(now_s * 1e9), now_s - 0.004)
    stages = monitor.row(monitor.devices[1], now_s)['stages']
    assert stages['decoded'] == pytest.approx((4.0, 4.0))
    assert stages['device'] == pytest.approx((0.0, 20.0), abs=1e-3)
