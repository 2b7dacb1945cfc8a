"""The states of the bridge: led through them by another node, as a lifecycle manager does."""

import gc
import threading
import time

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from geometry_msgs.msg import TransformStamped
from leaks import Footprint
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
from rclpy.node import Node
from rclpy.parameter import Parameter
from ros_user import STATE, mapping, next_message, one, pose, reload, wait_for
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image as RosImage
from std_msgs.msg import Bool
from std_msgs.msg import String as RosString
from std_srvs.srv import Trigger

from igtl_ros2 import connect, serve
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import Status, StatusCode, String
from igtl_ros2.errors import PeerError
from igtl_ros2.nodes.bridge import BridgeNode
from igtl_ros2.nodes.entities import Entities
from igtl_ros2.nodes.spin import spin

TRANSITIONS = {
    'configure': Transition.TRANSITION_CONFIGURE,
    'activate': Transition.TRANSITION_ACTIVATE,
    'deactivate': Transition.TRANSITION_DEACTIVATE,
    'cleanup': Transition.TRANSITION_CLEANUP,
    'shutdown from inactive': Transition.TRANSITION_INACTIVE_SHUTDOWN,
    'shutdown from active': Transition.TRANSITION_ACTIVE_SHUTDOWN,
    'shutdown from unconfigured': Transition.TRANSITION_UNCONFIGURED_SHUTDOWN,
}


class Manager:
    """Leads a bridge through its states, with the services that every lifecycle node has."""

    def __init__(self, ros):
        self._ros = ros
        self._change = ros.node.create_client(ChangeState, '/x/igtl_bridge/change_state')
        self._get = ros.node.create_client(GetState, '/x/igtl_bridge/get_state')

    def _ask(self, client, request):
        wait_for(client.service_is_ready, 'a lifecycle service')
        future = client.call_async(request)
        wait_for(future.done, 'an answer')
        return future.result()

    @property
    def state(self):
        return self._ask(self._get, GetState.Request()).current_state.label

    def __call__(self, *steps):
        """Take steps; tell whether the last one succeeded."""
        for step in steps:
            request = ChangeState.Request(transition=Transition(id=TRANSITIONS[step]))
            success = self._ask(self._change, request).success
        return success


@pytest.fixture
def manager(ros):
    return Manager(ros)


def manual(ros, **parameters):
    return ros.bridge(autostart=False, **parameters)


def topics_of(node):
    """What a node publishes and subscribes to, without what every node has."""
    every = ('/rosout', '/parameter_events')
    return {e.topic_name for e in [*node.publishers, *node.subscriptions]} - {*every}


def services_of(node):
    return {service.service_name for service in node.services}


def entities(node):
    return {
        'publishers': len(list(node.publishers)),
        'subscriptions': len(list(node.subscriptions)),
        'services': len(list(node.services)),
        'clients': len(list(node.clients)),
        'timers': len(list(node.timers)),
        'parameter callbacks': len(node._on_set_parameters_callbacks),
        'waitables': len(list(node.waitables)),
    }


# -- the way up and down


def test_who_says_nothing_gets_an_active_node(bridge, manager):
    assert manager.state == 'active'


def test_an_unconfigured_node_has_no_links_and_reads_no_file(ros, manager, free_port, tmp_path):
    parameters = {'mode': 'server', 'port': free_port, 'mapping_file': str(tmp_path / 'none.yaml')}
    node = manual(ros, **parameters)
    assert manager.state == 'unconfigured'
    assert node.links == {}
    assert topics_of(node) == set()
    with pytest.raises(PeerError):
        connect(f'tcp://127.0.0.1:{free_port}', timeout_s=0.3, reconnect=False)


def test_messages_pass_once_it_is_active(ros, device, manager):
    node = manual(ros, mode='client', port=device.address.port)
    got = ros.listen('/x/Tool/transform', TransformStamped)
    assert manager('configure')
    assert manager.state == 'inactive'
    assert device.peers == []
    assert manager('activate')
    assert manager.state == 'active'
    wait_for(lambda: device.peers and node.link.peers, 'the connection')
    device.send(Transform(pose((1, 2, 3)), device_name='Tool'))
    assert one(got).transform.translation.z == pytest.approx(0.003)
    talker = ros.talk('/x/to_igtl/Note/text', RosString)
    talker.publish(RosString(data='hello'))
    assert next_message(device).text == 'hello'


