"""Every key of a mapping file, with a value that it cannot have: what is said to be allowed."""

import pytest

from igtl_ros2.errors import ConfigError
from igtl_ros2.mapping import load_mapping, mapping_schema

# what is allowed, and the keys of which list it is said
ALLOWED = {
    'true or false': {
        'receive': 'pose raw plane cloud nrrd array decode foxglove mesh split markers stamped '
                   'publish_invalid',
        'send': 'on_change', 'commands': 'legacy', 'serve': 'data', 'defaults': 'publish_invalid'},
    'text': {'receive': 'device', 'commands': 'content'},
    'a frame name that does not start with /': {
        'receive': 'frame child_frame to_frame', 'send': 'to_frame',
        'defaults': 'frame to_frame'},
    'a message type of 1 to 12 characters such as TRANSFORM, or "*" for all': {
        'receive': 'type'},
    "'publish', 'drop'": {'receive': 'action'},
    'letters, digits and _ in parts that do not start with a digit, with / between the parts': {
        'receive': 'name'},
    'a list of two frame names, [parent, child]': {'receive': 'frames'},
    "false, true, 'static'": {'receive': 'tf'},
    "'merge', 'crop'": {'receive': 'subvolume'},
    'text of one character or more': {'receive': 'peer'},
    "'first', 'number', 'mix'": {'receive': 'on_conflict', 'defaults': 'on_conflict'},
    "false, 'png', 'jpeg'": {'receive': 'compressed'},
    'true, false, or a map with the keys axis, index, window and level': {'receive': 'slice'},
    'a number': {'receive': 'threshold'},
    'a whole number from 1 to 10000000': {'receive': 'max_points'},
    "'redact', 'hash', 'pass'": {'receive': 'phi', 'defaults': 'phi'},
    'a number over 0 m and up to 1 m': {'receive': 'marker_size'},
    'a map with the keys entry and target': {'receive': 'trajectory'},
    "'joint_state', 'wrench', 'imu', 'twist', 'temperature', 'pressure', 'range', 'joy', "
    "'image'": {'receive': 'as'},
    "'position', 'velocity', 'effort'": {'receive': 'field'},
    'a list of names': {'receive': 'joint_names'},
    "'auto', 'device', 'receive'": {'receive': 'stamp', 'defaults': 'stamp'},
    'a number from 0 s to 86400 s': {
        'receive': 'max_skew stale_after', 'defaults': 'max_skew stale_after'},
    "'mm', 'm'": {'receive': 'wire_unit', 'send': 'wire_unit', 'defaults': 'wire_unit'},
    "'ras', 'lps'": {'receive': 'wire_axes', 'defaults': 'wire_axes'},
    "'trust', 'ignore'": {'receive': 'coordinates', 'defaults': 'coordinates'},
    'a number from 0 Hz to 1000 Hz': {'receive': 'hold_hz'},
    'a device name of 1 to 20 bytes (UTF-8)': {'send': 'device header'},
    'a ROS topic name such as /camera/image_raw': {'send': 'topic'},
    'a map with the keys source, target and rate, or a list of maps with source, target and '
    'name': {'send': 'tf'},
    'a number over 0 Hz and up to 1000 Hz': {'send': 'rate', 'queries': 'rate'},
    "'TRANSFORM', 'POSITION', 'IMAGE', 'POINT', 'STRING', 'STATUS', 'TDATA', 'QTDATA', "
    "'SENSOR', 'TRAJ', 'NDARRAY', 'VIDEO', 'COLORT', 'POLYDATA', 'IMGMETA', 'LBMETA', "
    "'VIDEOMETA', 'COMMAND'": {'send': 'type'},
    'a list of three whole numbers from 1 to 65535, [nx, ny, nz]': {'send': 'dims'},
    'a list of three numbers over 0 m, [x, y, z]': {'send': 'spacing'},
    "'h264', 'vp9', 'mjpeg', 'raw'": {'send': 'codec'},
    "'position', 'velocity', 'effort', 'force', 'torque', 'linear', 'angular', 'orientation', "
    "'angular_velocity', 'linear_acceleration', 'axes', 'buttons'": {'send': 'field'},
    'a unit such as mm, mN, kN*m^-2 or rad*s^-1': {'send': 'unit'},
    'a whole number from 0 to 100000': {'send': 'max_points'},
    'a number from 0': {'send': 'eps'},
    'a number from 0 s to 3600 s': {'send': 'max_age'},
    'a map with the keys m and deg, or one of them': {'receive': 'max_jump'},
    'a map with the keys m_s and deg_s, or one of them': {'receive': 'max_speed'},
    'a map with the keys min and max': {'receive': 'workspace'},
    'a whole number from 2 to 10000': {'receive': 'recover_after'},
    'a map with the keys description, target, prefix and rate': {'send': 'robot'},
    'a number over 0 s and up to 3600 s': {
        'receive': 'max_age', 'send': 'keepalive', 'queries': 'timeout', 'commands': 'timeout',
        'serve': 'timeout'},
    "'TRANSFORM', 'POSITION', 'QTRANS', 'IMAGE', 'TDATA', 'QTDATA', 'POINT', 'TRAJ', 'IMGMETA', "
    "'LBMETA', 'VIDEOMETA', 'VIDEO', 'POLYDATA', 'COLORT', 'STATUS', 'CAPABILITY', 'STRING', "
    "'SENSOR', 'NDARRAY'": {'queries': 'type'},
    'text of up to 20 bytes': {'queries': 'device', 'commands': 'device'},
    'text of up to 32 bytes': {'queries': 'coordinate_name'},
    'a name of letters, digits and _ that does not start with a digit': {'commands': 'name'},
    'text of 1 to 127 bytes': {'commands': 'command', 'serve': 'command'},
    'the name of a ROS service such as /robot/home': {'serve': 'call'},
    "'trigger', 'set_bool'": {'serve': 'type'},
}
CASES = [
    (section, key, text)
    for text, sections in ALLOWED.items()
    for section, keys in sections.items()
    for key in keys.split()
]
NEEDED = {
    'send': {'device': 'd', 'topic': 't'},
    'queries': {'type': 'TDATA'},
    'commands': {'name': 'n', 'command': 'c'},
    'serve': {'command': 'c', 'call': 's'},
}
# these may be maps
MAPS = {'slice', 'trajectory', 'tf', 'robot', 'max_jump', 'max_speed', 'workspace'}


