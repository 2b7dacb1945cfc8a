"""Settings and mapping files: every default, every rule, and the answer to each mistake."""

from __future__ import annotations

import dataclasses
import math
import random
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from igtl_ros2 import config
from igtl_ros2.codec.messages.arrays import PREFIXES, UNITS
from igtl_ros2.config import SETTINGS, Settings
from igtl_ros2.errors import ConfigError
from igtl_ros2.mapping import (
    Mapping,
    MotionLimits,
    ReceiveRule,
    RobotSource,
    SendRule,
    SliceView,
    TfFrame,
    Workspace,
    default_mapping,
    load_mapping,
    mapping_schema,
    parse_xtoy,
)

DEFAULTS = {
    'mode': 'server', 'url': '', 'protocol': 'tcp', 'host': '127.0.0.1', 'port': 18944,
    'header_version': 'auto', 'compat': 'auto', 'client_info': '', 'ping_period': 0.0,
    'check_crc': True, 'strict': False, 'connect_timeout': 5.0,
    'reconnect': True, 'reconnect_delay': 0.2, 'reconnect_factor': 2.0, 'reconnect_jitter': 0.25,
    'reconnect_max_delay': 5.0, 'reconnect_attempts': 0,
    'tls_ca_file': '', 'tls_cert_file': '', 'tls_key_file': '', 'tls_allowed_names': (),
    'tls_server_name': '', 'tls_insecure': False,
    'udp_rtp': False, 'udp_payload_bytes': 1400, 'udp_targets': (), 'udp_interface': '',
    'udp_ttl': 1, 'tcp_nodelay': True, 'tcp_keepalive': 25.0, 'send_buffer_bytes': 0,
    'receive_buffer_bytes': 0, 'allow': (), 'max_clients': 128,
    'max_clients_per_address': 0, 'max_body_bytes': 536870912, 'max_elements': 100000,
    'idle_timeout': 0.0, 'stall_timeout': 5.0, 'send_timeout': 10.0, 'queue_messages': 1000,
    'queue_bytes': 268435456, 'queue_policy': (), 'max_waiting_bytes': 1073741824,
    'held_max_age': 0.0,
    'mapping_file': '', 'autostart': True, 'default_frame': 'ras', 'frame_prefix': '',
    'stamp': 'auto',
    'max_skew': 1.0, 'stale_after': 2.0, 'info_rate': 1.0, 'discover': True,
    'discover_period': 1.0,
    'send_allow': ('*',), 'send_deny': (), 'raw_deny': (),
    'log_queries': False,
}
SCHEMA = mapping_schema()


# Settings

def test_defaults_are_the_documented_ones_in_the_documented_order():
    made = dataclasses.asdict(Settings.from_values({}))
    assert made == DEFAULTS
    assert {name: type(value) for name, value in made.items()} == {
        name: type(value) for name, value in DEFAULTS.items()}
    assert list(SETTINGS) == list(DEFAULTS)
    assert {name: setting.default for name, setting in SETTINGS.items()} == DEFAULTS
    assert all(setting.name == name for name, setting in SETTINGS.items())


@pytest.mark.parametrize('setting', SETTINGS.values(), ids=SETTINGS)
def test_help_is_a_sentence_and_numbers_have_a_range(setting):
    assert setting.help[-1] == '.' and len(setting.help) > 20
    if type(setting.default) in (int, float):
        assert setting.minimum <= setting.default <= setting.maximum
        assert setting.check(setting.minimum) == setting.minimum
        assert setting.check(type(setting.default)(setting.maximum)) == setting.maximum
    if setting.unit == 's':
        assert 'in seconds' in setting.help


@pytest.mark.parametrize('name, value, text', [
    ('mode', 'sever', "mode: found 'sever'; allowed 'server', 'client'; did you mean 'server'?"),
    ('mode', 1, "mode: found 1; allowed 'server', 'client'"),
    ('port', 70000, 'port: found 70000; allowed a whole number from 0 to 65535'),
    ('port', -1, 'port: found -1; allowed a whole number from 0 to 65535'),
    ('port', True, 'port: found true; allowed a whole number from 0 to 65535'),
    ('port', 1.0, 'port: found 1.0; allowed a whole number from 0 to 65535'),
    ('port', '18944', "port: found '18944'; allowed a whole number from 0 to 65535"),
    ('max_body_bytes', 1 << 31, 'max_body_bytes: found 2147483648; '
                                'allowed a whole number from 0 bytes to 2147483647 bytes'),
    ('header_version', 2, "header_version: found 2; allowed 'auto', '1', '2'"),
    ('check_crc', 1, 'check_crc: found 1; allowed true or false'),
    ('stall_timeout', -0.5, 'stall_timeout: found -0.5; allowed a number from 0 s to 3600 s'),
    ('max_skew', float('nan'), 'max_skew: found nan; allowed a number from 0 s to 86400 s'),
    ('max_skew', float('inf'), 'max_skew: found inf; allowed a number from 0 s to 86400 s'),
    ('max_skew', True, 'max_skew: found true; allowed a number from 0 s to 86400 s'),
    ('max_skew', None, 'max_skew: found nothing; allowed a number from 0 s to 86400 s'),
    ('host', 5, 'host: found 5; allowed text'),
    ('host', '', "host: found ''; allowed a host name or an IP address"),
    ('host', 'a..b', "host: found 'a..b'; allowed a host name or an IP address"),
    ('host', 'a\0', "host: found 'a\\x00'; allowed a host name or an IP address"),
    ('default_frame', '', "default_frame: found ''; "
                          'allowed a frame name that does not start with /'),
    ('default_frame', '/ras', "default_frame: found '/ras'; "
                              'allowed a frame name that does not start with /'),
    ('frame_prefix', '/a', "frame_prefix: found '/a'; allowed text that does not start with /"),
    ('send_allow', '*', "send_allow: found '*'; allowed a list of text"),
    ('send_deny', ['a', 1], 'send_deny: found a list of 2; allowed a list of text'),
    ('prot', 1, "prot: there is no such parameter; did you mean 'port'?"),
])
def test_wrong_setting_names_parameter_value_and_what_is_allowed(name, value, text):
    with pytest.raises(ConfigError) as caught:
        Settings.from_values({name: value})
    assert str(caught.value) == text


@pytest.mark.parametrize('values, text', [
    ({'protocol': 'tls', 'tls_cert_file': 'a', 'tls_allowed_names': ['a']},
     'tls_allowed_names: found without tls_ca_file; allowed only with the authority of the '
     "clients' certificates"),
    ({'protocol': 'tls', 'mode': 'client', 'tls_insecure': True, 'tls_ca_file': 'a'},
     'tls_insecure: found true with tls_ca_file or tls_server_name; allowed either the one or '
     'the other'),
    ({'protocol': 'tls', 'tls_key_file': 'a'},
     'tls_key_file: found without tls_cert_file; allowed both or none'),
    ({'compat': 'library1', 'header_version': '2'},
     "header_version: found '2' with compat library1, which cannot read it; allowed auto or 1"),
    ({'mode': 'client', 'client_info': 'a\0'},
     'client_info: found NUL, or more than 65535 bytes; allowed XML that fits a message'),
    ({'mode': 'client', 'client_info': 'ä' * 32768},
     'client_info: found NUL, or more than 65535 bytes; allowed XML that fits a message'),
    ({'protocol': 'udp', 'udp_rtp': True, 'header_version': '1'},
     'udp_rtp: found true with header version 1; the RTP frame has room for version 2 only'),
    ({'protocol': 'udp', 'tcp_nodelay': False},
     'tcp_nodelay: found with protocol udp, which has no connections; allowed only with tcp and '
     'tls'),
    ({'mode': 'server', 'reconnect_delay': 1.0},
     'reconnect_delay: found with mode server; allowed only with mode client'),
    ({'mode': 'client', 'idle_timeout': 1.0},
     'idle_timeout: found with mode client; allowed only with mode server'),
    ({'tls_ca_file': 'a'}, 'tls_ca_file: found with protocol tcp; allowed only with tls'),
    ({'mode': 'client', 'port': 0},
     'port: found 0 with mode client; allowed 1 to 65535, only a server can take any free port'),
    ({'url': 'tcp://1.2.3.4:5', 'port': 6},
     "port: found 6 besides url 'tcp://1.2.3.4:5'; allowed either the one or the other"),
    ({'queue_policy': ['IMAGE=newst']},
     "queue_policy: found 'IMAGE=newst'; allowed TYPE=newest or TYPE=all; did you mean "
     "'newest'?"),
    ({'queue_policy': ['=all']}, "queue_policy: found '=all'; allowed TYPE=newest or TYPE=all; "
     "did you mean 'all'?"),
    ({'allow': ['10.0.0.5/24']},
     "allow: found '10.0.0.5/24'; allowed addresses and networks such as 10.0.0.5 and "
     '10.0.0.0/24: 10.0.0.5/24 has host bits set'),
    ({'mode': 'client', 'reconnect_delay': 9.0},
     'reconnect_delay: found 9.0; allowed at most reconnect_max_delay, which is 5.0 s'),
    ({'mode': 'client', 'reconnect_delay': 10},
     'reconnect_delay: found 10.0; allowed at most reconnect_max_delay, which is 5.0 s'),
    ({'mode': 'client', 'port': 0}, 'port: found 0 with mode client; allowed 1 to 65535, '
                                    'only a server can take any free port'),
])
def test_settings_that_do_not_fit_together_say_which_and_why(values, text):
    with pytest.raises(ConfigError) as caught:
        Settings.from_values(values)
    assert str(caught.value) == text