def test_an_inactive_node_is_silent_to_both_sides(ros, device, manager, tmp_path):
    node = ros.bridge(mode='client', port=device.address.port, **mapping(tmp_path, """
receive: [{device: "*", tf: true, hold_hz: 100}]
send:
- {tf: {source: tool0, target: base, rate: 50}, device: ToolToBase}
- {topic: goal, device: Goal, keepalive: 0.1}
queries: [{type: TRANSFORM}]
serve: [{command: HOME, call: /home}]
"""))
    wait_for(lambda: device.peers, 'the connection')
    got = ros.listen('/x/ProbeToTracker/transform', TransformStamped)
    device.send(Transform(pose(), device_name='ProbeToTracker'))
    goal = ros.talk('/x/goal', RosString, STATE)
    one(got)
    assert manager('deactivate')
    wait_for(lambda: not device.peers, 'the end of the connection')
    assert topics_of(node) == {'/diagnostics'}
    assert not {s for s in services_of(node) if s.endswith(('resend', 'reload', 'TRANSFORM'))}
    wait_for(lambda: goal.get_subscription_count() == 0, 'the end of the subscription')
    assert node.links == {}
    assert entities(node)['timers'] == 1  # that of /diagnostics
    assert not [p for p in node.publishers if p.topic_name.startswith('/tf')]
    del got[:]
    time.sleep(1.0)  # several periods of everything that was repeated
    assert (got, device.peers) == ([], [])
    assert topics_of(node) == {'/diagnostics'}


def test_diagnostics_say_that_it_is_inactive(ros, device, manager):
    said = ros.listen('/diagnostics', DiagnosticArray)
    manual(ros, mode='client', port=device.address.port)
    manager('configure')
    [status] = one(said).status
    assert status.name == '/x/igtl_bridge: OpenIGTLink'
    assert (status.level, status.message) == (DiagnosticStatus.STALE, 'inactive')
    assert status.hardware_id == str(device.address)
    manager('activate')
    wait_for(lambda: said[-1].status[0].level == DiagnosticStatus.OK, 'a sound link')


def test_a_client_cannot_connect_to_an_inactive_server(ros, manager, free_port):
    manual(ros, mode='server', port=free_port)
    manager('configure')
    with pytest.raises(PeerError):
        connect(f'tcp://127.0.0.1:{free_port}', timeout_s=0.3, reconnect=False)
    manager('activate')
    with connect(f'tcp://127.0.0.1:{free_port}') as client:
        assert client.peers
        manager('deactivate')
        wait_for(lambda: not client.peers, 'the end of the connection')


def test_cleanup_takes_another_mapping_file(ros, device, manager, tmp_path):
    parameters = mapping(tmp_path, 'receive: [{device: A, name: first}]\n')
    manual(ros, mode='client', port=device.address.port, **parameters)
    got = ros.listen('/x/second/text', RosString)
    manager('configure', 'activate', 'deactivate')
    mapping(tmp_path, 'receive: [{device: A, name: second}]\n')
    assert manager('cleanup')
    assert manager.state == 'unconfigured'
    assert manager('configure', 'activate')
    wait_for(lambda: device.peers, 'the connection')
    device.send(String('new', device_name='A'))
    assert one(got).data == 'new'


@pytest.mark.parametrize('steps', [
    ['shutdown from unconfigured'],
    ['configure', 'shutdown from inactive'],
    ['configure', 'activate', 'shutdown from active'],
])
def test_after_shutdown_it_is_silent(ros, device, manager, steps):
    node = manual(ros, mode='client', port=device.address.port)
    assert manager(*steps)
    assert manager.state == 'finalized'
    assert node.links == {}
    wait_for(lambda: not device.peers, 'the end of the connection')
    assert topics_of(node) == set()


# -- what goes wrong


def test_a_wrong_file_leaves_it_unconfigured_until_it_is_mended(
    ros, device, manager, tmp_path, capfd
):
    parameters = mapping(tmp_path, 'receive:\n- {device: A, wire_unit: cm}\n')
    manual(ros, mode='client', port=device.address.port, **parameters)
    assert not manager('configure')
    assert manager.state == 'unconfigured'
    said = capfd.readouterr().err
    assert f'{parameters["mapping_file"]}:2' in said and 'cm' in said
    mapping(tmp_path, 'receive:\n- {device: A, wire_unit: m}\n')
    assert manager('configure', 'activate')
    wait_for(lambda: device.peers, 'the connection')


