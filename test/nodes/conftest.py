"""A ROS user, a device and a bridge between them."""

import pytest
from ros_user import ALL, Graph, Ros, start

from igtl_ros2 import serve
from igtl_ros2.nodes import diagnostics, late_joiners


@pytest.fixture(scope='module', autouse=True)
def graph():
    yield
    Graph.leave()


@pytest.fixture
def no_graph():
    """
    No context of ROS that other tests had, or will have.

    For a test that makes its own, or kills a process, which seems to be there for a while yet.
    """
    Graph.leave()
    yield
    Graph.leave()


@pytest.fixture
def ros(monkeypatch):
    monkeypatch.setattr(diagnostics, 'PERIOD_S', 0.1)  # nobody waits for what comes each second
    user = Ros()
    yield user
    user.close()


@pytest.fixture
def device():
    """An OpenIGTLink device: a server, so that bridges find it."""
    with serve('tcp://127.0.0.1:0', queue_policy=ALL) as server:
        yield server


@pytest.fixture
def bridge(ros, device):
    """A bridge that is a client of the device, in the namespace /x."""
    return start(ros, device)


@pytest.fixture
def nobody_is_late(monkeypatch):
    """The first seconds, in which last values may be said again, are over at once."""
    monkeypatch.setattr(late_joiners, '_SEARCH_S', 0.0)
