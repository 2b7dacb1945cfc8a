"""STATUS, both ways."""

import pytest
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from std_msgs.msg import Header

from igtl_ros2.codec.messages.text import Status
from igtl_ros2.converters.registry import Sending
from igtl_ros2.converters.status import status_from_diagnostic
from igtl_ros2.errors import ConversionError
from igtl_ros2.rules import SendRule

OK, WARN, ERROR, STALE = b'\0', b'\1', b'\2', b'\3'
LEVELS = {
    0: (ERROR, 'INVALID_PACKET'),
    1: (OK, 'OK'),
    2: (ERROR, 'UNKNOWN_ERROR'),
    3: (ERROR, 'EMERGENCY'),
    4: (ERROR, 'NOT_FOUND'),
    5: (ERROR, 'ACCESS_DENIED'),
    6: (WARN, 'BUSY'),
    7: (STALE, 'TIME_OUT'),
    8: (ERROR, 'OVERFLOW'),
    9: (ERROR, 'CHECKSUM_ERROR'),
    10: (ERROR, 'CONFIGURATION_ERROR'),
    11: (ERROR, 'OUT_OF_RESOURCES'),
    12: (ERROR, 'UNKNOWN_INSTRUCTION'),
    13: (WARN, 'NOT_READY'),
    14: (WARN, 'MANUAL_MODE'),
    15: (WARN, 'DISABLED'),
    16: (STALE, 'NOT_PRESENT'),
    17: (ERROR, 'UNKNOWN_VERSION'),
    18: (ERROR, 'HARDWARE_FAILURE'),
    19: (WARN, 'SHUTTING_DOWN'),
    20: (ERROR, 'CODE_20'),
    65535: (ERROR, 'CODE_65535'),
}


@pytest.mark.parametrize('code', LEVELS)
def test_every_code_and_back(receive, send, stamp, code):
    level, name = LEVELS[code]
    result = receive(Status(code, -7, 'E_ARM', 'the arm', device_name='Robot'))
    assert list(result.outputs) == ['status']
    array = result.outputs['status']
    assert array.header == Header(stamp=stamp)
    (entry,) = array.status
    assert (entry.level, entry.name, entry.hardware_id) == (level, 'Robot', 'Robot')
    assert entry.message == 'the arm'
    assert {item.key: item.value for item in entry.values} == {
        'code': str(code),
        'code_name': name,
        'subcode': '-7',
        'error_name': 'E_ARM',
    }
    assert result.info == {'code': code, 'subcode': -7}
    again = send(array)
    assert (again.code, again.subcode) == (code, -7)
    assert (again.error_name, again.message) == ('E_ARM', 'the arm')


def test_a_status_without_a_text_shows_its_name(receive):
    assert receive(Status(13)).outputs['status'].status[0].message == 'NOT_READY'


def test_texts_that_are_not_utf8(receive):
    result = receive(Status(1, 0, '\udcff', 'caf\udce9'))
    (entry,) = result.outputs['status'].status
    assert entry.message == 'café'
    assert entry.values[3].value == 'ÿ'


def test_a_device_name_that_is_not_utf8(receive):
    (entry,) = receive(Status(1, device_name='Rob\udcf6')).outputs['status'].status
    assert (entry.name, entry.hardware_id) == ('Robö', 'Robö')


# -- ROS to STATUS


@pytest.mark.parametrize(('level', 'code'), [(OK, 1), (WARN, 13), (ERROR, 2), (STALE, 7)])
def test_levels_become_codes(send, level, code):
    message = send(DiagnosticStatus(level=level, message='why'))
    assert (message.code, message.subcode, message.error_name) == (code, 0, '')
    assert message.message == 'why'


def test_a_level_that_does_not_exist_is_an_error(send):
    assert send(DiagnosticStatus(level=b'\x09')).code == 2


def facts(**values):
    """Make key-value pairs."""
    return [KeyValue(key=key, value=value) for key, value in values.items()]


def test_keys_win_over_the_level(send):
    message = send(
        DiagnosticStatus(
            level=OK, values=facts(igtl_code='3', subcode='-5', error_name='E_STOP', code='4')
        )
    )
    assert (message.code, message.subcode, message.error_name) == (3, -5, 'E_STOP')


def test_igtl_code_wins_over_what_was_received(send):
    entry = DiagnosticStatus(values=facts(code='4', code_name='NOT_FOUND', igtl_code='3'))
    assert send(entry).code == 3


def test_a_code_of_somebody_else_is_not_taken_for_ours(send):
    assert send(DiagnosticStatus(level=WARN, values=facts(code='E42'))).code == 13


def test_a_long_error_name_is_cut_between_characters(send):
    message = send(DiagnosticStatus(values=facts(error_name='x' * 30)))
    assert message.error_name == 'x' * 19
    message = send(DiagnosticStatus(values=facts(error_name='ä' * 10)))
    assert message.error_name == 'ä' * 9


def test_the_most_severe_entry_of_an_array_is_sent(send):
    message = send(
        DiagnosticArray(
            header=Header(stamp=Time(sec=9)),
            status=[
                DiagnosticStatus(level=WARN, message='hot'),
                DiagnosticStatus(level=ERROR, message='broken'),
                DiagnosticStatus(level=OK, message='fine'),
            ],
        )
    )
    assert (message.code, message.message) == (2, 'broken')
    assert message.timestamp_ns == 9_000_000_000


@pytest.mark.parametrize('code', ['3', ' 3\n', '03', '+3'])
def test_an_emergency_is_the_most_severe_however_its_code_is_written(send, code):
    call = DiagnosticStatus(level=WARN, values=facts(igtl_code=code))
    others = DiagnosticStatus(level=STALE), DiagnosticStatus(values=facts(igtl_code='x'))
    assert send(DiagnosticArray(status=[*others, call])).code == 3


def test_an_empty_array_is_ok(send):
    assert (send(DiagnosticArray()).code, send(DiagnosticArray()).message) == (1, '')


@pytest.mark.parametrize(
    'values',
    [
        {'igtl_code': 'three'},
        {'igtl_code': ''},
        {'igtl_code': '-1'},
        {'igtl_code': '65536'},
        {'igtl_code': '9' * 5000},
    ],
    ids=lambda values: repr(values)[:40],
)
def test_no_state_is_made_ok_by_a_code_that_nobody_can_read(send, values):
    with pytest.raises(ConversionError, match='igtl_code is .*, wanted 0 to 65535'):
        send(DiagnosticStatus(values=facts(**values)))
    assert send(DiagnosticStatus(level=WARN, values=facts(**values))).code == 13


@pytest.mark.parametrize(('values', 'name'), [
    ({'subcode': 'E-42'}, 'subcode'), ({'subcode': '42.0'}, 'subcode'),
    ({'subcode': '0x10'}, 'subcode'), ({'subcode': '1_0'}, 'subcode'),
    ({'subcode': str(2**63)}, 'subcode'), ({'igtl_code': '65536'}, 'igtl_code'),
    ({'error_name': 'a\0b'}, 'error_name')])
def test_an_error_with_keys_of_others_is_sent_and_the_keys_are_noted_once(values, name):
    sending = Sending('Robot', SendRule('Robot'), 0)
    entry = DiagnosticStatus(level=ERROR, message='motor fault', values=facts(**values))
    for _ in range(2):
        status = status_from_diagnostic(entry, sending)
        assert (status.code, status.subcode, status.message) == (2, 0, 'motor fault')
        (note,) = sending.notes
    assert note.startswith(f'{name} is not sent, its value ')
