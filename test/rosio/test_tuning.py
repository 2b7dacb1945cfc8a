"""What a program sets before it has a node, unless the user has said otherwise."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree

import pytest

from igtl_ros2.rosio import tuning

# says which profiles are in force, and whether images look at foreign memory, meshes at rows
SCRIPT = """
import os
from igtl_ros2.converters import bulk
from igtl_ros2.rosio.tuning import tune
tune()
print(*(os.path.basename(os.environ.get(f'{name}_DEFAULT_PROFILES_FILE', 'none'))
        for name in ('FASTDDS', 'FASTRTPS')), bulk.by_view, bulk.by_row)
"""

# where Fast DDS 3 looks for them, and Fast DDS 2; and what else has a say in it
PROFILES = 'FASTDDS_DEFAULT_PROFILES_FILE', 'FASTRTPS_DEFAULT_PROFILES_FILE'
OTHERS = (
    'FASTDDS_BUILTIN_TRANSPORTS', 'ROS_LOCALHOST_ONLY', 'ROS_DISTRO', 'IGTL_ROS2_TUNING',
    'OPENBLAS_NUM_THREADS',
)

# Fast DDS 3 came with Kilted
FOUND = ['fastdds.xml', 'none']
if int(version('rclpy').split('.')[0]) < 8:
    FOUND.reverse()


def tuned(folder, script=SCRIPT, **environment):
    kept = {k: v for k, v in os.environ.items() if k not in (*PROFILES, *OTHERS)}
    result = subprocess.run(
        [sys.executable, '-c', script], cwd=folder, env={**kept, **environment},
        capture_output=True, text=True, timeout=60, check=True)
    assert 'PROFILES_FILE' not in result.stderr  # ROS warns of what it does not want
    return result.stdout.split()


def test_fast_dds_gets_room_for_images_and_they_are_not_copied(tmp_path):
    assert tuned(tmp_path) == [*FOUND, 'True', 'True']


def test_it_can_be_switched_off(tmp_path):
    assert tuned(tmp_path, IGTL_ROS2_TUNING='off') == ['none', 'none', 'False', 'False']


def test_programs_have_no_second_thread_of_blas(tmp_path):
    script = """
import os
import igtl_ros2.tools.nodes
import numpy
print(os.environ.get('OPENBLAS_NUM_THREADS'), len(os.listdir('/proc/self/task')))
"""
    assert tuned(tmp_path, script) == ['1', '1']
    assert tuned(tmp_path, script, OPENBLAS_NUM_THREADS='2')[0] == '2'
    assert tuned(tmp_path, script, IGTL_ROS2_TUNING='off')[0] == 'None'


@pytest.fixture
def profiles(tmp_path, monkeypatch):
    """Choose the profiles, with some variables set; gives those of either name then in force."""
    monkeypatch.chdir(tmp_path)
    for name in (*PROFILES, *OTHERS):
        monkeypatch.setenv(name, '')  # so that it is afterwards as before
        del os.environ[name]

    def choose(**environment):
        os.environ.update(environment)
        tuning.use_profiles()
        return [os.path.basename(os.environ.get(name, 'none')) for name in PROFILES]

    return choose


@pytest.mark.parametrize('rclpy, found', [
    ('3.3.17', ['none', 'fastdds.xml']), ('7.1.5', ['none', 'fastdds.xml']),
    ('9.1.2', ['fastdds.xml', 'none']), ('10.0.0', ['fastdds.xml', 'none']),
])
def test_a_ros_that_does_not_say_its_name_is_told_by_its_rclpy(
    profiles, monkeypatch, rclpy, found
):
    monkeypatch.setattr(tuning, 'version', {'rclpy': rclpy}.__getitem__)
    assert profiles() == found


@pytest.mark.parametrize('distro, found', [
    ('humble', ['none', 'fastdds.xml']), ('jazzy', ['none', 'fastdds.xml']),
    ('kilted', ['fastdds.xml', 'none']),
])
def test_fast_dds_finds_it_in_each_ros(profiles, distro, found):
    assert profiles(ROS_DISTRO=distro) == found


@pytest.mark.parametrize('name', [*PROFILES, 'FASTDDS_BUILTIN_TRANSPORTS'])
def test_settings_of_the_user_win(profiles, name):
    assert profiles(**{name: 'mine.xml'}) == [
        'mine.xml' if name == known else 'none' for known in PROFILES]


@pytest.mark.parametrize('name', ['DEFAULT_FASTDDS_PROFILES.xml', 'DEFAULT_FASTRTPS_PROFILES.xml'])
def test_a_file_that_fast_dds_finds_by_itself_wins(profiles, name):
    Path(name).touch()
    assert profiles() == ['none', 'none']


@pytest.mark.parametrize('only', ['0', '1'])
def test_who_keeps_to_this_machine_as_in_humble_still_does(profiles, only):
    assert profiles(ROS_DISTRO='humble', ROS_LOCALHOST_ONLY=only) == [
        'none', 'fastdds.xml' if only == '0' else 'none']


def test_without_views_in_rclpy_messages_are_copied(tmp_path):
    broken = """
