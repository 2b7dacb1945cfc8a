"""What config/ has for Foxglove and RViz names what the bridge and `igtl foxglove` make."""

import json
import re
import sys
from pathlib import Path

import pytest
import yaml
from harness import Bridge
from tf2_msgs.msg import TFMessage

sys.path.append(str(Path(__file__).parents[1] / 'tools'))

CONFIG = Path(__file__).parents[2] / 'config'
LAYOUT, RVIZ = CONFIG / 'igtl.foxglove.json', CONFIG / 'igtl.rviz'
#: of others: what robot.launch.py needs
_OF_OTHERS = {'/robot_description'}
#: what displays of RViz have besides what all have
_PROPERTIES = {
    'Grid': 'Alpha, Cell Size, Color, Line Style, Normal Cell Count, Offset, Plane, '
            'Plane Cell Count, Reference Frame',
    'TF': 'Frame Timeout, Frames, Marker Scale, Show Arrows, Show Axes, Show Names, Tree, '
          'Update Interval',
    'RobotModel': 'Alpha, Collision Enabled, Description File, Description Source, '
                  'Description Topic, Links, Mass Properties, TF Prefix, Update Interval, '
                  'Visual Enabled',
    'MarkerArray': 'Namespaces',
    'PoseArray': 'Alpha, Arrow Length, Axes Length, Axes Radius, Color, Head Length, '
                 'Head Radius, Shaft Length, Shaft Radius, Shape',
    'Image': 'Max Value, Median window, Min Value, Normalize Range',
}
_TOPIC = {'Depth', 'Durability Policy', 'History Policy', 'Reliability Policy', 'Value'}


@pytest.fixture(scope='module')
def shown(user):
    """Topics and frames of the bridge of the demonstration."""
    from cli_tools import ultrasound

    with ultrasound() as url:
        bridge = Bridge(namespace='/', mode='client', url=url, mapping_file=CONFIG / 'demo.yaml')
        try:
            told = user.listen('/tf', TFMessage)
            wanted = {'/Fiducials/markers', '/Image_Reference/image',
                      '/StylusToTracker/transform'}
            topics = user.wait_for(
                lambda: (found := {name for name, _ in user.node.get_topic_names_and_types()})
                >= wanted and found, 'the topics of the bridge')
            user.wait_for(lambda: told, 'a frame on tf')
            frames = {frame for message in told for one in message.transforms
                      for frame in (one.header.frame_id, one.child_frame_id)}
        finally:
            bridge.stop()
    return topics, frames


@pytest.fixture(scope='module')
def in_foxglove():
    """Topics and frames of `igtl foxglove`."""
    pytest.importorskip('aiohttp', reason='the viewer needs aiohttp')
    from cli_tools import ultrasound
    from foxglove_tools import foxglove, look

    wanted = {'/Fiducials/markers', '/Image_Reference/plane',
              '/StylusToTracker/pose', '/ProbeToTracker/pose'}
    with ultrasound() as url, foxglove(url) as page:
        (view,) = look(page, lambda view: wanted <= view.kinds.keys() and view.frame(
            'Probe') and view)
    return set(view.kinds), {view.frame('Probe').parent_frame_id}


def layout_topics():
    """List what the layout names: of pictures, plots, the scene and the log."""
    panels = json.loads(LAYOUT.read_text())['configById']
    return {
        'picture': [panels['Image!igtl']['imageMode']['imageTopic']],
        'plots': [re.match(r'[^.]+', path['value'])[0] for path in panels['Plot!igtl']['paths']],
        'scene': list(panels['3D!igtl']['topics']),
        'log': [panels['RosOut!igtl']['topicToRender']],
    }


def test_the_layout_shows_all_its_panels():
    layout = json.loads(LAYOUT.read_text())

    def leaves(place):
        return {place} if isinstance(place, str) else (
            leaves(place['first']) | leaves(place['second']))

    assert leaves(layout['layout']) == layout['configById'].keys()
    assert {name.split('!')[0] for name in layout['configById']} == {
        '3D', 'Image', 'Plot', 'RosOut'}


def test_each_panel_of_the_layout_has_something_of_the_bridge(shown):
    topics, frames = shown
    for panel, named in layout_topics().items():
        assert topics & set(named), panel
    scene = json.loads(LAYOUT.read_text())['configById']['3D!igtl']
    assert {scene['followTf'], scene['layers']['igtl-grid']['frameId']} <= frames


def test_each_panel_of_the_layout_has_something_of_igtl_foxglove(in_foxglove):
    topics, frames = in_foxglove
    for panel, named in layout_topics().items():
        assert topics & set(named), panel
    assert json.loads(LAYOUT.read_text())['configById']['3D!igtl']['followTf'] in frames


def test_the_layout_names_nothing_that_nobody_makes(shown, in_foxglove):
    named = {topic for names in layout_topics().values() for topic in names}
    assert named <= shown[0] | in_foxglove[0]


def test_rviz_knows_each_property():
    """It says nothing of those that it does not know; these are those of its sources."""
    view = yaml.safe_load(RVIZ.read_text())['Visualization Manager']
    for display in view['Displays']:
        package, kind = display['Class'].split('/')
        assert package == 'rviz_default_plugins'
        known = {'Class', 'Name', 'Enabled', 'Value', 'Topic'} | set(_PROPERTIES[kind].split(', '))
        assert display.keys() <= known, (kind, display.keys() - known)
        topic = display.get('Topic', {})
        assert topic.keys() <= _TOPIC | ({'Filter size'} if kind == 'PoseArray' else set()), kind


def test_rviz_is_told_of_nothing_that_nobody_makes(shown):
    topics, frames = shown
    view = yaml.safe_load(RVIZ.read_text())['Visualization Manager']
    assert view['Global Options']['Fixed Frame'] in frames
    named = set()
    for display in view['Displays']:
        for key in ('Topic', 'Description Topic'):
            if key in display:
                named.add(display[key]['Value'])
    assert named <= topics | _OF_OTHERS and len(named) > 3
    robot = yaml.safe_load((CONFIG / 'robot.yaml').read_text())
    assert _OF_OTHERS == {
        rule['robot']['description'] for rule in robot['send'] if 'robot' in rule}
    kinds = {display['Class'].split('/')[1] for display in view['Displays']}
    assert {'TF', 'RobotModel', 'MarkerArray', 'Image'} <= kinds
