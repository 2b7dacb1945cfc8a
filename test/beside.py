"""Packages of some tests alone, installed beside the environment when one first wants them."""

import fcntl
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
    requirements, folder = REQUIREMENTS / f'{name}.txt', Path(sys.prefix) / name
    with open(f'{folder}.lock', 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one process of the tests installs it for all
        wanted, installed = requirements.read_text(), folder / requirements.name
        if not installed.is_file() or installed.read_text() != wanted:
            shutil.rmtree(folder, ignore_errors=True)
            done = subprocess.run(
                [sys.executable, '-m', 'pip', '--disable-pip-version-check', 'install', '--quiet',
                 '--no-deps', '--target', folder, '-r', requirements],
                capture_output=True, text=True, timeout=600)
            if done.returncode:
                pytest.skip(f'{name}.txt cannot be installed: {done.stderr.strip()[-300:]}')
            installed.write_text(wanted)
    return folder
