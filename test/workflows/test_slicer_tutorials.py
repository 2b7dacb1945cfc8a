"""The programs of the tutorials for Slicer say what the pages show."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

TUTORIALS = Path(__file__).parents[2] / 'docs' / 'tutorials'

pytest.importorskip('trimesh')
pytest.importorskip('moveit_msgs')


def shape(line):
    """Leave numbers out, which are others each time."""
    return re.sub(r'-?\d+(\.\d+)?', 'N', line.strip())


@pytest.mark.timeout(200)
@pytest.mark.parametrize('name', ['robot_in_slicer', 'fiducial_to_motion'])
def test_a_program_says_what_its_page_shows(name, free_port):
    done = subprocess.run(
        [sys.executable, TUTORIALS / f'{name}.py', '--port', str(free_port)],
        capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    page = (TUTORIALS / f'{name}.md').read_text(encoding='utf-8')
    (shown,) = re.findall(r'^```text\n(.*?)^```$', page, re.MULTILINE | re.DOTALL)
    assert list(map(shape, done.stdout.splitlines())) == list(map(shape, shown.splitlines()))
