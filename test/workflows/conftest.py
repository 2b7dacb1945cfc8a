"""Bridges as processes, a ROS user in this one, and simulated 3D Slicers between them."""

from contextlib import ExitStack

import pytest
from harness import Bridge, Slicer, User


@pytest.fixture(scope='module')
def user():
    """A ROS user, the same for all tests of a file."""
    user = User()
    yield user
    user.close()


@pytest.fixture(scope='module')
def run(user, tmp_path_factory):
    """Start bridges, `run('text of a mapping file', port=0)`; all have to end well."""
    with ExitStack() as ends:

        def start(mapping='', **parameters):
            if mapping:
                path = tmp_path_factory.mktemp('mapping') / 'mapping.yaml'
                path.write_text(mapping)
                parameters['mapping_file'] = path
            bridge = Bridge(**parameters)
            ends.callback(bridge.stop)
            return bridge

        yield start


@pytest.fixture
def open_slicer():
    """Start simulated Slicers that connect to a port of this machine."""
    with ExitStack() as ends:
        yield lambda port: ends.enter_context(Slicer(f'tcp://127.0.0.1:{port}'))