def test_number_too_long_to_print_is_refused_like_any_other():
    with pytest.raises(ConfigError) as caught:
        Settings.from_values({'port': 1 << 20000})
    assert str(caught.value) == ('port: found a number of more than 64 bits; '
                                 'allowed a whole number from 0 to 65535')


def test_unknown_setting_like_no_other_lists_all():
    with pytest.raises(ConfigError) as caught:
        Settings.from_values({'zzzzzz': 1})
    assert str(caught.value) == (
        f'zzzzzz: there is no such parameter; allowed {", ".join(DEFAULTS)}')


def test_settings_made_directly_are_checked_as_well():
    with pytest.raises(ConfigError, match='^port: found 70000'):
        Settings(port=70000)


def test_values_take_the_type_of_the_default():
    made = Settings.from_values({'max_skew': 2, 'send_allow': ['Probe*', 'Stylus']})
    assert (type(made.max_skew), made.max_skew) == (float, 2.0)
    assert made.send_allow == ('Probe*', 'Stylus')


def test_settings_that_fit_together_pass():
    assert Settings.from_values({'port': 0}).port == 0
    made = Settings.from_values(
        {'mode': 'client', 'reconnect_delay': 10, 'reconnect_max_delay': 10})
    assert made.reconnect_delay == 10.0
    for host in ('0.0.0.0', '::', 'fe80::1%eth0', 'localhost', 'plus-server.lab.example'):
        assert Settings.from_values({'host': host}).host == host


def test_import_needs_neither_yaml_nor_jsonschema_nor_ros():
    code = ('import sys, igtl_ros2.config; '
            'print(sorted({"yaml", "jsonschema", "rclpy", "numpy"} & set(sys.modules)))')
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True,
                          check=True, cwd=Path(config.__file__).parents[1])
    assert done.stdout == '[]\n'


# Names of transforms

@pytest.mark.parametrize('device, pair', [
    ('ToolToTracker', ('Tool', 'Tracker')),
    ('ProbeToTracker', ('Probe', 'Tracker')),
    ('StylusTipToReference', ('StylusTip', 'Reference')),
    ('ProbeToTrackerTransform', ('Probe', 'Tracker')),
    ('ImageTo3D', ('Image', '3D')),
    ('probeTo_tracker', ('probe', '_tracker')),
    ('AToÄ', ('A', 'Ä')),
    ('Probe To Tracker', ('Probe', 'Tracker')),
    ('ProbeTo Tracker', ('Probe', 'Tracker')),
    ('Probe ToTracker', ('Probe', 'Tracker')),
    (' ProbeToTracker ', ('Probe', 'Tracker')),
    ('ProbeToTrackerTransform ', ('Probe', 'Tracker')),
    ('ProbeToTracker Transform', ('Probe', 'Tracker')),
    ('Left ProbeToTracker 1', ('Left Probe', 'Tracker 1')),
    ('ProbeTo ', None),
    (' ToTracker', None),
    ('To1ToX', None),
    ('Tomato', None),
    ('XTo', None),
    ('ToX', None),
    ('To', None),
    ('', None),
    ('AToBToC', None),
    ('ToAToB', None),
    ('ToolTotracker', None),
    ('ProbeTotrackerTransform', None),
    ('ProbeToTransform', None),
    ('Transform', None),
    ('probetotracker', None),
])
def test_parse_xtoy(device, pair):
    assert parse_xtoy(device) == pair


# Mapping files that are right

@pytest.mark.parametrize('text', ['', '# nothing but a comment\n', '{}', '~', '---\n'])
def test_empty_file_is_the_default_mapping(load, text):
    made = load(text)
    assert dataclasses.replace(made, path='') == default_mapping(Settings())
    assert made.path.endswith('map.yaml')


def test_without_a_file_everything_is_published_with_the_settings():
    made = default_mapping(Settings(default_frame='world', stamp='receive', max_skew=3.0))
    assert (made.profile, made.receive, made.send, made.path) == ('plain', (), (), '')
    rule = made.receive_rule('ProbeToTracker', 'TRANSFORM')
    assert rule == ReceiveRule(default_frame='world', stamp='receive', max_skew=3.0)
    assert (rule.action, rule.tf, rule.frame, rule.wire_unit) == ('publish', 'off', '', 'mm')


def test_default_rule_is_the_documented_one():
    assert dataclasses.asdict(ReceiveRule()) == {
        'device': '*', 'type': '*', 'action': 'publish', 'name': '', 'frame': '',
        'child_frame': '', 'tf': 'off', 'pose': False, 'raw': False, 'stamp': 'auto',
        'max_skew': 1.0, 'wire_unit': 'mm', 'wire_axes': 'ras', 'publish_invalid': False,
        'coordinates': 'trust', 'subvolume': 'merge', 'plane': False, 'compressed': 'off',
        'slice': None, 'cloud': False, 'threshold': 0.0, 'max_points': 1_000_000, 'nrrd': False,
        'array': False, 'decode': False, 'foxglove': False, 'mesh': False, 'phi': 'redact',
        'default_frame': 'ras', 'stamped': False, 'split': False, 'markers': False,
        'marker_size': 0.005,
        'trajectory': None, 'as_': '', 'field': '', 'joint_names': (), 'to_frame': '',
        'hold_hz': 0.0, 'max_age': 0.0, 'max_jump': None, 'max_speed': None, 'workspace': None,
        'recover_after': 5, 'stale_after': 2.0, 'peer': '', 'on_conflict': '', 'answer': False}


def test_every_key_of_a_receive_rule_arrives(load):
    made = load("""
receive:
  - {device: "Probe*", type: "*", action: publish, name: left/probe_1, frame: world,
     child_frame: tip, tf: static, pose: true, raw: yes, stamp: auto, max_skew: 3,
     wire_unit: m, wire_axes: lps, publish_invalid: true, coordinates: ignore, subvolume: crop,
     plane: true, compressed: jpeg, slice: {axis: i, index: 5, window: 400, level: 40},
     cloud: true, threshold: 300, max_points: 5000, nrrd: true, array: true, decode: true,
     foxglove: true, mesh: true, phi: hash}
""")
    assert made.receive == (ReceiveRule(
        'Probe*', '*', action='publish', name='left/probe_1', frame='world', child_frame='tip',
        tf='static', pose=True, raw=True, stamp='auto', max_skew=3.0, wire_unit='m',
        wire_axes='lps', publish_invalid=True, coordinates='ignore', subvolume='crop',
        plane=True, compressed='jpeg', slice=SliceView('i', 5, 400.0, 40.0), cloud=True,
        threshold=300.0, max_points=5000, nrrd=True, array=True, decode=True, foxglove=True,
        mesh=True, phi='hash', default_frame='ras'),)
    assert type(made.receive[0].threshold) is type(made.receive[0].slice.window) is float
    assert type(made.receive[0].max_skew) is float


def test_keys_for_lists_and_for_numbers_arrive(load):
    points, numbers = load("""
receive:
  - {device: Plan, type: POINT, split: true, markers: true, marker_size: 1, cloud: true,
     trajectory: {target: TARGET, entry: ENTRY}}
  - {device: arm, as: joint_state, field: effort, joint_names: [a, b]}
""").receive
    assert points == ReceiveRule('Plan', 'POINT', split=True, markers=True, marker_size=1.0,
                                 cloud=True, trajectory=('ENTRY', 'TARGET'))
    assert type(points.marker_size) is float
    assert numbers == ReceiveRule('arm', as_='joint_state', field='effort', joint_names=('a', 'b'))
    made = load('send: [{topic: a, device: b, type: SENSOR, field: torque, unit: mN*m}, '
                '{topic: c, device: d, max_points: 0}]').send
    assert made == (SendRule('b', 'a', type='SENSOR', field='torque', unit='mN*m'),
                    SendRule('d', 'c', max_points=0))


@pytest.mark.parametrize('prefix', PREFIXES.values(), ids=lambda prefix: prefix[0] or 'none')
def test_every_unit_of_a_sensor_can_be_written(load, prefix):
    texts = [text for unit in UNITS for text in (prefix[0] + unit, f'{prefix[0]}{unit}^-2*s')]
    rules = (f'{{topic: t{n}, device: d{n}, unit: {text}}}' for n, text in enumerate(texts))
    assert [rule.unit for rule in load(f'send: [{", ".join(rules)}]').send] == texts


def test_frames_is_parent_then_child(load):
    rule = load('receive: [{frames: [base_link, tip]}]').receive[0]
    assert (rule.frame, rule.child_frame) == ('base_link', 'tip')


@pytest.mark.parametrize('spelt, meant', [
    ('false', 'off'), ('off', 'off'), ('true', 'dynamic'), ('static', 'static')])
def test_tf_spellings(load, spelt, meant):
    made = load(f'receive: [{{tf: {spelt}}}]')
    assert made.receive_rule('Any', 'TRANSFORM').tf == meant


