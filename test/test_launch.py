"""The launch files and the files of config: what they hold, and that they start."""

import ast
import importlib.util
import os
import re
import shutil
import signal
import sys
from pathlib import Path

import forked
import pytest
import yaml

from igtl_ros2.config import SETTINGS
from igtl_ros2.tools import certs

ROOT = Path(__file__).resolve().parent.parent
LAUNCH, CONFIG = ROOT / 'launch', ROOT / 'config'
ARGUMENTS = {
    'bridge': {
        'mode', 'url', 'protocol', 'host', 'port', 'namespace', 'params_file', 'mapping_file',
        'autostart', 'web',
    },
    'camera': {'image', 'host', 'port', 'namespace', 'mapping_file', 'params_file', 'web'},
    'demo': {'port', 'namespace', 'web'},
    'links': {'namespace', 'mapping_file', 'params_file', 'web'},
    'plus': {'host', 'port', 'namespace', 'mapping_file', 'params_file', 'web'},
    'robot': {'host', 'port', 'namespace', 'mapping_file', 'demo', 'web'},
    'record': {
        'namespace', 'topics', 'url', 'relay', 'output', 'max_size', 'max_duration', 'min_free',
        'compression', 'phi', 'mode',
    },
    'replay': {
        'bag', 'serve', 'connect', 'rate', 'start', 'loop', 'device', 'direction', 'restamp',
    },
    'secure': {'certs', 'mode', 'host', 'port', 'namespace', 'mapping_file', 'params_file'},
    'slicer': {'host', 'port', 'namespace', 'mapping_file', 'params_file', 'web'},
    'tracker': {'host', 'port', 'namespace', 'mapping_file', 'params_file', 'web'},
    'two_robots': {'host', 'mapping_file', 'params_file'},
}
# what has to be given
REQUIRED = {'secure': {'certs'}}


def source(name):
    return ast.parse((LAUNCH / f'{name}.launch.py').read_text(encoding='utf-8'))


def load(name, folder=LAUNCH):
    """Run a launch file's module; skip, aloud, where launch is not installed."""
    pytest.importorskip('launch_ros', reason='launch and launch_ros are not installed')
    spec = importlib.util.spec_from_file_location(f'{name}_launch', folder / f'{name}.launch.py')
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
def test_the_arguments_are_declared_in_one_place(name):
    called = {
        getattr(node.func, 'id', '') for node in ast.walk(source(name))
        if isinstance(node, ast.Call)
    }
    assert 'description' in called
    assert not called & {'DeclareLaunchArgument', 'LaunchConfiguration', 'Node'}


@pytest.mark.parametrize('name', ARGUMENTS)
def test_the_arguments_are_those_that_are_documented(name):
    of_all = {'namespace', 'mapping_file', 'params_file', 'web'}
    tables = {}
    for node in source(name).body:
        if isinstance(node, ast.Assign):
            keys = of_all if isinstance(node.value, ast.Call) else set()
            pairs = isinstance(node.value, ast.Dict) and zip(node.value.keys, node.value.values)
            for key, value in pairs or ():
                keys |= {key.value} if key else tables.get(getattr(value, 'id', ''), of_all)
            tables[node.targets[0].id] = keys
    assert tables['ARGUMENTS'] == ARGUMENTS[name]
    assert tables.get('PARAMETERS', set()) <= set(SETTINGS)


@pytest.mark.parametrize('name', ARGUMENTS)
def test_launch_itself_sees_the_same_arguments(name):
    from_launch = load(name).generate_launch_description().get_launch_arguments()
    assert {argument.name for argument in from_launch} == ARGUMENTS[name]
    required = {argument.name for argument in from_launch if argument.default_value is None}
    assert required == REQUIRED.get(name, set())
    defaults = [part.text for argument in from_launch for part in argument.default_value or ()]
    assert set(defaults) == {''}  # the others are those of what is started
    # what `ros2 launch igtl_ros2 <file> -s` shows
    for argument in from_launch:
        assert argument.name in required or '; default: ' in argument.description


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


