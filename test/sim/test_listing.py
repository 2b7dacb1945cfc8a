"""What simulated devices print: each line whole, whatever else is written to the same pipe."""

import io
import sys

import pytest

from igtl_ros2.sim.listing import Listing


class Pipe(io.RawIOBase):
    """Where a program writes without a buffer, as with python -u."""

    def __init__(self):
        self.writes = []

    def writable(self):
        return True

    def write(self, data):
        if len(data):
            self.writes.append(bytes(data))
        return len(data)


@pytest.mark.parametrize('as_json', [True, False])
def test_a_line_is_written_at_once(monkeypatch, as_json):
    pipe = Pipe()
    monkeypatch.setattr(sys, 'stdout', io.TextIOWrapper(pipe, 'utf-8', write_through=True))
    Listing(as_json, quiet=False).listening('tcp://127.0.0.1:18944')
    assert len(pipe.writes) == 1 and pipe.writes[0].endswith(b'\n')
