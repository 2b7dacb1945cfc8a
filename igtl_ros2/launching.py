"""What the launch files share: arguments, what was given for them, and what is started."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from launch import LaunchDescription
from launch.actions import (
    DeclareLaunchArgument,
    ExecuteProcess,
    IncludeLaunchDescription,
    OpaqueFunction,
)
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import ExecutableInPackage, FindPackageShare

from .config import SETTINGS, parse_url

PACKAGE = 'igtl_ros2'
_ADDRESS = ('protocol', 'host', 'port')
#: where a bridge that listens on all interfaces is reached from this machine
_EVERYWHERE = {'0.0.0.0': '127.0.0.1', '::': '::1'}
_TYPES = {setting.parameter: type(setting.default) for setting in SETTINGS.values()}

#: The text that was given for each argument; '' for none.
Given = dict[str, str]

#: arguments that many launch files have, and what each of them means
WEB = ('true: also start the page of igtl monitor, see docs/how-to/monitor.md; or the URL that it '
       'shows; default: none')
HOST = 'address to listen on, 0.0.0.0 for all interfaces'
PORT = 'port to listen on'


def usual(namespace: str, mapping_file: str = '') -> dict[str, str]:
    """
    Say what the arguments mean that the launch file of a bridge has.

    :param namespace: an example of one.
    :param mapping_file: that of the package; empty: all is published.
    """
    rules = f'{mapping_file} of this package' if mapping_file else 'none, publish everything'
    return {
        'namespace': f'ROS namespace of all topics, such as {namespace}; default: none',
        'mapping_file': f'YAML file with the rules for each device; default: {rules}',
        'params_file': 'ROS parameter file; launch arguments override it; default: none',
        'web': WEB,
    }


def description(
    arguments: Mapping[str, str], start: Callable[[Given], list[Any]], *,
    default: str = 'that of the node', required: Collection[str] = (),
) -> Any:
    """
    Describe a launch file. An argument that is not given is left to the program that it starts.

    :param arguments: what each of them means.
    :param start: lists what to start with what was given.
    :param default: the default of arguments whose text does not say one.
    :param required: arguments that have to be given.
    """

    def declared(name: str, text: str) -> Any:
        if name in required:
            return DeclareLaunchArgument(name, description=text)
        if 'default: ' not in text:
            text = f'{text}; default: {default}'
        return DeclareLaunchArgument(name, default_value='', description=text)

    def started(context: Any) -> list[Any]:
        return start({name: LaunchConfiguration(name).perform(context) for name in arguments})

    return LaunchDescription([
        *(declared(name, text) for name, text in arguments.items()),
        OpaqueFunction(function=started),
    ])


def shared(launch_file: str, path: str) -> str:
    """Find a file of the package, such as config/plus.yaml; of a copied one beside the copy."""
    beside = Path(launch_file).parent.parent / path
    return str(beside if beside.exists() else Path(FindPackageShare(PACKAGE).find(PACKAGE), path))


def included_bridge(launch_file: str, **arguments: str) -> Any:
    """Include bridge.launch.py; what else was given reaches it as well."""
    source = PythonLaunchDescriptionSource(shared(launch_file, 'launch/bridge.launch.py'))
    return IncludeLaunchDescription(source, launch_arguments=arguments.items())


def node(executable: str, namespace: str = '', **rest: Any) -> Any:
    """Start a node of the package."""
    return Node(
        package=PACKAGE, executable=executable, namespace=namespace or None, output='screen',
        **rest)


def bridge(values: Mapping[str, Any], namespace: str = '', params_file: str = '') -> Any:
    """
    Start a bridge.

    :param values: of parameters by name, as text; what is empty is left to the node.
    :param params_file: ROS parameter file; the values win over it.
    """
    given = {name: _value(name, value) for name, value in values.items() if value}
    parameters = [params_file] if params_file else []
    return node('igtl_bridge', namespace, parameters=[*parameters, *([given] if given else [])])


def _value(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    # use_sim_time and its like are no settings: they have the type that they look like
    kind = _TYPES.get(name)
    if kind in (bool, None) and value in ('true', 'false'):
        return value == 'true'
    if kind in (int, None) and value.isdecimal():
        return int(value)
    # Text stays text: launch would otherwise read it as YAML
    return ParameterValue(value, value_type=str)


def is_true(given: str) -> bool:
    """Tell whether an argument asks for something."""
    return given.lower() == 'true'


def rviz(launch_file: str, fixed_frame: str) -> list[Any]:
    """Start RViz with the configuration of the package, where it is installed."""
    try:
        FindPackageShare('rviz2').find('rviz2')
    except LookupError:
        return []
    words = ['-d', shared(launch_file, 'config/igtl.rviz'), '-f', fixed_frame]
    return [Node(package='rviz2', executable='rviz2', arguments=words)]


def program(executable: str, *words: str, **rest: Any) -> Any:
    """Start a program of the package that is not a ROS node: it must not get ROS arguments."""
    command = [ExecutableInPackage(executable=executable, package=PACKAGE), *words]
    return ExecuteProcess(cmd=command, output='screen', **rest)


def monitor(given: Given) -> list[Any]:
    """Start the page of `igtl monitor` where `web` asks for it: true, or the URL to look at."""
    web = given['web']
    if web.lower() in ('', 'false'):
        return []
    looked_at = _looked_at(given) if web.lower() == 'true' else web
    # it comes after the bridge, where there are few cores; but it has to read on: with
    # SCHED_IDLE it would not on a busy machine, and devices wait for the slowest reader
    last = {'prefix': 'nice -n 10'} if shutil.which('nice') else {}
    return [program('igtl', 'monitor', looked_at, '--ros', **last)]


def _looked_at(given: Given) -> str:
    """Tell where a bridge is, or the device that it connects to."""
    url = given.get('url')
    if not url:
        protocol, host, port = (
            str(given.get(name) or SETTINGS[name].default) for name in _ADDRESS)
        url = f'{protocol}://[{host}]:{port}' if ':' in host else f'{protocol}://{host}:{port}'
    address = parse_url(url)
    if address.host in _EVERYWHERE:
        address = address._replace(host=_EVERYWHERE[address.host])
    return str(address)


def options(given: Given, names: Iterable[str]) -> list[str]:
    """Write what was given as options of a program: --max-size for `max_size`."""
    return [
        word
        for name in names if given[name]
        for word in (f'--{name.replace("_", "-")}', given[name])
    ]


def flags(given: Given, names: Iterable[str]) -> list[str]:
    """Write those that are true as options without a value."""
    return [f'--{name}' for name in names if given[name].lower() == 'true']
