"""Every key of a mapping file, with a value that it cannot have: what is said to be allowed."""

import pytest

from igtl_ros2.config.words import show
from igtl_ros2.errors import ConfigError
from igtl_ros2.mapping import load_mapping, mapping_schema

# what has been said to be allowed stays so: the text, and the keys of which list it is said of
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
    'text of one character or more': {'receive': 'peer', 'moveit': 'group link'},
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
    'a device name of 1 to 20 bytes (UTF-8)': {'send': 'device header', 'moveit': 'target'},
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
    'a map with the keys min and max': {'receive': 'workspace', 'serve': 'workspace'},
    'a whole number from 2 to 10000': {'receive': 'recover_after'},
    'a map with the keys description, target, prefix and rate': {'send': 'robot'},
    'a device name of 1 to 14 bytes (UTF-8)': {'moveit': 'device'},
    'a number over 0 and up to 1': {'moveit': 'speed'},
    'a number over 0 and up to 0.1': {'moveit': 'start_tolerance'},
    'a whole number from 1 to 10': {'moveit': 'ghosts'},
    'a number over 0 s and up to 3600 s': {
        'receive': 'max_age', 'send': 'keepalive', 'queries': 'timeout', 'commands': 'timeout',
        'serve': 'timeout', 'moveit': 'fresh'},
    "'TRANSFORM', 'POSITION', 'QTRANS', 'IMAGE', 'TDATA', 'QTDATA', 'POINT', 'TRAJ', 'IMGMETA', "
    "'LBMETA', 'VIDEOMETA', 'VIDEO', 'POLYDATA', 'COLORT', 'STATUS', 'CAPABILITY', 'STRING', "
    "'SENSOR', 'NDARRAY'": {'queries': 'type'},
    'text of up to 20 bytes': {'queries': 'device', 'commands': 'device'},
    'text of up to 32 bytes': {'queries': 'coordinate_name'},
    'a name of letters, digits and _ that does not start with a digit': {'commands': 'name'},
    'text of 1 to 127 bytes': {'commands': 'command', 'serve': 'command'},
    'the name of a ROS service such as /robot/home': {'serve': 'call'},
    'trigger, set_bool, or a type such as std_srvs/srv/SetBool or '
    'control_msgs/action/FollowJointTrajectory': {'serve': 'type'},
    'a map of fields and their values': {'serve': 'request success goal'},
    'trigger, or a type such as rcl_interfaces/srv/GetParameters': {'commands': 'type'},
    'a list of maps with device, field and of': {'serve': 'show'},
    'a map of names and devices': {'serve': 'targets'},
    'text, a map or a list': {'serve': 'reply result feedback'},
    "'accepted', 'done'": {'serve': 'answer'},
    "'refuse', 'replace'": {'serve': 'when_busy'},
}
NEEDED = {
    'send': {'device': 'd', 'topic': 't'},
    'queries': {'type': 'TDATA'},
    'commands': {'name': 'n', 'command': 'c'},
    'serve': {'command': 'c', 'call': 's'},
}
#: those that are no lists
MAPS = ('defaults', 'moveit')
SCHEMA = mapping_schema()['definitions']


def keys_of_rules():
    """Give each key of each list with its schema."""
    for section in ('receive', 'send', 'queries', 'commands', 'serve', *MAPS):
        part = SCHEMA[section]
        rule = part.get('items', part)
        while '$ref' in rule:
            rule = SCHEMA[rule['$ref'].rpartition('/')[2]]
        for key, allowed in rule['properties'].items():
            yield section, key, allowed


def spelt(allowed):
    """Say what is allowed as errors do."""
    return allowed.get('title') or ', '.join(map(show, allowed['enum']))


KEYS = [pytest.param(*case, id='.'.join(case[:2])) for case in keys_of_rules()]


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


@pytest.mark.parametrize(('section', 'key', 'allowed'), KEYS)
def test_a_wrong_value_names_line_key_and_what_is_allowed(error, section, key, allowed):
    is_map = 'object' in allowed.get('type', ())
    value, found = ('wrong', "'wrong'") if is_map else ('{zz: 1}', 'a map')
    if 'array' in allowed.get('type', ()):
        value = found = '5'
    needed = {**NEEDED.get(section, {}), key: value}
    if section == 'send' and key in ('tf', 'robot'):
        del needed['topic']
    body = '{' + ', '.join(f'{name}: {word}' for name, word in needed.items()) + '}'
    where = section if section in MAPS else f'{section}[0]'
    lines = f'{section}:\n  {body}' if section in MAPS else f'{section}:\n- {body}'
    assert error(lines) == f'2: {where}.{key}: found {found}; allowed {spelt(allowed)}'


def test_what_was_said_to_be_allowed_stays_so():
    texts = {(section, key): spelt(allowed) for section, key, allowed in keys_of_rules()}
    for text, sections in ALLOWED.items():
        for section, keys in sections.items():
            for key in keys.split():
                # types of messages come behind
                assert texts[section, key] == text or texts[section, key].startswith(f'{text}, ')


def test_every_key_says_what_it_means():
    for section, key, allowed in keys_of_rules():
        meaning = allowed.get('description', '')
        assert meaning.endswith('.') or (section, key) == ('queries', 'rate')


@pytest.mark.parametrize(('section', 'what'), [
    ('receive', 'rules'), ('send', 'rules'), ('queries', 'queries'), ('commands', 'commands'),
    ('serve', 'commands')])
def test_what_is_no_list_of_rules(error, section, what):
    assert error(f'{section}: 5') == f'1: {section}: found 5; allowed a list of {what}'
    assert error(f'{section}: [5]') == f'1: {section}[0]: found 5; allowed a map'
