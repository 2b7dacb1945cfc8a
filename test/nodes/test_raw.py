"""`raw`, whose frames no filter has seen: which types are kept off it."""

import time

import pytest
from ros_user import STREAM, mapping, start, wait_for
from std_msgs.msg import UInt8MultiArray

from igtl_ros2 import codec
from igtl_ros2.codec import Unknown
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.catalog import ImageMeta, ImageMetaElement
from igtl_ros2.codec.messages.text import String

STUDY = ImageMeta((ImageMetaElement('CT', patient_name='Doe'),), device_name='Study')
MESSAGES = {
    'Word': String('x', device_name='Word'),
    'Study': STUDY,
    # a frame inside a frame names patients as well
    'Both': Bind((STUDY,), device_name='Both'),
    'Odd': Unknown('MYTYPE', b'x', device_name='Odd'),
}
LAST = Unknown('LAST', b'x', device_name='Last')


@pytest.mark.parametrize(('rules', 'deny', 'published', 'left_out'), [
    ('{device: "*"}', None, {'Odd'}, set()),
    ('{device: "*", raw: true}', None, {'Word', 'Odd', 'Study', 'Both'}, set()),
    # whatever a rule says
    ('{device: "*", type: IMGMETA, raw: true}, {device: "*", raw: true}', ['I*META'],
     {'Word', 'Odd'}, {'IMGMETA Study', 'BIND Both'}),
    ('{device: "*", raw: true}', ['STR*'], {'Study', 'Both', 'Odd'}, {'STRING Word'}),
    ('{device: "*"}', ['MY*', 'IMGMETA'], set(), {'MYTYPE Odd'}),
])
def test_types_of_the_deny_list_are_kept_off(
    ros, device, tmp_path, rules, deny, published, left_out
):
    parameters = {} if deny is None else {'raw_deny': deny}
    node = start(ros, device, **parameters, **mapping(tmp_path, f'receive: [{rules}]'))
    names = (*MESSAGES, 'Last')
    frames = {name: ros.listen(f'/x/{name}/raw', UInt8MultiArray, STREAM) for name in names}

    def arrive():
        for message in (*MESSAGES.values(), LAST):
            device.send(message, stamp=False)  # compared byte by byte below
        time.sleep(0.05)
        return len(frames['Last']) > 3 and all(frames[name] for name in published)

    wait_for(arrive, 'the frames')
    assert {name for name in MESSAGES if frames[name]} == published
    for name in published:
        assert bytes(frames[name][0].data) == codec.encode(MESSAGES[name])
    (health, *_), = node._diagnostics._open
    # what is dropped is counted, by type and device
    counted = {what for what in health._report.left_out if 'unknown type' not in what}
    assert counted == {f'{name}: raw' for name in left_out}


@pytest.mark.parametrize(('deny', 'warned'), [
    ([], True), (['IMGMETA'], True), (['*META'], False), (['IMGMETA', 'VIDEOMETA'], False)])
def test_names_that_are_kept_off_are_not_warned_of(ros, tmp_path, capfd, deny, warned):
    words = {'raw_deny': deny} if deny else {}
    ros.bridge(port=0, **words, **mapping(tmp_path, 'receive: [{device: "*", raw: true}]'))
    assert ('NAMES OF PATIENTS' in capfd.readouterr().err) == warned
