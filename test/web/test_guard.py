"""Who may look at the page, and what the page may ask for."""

import pytest

from igtl_ros2.codec.messages.query import Query, StartTracking
from igtl_ros2.codec.messages.text import Command, Status, String
from igtl_ros2.web.guard import Guard, is_this_machine, new_token
from igtl_ros2.web.orders import order_of
from igtl_ros2.web.program import Options, token_of
from igtl_ros2.web.timeline import Overview, Timeline
from igtl_ros2.web.viewer import RequestError

# -- who


@pytest.mark.parametrize(('host', 'allowed'), [
    ('127.0.0.1:8944', True), ('localhost:8944', True), ('[::1]:8944', True), ('LOCALHOST', True),
    ('evil.example:8944', False), ('127.0.0.1.evil.example', False), ('', False),
    ('localhost@evil.example', False), ('10.0.0.5:8944', False), ('[::1', False),
    ('evil.example#localhost', False),
])
def test_a_page_from_elsewhere_cannot_lead_here_under_its_own_name(host, allowed):
    assert Guard('127.0.0.1', '').is_host(host) is allowed


@pytest.mark.parametrize(('host', 'allowed'), [
    ('10.0.0.5:8944', True), ('theatre:8944', True), ('Theatre', True), ('[fe80::1]:8944', True),
    ('evil.example:8944', False),
])
def test_who_listens_for_all_is_called_by_any_address_and_its_names(host, allowed):
    assert Guard('0.0.0.0', 'x', ['theatre']).is_host(host) is allowed


@pytest.mark.parametrize(('origin', 'allowed'), [
    (None, True), ('http://127.0.0.1:8944', True), ('http://evil.example', False),
    ('http://127.0.0.1:9999', False), ('https://127.0.0.1:8944', False), ('null', False),
    ('http://127.0.0.1:8944.evil.example', False), ('', False),
])
def test_only_its_own_page_may_talk_to_the_server(origin, allowed):
    assert Guard('127.0.0.1', '').is_origin(origin, '127.0.0.1:8944', 'http') is allowed


def test_a_token_has_to_be_known_whole():
    guard = Guard('0.0.0.0', 's3cret')
    assert guard.knows('s3cret')
    for wrong in ('', 's3cre', 's3cret ', 'S3CRET', None, 5, ['s3cret'], {'s3cret': 1}, '\ud800'):
        assert not guard.knows(wrong)
    assert new_token() != new_token() and len(new_token()) >= 32


@pytest.mark.parametrize(('address', 'here'), [
    ('127.0.0.1', True), ('127.1.2.3', True), ('::1', True), ('localhost', True),
    ('0.0.0.0', False), ('::', False), ('10.0.0.5', False), ('theatre', False), ('', False),
])
def test_who_is_reached_from_elsewhere_needs_a_token(address, here):
    assert is_this_machine(address) is here
    assert bool(token_of(Options(host=address))) is not here
    assert token_of(Options(host=address, token='mine')) == 'mine'


def test_who_lets_a_page_send_needs_a_token_here_too():
    assert token_of(Options(control=True))


# -- what


def test_the_page_may_send_texts_commands_and_queries():
    command = order_of({'kind': 'command', 'device': 'R', 'name': 'Go', 'content': '<a/>'}, 7)
    assert isinstance(command, Command)
    assert (command.command_id, command.name, command.content) == (7, 'Go', '<a/>')
    string = order_of({'kind': 'string', 'device': 'S', 'text': 'höre'}, 1)
    assert isinstance(string, String) and (string.device_name, string.text) == ('S', 'höre')
    status = order_of({'kind': 'status', 'device': 'S', 'code': 3, 'text': 'stop'}, 1)
    assert isinstance(status, Status) and status.is_emergency
    assert isinstance(order_of({'kind': 'query', 'type': 'STT_TDATA'}, 1), StartTracking)
    assert isinstance(order_of({'kind': 'query', 'type': 'GET_CAPABIL'}, 1), Query)


