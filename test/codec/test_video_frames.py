"""Videos are encoded and decoded without ROS: what comes out is what went in, nearly."""

import numpy as np
import pytest

import igtl_ros2 as igtl
from igtl_ros2 import codec
from igtl_ros2.errors import ConversionError

pytest.importorskip('av')

ROWS, COLUMNS = 48, 64
CODECS = ('h264', 'vp9', 'mjpeg', 'raw')


def picture(number, colours=True):
    """A wide square that moves over a gradient."""
    pixels = np.linspace(40, 200, COLUMNS, dtype=np.uint8)[None].repeat(ROWS, 0)
    pixels = np.stack([pixels] * 3, axis=2)
    pixels[10:30, 4 + 4 * number:24 + 4 * number] = 200, 60, 60
    return pixels if colours else np.ascontiguousarray(pixels[..., 1])


def difference(one, other):
    return np.abs(one.astype(int) - other.astype(int)).mean()


@pytest.mark.parametrize('colours', [True, False])
@pytest.mark.parametrize('name', CODECS)
def test_pictures_come_back(name, colours):
    encoder, decoder = igtl.VideoEncoder(name), igtl.VideoDecoder()
    for number in range(8):
        sent = picture(number, colours)
        message = codec.decode(codec.encode(encoder.encode(sent, device_name='Camera')))
        assert (message.device_name, message.size) == ('Camera', (COLUMNS, ROWS, 1))
        assert message.is_key == (number == 0 or name in ('mjpeg', 'raw'))
        assert message.is_gray is not colours
        got = decoder.decode(message)
        assert got.shape == sent.shape and difference(got, sent) < 6
        assert difference(got, sent) < difference(got, picture(number + 4, colours))


@pytest.mark.parametrize('name', ['h264', 'vp9'])
def test_who_comes_later_begins_at_a_key_frame_that_is_asked_for(name):
    encoder = igtl.VideoEncoder(name)
    messages = [encoder.encode(picture(number), key=number == 3) for number in range(6)]
    assert [message.is_key for message in messages] == [True, False, False, True, False, False]
    late = igtl.VideoDecoder()
    with pytest.raises(ConversionError):
        late.decode(messages[1])
    late = igtl.VideoDecoder()
    shown = [late.decode(message) for message in messages[3:]]
    assert difference(shown[-1], picture(5)) < 6


def test_another_size_begins_anew():
    encoder, decoder = igtl.VideoEncoder(), igtl.VideoDecoder()
    for sent in (picture(0), picture(0)[:32, :32], picture(1)):
        message = encoder.encode(sent)
        assert message.is_key and decoder.decode(message).shape == sent.shape


@pytest.mark.parametrize('pixels', [
    picture(0).astype(np.uint16), picture(0)[:-1], picture(0)[:, :-1], picture(0)[..., :2],
    np.zeros((0, 0), np.uint8), picture(0)[None], [[1, 2], [3, 4]], None, 'x',
])
def test_what_cannot_be_encoded_is_said(pixels):
    with pytest.raises(ConversionError, match='wanted'):
        igtl.VideoEncoder().encode(pixels)


def test_a_codec_that_there_is_not_is_said():
    with pytest.raises(ConversionError, match="no encoder for 'mpeg2'; possible: h264"):
        igtl.VideoEncoder('mpeg2')