def test_text_stays_text():
    """A host may be called 0, a file true; launch would take the number and the truth value."""
    [bridge], context = started(load('bridge'), host='0', mapping_file='true', autostart='false')
    assert parameters_of(bridge, context) == {
        'host': '0', 'mapping_file': 'true', 'autostart': False,
    }


def test_parameters_that_every_node_has_can_be_given():
    pytest.importorskip('launch_ros', reason='launch and launch_ros are not installed')
    from launch import LaunchContext

    from igtl_ros2 import launching

    node = launching.bridge({'use_sim_time': 'true', 'qos_overrides./tf.publisher.depth': '5'})
    assert parameters_of(node, LaunchContext()) == {
        'use_sim_time': True, 'qos_overrides./tf.publisher.depth': 5,
    }


@pytest.mark.parametrize('own_rules', [False, True])
def test_a_copy_of_a_launch_file_finds_the_rules(tmp_path, own_rules):
    """Those beside the copy, else those of this package."""
    package = pytest.importorskip('ament_index_python')
    try:
        share = package.get_package_share_directory('igtl_ros2')
    except package.PackageNotFoundError:
        pytest.skip('launch does not know the package igtl_ros2: source install/setup.bash')
    folder = tmp_path / 'launch'
    folder.mkdir()
    shutil.copy(LAUNCH / 'plus.launch.py', folder)
    (tmp_path / 'config').mkdir()
    if own_rules:
        shutil.copy(CONFIG / 'plus.yaml', tmp_path / 'config')
    [included], _ = started(load('plus', folder))
    beside = tmp_path if own_rules else Path(share)
    assert dict(included.launch_arguments)['mapping_file'] == str(beside / 'config' / 'plus.yaml')


def test_a_url_says_it_in_one():
    [bridge], context = started(load('bridge'), mode='client', url='tls://10.0.0.5:18945')
    assert parameters_of(bridge, context) == {'mode': 'client', 'url': 'tls://10.0.0.5:18945'}


def test_the_demo_starts_device_bridge_and_robot():
    device, bridge, robot = started(load('demo'), port='18950')[0]
    assert [n.node_executable for n in (bridge, robot)] == ['igtl_bridge', 'igtl_demo_robot']
    assert len(device.cmd) == 3


@pytest.mark.parametrize(('name', 'given', 'target'), [
    ('bridge', {'mode': 'client', 'host': '10.0.0.5'}, 'tcp://10.0.0.5:18944'),
    ('bridge', {'host': '0.0.0.0', 'port': '18950'}, 'tcp://127.0.0.1:18950'),
    ('bridge', {'url': 'tcp://[::]:1'}, 'tcp://[::1]:1'),
    ('bridge', {'web': 'udp://10.0.0.6:2'}, 'udp://10.0.0.6:2'),
    ('robot', {}, 'tcp://127.0.0.1:18944'),
    ('demo', {'port': '18951'}, 'tcp://127.0.0.1:18951'),
])
def test_a_page_is_served_where_it_is_asked_for(name, given, target):
    entities, context = started(load(name), **{'web': 'true', **given})
    assert words_of(entities[-1], context) == ['monitor', target, '--ros']
    # it comes after the bridge, where there are few cores
    prefix = [part.perform(context) for part in entities[-1].process_description.prefix]
    assert prefix == (['nice -n 10'] if shutil.which('nice') else [])


@pytest.mark.parametrize('web', ['', 'false', 'False'])
def test_no_page_is_served_else(web):
    [bridge], _ = started(load('bridge'), web=web)
    assert bridge.node_executable == 'igtl_bridge'


