"""Other rules for a running bridge: the service ~/reload."""

import threading
import time

import numpy as np
import pytest
from geometry_msgs.msg import PoseStamped, TransformStamped
from rclpy.parameter import Parameter
from ros_user import DEADLINE_S, mapping, next_message, reload, start, wait_for
from sensor_msgs.msg import Image as RosImage
from std_msgs.msg import String as RosString
from std_srvs.srv import Trigger
from tf2_msgs.msg import TFMessage

from igtl_ros2 import serve
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import String


def flow(device, message, received, what):
    def arrived():
        device.send(message)
        time.sleep(0.05)
        return received

    return wait_for(arrived, what)


def test_other_rules_hold_at_once_and_the_connection_stays(ros, device, tmp_path):
    start(ros, device, **mapping(tmp_path, """
receive: [{device: A, name: first}]
send: [{topic: /s, device: S}]
"""))
    (peer,) = device.peers
    target = Transform(((1, 0, 0, 10), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)), device_name='A')
    flow(device, target, ros.listen('/x/first/transform', TransformStamped), 'the first name')
    talker = ros.talk('/s', RosString)
    talker.publish(RosString(data='1'))
    assert next_message(device).device_name == 'S'

    success, message = reload(ros, """
receive: [{device: A, name: second, pose: true}, {device: B}]
send: [{topic: /s, device: T, on_change: true}, {topic: /t, device: U}]
""", tmp_path)
    assert success
    assert message.endswith('mapping.yaml: 2 rules of receive, 2 of send')
    flow(device, target, ros.listen('/x/second/pose', PoseStamped), 'the second name')
    flow(device, String('x', device_name='B'), ros.listen('/x/B/text', RosString), 'what was '
         'dropped')

    def sent():
        talker.publish(RosString(data=str(time.monotonic())))
        got = device.receive(1.0)
        return got is not None and got[1].device_name == 'T'

    wait_for(sent, 'the other device name')
    ros.talk('/t', RosString)
    assert device.peers == [peer]

    assert reload(ros, 'receive: [{device: A, action: drop}]', tmp_path)[0]
    gone = ros.listen('/x/second/transform', TransformStamped)
    here = ros.listen('/x/A/transform', TransformStamped)
    for _ in range(10):
        device.send(target)
        time.sleep(0.02)
    assert gone == here == []


@pytest.mark.parametrize('text, error', [
    ('receive: [{devise: A}]', "mapping.yaml:1: receive[0].devise: unknown key 'devise'; allowed"),
    ('profile: plus', "it needs a restart, because header_version is '2', was 'auto'; compat is "
     "'plus', was 'auto'; profile is 'plus', was 'plain'"),
    ('queries: [{type: TRANSFORM}]', 'it needs a restart, because queries is not the same'),
    ('links: [{name: a}]', 'besides the links of'),
])
def test_a_bad_file_changes_nothing_and_the_answer_says_why(ros, device, tmp_path, text, error):
    node = start(ros, device, **mapping(tmp_path, 'receive: [{device: A, name: good}]'))
    success, message = reload(ros, text, tmp_path)
    assert not success
    assert message.startswith('nothing was changed: ') and error in message
    received = ros.listen('/x/good/text', RosString)
    flow(device, String('x', device_name='A'), received, 'the good rule')
    assert len(node.link.peers) == 1


def test_what_links_there_are_needs_a_restart(ros, tmp_path):
    with serve('tcp://127.0.0.1:0') as a, serve('tcp://127.0.0.1:0') as b:
        def text(*links):
            return 'links:\n' + ''.join(
                f'- {{name: {name}, mode: client, url: "{link.address}", {more}}}\n'
                for name, link, more in links)

        ros.bridge(**mapping(tmp_path, text(('a', a, ''), ('b', b, ''))))
        success, message = reload(ros, text(('a', a, ''), ('c', b, '')), tmp_path)
        assert not success
        assert "link 'c' is new; link 'b' is gone" in message
        success, message = reload(
            ros, text(('a', a, 'limits: {queue_messages: 7}'), ('b', b, '')), tmp_path)
        assert not success
        assert "because queue_messages of link 'a' is 7, was 1000" in message
        success, message = reload(
            ros, text(('a', a, 'receive: [{device: x}]'), ('b', b, '')), tmp_path)
        assert success, message
        assert '1 rules of receive, 0 of send (a), 0 rules of receive, 0 of send (b)' in message


