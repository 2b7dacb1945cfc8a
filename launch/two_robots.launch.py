"""Start a bridge for each of two robots, or more: `ros2 launch igtl_ros2 two_robots.launch.py`."""

from pathlib import Path

import yaml
from launch.actions import GroupAction
from launch_ros.actions import SetRemap

from igtl_ros2.launching import description, included_bridge, shared

NODE = '/igtl_bridge'
ARGUMENTS = {
    'host': 'address to listen on, 0.0.0.0 for all interfaces; default: that of params_file',
    'mapping_file': 'YAML file with the rules of all robots; default: config/slicer.yaml of this '
    'package',
    'params_file': 'ROS parameter file; a bridge is started for each of its sections '
    '/<namespace>/igtl_bridge; default: config/two_robots.yaml of this package',
}


def generate_launch_description():
    return description(ARGUMENTS, _start)


def _start(given):
    # Namespaces and ports are in the parameter file
    params_file = given['params_file'] or shared(__file__, 'config/two_robots.yaml')
    mapping_file = given['mapping_file'] or shared(__file__, 'config/slicer.yaml')
    sections = yaml.safe_load(Path(params_file).read_text(encoding='utf-8')) or {}
    namespaces = [name.removesuffix(NODE) for name in sections if name.endswith(NODE)]
    if not any(namespaces):
        raise RuntimeError(
            f'{params_file}: found no section of a bridge in a namespace; '
            f'allowed /<namespace>{NODE}, one for each robot'
        )
    return [_bridge(name, params_file, mapping_file) for name in namespaces if name]


def _bridge(namespace, params_file, mapping_file):
    """Start one, with launch arguments and remappings of its own."""
    return GroupAction([
        # Both robots use the same frame names, so each has its own /tf
        SetRemap('/tf', 'tf'),
        SetRemap('/tf_static', 'tf_static'),
        included_bridge(
            __file__, mode='server', namespace=namespace, params_file=params_file,
            mapping_file=mapping_file,
        ),
    ])
