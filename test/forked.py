"""
Processes that run modules of ours without importing all of it anew.

`python -m igtl_ros2.nodes.bridge` takes nearly a second of a core before its first own line, some
hundred times in a run of the tests. A server that has imported what they need forks instead: the
module that is asked for, and what two programs have told at their end that they imported. What
it forks becomes a child of this process, which may wait for it, as a child of its own. A program
that starts others has a server of its own, forked before its first line.
"""

import array
import atexit
import collections
import contextlib
import ctypes
import functools
import gc
import importlib
import inspect
import io
import json
import os
import re
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import types
from pathlib import Path

from polling import DEADLINE_S, poll

#: what `windows_program.py` imports; the server does so when it is first to run that
ON_WINDOWS = (
    'numpy', 'mcap.writer', 'rosbags.rosbag2', 'rosbags.typesys', 'rich.live', 'rich.console',
    'jsonschema', 'trustme', 'yaml', 'fastcrc', 'av', 'PIL.Image', 'aiohttp.web',
    'matplotlib.figure', 'matplotlib.font_manager',
)
#: programs of ours that start others
_STARTS = {'igtl_ros2.tools.demo': [
    f'igtl_ros2.{name}' for name in (
        'nodes.arm.node', 'nodes.bridge', 'nodes.demo_robot', 'sim.target_user', 'sim.ultrasound')
]}
_FILES = ('examples', 'nodes', 'workflows', 'windows_program', 'hosts_viewer')
_CLONE_NEWNET = 0x40000000
_PR_SET_CHILD_SUBREAPER = 36
_MOST_BYTES = 1 << 20


def _python_settings():
    """Give what Python heeds at its start alone, and a fork therefore not at all."""
    heeded = ('PYTHONPATH', 'PYTHONUNBUFFERED', 'PYTHONIOENCODING')
    settings = {name: value for name, value in os.environ.items()
                if name.startswith('PYTHON') and name not in heeded}
    # what is installed beside the environment takes the place of nothing
    return settings, [folder for folder in _path() if not folder.startswith(sys.prefix)]


def _path():
    return list(filter(None, os.environ.get('PYTHONPATH', '').split(os.pathsep)))


_SETTINGS = _python_settings()


def _encoding():
    """Give what programs are told to write in."""
    return os.environ.get('PYTHONIOENCODING')


