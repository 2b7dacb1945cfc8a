"""What waits for a peer: the order, the limits, who gives way, and that all of it is counted."""

import random
import threading
from collections import Counter

import pytest

from igtl_ros2.codec.message import names_of
from igtl_ros2.config import Settings
from igtl_ros2.peers.mailbox import Mailbox

POSE, NOTE, SCAN = ('TRANSFORM', 'Tool'), ('STRING', 'Note'), ('IMAGE', 'Scan')
STATE, ORDER = ('STATUS', 'Robot'), ('COMMAND', 'Robot')


def contents(mailbox):
    """Take everything out."""
    return list(iter(mailbox.take, None))


def firsts(mailbox):
    """Take everything out; the first part of each."""
    return [parts[0] for _, parts in contents(mailbox)]


def congested(*limits, **more):
    mailbox = Mailbox(*limits, **more)
    mailbox.congested = True
    return mailbox


# -- the order


def test_everything_is_kept_in_order_while_the_peer_keeps_up():
    mailbox = Mailbox(100, 1000)
    items = [(POSE, [b'1']), (NOTE, [b'2']), (POSE, [b'3']), (POSE, [b'4']), (NOTE, [b'5', b'6'])]
    for item in items:
        mailbox.put(*item)
    assert (len(mailbox), mailbox.bytes) == (5, 6)
    assert contents(mailbox) == items
    assert (len(mailbox), mailbox.bytes) == (0, 0)
    assert not mailbox.dropped


def test_values_of_streams_are_replaced_while_the_peer_does_not_keep_up():
    mailbox = congested(100, 1000)
    for item in [(POSE, [b'1']), (NOTE, [b'2']), (POSE, [b'3']), (NOTE, [b'4']), (POSE, [b'5'])]:
        mailbox.put(*item)
    assert contents(mailbox) == [(POSE, [b'5']), (NOTE, [b'2']), (NOTE, [b'4'])]
    assert mailbox.dropped == {POSE: 2}
    mailbox.put(POSE, [b'6'])
    assert contents(mailbox) == [(POSE, [b'6'])]


def test_each_device_is_a_stream_of_its_own():
    mailbox = congested(100, 1000)
    for device in 'ABAB':
        mailbox.put(('TRANSFORM', device), [device.encode()])
    assert firsts(mailbox) == [b'A', b'B']


def test_what_is_outdated_is_passed_over_when_the_peer_falls_behind():
    mailbox = Mailbox(100, 1000)
    for number in (b'1', b'2', b'3'):
        mailbox.put(POSE, [number])
        mailbox.put(NOTE, [number])
    mailbox.congested = True
    assert firsts(mailbox) == [b'1', b'2', b'3', b'3']
    assert mailbox.dropped == {POSE: 2}
    assert mailbox.bytes == 0


# -- policies


@pytest.mark.parametrize('kind', sorted(names_of(lambda cls: cls.is_stream)))
def test_streams_are_newest_unless_told_otherwise(kind):
    for policies, wanted in (({}, [b'2']), ({kind: 'all'}, [b'1', b'2'])):
        mailbox = congested(100, 1000, policies=policies)
        mailbox.put((kind, 'D'), [b'1'])
        mailbox.put((kind, 'D'), [b'2'])
        assert firsts(mailbox) == wanted


@pytest.mark.parametrize('kind', ['STRING', 'COMMAND', 'STATUS', 'POINT', 'GET_IMAGE', 'OWN'])
def test_all_of_the_rest_is_sent_unless_told_otherwise(kind):
    for policies, wanted in (({}, [b'1', b'2']), ({kind: 'newest'}, [b'2'])):
        mailbox = congested(100, 1000, policies=policies)
        mailbox.put((kind, 'D'), [b'1'])
        mailbox.put((kind, 'D'), [b'2'])
        assert firsts(mailbox) == wanted


