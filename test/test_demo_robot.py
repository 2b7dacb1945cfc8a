"""`igtl demo robot` as a user runs it: from target to plan to motion, and it can fail."""

import re
import sys
from pathlib import Path

import forked
import pytest

pytest.importorskip('control_msgs')
pytest.importorskip('moveit_msgs', reason='the messages of MoveIt are not installed')
pytest.importorskip('trimesh')
pytest.importorskip('collada')

CONFIG = Path(__file__).parent.parent / 'config'
pytestmark = pytest.mark.timeout(240)
SHOWN = (
    'robot assembled in Slicer', 'target to ROS', 'plan shown', 'nothing moved before',
    'plan carried out', 'point to ROS', 'second plan shown', 'cancelled on the way',
    'gate refuses', 'stop refuses',
)


def run(*words):
    done = forked.run(sys.executable, '-m', 'igtl_ros2.tools.demo', 'robot', *words)
    return done.returncode, done.stdout, done.stderr


def test_a_target_becomes_a_plan_and_a_motion_and_all_numbers_are_right():
    code, output, errors = run()
    assert code == 0, output + errors
    assert errors == ''
    found = re.findall(r'^right  (.*?)(?:, within (\d)e-(\d+) m)?$', output, re.MULTILINE)
    assert tuple(what for what, *_ in found) == SHOWN
    # that of float32 in mm
    assert all(int(power) >= 7 for _, _, power in found if power), output
    assert f'all {len(SHOWN)} right' in output


def test_a_plan_that_is_shown_in_the_wrong_place_is_found_out(tmp_path):
    mapping = tmp_path / 'wrong.yaml'
    right = (CONFIG / 'moveit.yaml').read_text(encoding='utf-8')
    assert '  seen_from: ras\n' in right
    mapping.write_text(right.replace('  seen_from: ras\n', ''))
    code, output, errors = run('--mapping', mapping)
    assert code == 1, output + errors
    wrong = re.findall('^WRONG  (.*?): (.*)', output, re.MULTILINE)
    assert [what for what, _ in wrong] == ['plan shown', 'second plan shown'], output + errors
    assert wrong[0][1].startswith('the path: off by 0.')
