"""The launch files and the files of config: what they hold, and that they start."""

import ast
import importlib.util
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from igtl_ros2.config import SETTINGS

ROOT = Path(__file__).resolve().parent.parent
LAUNCH, CONFIG = ROOT / 'launch', ROOT / 'config'
ARGUMENTS = {
    'bridge': {
        'mode', 'url', 'protocol', 'host', 'port', 'namespace', 'params_file', 'mapping_file',
        'autostart',
    },
    'demo': {'port', 'namespace'},
    'robot': {'host', 'port', 'namespace', 'mapping_file'},
    'record': {
        'namespace', 'topics', 'url', 'relay', 'output', 'max_size', 'max_duration', 'min_free',
        'compression', 'phi',
    },
    'replay': {
        'bag', 'serve', 'connect', 'rate', 'start', 'loop', 'device', 'direction', 'restamp',
    },
}


def source(name):
    return ast.parse((LAUNCH / f'{name}.launch.py').read_text(encoding='utf-8'))


def load(name):
    """Run a launch file's module; skip, aloud, where launch is not installed."""
    pytest.importorskip('launch_ros', reason='launch and launch_ros are not installed')
    spec = importlib.util.spec_from_file_location(f'{name}_launch', LAUNCH / f'{name}.launch.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def started(module, **values):
    """Tell what a launch file starts when it is given these arguments."""
    launch = pytest.importorskip('launch')
    context = launch.LaunchContext()
    context.launch_configurations.update(values)
    description = module.generate_launch_description()
    return [new for old in description.entities for new in old.visit(context) or []], context


def parameters_of(node, context):
    from launch_ros.utilities import evaluate_parameters

    found = {}
    # A Node shows them in no other way
    for part in evaluate_parameters(context, node._Node__parameters):
        found.update(part if isinstance(part, dict) else {'file': str(part)})
    return found


def test_every_launch_file_is_looked_at():
    assert {path.name for path in LAUNCH.glob('*')} >= {f'{n}.launch.py' for n in ARGUMENTS}
    assert {p.name.split('.')[0] for p in LAUNCH.glob('*.launch.py')} == set(ARGUMENTS)


@pytest.mark.parametrize('name', ARGUMENTS)
def test_the_only_defaults_are_empty(name):
    calls = [
        node for node in ast.walk(source(name))
        if isinstance(node, ast.Call) and getattr(node.func, 'id', '') == 'DeclareLaunchArgument'
    ]
    assert calls
    for call in calls:
        defaults = [word.value for word in call.keywords if word.arg == 'default_value']
        assert [ast.literal_eval(default) for default in defaults] == ['']


@pytest.mark.parametrize('name', ARGUMENTS)
def test_the_arguments_are_those_that_are_documented(name):
    tables = {}
    for node in source(name).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            keys = set()
            for key, value in zip(node.value.keys, node.value.values):
                keys |= tables[value.id] if key is None else {key.value}
            tables[node.targets[0].id] = keys
    assert tables['ARGUMENTS'] == ARGUMENTS[name]
    assert tables.get('PARAMETERS', set()) <= set(SETTINGS)


@pytest.mark.parametrize('name', ARGUMENTS)
def test_launch_itself_sees_the_same_arguments(name):
    from_launch = load(name).generate_launch_description().get_launch_arguments()
    assert {argument.name for argument in from_launch} == ARGUMENTS[name]


def test_a_bridge_without_arguments_gets_no_parameters():
    [bridge], context = started(load('bridge'))
    assert bridge.node_executable == 'igtl_bridge'
    assert parameters_of(bridge, context) == {}


def test_arguments_reach_the_bridge_in_their_type():
    [bridge], context = started(
        load('bridge'), mode='client', host='10.0.0.5', port='18945', mapping_file='/a b/c: d.yaml'
    )
    assert parameters_of(bridge, context) == {
        'mode': 'client', 'host': '10.0.0.5', 'port': 18945, 'mapping_file': '/a b/c: d.yaml',
    }


def test_a_url_says_it_in_one():
    [bridge], context = started(load('bridge'), mode='client', url='tls://10.0.0.5:18945')
    assert parameters_of(bridge, context) == {'mode': 'client', 'url': 'tls://10.0.0.5:18945'}


def test_the_demo_starts_device_bridge_and_robot():
    device, bridge, robot = started(load('demo'), port='18950')[0]
    assert [n.node_executable for n in (bridge, robot)] == ['igtl_bridge', 'igtl_demo_robot']
    assert len(device.cmd) == 3


def test_a_robot_is_shown_by_a_server():
    [bridge], context = started(
        load('robot'), host='0.0.0.0', port='18945', mapping_file='/a b/c: d.yaml'
    )
    assert bridge.node_executable == 'igtl_bridge'
    assert parameters_of(bridge, context) == {
        'mode': 'server', 'host': '0.0.0.0', 'port': 18945, 'mapping_file': '/a b/c: d.yaml',
    }


def words_of(process, context):
    return [[part.perform(context) for part in word][0] for word in process.cmd[1:]]


def test_a_recorder_is_a_node_in_a_namespace():
    [node], context = started(
        load('record'), namespace='/plus', topics='/plus/* /tf', output='/a b', max_size='2G'
    )
    assert node.node_executable == 'igtl_record'
    assert node._Node__node_namespace == '/plus'
    found = [word for word in node._Node__arguments]
    assert found == ['ros', '--output', '/a b', '--max-size', '2G', '/plus/*', '/tf']


@pytest.mark.parametrize('relay', ['', 'tcp://0.0.0.0:1'])
def test_a_recorder_of_a_link_is_no_node(relay):
    [process], context = started(
        load('record'), url='tcp://10.0.0.5:2', relay=relay, namespace='/us', phi='pass'
    )
    link = ['relay', relay] if relay else ['connect']
    assert words_of(process, context) == [
        *link, 'tcp://10.0.0.5:2', '--phi', 'pass', '--namespace', '/us',
    ]


def test_a_replay_is_given_what_was_asked_for():
    [process], context = started(
        load('replay'), bag='/a b', serve='tcp://0.0.0.0:1', rate='2', loop='true', restamp='false'
    )
    assert words_of(process, context) == [
        '/a b', '--serve', 'tcp://0.0.0.0:1', '--rate', '2', '--loop',
    ]


# -- config


def test_the_parameter_file_shows_the_defaults():
    text = (CONFIG / 'bridge.yaml').read_text(encoding='utf-8')
    # what does not fit a server is switched off by a # without a space
    text = re.sub(r'^    #(?! \S)', '    ', text, flags=re.MULTILINE)
    values = yaml.safe_load(text)['/**']['ros__parameters']
    given = {}
    for name, value in values.items():
        inside = value.items() if isinstance(value, dict) else ()
        given.update({f'{name}.{key}': inner for key, inner in inside} or {name: value})
    parameters = {setting.parameter: setting for setting in SETTINGS.values()}
    for name, value in given.items():
        default = parameters[name].default
        assert value == (list(default) if isinstance(default, tuple) else default), name
    groups = {name.partition('.')[0] for name in parameters if '.' in name}
    assert groups == {name.partition('.')[0] for name in given if '.' in name}


@pytest.mark.parametrize('path', sorted(CONFIG.glob('*.yaml')), ids=lambda path: path.name)
def test_a_bridge_starts_with_every_file(path, tmp_path, free_port):
    options = ['-p', 'port:=0', '-p', f'mapping_file:={path}']
    if path.name == 'bridge.yaml':
        options = ['--params-file', str(path), '-p', 'port:=0']
    elif path.name == 'links.yaml':
        text = path.read_text(encoding='utf-8')
        assert text.count(':18944"') == 1 and text.count(':18945"') == 1
        text = text.replace(':18944"', ':0"').replace(':18945"', f':{free_port}"')
        copy = tmp_path / 'links.yaml'
        copy.write_text(text, encoding='utf-8')
        options = ['-p', f'mapping_file:={copy}']
    bridge = subprocess.Popen(
        [sys.executable, '-m', 'igtl_ros2.nodes.bridge', '--ros-args', *options],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    try:
        said = bridge.stdout.readline()
        assert 'listening on tcp://127.0.0.1:' in said
    finally:
        bridge.send_signal(signal.SIGINT)
        rest, _ = bridge.communicate(timeout=60)
    assert bridge.returncode == 0
    assert 'Traceback' not in rest
