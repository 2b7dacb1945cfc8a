"""
Send the traffic of a bag again: `ros2 launch igtl_ros2 replay.launch.py bag:=FOLDER`.

Frames go to OpenIGTLink, by igtl_replay. A bag that has none, only what a bridge made of them, is
played to ROS, by `ros2 bag play`.
"""

import importlib.util

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, ExecuteProcess, OpaqueFunction
from launch.substitutions import LaunchConfiguration
from launch_ros.substitutions import ExecutableInPackage

from igtl_ros2.tools.replay import lacks_frames

PACKAGE = 'igtl_ros2'
ARGUMENTS = {
    'bag': 'the bag: its folder, or one of its files',
    'serve': 'where to listen, such as tcp://0.0.0.0:18944',
    'connect': 'the server to send to instead, such as tcp://10.0.0.5:18944',
    'rate': '2 is twice as fast, inf as fast as it goes',
    'start': 'leave out so many seconds at the beginning',
    'loop': 'true: begin again at the end',
    'device': 'only devices with such a name, such as Stylus*',
    'direction': 'from: what came from the devices; to: what was sent to them; both',
    'restamp': 'true: put the time of now into headers',
}
OPTIONS = ('serve', 'connect', 'rate', 'start', 'device', 'direction')
FLAGS = ('loop', 'restamp')
# the same in words of ros2 bag play, which knows no more of them
PLAY_OPTIONS = {'rate': '--rate', 'start': '--start-offset'}


def generate_launch_description():
    """Declare the arguments; what is not given is left to the program, which has the defaults."""
    return LaunchDescription([
        *(
            DeclareLaunchArgument(
                name, default_value='', description=f'{text}; empty: as the program has it'
            )
            for name, text in ARGUMENTS.items()
        ),
        OpaqueFunction(function=_start),
    ])


def _start(context):
    given = {name: LaunchConfiguration(name).perform(context) for name in ARGUMENTS}
    if importlib.util.find_spec('ros2bag') and lacks_frames(given['bag']):
        return [_play(given)]
    options = [word for name in OPTIONS if given[name] for word in (f'--{name}', given[name])]
    flags = [f'--{name}' for name in FLAGS if given[name].lower() == 'true']
    # Not a ROS node: it must not get ROS arguments
    return [
        ExecuteProcess(
            cmd=[
                ExecutableInPackage(executable='igtl_replay', package=PACKAGE),
                given['bag'], *options, *flags,
            ],
            output='screen',
        )
    ]


def _play(given):
    """Play what a bridge has published to ROS again."""
    options = [
        word for name, option in PLAY_OPTIONS.items() if given[name]
        for word in (option, given[name])
    ]
    options += ['--loop'] if given['loop'].lower() == 'true' else []
    return ExecuteProcess(
        cmd=['ros2', 'bag', 'play', given['bag'], *options], output='screen'
    )