@pytest.mark.parametrize('spelt, meant', [
    ('false', None), ('true', SliceView()), ('{}', SliceView()),
    ('{axis: j}', SliceView('j')), ('{index: 0, level: 1}', SliceView(index=0, level=1.0))])
def test_slice_spellings(load, spelt, meant):
    assert load(f'receive: [{{slice: {spelt}}}]').receive[0].slice == meant


@pytest.mark.parametrize('spelt, meant', [('false', 'off'), ('png', 'png'), ('jpeg', 'jpeg')])
def test_compressed_spellings(load, spelt, meant):
    assert load(f'receive: [{{compressed: {spelt}}}]').receive[0].compressed == meant


def test_first_match_wins_and_case_counts(load):
    made = load("""
receive:
  - {device: "Probe*", type: TRANSFORM, name: first}
  - {device: "*", type: TRANSFORM, name: second}
  - {device: "Probe?", name: third}
""")
    assert made.receive_rule('ProbeToTracker', 'TRANSFORM').name == 'first'
    assert made.receive_rule('probeToTracker', 'TRANSFORM').name == 'second'
    assert made.receive_rule('Probe1', 'IMAGE').name == 'third'
    assert made.receive_rule('Probe1', 'Image').name == 'third'
    assert made.receive_rule('Probe12', 'IMAGE').action == 'drop'


def test_what_no_rule_of_a_list_matches_is_dropped(load):
    made = load('receive: [{device: Probe}]')
    assert made.receive_rule('Probe', 'STRING').action == 'publish'
    assert made.receive_rule('Other', 'STRING').action == 'drop'
    assert load('receive: []').receive_rule('Other', 'STRING').action == 'drop'
    assert load('send: []').receive_rule('Other', 'STRING').action == 'publish'


def test_rule_wins_over_defaults_and_defaults_over_settings(load):
    made = load("""
defaults: {frame: reference, stamp: receive, wire_unit: m, wire_axes: lps,
           publish_invalid: true, coordinates: ignore, phi: pass}
receive:
  - {device: A, stamp: device, wire_unit: mm, frame: here}
  - {device: "*"}
send:
  - {device: A, topic: a}
  - {device: B, topic: b, wire_unit: mm}
""", stamp='auto', max_skew=7, default_frame='world')
    a, b = made.receive
    assert (a.stamp, a.max_skew, a.wire_unit, a.wire_axes) == ('device', 7.0, 'mm', 'lps')
    assert (a.frame, a.default_frame) == ('here', 'reference')
    assert (b.stamp, b.wire_unit, b.publish_invalid, b.coordinates, b.phi) == (
        'receive', 'm', True, 'ignore', 'pass')
    # A default frame must not win over the frames in a name such as XToY.
    assert (b.frame, b.default_frame) == ('', 'reference')
    assert [rule.wire_unit for rule in made.send] == ['m', 'mm']
    assert load('defaults: {max_skew: 2}', max_skew=7).fallback.max_skew == 2.0


@pytest.mark.parametrize('profile, tf', [('plain', 'off'), ('slicer', 'dynamic'),
                                         ('plus', 'dynamic'), ('robot', 'dynamic')])
def test_profiles_broadcast_xtoy_transforms_unless_told_otherwise(load, profile, tf):
    for receive in ('', 'receive: [{device: "*"}]'):
        made = load(f'profile: {profile}\n{receive}')
        assert made.profile == profile
        assert made.receive_rule('ProbeToTracker', 'TRANSFORM').tf == tf
        assert made.receive_rule('Probe', 'TRANSFORM').tf == 'off'
        assert made.receive_rule('ProbeToTracker', 'IMAGE').tf == 'off'
    told = load(f"""
profile: {profile}
receive:
  - {{device: "A*", tf: false}}
  - {{device: "B*", tf: static}}
  - {{device: "C*", tf: true}}
""")
    assert [told.receive_rule(name, 'TRANSFORM').tf for name in ('AToX', 'BToX', 'C')] == [
        'off', 'static', 'dynamic']


def test_topic_rules(load):
    made = load("""
send:
  - {topic: /camera/image_raw, device: Endoscope, type: IMAGE, rate: 10, spacing: [0.001, 1, 2]}
  - {topic: ~/ct, device: CT, dims: [512, 512, 200]}
""")
    assert made.send == (
        SendRule('Endoscope', '/camera/image_raw', rate=10.0, type='IMAGE',
                 spacing=(0.001, 1.0, 2.0)),
        SendRule('CT', '~/ct', dims=(512, 512, 200)))
    assert [type(v) for v in made.send[0].spacing] == [float] * 3


def test_tf_rules_make_their_device_name_from_the_frames(load):
    made = load("""
send:
  - {tf: {source: tool0, target: base_link}}
  - {tf: {source: left/tool-tips, target: head, rate: 5}, wire_unit: m, type: TRANSFORM}
  - {tf: {source: a_very_long_tool_name, target: base_link}, device: ToolToBase}
""")
    assert made.send == (
        SendRule('Tool0ToBaseLink', '', 'tool0', 'base_link', 30.0),
        SendRule('LeftToolTipsToHead', '', 'left/tool-tips', 'head', 5.0, 'TRANSFORM', 'm'),
        SendRule('ToolToBase', '', 'a_very_long_tool_name', 'base_link', 30.0))


def test_several_frames_go_into_one_message(load):
    listed, matched = load("""
send:
  - {tf: [{source: a, target: b}, {source: c, target: d, name: C}], device: Robot, rate: 5}
  - {tf: {source: "left_*", target: base, rate: 10}, device: Left, type: TDATA}
""").send
    assert listed == SendRule('Robot', rate=5.0, tf_list=(
        TfFrame('a', 'b', 'a'), TfFrame('c', 'd', 'C')))
    assert matched == SendRule('Left', '', 'left_*', 'base', 10.0, 'TDATA')
    assert (listed.is_tracking, matched.is_tracking) == (True, True)
    assert (listed.tf_sources, matched.tf_sources) == (('a', 'c'), ('left_*',))
    assert load('send: [{tf: [{source: a, target: b}], device: x}]').send[0].rate == 30.0


def test_keys_for_frames_and_for_when_arrive(load):
    made = load("""
defaults: {to_frame: base}
receive:
  - {device: A, to_frame: other, hold_hz: 5}
  - {device: "*"}
send:
  - {topic: a, device: a, to_frame: ras, on_change: true, eps: 1, keepalive: 2}
""")
    assert [rule.to_frame for rule in (*made.receive, made.fallback)] == ['other', 'base', 'base']
    assert [rule.hold_hz for rule in made.receive] == [5.0, 0.0]
    assert made.send == (SendRule(
        'a', 'a', to_frame='ras', on_change=True, eps=1.0, keepalive=2.0),)
    assert made.reads_tf and not load('send: [{topic: a, device: a}]').reads_tf


def test_a_robot_arrives(load):
    made = load("""
profile: slicer
send:
  - {robot: {description: /robot_description}, device: Robot}
  - robot: {description: left/robot_description, target: table, prefix: left/, rate: 5}
    device: Left
    type: TRANSFORM
    on_change: false
""")
    assert made.send == (
        SendRule('Robot', rate=30.0, on_change=True, robot=RobotSource('/robot_description')),
        SendRule('Left', rate=5.0, type='TRANSFORM',
                 robot=RobotSource('left/robot_description', 'table', 'left/')),
    )
    assert made.reads_tf


def test_gates_arrive(load):
    made = load("""
receive:
  - {device: A, max_age: 1, max_jump: {m: 1, deg: 20}, max_speed: {m_s: 2}, recover_after: 3}
  - {device: B, max_jump: {deg: 5}, max_speed: {deg_s: 6, m_s: 7}}
  - {device: C, type: POINT, workspace: {min: [-1, -2, 0], max: [1, 2.5, 3]}}
  - {device: D}
""")
    a, b, c, d = made.receive
    assert (a.max_age, a.recover_after) == (1.0, 3) and type(a.max_age) is float
    assert (a.max_jump, a.max_speed) == (MotionLimits(1.0, 20.0), MotionLimits(2.0, math.inf))
    assert (b.max_jump, b.max_speed) == (MotionLimits(math.inf, 5.0), MotionLimits(7.0, 6.0))
    assert c.workspace == Workspace((-1.0, -2.0, 0.0), (1.0, 2.5, 3.0))
    assert [rule.is_gated for rule in made.receive] == [True, True, True, False]
    assert d == ReceiveRule('D', default_frame='ras')


def test_profiles_are_defaults_only(load):
    robot = load('profile: robot')
    assert (robot.fallback.pose, robot.fallback.split) == (True, True)
    told = load('profile: robot\nreceive: [{pose: false, split: false, tf: false}]').receive[0]
    assert (told.pose, told.split, told.tf) == (False, False, 'off')
    frame = 'send: [{tf: {source: a, target: b}}]'
    assert load(f'profile: slicer\n{frame}').send[0].on_change
    assert not load(f'profile: plus\n{frame}').send[0].on_change
    assert not load('profile: slicer\nsend: [{tf: {source: a, target: b}, on_change: false}]'
                    ).send[0].on_change
    assert not load('profile: slicer\nsend: [{topic: a, device: b}]').send[0].on_change


