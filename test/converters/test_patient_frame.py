"""Frames of PLUS and 3D Slicer: that of the patient is one, and images name theirs."""

from pathlib import Path

import numpy as np
import pytest
from builtin_interfaces.msg import Time

from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.converters.placing import frames_of
from igtl_ros2.converters.registry import convert_to_ros, load_converters, route_of
from igtl_ros2.mapping import load_mapping

load_converters()


def frames(mapping, device, type_name='TRANSFORM', prefix=''):
    rule = mapping.receive_rule(device, type_name)
    route = route_of(device, rule, prefix, '', type_name, mapping.profile)
    return route.child_frame_id, route.frame_id


@pytest.mark.parametrize('profile', ['slicer', 'plus'])
@pytest.mark.parametrize('ras', ['RAS', 'Ras', 'ras', 'rAs'])
def test_the_frame_of_the_patient_is_one(load, profile, ras):
    mapping = load(f"""
profile: {profile}
receive:
  - {{device: Goal, to_frame: {ras}}}
  - {{device: Fixed, frames: [{ras}, Tip]}}
  - {{device: "*"}}
send:
  - {{topic: /t, device: T, to_frame: {ras}}}
  - {{tf: {{source: tool, target: {ras}}}}}
  - {{tf: [{{source: {ras}, target: base, name: {ras}}}], device: All}}
  - {{robot: {{description: /d, target: {ras}}}, device: Robot}}
""")
    assert frames(mapping, 'Text') == ('Text', 'ras')
    assert mapping.receive[0].to_frame == 'ras'
    assert frames(mapping, 'Fixed') == ('Tip', 'ras')
    topic, pair, several, robot = mapping.send
    assert topic.to_frame == pair.tf_target == several.tf_list[0].source == 'ras'
    assert robot.robot.target == 'ras'
    assert several.tf_list[0].name == ras  # that is what the device calls it


@pytest.mark.parametrize('profile', ['slicer', 'plus'])
def test_it_is_one_in_names(load, profile):
    mapping = load(f'profile: {profile}')
    for ras in ('RAS', 'Ras', 'RAs'):
        assert frames(mapping, f'base_linkTo{ras}') == ('base_link', 'ras')
        assert frames(mapping, f'{ras}ToTracker') == ('ras', 'Tracker')
        assert frames(mapping, f'base_linkTo{ras}', prefix='left/') == (
            'left/base_link', 'left/ras')
    assert frames(mapping, 'ProbeToRas2') == ('Probe', 'Ras2')
    assert frames(mapping, 'ProbeToTracker') == ('Probe', 'Tracker')


def test_it_is_spelled_as_the_mapping_spells_it(load):
    mapping = load("""
profile: slicer
defaults: {frame: RAS}
receive:
  - {device: Goal, to_frame: ras}
  - {device: "*"}
""")
    assert frames(mapping, 'Text') == ('Text', 'RAS')
    assert frames(mapping, 'ToolToRas') == ('Tool', 'RAS')
    assert mapping.receive[0].to_frame == 'RAS'


def test_a_patient_whose_frame_has_another_name(load):
    mapping = load('{profile: slicer, defaults: {frame: patient}}')
    assert frames(mapping, 'Text') == ('Text', 'patient')
    assert frames(mapping, 'ToolToRAS') == ('Tool', 'ras')


@pytest.mark.parametrize('profile', ['plain', 'robot'])
def test_elsewhere_frames_keep_their_case(load, profile):
    mapping = load(f"""
profile: {profile}
receive: [{{device: Goal, frame: RAS, to_frame: Ras}}, {{device: "*"}}]
send: [{{tf: {{source: tool, target: RAS}}}}]
""")
    assert frames(mapping, 'ToolToRAS') == ('Tool', 'RAS')
    assert (mapping.receive[0].frame, mapping.receive[0].to_frame) == ('RAS', 'Ras')
    assert mapping.send[0].tf_target == 'RAS'
    assert frames(mapping, 'Image_Probe', 'IMAGE')[1] == 'ras'


def test_tools_are_in_it_as_well(load):
    mapping = load('profile: plus')
    tools = TrackingData([TrackingElement('ProbeToRAS', np.eye(4))], device_name='All')
    route = route_of('All', mapping.receive_rule('All', 'TDATA'), profile='plus')
    assert frames_of(tools, route) == ['ras']
    pose = Transform(np.eye(4), device_name='ToolToRAS')
    rule = mapping.receive_rule('ToolToRAS', 'TRANSFORM')
    route = route_of('ToolToRAS', rule, profile='plus')
    (broadcast,) = convert_to_ros(pose, route, Time()).transforms
    assert (broadcast.header.frame_id, broadcast.child_frame_id) == ('ras', 'Tool')


@pytest.mark.parametrize('type_name', ['IMAGE', 'VIDEO'])
@pytest.mark.parametrize(('device', 'frame'), [
    ('Image_Probe', 'Probe'),
    ('Image_Accel', 'Accel'),
    ('Image_Reference', 'Reference'),
    ('Live_Image_Tracker', 'Tracker'),
    ('Image_RAS', 'ras'),
    ('Image_Ras', 'ras'),
    ('Image', 'ras'),
    ('Image_', 'ras'),
    ('_Probe', 'ras'),
    ('ImageToReference', 'Reference'),
    ('Image_1ToReference', 'Reference'),
])
def test_plus_names_images_after_their_frame(load, type_name, device, frame):
    assert frames(load('profile: plus'), device, type_name)[1] == frame


@pytest.mark.parametrize('type_name', ['TRANSFORM', 'POINT', 'POLYDATA', 'TDATA', 'STRING'])
def test_it_names_nothing_else_so(load, type_name):
    assert frames(load('profile: plus'), 'Image_Probe', type_name)[1] == 'ras'


def test_a_rule_names_the_frame_of_an_image(load):
    mapping = load("""
profile: plus
receive: [{device: "*_Probe", type: IMAGE, frame: Tracker}, {device: "*"}]
""")
    assert frames(mapping, 'Image_Probe', 'IMAGE')[1] == 'Tracker'
    assert frames(mapping, 'Image_Probe', 'VIDEO')[1] == 'Probe'
    assert frames(mapping, 'Image_Accel', 'IMAGE', 'us/')[1] == 'us/Accel'


def test_the_file_for_plus_does_it():
    mapping = load_mapping(Path(__file__).parents[2] / 'config/plus.yaml')
    for device, frame in (('Image_Probe', 'Probe'), ('Image_Reference', 'Reference')):
        for type_name in ('IMAGE', 'VIDEO'):
            assert frames(mapping, device, type_name)[1] == frame
