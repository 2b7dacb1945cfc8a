"""Bridges as processes, a ROS user in this one, and simulated 3D Slicers between them."""

from contextlib import ExitStack, contextmanager

import pytest
from harness import Bridge, Slicer, User


@pytest.fixture(scope='module')
def user():
    """A ROS user, the same for all tests of a file."""
    user = User()
    yield user
    user.close()


@contextmanager
def starting(folders):
    """Give what starts bridges; all have to end well."""
    with ExitStack() as ends:

        def start(mapping='', **parameters):
            if mapping:
                path = folders.mktemp('mapping') / 'mapping.yaml'
                path.write_text(mapping)
                parameters['mapping_file'] = path
            bridge = Bridge(**parameters)
            ends.callback(bridge.stop)
            return bridge

        yield start


@pytest.fixture
def run(user, tmp_path_factory):
    """Start bridges for a test, `run('text of a mapping file', port=0)`."""
    with starting(tmp_path_factory) as start:
        yield start


@pytest.fixture(scope='module')
def run_for_all(user, tmp_path_factory):
    """Start bridges for all tests of a file."""
    with starting(tmp_path_factory) as start:
        yield start


@pytest.fixture
def open_slicer():
    """Start simulated Slicers that connect to a port of this machine."""
    with ExitStack() as ends:
        yield lambda port: ends.enter_context(Slicer(f'tcp://127.0.0.1:{port}'))