class Forked:
    """
    What of `subprocess.Popen` tests use, for a module of ours, a file, or what follows `-c`.

    Its output can be read from `stdout`, its errors are among it.

    :param words: the module, the file, or `-c` and the code; and its arguments.
    :param unbuffered: whether each line is written at once, `python -u`.
    :param apart: whether its errors are kept apart, for `communicate`.
    :param environ: its variables, if they are others than those of this process.
    :param host: the network namespace that it is in, if that is another one.
    """

    def __init__(self, words, unbuffered=False, apart=False, environ=None, host=''):
        source, sink = os.pipe()
        self.stdout = open(source, encoding=_encoding(), errors='replace')
        self._errors = apart and tempfile.TemporaryFile(
            'w+', encoding=_encoding(), errors='replace')
        try:
            self._fork(
                [sink, self._errors.fileno() if apart else sink], words=words,
                unbuffered=unbuffered, environ=environ or dict(os.environ), host=host)
        finally:
            os.close(sink)

    def _fork(self, sinks, session=False, **request):
        to = server()
        data = json.dumps({'cwd': os.getcwd(), 'session': session, **request}).encode()
        rights = array.array('i', sinks)
        to.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
        self.pid = int(to.recv(100))
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

    def communicate(self, timeout=None):
        """Read what it says until its end: its output, and its errors where they are apart."""
        said = _rest(self.stdout)
        self.wait(timeout)
        if self._errors and not self._errors.closed:
            self._errors.seek(0)
        return said, _rest(self._errors)

    def send_signal(self, number):
        """Send a signal, if it has not ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self):
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self):
        """End it as a crash would."""
        self.send_signal(signal.SIGKILL)


class _Started(Forked):
    """What a program of ours has in place of `subprocess.Popen` for those that it starts."""

    def __init__(self, command, stdin, stdout, stderr, start_new_session):
        words, unbuffered = _to_fork(command)
        has_pipe = stdout == subprocess.PIPE
        source, sink = os.pipe() if has_pipe else (None, os.dup(stdout.fileno()))
        self.stdout = open(source, 'rb') if has_pipe else None
        self._fork(
            [sink, stderr.fileno()], start_new_session, words=words, unbuffered=unbuffered,
            environ=dict(os.environ), host='')
        os.close(sink)


def _rest(file):
    """Read a file to its end, if nobody has."""
    if not file or file.closed:
        return None
    with file:
        return file.read()


def _to_fork(command):
    """Give what a command starts, if that is ours or a piece of code; and whether `-u`."""
    words = [str(word) for word in command]
    if words[0] != sys.executable or _python_settings() != _SETTINGS:
        return None
    unbuffered = words[1] == '-u'
    words = words[2 if unbuffered else 1 :]
    if words[0] == '-c':
        return words, unbuffered
    if words[0] == '-m' and words[1].startswith('igtl_ros2.'):
        return words[1:], unbuffered
    path = Path(words[0])
    if path.suffix == '.py' and (path.parent.name in _FILES or path.stem in _FILES):
        return words, unbuffered
    return None


def start(*command, **options):
    """
    Start a program, by a fork if that can be; `stdout` is all that it says.

    :param command: as for `subprocess.Popen`.
    :param options: as for `Forked`.
    """
    found = _to_fork(command)
    return Forked(*found, **options) if found else _started(command, **options)


def _started(command, apart=False, environ=None, host=''):
    if host:
        command = 'ip', 'netns', 'exec', host, *command
    return subprocess.Popen(
        [str(word) for word in command], text=True, errors='replace', stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE if apart else subprocess.STDOUT,
        env=environ,
    )


def run(*command):
    """Run a program to its end: its code, its output and its errors."""
    process = start(*command, apart=True)
    said, errors = process.communicate()
    return subprocess.CompletedProcess(command, process.returncode, said, errors)


class Program:
    """A process whose output is kept while it runs."""

    def __init__(self, *command, **options):
        self.process = start(*command, **options)
        self.name = ' '.join(str(word).rsplit('/', 1)[-1] for word in command)
        self._lines = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            self._lines.append(line)

    @property
    def output(self):
        """What it has said so far, errors included."""
        return ''.join(list(self._lines))

    @property
    def ended(self):
        """Whether it is over, and all that it said is in `output`."""
        return self.process.poll() is not None and not self._reader.is_alive()

    def says(self, pattern):
        """Wait until it has said something; gives the match."""
        def found():
            over = self.ended
            match = re.search(pattern, self.output)
            assert match or not over, f'{self.name} ended without {pattern!r}:\n{self.output}'
            return match
        return poll(found, f'{pattern!r} of {self.name}', lambda: time.sleep(0.005))

    def interrupt(self):
        """Press Ctrl-C."""
        self.process.send_signal(signal.SIGINT)

    def wait(self):
        """Wait for its end and all that it says."""
        self.process.wait(DEADLINE_S)
        self._reader.join()
        self.process.stdout.close()

    def end(self, code=0):
        """Wait for its end, check how it ended, and give what it said."""
        self.wait()
        assert self.process.returncode == code, self.output
        assert 'Traceback' not in self.output, self.output
        return self.output

    def kill(self):
        """End it as a crash or a power cut would; calling it twice does no harm."""
        self.process.kill()
        self.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


@functools.cache
def server():
    """Start the server of this process, which ends with it, and give the socket to it."""
    ours, theirs = _sockets()
    process = subprocess.Popen(
        [sys.executable, __file__, str(theirs.fileno())], pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL, cwd='/',
    )
    theirs.close()
    atexit.register(process.wait)
    atexit.register(ours.close)  # which ends it, and comes first
    return ours


def _sockets():
    """Give the two ends between this process and a server."""
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in ends:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _MOST_BYTES)
    # what the server forks twice would else become a child of init
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), 'this process cannot take in orphans')
    return ends


class _Imported:
    """What the server has imported, so that what it forks need not."""

    def __init__(self):
        self._told, self._tell = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._tell.setblocking(False)
        self._times = collections.Counter()

    def prepare(self, program):
        """Import what a program is going to need, as far as that is known."""
        if program.endswith('windows_program.py'):
            _import(ON_WINDOWS)
        elif program.startswith('igtl_ros2.'):
            _import([program, *_STARTS.get(program, ())])
        with contextlib.suppress(BlockingIOError):
            while True:
                names = self._told.recv(_MOST_BYTES, socket.MSG_DONTWAIT).decode().split()
                self._times.update(names)
                _import(name for name in names if self._times[name] == 2)
        inspect.getmodule(sys._getframe())  # rclpy does it for a log, and it looks at all modules
        gc.freeze()  # the collector of a fork would look through all of it, and copy each page

    def begin(self):
        """Be what has been forked."""
        self._before = set(sys.modules)

    def end(self):
        """Tell what of an installation, or ours, this process has imported by itself."""
        installed = (sys.prefix, sys.base_prefix, str(Path(__file__).parent.parent / 'igtl_ros2'))
        names = [
            name for name in sys.modules.keys() - self._before
            if (getattr(sys.modules[name], '__file__', None) or '').startswith(installed)
        ]
        with contextlib.suppress(OSError):  # too many have ended since the server looked
            self._tell.send(' '.join(names).encode())


def enter(path):
    """Have the sockets and threads that this thread makes belong to a network namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open(path) as namespace:
        if libc.setns(namespace.fileno(), _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f'cannot enter {path}')


