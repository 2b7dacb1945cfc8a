"""What judges make of observations: no socket and no clock."""

from dataclasses import replace

import pytest

from igtl_ros2.codec.timestamp import from_ns
from igtl_ros2.mapping import load_links
from igtl_ros2.tools.doctor.findings import Finding, Kind, Severity
from igtl_ros2.tools.doctor.judge import KINDS, judge
from igtl_ros2.tools.doctor.observation import (
    Box,
    Health,
    Observation,
    Offer,
    Picture,
    Process,
    Reach,
    Ros,
    Seen,
    Session,
    State,
    Tool,
    Topic,
    Values,
)

NS = 10**9
START_NS = 1_790_000_000 * NS
SECONDS = 3.0


def reached(**facts):
    return Reach('tcp', '127.0.0.1', 18944, ('127.0.0.1',), reached='127.0.0.1', **facts)


def stream(device='ProbeToTracker', kind='TRANSFORM', *, rate=50.0, seconds=SECONDS, late_s=0.002,
           stamp=None, at=None, values=None, **fields):
    """
    A stream of poses.

    :param stamp: gives the stamp in ns of a number and the arrival in ns.
    :param at: gives the second of arrival of a number.
    """
    seen = []
    for number in range(round(rate * seconds)):
        at_s = number / rate if at is None else at(number)
        arrival_ns = START_NS + round(at_s * NS)
        stamp_ns = arrival_ns - round(late_s * NS) if stamp is None else stamp(number, arrival_ns)
        seen.append(Seen(
            kind, device, at_s, arrival_ns, from_ns(stamp_ns) if stamp_ns else 0,
            values=values(number) if values else posed(100.5 + number % 7), **fields))
    return seen


def posed(x=100.5, y=-250.25, z=30.125, **facts):
    return Values(tools=(Tool('', (x, y, z), **facts),))


def listed(*tools):
    return lambda number: Values(tools=tools, length=len(tools))


def observed(*seen, sessions=None, **facts):
    messages = sorted((s for part in seen for s in part), key=lambda s: s.at_s)
    sessions = [Session(0.0, SECONDS, received=1, first_bytes=b'\0\1')] if sessions is None else (
        sessions)
    return Observation(facts.pop('reach', reached()), SECONDS, sessions, messages, **facts)


def alarms(observation):
    return [found for found in judge(observation) if found.severity < Severity.NOTE]


def codes(*seen, **facts):
    """The codes of what is no note, each once, worst first."""
    return list(dict.fromkeys(found.code for found in alarms(observed(*seen, **facts))))


def notes(*seen, **facts):
    return [found.code for found in judge(observed(*seen, **facts))
            if found.severity == Severity.NOTE]


def rules(tmp_path, text):
    file = tmp_path / 'map.yaml'
    file.write_text(text)
    return load_links({'mapping_file': str(file)})


# -- findings as such


def test_each_kind_says_what_it_means_and_what_to_do():
    assert len(KINDS) > 60
    for code, kind in KINDS.items():
        assert isinstance(kind, Kind) and code == kind.code
        assert code == code.lower() and ' ' not in code
        assert kind.meaning and not kind.meaning.endswith('.')
        assert kind.remedy.endswith(('.', '?'))


def test_the_worst_comes_first_and_nothing_twice():
    found = judge(observed(
        stream('A', late_s=-7200), stream('B', stamp=lambda n, t: 0), stream('C', 'SENSOR'),
        stream('A', late_s=-7200)))
    levels = [finding.severity for finding in found]
    assert levels == sorted(levels) and levels[0] == Severity.FAULT
    assert len(set(found)) == len(found)


def test_names_from_the_network_cannot_drive_a_terminal():
    found = Finding('x', Severity.NOTE, 'the \x1b[2J device', device='\x1b[2J')
    assert '\x1b' not in str(found.as_json())


def test_a_good_stream_has_no_alarm():
    assert codes(stream(), stream('StylusToTracker')) == []


# -- getting there


@pytest.mark.parametrize(('error', 'code'), [
    ('refused', 'port-closed'), ('timeout', 'no-answer'), ('unreachable', 'unreachable'),
    ('Permission denied', 'not-connected'),
])
def test_who_cannot_be_reached(error, code):
    reach = Reach('tcp', 'host', 18944, ('10.0.0.5',), errors={'10.0.0.5': error})
    assert codes(reach=reach, sessions=[]) == [code]