def test_policies_of_the_settings():
    settings = Settings(queue_policy=('STRING=newest', 'TRANSFORM=all'))
    mailbox = congested(100, 1000, policies=settings.policies())
    for key in (POSE, NOTE, POSE, NOTE):
        mailbox.put(key, [key[0].encode()])
    assert firsts(mailbox) == [b'TRANSFORM', b'STRING', b'TRANSFORM']


# -- limits


def test_over_the_number_the_oldest_goes():
    mailbox = Mailbox(3, 100)
    for number in range(5):
        mailbox.put(NOTE, [bytes([number])])
    assert firsts(mailbox) == [b'\2', b'\3', b'\4']
    assert mailbox.dropped == {NOTE: 2}


def test_over_the_bytes_the_oldest_goes():
    mailbox = Mailbox(100, 100)
    for number in (b'1', b'2', b'3'):
        mailbox.put(NOTE, [number, b'x' * 49])
    assert mailbox.bytes == 100
    assert firsts(mailbox) == [b'2', b'3']


@pytest.mark.parametrize('is_slow', [False, True])
def test_a_flood_of_images_drops_no_state_and_no_order(is_slow):
    mailbox = Mailbox(50, 10_000)
    mailbox.congested = is_slow
    for number in range(20):
        mailbox.put(STATE if number % 2 else ORDER, [b'%d' % number])
        for device in range(30):
            mailbox.put(('IMAGE', f'Scan{device}'), [bytes(900)])
            assert len(mailbox) <= 50 and mailbox.bytes <= 10_000
    kept = contents(mailbox)
    assert [parts[0] for (kind, _), parts in kept if kind != 'IMAGE'] == [
        b'%d' % number for number in range(20)
    ]
    assert sum(kind == 'IMAGE' for (kind, _), _ in kept) == (10_000 - 30) // 900
    assert {kind for kind, _ in mailbox.dropped} == {'IMAGE'}


def test_of_streams_the_oldest_value_gives_way():
    mailbox = Mailbox(4, 1000)
    mailbox.put(NOTE, [b'note'])
    for number in range(5):
        mailbox.put(('TRANSFORM', f'Tool{number}'), [b'%d' % number])
    mailbox.put(NOTE, [b'last'])
    assert firsts(mailbox) == [b'note', b'3', b'4', b'last']


def test_where_no_stream_is_left_a_new_value_of_one_gives_way_itself():
    mailbox = Mailbox(2, 1000)
    mailbox.put(NOTE, [b'1'])
    mailbox.put(NOTE, [b'2'])
    mailbox.put(POSE, [b'3'])
    assert mailbox.dropped == {POSE: 1}
    assert firsts(mailbox) == [b'1', b'2']


def test_bytes_of_replaced_values_do_not_count():
    mailbox = congested(100, 100)
    for size in (90, 10, 50, 20):
        mailbox.put(POSE, [b'x' * size])
    mailbox.put(NOTE, [b'x' * 80])
    assert (len(mailbox), mailbox.bytes) == (2, 100)
    mailbox.put(POSE, [b'x' * 21])
    assert [key for key, _ in contents(mailbox)] == [NOTE]


# -- a message that is larger than the limit


def test_a_message_over_the_limit_is_sent_whatever_else_is_sent():
    mailbox = congested(100, 100)
    mailbox.put(STATE, [b'first'])
    mailbox.put(SCAN, [b'large', bytes(5000)])
    for number in range(300):
        mailbox.put(POSE, [b'pose', bytes(90)])
        mailbox.put(('TRANSFORM', f'Tool{number}'), [b'tool', bytes(90)])
        assert mailbox.bytes <= 100 + 5005
    mailbox.put(STATE, [b'last'])
    assert firsts(mailbox) == [b'first', b'large', b'last']
    assert mailbox.bytes == 0


