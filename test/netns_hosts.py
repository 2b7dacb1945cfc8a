"""Network namespaces as hosts, and the cables between them, which can be pulled."""

import contextlib
import itertools
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from forked import enter

_NUMBERS = itertools.count(1)


def ip(*words):
    """Run `ip`; the result is what it says."""
    done = subprocess.run(['ip', *words], check=True, capture_output=True, text=True)
    return done.stdout


class Card:
    """A network card of a host: one end of a cable."""

    def __init__(self, host, name, address):
        self.host = host
        self.name = name
        self.address = address

    def plug(self):
        """Give the card its address."""
        ip('-n', self.host, 'address', 'add', f'{self.address}/24', 'dev', self.name)
        self.link('up')

    def link(self, state):
        """Pull the cable (`down`) or put it back (`up`)."""
        ip('-n', self.host, 'link', 'set', self.name, state)

    def lose_address(self):
        """Take the address away, as when a machine vanishes."""
        ip('-n', self.host, 'address', 'flush', 'dev', self.name)

    @contextlib.contextmanager
    def inside(self):
        """Have the sockets and threads that are made meanwhile belong to this host."""
        with Path('/proc/thread-self/ns/net').open() as home:
            enter(Path('/run/netns', self.host))
            try:
                yield
            finally:
                enter(Path(f'/proc/self/fd/{home.fileno()}'))


@contextlib.contextmanager
def open_hosts(count):
    """Make hosts that know nobody; the test skips, aloud, where that is not possible."""
    if os.geteuid() != 0 or not shutil.which('ip'):
        pytest.skip('network namespaces need root and the program ip')
    number = next(_NUMBERS)
    names = [f'ig{os.getpid():x}{letter}{number}' for letter in 'abc'[:count]]
    with contextlib.ExitStack() as ends:
        for name in names:
            try:
                ip('netns', 'add', name)
            except subprocess.CalledProcessError as error:
                pytest.skip(f'no network namespaces here: {error.stderr.strip()}')
            ends.callback(ip, 'netns', 'delete', name)
            ip('-n', name, 'link', 'set', 'lo', 'up')
        yield names
        left = {name: pids for name in names if (pids := ip('netns', 'pids', name).split())}
        assert not left, f'processes are left on hosts: {left}'


def lay_cable(here, there, network):
    """
    Connect two hosts.

    :param network: the first three numbers of the addresses; the hosts get .1 and .2.
    :return: the cards of both.
    """
    label = network.rpartition('.')[2]  # with the name of the host at most 15 characters
    pair = [Card(host, f'{host}-{label}', f'{network}.{index}')
            for index, host in enumerate((here, there), 1)]
    words = ['link', 'add', pair[0].name, 'netns', here, 'type', 'veth']
    try:
        ip(*words, 'peer', 'name', pair[1].name, 'netns', there)
    except subprocess.CalledProcessError as error:
        pytest.skip(f'no pairs of veth here: {error.stderr.strip()}')
    for card in pair:
        card.plug()
    return pair
