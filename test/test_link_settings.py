"""Several links in one mapping file: what each gets, and the answer to each mistake."""

from __future__ import annotations

import jsonschema
import pytest

from igtl_ros2 import mapping
from igtl_ros2.config import SETTINGS, Settings
from igtl_ros2.config.settings import OF_THE_NODE
from igtl_ros2.errors import ConfigError
from igtl_ros2.mapping import load_links, load_mapping, mapping_schema


@pytest.fixture
def load(tmp_path):
    """Write a mapping file and read the links of a bridge that is given it."""
    def write_and_load(text, **values):
        path = tmp_path / 'map.yaml'
        path.write_text(text)
        return load_links({'mapping_file': str(path), **values})
    return write_and_load


@pytest.fixture
def refused(load, tmp_path):
    """Give the error, without the path of the file."""
    def error_of(text, **values):
        with pytest.raises(ConfigError) as caught:
            load(text, **values)
        return str(caught.value).replace(str(tmp_path / 'map.yaml'), 'FILE')
    return error_of


TWO = """
links:
  - {name: slicer, mode: server, url: "tcp://0.0.0.0:18944", limits: {max_clients: 4}}
  - name: tracker
    mode: client
    host: 10.0.0.5
    profile: plus
    receive: [{device: "*To*", tf: static}]
    send: [{topic: goal, device: Goal}]
"""


def test_without_a_file_there_is_one_link_without_a_name():
    (link,) = load_links({'port': 0})
    assert (link.name, link.settings) == ('', Settings(port=0))
    assert link.mapping == mapping.default_mapping(Settings())


def test_a_file_without_links_is_the_mapping_of_the_one_link(load, tmp_path):
    (link,) = load('profile: slicer\nsend: [{topic: a, device: A}]', port=0)
    assert (link.name, link.settings.port) == ('', 0)
    assert link.mapping == load_mapping(tmp_path / 'map.yaml', settings=link.settings)


def test_every_link_has_settings_and_rules_of_its_own(load):
    slicer, tracker = load(TWO)
    assert (slicer.name, str(slicer.settings.address)) == ('slicer', 'tcp://0.0.0.0:18944')
    assert slicer.settings.max_clients == 4
    assert slicer.mapping.fallback.action == 'publish'
    assert (tracker.name, str(tracker.settings.address)) == ('tracker', 'tcp://10.0.0.5:18944')
    assert (tracker.settings.mode, tracker.settings.max_clients) == ('client', 128)
    assert tracker.mapping.receive_rule('AToB', 'TRANSFORM').tf == 'static'
    assert tracker.mapping.receive_rule('Other', 'TRANSFORM').action == 'drop'
    assert [rule.device for rule in tracker.mapping.send] == ['Goal']


def test_profile_and_defaults_at_the_top_hold_for_links_that_do_not_say_otherwise(load):
    a, b = load("""
profile: slicer
defaults: {frame: patient, wire_unit: m}
links:
- {name: a, port: 1}
- {name: b, port: 2, profile: plain, defaults: {frame: tracker}}
""")
    assert [link.mapping.profile for link in (a, b)] == ['slicer', 'plain']
    assert [link.mapping.fallback.default_frame for link in (a, b)] == ['patient', 'tracker']
    assert [link.mapping.fallback.wire_unit for link in (a, b)] == ['m', 'm']


def test_parameters_of_the_node_are_the_defaults_where_they_fit(load):
    text = """
links:
- {name: server, port: 1, limits: {queue_messages: 7}}
- {name: client, mode: client, reconnect: {delay: 0.5}}
- {name: datagrams, protocol: udp, port: 1}
- {name: secret, url: "tls://127.0.0.1:2", tls: {cert_file: own.pem}}
"""
    server, client, datagrams, secret = (link.settings for link in load(
        text, max_clients=3, queue_messages=9, reconnect_max_delay=2.0, udp_ttl=4,
        tls_cert_file='a.pem', tls_key_file='key.pem', tcp_nodelay=False, default_frame='world'))
    assert [s.queue_messages for s in (server, client, datagrams, secret)] == [7, 9, 9, 9]
    assert {s.default_frame for s in (server, client, datagrams, secret)} == {'world'}
    assert (server.max_clients, client.max_clients) == (3, 128)
    assert (client.reconnect_delay, client.reconnect_max_delay) == (0.5, 2.0)
    assert server.reconnect_max_delay == 5.0
    assert [s.udp_ttl for s in (server, datagrams)] == [1, 4]
    assert [s.tcp_nodelay for s in (server, datagrams, secret)] == [False, True, False]
    assert (server.tls_cert_file, secret.tls_cert_file) == ('', 'own.pem')
    assert secret.tls_key_file == 'key.pem'