def test_of_two_messages_over_the_limit_the_older_goes():
    mailbox = Mailbox(100, 100)
    for device in 'ABC':
        mailbox.put(('IMAGE', device), [device.encode(), bytes(500)])
        mailbox.put(NOTE, [b'note'])
        assert mailbox.bytes < 600
    assert firsts(mailbox) == [b'note', b'note', b'C', b'note']
    assert mailbox.dropped == {('IMAGE', 'A'): 1, ('IMAGE', 'B'): 1}


def test_of_two_messages_over_the_limit_the_stream_goes():
    mailbox = Mailbox(100, 100)
    mailbox.put(NOTE, [b'note', bytes(500)])
    mailbox.put(SCAN, [b'scan', bytes(500)])
    assert firsts(mailbox) == [b'note']
    assert mailbox.dropped == {SCAN: 1}


def test_a_value_over_the_limit_may_be_replaced_by_one_within_and_the_reverse():
    mailbox = congested(100, 100)
    for size in (500, 5, 600, 700, 6):
        mailbox.put(SCAN, [bytes(size)])
        assert (len(mailbox), mailbox.bytes) == (1, size)
    mailbox.put(NOTE, [bytes(94)])
    assert (len(mailbox), mailbox.bytes) == (2, 100)
    mailbox.put(NOTE, [b'1'])
    assert [key for key, _ in contents(mailbox)] == [NOTE, NOTE]


# -- what is urgent


def test_urgent_messages_go_first_in_their_order_whatever_the_limits_are():
    mailbox = Mailbox(3, 100)
    for number in range(3):
        mailbox.put(NOTE, [b'%d' % number, bytes(30)])
    for number in range(10):
        mailbox.put(('STATUS', f'Robot{number}'), [b'stop%d' % number, bytes(90)], urgent=True)
    assert len(mailbox) == 13
    mailbox.put(NOTE, [b'3', bytes(30)])
    assert mailbox.dropped == {NOTE: 1}  # the limits are those of the others
    assert firsts(mailbox) == [b'stop%d' % number for number in range(10)] + [b'1', b'2', b'3']
    assert (len(mailbox), mailbox.bytes) == (0, 0)


def test_of_urgent_messages_the_newest_of_each_device_is_sent_in_the_place_of_the_first():
    mailbox = congested(100, 1000)
    other = ('STATUS', 'Other')
    for key, number in ((STATE, b'1'), (other, b'2'), (STATE, b'3')):
        mailbox.put(key, [number], urgent=True)
    assert (len(mailbox), mailbox.bytes) == (2, 2)
    assert firsts(mailbox) == [b'3', b'2']
    assert mailbox.dropped == {STATE: 1}


def test_an_emergency_its_end_and_the_next_one_keep_their_order():
    mailbox = congested(100, 1000)
    mailbox.put(STATE, [b'emergency'], urgent=True)
    mailbox.put(STATE, [b'over'])
    assert firsts(mailbox) == [b'emergency', b'over']
    mailbox.put(STATE, [b'emergency'], urgent=True)
    mailbox.put(STATE, [b'over'])
    mailbox.put(STATE, [b'again'], urgent=True)
    assert firsts(mailbox) == [b'again'], 'what holds, and not that it is over'
    mailbox.put(STATE, [b'emergency'], urgent=True)
    mailbox.put(STATE, [b'over'])
    mailbox.put(STATE, [b'again'], urgent=True)
    mailbox.put(STATE, [b'over again'])
    assert firsts(mailbox) == [b'again', b'over again']


def test_emergencies_of_a_peer_that_takes_none_are_bounded():
    mailbox = congested(10, 1000)
    mailbox.put(NOTE, [b'note'])
    for number in range(2000):
        mailbox.put(('STATUS', f'Robot{number}'), [b'%d' % number, bytes(20_000)], urgent=True)
        mailbox.put(STATE, [b'stop', bytes(20_000)], urgent=True)
        assert len(mailbox) <= 101 and mailbox.bytes < 110 * 20_000
    assert sum(mailbox.dropped.values()) == 4001 - len(mailbox)
    kept = firsts(mailbox)
    assert kept[-2:] == [b'1999', b'note'] and b'stop' in kept
    assert (len(mailbox), mailbox.bytes) == (0, 0)


