"""Who the patient is, taken out of messages and of frames, and out of what errors and logs say."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from igtl_ros2 import codec
from igtl_ros2.codec.crc64 import crc64
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.catalog import ImageMeta, ImageMetaElement, VideoMetaElement
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import Command, String
from igtl_ros2.codec.patients import hidden, hidden_text, hide, redact_frame
from igtl_ros2.codec.private import is_private, is_private_key
from igtl_ros2.errors import CrcError, DecodeError, EncodeError, HeaderError

SCAN = ImageMetaElement('Head', 'CT-2', 'CT', 'Döe^Jane', 'PID-77')
LIST = ImageMeta([SCAN], device_name='Archive')
POSE = Transform(
    np.eye(4), device_name='Probe', metadata={'PatientName': 'Döe^Jane', 'Depth': '5'}
)

ORDER = Command(1, 'Save', '<Command PatientName="Döe^Jane"/>')


@pytest.mark.parametrize('key', [
    'PatientName', 'patient_name', 'PATIENT ID', "Patient's Name", 'PatientBirthDate', 'MRN',
    'OtherPatientIDs', 'PatientMotherBirthName', '(0010,0010)', '0010|0020', 'DICOM.PatientID',
    'AccessionNumber', 'OpenIGTLink.PatientName', 'PatientName2',
])
def test_keys_that_name_a_patient(key):
    assert is_private_key(key)


@pytest.mark.parametrize('key', [
    'PatientToTracker', 'PatientPosition', 'PatientSide', 'PatientIDStatus', 'TransformStatus', '',
    'IGTL_DEVICE_NAME', 'MRMLNodeName', 'Session', 'First patient age', 'ros_frame_id',
    '00100010x',
])
def test_keys_that_do_not(key):
    assert not is_private_key(key)


@pytest.mark.parametrize('part', ['x', 'patient', 'patientfirst', 'birth', '0010', '('])
def test_long_keys_cost_no_time(part):
    key = part * (0xFFFF // len(part))
    assert is_private_key(f'{key}PatientName')
    assert not is_private_key(f'{key}PatientToTracker')


def test_private_types():
    assert [name for name in codec.registered() if is_private(name)] == ['IMGMETA', 'VIDEOMETA']
    assert is_private('imgmeta')


@pytest.mark.parametrize('phi', ['redact', 'hash'])
@pytest.mark.parametrize('message', [
    LIST, POSE, Bind([LIST]), Bind([Bind([LIST])]),
    ORDER,
    codec.Unknown('imgmeta', 'Döe^Jane'.encode()),
], ids=['list', 'metadata', 'bind', 'bind in bind', 'command', 'unknown'])
def test_messages_and_frames_do_not_name_the_patient(message, phi):
    frame = codec.encode(message)
    assert 'Döe^Jane'.encode() in frame
    safe = redact_frame(frame, phi)
    for text in ('Döe', 'Jane', 'PID-77'):
        assert text.encode() not in safe
    again = codec.decode(safe, strict=True)
    assert codec.encode(again) == codec.encode(hidden(message, phi))
    assert (again.device_name, again.type_name) == (message.device_name, message.type_name)
    # what is hidden already stays as it is
    assert redact_frame(safe, phi) == safe
    assert redact_frame(frame, 'pass') == frame
    assert hidden(message, 'pass') is message


@pytest.mark.parametrize('message', [
    ImageMeta([ImageMetaElement('Head')]), Transform(np.eye(4), metadata={'Depth': '5'}),
    String('PatientName="Jane"'), codec.Unknown('VENDOR', b'abc'), Command(1, 'Go', '<a b="c"/>'),
    Bind([ImageMeta([ImageMetaElement('Head')])]),
], ids=lambda message: message.type_name)
def test_what_names_nobody_stays_byte_for_byte(message):
    frame = codec.encode(message)
    assert hidden(message) is message
    assert redact_frame(memoryview(frame)) == frame


def test_the_same_patient_is_recognised_and_others_are_told_apart():
    codes = [hide(text, 'hash') for text in ('Jane', 'Jane', 'John')]
    assert codes[0] == codes[1] != codes[2]
    assert hide('', 'hash') == ''
    element, pose = hidden(LIST, 'hash').elements[0], hidden(POSE, 'hash')
    assert element.patient_name == pose.metadata['PatientName'] == hide('Döe^Jane', 'hash')
    assert pose.metadata['Depth'] == '5'


def test_codes_mean_nothing_elsewhere():
    """Whoever tries all numbers must not find the one of a code."""
    code = 'from igtl_ros2.codec.patients import hide\nprint(hide("PID-77", "hash"))'
    elsewhere = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert len(elsewhere) == len(hide('PID-77', 'hash'))
    assert elsewhere != hide('PID-77', 'hash')


def test_what_stands_behind_the_end_of_a_text_is_gone():
    body = bytearray(ImageMetaElement('Head').encode())
    body[120:124] = b'Jane'  # patient_name is empty: its first byte is a NUL
    frame = codec.encode(codec.Unknown('IMGMETA', bytes(body)))
    assert b'Jane' in frame and b'Jane' not in redact_frame(frame)


@pytest.mark.parametrize('change', ['cut', 'longer', 'crc', 'version', 'command'])
def test_what_cannot_be_read_keeps_no_name(change):
    body = SCAN.encode()
    if change == 'cut':
        frame = codec.encode(codec.Unknown('IMGMETA', body[:-1]))
    elif change == 'longer':
        frame = codec.encode(codec.Unknown('VIDEOMETA', body + b'x'))
    else:
        message = {'crc': LIST, 'version': POSE, 'command': ORDER}[change]
        frame = bytearray(codec.encode(message))
        frame[59 if change == 'version' else -1] ^= 1  # of that one the extended header
        frame = bytes(frame)
    with pytest.raises(DecodeError) as error:
        codec.decode(frame)
    safe = redact_frame(frame)
    assert (len(safe), safe[:50]) == (len(frame), frame[:50])
    assert not safe[58:].strip(b'\0')
    with pytest.raises(DecodeError) as still:
        codec.decode(safe)
    assert type(still.value) is type(error.value)


def test_what_is_wrong_without_patients_stays():
    frame = codec.encode(codec.Unknown('TRANSFORM', b'abc'))
    assert redact_frame(frame) == frame
    with pytest.raises(HeaderError):
        redact_frame(frame + b'x')


@given(st.binary(max_size=400), st.sampled_from([b'IMGMETA', b'BIND', b'COMMAND', b'STRING']),
       st.sampled_from([1, 2]))
def test_any_frame_is_redacted_or_refused(body, type_name, version):
    frame = b'\0' + bytes([version]) + type_name.ljust(40, b'\0')
    frame += len(body).to_bytes(8, 'big') + crc64(body).to_bytes(8, 'big') + body
    safe = redact_frame(frame)
    assert redact_frame(safe) == safe


@pytest.mark.parametrize(('text', 'wanted'), [
    ("<A PatientName = 'Jane' Side='left'/>", "<A PatientName = 'redacted' Side='left'/>"),
    ('<A><PatientID x="1">7</PatientID></A>', '<A><PatientID x="1">redacted</PatientID></A>'),
    ('{"a": {"PatientName": "J \\" ane", "b": 1}}', '{"a": {"PatientName": "redacted", "b": 1}}'),
    ('{"PatientID": 4711}', '{"PatientID": "redacted"}'),
    ('<A PatientName="Jane', '<A PatientName="redacted'),  # cut short
    ('PatientName=""', 'PatientName=""'),
    ('<Command Name="Record" OutputFilename="a.mha"/>', None),
    ('StartRecording', None),
])
def test_texts(text, wanted):
    assert hidden_text(text) == (text if wanted is None else wanted)


def test_long_texts_without_an_end_cost_no_time():
    """A peer must not be able to keep the bridge busy: this took hours if time were squared."""
    for part in ('a', '"', 'a="', '<a ', '<a>', '\\"', '"a":', ' ', 'PatientName='):
        text = part * (1_000_000 // len(part))
        assert 'Jane' not in hidden_text(f'{text} PatientName="Jane"')
        assert hidden_text(2 * text) in (2 * text, 'redacted')


def test_of_very_long_texts_all_or_nothing_is_left():
    text = '<A b="c"/>' * 200_000
    assert hidden_text(text) == text
    assert hidden_text(f'{text}<A PatientName="Jane"/>') == 'redacted'


def test_repr_does_not_name_the_patient():
    assert 'Jane' not in repr(POSE) and "'Depth': '5'" in repr(POSE)
    received = codec.decode(codec.encode(POSE))
    assert received.metadata == {'PatientName': 'Döe^Jane', 'Depth': '5'}
    assert 'Jane' not in f'{received} {received.metadata} {received!r} {Bind([POSE])}'
    assert 'Jane' not in repr(LIST)


@pytest.mark.parametrize('make', [
    lambda: ImageMetaElement('a', patient_name='Jane' * 20),
    lambda: ImageMetaElement('a', patient_id='Jane\0'),
    lambda: ImageMetaElement('a', patient_id=['Jane']),
    lambda: VideoMetaElement('a', patient_name='Jane\ud800'),
    lambda: VideoMetaElement('a', patient_id='Jane' * 20),
    lambda: Transform(np.eye(4), metadata={'PatientName': 'Jane\ud800'}),
    lambda: Transform(np.eye(4), metadata={'PatientName': ['Jane']}),
    lambda: codec.encode(Transform(
        np.eye(4), metadata={'PatientID': 'Janeł'}, metadata_encodings={'PatientID': 4})),
    lambda: Command(1, 'a', 'Jane\ud800'),
    lambda: Command(1, 'a', 'Janeł', encoding=4),
    lambda: String('Janeł', encoding=4),
])
def test_errors_do_not_name_the_patient(make):
    with pytest.raises(EncodeError) as error:
        make()
    assert 'Jane' not in str(error.value)


def test_the_checksum_of_a_name_is_not_told():
    """Who knows it could try names until one fits."""
    frame = codec.encode(LIST)
    with pytest.raises(CrcError) as error:
        codec.decode(frame[:-1] + b'x')
    assert frame[50:58].hex() not in str(error.value)
