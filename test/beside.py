"""Packages of some tests alone, installed beside the environment when one first wants them."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REQUIREMENTS = Path(__file__).parents[1] / 'requirements'


def folder_of(name):
    """Install what stands in `requirements/<name>.txt`, and give where; skip where that fails."""
    if sys.prefix == sys.base_prefix:
        pytest.skip(f'what {name}.txt lists is installed by ./dev test alone, not into a system')
    return _installed(REQUIREMENTS / f'{name}.txt', Path(sys.prefix) / name)


def slicer_core():
    """
    Give where the core of 3D Slicer is; skip where it was not set up.

    It takes 1 GB, so it stays when the environment is made anew, and is installed only where
    somebody asks for it.
    """
    folder, requirements = REQUIREMENTS.parent / '.venv-slicer', REQUIREMENTS / 'slicer.txt'
    if os.environ.get('IGTL_JUDGE_SLICER') != '1' and not _is_installed(requirements, folder):
        pytest.skip('the core of 3D Slicer is not set up: run ./dev judge slicer (1 GB), or set '
                    'IGTL_JUDGE_SLICER=1')
    return _installed(requirements, folder)


def _wanted(requirements):
    return f'{sys.version_info[:2]}\n{requirements.read_text()}'


def _is_installed(requirements, folder):
    stamp = folder / requirements.name
    return stamp.is_file() and stamp.read_text() == _wanted(requirements)


def _installed(requirements, folder):
    with open(f'{folder}.lock', 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one process of the tests installs it for all
        if not _is_installed(requirements, folder):
            shutil.rmtree(folder, ignore_errors=True)
            done = subprocess.run(
                [sys.executable, '-m', 'pip', '--disable-pip-version-check', 'install', '--quiet',
                 '--no-deps', '--target', folder, '-r', requirements],
                capture_output=True, text=True, timeout=600)
            if done.returncode:
                pytest.skip(f'{requirements.name} cannot be installed: '
                            f'{done.stderr.strip()[-300:]}')
            (folder / requirements.name).write_text(_wanted(requirements))
    return folder