def test_device_names_are_counted_in_bytes(load):
    name = 'ä' * 10
    assert load(f'send: [{{topic: a, device: {name}}}]').send[0].device == name


def test_dates_are_names(load):
    assert load('receive: [{device: 2024-01-31}]').receive[0].device == '2024-01-31'


def test_mappings_are_values():
    assert Mapping() == default_mapping(Settings())
    with pytest.raises(dataclasses.FrozenInstanceError):
        Mapping().profile = 'slicer'


# Mapping files that are wrong

RECEIVE_KEYS = ', '.join(SCHEMA['definitions']['receive_rule']['properties'])
SEND_KEYS = ', '.join(SCHEMA['definitions']['send_rule']['properties'])
A_FRAME = 'allowed a frame name that does not start with /'
A_RATE = 'allowed a number over 0 Hz and up to 1000 Hz'
TOP_KEYS = (
    'profile, moveit, defaults, receive, send, queries, commands, serve, protocol, links')
WIRE_TYPES = ("'TRANSFORM', 'POSITION', 'IMAGE', 'POINT', 'STRING', 'STATUS', 'TDATA', 'QTDATA', "
              "'SENSOR', 'TRAJ', 'NDARRAY', 'VIDEO', 'COLORT', 'POLYDATA', 'IMGMETA', 'LBMETA', "
              "'VIDEOMETA', 'COMMAND'")
PLACED = 'TRANSFORM, POSITION, QTRANS, TDATA, QTDATA, POINT, TRAJ, IMAGE, VIDEO, POLYDATA'


