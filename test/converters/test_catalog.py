"""IMGMETA, LBMETA and VIDEOMETA: lists as JSON, and who is named in them."""

import json

import numpy as np
import pytest
from std_msgs.msg import String as RosString

from igtl_ros2.codec import encode
from igtl_ros2.codec.messages.catalog import (
    ImageMeta,
    ImageMetaElement,
    LabelMeta,
    LabelMetaElement,
    VideoMeta,
    VideoMetaElement,
)
from igtl_ros2.errors import ConversionError

SCAN = ImageMetaElement(
    'Head', 'CT-2', 'CT', 'Döe^Jane', 'PID-77', (1_700_000_000 << 32) | 1 << 31, (512, 256, 3), 4
)
PLACE = np.array([[2.0, 0, 0, 10], [0, 3, 0, 20], [0, 0, 5, 30], [0, 0, 0, 1]])
STREAM = VideoMetaElement(
    'Endoscope', 'Cam', 'Döe^Jane', 'PID-77', -2, 35.0, (641, 481, 1), PLACE, 3
)
LIVER = LabelMetaElement('Liver', 'Seg', 1, (180, 90, 60, 255), (10, 20, 30), 'CT-2')


def meta(result):
    """Read the list."""
    return json.loads(result.outputs['meta'].data)


def test_an_image_by_hand(receive):
    [entry] = meta(receive(ImageMeta([SCAN]), phi='pass'))
    assert entry == {
        'name': 'Head',
        'id': 'CT-2',
        'modality': 'CT',
        'patient_name': 'Döe^Jane',
        'patient_id': 'PID-77',
        'timestamp': '0x6553f10080000000',
        'time': 1_700_000_000.5,
        'dimensions': [512, 256, 3],
        'scalar_type': 'int16',
    }


def test_a_video_by_hand(receive):
    """First pixel at (10 - 640, 20 - 720, 30) mm, one pixel 2 by 3 mm; 35 mm of focal length."""
    [entry] = meta(receive(VideoMeta([STREAM])))
    assert entry['geometry'] == [
        [0.002, 0, 0, -0.63],
        [0, 0.003, 0, -0.7],
        [0, 0, 0.005, 0.03],
        [0, 0, 0, 1],
    ]
    assert (entry['focal_length'], entry['zoom']) == (0.035, -2)


def test_the_place_of_a_video_in_lps(receive):
    [entry] = meta(receive(VideoMeta([STREAM]), wire_axes='lps'))
    assert entry['geometry'][:2] == [[-0.002, 0, 0, 0.63], [0, -0.003, 0, 0.7]]


def test_labels_by_value(receive):
    result = receive(LabelMeta([LIVER, LabelMetaElement('Vessel', label=2)]))
    assert json.loads(result.outputs['labels'].data) == {
        '1': {'name': 'Liver', 'rgba': [180, 90, 60, 255]},
        '2': {'name': 'Vessel', 'rgba': [0, 0, 0, 0]},
    }
    assert [entry['owner'] for entry in meta(result)] == ['CT-2', '']
    assert result.errors == []


def test_two_names_of_one_label_are_reported(receive):
    result = receive(LabelMeta([LIVER, LabelMetaElement('Spleen', label=1)]))
    assert json.loads(result.outputs['labels'].data)['1']['name'] == 'Liver'
    assert len(meta(result)) == 2
    assert 'label 1' in result.errors[0]


@pytest.mark.parametrize('message', [ImageMeta([SCAN]), VideoMeta([STREAM])])
@pytest.mark.parametrize('phi', [None, 'redact', 'hash'])
def test_patients_are_not_named_unless_asked(receive, message, phi):
    result = receive(message, **({} if phi is None else {'phi': phi}))
    everything = str(result)
    for secret in ('Döe', 'Jane', 'D\\u00f6e', 'PID-77'):
        assert secret not in everything
    [entry] = meta(result)
    hidden = entry['patient_name'], entry['patient_id']
    if phi == 'hash':
        assert len(set(hidden)) == 2
        assert meta(receive(message, phi='hash')) == [entry]
    else:
        assert hidden == ('redacted', 'redacted')


def test_codes_tell_patients_apart(receive):
    other = ImageMetaElement('Head', patient_id='PID-78')
    first, second = meta(receive(ImageMeta([SCAN, other]), phi='hash'))
    assert first['patient_id'] != second['patient_id']
    assert second['patient_name'] == ''  # nobody is named: nothing to hide


@pytest.mark.parametrize(
    'message',
    [
        ImageMeta([SCAN, ImageMetaElement('', scalar_type=99)], device_name='A'),
        LabelMeta([LIVER, LabelMetaElement('x' * 64)], device_name='A'),
        VideoMeta([STREAM, VideoMetaElement('n')], device_name='A'),
        ImageMeta(device_name='A'),
    ],
    ids=['IMGMETA', 'LBMETA', 'VIDEOMETA', 'empty'],
)
def test_there_and_back(receive, send, message):
    text = receive(message, phi='pass').outputs['meta']
    again = send(text, message.type_name)
    content = b''.join(map(bytes, message.encode_content()))
    assert b''.join(map(bytes, again.encode_content())) == content
    assert receive(again, phi='pass').outputs['meta'] == text


def test_a_list_as_a_person_would_write_it(send):
    message = send(RosString(data='[{"name": "Head", "id": "CT-2", "dimensions": [4, 5, 6]}]'))
    assert type(message).__name__ == 'String'  # plain text goes as STRING
    message = send(
        RosString(data='[{"name": "Head", "id": "CT-2", "dimensions": [4, 5, 6]}]'), 'IMGMETA'
    )
    assert (message.elements[0].size, message.elements[0].scalar_type) == ((4, 5, 6), 3)
    assert encode(message)


@pytest.mark.parametrize(
    ('text', 'error'),
    [
        ('', 'not JSON'),
        ('{', 'not JSON'),
        ('[' * 100_000, 'not JSON'),
        ('{}', 'wanted a JSON list'),
        ('[1]', 'entry 0: wanted an object with a name'),
        ('[{"name": "a"}, {"id": "b"}]', 'entry 1: wanted an object with a name'),
        ('[{"name": "a", "dimensions": [1, 2]}]', 'entry 0'),
        ('[{"name": "a", "dimensions": 5}]', 'entry 0'),
        ('[{"name": "a", "scalar_type": "float128x"}]', 'entry 0'),
        ('[{"name": "a", "scalar_type": "complex64"}]', 'entry 0: scalar_type'),
        ('[{"name": "a", "timestamp": "soon"}]', 'entry 0'),
        ('[{"name": "a", "id": "' + 'x' * 21 + '"}]', 'entry 0: id'),
        ('[{"name": "a", "patient_name": "' + 'Jane ' * 20 + '"}]', 'entry 0: patient_name'),
        ('[{"name": "a", "patient_id": ["Jane"]}]', 'entry 0: patient_id'),
    ],
)
def test_what_is_no_list_of_images_is_refused(send, text, error):
    with pytest.raises(ConversionError, match=error) as refused:
        send(RosString(data=text), 'IMGMETA')
    assert 'Jane' not in str(refused.value)