def test_one_of_two_addresses_is_enough():
    reach = Reach('tcp', 'localhost', 18944, ('::1', '127.0.0.1'), errors={'::1': 'refused'},
                  reached='127.0.0.1')
    assert codes(stream(), reach=reach) == []
    assert 'another-address' in notes(stream(), reach=reach)


@pytest.mark.parametrize(('first', 'code'), [
    (b'HTTP/1.1 400 Bad Request\r\n', 'not-igtl'), (b'<html>', 'not-igtl'),
    (b'SSH-2.0-x\r\n', 'not-igtl'), (b'\x15\x03\x01\0\2\2\x16', 'is-tls'),
    (b'\x16\x03\x03\0\x7a\2\0\0\x76\3', 'is-tls'), (b'220 mail ESMTP\r\n', 'not-igtl'),
    (b'garbage that is long enough to be one header of 58 bytes ........', 'not-igtl'),
    (b'\0\0\0\0', 'not-igtl'),
])
def test_what_is_not_OpenIGTLink(first, code):
    session = Session(0, 3, received=len(first), first_bytes=first, lost='x', lost_kind='version')
    assert codes(sessions=[session]) == [code]


@pytest.mark.parametrize('first', [
    b'\1\0TRANSFORM\0\0\0Probe', b'\0\7IMAGE\0\0\0\0\0\0\0CT', b'\0\0STATUS\0\0\0\0\0\0Robot',
    b'\1\0Transform\0\0\0x',
])
def test_a_header_of_another_version(first):
    session = Session(0, 3, received=58, first_bytes=first, lost='x', lost_kind='version')
    found = alarms(observed(sessions=[session]))
    assert [f.code for f in found] == ['header-version']
    assert ('little-endian' in found[0].text) is (first[:2] == b'\1\0')


@pytest.mark.parametrize(('came', 'passed_s', 'is_alarm'), [
    (1, 0.1, True), (1, 1.0, False), (100, 0.2, False)])
def test_a_server_that_hangs_up(came, passed_s, is_alarm):
    sessions = [Session(0, passed_s, True, received=1, first_bytes=b'\0\1')]
    seen = stream(rate=came, seconds=1.0)
    assert codes(seen, sessions=sessions) == (['hangs-up'] if is_alarm else [])
    assert ('hung-up' in notes(seen, sessions=sessions)) is not is_alarm


def test_the_address_for_slicer():
    reach = reached(own_addresses=('10.0.0.7',), listens_on=('0.0.0.0',))
    address = next(f for f in judge(observed(stream(), reach=reach)) if f.code == 'slicer-address')
    assert '127.0.0.1, port 18944' in address.text and '10.0.0.7' in address.text
    local = replace(reach, listens_on=('127.0.0.1',))
    assert 'only-local' in notes(stream(), reach=local)
    assert 'slicer-address' not in notes(stream(), for_slicer=False)


def test_TLS_is_nothing_for_slicer():
    found = judge(observed(stream(), reach=replace(reached(), scheme='tls')))
    assert 'no TLS' in next(f for f in found if f.code == 'slicer-address').text


def test_waiting_for_a_peer():
    reach = Reach('tcp', '0.0.0.0', 18944, is_server=True)
    assert codes(sessions=[], reach=reach) == ['nobody-came']
    taken = replace(reach, errors={'0.0.0.0': 'taken'})
    assert codes(sessions=[], reach=taken) == ['port-taken']
    assert codes(sessions=[Session(0, 3)], reach=reach) == []


# -- the wire


@pytest.mark.parametrize(('waited_s', 'hung_up', 'is_alarm'), [
    (0.1, False, False), (2.0, False, True), (0.1, True, True)])
def test_a_message_that_is_not_whole_yet_may_still_come(waited_s, hung_up, is_alarm):
    session = Session(0, SECONDS, hung_up, received=900, first_bytes=b'\0\1IMAGE\0\0\0\0\0\0\0',
                      pending=('IMAGE', 'CT', 10_000, 800), pending_s=SECONDS - waited_s)
    assert ('body-short' in codes(stream(), sessions=[session])) is is_alarm


def test_half_a_header():
    session = Session(0, SECONDS, received=20, first_bytes=b'\0\1TRANSFORM\0\0\0Probe',
                      pending=('', '', 58, 20), pending_s=0.5)
    assert codes(sessions=[session]) == ['body-short']


@pytest.mark.parametrize(('fault', 'code'), [
    ('crc', 'crc-wrong'), ('content', 'content-wrong'), ('length', 'body-length')])
