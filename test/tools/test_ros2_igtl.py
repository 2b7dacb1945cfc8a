"""`ros2 igtl`: what ros2cli is given, and with ros2cli itself where it is installed."""

import argparse
import importlib.util
import re
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from igtl_ros2.tools.verbs import load, names


def command():
    [point] = entry_points(group='ros2cli.command', name='igtl')
    return point.load()()


def parser_for(words):
    made = command()
    parser = argparse.ArgumentParser(prog='ros2 igtl')
    made.add_arguments(parser, 'ros2 igtl', argv=['igtl', *words])
    return made, parser


def test_it_is_found_as_a_command_and_needs_no_ros2cli():
    code = ('import sys; sys.modules["ros2cli"] = None\n'
            'from igtl_ros2.tools.ros2_igtl import IgtlCommand\nprint(IgtlCommand.NAME)')
    done = subprocess.run([sys.executable, '-c', code], text=True, capture_output=True, timeout=60)
    assert (done.stdout, done.stderr) == ('igtl\n', '')


def test_without_a_verb_its_help_lists_all():
    said = parser_for([])[1].format_help()
    for name in names():
        assert load(name).HELP.split()[0] in said
        assert re.search(rf'^ +{name}\b', said, re.MULTILINE)


def test_it_does_what_the_verb_does(tmp_path, capsys):
    words = ['repair', str(tmp_path / 'none')]
    made, parser = parser_for(words)
    assert made.main(parser=parser, args=parser.parse_args(words)) == 1
    assert capsys.readouterr().err.startswith('ros2 igtl repair: ')


def test_ros2_itself_runs_it(tmp_path):
    if not importlib.util.find_spec('ros2cli'):
        pytest.skip('ros2cli is not installed')
    code = 'import sys\nfrom ros2cli.cli import main\nsys.exit(main())'
    done = subprocess.run(
        [sys.executable, '-c', code, 'igtl', 'repair', str(tmp_path / 'none')], text=True,
        capture_output=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith('ros2 igtl repair: ')
