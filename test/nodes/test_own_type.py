"""A message type of another package: `examples/own_type`, installed and tried beside the tree."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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


def run(folder, *command):
    before = os.environ.get('PYTHONPATH')
    path = os.pathsep.join(filter(None, (str(folder), before)))
    return subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, cwd=ROOT,
        env={**os.environ, 'PYTHONPATH': path})


def test_it_has_what_the_own_types_have(installed):
    done = run(installed, '-m', 'pytest', '-q', '-p', 'no:cacheprovider',
               str(ROOT / 'test' / 'nodes' / 'own_type_cases.py'))
    assert done.returncode == 0, done.stdout[-5000:]


def test_igtl_check_knows_it(installed, tmp_path):
    rules = tmp_path / 'needle.yaml'
    rules.write_text('receive: [{device: N, type: NEEDLE, workspace: '
                     '{min: [0, 0, 0], max: [1, 1, 1]}}]\nsend: [{device: M, topic: tip, '
                     'type: NEEDLE}]\n')
    code = 'import sys; from igtl_ros2.tools.check import main; sys.exit(main(sys.argv[1:]))'
    done = run(installed, '-c', code, str(rules))
    assert done.returncode == 0, done.stdout + done.stderr
    assert 'needle' in done.stdout


@pytest.mark.parametrize(('text', 'wanted'), [
    ('raise RuntimeError("broken")', 'RuntimeError: broken'),
    ('import no_such_module_of_mine', 'needs no_such_module_of_mine'),
    ('import igtl_broken.missing', 'No module named'),
])
def test_a_broken_one_is_named(tmp_path, text, wanted):
    package = tmp_path / 'igtl_broken'
    package.mkdir()
    (package / '__init__.py').write_text(text)
    facts = tmp_path / 'igtl_broken-1.dist-info'
    facts.mkdir()
    (facts / 'METADATA').write_text('Metadata-Version: 2.1\nName: igtl_broken\nVersion: 1\n')
    (facts / 'entry_points.txt').write_text('[igtl_ros2.messages]\nmine = igtl_broken\n')
    code = ('from igtl_ros2.codec.own_types import load_own_types\n'
            'from igtl_ros2.errors import ConfigError\n'
            'try:\n    print(load_own_types())\nexcept ConfigError as error:\n    print(error)\n')
    done = run(tmp_path, '-c', code)
    assert wanted in done.stdout, done.stderr
    assert 'mine' in done.stdout