def test_every_setting_but_the_file_can_be_given_to_a_link(load):
    schema = mapping_schema()['definitions']['link']['properties']
    for name, setting in SETTINGS.items():
        group, _, key = setting.parameter.rpartition('.')
        keys = schema[group]['properties'] if group else schema
        assert (key in keys) == (name not in OF_THE_NODE), name
    assert set(schema) & {s.parameter for s in SETTINGS.values()} == {
        s.parameter for s in SETTINGS.values() if '.' not in s.parameter} - set(OF_THE_NODE)


def test_the_schema_with_the_settings_is_sound_and_takes_every_default():
    schema = mapping_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    names = {
        'name', 'profile', 'moveit', 'defaults', 'receive', 'send', 'queries', 'commands', 'serve',
        'protocols'}
    groups = {
        s.parameter.partition('.')[0] for s in SETTINGS.values() if s.name not in OF_THE_NODE}
    assert not names & groups
    assert set(schema['definitions']['link']['properties']) == names | groups
    link = {'name': 'a'}
    for setting in SETTINGS.values():
        group, _, key = setting.parameter.rpartition('.')
        if setting.name not in OF_THE_NODE:
            default = setting.default
            (link.setdefault(group, {}) if group else link)[key] = (
                list(default) if isinstance(default, tuple) else default)
    jsonschema.Draft7Validator(schema).validate({'links': [link]})


def test_profile_plus_is_header_2_and_for_a_client_a_plus_server(load):
    client, server, told = (link.settings for link in load("""
profile: plus
links:
- {name: a, mode: client}
- {name: b, port: 1}
- {name: c, mode: client, header_version: "1", compat: plain}
"""))
    assert (client.header_version, client.compat) == ('2', 'plus')
    assert (server.header_version, server.compat) == ('2', 'auto')
    assert (told.header_version, told.compat) == ('1', 'plain')
    (only,) = load('profile: plus', mode='client')
    assert (only.settings.header_version, only.settings.compat) == ('2', 'plus')


def test_profile_slicer_finds_out_about_each_peer_and_never_asks(load, refused):
    (link,) = load('profile: slicer')
    assert link.settings.compat == 'auto'
    words = 'found 1.0 with profile slicer; allowed 0, 3D Slicer crashes on queries'
    assert refused('profile: slicer', ping_period=1.0) == f'ping_period: {words}'
    assert refused('links:\n- name: a\n  profile: slicer\n  ping_period: 1.0') == (
        f'FILE:4: links[0].ping_period: {words}')
    a, b = load('links:\n- {name: a, port: 1, profile: slicer}\n- {name: b, port: 2}',
                ping_period=1.0)
    assert [link.settings.ping_period for link in (a, b)] == [0.0, 1.0]


