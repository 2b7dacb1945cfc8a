"""What links log, as JSON: each line one object with the fields that machines ask for."""

import doctest
import io
import json
import logging
import subprocess
import sys
import time

from polling import poll

import igtl_ros2 as igtl
from igtl_ros2 import logs
from igtl_ros2.logs import JsonFormatter


def record(**fields):
    return logging.makeLogRecord({'name': 'igtl_ros2.peers.link', 'levelname': 'INFO', **fields})


def test_the_example_of_the_module():
    assert doctest.testmod(logs).failed == 0


def test_whatever_was_said_is_one_line():
    line = JsonFormatter().format(record(msg='%s\n"%s"', args=('a\x1b', 'ä'), igtl_peer=object()))
    assert '\n' not in line and '\x1b' not in line
    said = json.loads(line)
    assert said['message'] == 'a\x1b\n"ä"' and said['igtl_peer'].startswith('<object')
    assert set(said) == {'time', 'level', 'logger', 'message', 'igtl_peer'}


def test_a_field_does_not_take_the_place_of_what_is_always_there():
    line = JsonFormatter().format(record(msg='x', level='no', time=5))
    assert json.loads(line)['level'] == 'INFO'


def test_errors_keep_their_traceback():
    try:
        raise ValueError('of the program')
    except ValueError:
        made = record(msg='x', exc_info=sys.exc_info())
    assert 'ValueError: of the program' in json.loads(JsonFormatter().format(made))['exception']


def test_links_tell_events_with_their_peers():
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonFormatter())
    log = logging.getLogger('igtl_ros2')
    log.addHandler(handler)
    level = log.level
    log.setLevel(logging.INFO)  # which also forgets what was looked up before
    try:
        with igtl.serve('127.0.0.1', 0, max_clients=1) as server:
            with igtl.connect('127.0.0.1', server.address.port) as client:
                assert client.peers
                with igtl.connect('127.0.0.1', server.address.port, reconnect=False) as other:
                    other.receive(igtl.Status, 20)

            def lines():
                return [json.loads(line) for line in out.getvalue().splitlines()]

            def of_the_server():
                there = str(server.address)  # where the clients' links are as well
                return [line for line in lines()
                        if line.get('igtl_link') == there and line['igtl_peer'] != there]

            poll(lambda: any(line['igtl_event'] == 'disconnected' for line in of_the_server()),
                 'the end', lambda: time.sleep(0.005))
    finally:
        log.removeHandler(handler)
        log.setLevel(level)
    told = {line['igtl_event']: line for line in of_the_server()}
    assert {'listening', 'connected', 'refused', 'disconnected'} <= set(told)
    assert told['connected']['igtl_peer'] == told['disconnected']['igtl_peer']
    assert told['listening']['igtl_peer'] == ''


def test_the_formatter_needs_nothing_else():
    code = ('import sys, igtl_ros2.logs\n'
            'print(*(name for name in ("numpy", "asyncio", "rclpy") if name in sys.modules))')
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)
    assert done.stdout.strip() == '', done.stderr