@pytest.mark.parametrize('text, error', [
    # the file as YAML
    ('a: [', '1: not valid YAML: while parsing a flow node, expected the node content, '
             "but found '<stream end>'"),
    ('profile: plain\nsend: a: b', '2: not valid YAML: mapping values are not allowed here'),
    ('receive: []\n---\nsend: []', '2: not valid YAML: expected a single document in the stream, '
                                   'but found another document'),
    ('receive:\n  - {device: *To*}',
     '2: not valid YAML: while scanning an alias, expected alphabetic or numeric character, '
     "but found '*'; put quotes around text that starts with *"),
    ('receive:\n- &r {device: a}\n- *r',
     '3: found the YAML alias *r; allowed the value itself, in quotes if it is text that starts '
     'with *'),
    ('&a [*a]', '1: found the YAML alias *a; allowed the value itself, in quotes if it is text '
                'that starts with *'),
    ('receive:\n- device: !!python/name:os.system x',
     "2: found the YAML tag 'tag:yaml.org,2002:python/name:os.system'; allowed plain values"),
    ('a:\n ' + '[' * 31, '2: found lists or maps more than 30 deep; '
                         'allowed no more than the format needs'),
    (b'profile: plain\n# caf\xe9\n', '2: found the byte 0xe9; allowed UTF-8 text'),
    ('\n\nprofile: \x01', '3: found the character U+0001; allowed printable text'),
    # keys
    ('[]', f'1: top level: found a list of 0; allowed a map with the keys {TOP_KEYS}'),
    ('5', f'1: top level: found 5; allowed a map with the keys {TOP_KEYS}'),
    ('profile: plain\nrecieve: []',
     f"2: recieve: unknown key 'recieve'; allowed {TOP_KEYS}; did you mean 'receive'?"),
    ('1: 2', f"1: 1: unknown key '1'; allowed {TOP_KEYS}"),
    ('<<: {profile: plain}', f"1: <<: unknown key '<<'; allowed {TOP_KEYS}"),
    ('? [a]\n: b', '1: top level: found a key that is a list or a map; allowed text'),
    ('receive: []\n\nreceive: []',
     "3: top level: found the key 'receive' twice, first on line 1; allowed once"),
    ('receive:\n- device: a\n  type: IMAGE\n  device: b',
     "4: receive[0]: found the key 'device' twice, first on line 2; allowed once"),
    ('receive:\n- device: a\n- devise: b', f"3: receive[1].devise: unknown key 'devise'; "
                                           f"allowed {RECEIVE_KEYS}; did you mean 'device'?"),
    ('send:\n- {topic: a, device: a, Rate: 5}', "2: send[0].Rate: unknown key 'Rate'; "
                                                f"allowed {SEND_KEYS}; did you mean 'rate'?"),
    ('defaults: {tf: true}',
     "1: defaults.tf: unknown key 'tf'; allowed on_conflict, frame, stamp, max_skew, stale_after, "
     'wire_unit, wire_axes, publish_invalid, coordinates, phi, to_frame'),
    # values
    ('profile: slicr', "1: profile: found 'slicr'; allowed 'plain', 'slicer', 'plus', 'robot', "
                       "'moveit'; did you mean 'slicer'?"),
    ('profile: arm', "1: profile: found 'arm'; allowed 'plain', 'slicer', 'plus', 'robot', "
                     "'moveit'"),
    ('defaults: []', '1: defaults: found a list of 0; allowed a map'),
    ('defaults: {frame: /ras}', f"1: defaults.frame: found '/ras'; {A_FRAME}"),
    ('defaults: {stamp: now}',
     "1: defaults.stamp: found 'now'; allowed 'auto', 'device', 'receive'"),
    ('receive:', '1: receive: found nothing; allowed a list of rules'),
    ('receive: {device: a}', '1: receive: found a map; allowed a list of rules'),
    ('receive:\n- Probe', "2: receive[0]: found 'Probe'; allowed a map"),
    ('receive:\n- device: 12', '2: receive[0].device: found 12; allowed text; put quotes around '
                               'it to make it text'),
    ('receive:\n- device: on', '2: receive[0].device: found true; allowed text; put quotes '
                               'around it to make it text'),
    ('receive:\n- {device: "a\\0"}', "2: receive[0].device: found 'a\\x00'; "
                                     'allowed printable text on one line'),
    ('receive:\n- {device: "\\ud800"}', "2: receive[0].device: found '\\ud800'; "
                                        'allowed printable text on one line'),
    ('receive: [{type: transform}]', "1: receive[0].type: found 'transform'; "
                                     "allowed 'TRANSFORM', types are case-sensitive"),
    ('receive: [{type: TRANSFORMATION}]',
     "1: receive[0].type: found 'TRANSFORMATION'; allowed a message type of 1 to 12 characters "
     'such as TRANSFORM, or "*" for all'),
    ('receive: [{action: Drop}]', "1: receive[0].action: found 'Drop'; allowed 'publish', 'drop'; "
                                  "did you mean 'drop'?"),
    *((f'receive: [{{name: "{name}"}}]',
       f"1: receive[0].name: found '{name}'; allowed letters, digits and _ in parts that do not "
       'start with a digit, with / between the parts') for name in ('1a', 'a b', '/a', 'a/', '')),
    ('receive: [{frame: ""}]', f"1: receive[0].frame: found ''; {A_FRAME}"),
    ('receive: [{tf: dynamic}]', "1: receive[0].tf: found 'dynamic'; allowed false, true, "
                                 "'static'"),
    ('receive: [{tf: 1}]', "1: receive[0].tf: found 1; allowed false, true, 'static'"),
    ('receive: [{pose: 1}]', '1: receive[0].pose: found 1; allowed true or false'),
    ('receive: [{frames: [a]}]', '1: receive[0].frames: found a list of 1; allowed a list of two '
                                 'frame names, [parent, child]'),
    ('receive: [{frames: [a, /b]}]', f"1: receive[0].frames[1]: found '/b'; {A_FRAME}"),
    ('receive:\n- frames: [a, b]\n  child_frame: c',
     "3: receive[0].child_frame: found 'c'; allowed only without frames, which is short for "
     'frame and child_frame'),
    ('receive:\n- frames: [a, b]\n  frame: c',
     "3: receive[0].frame: found 'c'; allowed only without frames, which is short for frame and "
     'child_frame'),
    ('receive: [{frames: [a, a]}]', "1: receive[0].frames: found 'a' as parent and as child; "
                                    'allowed two different frames'),
    ('receive: [{frame: a, child_frame: a}]',
     "1: receive[0].child_frame: found 'a' as parent and as child; allowed two different frames"),
    *((f'receive: [{{max_skew: {value}}}]',
       f'1: receive[0].max_skew: found {shown}; allowed a number from 0 s to 86400 s')
      for value, shown in (('-1', '-1'), ('86401', '86401'), ('1e3', "'1e3'"), ('yes', 'true'))),
    *((f'receive: [{{max_skew: {value}}}]',
       f"1: receive[0].max_skew: found '{value}'; allowed an ordinary number, or text in quotes")
      for value in ('.nan', '.inf', '0x' + 'f' * 30, '0x_')),
    ('receive: [{compressed: true}]',
     "1: receive[0].compressed: found true; allowed false, 'png', 'jpeg'"),
    ('receive: [{compressed: jpg}]', "1: receive[0].compressed: found 'jpg'; allowed false, "
                                     "'png', 'jpeg'; did you mean 'jpeg'?"),
    ('receive: [{slice: k}]', "1: receive[0].slice: found 'k'; allowed true, false, or a map with "
                              'the keys axis, index, window and level'),
    ('receive:\n- slice:\n    axes: k',
     "3: receive[0].slice.axes: unknown key 'axes'; allowed axis, index, window, level; "
     "did you mean 'axis'?"),
    ('receive: [{slice: {axis: x}}]',
     "1: receive[0].slice.axis: found 'x'; allowed 'i', 'j', 'k'"),
    ('receive: [{slice: {index: -2}}]',
     '1: receive[0].slice.index: found -2; allowed a whole number from -1 to 65535'),
    ('receive: [{slice: {window: -1}}]',
     '1: receive[0].slice.window: found -1; allowed a number from 0'),
    ('receive: [{slice: {level: high}}]',
     "1: receive[0].slice.level: found 'high'; allowed a number"),
    ('receive: [{threshold: bone}]', "1: receive[0].threshold: found 'bone'; allowed a number"),
    *((f'receive: [{{max_points: {value}}}]',
       f'1: receive[0].max_points: found {value}; allowed a whole number from 1 to 10000000')
      for value in ('0', '10000001', '1.5')),
    *((f'receive: [{{{key}: 1}}]', f'1: receive[0].{key}: found 1; allowed true or false')
      for key in ('plane', 'cloud', 'nrrd', 'array', 'decode', 'foxglove', 'mesh')),
    ('receive: [{phi: redacted}]', "1: receive[0].phi: found 'redacted'; allowed 'redact', "
                                   "'hash', 'pass'; did you mean 'redact'?"),
    ('send: [{topic: a, device: a, codec: mpeg}]',
     "1: send[0].codec: found 'mpeg'; allowed 'h264', 'vp9', 'mjpeg', 'raw'; "
     "did you mean 'mjpeg'?"),
    *((f'receive: [{{{key}: 1}}]', f'1: receive[0].{key}: found 1; allowed true or false')
      for key in ('split', 'markers', 'stamped')),
    ('receive: [{marker_size: 0}]',
     '1: receive[0].marker_size: found 0; allowed a number over 0 m and up to 1 m'),
    ('receive: [{trajectory: ENTRY}]', "1: receive[0].trajectory: found 'ENTRY'; allowed a map "
                                       'with the keys entry and target'),
    ('receive: [{trajectory: {entry: A}}]',
     '1: receive[0].trajectory: found no target; a rule of this kind needs it'),
    ('receive: [{trajectory: {entry: A, target: 5}}]',
     '1: receive[0].trajectory.target: found 5; allowed a label of 1 to 64 characters; '
     'put quotes around it to make it text'),
    ('receive: [{trajectory: {entry: A, target: A}}]',
     "1: receive[0].trajectory: found 'A' as entry and as target; allowed two different labels"),
    ('receive: [{as: joints}]',
     "1: receive[0].as: found 'joints'; allowed 'joint_state', 'wrench', 'imu', 'twist', "
     "'temperature', 'pressure', 'range', 'joy', 'image'; did you mean 'joint_state'?"),
    ('receive: [{as: joint_state, field: torque}]',
     "1: receive[0].field: found 'torque'; allowed 'position', 'velocity', 'effort'"),
    ('receive: [{as: wrench, field: effort}]',
     "1: receive[0].field: found 'effort' without as: joint_state; allowed only with it"),
    ('receive: [{joint_names: [a]}]',
     '1: receive[0].joint_names: found a list of 1 without as: joint_state; allowed only with it'),
    ('receive: [{as: joint_state, joint_names: [a, 1]}]',
     '1: receive[0].joint_names[1]: found 1; allowed text; put quotes around it to make it text'),
    ('send: [{topic: a, device: a, field: x}]',
     "1: send[0].field: found 'x'; allowed 'position', 'velocity', 'effort', 'force', 'torque', "
     "'linear', 'angular', 'orientation', 'angular_velocity', 'linear_acceleration', 'axes', "
     "'buttons'"),
    *((f'send: [{{topic: a, device: a, unit: "{unit}"}}]',
       f"1: send[0].unit: found '{unit}'; allowed a unit such as mm, mN, kN*m^-2 or rad*s^-1")
      for unit in ('', 'meter', 'N m', 'm^0', 'm^8', '1/s', 'm*mm', 'N*m*s*A*K*mol*cd')),
    ('send: [{topic: a, device: a, max_points: -1}]',
     '1: send[0].max_points: found -1; allowed a whole number from 0 to 100000'),
    # what is sent
    ('send: [~]', '1: send[0]: found nothing; allowed a map'),
    ('send: [topic]', "1: send[0]: found 'topic'; allowed a map"),
    ('send: [{}]', '1: send[0]: found neither topic, tf nor robot; allowed exactly one of them'),
    ('send:\n- device: a',
     '2: send[0]: found neither topic, tf nor robot; allowed exactly one of them'),
    ('send:\n- {topic: a, tf: {source: a, target: b}, device: c}',
     '2: send[0]: found topic and tf; allowed exactly one of them'),
    ('send:\n- topic: a', '2: send[0]: found no device; a rule of this kind needs it'),
    ('send: [{tf: {source: a}}]', '1: send[0].tf: found no target; a rule of this kind needs it'),
    ('send: [{tf: {}}]',
     '1: send[0].tf: found no source and no target; a rule of this kind needs it'),
    ('send: [{tf: true}]', '1: send[0].tf: found true; allowed a map with the keys source, '
     'target and rate, or a list of maps with source, target and name'),
    ('send: [{tf: {source: a, target: a}}]',
     "1: send[0].tf: found 'a' as source and as target; allowed two different frames"),
    ('send: [{tf: {source: tool_tip_left, target: base_link}}]',
     "1: send[0].tf: found 'ToolTipLeftToBaseLink' as device name, 21 bytes; allowed 20; "
     'give a shorter one with device:'),
    ('send: [{tf: {source: _, target: base_link}}]',
     "1: send[0].tf: found 'ToBaseLink' as device name, which does not read as XToY; "
     'give one with device:'),
    ('send: [{tf: {source: a, target: b, rate: 0}}]', f'1: send[0].tf.rate: found 0; {A_RATE}'),
    ('send: [{tf: {source: a, target: b, rate: 1001}}]',
     f'1: send[0].tf.rate: found 1001; {A_RATE}'),
    *((f'send:\n- tf: {{source: a, target: b}}\n  {key}: {value}',
       f'3: send[0].{key}: found {shown}; allowed only with topic; the rate of a tf pair stands '
       'inside tf: {source, target, rate}')
      for key, value, shown in (('rate', '5', '5'), ('dims', '[1, 1, 1]', 'a list of 3'),
                                ('spacing', '[1, 1, 1]', 'a list of 3'),
                                ('codec', 'vp9', "'vp9'"), ('field', 'force', "'force'"),
                                ('unit', 'mm', "'mm'"), ('max_points', '5', '5'))),
    ('send: [{tf: {source: a, target: b}, type: IMAGE}]',
     "1: send[0].type: found 'IMAGE'; allowed 'TRANSFORM', 'TDATA'"),
    # frames: moving, lists, patterns
    ('receive: [{to_frame: /base}]', f"1: receive[0].to_frame: found '/base'; {A_FRAME}"),
    ('defaults: {to_frame: 5}',
     f'1: defaults.to_frame: found 5; {A_FRAME}; put quotes around it to make it text'),
    ('receive: [{to_frame: tip, child_frame: tip}]',
     "1: receive[0].to_frame: found 'tip', the child frame itself; allowed another frame"),
    ('send: [{topic: a, device: a, to_frame: /base}]',
     f"1: send[0].to_frame: found '/base'; {A_FRAME}"),
    ('send: [{tf: {source: a, target: b}, to_frame: c}]',
     "1: send[0].to_frame: found 'c'; allowed only with topic; target says in which frame a tf "
     'pair is'),
    ('send: [{tf: {source: a, target: b}, type: TDATA}]',
     "1: send[0].type: found 'TDATA'; allowed 'TRANSFORM' for one frame"),
    ('send: [{tf: {source: "a*", target: b}, device: a, type: TRANSFORM}]',
     "1: send[0].type: found 'TRANSFORM'; allowed 'TDATA' for all frames that match"),
    ('send: [{tf: {source: "a*", target: b}}]',
     "1: send[0].tf: found 'a*' and no device name; give one with device:"),
    ('send: [{tf: {source: a, target: "b*"}, device: x}]',
     "1: send[0].tf.target: found 'b*'; allowed one frame, a pattern only in source"),
    ('send: [{tf: [], device: x}]',
     '1: send[0].tf: found a list of 0; allowed a map with the keys source, target and rate, or a '
     'list of maps with source, target and name'),
    ('send: [{tf: [{source: a, target: b}]}]',
     '1: send[0]: found no device; a rule of this kind needs it'),
    ('send: [{tf: [{source: a}], device: x}]',
     '1: send[0].tf[0]: found no target; a rule of this kind needs it'),
    ('send: [{tf: [{source: a, target: b, rate: 5}], device: x}]',
     "1: send[0].tf[0].rate: unknown key 'rate'; allowed source, target, name"),
    ('send: [{tf: [{source: a, target: b}], device: x, type: TRANSFORM}]',
     "1: send[0].type: found 'TRANSFORM'; allowed 'TDATA'"),
    ('send: [{tf: [{source: a, target: a}], device: x}]',
     "1: send[0].tf: found 'a' as source and as target; allowed two different frames"),
    ('send: [{tf: [{source: "a*", target: b}], device: x}]',
     "1: send[0].tf: found the pattern 'a*' in a list; allowed only in tf: {source, target}"),
    ('send: [{tf: [{source: a, target: b}, {source: c, target: b, name: a}], device: x}]',
     "1: send[0].tf: found 'a' twice; allowed once; give other names with name:"),
    (f'send: [{{tf: [{{source: {"a" * 21}, target: b}}], device: x}}]',
     f"1: send[0].tf: found '{'a' * 21}' as name of an element, 21 bytes; allowed 20; give a "
     'shorter one with name:'),
    (f'send: [{{tf: [{{source: a, target: b, name: {"a" * 21}}}], device: x}}]',
     f"1: send[0].tf[0].name: found '{'a' * 21}'; allowed a name of 1 to 20 bytes (UTF-8)"),
    # two sources of one device
    ('send:\n- {tf: {source: a, target: b}, device: x}\n- {tf: {source: c, target: b}, device: x}',
     "3: send[1].device: found 'x' as device of c in b, as of a in b; allowed once, peers would "
     'take both for one'),
    ('send:\n- {tf: {source: tool_0, target: b}}\n- {tf: {source: tool0, target: b}}',
     "3: send[1].tf: found 'Tool0ToB' as device of tool0 in b, as of tool_0 in b; allowed once, "
     'peers would take both for one'),
    ('send:\n- {tf: {source: "a*", target: b}, device: x}\n'
     '- {tf: [{source: c, target: b}], device: x}',
     "3: send[1].device: found 'x' as device of several frames, as of several frames; allowed "
     'once, peers would take both for one'),
    ('links:\n- name: l\n  send:\n  - {robot: {description: /r}, device: x}\n'
     '  - {robot: {description: /s}, device: x}',
     "5: links[0].send[1].device: found 'x' as device of a robot, as of a robot; allowed once, "
     'peers would take both for one'),
    # a robot
    ('send: [{robot: {description: /robot_description}}]',
     '1: send[0]: found no device; a rule of this kind needs it'),
    ('send: [{robot: {target: base}, device: a}]',
     '1: send[0].robot: found no description; a rule of this kind needs it'),
    ('send: [{robot: /robot_description, device: a}]',
     "1: send[0].robot: found '/robot_description'; allowed a map with the keys description, "
     'target, prefix and rate'),
    ('send: [{robot: {description: "a b"}, device: a}]',
     "1: send[0].robot.description: found 'a b'; allowed a ROS topic name such as "
     '/robot_description'),
    ('send: [{robot: {description: a, target: /base}, device: a}]',
     f"1: send[0].robot.target: found '/base'; {A_FRAME}"),
    ('send: [{robot: {description: a, target: "b*"}, device: a}]',
     "1: send[0].robot.target: found 'b*'; allowed one frame"),
    ('send: [{robot: {description: a, rate: 0}, device: a}]',
     f'1: send[0].robot.rate: found 0; {A_RATE}'),
    ('send: [{robot: {description: a}, device: a, type: IMAGE}]',
     "1: send[0].type: found 'IMAGE'; allowed 'TDATA', 'TRANSFORM'"),
    ('send: [{robot: {description: a}, device: a, topic: b}]',
     '1: send[0]: found topic and robot; allowed exactly one of them'),
    *((f'send: [{{robot: {{description: a}}, device: a, {key}: {value}}}]',
       f'1: send[0].{key}: found {shown}; allowed only with topic; target and rate of a robot '
       'stand inside robot: {description, target, prefix, rate}')
      for key, value, shown in (('rate', '5', '5'), ('to_frame', 'ras', "'ras'"),
                                ('unit', 'mm', "'mm'"), ('max_points', '5', '5'))),
    # when
    ('send: [{topic: a, device: a, on_change: 1}]',
     '1: send[0].on_change: found 1; allowed true or false'),
    *((f'send: [{{topic: a, device: a, type: COMMAND, {key}: {value}}}]',
       f'1: send[0].{key}: found {value} with type "COMMAND"; allowed only without, '
       'each command is sent once')
      for key, value in (('rate', '5'), ('on_change', 'true'), ('keepalive', '2'))),
    ('send: [{topic: a, device: a, type: COMMAND, unit: mm}]',
     "1: send[0].unit: found 'mm' with type 'COMMAND', which has none; allowed only with SENSOR, "
     'or without type'),
    ('send: [{tf: {source: a, target: b}, device: a, type: COMMAND}]',
     "1: send[0].type: found 'COMMAND'; allowed 'TRANSFORM', 'TDATA'"),
    ('send: [{topic: a, device: a, eps: 0.1}]',
     '1: send[0].eps: found 0.1 without on_change: true; allowed only with it'),
    ('send: [{topic: a, device: a, on_change: true, eps: -1}]',
     '1: send[0].eps: found -1; allowed a number from 0'),
    *((f'send: [{{topic: a, device: a, keepalive: {n}}}]',
       f'1: send[0].keepalive: found {n}; allowed a number over 0 s and up to 3600 s')
      for n in (0, 3601)),
    *((f'receive: [{{hold_hz: {n}}}]',
       f'1: receive[0].hold_hz: found {n}; allowed a number from 0 Hz to 1000 Hz')
      for n in (-1, 1001)),
    ('send: [{topic: a, device: b, type: STRING, spacing: [1, 1, 1]}]',
     "1: send[0].spacing: found a list of 3 with type 'STRING', which has none; allowed only with "
     'IMAGE, VIDEO, or without type'),
    ('send: [{topic: a, device: b, type: NDARRAY, field: effort}]',
     "1: send[0].field: found 'effort' with type 'NDARRAY', which has none; allowed only with "
     'SENSOR, or without type'),
    ('send: [{topic: a, device: b, type: IMAGE, codec: vp9}]',
     "1: send[0].codec: found 'vp9' without type: VIDEO; allowed only with it"),
    ('send: [{topic: a, device: b, codec: h264}]',
     "1: send[0].codec: found 'h264' without type: VIDEO; allowed only with it"),
    ('receive: [{type: TRANSFORM, plane: true}]',
     "1: receive[0].plane: found true with type 'TRANSFORM', which has none; allowed only with "
     'IMAGE, VIDEO or "*"'),
    ('receive: [{type: POINT, compressed: png}]',
     "1: receive[0].compressed: found 'png' with type 'POINT', which has none; allowed only with "
     'IMAGE, VIDEO or "*"'),
    ('receive: [{type: STRING, tf: static}]',
     "1: receive[0].tf: found 'static' with type 'STRING', which has none; allowed only with "
     'TRANSFORM, POSITION, QTRANS, TDATA, QTDATA, IMAGE, VIDEO or "*"'),
    ('receive: [{type: TRAJ, trajectory: {entry: E, target: T}}]',
     "1: receive[0].trajectory: found a map with type 'TRAJ', which has none; allowed only with "
     'POINT or "*"'),
    ('receive: [{type: IMAGE, hold_hz: 5}]',
     "1: receive[0].hold_hz: found 5 with type 'IMAGE'; allowed only with TRANSFORM, POSITION, "
     'QTRANS, TDATA, QTDATA, SENSOR, NDARRAY or "*"'),
    ('receive: [{tf: static, hold_hz: 5}]',
     '1: receive[0].hold_hz: found 5 with tf: static; allowed only without, a static frame holds '
     'anyway'),
    ('receive: [{type: IMAGE, stale_after: 5}]',
     "1: receive[0].stale_after: found 5 with type 'IMAGE'; allowed only with TRANSFORM, "
     'POSITION, QTRANS, TDATA, QTDATA or "*"'),
    ('receive: [{tf: static, stale_after: 5}]',
     '1: receive[0].stale_after: found 5 with tf: static; allowed only without, a static frame '
     'holds anyway'),
    ('receive: [{stamp: receive, stale_after: 5}]',
     '1: receive[0].stale_after: found 5 with stamp: receive; allowed only with auto and device, '
     'nobody looks at the stamps'),
    # keys that would change nothing
    *((f'receive: [{{type: VIDEO, {key}: {value}}}]',
       f"1: receive[0].{key}: found {shown} with type 'VIDEO' without decode: true; allowed only "
       'with it')
      for key, value, shown in (('plane', 'true', 'true'), ('cloud', 'true', 'true'),
                                ('compressed', 'png', "'png'"), ('slice', '{axis: i}', 'a map'),
                                ('nrrd', 'true', 'true'), ('tf', 'static', "'static'"),
                                ('publish_invalid', 'true', 'true'))),
    ('receive: [{type: POINT, pose: true}]',
     "1: receive[0].pose: found true with type 'POINT' without trajectory; allowed only with it"),
    ('receive: [{type: IMAGE, pose: true}]',
     "1: receive[0].pose: found true with type 'IMAGE', which has none; allowed only with "
     'TRANSFORM, POSITION, QTRANS, POINT or "*"'),
    *((f'receive: [{{{key}: {value}}}]',
       f'1: receive[0].{key}: found {value} without {other}: true; allowed only with it')
      for key, value, other in (('threshold', '0', 'cloud'), ('max_points', '5', 'cloud'),
                                ('marker_size', '0.1', 'markers'))),
    *((f'receive: [{{type: {name}, {others}{key}: {value}}}]',
       f"1: receive[0].{key}: found {shown} with type '{name}', which has none; allowed only with "
       f'{types} or "*"')
      for name, others, key, value, shown, types in (
          ('TRANSFORM', '', 'subvolume', 'crop', "'crop'", 'IMAGE'),
          ('VIDEO', '', 'subvolume', 'crop', "'crop'", 'IMAGE'),
          ('TRANSFORM', '', 'coordinates', 'ignore', "'ignore'", 'IMAGE, VIDEO'),
          ('POINT', 'cloud: true, ', 'threshold', '5', '5', 'IMAGE, VIDEO'),
          ('POLYDATA', 'cloud: true, ', 'max_points', '5', '5', 'IMAGE, VIDEO'),
          ('POLYDATA', 'markers: true, ', 'marker_size', '1', '1', 'POINT, TRAJ'),
          ('NDARRAY', 'as: joint_state, ', 'field', 'effort', "'effort'", 'SENSOR'),
          *((kind, '', 'child_frame', 'tip', "'tip'",
             'TRANSFORM, POSITION, QTRANS, IMAGE, VIDEO, SENSOR, NDARRAY')
            for kind in ('POINT', 'TDATA')),
          ('POINT', '', 'frames', '[a, b]', 'a list of 2',
           'TRANSFORM, POSITION, QTRANS, IMAGE, VIDEO, SENSOR, NDARRAY'),
          ('STRING', '', 'to_frame', 'base', "'base'", PLACED),
          ('SENSOR', 'as: wrench, ', 'to_frame', 'base', "'base'", PLACED),
          ('STATUS', '', 'wire_unit', 'm', "'m'", f'{PLACED}, VIDEOMETA'),
          ('SENSOR', '', 'wire_axes', 'lps', "'lps'", f'{PLACED}, VIDEOMETA'),
          ('POINT', '', 'publish_invalid', 'true', 'true',
           'TRANSFORM, POSITION, QTRANS, TDATA, QTDATA, IMAGE, VIDEO'))),
    *((f'receive: [{{stamp: {stamp}, max_skew: 3}}]',
       f'1: receive[0].max_skew: found 3 with stamp: {stamp}; allowed only with auto')
      for stamp in ('receive', 'device')),
    *((f'receive: [{{action: drop, {key}: {value}}}]',
       f'1: receive[0].{key}: found {shown} with action: drop; allowed only without')
      for key, value, shown in (('name', 'a', "'a'"), ('frame', 'a', "'a'"),
                                ('pose', 'true', 'true'), ('raw', 'true', 'true'),
                                ('hold_hz', '5', '5'), ('stamp', 'auto', "'auto'"))),
    ('receive: [{type: SENSOR, as: image}]',
     "1: receive[0].as: found 'image' with type 'SENSOR'; allowed 'joint_state', 'wrench', 'imu', "
     "'twist', 'temperature', 'pressure', 'range', 'joy'"),
    ('receive: [{type: NDARRAY, as: wrench}]',
     "1: receive[0].as: found 'wrench' with type 'NDARRAY'; allowed 'joint_state', 'image'"),
    ('send: [{topic: a, device: b, type: POINT, max_points: 5}]',
     "1: send[0].max_points: found 5 with type 'POINT', which has none; allowed only without "
     'type'),
    ('send: [{topic: a, device: b, type: STRING, to_frame: ras}]',
     "1: send[0].to_frame: found 'ras' with type 'STRING', which has none; allowed only with "
     f'{PLACED.replace(" QTRANS,", "")}, or without type'),
    ('send: [{topic: a, device: b, type: SENSOR, wire_unit: m}]',
     "1: send[0].wire_unit: found 'm' with type 'SENSOR', which has none; allowed only with "
     f'{PLACED.replace(" QTRANS,", "")}, VIDEOMETA, or without type'),
    *((f'send: [{{topic: a, device: b, field: {field}, unit: {unit}}}]',
       f"1: send[0].unit: found '{unit}' with field: {field}; allowed {units}, or what measures "
       'the same')
      for field, unit, units in (('force', 'mm', 'N'), ('force', 'N*m', 'N'),
                                 ('torque', 'mol', 'N*m'), ('position', 's', 'rad or m'))),
    *((f'send: [{{topic: a, device: b, field: {field}, unit: m}}]',
       f"1: send[0].unit: found 'm' with field: {field}, which has none; allowed only without")
      for field in ('orientation', 'axes', 'buttons')),
    # gates
    *((f'receive: [{{max_age: {n}}}]',
       f'1: receive[0].max_age: found {n}; allowed a number over 0 s and up to 3600 s')
      for n in (0, 3601)),
    ('receive: [{max_age: 1, tf: static}]',
     '1: receive[0].max_age: found 1 with tf: static; allowed only without, a static frame holds '
     'anyway'),
    *((f'receive: [{{type: IMAGE, {key}}}]',
       f"1: receive[0].{key.partition(':')[0]}: found it with type 'IMAGE'; allowed only with "
       f'TRANSFORM, POSITION, QTRANS, TDATA, QTDATA{more} or "*"')
      for key, more in (('max_age: 1', ''), ('max_jump: {m: 1}', ''), ('max_speed: {m_s: 1}', ''),
                        ('workspace: {min: [0, 0, 0], max: [1, 1, 1]}', ', POINT, TRAJ'))),
    ('receive: [{max_jump: 0.1}]',
     '1: receive[0].max_jump: found 0.1; allowed a map with the keys m and deg, or one of them'),
    ('receive: [{max_jump: {}}]',
     '1: receive[0].max_jump: found a map; allowed a map with the keys m and deg, or one '
     'of them'),
    ('receive: [{max_jump: {m: 0}}]',
     '1: receive[0].max_jump.m: found 0; allowed a number over 0'),
    ('receive: [{max_jump: {mm: 5}}]',
     "1: receive[0].max_jump.mm: unknown key 'mm'; allowed m, deg; did you mean 'm'?"),
    ('receive: [{max_speed: {m: 1}}]',
     "1: receive[0].max_speed.m: unknown key 'm'; allowed m_s, deg_s"),
    ('receive: [{workspace: {min: [0, 0, 0]}}]',
     '1: receive[0].workspace: found no max; a rule of this kind needs it'),
    ('receive: [{workspace: {min: [0, 0], max: [1, 1, 1]}}]',
     '1: receive[0].workspace.min: found a list of 2; allowed a list of three numbers, '
     '[x, y, z]'),
    ('receive: [{workspace: {min: [0, 0.2, 0], max: [1, 0.1, 1]}}]',
     '1: receive[0].workspace: found y from 0.2 to 0.1; allowed min below max'),
    ('receive: [{recover_after: 3}]',
     '1: receive[0].recover_after: found 3 without max_jump and max_speed; allowed only with one '
     'of them'),
    ('receive: [{max_jump: {m: 1}, recover_after: 1}]',
     '1: receive[0].recover_after: found 1; allowed a whole number from 2 to 10000'),
    ('send: [{topic: a, device: ' + 'a' * 21 + '}]',
     f"1: send[0].device: found '{'a' * 21}'; allowed a device name of 1 to 20 bytes (UTF-8)"),
    ('send: [{topic: a, device: ' + 'ä' * 11 + '}]',
     f"1: send[0].device: found '{'ä' * 11}', 22 bytes in UTF-8; allowed 20"),
    ('send: [{topic: a, device: ""}]',
     "1: send[0].device: found ''; allowed a device name of 1 to 20 bytes (UTF-8)"),
    *((f'send: [{{device: a, topic: "{topic}"}}]',
       f"1: send[0].topic: found '{topic}'; allowed a ROS topic name such as /camera/image_raw")
      for topic in ('/a b', '', '/', 'a/', '/1', 'a//b')),
    ('send: [{topic: a, device: a, rate: -1}]', f'1: send[0].rate: found -1; {A_RATE}'),
    ('send: [{topic: a, device: a, type: image}]',
     f"1: send[0].type: found 'image'; allowed {WIRE_TYPES}; did you mean 'IMAGE'?"),
    ('send: [{topic: a, device: a, wire_unit: cm}]',
     "1: send[0].wire_unit: found 'cm'; allowed 'mm', 'm'; did you mean 'm'?"),
    ('send: [{topic: a, device: a, dims: [1, 2]}]',
     '1: send[0].dims: found a list of 2; allowed a list of three whole numbers from 1 to 65535, '
     '[nx, ny, nz]'),
    ('send: [{topic: a, device: a, dims: [1, 2, 65536]}]',
     '1: send[0].dims[2]: found 65536; allowed a whole number from 1 to 65535'),
    ('send: [{topic: a, device: a, dims: [1, 2, 1.5]}]',
     '1: send[0].dims[2]: found 1.5; allowed a whole number from 1 to 65535'),
    ('send: [{topic: a, device: a, spacing: 0.001}]',
     '1: send[0].spacing: found 0.001; allowed a list of three numbers over 0 m, [x, y, z]'),
    ('send:\n- topic: a\n  device: a\n  spacing:\n  - 1\n  - 0\n  - 2',
     '6: send[0].spacing[1]: found 0; allowed a number over 0 m and up to 1000 m'),
])
def test_mistake_names_file_line_key_and_what_is_allowed(load, tmp_path, text, error):
    with pytest.raises(ConfigError) as caught:
        load(text)
    assert str(caught.value) == f'{tmp_path / "map.yaml"}:{error}'


