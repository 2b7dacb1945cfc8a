"""Judges: foreign programs, installed beside the environment when a test first wants them."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from beside import folder_of
from mrml_judge import Mrml

DRAW = Path(__file__).parent / 'draw_with_vtk.py'
CRASHED = 70  # as DRAW says it
# a triangle, of 40 bytes of counts, 3 points and a polygon
_TRIANGLE = (
    np.array([3, 0, 0, 0, 0, 1, 16, 0, 0, 0], '>u4').tobytes()
    + np.array([0, 0, 0, 1, 0, 0, 0, 1, 0], '>f4').tobytes()
    + np.array([3, 0, 1, 2], '>u4').tobytes()
)


@pytest.fixture(scope='session')
def judges():
    """The folder with the judges in it; what stands in `requirements/judges.txt`."""
    return folder_of('judges')


@pytest.fixture(scope='session')
def draw(judges, tmp_path_factory):
    """Pixels that 3D Slicer would show of the content of a POLYDATA; None if it would crash."""
    folder = tmp_path_factory.mktemp('pixels')
    artist = subprocess.Popen(
        [sys.executable, DRAW, folder / 'content', folder / 'pixels.npy'],
        env={**os.environ, 'PYTHONPATH': str(judges)}, text=True, bufsize=1,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=open(folder / 'errors', 'w'))

    def run(content, reader):
        (folder / 'content').write_bytes(content)
        with contextlib.suppress(BrokenPipeError):  # it cannot even start
            artist.stdin.write(f'{reader}\n')
        return int(artist.stdout.readline() or 1)

    def said():
        return (folder / 'errors').read_text().strip()[-300:]

    def drawn(content, reader='slicer'):
        code = run(content, reader)
        if code == CRASHED:
            return None
        assert not code, said()
        return np.load(folder / 'pixels.npy')

    with artist:
        if run(_TRIANGLE, 'whole') or not np.load(folder / 'pixels.npy').sum() > 1000:
            pytest.skip(f'VTK draws nothing on this machine: {said()}')
        yield drawn


@pytest.fixture(scope='session')
def mrml_process(tmp_path_factory):
    """A process with a real MRML scene; skipped aloud where the core of Slicer is not set up."""
    judge = Mrml(tmp_path_factory.mktemp('mrml'))
    yield judge
    judge.close()


@pytest.fixture
def mrml(mrml_process):
    """The real MRML scene, empty."""
    mrml_process.clear()
    return mrml_process
