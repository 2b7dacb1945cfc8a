"""The example programs of the C++ library, compiled from where the system has them."""

import gzip
import re
import shutil
import subprocess
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


class Examples:
    """
    The example programs of the C++ library, compiled when they are first asked for.

    :param folder: where to put the programs.
    """

    def __init__(self, folder):
        self._folder = folder
        self._compiler = _need(shutil.which('g++'), 'g++')
        configs = [path for pattern in _CONFIGS for path in Path('/usr/lib').glob(pattern)]
        self._config = _need(configs, 'libopenigtlink-dev')[0].read_text()
        _need(_EXAMPLES.is_dir(), str(_EXAMPLES))

    def _setting(self, name):
        return re.search(rf'SET\({name} "\s*([^"]*?)\s*"', self._config)[1]

    def read(self, name):
        """Read a file of the examples, which Debian may have compressed."""
        found = _need([*_EXAMPLES.rglob(name), *_EXAMPLES.rglob(f'{name}.gz')], name)[0]
        data = found.read_bytes()
        return gzip.decompress(data) if found.suffix == '.gz' else data

    def program(self, name):
        """Compile an example from where it is."""
        program = self._folder / name
        if not program.exists():
            command = [self._compiler, '-w', '-x', 'c++', '-', '-o', str(program)]
            command += [f'-I{self._setting("OpenIGTLink_INCLUDE_DIRS")}']
            command += [f'-L{self._setting("OpenIGTLink_LIBRARY_DIRS")}', '-lOpenIGTLink']
            command += self._setting('OpenIGTLink_REQUIRED_LINK_FLAGS').split()
            done = subprocess.run(command, input=self.read(f'{name}.cxx'), capture_output=True)
            # everything is there, so that this is a failure and no reason to skip
            assert done.returncode == 0, done.stderr.decode(errors='replace')
        return program