def test_hostile_sizes_are_refused_and_cut_short_in_the_text(load, tmp_path):
    for text, error in (
            ('[' * 400_000, '1: found lists or maps more than 30 deep; '
                            'allowed no more than the format needs'),
            ('receive: [{max_skew: ' + '1' * 5000 + '}]',
             f"1: receive[0].max_skew: found '{'1' * 57}...'; "
             'allowed an ordinary number, or text in quotes'),
            ('receive: [{tf: ' + 'x' * 5000 + '}]',
             f"1: receive[0].tf: found '{'x' * 57}...'; allowed false, true, 'static'")):
        with pytest.raises(ConfigError) as caught:
            load(text)
        assert str(caught.value) == f'{tmp_path / "map.yaml"}:{error}'


@pytest.mark.parametrize('text, start', [
    # a schema error after one only Python can see, and the other way round
    (f'send:\n- {{topic: a, device: {"ä" * 11}}}\n- {{topic: a, device: 5}}', '2: send[0].device'),
    (f'send:\n- {{topic: a, device: 5}}\n- {{topic: a, device: {"ä" * 11}}}', '2: send[0].device'),
    # a duplicate key after and before a wrong value
    ('profile: x\nsend: []\nsend: []', '1: profile'),
    ('send: []\nsend: []\nprofile: x', '2: top level'),
    # the order in the file, not that of the schema
    ('send: 1\nreceive: 1\ndefaults: 1\nprofile: 1', '1: send'),
    ('receive:\n- tf: 5\n  device: 5\n  x: 5', '2: receive[0].tf'),
    ('receive: [{raw: 5, x: 5, device: 5}]', '1: receive[0].raw'),
])
def test_first_mistake_in_the_file_is_the_one_reported(load, tmp_path, text, start):
    with pytest.raises(ConfigError) as caught:
        load(text)
    assert str(caught.value).startswith(f'{tmp_path / "map.yaml"}:{start}: found')


