"""The bridge as a program: how it starts, how it ends, what it says."""

import re
import signal
import subprocess
import sys
import threading

import forked
import numpy as np
import pytest
from harness import asking
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
from ros_user import wait_for

from igtl_ros2 import connect, serve
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import Status

PROGRAM = [sys.executable, '-m', 'igtl_ros2.nodes.bridge']
COMMAND = [*PROGRAM, '--ros-args']


def start(*arguments):
    return forked.start(*COMMAND, *arguments)


def read_until(process, words):
    """Read the program's output up to the line with the words."""
    said = ''
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(f'{words!r} was never said:\n{said}')


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(number):
    process = start('-p', 'mode:=server', '-p', 'port:=0')
    said = read_until(process, 'listening on')
    process.send_signal(number)
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said + rest
    assert 'Traceback' not in rest


def test_a_signal_ends_it_while_a_peer_does_not_read():
    process = start('-p', 'mode:=server', '-p', 'port:=0', '-p', 'limits.send_timeout:=0.0')
    said = read_until(process, 'listening on')
    address = said.split('listening on ')[-1].strip()
    with connect(address) as client:
        client.send(Image(np.zeros((64, 512, 512), np.uint8), device_name='Big'))
        read_until(process, 'Big')
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert 'Traceback' not in rest


def test_a_signal_ends_it_while_the_device_is_not_there(free_port):
    process = start('-p', 'mode:=client', '-p', f'port:={free_port}')
    read_until(process, 'trying again')
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert 'Traceback' not in rest


def test_a_second_signal_does_not_break_the_end():
    with serve('tcp://127.0.0.1:0') as device:
        process = start('-p', 'mode:=client', '-p', f'port:={device.address.port}')
        read_until(process, 'connected')
        for _ in range(3):
            process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert 'Traceback' not in rest


@pytest.mark.parametrize(
    ('arguments', 'words'),
    [
        (['-p', 'mode:=both'], "mode: found 'both'"),
        (['-p', 'port:=99999'], 'port'),
        (['-p', 'tls.ca_file:=ca.pem'], 'tls.ca_file: found with protocol tcp;'),
        (['-p', 'mode:=client', '-p', 'limits.max_clients:=2'], 'limits.max_clients: found with'),
        (['-p', 'mapping_file:=/no/such.yaml'], '/no/such.yaml'),
    ],
)
def test_a_wrong_start_says_why_in_one_line(arguments, words):
    process = start(*arguments)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert words in said
    assert 'Traceback' not in said
    assert len(said.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ('words', 'found'),
    [
        (['-p', 'mapping_file:=config/safe_target.yaml'], '-p'),
        (['config/safe_target.yaml'], 'config/safe_target.yaml'),
        (['--host', '10.0.0.5', '--ros-args', '-p', 'port:=0'], '--host'),
        (['--params-file', 'config/bridge.yaml'], '--params-file'),
        (['--ros-args', '-p', 'port:=0', '--', 'config/safe_target.yaml'],
         'config/safe_target.yaml'),
    ],
)
def test_a_word_that_nobody_reads_ends_it(words, found):
    process = forked.start(*PROGRAM, *words)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1, said
    (line,) = said.splitlines()
    assert f'found {found!r}; wanted ' in line
    assert '--ros-args -p NAME:=VALUE' in line


@pytest.mark.parametrize(
    ('arguments', 'found'),
    [
        (['--params-file', 'config/slicer.yaml'],
         r'--params-file config/slicer.yaml: .* at line \d+; .* -p mapping_file:=FILE'),
        (['--params-file', 'nofile.yaml'], '--params-file nofile.yaml: Error opening YAML file;'),
        (['-p', 'mode'], '-p mode: wanted -p NAME:=VALUE'),
        (['-p', 'mapping_file=config/safe_target.yaml'],
         '-p mapping_file=config/safe_target.yaml: wanted -p NAME:=VALUE'),
        (['-p', 'mode:=['], r'-p mode:=\[: Error parsing an event; wanted -p NAME:=VALUE'),
        (['-r', 'topic'], '-r topic: wanted -r FROM:=TO'),
        (['mapping_file:=config/safe_target.yaml'],
         "found 'mapping_file:=config/safe_target.yaml' behind --ros-args; wanted -p NAME:=VALUE"),
        (['--log-level', 'loud'], '--log-level loud: .*'),
        (['-p', 'use_sim_time:=5'], "'use_sim_time' to '5' of type 'INTEGER', expecting"),
    ],
)
def test_what_ros_does_not_understand_ends_it_with_one_line_of_ours(arguments, found):
    process = start(*arguments)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1, said
    *of_ros, line = said.splitlines()  # rcl has a line of its own for some
    assert len(of_ros) <= 1, said
    assert re.search(found, line), line
    assert '.c:' not in line


