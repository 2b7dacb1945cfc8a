"""`igtl examples`: programs to start from."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from ...errors import ConfigError, FileError
from ..terminal import table

READS_MESSAGES = False
HELP = 'programs to start from: a list of them, one printed, or a copy of all'
EXAMPLE = 'igtl examples dynamic_receiver > receiver.py'
DESCRIPTION = """\
List the programs that come with igtl_ros2: each is one file for Python that needs no ROS. With the
name of one, print it; with --copy, write all of them into a new folder, and with a name that one
alone into a folder."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('name', nargs='?', metavar='NAME', help='such as server or server.py')
    parser.add_argument('--copy', metavar='FOLDER', help='copy there; nothing is overwritten')


def run(arguments: argparse.Namespace) -> int:
    from ...config.shared import shared_path

    folder = shared_path('examples')
    programs = {path.stem: path for path in sorted(folder.glob('*.py'))}
    name = arguments.name and arguments.name.removesuffix('.py')
    if name and name not in programs:
        raise ConfigError(
            f'no example is called {arguments.name!r}; there are {", ".join(programs)}')
    if arguments.copy is not None:
        # pip compiles what it installs
        paths = [path for path in sorted(folder.iterdir()) if path.name != '__pycache__']
        try:
            _copy([programs[name]] if name else paths, Path(arguments.copy))
        except OSError as error:
            raise FileError(f'{arguments.copy}: {error.strerror or error}') from error
    elif name:
        print(programs[name].read_text(encoding='utf-8'), end='')
    else:
        print('\n'.join(_lines(programs)))
    return 0


def _lines(programs: dict[str, Path]) -> list[str]:
    import ast

    rows = []
    for name, path in programs.items():
        said = ast.get_docstring(ast.parse(path.read_text(encoding='utf-8'))) or ''
        rows.append((name, said.partition('\n')[0]))
    return table(('name', 'what it shows'), rows)


def _copy(paths: list[Path], target: Path) -> None:
    for path in paths:
        if (target / path.name).exists():
            raise FileError(f'{target / path.name} is there already')
    target.mkdir(parents=True, exist_ok=True)
    for path in paths:
        there = target / path.name
        if path.is_dir():
            shutil.copytree(path, there, ignore=shutil.ignore_patterns('__pycache__'))
        else:
            shutil.copy(path, there)
        print(there)
