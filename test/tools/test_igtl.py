"""`igtl` as a program: its list of verbs, help, exit codes, and what it does when nobody reads."""

import errno
import functools
import itertools
import os
import shlex
import signal
import subprocess
import sys
import textwrap
from importlib.metadata import distribution
from pathlib import Path

import pytest

from igtl_ros2 import __version__
from igtl_ros2.tools.igtl import main, make_parser
from igtl_ros2.tools.program import run_program
from igtl_ros2.tools.verbs import load, names

VERBS = names()
PROGRAMS = {
    script.name: script.value for script in distribution('igtl_ros2').entry_points
    if script.group == 'console_scripts'
}
# what takes long to import; the first two may be needed to read a command line
HEAVY = ('yaml', 'ssl', 'numpy', 'jsonschema', 'asyncio', 'rich', 'rclpy', 'mcap', 'rosbags')


def igtl(*words, **options):
    return subprocess.run(
        [sys.executable, '-m', 'igtl_ros2.tools.igtl', *words], text=True, capture_output=True,
        timeout=100, **options)


def test_what_lies_in_the_folder_is_a_verb():
    folder = Path(make_parser.__code__.co_filename).parent / 'verbs'
    assert set(VERBS) == {path.stem for path in folder.glob('*.py')} - {'__init__'}
    assert {'record', 'replay', 'certs', 'check', 'demo', 'repair'} <= set(VERBS)


def test_the_list_of_verbs_has_a_line_of_each(monkeypatch):
    monkeypatch.setenv('COLUMNS', '200')
    said = make_parser().format_help()
    for name in VERBS:
        assert f'    {name} ' in said
        assert load(name).HELP in said


@pytest.mark.parametrize('name', VERBS)
def test_the_help_of_a_verb_has_an_example_that_its_parser_takes(name, capsys, monkeypatch):
    monkeypatch.setenv('COLUMNS', '80')
    verb = load(name)
    assert '\n' not in verb.HELP and '\n' not in verb.EXAMPLE
    with pytest.raises(SystemExit) as ended:
        main([name, '--help'])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith(f'usage: igtl {name} ')
    assert said.endswith(f'example:\n  {verb.EXAMPLE}\n')
    assert all(len(line) <= 80 for line in said.split('example:')[0].splitlines()), said
    program, *words = itertools.takewhile(
        lambda word: word not in ('|', '>'), shlex.split(verb.EXAMPLE))
    assert program == 'igtl' and words[0] == name
    assert make_parser(words).parse_args(words).igtl_verb == name


def test_help_is_a_verb_too(monkeypatch):
    monkeypatch.setenv('COLUMNS', '80')
    assert igtl('help').stdout == igtl('--help').stdout
    assert igtl('help', 'echo').stdout == igtl('echo', '--help').stdout
    assert 'there is no such verb' in igtl('help', 'nonsense').stderr


@functools.cache
def imported_by():
    """Give what a Python has imported when it tells the help of `igtl`, '', and of each verb."""
    code = textwrap.dedent("""
        import os, sys
        from igtl_ros2.tools.igtl import make_parser
        for name in ['', *sys.argv[1:]]:
            if not os.fork():  # each imports by itself
                make_parser([name] if name else []).format_help()
                print(*sys.modules)
                sys.exit()
            os.wait()
    """)
    done = subprocess.run(
        [sys.executable, '-c', code, *VERBS], text=True, capture_output=True, timeout=60)
    assert not done.stderr, done.stderr
    found = [set(line.split()) for line in done.stdout.splitlines()]
    return dict(zip(['', *VERBS], found, strict=True))


def test_the_list_of_verbs_imports_nothing_heavy():
    assert not imported_by()[''] & set(HEAVY)


@pytest.mark.parametrize('name', VERBS)
def test_the_help_of_a_verb_imports_nothing_heavy(name):
    assert not imported_by()[name] & set(HEAVY[2:])