def test_an_older_state_does_not_arrive_behind_an_urgent_one():
    mailbox = Mailbox(100, 1000)
    mailbox.put(STATE, [b'ready'])
    mailbox.put(('STATUS', 'Other'), [b'other'])
    mailbox.put(STATE, [b'busy'])
    mailbox.put(STATE, [b'emergency'], urgent=True)
    mailbox.put(STATE, [b'recovered'])
    assert firsts(mailbox) == [b'emergency', b'other', b'recovered']
    assert mailbox.dropped == {STATE: 2}
    assert mailbox.bytes == 0


def test_a_message_over_the_limit_that_an_urgent_one_outdates():
    mailbox = Mailbox(100, 100)
    mailbox.put(STATE, [bytes(500)])
    mailbox.put(STATE, [b'emergency'], urgent=True)
    assert mailbox.bytes == 9
    mailbox.put(NOTE, [bytes(100)])
    assert firsts(mailbox) == [b'emergency', bytes(100)]


# -- counting


def test_names_that_somebody_makes_up_are_counted_together():
    mailbox = Mailbox(1, 100)
    for number in range(1000):
        mailbox.put(('STRING', f'Name{number}'), [b'x'])
    assert sum(mailbox.dropped.values()) == 999
    assert mailbox.dropped[('other', '')] == 799
    assert len(mailbox.dropped) == 201


def test_the_number_of_names_costs_no_memory_once_they_are_sent():
    mailbox = Mailbox(10, 1000)
    for number in range(1000):
        mailbox.put(('TRANSFORM', f'Name{number}'), [b'x'])
        mailbox.take()
    assert not mailbox._newest


def test_whatever_happens_it_stays_within_its_limits_and_counts_everything():
    choice = random.Random(1)
    keys = [(kind, device) for kind in ('TRANSFORM', 'IMAGE', 'STATUS') for device in 'ABC']
    for _ in range(200):
        limits = choice.randint(1, 6), choice.randint(1, 60)
        mailbox = Mailbox(*limits)
        put, taken = Counter(), Counter()
        for _ in range(200):
            mailbox.congested = choice.random() < 0.5
            if choice.random() < 0.7:
                key = choice.choice(keys)
                mailbox.put(key, [bytes(choice.randint(0, 70))], urgent=choice.random() < 0.03)
                put[key] += 1
            else:
                item = mailbox.take()
                taken.update([item[0]] if item else [])
            urgent = mailbox._urgent.values()
            waiting = [e for q in (urgent, mailbox._streams, mailbox._others) for e in q]
            assert mailbox.bytes == sum(entry.size for entry in waiting)
            within = sorted(e.size for q in (mailbox._streams, mailbox._others) for e in q)
            assert len(within) <= limits[0]
            assert sum(within) <= limits[1] or sum(within[:-1]) <= limits[1] < within[-1]
        taken.update(key for key, _ in contents(mailbox))
        assert taken + mailbox.dropped == put
        assert (mailbox.bytes, mailbox._exempt, mailbox._newest) == (0, 0, {})


def test_threads_may_put_while_one_takes():
    mailbox = Mailbox(1_000_000, 1 << 30)
    total, taken = 4 * 5000, []

    def put(name):
        for number in range(5000):
            mailbox.put(('STRING', name), [b'%d' % number])

    threads = [threading.Thread(target=put, args=(name,)) for name in 'ABCD']
    for thread in threads:
        thread.start()
    while len(taken) < total:
        item = mailbox.take()
        taken += [item] if item else []
        assert item or any(t.is_alive() for t in threads) or len(mailbox) or len(taken) == total
    for name in 'ABCD':
        numbers = [int(parts[0]) for key, parts in taken if key[1] == name]
        assert numbers == list(range(5000))