def test_parameters_that_do_not_fit_together_are_found_at_configure(
    ros, manager, capfd
):
    manual(ros, mode='client', port=0)
    assert not manager('configure')
    assert manager.state == 'unconfigured'
    assert 'port: found 0 with mode client' in capfd.readouterr().err


def test_a_field_of_no_command_is_found_at_configure(
    ros, manager, capfd
):
    manual(ros, port=0, **{'command.go.speed': 1})
    assert not manager('configure')
    assert 'command.go.speed' in capfd.readouterr().err


def test_a_taken_port_leaves_it_inactive_until_it_is_free(
    ros, manager, free_port, capfd
):
    said = ros.listen('/diagnostics', DiagnosticArray)
    node = manual(ros, mode='server', port=free_port)
    manager('configure')
    before = entities(node)
    with serve(f'tcp://127.0.0.1:{free_port}'):
        assert not manager('activate')
        assert manager.state == 'inactive'
        assert entities(node) == before
        assert str(free_port) in capfd.readouterr().err
        wait_for(lambda: said and said[-1].status[0].level == DiagnosticStatus.ERROR, 'an error')
        assert 'could not be activated' in said[-1].status[0].message
        assert str(free_port) in said[-1].status[0].message
    assert manager('activate')
    assert node.link.state == 'listening'


def test_a_link_that_fails_takes_down_those_that_were_open(ros, manager, device, tmp_path):
    footprint = Footprint()
    node = manual(ros, **mapping(tmp_path, f"""
links:
- {{name: good, mode: client, url: "tcp://127.0.0.1:{device.address.port}"}}
- {{name: bad, mode: server, url: "tcp://127.0.0.1:{device.address.port}"}}
"""))
    manager('configure')
    before = entities(node)
    for _ in range(3):
        assert not manager('activate')
        assert node.links == {}
        assert entities(node) == before
        wait_for(lambda: not device.peers, 'the end of the connection')
    assert footprint.now()['threads'] <= footprint.before['threads'] + 1  # the bridge spins


def test_an_error_in_the_program_leaves_it_unconfigured_and_is_told(
    ros, manager, device, monkeypatch, capfd
):
    node = manual(ros, mode='client', port=device.address.port)
    manager('configure')
    with monkeypatch.context() as patch:
        patch.setattr('igtl_ros2.nodes.bridge.Sender', None)
        assert not manager('activate')
    assert manager.state == 'unconfigured'
    assert node.links == {}
    assert 'Traceback' in capfd.readouterr().err
    assert manager('configure', 'activate')
    wait_for(lambda: device.peers, 'the connection')


def test_a_step_that_is_not_possible_changes_nothing(ros, device, manager):
    manual(ros, mode='client', port=device.address.port)
    assert not manager('activate')
    assert manager.state == 'unconfigured'
    manager('configure', 'activate')
    assert not manager('configure')
    assert manager.state == 'active'
    wait_for(lambda: device.peers, 'the connection')


# -- again and again


def test_many_cycles_leave_nothing_open(ros, device, manager, tmp_path):
    node = ros.bridge(mode='client', port=device.address.port, **mapping(tmp_path, """
receive:
- {device: Probe*, tf: true, hold_hz: 100, pose: true}
- {device: CT, slice: {axis: k}}
- {device: Moved, frame: nowhere, to_frame: base}
send:
- {tf: {source: tool0, target: base, rate: 50}, device: ToolToBase}
- {topic: goal, device: Goal, keepalive: 0.1, rate: 20}
queries: [{type: TRANSFORM, timeout: 1.0}]
commands: [{name: go, command: Go, content: "{speed}"}]
serve: [{command: HOME, call: /home}]
"""))
    goal = ros.node.create_publisher(RosString, '/x/goal', STATE)
    goal.publish(RosString(data='there'))

    def connect_and_send():
        wait_for(lambda: device.peers and node.link.peers, 'the connection')
        for name in ('ProbeToTracker', 'Moved'):
            device.send(Transform(pose(), device_name=name))
        device.send(Image(np.zeros((2, 3, 4), np.uint8), device_name='CT'))
        wait_for(lambda: node.has_parameter('CT.slice.axis'), 'the slice')
        wait_for(lambda: '/x/goal' in node._senders['']._discovery.topics, 'the subscription')

    def end():
        assert manager('deactivate')
        wait_for(lambda: not device.peers, 'the end of the connection')
        gc.collect()
        assert not node.has_parameter('CT.slice.axis')

    connect_and_send()
    time.sleep(0.5)  # for the last publishers
    at_work = entities(node)
    end()
    footprint, before = Footprint(), entities(node)
    for _ in range(10):
        assert manager('activate')
        connect_and_send()
        wait_for(lambda: entities(node) == at_work, 'as much as the first time')
        end()
        assert entities(node) == before
    footprint.check()