@pytest.mark.parametrize('asked', [
    None, 5, [], {}, {'kind': 'transform'}, {'kind': ['string']}, {'kind': 'string', 'text': 5},
    {'kind': 'string', 'text': 'a\0b'}, {'kind': 'string', 'text': 'x' * 70000},
    {'kind': 'string', 'device': 'x\0'}, {'kind': 'command'}, {'kind': 'command', 'name': ''},
    {'kind': 'command', 'name': 'n' * 200}, {'kind': 'status', 'code': 'a'},
    {'kind': 'status', 'code': True}, {'kind': 'status', 'code': -1},
    {'kind': 'status', 'code': 1e9},
    {'kind': 'query', 'type': 'TRANSFORM'}, {'kind': 'query', 'type': ''}, {'kind': 'query'},
    {'kind': 'query', 'type': 'RTS_TDATA'}, {'kind': 'string', 'text': '\ud800'},
])
def test_what_is_none_of_these_is_refused_with_a_reason(asked):
    with pytest.raises(RequestError, match='^send: .'):
        order_of(asked, 1)


# -- timelines


def test_a_timeline_goes_on_at_its_rate_and_stops_at_the_end():
    line = Timeline(10.0)
    assert line.steer({'playing': True}, 100.0) == ''
    assert line.place_s(103.0) == 3.0
    assert line.steer({'rate': 2}, 103.0) == ''
    assert line.place_s(104.0) == 5.0 and line.wait_s(9.0, 104.0) == 2.0
    assert line.steer({'playing': False}, 104.0) == ''
    assert line.place_s(999.0) == 5.0 and line.wait_s(6.0, 999.0) == float('inf')
    assert line.steer({'playing': True}, 1000.0) == ''
    assert line.place_s(2000.0) == 10.0
    assert line.tell(2000.0) == {'place': 10.0, 'duration': 10.0, 'rate': 2.0, 'playing': False}


def test_a_timeline_that_has_come_to_its_end_stands_still():
    line = Timeline(10.0)
    line.steer({'playing': True}, 0.0)
    assert not line.tell(11.0)['playing']
    line.steer({'place': 3.0}, 12.0)
    assert (line.place_s(15.0), line.tell(15.0)['playing']) == (3.0, False)
    line.steer({'playing': True}, 15.0)
    assert not line.tell(30.0)['playing']
    line.steer({'playing': True}, 30.0)
    assert (line.place_s(31.0), line.tell(31.0)['playing']) == (1.0, True)


def test_a_timeline_jumps_and_begins_again_from_its_end():
    line = Timeline(10.0)
    line.steer({'place': 4}, 0.0)
    assert (line.place_s(1.0), line.jumps) == (4.0, 1)
    line.steer({'place': 99}, 0.0)
    assert line.place_s(1.0) == 10.0
    line.steer({'playing': True}, 5.0)
    assert (line.place_s(6.0), line.jumps) == (1.0, 3)


@pytest.mark.parametrize('asked', [
    None, {}, [], {'playing': 1}, {'rate': 0}, {'rate': 'fast'}, {'rate': float('nan')},
    {'place': 'x'}, {'place': float('inf')}, {'rate': True}, {'rate': 1000},
    {'place': 10**400}, {'rate': -(10**400)},
])
def test_a_timeline_refuses_what_it_cannot_do(asked):
    line = Timeline(10.0)
    assert line.steer(asked, 0.0)
    assert line.tell(5.0) == {'place': 0.0, 'duration': 10.0, 'rate': 1.0, 'playing': False}


def test_an_overview_counts_by_device_and_place():
    overview = Overview(24.0)
    for place_s in (0.0, 0.05, 12.0, 24.0, 99.0, -1.0):
        overview.add('STRING', 'S', place_s)
    overview.finish()
    (device,) = overview.tell()['devices']
    counts = {at: count for at, count in enumerate(device['parts']) if count}
    assert counts == {0: 3, 120: 1, 239: 2} and overview.tell()['whole']