def test_file_that_cannot_be_read(tmp_path):
    missing = tmp_path / 'missing.yaml'
    for path, text in ((missing, 'No such file or directory'), (tmp_path, 'Is a directory'),
                       ('a\0b', 'embedded null byte')):
        with pytest.raises(ConfigError) as caught:
            load_mapping(path)
        assert str(caught.value) == f'{path}: cannot read the mapping file: {text}'


def test_file_over_the_limit_is_not_read(load, tmp_path):
    with pytest.raises(ConfigError) as caught:
        load('#' * ((1 << 20) + 1))
    assert str(caught.value) == (f'{tmp_path / "map.yaml"}: the mapping file is too large; '
                                 'allowed 1048576 bytes')
    assert load('#' * (1 << 20)).receive == ()


def test_any_text_gives_a_mapping_or_a_config_error(load):
    """Change a good file at random: whatever comes out, it is never a traceback."""
    good = """
profile: slicer
defaults: {frame: ras, max_skew: 1.5}
receive:
  - {device: "*To*", type: TRANSFORM, tf: true, frames: [a, b]}
send:
  - {tf: {source: tool0, target: base_link, rate: 30}}
  - {topic: /camera/image_raw, device: Endoscope, dims: [1, 2, 3]}
"""
    pieces = ['{', '}', '[', ']', ':', ',', '- ', '\n', ' ', '"', "'", '*', '&', '!', '!!int ',
              '|', '>', '?', '<<', '%', '@', '~', '\t', '\0', '0x', '1', '-', '.nan', 'true',
              'device', 'tf: ', '\\', '\ud800', '\u2028', '#', '---\n', '=']
    rng = random.Random(18944)
    outcomes = set()
    for _ in range(400):
        text = good
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(len(text))
            text = text[:at] + rng.choice(pieces) + text[at + rng.randint(0, 6):]
        try:
            load(text.encode('utf-8', 'surrogatepass'))
            outcomes.add('mapping')
        except ConfigError:
            outcomes.add('error')
    assert outcomes == {'mapping', 'error'}