def test_steps_while_messages_pour_in_and_out_harm_nothing(ros, device, manager):
    node = ros.bridge(mode='client', port=device.address.port)
    talker = ros.node.create_publisher(RosString, '/x/to_igtl/Note/text', 10)
    ros.node.create_timer(0.002, lambda: talker.publish(RosString(data='x')))
    ros.node.create_timer(0.002, lambda: device.send(Transform(pose(), device_name='Tool')))
    for _ in range(5):
        wait_for(lambda: node._receivers[''].devices, 'messages')
        assert manager('deactivate', 'activate')
    assert manager.state == 'active'


def test_calls_that_are_due_when_their_entities_go_are_not_made(ros, monkeypatch):
    """The events executor has taken them in already; a service has nothing to answer with."""
    monkeypatch.setattr(threading, 'excepthook', lambda hook: raised.append(hook.exc_value))
    node, raised, late = Node('short'), [], []
    entities = Entities(node)
    is_over = threading.Event()

    def note(what):
        if is_over.is_set():
            late.append(what)

    def call(request, response):
        note('service')
        return response

    def end():
        for _ in range(3):
            publisher.publish(RosString())
        client.call_async(Trigger.Request())
        time.sleep(0.3)  # they are on their way to this thread, which is busy
        entities.destroy_others()
        is_over.set()

    node.create_subscription(RosString, '/short', lambda message: note('subscription'), 10)
    node.create_service(Trigger, '/short_service', call)
    for _ in range(5):
        node.create_timer(0.01, lambda: note('timer'))
    publisher = ros.talk('/short', RosString)
    client = ros.node.create_client(Trigger, '/short_service')
    ros.spin(node)
    ros.closers.append(node.destroy_node)
    wait_for(client.service_is_ready, 'the service')
    node.create_timer(0.1, end)
    wait_for(is_over.is_set, 'the end')
    beat = threading.Event()
    node.create_timer(0.2, beat.set)
    wait_for(beat.is_set, 'what comes after')
    assert (raised, late) == ([], [])


# -- what is kept, and what is not


def test_who_connects_after_a_pause_gets_only_what_was_said_since(ros, manager, free_port):
    ros.bridge(mode='server', port=free_port)
    held = ros.talk('/x/to_igtl/Held/text', RosString, STATE)
    passing = ros.talk('/x/to_igtl/Passing/text', RosString)
    passing.publish(RosString(data='old'))
    held.publish(RosString(data='holds'))
    with connect(f'tcp://127.0.0.1:{free_port}') as client:
        assert {next_message(client).text for _ in range(2)} == {'old', 'holds'}
    manager('deactivate', 'activate')
    with connect(f'tcp://127.0.0.1:{free_port}') as client:
        # its publisher keeps it for late joiners, and so for the bridge
        assert next_message(client).text == 'holds'
        wait_for(passing.get_subscription_count, 'the subscription')
        passing.publish(RosString(data='new'))
        assert next_message(client).text == 'new'


def test_who_listens_after_a_pause_gets_no_old_state(ros, device, manager):
    node = ros.bridge(mode='client', port=device.address.port)
    wait_for(lambda: device.peers and node.link.peers, 'the connection')
    device.send(String('old', device_name='Note'), hold=False)
    early = ros.listen('/x/Note/text', RosString, STATE)
    assert one(early).data == 'old'
    manager('deactivate', 'activate')
    wait_for(lambda: device.peers and node.link.peers, 'the connection')
    late = ros.listen('/x/Note/text', RosString, STATE)
    device.send(String('new', device_name='Note'), hold=False)
    assert one(late).data == 'new'


