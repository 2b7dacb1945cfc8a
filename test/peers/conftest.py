"""The bridge as a process, a ROS user, and the C++ library's example programs."""

from contextlib import ExitStack

import pytest
from cpp_examples import Examples
from harness import Bridge, Program, User


@pytest.fixture(scope='session')
def examples():
    """The C++ example programs; tests that need them skip where they cannot be had."""
    return Examples()


@pytest.fixture
def user():
    """A ROS user in this process."""
    user = User()
    yield user
    user.close()


@pytest.fixture
def cpp(examples):
    """Start C++ example programs: `cpp('TrackerServer', port, fps)`."""
    with ExitStack() as ends:

        def start(name, *arguments):
            program = Program(examples.program(name), *arguments)
            ends.callback(_show, program)
            ends.callback(program.kill)
            return program

        yield start


@pytest.fixture
def bridge():
    """Start bridges: `bridge(mode='client', port=...)`; at the end each one must end well."""
    with ExitStack() as ends:

        def start(**parameters):
            program = Bridge(**parameters)
            ends.callback(program.stop)
            ends.callback(_show, program)
            return program

        yield start


def _show(program):
    """Let pytest report what a program said, should the test have failed."""
    print(f'--- {program.name}\n{program.output[-1500:]}')
