"""`igtl` on Windows, as far as that can be had elsewhere: signals, terminals, paths."""

import json
import os
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from cli_tools import POSE, server_of
from forked import run
from pcap_tools import server_says, write_pcap
from polling import poll

from igtl_ros2 import serve
from igtl_ros2.codec import encode
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import String

PROGRAM = Path(__file__).parents[1] / 'windows_program.py'
ODD = 'Sönde→'


def igtl(*words, code=0, encoding='cp1252'):
    """Run `igtl` as on Windows, with a terminal that has 256 letters."""
    with patch.dict(os.environ, PYTHONIOENCODING=encoding):
        done = run(sys.executable, PROGRAM, 'igtl_ros2.tools.igtl', *words)
    assert 'Traceback' not in done.stderr, done.stderr
    assert code in (None, done.returncode), done
    return done.stdout


# a process each: those with most words
@pytest.mark.parametrize('verb', ['send', 'doctor', 'foxglove'])
def test_each_verb_says_what_it_can_in_such_a_terminal(verb):
    assert f'usage: igtl {verb}' in igtl(verb, '--help')


def test_names_that_the_terminal_cannot_show_end_nothing():
    with server_of(lambda: String('Grad → ☃', device_name=ODD)) as url:
        for verb, encoding in (('ls', 'cp1252'), ('top', 'ascii')):
            assert r'nde\u2192' in igtl(verb, url, '--duration', '0.4', encoding=encoding)
        said = igtl('echo', url, '--once')
        assert r'\u2192 \u2603' in said
        said = igtl('doctor', url, '--duration', '0.5', '--no-ros', '--json', code=None)
        assert json.loads(said)['devices'][0]['device'] == ODD


def test_what_is_said_over_a_link_is_the_same():
    heard = []
    with serve('tcp://127.0.0.1:0', on_message=lambda peer, message: heard.append(message)) as at:
        igtl('send', at.address, 'text', 'Note', 'hello')
        poll(lambda: heard, 'the text', lambda: time.sleep(0.02))
    assert (heard[0].device_name, heard[0].text) == ('Note', 'hello')


def test_files_have_names_that_windows_takes(tmp_path):
    odd = 'C:\\x|a?*"<b>.'
    stream = b''.join(encode(message) for message in (
        Transform(POSE, device_name=odd), String('x', device_name='CON'),
        Image(np.zeros((4, 4), np.uint8), device_name='..')))
    write_pcap(tmp_path / 'a.pcap', server_says(stream, [100]))
    igtl('export', tmp_path / 'a.pcap', '--to', tmp_path / 'out')
    if find_spec('matplotlib'):
        igtl('plot', tmp_path / 'a.pcap', '--output', tmp_path / 'a.png')
    made = list((tmp_path / 'out').rglob('*'))
    assert len([path for path in made if path.is_file()]) == 3
    for path in made:
        assert not set(path.name) & set('<>:"/\\|?*') and path.name[-1] not in '. ', path
        stem = path.name.split('.')[0].upper()
        assert stem not in ('CON', 'PRN', 'AUX', 'NUL') and not path.name.startswith('..'), path


def test_a_page_is_served_or_not():
    pytest.importorskip('aiohttp', reason='the page needs aiohttp')
    igtl('monitor', '127.0.0.1:9', '--bind', '203.0.113.7', code=1)


def test_a_sequence_and_a_dissector_are_written_as_bytes(tmp_path):
    stream = b''.join(encode(message) for message in (
        Transform(POSE, device_name='ProbeToTracker'),
        Image(np.arange(12, dtype=np.uint8).reshape(3, 4), device_name='Image')))
    write_pcap(tmp_path / 'a.pcap', server_says(stream, []))
    igtl('convert', tmp_path / 'a.pcap', tmp_path / 'a.igs.mha')
    assert (tmp_path / 'a.igs.mha').read_bytes().endswith(b'ElementDataFile = LOCAL\n' + bytes(
        range(12)))
    assert 'Proto(' in igtl('dissector')