def test_tf_is_taken_up_when_the_new_rules_need_it(ros, device, tmp_path):
    start(ros, device, **mapping(tmp_path, 'receive: [{device: "*"}]'))
    assert ros.node.count_publishers('/tf') == 0
    assert reload(ros, 'receive: [{device: "*", tf: true}]\n'
                       'send: [{tf: {source: a, target: b}}]', tmp_path)[0]
    wait_for(lambda: ros.node.count_publishers('/tf'), 'the broadcaster')
    talk = ros.talk('/tf', TFMessage)
    frame = TransformStamped(child_frame_id='a')
    frame.header.frame_id = 'b'
    frame.transform.rotation.w = 1.0
    talk.publish(TFMessage(transforms=[frame]))
    assert device.receive(20)[1].device_name == 'AToB'


def test_the_chosen_slice_survives(ros, device, tmp_path):
    node = start(ros, device, **mapping(tmp_path, 'receive: [{device: CT, slice: true}]'))
    volume = Image(np.arange(4, dtype=np.uint8)[:, None, None] * np.ones((1, 2, 2), np.uint8),
                   device_name='CT')
    received = ros.listen('/x/CT/slice', RosImage)
    flow(device, volume, received, 'a slice')
    node.set_parameters([Parameter('CT.slice.index', value=1)])
    wait_for(lambda: received[-1].data[0] == 1, 'the other slice')
    assert reload(ros, 'receive: [{device: CT, slice: true, cloud: true}]', tmp_path)[0]
    received.clear()
    flow(device, volume, received, 'a slice again')
    assert {image.data[0] for image in received} == {1}


def test_another_slice_of_the_rule_counts_more_than_the_chosen_one(ros, device, tmp_path):
    node = start(ros, device, **mapping(tmp_path, 'receive: [{device: CT, slice: true}]'))
    volume = Image(np.arange(8, dtype=np.uint8).reshape(2, 2, 2), device_name='CT')
    received = ros.listen('/x/CT/slice', RosImage)
    flow(device, volume, received, 'a slice')
    node.set_parameters([Parameter('CT.slice.index', value=1)])
    wait_for(lambda: received[-1].data[0] == 4, 'the other slice')
    assert reload(ros, 'receive: [{device: CT, slice: {axis: j, index: 0}}]', tmp_path)[0]
    received.clear()
    flow(device, volume, received, 'the slice of the new rule')
    assert received[-1].data.tolist() == [0, 1, 4, 5]
    assert node.get_parameter('CT.slice.axis').value == 'j'
    assert node.get_parameter('CT.slice.index').value == 0
    node.set_parameters([Parameter('CT.slice.axis', value='i')])
    wait_for(lambda: received[-1].data.tolist() == [0, 2, 4, 6], 'the chosen one')
    assert reload(ros, 'receive: [{device: CT, slice: false}]', tmp_path)[0]
    flow(device, volume, ros.listen('/x/CT/info', RosString), 'the volume alone')
    assert not node.has_parameter('CT.slice.axis')


def test_the_volume_that_blocks_are_pasted_into_survives(ros, device, tmp_path):
    start(ros, device, **mapping(tmp_path, 'receive: [{device: CT}]'))
    received = ros.listen('/x/CT/volume', RosImage)
    voxels = np.arange(8, dtype=np.uint8).reshape(2, 2, 2)
    flow(device, Image(voxels, device_name='CT'), received, 'a volume')
    assert reload(ros, 'receive: [{device: CT, stamp: receive}]', tmp_path)[0]
    device.send(Image(np.full((1, 1, 1), 99, np.uint8), size=(2, 2, 2), device_name='CT'))
    wait_for(lambda: received[-1].data[0] == 99, 'the block')
    assert received[-1].data.tolist() == [99, 1, 2, 3, 4, 5, 6, 7]


