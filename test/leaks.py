"""What a test, or a process, has open: descriptors, threads, tasks, memory and processor time."""

import asyncio
import os
import threading
from pathlib import Path

from network_peers import until

_TICKS_PER_S = os.sysconf('SC_CLK_TCK')


class Footprint:
    """
    What this process has open; `check` tells whether anything came on top and stayed.

    :param link: also count the tasks of its event loop.
    """

    def __init__(self, link=None):
        self._link = link
        self.before = self.now()

    def now(self):
        """Count."""
        found = {
            'descriptors': len(os.listdir('/proc/self/fd')),
            'threads': len(threading.enumerate()),
        }
        if self._link is not None:
            found['tasks'] = len(asyncio.all_tasks(self._link.link.network.loop))
        return found

    def check(self):
        """Wait until nothing is open that was not open before."""
        try:
            until(lambda: all(self.now()[name] <= self.before[name] for name in self.before))
        except AssertionError:
            raise AssertionError(f'open before: {self.before}, after: {self.now()}') from None


class Usage:
    """What another process uses, as the kernel counts it."""

    def __init__(self, pid):
        self._folder = Path('/proc', str(pid))

    @property
    def descriptors(self):
        """Open descriptors."""
        return len(list((self._folder / 'fd').iterdir()))

    @property
    def threads(self):
        """Threads."""
        return len(list((self._folder / 'task').iterdir()))

    @property
    def cpu_s(self):
        """Processor time so far, in seconds."""
        fields = (self._folder / 'stat').read_text().rpartition(')')[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S

    @property
    def peak_bytes(self):
        """The most memory that it ever had in use, or since `forget_peak`."""
        for line in (self._folder / 'status').read_text().splitlines():
            name, _, value = line.partition(':')
            if name == 'VmHWM':
                return int(value.split()[0]) << 10
        raise ValueError('the kernel does not count it')

    def forget_peak(self):
        """Count the peak from now on."""
        (self._folder / 'clear_refs').write_text('5')
