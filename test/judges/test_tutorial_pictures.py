"""The pictures of the tutorials, drawn by Slicer's own views of what the programs there do."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / 'docs' / 'images'
SIZE = [720, 460]
MOST_BYTES = 150_000
VIEW = {'up': [0, 0, 1], 'angle': 26, 'size': SIZE}

pytest.importorskip('trimesh')
pytest.importorskip('moveit_msgs')


@pytest.fixture(scope='module')
def tutorials():
    """The programs of the tutorials, as modules."""
    sys.path.append(str(ROOT / 'docs' / 'tutorials'))
    import fiducial_to_motion
    import robot_in_slicer

    return robot_in_slicer, fiducial_to_motion


@pytest.fixture
def draw(mrml, tmp_path):
    """Draw a step of a tutorial, and compare it with the picture of the page."""

    def drawn(name, slicer, camera, focus, more=lambda: None):
        mrml.clear()
        mrml.show(slicer)
        mrml.assemble()
        more()
        file = tmp_path / name
        mrml.picture(file=file, camera=camera, focus=focus, **VIEW)
        small = Picture.open(file).convert('RGB')
        shown = IMAGES / name
        if os.environ.get('IGTL_DRAW') == '1':
            small.save(shown, optimize=True)
        assert shown.stat().st_size < MOST_BYTES
        ours, theirs = (np.asarray(picture.convert('RGB'), float)
                        for picture in (small, Picture.open(shown)))
        assert ours.shape == theirs.shape == (SIZE[1], SIZE[0], 3)
        assert np.abs(ours - theirs).mean() < 3, 'IGTL_DRAW=1 draws the pictures anew'

    return drawn


@pytest.mark.timeout(240)
def test_my_robot_in_slicer(tutorials, draw, free_port):
    tutorials[0].run(free_port, look=lambda step, slicer: draw(
        'robot-in-slicer.png', slicer, [1300, -1500, 900], [80, 0, 430]))


@pytest.mark.timeout(240)
def test_from_a_fiducial_to_a_motion(tutorials, draw, mrml, free_port):
    motion = tutorials[1]
    target = np.array(motion.TARGET)

    def points():
        mrml.points(name='Points', places=[target.tolist()], labels=['TARGET'], selected=[True],
                    visible=[True], color=[0.9, 0.2, 0.1])

    pictures = {'plan': 'plan-in-slicer.png', 'there': 'robot-at-target.png'}
    motion.run(free_port, look=lambda step, slicer: draw(
        pictures[step], slicer, [650, -1350, 500], [-140, 0, 160], points))
