"""COMMANDs as topics say them, and what their replies mean."""

import pytest

from igtl_ros2.codec.messages.text import CommandResponse, String
from igtl_ros2.dialogue.commands import CommandText, filled, read_command, reply_facts
from igtl_ros2.errors import ConversionError


@pytest.mark.parametrize(('text', 'device', 'command', 'number'), [
    ('{"id": "a", "name": "Go", "device": "D", "content": "fast", "timeout": 2}', '',
     CommandText('Go', 'fast', 'D', timeout=2.0), 'a'),
    ('{"id": 5, "content": "fa\u00dft", "encoding": 4}', 'Arm',
     CommandText('Arm', 'fa\u00dft', 'Arm', 4), 5),
    ('home', 'Arm', CommandText('Arm', 'home', 'Arm'), None),
    ('[1, 2]', 'Arm', CommandText('Arm', '[1, 2]', 'Arm'), None),
    ('<Command Name="Start" File="x"/>', 'Arm',
     CommandText('Start', '<Command Name="Start" File="x"/>', 'Arm'), None),
])
def test_what_a_topic_says(text, device, command, number):
    assert read_command(text, device) == (command, number)


@pytest.mark.parametrize(('text', 'device', 'why'), [
    ('no json', '', 'found no JSON: '),
    ('{"name": Go}', 'Arm', 'found no JSON: '),
    ('{"id": 3}', '', 'wanted a JSON object with at least a name'),
    ('[1, 2]', '', 'wanted a JSON object with at least a name'),
    ('{"name": 5}', 'Arm', 'name: found int, wanted text'),
    ('{"encoding": "x"}', 'Arm', "encoding: found 'x', wanted a MIBenum number"),
    ('{"encoding": 70000}', 'Arm', 'encoding: found 70000, wanted a MIBenum number'),
    ('{"timeout": 0}', 'Arm', 'timeout: found 0, wanted 0 to 3600 s'),
    ('{"timeout": true}', 'Arm', 'timeout: found True, wanted 0 to 3600 s'),
    ('[' * 100_000, '', 'found no JSON: '),
])
def test_what_is_no_command(text, device, why):
    with pytest.raises(ConversionError) as found:
        read_command(text, device)
    assert str(found.value).startswith(why)


@pytest.mark.parametrize(('metadata', 'content', 'expected'), [
    ({'Status': 'SUCCESS'}, 'ok', (True, 'ok')),
    ({'Status': 'FAIL', 'Error': 'no disk'}, '', (False, 'no disk')),
    ({'Status': 'FAIL'}, '', (False, 'the peer says that it failed')),
    ({}, '<CommandReply Name="Go" Status="FAIL" Message="a &lt; b"/>', (False, 'a < b')),
    ({'Status': 'SUCCESS', 'ErrorMessage': 'it lies'}, 'x', (False, 'it lies')),
])
def test_what_a_reply_means(metadata, content, expected):
    reply = CommandResponse(1, 'Go', content, metadata=metadata)
    assert CommandText('Go').outcome(1, reply) == expected
    assert CommandText('Go').outcome(2, reply) is None
    assert CommandText('Go', legacy=True).outcome(1, reply) is None
    assert reply_facts(reply) == {'name': 'Go', 'content': content, 'metadata': metadata}
    assert reply_facts(String('no')) == reply_facts(None) == {}


def test_fields_of_xml_stay_text():
    values = {'file': 'a"/><b', 'fast': True, 'n': 1.5}
    assert filled('<C F="{file}" X="{fast}"/>', values) == (
        '<C F="a&quot;/&gt;&lt;b" X="true"/>')
    assert filled('{file} {n} {{}}', values) == 'a"/><b 1.5 {}'
