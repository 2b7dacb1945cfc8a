"""The package as a user gets it: built by colcon for `ros2 run`, or installed by pip."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from email import message_from_bytes
from pathlib import Path

import numpy as np
import pytest

import igtl_ros2

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
EXECUTABLES = {
    'igtl', 'igtl_bridge', 'igtl_certs', 'igtl_check', 'igtl_demo',
    'igtl_demo_arm', 'igtl_demo_robot', 'igtl_record', 'igtl_replay', 'igtl_sim',
    'igtl_sim_slicer',
}


def run(*command, cwd, **kwargs):
    """Run a command outside the environment of the tests; its output is in the failure."""
    foreign = ('PYTHON', 'LD_LIBRARY_PATH', 'AMENT_', 'VIRTUAL_ENV', '_ROS_WHEELS', 'COLCON_')
    env = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    env['PYTHONDONTWRITEBYTECODE'] = '1'  # nobody runs all that is installed
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **kwargs,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def names(folder, pattern='*'):
    return {path.name for path in folder.glob(pattern) if path.is_file()}


def tree(folder):
    """List all files of a package but those that Python makes."""
    return {str(path.relative_to(folder)) for path in folder.rglob('*')
            if path.is_file() and '__pycache__' not in path.parts}


def copied_to(target):
    """Copy the tree as a clone would have it, so that no build result lands in it."""
    if shutil.which('git') and (ROOT / '.git').exists():
        for name in run(
            'git', 'ls-files', '--cached', '--others', '--exclude-standard', cwd=ROOT
        ).splitlines():
            if (ROOT / name).is_file():
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, target / name)
    else:
        built = ('.*', 'build', 'install', 'log', '*.egg-info', '__pycache__')
        shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*built))
    return target


@pytest.fixture(scope='module')
def uploaded(tmp_path_factory):
    """A copy of the tree, and a folder with what is uploaded; without `build` the wheel alone."""
    folder = tmp_path_factory.mktemp('uploaded')
    source = copied_to(tmp_path_factory.mktemp('src') / 'igtl_ros2')
    options = ['build', '--no-isolation', '--skip-dependency-check', '--outdir']
    if importlib.util.find_spec('build') is None:
        options = ['pip', 'wheel', '--no-deps', '--no-build-isolation', '--wheel-dir']
    run(sys.executable, '-m', *options, folder, source, cwd=folder)
    return source, folder


@pytest.fixture(scope='module')
def colcon(tmp_path_factory):
    """A folder where colcon has built the package, and what calls colcon there."""
    program, folder = BIN / 'colcon', tmp_path_factory.mktemp('colcon')
    if not program.exists():
        pytest.skip('colcon is not installed beside this Python')
    source = copied_to(folder / 'src' / 'igtl_ros2')

    def call(verb, *options):
        # colcon takes the `python3` of the path, as `ros2` will run it.
        run('env', f'PATH={BIN}:{os.environ["PATH"]}', program, '--log-base', folder / 'log', verb,
            '--base-paths', source, '--build-base', folder / 'build',
            '--install-base', folder / 'install', *options, cwd=folder)

    call('build')
    return folder, source, call


def test_colcon_build_gives_what_ros2_run_and_ros2_launch_look_for(colcon):
    base, source, _ = colcon
    prefix = base / 'install' / 'igtl_ros2'
    assert names(prefix / 'lib' / 'igtl_ros2') == EXECUTABLES
    share = prefix / 'share' / 'igtl_ros2'
    assert (share / 'package.xml').is_file()
    assert (prefix / 'share/ament_index/resource_index/packages/igtl_ros2').is_file()
    assert (share / 'README.md').is_file()
    for folder in ('launch', 'config'):
        assert names(source / folder)
        assert names(share / folder) == names(source / folder)
    for folder in ('docs', 'examples', 'slicer'):
        assert tree(share / folder) == tree(source / folder)

    [package] = prefix.glob('lib/python3*/site-packages/igtl_ros2')
    assert tree(package) == tree(source / 'igtl_ros2')
    # As after `source install/setup.bash`, from a folder in which the sources are not.
    said = run(
        'bash', '-c', '. install/setup.bash && install/igtl_ros2/lib/igtl_ros2/igtl_sim --help',
        cwd=base,
    )
    assert 'usage' in said.lower()
    if importlib.util.find_spec('rich'):
        said = run(
            'bash', '-c', '. install/setup.bash && cd install/igtl_ros2 && '
            'lib/igtl_ros2/igtl_check share/igtl_ros2/config/slicer.yaml', cwd=base,
        )
        assert 'ToolToBase' in said


def test_colcon_test_runs_the_tests(colcon):
    folder, _, call = colcon
    call('test', '--pytest-args', 'test/test_register.py')
    said = run(BIN / 'colcon', 'test-result', '--test-result-base', folder / 'build', '--all',
               cwd=folder)
    number = int(re.search(r'Summary: (\d+) tests, 0 errors, 0 failures', said)[1])
    assert number > 10


def test_what_is_uploaded_is_whole_and_well_described(uploaded):
    for name in ('build', 'twine'):
        if importlib.util.find_spec(name) is None:
            pytest.skip(f'{name} is not installed')
    source, folder = uploaded
    [wheel], [sdist] = folder.glob('*.whl'), folder.glob('*.tar.gz')
    run(sys.executable, '-m', 'twine', 'check', '--strict', wheel, sdist, cwd=folder)
    with tarfile.open(sdist) as archive:
        inside = {name.partition('/')[2] for name in archive.getnames()}
    wanted = {
        str(path.relative_to(source))
        for folder in ('igtl_ros2', 'config', 'docs', 'examples', 'launch', 'slicer')
        for path in (source / folder).rglob('*') if path.is_file()
    }
    assert not wanted - inside
    assert {'CHANGELOG.rst', 'CONTRIBUTING.md', 'LICENSE', 'README.md', 'package.xml'} <= inside
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith('/METADATA')]
        said = message_from_bytes(archive.read(name))
    page = said.get_payload()
    # there are no files beside it: only links to elsewhere, and the words of the others
    assert all(link.startswith('https://') or link.startswith('http://')
               for link in re.findall(r'\]\(([^)]*)\)', page))
    assert '(tutorial)' in page and 'overview.svg' not in page
    assert said['Description-Content-Type'] == 'text/markdown'
    assert said['Keywords'] and said.get_all('Classifier') and said.get_all('Project-URL')
    assert said['Version'] == igtl_ros2.__version__


def test_pip_install_gives_executables_and_a_codec_that_needs_numpy_alone(uploaded, tmp_path):
    [wheel] = uploaded[1].glob('*.whl')
    fresh = tmp_path / 'fresh'
    venv.create(fresh)
    python = fresh / 'bin' / 'python'
    run(
        sys.executable, '-m', 'pip', '--python', python, 'install', '--no-deps', '--no-index',
        '--no-compile', wheel, cwd=tmp_path,
    )
    assert EXECUTABLES <= names(fresh / 'bin')

    # numpy alone: linked in, so that the test needs no network.
    [site_packages] = fresh.glob('lib/python3*/site-packages')
    numpy = Path(np.__file__).parent
    for folder in (numpy, numpy.with_name('numpy.libs')):
        if folder.exists():
            (site_packages / folder.name).symlink_to(folder)
    said = run(
        python, '-c',
        'import sys, igtl_ros2.codec\n'
        'from igtl_ros2.codec.messages.text import String\n'
        'data = igtl_ros2.codec.encode(String("hello", device_name="Probe"))\n'
        'print(igtl_ros2.codec.decode(data).device_name, "rclpy" in sys.modules)\n'
        'print(igtl_ros2.__file__)\n',
        cwd=tmp_path,
    )
    assert said.split() == ['Probe', 'False', str(site_packages / 'igtl_ros2' / '__init__.py')]
