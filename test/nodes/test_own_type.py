"""A message type of another package: `examples/own_type`, installed and tried beside the tree."""

import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from igtl_ros2 import String, Unknown, serve

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope='module')
def installed(tmp_path_factory):
    """Install the example as users do, into a folder of its own."""
    folder = tmp_path_factory.mktemp('own_type')
    source = folder / 'source'  # pip builds where it is
    shutil.copytree(ROOT / 'examples' / 'own_type', source)
    pip = [sys.executable, '-m', 'pip', '--disable-pip-version-check', 'install', '--quiet']
    subprocess.run(
        [*pip, '--no-deps', '--no-build-isolation', '--target', str(folder / 'site'),
         str(source)],
        check=True, cwd=folder)
    return folder / 'site'


@pytest.fixture(scope='module')
def in_the_tree(tmp_path_factory):
    """Put the same type into a copy of the package: a message, a converter and a sample."""
    folder = tmp_path_factory.mktemp('tree')
    package = folder / 'igtl_ros2'
    shutil.copytree(ROOT / 'igtl_ros2', package)  # with what Python has compiled of it
    source = ROOT / 'examples' / 'own_type' / 'igtl_needle'
    own = 'igtl_ros2.codec.messages.needle'
    text = (source / 'message.py').read_text()
    text = text.replace('igtl_ros2.codec import', 'igtl_ros2.codec.message import')
    (package / 'codec' / 'messages' / 'needle.py').write_text(text)
    text = (source / 'converter.py').read_text().replace('.message import', f'{own} import')
    text, _, maker = text.partition("add_sample('NEEDLE', ")
    (package / 'converters' / 'needle.py').write_text(text)
    samples = package / 'converters' / 'samples.py'
    text = samples.read_text().replace(
        "    'BIND': ", f"    'NEEDLE': {maker.strip()[:-1]},\n    'BIND': ")
    samples.write_text(text.replace('\nimport numpy', f'\nfrom {own} import Needle\nimport numpy'))
    return folder


def run(folder, *command, cwd=ROOT):
    before = os.environ.get('PYTHONPATH')
    path = os.pathsep.join(filter(None, (str(folder), before)))
    return subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, cwd=cwd,
        env={**os.environ, 'PYTHONPATH': path})


@pytest.mark.parametrize('cases', ['own_type_cases.py', 'own_list_cases.py'])
def test_it_has_what_the_own_types_have(installed, cases):
    done = run(installed, '-m', 'pytest', '-q', '-p', 'no:cacheprovider',
               str(ROOT / 'test' / 'nodes' / cases))
    assert done.returncode == 0, done.stdout[-5000:]


@pytest.mark.parametrize('chosen_by', ['gw3', ''])
def test_tests_that_a_test_runs_hear_none_of_another_process(monkeypatch, chosen_by):
    own = os.environ['ROS_DOMAIN_ID']
    for name, value in {'PYTEST_XDIST_WORKER': 'gw3', 'IGTL_TEST_WORKER': chosen_by}.items():
        monkeypatch.setenv(name, value)
    # as if it began to look with the domain that this process has
    code = ('import os; os.getpid = lambda: int(os.environ["ROS_DOMAIN_ID"]) - 1\n'
            'import conftest; print(os.environ["ROS_DOMAIN_ID"])')
    (domain,) = run(ROOT / 'test', '-c', code, cwd=ROOT / 'test').stdout.split()
    assert (domain == own) == bool(chosen_by)


@pytest.mark.parametrize('where', ['installed', 'in_the_tree'])
def test_igtl_check_knows_it(request, tmp_path, where):
    folder = request.getfixturevalue(where)
    rules, wrong = tmp_path / 'needle.yaml', tmp_path / 'wrong.yaml'
    rules.write_text(
        'receive: [{device: N, type: NEEDLE, to_frame: base, hold_hz: 5, '
        'workspace: {min: [0, 0, 0], max: [1, 1, 1]}}]\n'
        'send: [{device: M, topic: tip, type: NEEDLE, to_frame: base, on_change: true}]\n'
        'queries: [{type: NEEDLE, device: N}]\n')
    wrong.write_text('receive: [{device: N, type: NEEDLE, decode: true}]')
    code = ('import sys; from igtl_ros2.tools.check import main\n'
            'for file in sys.argv[1:]:\n    print("ended with", main([file]))')
    done = run(folder, '-c', code, str(rules), str(wrong), cwd=folder)
    right, _, rest = done.stdout.partition('ended with 0')
    assert 'needle' in right and 'ended with 1' in rest, done.stdout + done.stderr
    assert "found true with type 'NEEDLE', which has none; allowed only with VIDEO" in (
        rest + done.stderr)