# The schema

def _parts(schema, way=()):
    """Go through every subschema that describes a value."""
    if isinstance(schema, dict) and not set(schema) & {'$ref', 'allOf'}:
        yield way, schema
    for keyword, inner in schema.items() if isinstance(schema, dict) else ():
        if keyword in ('properties', 'definitions'):
            for name, part in inner.items():
                yield from _parts(part, (*way, name))
        elif keyword == 'items':
            yield from _parts(inner, (*way, keyword))


def test_schema_is_draft_7_and_says_everywhere_what_is_allowed():
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    parts = dict(_parts(SCHEMA))
    assert len(parts) > 30
    assert [way for way, part in parts.items() if 'title' not in part and 'enum' not in part] == []


def test_schema_and_settings_agree():
    keys = SCHEMA['definitions']['receive_rule']['properties']
    assert tuple(keys['stamp']['enum']) == SETTINGS['stamp'].choices
    assert keys['max_skew']['minimum'] == SETTINGS['max_skew'].minimum
    assert keys['max_skew']['maximum'] == SETTINGS['max_skew'].maximum
    assert keys['max_skew']['title'] == SETTINGS['max_skew'].allowed


def test_schema_has_exactly_the_keys_of_the_rules():
    def names(cls):
        return {field.name.rstrip('_') for field in dataclasses.fields(cls)}
    definitions = SCHEMA['definitions']
    assert set(definitions['receive_rule']['properties']) == (
        names(ReceiveRule) - {'default_frame'} | {'frames'})
    assert set(definitions['send_rule']['properties']) == (
        names(SendRule) - {'tf_source', 'tf_target', 'tf_list'} | {'tf'})


def test_what_is_not_asked_for_may_be_written_and_types_of_others_have_what_they_like(load):
    load('receive: [{type: TRANSFORM, plane: false, compressed: false, tf: false}, '
         '{type: MYTYPE, plane: true, split: true, subvolume: crop}, {plane: true}]')


def test_what_any_type_may_have_may_stand_with_all_types_and_phi_with_each(load):
    load('receive: [{to_frame: a, frames: [b, c], coordinates: ignore, subvolume: crop, '
         'wire_axes: lps, as: image, pose: true}, {type: STRING, phi: pass, frame: a}, '
         '{device: a, action: drop, phi: hash, raw: false}]')
    load('send: [{topic: a, device: a, to_frame: ras, max_points: 5}, '
         '{topic: a, device: a, field: torque, unit: kJ}]')


def test_pose_of_a_point_is_the_target_of_its_trajectory(load):
    rule = load('receive: [{type: POINT, trajectory: {entry: E, target: T}, pose: true}]'
                ).receive[0]
    assert (rule.trajectory, rule.pose) == (('E', 'T'), True)


def test_images_out_of_a_video_may_be_had_as_others_are(load):
    rule = load('receive: [{type: VIDEO, decode: true, plane: true, compressed: jpeg, '
                'slice: true, nrrd: true, tf: true, cloud: true, threshold: 5, max_points: 9}]'
                ).receive[0]
    assert rule.decode and rule.plane and rule.threshold == 5.0


def test_targets_become_motions_where_the_profile_says_so(tmp_path):
    path = tmp_path / 'map.yaml'
    path.write_text('profile: moveit\nmoveit: {group: arm, fresh: 5}\n')
    mapping = load_mapping(path)
    assert mapping.profile == 'slicer'  # who is on the other side
    assert (mapping.moveit.group, mapping.moveit.fresh, mapping.moveit.target) == (
        'arm', 5.0, 'Target')
    assert mapping.moveit.ghost_device == 'Plan_ghost'
    path.write_text('profile: moveit\n')
    assert load_mapping(path).moveit is not None
    path.write_text('profile: slicer\n')
    assert load_mapping(path).moveit is None


@pytest.mark.parametrize('text, error', [
    ('profile: slicer\nmoveit: {group: arm}', "2: moveit: found it with profile 'slicer'; "
     'allowed only with profile: moveit'),
    ('moveit: {}', "1: moveit: found it with profile 'plain'; allowed only with profile: moveit"),
    ('profile: moveit\nmoveit: {cancel_command: Execute}', '2: moveit.cancel_command: found '
     "'Execute', the execute_command; allowed another name"),
    ('profile: moveit\nmoveit: {}\nserve: [{command: Cancel, call: /stop}]',
     "3: serve[0].command: found 'Cancel', the cancel_command of moveit; allowed another name"),
    ('profile: moveit\nserve: [{command: Execute, call: /go}]',
     "2: serve[0].command: found 'Execute', the execute_command of moveit; allowed another name"),
    ('profile: moveit\nmoveit: {stop: [HALT, execute]}', "2: moveit.stop: found 'Execute', which "
     'is to execute and to stop; allowed another word'),
    ('profile: moveit\nmoveit: {execute_command: Stop}', '2: moveit.execute_command: found '
     "'Stop', which is to execute and to stop; allowed another word"),
    ('profile: moveit\nreceive: [{device: Goal}]', " moveit.target: found 'Target', which no rule "
     'of receive publishes; allowed a device whose poses are published'),
])
def test_what_does_not_go_with_motions(tmp_path, text, error):
    path = tmp_path / 'map.yaml'
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_mapping(path)
    assert str(caught.value) == f'{path}:{error}'