def test_an_emergency_outlasts_a_pause_but_not_a_cleanup(ros, device, manager):
    node = ros.bridge(mode='client', port=device.address.port)
    wait_for(lambda: device.peers and node.link.peers, 'the connection')
    got = ros.listen('/x/igtl_bridge/emergency', Bool, STATE)
    device.send(Status(StatusCode.EMERGENCY, device_name='Robot'), hold=False)
    wait_for(lambda: got and got[-1].data, 'the emergency')
    manager('deactivate')
    del got[:]
    manager('activate')
    assert one(got).data
    wait_for(lambda: device.peers and node.link.peers, 'the connection')
    device.send(Status(StatusCode.OK, device_name='Robot'), hold=False)
    wait_for(lambda: not got[-1].data, 'the end of the emergency')
    device.send(Status(StatusCode.EMERGENCY, device_name='Robot'), hold=False)
    wait_for(lambda: got[-1].data, 'the emergency')
    manager('deactivate', 'cleanup', 'configure')
    del got[:]
    manager('activate')
    assert not one(got).data


def test_rules_of_a_reload_outlast_a_pause(ros, device, manager, tmp_path):
    node = ros.bridge(
        mode='client', port=device.address.port,
        **mapping(tmp_path, 'receive: [{device: A, name: first}]\n'))
    assert reload(ros, 'receive: [{device: A, name: second}]\n', tmp_path)[0]
    mapping(tmp_path, 'not read now')
    got = ros.listen('/x/second/text', RosString)
    assert manager('deactivate', 'activate')
    wait_for(lambda: device.peers and node.link.peers, 'the connection')
    device.send(String('x', device_name='A'))
    assert one(got).data == 'x'


def test_a_closed_bridge_is_gone_from_the_graph(ros):
    gc.disable()  # at once, not whenever its cycles are collected
    try:
        stop = threading.Event()
        node = BridgeNode(namespace='/short', parameter_overrides=[Parameter('port', value=0)])
        spinning = threading.Thread(target=spin, args=(node, stop))
        spinning.start()
        wait_for(lambda: ('igtl_bridge', '/short') in ros.node.get_node_names_and_namespaces(),
                 'the bridge')
        stop.set()
        spinning.join()
        node.close()
        wait_for(lambda: ('igtl_bridge', '/short')
                 not in ros.node.get_node_names_and_namespaces(), 'the end of the bridge')
        assert ros.node.count_services('/short/igtl_bridge/get_state') == 0
    finally:
        gc.enable()


def test_who_waits_for_a_peer_is_answered_when_the_links_close(ros, device, manager, tmp_path):
    node = ros.bridge(mode='client', port=device.address.port, **mapping(
        tmp_path, 'queries: [{type: TRANSFORM, device: Tool, timeout: 60}]\n'))
    wait_for(lambda: device.peers and node.link.peers, 'the connection')
    client = ros.node.create_client(Trigger, '/x/get/TRANSFORM/Tool')
    wait_for(client.service_is_ready, 'the service')
    future = client.call_async(Trigger.Request())
    assert next_message(device).type_name == 'GET_TRANS'
    manager('deactivate')
    wait_for(future.done, 'an answer')
    assert (future.result().success, 'gone' in future.result().message) == (False, True)


def test_slices_and_fields_of_commands_begin_anew(ros, device, manager, tmp_path):
    node = ros.bridge(mode='client', port=device.address.port, **mapping(tmp_path, """
receive: [{device: "*", slice: {axis: k, index: 0}}]
commands: [{name: go, command: Go, content: "{speed}"}]
"""))
    shown = ros.listen('/x/CT/slice', RosImage, STATE)
    voxels = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    for _ in range(2):
        wait_for(lambda: device.peers and node.link.peers, 'the connection')
        assert node.get_parameter('command.go.speed').value is None
        device.send(Image(voxels, device_name='CT'), hold=False)
        assert bytes(one(shown).data) == voxels[0].tobytes()
        node.set_parameters([
            Parameter('CT.slice.axis', value='j'), Parameter('command.go.speed', value=3)])
        wait_for(lambda: bytes(shown[-1].data) == voxels[:, 0].tobytes(), 'the other slice')
        manager('deactivate')
        wait_for(lambda: not device.peers, 'the end of the connection')
        del shown[:]
        manager('activate')


def test_simulated_time_goes_on_in_a_pause(ros, device, manager):
    node = ros.bridge(mode='client', port=device.address.port)
    node.set_parameters([Parameter('use_sim_time', value=True)])
    clock = ros.talk('/clock', Clock)
    manager('deactivate', 'activate')
    tick = Clock()
    tick.clock.sec = 1234
    wait_for(clock.get_subscription_count, 'the subscription')
    clock.publish(tick)
    wait_for(lambda: node.now_ns() == 1234 * 10**9, 'the simulated time')
