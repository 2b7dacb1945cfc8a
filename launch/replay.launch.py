"""
Send the traffic of a bag again: `ros2 launch igtl_ros2 replay.launch.py bag:=FOLDER`.

Frames go to OpenIGTLink, by igtl_replay. A bag that has none, only what a bridge made of them, is
played to ROS, by `ros2 bag play`.
"""

import importlib.util

from launch.actions import ExecuteProcess

from igtl_ros2.launching import description, flags, options, program
from igtl_ros2.tools.replay import lacks_frames

ARGUMENTS = {
    'bag': 'the bag: its folder, or one of its files',
    'serve': 'where to listen, such as tcp://0.0.0.0:18944',
    'connect': 'the server to send to instead, such as tcp://10.0.0.5:18944',
    'rate': '2: twice as fast, inf: as fast as possible',
    'start': 'seconds to skip at the start',
    'loop': 'true: start again at the end',
    'device': 'only devices whose names match, such as Stylus*',
    'direction': 'from: what came from the devices; to: what was sent to them; both',
    'restamp': 'true: set the time stamps to now',
}
OPTIONS = ('serve', 'connect', 'rate', 'start', 'device', 'direction')
FLAGS = ('loop', 'restamp')
# the same in words of ros2 bag play, which knows no more of them
PLAY_OPTIONS = {'rate': '--rate', 'start': '--start-offset'}


def generate_launch_description():
    return description(ARGUMENTS, _start, default='that of the program')


def _start(given):
    bag = given['bag']
    if not (importlib.util.find_spec('ros2bag') and lacks_frames(bag)):
        return [program('igtl_replay', bag, *options(given, OPTIONS), *flags(given, FLAGS))]
    # What a bridge has published goes to ROS again
    words = [
        word for name, option in PLAY_OPTIONS.items() if given[name]
        for word in (option, given[name])
    ]
    command = ['ros2', 'bag', 'play', bag, *words, *flags(given, ['loop'])]
    return [ExecuteProcess(cmd=command, output='screen')]