def test_a_robot_is_shown_by_a_server():
    [bridge], context = started(
        load('robot'), host='0.0.0.0', port='18945', mapping_file='/a b/c: d.yaml'
    )
    assert bridge.node_executable == 'igtl_bridge'
    assert parameters_of(bridge, context) == {
        'mode': 'server', 'host': '0.0.0.0', 'port': 18945, 'mapping_file': '/a b/c: d.yaml',
    }


def test_a_robot_to_try_is_an_arm_that_slicer_sends_somewhere():
    (arm, bridge, *more), context = started(load('robot'), demo='true')
    assert [n.node_executable for n in (arm, bridge)] == ['igtl_demo_arm', 'igtl_bridge']
    assert all(n.node_executable == 'rviz2' for n in more)  # where it is installed
    assert arm._Node__arguments == [str(CONFIG / 'arm' / 'arm.urdf'), '--patient', 'ras']
    assert parameters_of(bridge, context)['mapping_file'] == str(CONFIG / 'moveit.yaml')


def words_of(process, context):
    return [[part.perform(context) for part in word][0] for word in process.cmd[1:]]


def test_a_recorder_is_a_node_in_a_namespace():
    [node], context = started(
        load('record'), namespace='/plus', topics='/plus/* /tf', output='/a b', max_size='2G'
    )
    assert node.node_executable == 'igtl_record'
    assert node._Node__node_namespace == '/plus'
    found = list(node._Node__arguments)
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


def starts_of(path, tmp_path, free_port):
    """List the options with which a file of config is started, once for each bridge in it."""
    text = path.read_text(encoding='utf-8')
    if path.name == 'links.yaml':
        assert text.count(':18944"') == 1 and text.count(':18945"') == 1
        text = text.replace(':18944"', ':0"').replace(':18945"', f':{free_port}"')
        copy = tmp_path / 'links.yaml'
        copy.write_text(text, encoding='utf-8')
        return [['-p', f'mapping_file:={copy}']]
    if 'ros__parameters' not in text:
        return [['-p', 'port:=0', '-p', f'mapping_file:={path}']]
    options = ['--params-file', str(path), '-p', 'port:=0']
    if path.name == 'secure.yaml':
        pytest.importorskip('trustme', reason='trustme is not installed: no certificates')
        certs.write(tmp_path, certs.make([], 'igtl-client', 1), force=False)
        for name, file in (('ca', 'ca.pem'), ('cert', 'server.pem'), ('key', 'server.key')):
            options += ['-p', f'tls.{name}_file:={tmp_path}/{file}']
    names = [name.rpartition('/')[0] for name in yaml.safe_load(text)]
    return [[*options, *(['-r', f'__ns:={name}'] if name else [])] for name in names]


def test_ros2_launch_finds_every_launch_file():
    """It looks for them below the share of the package, and goes into no link to a directory."""
    share = Path(sys.prefix, 'share', 'igtl_ros2')
    if not share.is_dir():
        pytest.skip('the package is not registered beside this Python')
    found = {name for _, _, names in os.walk(share) for name in names}
    for folder in (LAUNCH, CONFIG):
        assert {path.name for path in folder.glob('*.*')} <= found


@pytest.mark.parametrize('path', sorted(CONFIG.glob('*.yaml')), ids=lambda path: path.name)
def test_a_bridge_starts_with_every_file(path, tmp_path, free_port):
    for options in starts_of(path, tmp_path, free_port):
        bridge = forked.start(
            sys.executable, '-m', 'igtl_ros2.nodes.bridge', '--ros-args', *options)
        said = ''
        try:
            for line in bridge.stdout:
                said += line
                if 'listening on' in line:
                    break
        finally:
            bridge.send_signal(signal.SIGINT)
            rest = bridge.stdout.read()
            bridge.wait(60)
            bridge.stdout.close()
        protocol = 'tls' if path.name == 'secure.yaml' else 'tcp'
        assert f'listening on {protocol}://127.0.0.1:' in said, said
        assert bridge.returncode == 0
        assert 'Traceback' not in said + rest