@pytest.mark.parametrize('line, words', [
    ('igtl re', {'record', 'relay', 'repair', 'replay'}),
    ('igtl echo host --on', {'--once'}), ('igtl send host po', {'pose', 'points'}),
])
def test_a_shell_completes_words(line, words):
    pytest.importorskip('argcomplete')
    environ = {**os.environ, '_ARGCOMPLETE': '1', '_ARGCOMPLETE_IFS': '\n', 'COMP_LINE': line,
               'COMP_POINT': str(len(line)), '_ARGCOMPLETE_SUPPRESS_SPACE': '1'}
    # a shell reads the answer from file 8
    done = subprocess.run(
        ['bash', '-c', 'exec 8>&1 9>/dev/null; "$@"', 'bash', sys.executable, '-m',
         'igtl_ros2.tools.igtl'], env=environ, text=True, capture_output=True, timeout=60)
    assert set(done.stdout.split()) == words


@pytest.mark.parametrize('name', VERBS)
def test_no_other_verb_is_imported_than_the_one_asked_for(name):
    verbs = 'igtl_ros2.tools.verbs.'
    assert {m for m in imported_by()[name] if m.startswith(verbs)} == {f'{verbs}{name}'}


def test_version(capsys):
    with pytest.raises(SystemExit) as ended:
        main(['--version'])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f'igtl_ros2 {__version__}\n'


@pytest.mark.parametrize('words', [[], ['look'], ['check'], ['repair', '--mode', 'all', 'bag']])
def test_wrong_words_are_told_with_2(words, capsys):
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert 'error' in capsys.readouterr().err


def test_a_word_that_is_no_verb_is_told_with_those_that_are(capsys):
    with pytest.raises(SystemExit):
        main(['look', 'check'])
    said = capsys.readouterr().err
    assert "'look'" in said
    for name in VERBS:
        assert name in said


def test_an_error_of_ours_is_one_line(tmp_path):
    done = igtl('repair', str(tmp_path / 'none'))
    assert done.returncode == 1
    assert done.stderr.startswith('igtl repair: ') and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize('name', sorted(PROGRAMS))
def test_no_program_complains_when_nobody_reads_its_help(name):
    module, function = PROGRAMS[name].split(':')
    source, sink = os.pipe()
    os.close(source)
    with open(sink, 'w') as output:
        done = subprocess.run(
            [sys.executable, '-c', f'import sys\nfrom {module} import {function} as run\n'
             'sys.exit(run())', '--help'],
            stdout=output, stderr=subprocess.PIPE, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, '')


@pytest.mark.parametrize('words', [(), ('--json',)])
def test_a_verdict_is_the_exit_code_when_nobody_reads_the_rest(words):
    source, sink = os.pipe()
    os.close(source)
    with open(sink, 'w') as output:
        done = subprocess.run(
            [sys.executable, '-m', 'igtl_ros2.tools.igtl', 'doctor', '127.0.0.1:1', '--no-ros',
             '--timeout', '0.1', *words],
            stdout=output, stderr=subprocess.PIPE, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (1, '')


def test_ctrl_c_ends_a_program_without_a_traceback():
    code = textwrap.dedent("""
        import sys, time
        from igtl_ros2.tools.program import run_program

        def work():
            print('working', flush=True)
            while True:
                time.sleep(0.01)

        sys.exit(run_program('igtl', work))
    """)
    with subprocess.Popen([sys.executable, '-c', code], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout.readline() == 'working\n'
        program.send_signal(signal.SIGINT)
        assert program.wait(60) == 130
        assert program.stderr.read() == ''


@pytest.mark.skipif(not Path('/dev/full').exists(), reason='it needs /dev/full')
def test_a_full_disk_is_told():
    with open('/dev/full', 'w') as full:
        done = subprocess.run(
            [sys.executable, '-m', 'igtl_ros2.tools.igtl', 'help'], stdout=full,
            stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr == f'igtl help: {os.strerror(errno.ENOSPC)}\n'


def test_a_defect_of_ours_is_not_hidden():
    def work():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_program('igtl', work)
