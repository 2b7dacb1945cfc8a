"""
Processes that run modules of ours without importing all of it anew.

`python -m igtl_ros2.nodes.bridge` takes nearly a second of a core before its first own line, some
hundred times in a run of the tests. A server that has imported what they need forks instead. What
it forks becomes a child of this process, which may wait for it, as a child of its own.
"""

import array
import atexit
import contextlib
import ctypes
import functools
import importlib
import io
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import time

_MODULES = (
    'igtl_ros2.nodes.bridge', 'igtl_ros2.sim.slicer', 'igtl_ros2.sim.ultrasound',
    'igtl_ros2.tools.record', 'igtl_ros2.tools.replay', 'igtl_ros2.tools.check',
)
_PR_SET_CHILD_SUBREAPER = 36
_MOST_BYTES = 1 << 20


class Forked:
    """
    What of `subprocess.Popen` tests use, for `python -m` of a module of ours.

    Its output and its errors can be read from `stdout`.

    :param words: the module and its arguments.
    :param unbuffered: whether each line is written at once, `python -u`.
    """

    def __init__(self, words, unbuffered=False):
        source, sink = os.pipe()
        self.stdout = open(source, errors='replace')
        request = {
            'words': words, 'unbuffered': unbuffered, 'cwd': os.getcwd(),
            'environ': dict(os.environ),
        }
        try:
            server = _server()
            data = json.dumps(request).encode()
            rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [sink]))
            server.sendmsg([data], [rights])
            self.pid = int(server.recv(100))
        finally:
            os.close(sink)
        self.returncode = None

    def poll(self):
        """Give the code with which it has ended, or None."""
        self._reap(os.WNOHANG)
        return self.returncode

    def wait(self, timeout=None):
        """Wait for its end; gives its code."""
        if timeout is None:
            self._reap(0)
        until = time.monotonic() + (timeout or 0.0)
        while self.poll() is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(0.005)
        return self.returncode

    def _reap(self, options):
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, options)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)

    def send_signal(self, number):
        """Send a signal, if it has not ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self):
        """End it as a crash would."""
        self.send_signal(signal.SIGKILL)


def run_python(*command):
    """
    Start Python with a module of ours by a fork, anything else as it is; all that it says is one.

    :param command: as for `subprocess.Popen`.
    """
    words = [str(word) for word in command]
    unbuffered = words[1:2] == ['-u']
    rest = words[2:] if unbuffered else words[1:]
    if words[0] == sys.executable and rest[:1] == ['-m'] and rest[1].startswith('igtl_ros2.'):
        return Forked(rest[1:], unbuffered)
    return subprocess.Popen(
        words, text=True, errors='replace', stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )


@functools.cache
def _server():
    """Start the server of this process; it ends with it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in (ours, theirs):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _MOST_BYTES)
    # what the server forks twice would else become a child of init
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), 'this process cannot take in orphans')
    process = subprocess.Popen(
        [sys.executable, __file__, str(theirs.fileno())], pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
    )
    theirs.close()
    atexit.register(process.wait)
    atexit.register(ours.close)  # which ends it, and comes first
    return ours


def _serve(requests):
    """Fork for each request until nobody can ask any more; only children return, with theirs."""
    while True:
        data, rights, _, _ = requests.recvmsg(_MOST_BYTES, socket.CMSG_SPACE(4))
        if not data:
            sys.exit()
        (sink,) = array.array('i', rights[0][2])
        source, told = os.pipe()
        first = os.fork()
        if not first:
            pid = os.fork()
            if not pid:
                for number in (source, told, requests.detach()):
                    os.close(number)
                os.dup2(sink, 1)
                os.dup2(sink, 2)
                os.close(sink)
                return json.loads(data)
            os.write(told, str(pid).encode())
            os._exit(0)
        os.close(sink)
        os.close(told)
        os.waitpid(first, 0)  # from here on its child is the one of who asks
        requests.send(os.read(source, 100))
        os.close(source)


def _become(request):
    """Be as a process of that environment, whose output is what this process was forked with."""
    os.chdir(request['cwd'])
    os.environ.clear()
    os.environ.update(request['environ'])
    now = request['unbuffered'] or bool(os.environ.get('PYTHONUNBUFFERED'))
    sys.stdin = sys.__stdin__ = open(0, closefd=False)
    sys.stdout = sys.__stdout__ = io.TextIOWrapper(
        open(1, 'wb', 0 if now else -1, closefd=False), write_through=now)
    sys.stderr = sys.__stderr__ = io.TextIOWrapper(
        open(2, 'wb', 0, closefd=False), errors='backslashreplace', line_buffering=True,
        write_through=True)
    sys.path[0] = request['cwd']
    module, *arguments = request['words']
    sys.argv = [module, *arguments]
    sys.modules.pop(module, None)  # it runs under another name, as it would have
    return module


if __name__ == '__main__':
    for _name in _MODULES:
        with contextlib.suppress(ImportError):  # where ROS is missing
            importlib.import_module(_name)
    _module = _become(_serve(socket.socket(fileno=int(sys.argv[1]))))
    runpy.run_module(_module, run_name='__main__', alter_sys=True)