@pytest.mark.parametrize('text, error', [
    ('links: []', '1: links: found a list of 0; allowed a list of one or more links'),
    ('links: {name: a}', '1: links: found a map; allowed a list of one or more links'),
    ('links: [a]', "1: links[0]: found 'a'; allowed a map with a name, settings and the keys "
                   'profile, moveit, defaults, receive, send, '
                   'queries, commands, serve, protocols'),
    ('links:\n- mode: server', '2: links[0]: found no name; every link needs it'),
    ('links: [{name: a-b}]', "1: links[0].name: found 'a-b'; allowed a name of letters, digits "
                             'and _ that does not start with a digit'),
    ('links:\n- {name: a, port: 1}\n- {name: a, port: 2}',
     "3: links[1].name: found 'a' twice; allowed once"),
    ('links: [{name: a}]\nreceive: []',
     '2: receive: found a list of 0; allowed only without links, which have rules of their own'),
    ('send: []\nlinks: [{name: a}]',
     '1: send: found a list of 0; allowed only without links, which have rules of their own'),
    # settings
    ('links:\n- name: a\n  mode: sever',
     "3: links[0].mode: found 'sever'; allowed 'server', 'client'; did you mean 'server'?"),
    ('links:\n- name: a\n  port: 70000',
     '3: links[0].port: found 70000; allowed a whole number from 0 to 65535'),
    ('links:\n- name: a\n  port: 1.0',
     '3: links[0].port: found 1.0; allowed a whole number from 0 to 65535'),
    ('links:\n- name: a\n  host: 10', '3: links[0].host: found 10; allowed text; put quotes '
                                      'around it to make it text'),
    ('links:\n- name: a\n  url: tpc://b', "3: links[0].url: 'tpc://b': wanted tcp://HOST:PORT, "
                                          'tls://HOST:PORT or udp://HOST:PORT'),
    ('links:\n- name: a\n  limits:\n    max_clients: 0',
     '4: links[0].limits.max_clients: found 0; allowed a whole number from 1 to 65535'),
    ('links:\n- name: a\n  limits: {allow: 10.0.0.0/8}',
     "3: links[0].limits.allow: found '10.0.0.0/8'; allowed a list of text"),
    ('links:\n- name: a\n  limits: {max_client: 1}',
     "3: links[0].limits.max_client: unknown key 'max_client'; allowed allow, max_clients, "
     'max_clients_per_address, max_body_bytes, max_elements, idle_timeout, stall_timeout, '
     'send_timeout, queue_messages, queue_bytes, queue_policy, max_waiting_bytes, held_max_age; '
     "did you mean 'max_clients'?"),
    ('links:\n- name: a\n  mode: client\n  limits:\n    max_clients: 4',
     '5: links[0].limits.max_clients: found with mode client; allowed only with mode server'),
    ('links:\n- name: a\n  mode: client\n  port: 0',
     '4: links[0].port: found 0 with mode client; allowed 1 to 65535, only a server can take any '
     'free port'),
    ('links:\n- name: a\n  udp: {ttl: 2}',
     '3: links[0].udp.ttl: found with protocol tcp; allowed only with udp'),
    ('links:\n- name: a\n  url: udp://127.0.0.1:1\n  udp:\n    targets: ["a b:c"]',
     "5: links[0].udp.targets: 'udp://a b:c': Port could not be cast to integer value as 'c'; "
     'wanted tcp://HOST:PORT, tls://HOST:PORT or udp://HOST:PORT'),
    # what is missing has the place of where it is missing
    ('links:\n- name: a\n  tls:\n    key_file: key.pem\n  url: tls://127.0.0.1:1',
     '4: links[0].tls.key_file: found without tls_cert_file; allowed both or none'),
    ('links:\n- {name: a}\n- {name: b}',
     "3: links[1].port: found tcp://127.0.0.1:18944, where the link 'a' listens; allowed an "
     'address of its own'),
    # rules
    ('links:\n- name: a\n  receive:\n  - {device: b}\n  - {type: image}',
     "5: links[0].receive[1].type: found 'image'; allowed 'IMAGE', types are case-sensitive"),
    ('links:\n- name: a\n- name: b\n  port: 1\n  send:\n  - {tf: {source: c, target: c}}',
     "6: links[1].send[0].tf: found 'c' as source and as target; allowed two different frames"),
])
def test_mistake_names_file_line_key_and_what_is_allowed(refused, text, error):
    assert refused(text) == f'FILE:{error}'


@pytest.mark.parametrize('name, value, shown', [
    ('mode', 'server', "'server'"), ('url', 'tcp://a:1', "'tcp://a:1'"), ('host', 'a', "'a'"),
    ('port', 0, '0'), ('protocol', 'tcp', "'tcp'")])
def test_where_a_link_goes_is_said_by_the_link_alone(refused, name, value, shown):
    assert refused(TWO, **{name: value}) == (
        f'{name}: found {shown} besides the links of FILE; allowed only in each of them')


def test_a_parameter_of_the_node_that_does_not_exist(refused):
    assert refused(TWO, prot=1).startswith('prot: there is no such parameter')


def test_a_script_that_wants_one_mapping_is_told(load, tmp_path):
    load(TWO)
    with pytest.raises(ConfigError, match='map.yaml: found links; allowed only for a bridge'):
        load_mapping(tmp_path / 'map.yaml')
