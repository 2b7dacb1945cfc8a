"""What a peer says on a `status` topic never stands for what the bridge says there."""

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from igtl_ros2.converters.registry import Sending
from igtl_ros2.converters.status import (
    ERROR,
    OK,
    STALE,
    WARN,
    StatusTopic,
    status_from_diagnostics,
)
from igtl_ros2.rules import SendRule


def said(level, text, **facts):
    values = [KeyValue(key=key, value=value) for key, value in facts.items()]
    return DiagnosticStatus(level=level, message=text, values=values)


def stop(text='stop'):
    return said(ERROR, text, code='3', code_name='EMERGENCY')


def texts(entries):
    return [entry.message for entry in entries]


def test_the_worst_is_first_and_among_equals_that_of_the_bridge():
    topic = StatusTopic()
    assert texts(topic.hear(said(OK, 'all is well'))) == ['all is well']
    assert texts(topic.tell('Target', said(WARN, 'withheld'))) == ['withheld', 'all is well']
    assert texts(topic.hear(said(WARN, 'busy'))) == ['withheld', 'busy']
    assert texts(topic.hear(said(ERROR, 'broken'))) == ['broken', 'withheld']
    assert texts(topic.hear(said(OK, 'all is well'))) == ['withheld', 'all is well']
    assert texts(topic.tell('Target', said(OK, 'OK'))) == ['OK', 'all is well']


def test_devices_that_share_a_topic_do_not_speak_for_each_other():
    topic = StatusTopic()
    topic.tell('A', said(STALE, 'withheld'))
    assert texts(topic.tell('B', said(OK, 'OK'))) == ['withheld']
    assert texts(topic.tell('B', said(WARN, 'lost'))) == ['withheld', 'lost']
    assert texts(topic.tell('A', said(OK, 'OK'))) == ['lost']
    assert texts(topic.tell('B', said(OK, 'OK'))) == ['OK']


def test_an_emergency_is_worse_than_what_is_stale():
    topic = StatusTopic()
    topic.tell('Target', said(STALE, 'silent'))
    entries = topic.hear(stop())
    assert texts(entries) == ['stop', 'silent']
    sending = Sending('Dev', SendRule('Dev'), 1)
    for order in (entries, entries[::-1], [said(STALE, 'old'), said(WARN, 'now', igtl_code='3')]):
        assert status_from_diagnostics(DiagnosticArray(status=order), sending).is_emergency


def test_nobody_else_ends_an_emergency_whose_caller_is_connected():
    gone = set()
    topic = StatusTopic()

    def hear(entry, peer, device='Arm'):
        return texts(topic.hear(entry, device, peer, lambda one: one not in gone))

    assert hear(stop(), 'a') == ['stop']
    assert hear(said(OK, 'all is well'), 'b') == ['stop', 'all is well']
    # a device that shares the topic speaks for itself alone, its own peer or another
    assert hear(said(OK, 'fine'), 'a', 'Leg') == ['stop', 'fine']
    assert hear(stop('mine'), 'b') == ['stop', 'mine']
    assert hear(said(OK, 'over'), 'a') == ['mine', 'over']
    gone.add('b')
    assert hear(said(OK, 'over'), 'c') == ['over']


def test_so_many_emergencies_are_told_one_by_one():
    topic = StatusTopic()
    for number in range(300):
        entries = topic.hear(stop(str(number)), str(number), 'a')
    assert 50 < len(entries) < 200 and '299' in texts(entries)
