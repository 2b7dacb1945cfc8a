"""
Run a module of ours as on Windows, as far as that can be had elsewhere.

`windows_program.py MODULE ARGUMENTS...`: without what only other systems have, and with the
mistakes that only Windows punishes made to fail.
"""

import asyncio
import contextlib
import ctypes  # noqa: F401  # what looks at the system when it is imported comes first
import importlib
import logging.handlers  # noqa: F401
import multiprocessing  # noqa: F401
import os
import pathlib
import runpy
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import uuid
import zoneinfo  # noqa: F401

from forked import ON_WINDOWS

# what looks at the system when it is imported is here before that seems to be another one
for name in ON_WINDOWS:
    with contextlib.suppress(ImportError):  # it is optional
        importlib.import_module(name)
# ours does so as it would there; a fork may have it already
for name in [name for name in sys.modules if name.startswith('igtl_ros2')]:
    del sys.modules[name]

O_BINARY = 1 << 30
REAL_OPEN = os.open


def open_as_windows(path, flags, *more, **options):
    """Open a file, which has to be said to be binary: else each line feed is two bytes there."""
    if flags & (os.O_WRONLY | os.O_RDWR):
        assert flags & O_BINARY, f'{path} is opened as a text'
    return REAL_OPEN(path, flags & ~O_BINARY, *more, **options)


def _needs_a_new_file(source, target, *_, **__):
    assert not os.path.lexists(target), f'{target} is there, which os.rename refuses on Windows'


REAL_RENAME = os.rename


def rename_as_windows(source, target, **options):
    """Rename a file, to a name that there is not yet."""
    _needs_a_new_file(source, target)
    return REAL_RENAME(source, target, **options)


GONE = {
    signal: ('SIGHUP', 'SIGKILL', 'SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGPIPE', 'SIGQUIT', 'SIGCHLD',
             'pause', 'alarm', 'setitimer', 'sigwait', 'pthread_sigmask', 'pthread_kill'),
    os: ('getuid', 'geteuid', 'getgid', 'getegid', 'killpg', 'fork', 'setsid', 'getpgid', 'uname',
         'pread', 'pwrite', 'preadv', 'pwritev', 'fchmod', 'fchown', 'chown', 'lchown',
         'mkfifo', 'O_NOFOLLOW', 'O_CLOEXEC', 'O_DIRECTORY', 'sched_getaffinity',
         'sched_setaffinity', 'getloadavg', 'posix_fallocate', 'sendfile', 'sysconf'),
    # asyncio itself needs AF_UNIX here
    socket: ('TCP_USER_TIMEOUT', 'TCP_INFO', 'SO_REUSEPORT', 'MSG_DONTWAIT',
             'MSG_NOSIGNAL', 'TCP_NOTSENT_LOWAT', 'SO_BINDTODEVICE'),
    asyncio: ('get_child_watcher', 'SafeChildWatcher', 'open_unix_connection'),
}

module, *sys.argv[1:] = sys.argv[1:]
for holder, names in GONE.items():
    for name in names:
        if hasattr(holder, name):
            delattr(holder, name)
for name in ('fcntl', 'pwd', 'grp', 'termios', 'resource', 'tty', 'pty', 'rclpy'):
    sys.modules[name] = None
os.open, os.O_BINARY, os.rename = open_as_windows, O_BINARY, rename_as_windows
tempfile._bin_openflags |= O_BINARY  # it has looked for it when it was imported
signal.SIGBREAK = signal.SIGTERM
sys.platform = 'win32'
used = (pathlib, shutil, ssl, subprocess, tempfile, uuid)  # they have looked at the system by now
runpy.run_module(module, run_name='__main__', alter_sys=True)
