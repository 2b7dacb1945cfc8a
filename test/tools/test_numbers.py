"""Numbers on command lines: what is wrong with one is said in the words of the user."""

import pytest

from igtl_ros2.tools.igtl import make_parser

POSE = ('send', 'h', 'pose', 'T', '1', '2', '3')


@pytest.mark.parametrize(('words', 'says'), [
    ((*POSE, '--rate', 'fast'), "--rate: 'fast' is no number from 0.001 to 100000"),
    ((*POSE, '--rate', '0'), "--rate: '0' is no number from 0.001 to 100000"),
    ((*POSE, '--times', '1.5'), "--times: '1.5' is no whole number from 1 on"),
    (('call', 'h', 'STT_TDATA', '--rate', 'nan'), "--rate: 'nan' is no number from 0 to 100000"),
    (('call', 'h', 'STT_TDATA', '--rate', '-5'), "--rate: '-5' is no number from 0 to 100000"),
    (('hz', 'h', '--window', 'x'), "--window: 'x' is no whole number from 2 to 1000000"),
    (('ls', 'h', '--timeout', 'long'), "--timeout: 'long' is no number from 0 to 1000000000"),
    (('echo', 'h', '--times', '0'), "--times: '0' is no whole number from 1 on"),
    (('doctor', 'h', '--port', 'x'), "--port: 'x' is no whole number from 1 to 65535"),
    (('sim', 'tracker', '--port', '99999'), "--port: '99999' is no whole number from 0 to 65535"),
    (('sim', 'slicer', '--duration', 'nan'), "'nan' is no number from 0 to 1000000000"),
    (('monitor', 'h', '--fps', 'many'), "--fps: 'many' is no number from 0.5 to 60"),
    (('relay', 'h', '--drop', 'half'), "--drop: 'half' is no number from 0 to 1"),
    (('plot', 'f', '--dpi', '1e2'), "--dpi: '1e2' is no whole number from 10 to 1200"),
    (('export', 'f', '--every', 'two'), "--every: 'two' is no whole number from 1 on"),
    (('certs', '--days', 'x'), "--days: 'x' is no whole number from 1 to 36500"),
    (('replay', 'f', '--rate', 'x'), "--rate: 'x' is no number from 0.001 on"),
    (('sim', 'tracker', '--port', '1_0'), "--port: '1_0' is no whole number from 0 to 65535"),
])
def test_what_is_wrong_with_a_number(capsys, words, says):
    with pytest.raises(SystemExit) as ended:
        make_parser(words).parse_args(words)
    assert ended.value.code == 2
    assert says in capsys.readouterr().err


def test_the_limits_themselves_are_right():
    for words, name, value in (
        ((*POSE, '--rate', '1e5'), 'rate', 100_000.0),
        ((*POSE, '--times', '1'), 'times', 1),
        (('relay', 'h', '--drop', '1'), 'drop', 1.0),
        (('replay', 'f', '--rate', 'inf'), 'rate', float('inf')),
    ):
        assert getattr(make_parser(words).parse_args(words), name) == value