def test_a_file_of_tls_that_cannot_be_read_is_named_with_its_parameter():
    process = start('-p', 'protocol:=tls', '-p', 'tls.cert_file:=none.pem')
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said.splitlines()[-1].endswith(
        ': tls.cert_file: cannot read none.pem: No such file or directory')


def test_what_ros2_launch_passes_is_understood(tmp_path):
    parameters = tmp_path / 'parameters.yaml'
    parameters.write_text('/**: {ros__parameters: {port: 0}}\n')
    process = start('-r', '__node:=igtl_bridge', '-r', '__ns:=/x', '--params-file',
                    str(parameters), '--', '--ros-args', '--')
    said = read_until(process, 'listening on')
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert 'no mapping file: everything is published, no gates' in said


def test_it_names_its_mapping_file(tmp_path):
    mapping = tmp_path / 'mapping.yaml'
    mapping.write_text('receive: [{device: "*"}]\n')
    process = start('-p', 'port:=0', '-p', f'mapping_file:={mapping}')
    said = read_until(process, 'listening on')
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert f'mapping file: {mapping}' in said


@pytest.mark.parametrize('package', ['tf2_msgs', 'diagnostic_msgs'])
def test_without_an_optional_package_the_rest_works(package, tmp_path):
    mapping = tmp_path / 'mapping.yaml'
    mapping.write_text(
        'receive: [{device: "*", tf: true}]\n'
        'send: [{tf: {source: tool0, target: base_link}, device: ToolToBase}]\n'
    )
    # as where it is not installed
    code = (
        f'import sys; sys.modules[{package!r}] = None\n'
        f'from igtl_ros2.nodes.bridge import main\nmain()'
    )
    process = subprocess.Popen(
        [sys.executable, '-c', code, *COMMAND[3:], '-p', 'port:=0']
        + ['-p', f'mapping_file:={mapping}'],
        text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
    said = read_until(process, 'listening on')
    with connect(said.split('listening on ')[-1].strip()) as client:
        client.send(Transform(np.eye(4), device_name='ProbeToTracker'))
        said += read_until(process, 'ProbeToTracker')
        client.send(Status(device_name='Tracker'))
        said += read_until(process, 'STATUS')
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert package in said
    assert 'Traceback' not in said + rest


@pytest.mark.parametrize('steps', [
    [],
    [Transition.TRANSITION_CONFIGURE],
    [Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE],
    [Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE,
     Transition.TRANSITION_DEACTIVATE],
    [Transition.TRANSITION_UNCONFIGURED_SHUTDOWN],
])
def test_a_signal_ends_it_in_every_state(ros, steps):
    process = start('-p', 'autostart:=false', '-p', 'port:=0')
    try:
        client = ros.node.create_client(ChangeState, '/igtl_bridge/change_state')
        wait_for(client.service_is_ready, 'the service')
        # a server drops the answer to a client that it has not discovered yet, and discovers
        # them in their order
        later = ros.node.create_client(GetState, '/igtl_bridge/get_state')
        wait_for(later.service_is_ready, 'the other service')
        wait_for(asking(later, GetState.Request()), 'the answer of the other service')
        for step in steps:
            future = client.call_async(ChangeState.Request(transition=Transition(id=step)))
            wait_for(future.done, 'the answer')
            assert future.result().success
    finally:
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert 'Traceback' not in said


def test_a_wrong_parameter_ends_it_in_any_case():
    process = start('-p', 'autostart:=false', '-p', 'mode:=both')
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "mode: found 'both'" in said
    assert len(said.strip().splitlines()) == 1


def test_numbers_do_for_text_and_whole_numbers_for_fractions():
    process = start('-p', 'port:=0', '-p', 'header_version:=2', '-p', 'max_skew:=3')
    read_until(process, 'listening on')
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 0


def test_two_bridges_run_side_by_side():
    first = start('-r', '__ns:=/left', '-p', 'port:=0')
    second = start('-r', '__ns:=/right', '-p', 'port:=0')
    waiting = threading.Thread(target=read_until, args=(first, 'listening on'))
    waiting.start()
    assert 'right.igtl_bridge' in read_until(second, 'listening on')
    waiting.join()
    for process in (first, second):
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        assert process.returncode == 0
