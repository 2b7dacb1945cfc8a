"""Start a bridge for each of two robots, or more: `ros2 launch igtl_ros2 two_robots.launch.py`."""

from pathlib import Path

import yaml
from launch.actions import GroupAction
from launch_ros.actions import SetRemap

from igtl_ros2.launching import description, included_bridge, shared

NODE = '/igtl_bridge'
ARGUMENTS = {
    'host': 'address to listen on, 0.0.0.0 for all; empty: as the file or the node says',
    'mapping_file': 'YAML file with the rules of all of them; empty: config/slicer.yaml of this '
    'package',
    'params_file': 'ROS parameter file; a bridge is started in every namespace for which it has '
    'a section /<namespace>/igtl_bridge; empty: config/two_robots.yaml of this package',
}


def generate_launch_description():
    return description(ARGUMENTS, _start)


def _start(given):
    # Namespaces and ports are said in the parameter file
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
    """Start one; what it is told is not heard by the others."""
    return GroupAction([
        # The frames of both have the same names, so that each robot has a tf of its own
        SetRemap('/tf', 'tf'),
        SetRemap('/tf_static', 'tf_static'),
        included_bridge(
            __file__, mode='server', namespace=namespace, params_file=params_file,
            mapping_file=mapping_file,
        ),
    ])
