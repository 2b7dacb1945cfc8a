"""An output with a key of its own is one file of converters; all else is derived, or written."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CONVERTER = '''
"""TRANSFORM as an arrow."""

from geometry_msgs.msg import Vector3, Vector3Stamped
from std_msgs.msg import Header

from ..codec.messages.pose import Transform
from ..rules import ReceiveRule
from ..rules.values import BOOLEAN
from .outputs import STREAM, Output
from .registry import extra

ARROW = ReceiveRule.key(
    'arrow', BOOLEAN, 'Publish where a TRANSFORM is as an arrow as well.', False, after='pose',
    types=('TRANSFORM',))


@extra(Transform, Output('arrow', Vector3Stamped, STREAM, ARROW))
def add_arrow(message, route, stamp, result):
    """TRANSFORM: `arrow`, from the origin to where it is."""
    place = result.outputs['transform'].transform.translation
    result.outputs['arrow'] = Vector3Stamped(
        header=Header(stamp=stamp, frame_id=route.frame_id),
        vector=Vector3(x=place.x, y=place.y, z=place.z))
'''
RULE = ('receive: [{device: D, type: TRANSFORM, arrow: true, '
        'workspace: {min: [-2, -2, -2], max: [2, 2, 2]}}]')


@pytest.fixture(scope='module')
def tree(tmp_path_factory):
    """Copy the tree, put the file into it and write what `./dev docs` writes."""
    pytest.importorskip('geometry_msgs', reason='there is no ROS on this machine')
    tree = tmp_path_factory.mktemp('new') / 'tree'
    tree.mkdir()
    for name in ('igtl_ros2', 'docs', 'config', 'scripts', 'test', 'README.md', 'pyproject.toml'):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tree / name)
    (tree / 'igtl_ros2' / 'converters' / 'arrow.py').write_text(CONVERTER)
    (tree / 'rules.yaml').write_text(RULE)
    assert run(tree, 'scripts/docs_tables.py').splitlines() == [
        'config/mapping.schema.json: written anew', 'docs/reference/conversions.md: written anew',
        'docs/reference/mapping.md: written anew', 'docs/reference/topics.md: written anew']
    return tree


def run(tree, *command, code=0):
    done = subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, cwd=tree,
        env={**os.environ, 'PYTHONPATH': str(tree), 'COLUMNS': '200'})
    assert done.returncode == code, (done.stdout + done.stderr)[-5000:]
    return done.stdout + done.stderr


def test_no_other_file_has_to_be_edited(tree):
    run(tree, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', 'test/test_every_key.py',
        'test/test_register.py', 'test/converters/test_outputs.py',
        'test/converters/test_asked_for.py')


def test_it_is_in_what_is_written(tree):
    schema = json.loads((tree / 'config' / 'mapping.schema.json').read_text())
    keys = schema['definitions']['receive_rule']['properties']
    assert keys['arrow'] == {
        'title': 'true or false', 'type': 'boolean',
        'description': 'Publish where a TRANSFORM is as an arrow as well.'}
    assert list(keys)[list(keys).index('arrow') - 1] == 'pose'
    page = (tree / 'docs' / 'reference' / 'mapping.md').read_text()
    assert f'| `arrow` | true or false | {keys["arrow"]["description"]} |' in page
    conversions = (tree / 'docs' / 'reference' / 'conversions.md').read_text()
    assert '`arrow`, from the origin to where it is' in conversions
    assert '`arrow` Vector3Stamped' in (tree / 'docs' / 'reference' / 'topics.md').read_text()


WRONG = {
    'arrow: 5': 'arrow: found 5; allowed true or false',
    'arrow: true, type: IMAGE': "arrow: found true with type 'IMAGE', which has none; allowed "
                                'only with TRANSFORM or "*"',
    'arow: true': "did you mean 'arrow'?",
}
CHECK = """
import contextlib, io, json, sys
from igtl_ros2.tools.check import main
said = {}
for file in sys.argv[1:]:
    with io.StringIO() as text:
        with contextlib.redirect_stdout(text), contextlib.redirect_stderr(text):
            code = main([file])
        said[file] = code, text.getvalue()
print(json.dumps(said))
"""


@pytest.fixture(scope='module')
def checked(tree):
    """Have `igtl check` read good rules, and each wrong one: its code and what it says."""
    for rule in WRONG:
        (tree / f'{rule}.yaml').write_text(f'receive: [{{{rule}}}]')
    return json.loads(run(tree, '-c', CHECK, 'rules.yaml', *(f'{rule}.yaml' for rule in WRONG)))


@pytest.mark.parametrize(('rule', 'error'), WRONG.items())
def test_errors_know_it(checked, rule, error):
    code, text = checked[f'{rule}.yaml']
    assert code == 1 and error in text


def test_igtl_check_shows_it(checked):
    code, text = checked['rules.yaml']
    assert code == 0
    (line,) = [line for line in text.splitlines() if 'TRANSFORM' in line]
    assert ' arrow ' in line


def test_a_bridge_publishes_it(tree):
    (tree / 'test' / 'nodes' / 'test_arrow.py').write_text("""
from geometry_msgs.msg import Vector3Stamped
from rclpy.qos import DurabilityPolicy
from ros_user import one, pose, start

from igtl_ros2.codec.messages.pose import Transform


def test_arrow(ros, device):
    node = start(ros, device, mapping_file='rules.yaml')
    got = ros.listen('/x/D/arrow', Vector3Stamped)
    for x in (3000, 1000):  # in front of it stand the gates
        device.send(Transform(pose((x, 0, 0)), device_name='D'))
    vector = one(got).vector
    assert (vector.x, vector.y, vector.z) == (1.0, 0.0, 0.0)
    (info,) = node.get_publishers_info_by_topic('/x/D/arrow')
    assert info.qos_profile.durability == DurabilityPolicy.VOLATILE
""")
    run(tree, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', 'test/nodes/test_arrow.py')