from igtl_ros2.rosio import tuning
tuning.serialize_message = lambda message: 1 / 0
""" + SCRIPT
    assert tuned(tmp_path, broken) == [*FOUND, 'False', 'False']


@pytest.mark.parametrize('fault', ['1 / 0', 'serialize(type(message)())'])
def test_the_log_says_what_is_slower(tmp_path, fault):
    """Also where nothing fails, but something else comes out."""
    script = f"""
from igtl_ros2.nodes import spin
from igtl_ros2.rosio import tuning
from igtl_ros2.rosio import in_place
class Node:
    get_logger = lambda self: self
    info = lambda self, text: print(text.partition(':')[0])
    close = lambda self: None
serialize = tuning.serialize_message
tuning.serialize_message = in_place.serialize_message = lambda message: {fault}
spin.spin = lambda node, stop: None
spin.run(Node)
"""
    assert ' '.join(tuned(tmp_path, script)) == (
        'large messages are copied once more the points of meshes are made one by one '
        'large images are copied')


@pytest.mark.parametrize('switch, wanted', [('on', ['True', '10000']), ('off', ['False', '700'])])
def test_the_collector_leaves_the_node_alone(tmp_path, switch, wanted):
    script = """
import gc
gc.set_threshold(700)
from igtl_ros2.rosio.tuning import spare_the_collector
spare_the_collector()
print(gc.get_freeze_count() > 10_000, gc.get_threshold()[0])
"""
    assert tuned(tmp_path, script, IGTL_ROS2_TUNING=switch) == wanted


def test_fast_dds_takes_the_profiles(tmp_path):
    """It would say so on standard error, and go on without them."""
    script = """
from igtl_ros2.rosio.tuning import tune
tune()
import os, rclpy
rclpy.init(args=[])
node = rclpy.create_node('n')
mapped = {line.split()[-1] for line in open('/proc/self/maps') if '/dev/shm/fast' in line}
print(max(os.path.getsize(file) for file in mapped) >> 20)
node.destroy_node()
rclpy.shutdown()
"""
    own = {name: os.environ[name] for name in ['ROS_DISTRO'] if name in os.environ}
    megabytes, = tuned(tmp_path, script, **own)
    assert int(megabytes) >= 16


# what a program says that publishes something, and how
PUBLISHES = """
import rclpy
from igtl_ros2.rosio.tuning import tune
from igtl_ros2.rosio.qos import RAW_QOS, STATE_QOS, STREAM_QOS
from std_msgs.msg import String
tune()
rclpy.init()
node = rclpy.create_node('tuned')
for number, qos in enumerate((RAW_QOS, STATE_QOS, STREAM_QOS)):
    node.create_publisher(String, f'topic_{number}', qos).publish(String())
    print(*(str(end.qos_profile) for end in node.get_publishers_info_by_topic(f'topic_{number}')))
rclpy.shutdown()
"""


def test_what_is_set_for_fast_dds_is_understood_and_leaves_topics_as_ros_has_them(tmp_path):
    environment = {'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST'}
    result = subprocess.run(
        [sys.executable, '-c', PUBLISHES], cwd=tmp_path, env={**os.environ, **environment},
        capture_output=True, text=True, timeout=60, check=True)
    assert 'rror' not in result.stderr  # which names what it does not know in a file
    as_ros_has_it = tuned(tmp_path, PUBLISHES, IGTL_ROS2_TUNING='off', **environment)
    assert as_ros_has_it and result.stdout.split() == as_ros_has_it


def test_what_differs_for_fast_dds_2_are_times_alone():
    new = Path(tuning.__file__).with_name('fastdds.xml')
    old = new.parent / 'fastdds_2' / new.name
    texts = [{(kind.tag, (kind.text or '').strip()) for kind in ElementTree.parse(file).iter()}
             for file in (new, old)]
    assert {tag.rpartition('}')[2] for tag, _ in texts[0] - texts[1]} == {
        'data_writer', 'times', 'nack_supression_duration', 'nanosec'}
    assert texts[1] <= texts[0]


# a large block of a thread is in the heap of the process, where it stays when it is given back
LARGE_BLOCKS = """
import ctypes, sys, threading
from igtl_ros2.rosio.memory import keep_memory
keep_memory()
import igtl_ros2.nodes.bridge
from igtl_ros2.rosio.tuning import tune
tune()
def look():
    block = bytearray(50 << 20)
    address = ctypes.addressof(ctypes.c_char.from_buffer(block))
    for line in open('/proc/self/maps'):
        start, end = (int(part, 16) for part in line.split()[0].split('-'))
        if start <= address < end:
            print(line.split()[-1])
for _ in range(3):
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
"""


@pytest.mark.skipif(not hasattr(os, 'confstr') or 'glibc' not in (
    os.confstr('CS_GNU_LIBC_VERSION') or ''), reason='needs glibc')
def test_large_blocks_of_every_thread_are_in_memory_that_is_kept(tmp_path):
    assert tuned(tmp_path, LARGE_BLOCKS) == ['[heap]'] * 3
