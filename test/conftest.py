"""What every test stands on: a ROS domain and ports of its own, and what is missing said aloud."""

import contextlib
import fcntl
import functools
import gc
import importlib
import importlib.util
import os
import re
import shutil
import signal
import socket
import sys
import tempfile
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

# Started in the background, programs ignore Ctrl-C, and so would all that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)
# Before anything imports rclpy: no traffic beyond this machine, none with another run on it.
os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
# before anything imports numpy, as our programs have it
os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')
_worker = os.environ.get('PYTEST_XDIST_WORKER', '')


def _free_domain():
    """Find a domain that no other run on this machine has, and keep it as long as this process."""
    for number in range(os.getpid(), os.getpid() + 101):
        domain = str(number % 101 + 1)
        path = Path(tempfile.gettempdir()) / f'igtl_ros2_domain_{domain}'
        with contextlib.suppress(PermissionError):  # another user has it
            held = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(held)
            else:
                return domain
    raise RuntimeError('all 101 domains of ROS are in use on this machine')


# Tests that a test runs stay in its domain.
if not _worker or os.environ.get('IGTL_TEST_WORKER') != _worker:
    os.environ['ROS_DOMAIN_ID'] = _free_domain()
    os.environ['IGTL_TEST_WORKER'] = _worker

# Without these, whole files of tests cannot even be read; the header of the run names them.
_BAGS = r'bag_tools|igtl_ros2\.bags'
LIBRARIES = {'hypothesis': 'hypothesis', 'pyigtl': 'pyigtl', 'mcap': _BAGS, 'rosbags': _BAGS}
_missing = [name for name in LIBRARIES if not importlib.util.find_spec(name)]
_wanting = re.compile(
    rf'^(import|from) ({"|".join(LIBRARIES[name] for name in _missing)})\b', re.MULTILINE)
collect_ignore = [
    path for path in Path(__file__).parent.rglob('test_*.py')
    if _missing and _wanting.search(path.read_text(encoding='utf-8'))
]
if 'hypothesis' not in _missing:
    from hypothesis import settings

    settings.register_profile('tests', deadline=None, database=None)
    # where what differs is the Python: pytest --hypothesis-profile few
    settings.register_profile('few', settings.get_profile('tests'), max_examples=20)
    settings.load_profile('tests')

_HERE = Path(__file__).parent
_FIRST = {
    'test_package.py': 0, 'tools': 1, 'web': 1, 'peers': 2, 'test_demo.py': 3, 'workflows': 4,
    'judges': 5, 'test_hostile_clients.py': 6, 'nodes': 7,
}
_FIRST |= dict.fromkeys(('converters', 'codec', 'dialogue', 'transport'), 9)
# those below all that systems give away; each process of a run begins elsewhere
_PORTS = iter(range(10_000 + os.getpid() * 1009 % 20_000, 32_000))


def pytest_report_header() -> str:
    """Name the optional peers that this machine lacks, so that a skip is no surprise."""
    present = {
        **{name: name not in _missing for name in LIBRARIES},
        'launch_ros': importlib.util.find_spec('launch_ros'),
        'tf2_ros': importlib.util.find_spec('tf2_ros'),
        'Pillow': importlib.util.find_spec('PIL'),
        'PyAV': importlib.util.find_spec('av'),
        'trimesh': importlib.util.find_spec('trimesh'),
        'pycollada': importlib.util.find_spec('collada'),
        'nibabel': importlib.util.find_spec('nibabel'),
        'pynrrd': importlib.util.find_spec('nrrd'),
        'matplotlib': importlib.util.find_spec('matplotlib'),
        'a C++ compiler': shutil.which('c++'),
        'libopenigtlink-dev': Path('/usr/include/openigtlink').is_dir(),
        'openigtlink-examples': Path('/usr/share/doc/openigtlink-examples').is_dir(),
        'aiohttp': importlib.util.find_spec('aiohttp'),
        'Chromium': shutil.which('chromium') or shutil.which('chromium-browser'),
        'node': shutil.which('node') and shutil.which('npm'),
        'tshark': shutil.which('tshark') is not None,
    }
    missing = [name for name, found in present.items() if not found]
    if not missing:
        return 'optional peers: all there'
    return f'optional peers: MISSING {", ".join(missing)}; the tests that need them skip'


def pytest_configure(config) -> None:
    """
    Compile the tests once, on all cores, where nobody has yet.

    Each process of a run side by side would else do so with all of them.
    """
    if not config.getoption('numprocesses', None) or any(_HERE.glob('__pycache__/test_*.pyc')):
        return
    cores = os.cpu_count() or 1
    children = []
    for number in range(cores):
        children.append(os.fork())
        if not children[-1]:
            for path in sorted(_HERE.rglob('test_*.py'))[number::cores]:
                sys.path.insert(0, str(path.parent))
                # whoever collects it says what is wrong, or missing
                with contextlib.suppress(BaseException):
                    importlib.import_module(path.stem)
            os._exit(0)
    for child in children:
        os.waitpid(child, 0)


# each test is made once and stays: nobody looks through them for what is not needed any more
gc.disable()


def pytest_collection_finish() -> None:
    """Let the collector look at what comes from here on."""
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items) -> None:
    """
    What starts processes comes first, what is over soon last.

    So no process of a run side by side is left with a long file when the others have ended.
    """
    items.sort(key=lambda item: _rank(item.path))


@functools.cache
def _rank(path):
    return _FIRST.get(path.relative_to(_HERE).parts[0], 8)


if _worker:

    def pytest_runtest_protocol(item, nextitem) -> bool | None:
        """
        Run one test, and of what went well tell only its own part, not that of its fixtures.

        Each word to the process that prints costs both as much as a short test does.
        """
        option = item.config.option
        # for these all of it counts
        if getattr(option, 'xmlpath', None) or option.durations is not None:
            return None
        for report in runtestprotocol(item, log=False, nextitem=nextitem):
            if report.when == 'call' or not report.passed:
                item.ihook.pytest_runtest_logreport(report=report)
        return True


@pytest.fixture
def free_port() -> int:
    """
    A TCP port of this machine on which nothing listens.

    One that the system gives away itself (port 0) may be the end of somebody's connection by the
    time that a program listens on it; these it never does.
    """
    for port in _PORTS:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(('127.0.0.1', port))
            return port
    raise RuntimeError('no port is free')


@pytest.fixture
def load(tmp_path):
    """Write a mapping file, `map.yaml`, and read it; settings are those of its bridge."""
    from igtl_ros2.config import Settings
    from igtl_ros2.mapping import load_mapping

    def write_and_load(text, **settings):
        path = tmp_path / 'map.yaml'
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_mapping(path, settings=Settings.from_values(settings) if settings else None)

    return write_and_load