@pytest.mark.parametrize('words', [['echo', '--once'], ['call', 'GET_NEEDLE', 'N']])
def test_the_verbs_of_igtl_know_its_fields(installed, words):
    verb, *rest = words
    with serve('tcp://127.0.0.1:0') as device:  # which knows nothing of it
        device.send(Unknown('NEEDLE', struct.pack('>7f', 1, 2, 3, 0, 0, 0, 1), device_name='N'))
        done = run(installed, '-m', 'igtl_ros2.tools.igtl', verb, str(device.address), *rest)
    assert 'tip: [1, 2, 3]' in done.stdout, done.stdout + done.stderr


def test_a_package_that_cannot_be_imported_keeps_no_verb_from_its_work(tmp_path):
    about = tmp_path / 'igtl_broken-1.0.dist-info'
    about.mkdir()
    (about / 'METADATA').write_text('Metadata-Version: 2.1\nName: igtl_broken\nVersion: 1.0\n')
    (about / 'entry_points.txt').write_text('[igtl_ros2.messages]\nbad = igtl_broken\n')
    (tmp_path / 'igtl_broken.py').write_text('1 +')

    def igtl(*words):
        done = run(tmp_path, '-m', 'igtl_ros2.tools.igtl', *words)
        return done.returncode, done.stdout, done.stderr

    code, said, complaint = igtl('help', 'echo')
    assert (code, complaint) == (0, '') and 'igtl echo' in said
    with serve('tcp://127.0.0.1:0') as device:
        device.send(String('good', device_name='Note'))
        code, said, complaint = igtl('echo', '--once', str(device.address))
    assert code == 0 and 'good' in said
    why = 'entry point bad of igtl_ros2.messages (igtl_broken) cannot be loaded: SyntaxError'
    assert complaint.startswith(f'igtl echo: {why}') and complaint.count(why) == 1
    (tmp_path / 'rules.yaml').write_text('{}')
    code, _, complaint = igtl('check', str(tmp_path / 'rules.yaml'))
    assert code == 1 and complaint.count(why) == 1


def test_a_type_of_the_tree_is_asked_for_with_queries(in_the_tree):
    """Wherever its file stands in the alphabet, in which they are imported."""
    code = ('from igtl_ros2 import codec\n'
            'print(*(codec.message_class(f"{verb}_NEEDLE").__name__\n'
            '        for verb in ("GET", "STT", "STP", "RTS")))')
    done = run(in_the_tree, '-c', code, cwd=in_the_tree)
    assert done.stdout.split() == ['Query', 'Query', 'Query', 'Response'], done.stderr


@pytest.mark.parametrize(('text', 'wanted'), [
    ('raise RuntimeError("broken")', 'RuntimeError: broken'),
    ('import no_such_module_of_mine', 'needs no_such_module_of_mine'),
    ('import igtl_broken.missing', 'No module named'),
])
def test_a_broken_one_is_named(tmp_path, text, wanted):
    package(tmp_path, text)
    code = ('from igtl_ros2.codec.own_types import load_own_types\n'
            'from igtl_ros2.errors import ConfigError\n'
            'try:\n    print(load_own_types())\nexcept ConfigError as error:\n    print(error)\n')
    done = run(tmp_path, '-c', code)
    assert wanted in done.stdout, done.stderr
    assert 'mine' in done.stdout


def package(folder, text):
    """Write a package with an entry point, as if it were installed."""
    package = folder / 'igtl_broken'
    package.mkdir()
    (package / '__init__.py').write_text(text)
    facts = folder / 'igtl_broken-1.dist-info'
    facts.mkdir()
    (facts / 'METADATA').write_text('Metadata-Version: 2.1\nName: igtl_broken\nVersion: 1\n')
    (facts / 'entry_points.txt').write_text('[igtl_ros2.messages]\nmine = igtl_broken\n')


@pytest.mark.parametrize('missing', ['', 'import no_such_msgs'])
def test_it_declares_keys_of_its_own(tmp_path, missing):
    """Also where its ROS packages are missing."""
    package(tmp_path, f"""
{missing}
from igtl_ros2.rules import ReceiveRule
from igtl_ros2.rules.values import numbers

GLOW = ReceiveRule.key('glow', numbers(0, 1), 'How much it glows.', 0.0, types=('STRING',))
""")
    told = {
        'glow: 0.5': 'glow=0.5',
        'glow: 2': 'glow: found 2; allowed a number from 0 to 1',
        'glow: 1, type: IMAGE': "glow: found 1 with type 'IMAGE', which has none",
    }
    for number, rule in enumerate(told):
        (tmp_path / f'{number}.yaml').write_text(f'receive: [{{{rule}}}]')
    code = ('import sys; from igtl_ros2.tools.check import main\n'
            'for file in sys.argv[1:]:\n    main([file])')
    done = run(tmp_path, '-c', code, *(f'{n}.yaml' for n in range(len(told))), cwd=tmp_path)
    assert all(text in done.stdout + done.stderr for text in told.values())
