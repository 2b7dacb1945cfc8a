"""Programs with the C++ library, compiled from where the system has it; its example programs."""

import atexit
import fcntl
import functools
import gzip
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

_PACKAGES = 'Debian: apt-get install g++ libopenigtlink-dev openigtlink-examples'
_EXAMPLES = Path('/usr/share/doc/openigtlink-examples/examples')
# The library says itself, in the file that CMake reads, where its parts are.
_CONFIGS = ('openigtlink*/OpenIGTLinkConfig.cmake', '*/openigtlink*/OpenIGTLinkConfig.cmake')


def _need(found, what):
    if not found:
        pytest.skip(f'no C++ peers: {what} is missing; {_PACKAGES}')
    return found


@functools.cache
def _command():
    """Give the words that compile with the library, and what it is."""
    compiler = _need(shutil.which('g++'), 'g++')
    configs = [path for pattern in _CONFIGS for path in Path('/usr/lib').glob(pattern)]
    text = _need(configs, 'libopenigtlink-dev')[0].read_text()
    settings = dict(re.findall(r'SET\((\w+) "\s*([^"]*?)\s*"', text))
    folder = settings['OpenIGTLink_LIBRARY_DIRS']
    command = [
        compiler, '-x', 'c++', '-', '-isystem', settings['OpenIGTLink_INCLUDE_DIRS'],
        f'-L{folder}', '-lOpenIGTLink', *settings['OpenIGTLink_REQUIRED_LINK_FLAGS'].split()]
    about = [path.stat() for path in (Path(compiler), *Path(folder).glob('libOpenIGTLink.so*'))]
    return command, str([(one.st_size, one.st_mtime_ns) for one in about])


@functools.cache
def _folder():
    """Give where programs stay: beside the environment, for all processes and later runs."""
    if sys.prefix == sys.base_prefix:
        folder = Path(tempfile.mkdtemp(prefix='igtl_cpp_'))
        atexit.register(shutil.rmtree, folder)
        return folder
    folder = Path(sys.prefix) / 'cpp'
    folder.mkdir(exist_ok=True)
    return folder


def compiled(name, source, *options):
    """Compile a program, unless that was done before; gives where it is."""
    command, library = _command()
    made_from = repr((command, library, options, source)).encode()
    program = _folder() / f'{name}-{hashlib.sha256(made_from).hexdigest()[:16]}'
    with (_folder() / 'lock').open('w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one process of the tests compiles it for all
        if not program.exists():
            new = program.with_suffix('.new')
            command = [*command, *options, '-o', new]
            done = subprocess.run(command, input=source, capture_output=True)
            # everything is there, so that this is a failure and no reason to skip
            assert (done.returncode, done.stderr) == (0, b''), done.stderr.decode()
            new.replace(program)
    return program


class Examples:
    """The example programs of the C++ library, compiled when they are first asked for."""

    def __init__(self):
        _command()
        _need(_EXAMPLES.is_dir(), str(_EXAMPLES))

    def read(self, name):
        """Read a file of the examples, which Debian may have compressed."""
        found = _need([*_EXAMPLES.rglob(name), *_EXAMPLES.rglob(f'{name}.gz')], name)[0]
        data = found.read_bytes()
        return gzip.decompress(data) if found.suffix == '.gz' else data

    def program(self, name):
        """Compile an example from where it is."""
        return compiled(name, self.read(f'{name}.cxx'), '-w')
