"""Start a simulated device, a bridge to it and a robot: `ros2 launch igtl_ros2 demo.launch.py`."""

from launch.actions import Shutdown

from igtl_ros2.launching import (
    WEB,
    bridge,
    description,
    monitor,
    node,
    options,
    program,
    shared,
)

ARGUMENTS = {
    'port': 'TCP port between device and bridge',
    'namespace': 'ROS namespace of all topics, such as /us; default: none',
    'web': WEB,
}


def generate_launch_description():
    return description(ARGUMENTS, _start, default='that of the programs')


def _start(given):
    over = Shutdown(reason='the simulated device ended')
    values = {
        'mode': 'client',
        'mapping_file': shared(__file__, 'config/demo.yaml'),
        'port': given['port'],
    }
    return [
        program('igtl_sim', *options(given, ['port']), on_exit=over),
        bridge(values, given['namespace']),
        node('igtl_demo_robot', given['namespace']),
        *monitor(given),
    ]
