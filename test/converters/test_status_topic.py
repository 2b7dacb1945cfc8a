"""What a peer says on a `status` topic never stands for what the bridge says there."""

from diagnostic_msgs.msg import DiagnosticStatus

from igtl_ros2.converters.status import ERROR, OK, STALE, WARN, StatusTopic


def said(level, text):
    return DiagnosticStatus(level=level, message=text)


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
