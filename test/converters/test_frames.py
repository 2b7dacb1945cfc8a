"""Whole frames: types without a class, and what is sent raw."""

from array import array
from pathlib import Path

import pytest
from many import each
from std_msgs.msg import UInt8MultiArray

from igtl_ros2 import codec
from igtl_ros2.codec.messages.text import Status, String
from igtl_ros2.converters.frames import raw_frame
from igtl_ros2.errors import ConversionError

GOLDEN = sorted((Path(__file__).parent.parent / 'golden').glob('*.bin'))


def frame(data):
    """Make the ROS message of bytes."""
    return UInt8MultiArray(data=array('B', data))


@each('path', GOLDEN)
def test_every_message_as_a_frame_and_back(send, path):
    data = path.read_bytes()
    raw = raw_frame(codec.decode(data))
    assert raw.data.tobytes() == data
    assert codec.encode(send(raw)) == data


def test_a_type_without_a_class(receive):
    message = codec.Unknown('VENDOR', b'\x01\x02\xff', device_name='Thing', timestamp=1 << 32)
    result = receive(message)
    assert list(result.outputs) == ['raw']
    assert result.outputs['raw'].data.tobytes() == codec.encode(message)
    assert result.info == {'frame_bytes': 61}
    assert (result.state, result.errors) == (None, [])


def test_a_frame_keeps_its_own_name_and_stamp(send):
    message = Status(3, device_name='Robot', timestamp=77 << 32)
    again = send(frame(codec.encode(message)), device='Other')
    assert (again.device_name, again.timestamp) == ('Robot', 77 << 32)


WHOLE = codec.encode(String('hello', device_name='Cmd', metadata={'a': 'b'}))


@pytest.mark.parametrize(
    'data',
    [
        b'',
        b'\0',
        b'garbage' * 20,
        WHOLE[:-1],
        WHOLE[:58],
        WHOLE[:30],
        WHOLE + b'\0',
        WHOLE + WHOLE,
        WHOLE[:-3] + b'\xff' + WHOLE[-2:],  # wrong CRC
        WHOLE[:42] + b'\xff' * 8 + WHOLE[50:],  # a body of 2**64 - 1 bytes
        b'\0\x07' + WHOLE[2:],  # header version 7
        b'\0\x03' + WHOLE[2:],  # header version 3
    ],
    ids=lambda data: f'{len(data)} bytes',
)
def test_what_is_no_valid_frame_is_not_sent(send, data):
    with pytest.raises(ConversionError, match='not a valid frame'):
        send(frame(data))


def test_a_frame_that_cannot_be_written_again(receive):
    """Metadata may come in sizes that the receivers of what is sent do not take."""
    message = codec.Unknown('VENDOR', b'', metadata={'key': 'x' * 65536})
    with pytest.raises(ConversionError, match='no frame'):
        receive(message, wire=False)