def _import(names):
    for name in names:
        with contextlib.suppress(ImportError):  # ROS, or what is optional
            importlib.import_module(name)


def _serve(requests, imported):
    """Fork for each request until nobody can ask any more; only children return, with theirs."""
    while True:
        data, rights, _, _ = requests.recvmsg(_MOST_BYTES, socket.CMSG_SPACE(8))
        if not data:
            os._exit(0)
        sinks = array.array('i', rights[0][2])
        request = json.loads(data)
        imported.prepare(request['words'][0])
        source, told = os.pipe()
        first = os.fork()
        if not first:
            if os.fork():
                os._exit(0)
            if request['session']:
                os.setsid()
            os.write(told, str(os.getpid()).encode())
            for number in (source, told, requests.detach()):
                os.close(number)
            for number, sink in enumerate(sinks, 1):
                os.dup2(sink, number)
                os.close(sink)
            return request
        for number in (*sinks, told):
            os.close(number)
        os.waitpid(first, 0)  # from here on its child is the one of who asks
        requests.send(os.read(source, 100))
        os.close(source)


def _with_server(request, imported):
    """
    Have what this process starts forked, by a server that ends with it.

    Gives the request; what that one forks returns as well, with its own.
    """
    global server
    ours, theirs = _sockets()
    if os.fork():
        theirs.close()
        server, subprocess.Popen = lambda: ours, _Started
        return request
    ours.close()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):  # who reads what the program says waits for its end alone
        os.dup2(nowhere, number)
    return _serve(theirs, imported)


def _become(request):
    """Be as a process that was started with what is asked for; gives the code of its end."""
    os.chdir(request['cwd'])
    os.environ.clear()
    os.environ.update(request['environ'])
    if request['host']:
        enter(Path('/run/netns', request['host']))
    now = request['unbuffered'] or bool(os.environ.get('PYTHONUNBUFFERED'))
    sys.stdin = sys.__stdin__ = open(0, closefd=False)
    encoding = _encoding()
    sys.stdout = sys.__stdout__ = io.TextIOWrapper(
        open(1, 'wb', 0 if now else -1, closefd=False), encoding, write_through=now)
    sys.stderr = sys.__stderr__ = io.TextIOWrapper(
        open(2, 'wb', 0, closefd=False), encoding, 'backslashreplace', line_buffering=True,
        write_through=True)
    sys.path += [folder for folder in _path() if folder not in sys.path]
    sys.argv = request['words']
    program = sys.argv[0]
    sys.modules.pop(program, None)  # it runs under another name, as it would have
    try:
        if program.endswith('.py'):
            sys.path[0] = str(Path(program).parent)
            runpy.run_path(program, run_name='__main__')
        elif program == '-c':
            sys.path[0] = ''
            code = sys.argv.pop(1)
            main = sys.modules['__main__'] = types.ModuleType('__main__')
            exec(compile(code, '<string>', 'exec'), vars(main))
        else:
            sys.path[0] = request['cwd']
            runpy.run_module(program, run_name='__main__', alter_sys=True)
    except SystemExit as end:
        return end.code
    return None


def _end(code):
    """
    End as Python does, but for what the server has imported.

    To take that apart, object by object, would first copy it, page by page: 50 ms of a core.
    """
    if code is None or isinstance(code, int):
        threading._shutdown()
        atexit._run_exitfuncs()
        gc.collect()  # some of what is the program's own may have a last word
        with contextlib.suppress(OSError):  # nobody reads: then Python says so
            sys.stdout.flush()
            ctypes.PyDLL(None).exit((code or 0) & 0xFF)
    sys.exit(code)


if __name__ == '__main__':
    imported = _Imported()
    request = _serve(socket.socket(fileno=int(sys.argv[1])), imported)
    if request['words'][0] in _STARTS:
        request = _with_server(request, imported)
    imported.begin()
    code = _become(request)
    imported.end()
    _end(code)