@pytest.mark.parametrize('every', [1, 10])
def test_messages_with_faults(fault, code, every):
    seen = stream()
    for message in seen[::every]:
        message.fault = fault
    found = alarms(observed(seen))
    assert [f.code for f in found] == [code] and found[0].device == 'ProbeToTracker'
    assert f'{len(seen[::every])} of 150' in found[0].text or every == 1


@pytest.mark.parametrize(('name', 'level'), [
    ('Transform', Severity.FAULT), ('TRANSFORM ', Severity.FAULT), ('TRANSFROM', Severity.WARNING),
    ('XYZZY', Severity.WARNING)])
def test_types_that_do_not_exist(name, level):
    found = alarms(observed(stream(kind=name)))
    assert [(f.code, f.severity) for f in found] == [('type-unknown', level)]
    assert ('TRANSFORM does' in found[0].text) is (name != 'XYZZY')


# -- time


def frozen(number, arrival_ns):
    return START_NS


@pytest.mark.parametrize(('stamp', 'wanted'), [
    (frozen, ['stamp-frozen']),
    (lambda n, t: t if n < 60 else START_NS + 59 * NS // 50, ['stamp-frozen']),  # from then on
    (lambda n, t: t - t % (NS // 10), []),  # a tracker that is slower than its server
    (lambda n, t: t if n % 2 else 0, ['stamp-sometimes']),
    (lambda n, t: t + 2 * 3600 * NS, ['clock-ahead']),
    (lambda n, t: t + NS // 5, ['clock-ahead']),
    (lambda n, t: t + NS // 50, []),
    (lambda n, t: t - NS, ['clock-behind']),
    (lambda n, t: t - NS // 5, []),
    (lambda n, t: t - 3600 * NS, ['clock-behind']),
    (lambda n, t: t - START_NS + 500 * NS, ['clock-other']),
    (lambda n, t: START_NS + 2 * (t - START_NS) - 6 * NS, ['clock-rate']),
    (lambda n, t: START_NS + (t - START_NS) // 2, ['clock-rate']),
    (lambda n, t: t - (t - START_NS) * 4 // 100, ['clock-rate']),
    (lambda n, t: t - n % 3 * NS // 20, ['stamp-backwards']),
    (lambda n, t: t - n % 2 * NS // 4, ['stamp-backwards']),
])
def test_stamps(stamp, wanted):
    assert codes(stream(stamp=stamp), stream('StylusToTracker')) == wanted
    if wanted:
        assert {f.device for f in alarms(observed(stream(stamp=stamp)))} == {'ProbeToTracker'}


def test_stamps_of_messages_without_an_extended_header_are_judged_as_well():
    seen = stream(stamp=lambda n, t: START_NS + (t - START_NS) // 2, fault='layout')
    assert 'clock-rate' in codes(seen)


def test_a_clock_that_drifts_is_to_be_set():
    found, = alarms(observed(stream(stamp=lambda n, t: t - (t - START_NS) * 4 // 100)))
    assert 'slower than time' in found.text and 'NTP' in found.remedy


@pytest.mark.parametrize('count', [1, 30])
def test_what_comes_at_once_after_a_pause_says_nothing_of_a_clock(count):
    seen = stream(rate=20.0, seconds=(count + 20) / 20, at=lambda n: 0.0 if n < count else 1.5)
    assert 'clock-rate' not in {found.code for found in judge(observed(seen))}


def test_what_was_kept_for_a_new_client_says_nothing_of_a_clock():
    assert codes(stream(rate=20.0, seconds=1.0, at=lambda n: n / 1000, late_s=60.0)) == []


def test_a_time_zone_is_named():
    found = alarms(observed(stream(late_s=-7200)))
    assert '2.0 h ahead' in found[0].text and 'time zone' in found[0].text
    found = alarms(observed(stream(late_s=7000)))
    assert 'time zone' not in found[0].text


@pytest.mark.parametrize(('unit', 'name'), [
    (1, 'nanoseconds'), (1000, 'microseconds'), (10**6, 'milliseconds'), (NS, 'seconds')])
def test_stamps_in_another_unit(unit, name):
    seen = stream()
    for message in seen:
        message.stamp = message.arrival_ns // unit
    found = alarms(observed(seen))
    assert [f.code for f in found] == ['stamp-unit'] and name in found[0].text


@pytest.mark.parametrize('unit', [1, 1000])
def test_fractions_in_another_unit(unit):
    seen = stream()
    for message in seen:
        seconds, rest = divmod(message.arrival_ns, NS)
        message.stamp = seconds << 32 | rest // unit
    assert codes(seen) == ['stamp-unit']


def test_what_has_waited_here_says_nothing_of_the_pace_of_a_clock():
    seen = stream(seconds=2.0, at=lambda n: max(n / 50, 0.8) if n else 0.0,
                  stamp=lambda n, t: START_NS + n * NS // 50)
    assert codes(seen, stalled_s=0.78) == []


def test_bursts_that_this_machine_has_drawn_out_are_no_gaps():
    def at(number):
        return number // 20 + number % 20 * 0.012

    assert 'gap' in codes(stream(seconds=1.2, at=at))
    assert codes(stream(seconds=1.2, at=at), stalled_s=0.1) == []


@pytest.mark.parametrize('count, rate', [(15, 50.0), (30, 30.0), (75, 50.0)])
def test_what_a_wrong_length_has_swallowed_is_no_gap(count, rate):
    seen = stream(rate=rate, seconds=count / rate)
    last = Seen('TRANSFORM', 'ProbeToTracker', SECONDS, START_NS + round(SECONDS * NS),
                fault='length', about='what it announces is much more than comes')
    assert codes(seen, [last]) == ['body-length']


def test_stamps_in_another_unit_of_what_has_waited_here():
    seen = stream(seconds=0.5, at=lambda n: n / 250)
    for number, message in enumerate(seen):
        message.stamp = START_NS + number * NS // 50
    assert [f.code for f in alarms(observed(seen, stalled_s=0.4))] == ['stamp-unit']


def test_a_clock_that_was_just_started_is_not_taken_for_milliseconds():
    seen = stream(stamp=lambda n, t: t - START_NS + 417 * NS)
    assert codes(seen) == ['clock-other']


def test_no_stamps_at_all_is_how_3D_Slicer_and_old_servers_send():
    assert codes(stream(stamp=lambda n, t: 0)) == []
    assert 'stamp-missing' in notes(stream(stamp=lambda n, t: 0))


def test_a_last_value_may_be_old():
    once = stream('Plan', 'POINT', rate=1, seconds=1, late_s=86400, values=lambda n: Values())
    assert codes(once, stream()) == []


@pytest.mark.parametrize(('at', 'wanted'), [
    (lambda n: n / 50 + (2.0 if n > 70 else 0.0), ['gap']),
    (lambda n: n / 100, ['stopped']),
    (lambda n: n / 50 + (0.5 if n > 70 else 0.0), []),
    (lambda n: n / 50 + (0.9 if n > 70 else 0.0), ['gap']),
    (lambda n: n / 50 + n % 2 * 0.005, []),
    # what waited while it was connected comes at once
    (lambda n: max(0.01, n / 50 - 1.0), []),
])
def test_arrivals(at, wanted):
    seen = stream(at=at, stamp=lambda n, t: START_NS + n * NS // 50 - 2 * NS // 1000)
    last = max(s.at_s for s in seen)
    sessions = [Session(0, max(last, SECONDS), received=1, first_bytes=b'\0\1')]
    found = [c for c in codes(seen, sessions=sessions) if c in ('gap', 'stopped')]
    assert found == wanted


def test_a_device_may_be_out_of_view_for_a_moment():
    seen = stream('StylusToTracker', at=lambda n: n / 50 + (1.0 if n > 70 else 0.0), seconds=2)
    assert codes(seen, stream()) == []
    assert codes(seen) == ['gap']


def test_an_event_is_no_stream_that_stops():
    texts = stream('Order', 'STRING', rate=20, seconds=1.0, values=lambda n: Values())
    assert codes(texts, stream()) == []


def test_a_gap_between_two_connections_is_none():
    first, second = stream(seconds=1.0), stream(seconds=1.0, connection=1)
    for message in second:
        message.at_s += 2.5
        message.arrival_ns += 5 * NS // 2
        message.stamp = from_ns(message.arrival_ns)
    sessions = [Session(0, 1, True, 1, b'\0\1'), Session(2.5, 3.5, False, 1, b'\0\1')]
    assert codes(first, second, sessions=sessions) == []


def test_jitter():
    seen = stream(stamp=lambda n, t: t - NS // 1000, at=lambda n: n / 50)
    for number, message in enumerate(seen):
        late = 0.3 if number % 3 == 0 else 0.0
        message.arrival_ns += round(late * NS)
    assert codes(seen) == ['jitter']
    # who waited himself cannot tell
    assert codes(seen, stalled_s=0.5) == []


def test_a_single_stall_is_no_jitter():
    seen = stream(stamp=lambda n, t: t - NS // 1000)
    for message in seen[60:80]:
        message.arrival_ns += NS // 2
    assert codes(seen) == []


def test_rates_beyond_what_slicer_takes():
    assert 'rate-high' in notes(stream(rate=500))
    assert 'rate-high' not in notes(stream(rate=500), for_slicer=False)


# -- names


@pytest.mark.parametrize(('name', 'wanted'), [
    ('CalibratedStylusTipT', ['name-cut']),
    ('StylusTipToReference', []),  # where another device names the frame
    ('VeryLongRobot_q6pw7u', []),
    ('Nadel' + 'ä' * 7 + '\udcc3', ['name-cut']),
    ('\udcff\udcfe', ['name-odd']),
    ('a\x07b', ['name-odd']),
    (' Probe', ['name-blanks']),
    ('Probe\t', ['name-odd']),
    ('Größe', []),
    ('', []),
])
def test_names(name, wanted):
    assert codes(stream(name), stream('ProbeToReference')) == wanted


@pytest.mark.parametrize(('first', 'second', 'is_alike'), [
    ('Left Arm', 'LeftArm', True), ('Probe', 'probe', True), ('A  B', 'A B', True),
    ('Arm 1', 'Arm 2', False), ('Arm_1', 'Arm 1', False)])
def test_names_that_are_nearly_the_same(first, second, is_alike):
    assert ('name-alike' in codes(stream(first), stream(second))) is is_alike
    tools = stream('T', 'TDATA', values=listed(Tool(first, (100.5, 0, 0)),
                                               Tool(second, (0, 99.5, 0))))
    assert ('name-alike' in codes(tools)) is is_alike


def test_whole_names():
    full = 'CalibratedStylusTipToTracker'
    assert codes(stream(full[:20], full_name=full)) == ['name-cut']
    two = stream(full[:20], full_name=full), stream(full[:20], full_name=full + '2')
    assert codes(*two) == ['name-shared']
    from igtl_ros2.codec.short_names import short_name

    assert codes(stream(short_name(full), full_name=full)) == []


@pytest.mark.parametrize(('places', 'is_alarm'), [
    (lambda n: ((100.5, 0, 0), (0, 200.5, 0))[n % 2], True),
    (lambda n: ((100.5 + n / 9, 0, 0), (0, 200.5 - n / 9, 0))[n % 2], True),
    (lambda n: (100.5 + n, 0, 0), False),
    (lambda n: (100.5 + n % 7, n % 3, 0), False),
    (lambda n: (100.5, 0, 0), False),
    (lambda n: (100.5 + 50 * (n > 60), 0, 0), False),
])
def test_two_senders_of_one_name(places, is_alarm):
    seen = stream(values=lambda n: posed(*places(n)))
    assert codes(seen) == (['name-shared'] if is_alarm else [])


def test_devices_without_a_name():
    assert codes(stream('')) == [] and 'name-empty' in notes(stream(''))
    image = stream('', 'IMAGE', values=lambda n: Values())
    assert codes(stream(''), image) == ['name-empty']
    assert 'name-empty' not in notes(stream('', 'STATUS', rate=1, values=lambda n: Values()))


def test_a_pose_that_comes_in_two_types():
    tools = stream('Tracker', 'TDATA', values=listed(Tool('Probe', (100.5, 0, 0))))
    assert codes(tools, stream('Probe')) == ['name-shared']


@pytest.mark.parametrize(('names', 'wanted'), [
    (['ProbeToTracker', 'ProbeToReference'], ['two-parents']),
    (['ProbeToTracker', 'StylusToTracker', 'TrackerToRoom'], []),
    (['AToB', 'BToA'], ['tf-loop']),
    (['AToB', 'BToC', 'CToA'], ['tf-loop']),
    (['Probe', 'Tool', 'Tomato'], []),
    (['ProbeToTrackerTransform', 'ProbeToTracker'], []),
])
def test_parents(names, wanted):
    assert codes(*map(stream, names)) == wanted
    tools = stream('T', 'TDATA', values=listed(*(Tool(n, (100.5, 1, 1)) for n in names)))
    assert codes(tools) == wanted


def test_images_have_no_parents():
    images = [stream(n, 'IMAGE', values=lambda n: Values())
              for n in ('ImageToTracker', 'ImageToReference')]
    assert codes(*images) == []


# -- values


@pytest.mark.parametrize(('places', 'is_alarm'), [
    ([(0.1, -0.25, 0.003)], True), ([(0.5, 1.9, -0.8)], True), ([(0.0, 0.0, 0.4)], True),
    ([(1, 2, 3)], False), ([(100.0, 0, 0)], False), ([(0, 0, 0)], False),
    ([(0.1, 0.1, 0.1), (150.5, 0, 0)], False), ([(1e-6, 0, 0)], False),
])
def test_metres(places, is_alarm):
    seen = stream(values=lambda n: posed(*places[n % len(places)]))
    assert ('metres' in codes(seen)) is is_alarm
    tools = stream('T', 'TDATA', values=lambda n: Values(tools=(
        Tool('Stylus', places[n % len(places)]),)))
    assert ('metres' in codes(tools)) is is_alarm


def test_one_tool_in_metres():
    tools = stream('T', 'TDATA', values=lambda n: Values(tools=(
        Tool('A', (100.5, n, 0)), Tool('B', (0.1005, n / 1000, 0)))))
    found = alarms(observed(tools))
    assert [f.code for f in found] == ['metres'] and "'B'" in found[0].text


def test_a_small_calibration_beside_what_is_in_millimetres():
    seen = stream('TipToStylus', values=lambda n: posed(0.1, 0.2, 0.3))
    found = alarms(observed(seen, stream()))
    assert [(f.code, f.severity) for f in found] == [('metres', Severity.WARNING)]


@pytest.mark.parametrize(('kind', 'box', 'is_alarm'), [
    ('POINT', Box((-0.1, -0.2, 0), (0.1, 0.25, 0.3), False), True),
    ('POINT', Box((0, 0, 0), (1, 2, 3), True), False),
    ('POINT', Box((-10, -20, 0), (10, 25, 30), False), False),
    ('TRAJ', Box((-0.1, -0.2, 0), (0.1, 0.25, 0.3), False), True),
    ('POLYDATA', Box((-0.1, -0.2, 0), (0.1, 0.25, 0.3), False), True),
])
def test_metres_of_what_has_many_points(kind, box, is_alarm):
    seen = stream('Plan', kind, rate=2, values=lambda n: Values(box=box))
    assert ('metres' in codes(seen, for_slicer=False)) is is_alarm


@pytest.mark.parametrize(('edge', 'is_alarm'), [(0.25, True), (250.0, False), (2.0, False)])
def test_metres_of_images(edge, is_alarm):
    values = Values(picture=Picture('uint8', 1, False, (512, 512, 1)),
                    box=Box((0, 0, 0), (edge, edge, edge / 512), False))
    assert ('metres' in codes(stream('CT', 'IMAGE', values=lambda n: values))) is is_alarm


def test_metres_that_a_rule_knows_of(tmp_path):
    links = rules(tmp_path, 'receive: [{device: "*", wire_unit: m}]')
    seen = stream(values=lambda n: posed(0.1, 0.2, 0.3))
    assert codes(seen, links=links) == []
    assert codes(stream(), links=links) == ['rule-unit']


@pytest.mark.parametrize(('values', 'code'), [
    (posed(float('nan')), 'not-finite'), (posed(float('inf')), 'not-finite'),
    (posed(turn=0.0), 'zero-matrix'), (posed(turn=-1.0), 'mirrored'), (posed(5e7), 'too-far'),
])
def test_numbers(values, code):
    assert codes(stream(values=lambda n: values)) == [code]


def test_points_that_are_not_finite():
    box = Box((10, 0, 0), (20, 3, 4), False, are_finite=False)
    assert codes(stream('Plan', 'POINT', rate=2, values=lambda n: Values(box=box))) == [
        'not-finite']


@pytest.mark.parametrize(('states', 'level'), [
    (['OK'], None), ([''], None), (['MISSING'], Severity.WARNING),
    (['OUT_OF_VIEW', 'INVALID'], Severity.WARNING), (['OK', 'OK', 'MISSING'], Severity.NOTE)])
def test_tools_that_are_not_valid(states, level):
    seen = stream('T', 'TDATA', values=lambda n: Values(tools=(
        Tool('Stylus', (100.5, 0, 0), state=states[n % len(states)]),
        Tool('Probe', (99.5, 0, 0)))))
    found = [f for f in judge(observed(seen)) if f.code.startswith('tool-')]
    assert [f.severity for f in found] == ([] if level is None else [level])
    assert all("'Stylus'" in f.text and 'Probe' not in f.text for f in found)


def test_a_tool_that_was_not_seen_for_a_moment():
    seen = stream(values=lambda n: posed(state='OUT_OF_VIEW'))
    assert codes(seen) == ['tool-invalid']
    assert alarms(replace(observed(seen), seconds=1.0)) == []


def test_numbers_of_a_tool_that_is_not_valid_mean_nothing():
    seen = stream(values=lambda n: posed(float('nan'), state='MISSING'))
    assert codes(seen) == ['tool-invalid']


@pytest.mark.parametrize(('code', 'level'), [
    (0, None), (1, None), (2, Severity.WARNING), (3, Severity.FAULT), (13, Severity.WARNING),
    (999, Severity.WARNING)])
def test_states_of_devices(code, level):
    seen = stream('Robot', 'STATUS', rate=2, values=lambda n: Values(
        state=State(code, 'E42', 'not homed')))
    found = alarms(observed(seen))
    assert [f.severity for f in found] == ([] if level is None else [level])
    assert all(f.code == 'status-error' and 'not homed' in f.text for f in found)


# -- 3D Slicer


@pytest.mark.parametrize('kind', ['GET_IMAGE', 'STT_TDATA', 'STP_IMAGE', 'GET_STATUS'])
def test_questions_on_which_slicer_crashes(kind):
    question = stream('CT', kind, rate=1, seconds=1, values=lambda n: Values())
    assert codes(question, stream()) == ['slicer-crash']
    assert codes(question, stream(), for_slicer=False) == []
    # who connects to us is a client, and may ask
    assert codes(question, stream(), reach=replace(reached(), is_server=True)) == []


@pytest.mark.parametrize(('cells', 'is_alarm'), [(0, False), (1, False), (2, True)])
def test_vertex_cells(cells, is_alarm):
    seen = stream('Mesh', 'POLYDATA', rate=2, values=lambda n: Values(vertex_cells=cells))
    assert codes(seen) == (['slicer-crash'] if is_alarm else [])


@pytest.mark.parametrize(('kind', 'is_alarm'), [
    ('SENSOR', True), ('POSITION', True), ('QTDATA', True), ('TRAJ', True), ('NDARRAY', True),
    ('COLORT', True), ('VIDEOMETA', True), ('BIND', True), ('TDATA', False), ('STRING', False),
    ('IMGMETA', False), ('COMMAND', False), ('CAPABILITY', False), ('VIDEO', False),
    ('GET_TRANS', False)])
def test_types_that_slicer_does_not_show(kind, is_alarm):
    seen = stream('Device', kind, values=lambda n: Values())
    assert codes(seen) == (['slicer-not-shown'] if is_alarm else [])
    assert codes(seen, for_slicer=False) == []


@pytest.mark.parametrize(('picture', 'wanted'), [
    (Picture('int32', 1, False, (8, 8, 1)), ['slicer-image-32']),
    (Picture('uint32', 1, False, (8, 8, 1)), ['slicer-image-32']),
    (Picture('float32', 1, False, (8, 8, 1)), []),
    (Picture('uint8', 2, False, (8, 8, 1)), ['slicer-components']),
    (Picture('uint8', 3, True, (8, 8, 1)), []),
])
def test_images(picture, wanted):
    seen = stream('CT', 'IMAGE', values=lambda n: Values(picture=picture))
    assert codes(seen) == wanted
    assert ('slicer-image-lps' in notes(seen)) is picture.is_lps


def test_an_empty_list():
    empty = stream('Plan', 'POINT', rate=1, values=lambda n: Values(length=0))
    assert 'slicer-list-empty' in notes(empty)
    assert 'slicer-list-empty' not in notes(stream('Plan', 'POINT', rate=1, version=2,
                                                   values=lambda n: Values(length=0)))


# -- rules


@pytest.mark.parametrize(('text', 'wanted'), [
    ('receive: [{device: "*"}]', []),
    ('receive: [{device: "Probe*", action: drop}, {device: "*"}]', ['rule-drops']),
    ('receive: [{device: "*", type: TRANSFORM, action: drop}, {device: "*"}]', ['rule-drops']),
    ('receive: [{device: ProbeToTracker, action: drop}, {device: "*"}]', []),
    ('receive: [{device: "*", type: IMAGE, action: drop}, {device: "*"}]', []),
    ('receive: [{device: "Stylus*"}]', ['no-rule']),
    ('receive: [{device: probetotracker}, {device: "*"}]', ['rule-waits']),
    ('receive: [{device: "Probe To Tracker"}, {device: "*"}]', ['rule-waits']),
    ('receive: [{device: ProbeToTracker, type: TDATA}, {device: "*"}]', ['rule-waits']),
    ('receive: [{device: Robot}, {device: "*"}]', []),
    ('receive: [{device: "*", workspace: {min: [0, 0, 0], max: [0.01, 0.01, 0.01]}}]',
     ['rule-workspace']),
    ('receive: [{device: "*", workspace: {min: [-1, -1, -1], max: [1, 1, 1]}}]', []),
    ('receive: [{device: "*", max_age: 0.001}]', ['rule-age']),
    ('receive: [{device: "*", max_age: 0.5}]', []),
])
def test_rules(tmp_path, text, wanted):
    assert codes(stream(), links=rules(tmp_path, text)) == wanted


def test_a_gated_rule_for_a_type_that_nobody_knows(tmp_path):
    links = rules(tmp_path, 'receive: [{device: "*", max_age: 0.5}]')
    assert codes(stream('Wrist', 'FORCETORQUE'), links=links) == ['type-unknown', 'rule-blind']


def test_the_link_that_leads_to_the_peer(tmp_path):
    text = """
links:
  - {name: a, url: 'tcp://127.0.0.1:18944', mode: client, receive: [{device: '*', action: drop}]}
  - {name: b, url: 'tcp://10.0.0.1:18944', mode: client}
"""
    links = rules(tmp_path, text)
    assert codes(stream(), links=links) == ['rule-drops']
    reach = replace(reached(), host='10.0.0.1', addresses=('10.0.0.1',), reached='10.0.0.1')
    assert codes(stream(), links=links, reach=reach) == []
    reach = replace(reach, port=18945)
    assert 'no-link' in notes(stream(), links=links, reach=reach)


# -- ROS

RELIABLE = Offer('/a', True, False)


@pytest.mark.parametrize(('process', 'wanted'), [
    (Process(7, 'igtl_bridge', '0', 'rmw_fastrtps_cpp', ''), []),
    (Process(7, 'igtl_bridge', '5', 'rmw_fastrtps_cpp', ''), ['ros-domain']),
    (Process(7, 'igtl_bridge', '0', 'rmw_cyclonedds_cpp', ''), ['ros-rmw']),
    (Process(7, 'igtl_bridge', '0', 'rmw_fastrtps_cpp', 'LOCALHOST'), ['ros-range']),
])
def test_where_the_bridge_is(process, wanted):
    ros = Ros('0', 'rmw_fastrtps_cpp', '', processes=(process,))
    assert codes(stream(), ros=ros) == wanted


@pytest.mark.parametrize(('publisher', 'reader', 'wanted'), [
    (Offer('/b', True, True), Offer('/a', True, True), []),
    (Offer('/b', True, False), Offer('/a', False, False), []),
    (Offer('/b', False, False), Offer('/a', True, False), ['ros-qos']),
    (Offer('/b', True, False), Offer('/a', True, True), ['ros-qos']),
    (Offer('/b', True, True, 'x/msg/A'), Offer('/a', True, True, 'x/msg/B'), ['ros-type']),
])
def test_quality_of_service(publisher, reader, wanted):
    ros = Ros(topics=(Topic('/x/Probe/transform', (publisher,), (reader,)),))
    assert codes(stream(), ros=ros) == wanted


@pytest.mark.parametrize(('level', 'facts', 'wanted'), [
    ('OK', {'dropped': 'none', 'left out TRANSFORM Probe: rate': '7'}, []),
    ('OK', {'left out TRANSFORM Probe: by rule': '7'}, ['bridge-drops']),
    ('OK', {'left out STATUS : by rule': '1'}, []),  # a greeting
    ('OK', {'withheld TRANSFORM Probe: max_jump': '7'}, ['bridge-withholds']),
    ('OK', {'problem TRANSFORM Probe: frame': '7'}, ['bridge-problem']),
    ('OK', {'dropped': 'IMAGE CT 7'}, ['bridge-loses']),
    ('ERROR', {}, ['bridge-state']), ('STALE', {}, ['bridge-state']),
])
def test_what_the_bridge_says(level, facts, wanted):
    ros = Ros(health=(Health('/x/igtl_bridge: OpenIGTLink', level, 'text', facts),))
    found = alarms(observed(stream(), ros=ros))
    assert [f.code for f in found] == wanted
    if wanted[:1] in (['bridge-drops'], ['bridge-withholds'], ['bridge-problem']):
        assert found[0].device == 'Probe'


def test_a_bridge_that_has_nothing_to_send():
    facts = {'state': 'listening', 'sent messages': '0', 'dropped': 'none'}
    ros = Ros(health=(Health('/x/igtl_bridge: OpenIGTLink', 'OK', '1 connected', facts),))
    assert codes(ros=ros, sessions=[Session(0, 3)]) == ['silent', 'bridge-idle']
    assert codes(stream(), ros=ros) == []


def test_nothing_is_judged_that_was_not_seen():
    assert judge(Observation(Reach('tcp', 'h', 1, name_error='unknown')))[0].code == 'name-unknown'
