"""The example programs of the C++ library, where Debian has put their sources."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
from pathlib import Path

_EXAMPLES = Path('/usr/share/doc/openigtlink-examples/examples')
# The library says itself, in the file that CMake reads, where its parts are.
_CONFIGS = ('openigtlink*/OpenIGTLinkConfig.cmake', '*/openigtlink*/OpenIGTLinkConfig.cmake')
# They print some twenty words of each message, and that would be most of what is measured.
_SILENCE = b"""
#include <iostream>
static const auto *words = std::cerr.rdbuf(nullptr), *matrices = std::cout.rdbuf(nullptr);
"""


def build(folder, *names):
    """
    Compile examples, optimised, which then print nothing.

    :returns: the programs by name.
    :raises FileNotFoundError: if the compiler, the library or the examples are missing.
    """
    compiler = shutil.which('g++')
    configs = [path for pattern in _CONFIGS for path in Path('/usr/lib').glob(pattern)]
    if not (compiler and configs and _EXAMPLES.is_dir()):
        raise FileNotFoundError(
            'no C++ peers, for want of what Debian calls g++ libopenigtlink-dev '
            'openigtlink-examples')
    settings = dict(re.findall(r'SET\((\w+) "\s*([^"]*?)\s*"', configs[0].read_text()))
    programs = {}
    for name in names:
        programs[name] = Path(folder) / name
        command = [compiler, '-O2', '-w', '-x', 'c++', '-', '-o', programs[name]]
        command += [f'-I{settings["OpenIGTLink_INCLUDE_DIRS"]}']
        command += [f'-L{settings["OpenIGTLink_LIBRARY_DIRS"]}', '-lOpenIGTLink']
        command += settings['OpenIGTLink_REQUIRED_LINK_FLAGS'].split()
        subprocess.run(command, input=_SILENCE + _read(f'{name}.cxx'), check=True)
    return programs


def _read(name):
    for found in (*_EXAMPLES.rglob(name), *_EXAMPLES.rglob(f'{name}.gz')):
        data = found.read_bytes()
        return gzip.decompress(data) if found.suffix == '.gz' else data
    raise FileNotFoundError(f'no C++ peers: there is no {name} in {_EXAMPLES}')