@pytest.fixture
def error(tmp_path):
    """Tell what is wrong with a mapping file."""

    def error(text):
        path = tmp_path / 'map.yaml'
        path.write_text(text)
        with pytest.raises(ConfigError) as caught:
            load_mapping(path)
        return str(caught.value).removeprefix(f'{path}:')

    return error


@pytest.mark.parametrize(('section', 'key', 'text'), CASES)
def test_a_wrong_value_names_line_key_and_what_is_allowed(error, section, key, text):
    value, found = ('wrong', "'wrong'") if key in MAPS else ('{zz: 1}', 'a map')
    needed = {**NEEDED.get(section, {}), key: value}
    if section == 'send' and key in ('tf', 'robot'):
        del needed['topic']
    body = '{' + ', '.join(f'{name}: {word}' for name, word in needed.items()) + '}'
    where = section if section == 'defaults' else f'{section}[0]'
    lines = f'{section}:\n  {body}' if section == 'defaults' else f'{section}:\n- {body}'
    assert error(lines) == f'2: {where}.{key}: found {found}; allowed {text}'


def test_no_key_is_left_out():
    schema = mapping_schema()
    wanted = set()
    for section in ('receive', 'send', 'queries', 'commands', 'serve', 'defaults'):
        part = schema['definitions'][section]
        rule = part.get('items', part)
        while '$ref' in rule:
            rule = schema['definitions'][rule['$ref'].rpartition('/')[2]]
        wanted |= {(section, key) for key in rule['properties']}
    assert {(section, key) for section, key, _ in CASES} == wanted


@pytest.mark.parametrize(('section', 'what'), [
    ('receive', 'rules'), ('send', 'rules'), ('queries', 'queries'), ('commands', 'commands'),
    ('serve', 'commands')])
def test_what_is_no_list_of_rules(error, section, what):
    assert error(f'{section}: 5') == f'1: {section}: found 5; allowed a list of {what}'
    assert error(f'{section}: [5]') == f'1: {section}[0]: found 5; allowed a map'