def test_poses_go_on_while_very_many_rules_are_read(ros, device, tmp_path):
    start(ros, device, **mapping(tmp_path, 'receive: [{device: A}]'))
    received = ros.listen('/x/A/transform', TransformStamped)
    pose = Transform(np.eye(4), device_name='A')
    flow(device, pose, received, 'a pose')
    rules = ''.join(f'- {{device: D{k}}}\n' for k in range(8_000))
    (tmp_path / 'mapping.yaml').write_text(f'receive:\n- {{device: A}}\n{rules}')
    client = ros.node.create_client(Trigger, '/x/igtl_bridge/reload')
    assert client.wait_for_service(DEADLINE_S)
    future = client.call_async(Trigger.Request())
    second = client.call_async(Trigger.Request())
    answers = []
    for each in (future, second):
        each.add_done_callback(answers.append)
    # both are answered by the thread that handles poses too: it is free while the file is read
    wait_for(second.done, 'the second answer')
    assert not second.result().success and 'just now' in second.result().message
    before = len(received)
    wait_for(lambda: device.send(pose) or time.sleep(0.02) or len(received) > before, 'a pose')
    wait_for(lambda: len(answers) == 2, 'the first answer')
    assert answers == [second, future]
    assert future.result().success and '8001 rules' in future.result().message


SLOW = """
profile: plain
send:
- {topic: /slow, device: Slow, rate: 0.5}
- {topic: /again, device: Again, keepalive: 0.2}
- {topic: /other, device: Other, rate: 0.001}
"""


def test_what_waits_of_a_topic_whose_rules_stay_goes_on_and_the_rest_is_counted(
        ros, device, tmp_path):
    node = start(ros, device, **mapping(tmp_path, SLOW))
    talkers = {name: ros.talk(f'/{name}', RosString) for name in ('slow', 'again', 'other')}
    # a value that waits for its rate each
    for name, talker in talkers.items():
        talker.publish(RosString(data=f'{name} first'))
    (sender,) = node._senders.values()

    def subscriptions():
        return {name: sender._discovery.topics[f'/{name}'][0].subscription for name in talkers}

    routes = {name: sender._discovery.topics[f'/{name}'][0].take.args[0].__self__
              for name in talkers}
    before = subscriptions()
    heard = []

    def hears(text):
        def look():
            got = device.receive(0.5)
            heard.append(got[1].text if got else '')
            return text in heard
        wait_for(look, text)

    hears('slow first')
    hears('again first')
    wait_for(lambda: routes['other']._rate._latest, 'a value that waits')
    talkers['slow'].publish(RosString(data='stop'))
    wait_for(lambda: routes['slow']._rate._latest, 'the last word')
    assert reload(ros, SLOW.replace('device: Other', 'device: Renamed'), tmp_path)[0]
    heard.clear()
    hears('again first')
    hears('stop')
    now = subscriptions()
    assert [name for name in talkers if now[name] is before[name]] == ['slow', 'again']
    (health, *_), = node._diagnostics._open
    assert health._report.counts == {'/other: given up': 1}


def test_no_message_is_missed_while_a_file_is_read_that_is_the_same(ros, device, tmp_path):
    rules = 'profile: plain\nsend: [{topic: /t, device: T}]\n'
    start(ros, device, **mapping(tmp_path, rules))
    talker = ros.talk('/t', RosString, 1000)
    stop = threading.Event()
    said = []

    def talk():
        while not stop.wait(0.002):
            said.append(f'{len(said)}')
            talker.publish(RosString(data=said[-1]))

    thread = threading.Thread(target=talk)
    thread.start()
    try:
        for _ in range(3):
            assert reload(ros, rules, tmp_path)[0]
    finally:
        stop.set()
        thread.join()
    assert [next_message(device).text for _ in said] == said
