"""PNG and JPEG, both ways."""

import zlib
from array import array
from io import BytesIO

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from sensor_msgs.msg import CompressedImage
from std_msgs.msg import Header

from igtl_ros2.codec import libraries
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.errors import ConversionError

pil = pytest.importorskip('PIL.Image', reason='Pillow is not installed')

SMOOTH = np.add.outer(np.arange(48), np.arange(64)).astype('u1')
CASES = [
    (SMOOTH, 'mono8'),
    (np.stack([SMOOTH, SMOOTH[::-1], 255 - SMOOTH], axis=-1), 'rgb8'),
    (np.stack([SMOOTH] * 4, axis=-1), 'rgba8'),
    (SMOOTH.astype('<u2') * 257, 'mono16'),
    (SMOOTH.astype('>u2') * 257, 'mono16'),
]


def compressed(data, form):
    return CompressedImage(
        header=Header(stamp=Time(sec=7), frame_id='camera'), format=form, data=array('B', data)
    )


def file_of(picture, form):
    stream = BytesIO()
    picture.save(stream, form)
    return stream.getvalue()


@pytest.mark.parametrize(('pixels', 'encoding'), CASES)
def test_png_loses_nothing(receive, send, stamp, pixels, encoding):
    result = receive(Image(pixels[None]), compressed='png', frame_id='us')
    message = result.outputs['compressed']
    assert (message.format, message.header) == ('png', Header(stamp=stamp, frame_id='us'))
    assert message.data.tobytes().startswith(b'\x89PNG')
    assert isinstance(message.data, array)
    again = send(message)
    np.testing.assert_array_equal(again.pixels[0], pixels)
    back = receive(again, frame_id='us').outputs['image']
    assert back == result.outputs['image']


@pytest.mark.parametrize(('pixels', 'encoding'), CASES[:2])
def test_jpeg_is_close(receive, send, pixels, encoding):
    message = receive(Image(pixels[None]), compressed='jpeg').outputs['compressed']
    assert message.format == 'jpeg'
    assert message.data.tobytes().startswith(b'\xff\xd8')
    found = send(message).pixels[0]
    assert found.shape == pixels.shape
    assert np.abs(found.astype(int) - pixels).max() < 30


def test_what_a_format_cannot_hold_is_said(receive):
    result = receive(Image(np.zeros((1, 2, 2), '<i2')), compressed='png')
    assert 'image' in result.outputs and 'compressed' not in result.outputs
    assert result.errors == ['16SC1 cannot be made a png; possible: mono8, rgb8, rgba8, mono16']
    result = receive(Image(np.zeros((1, 2, 2), '<u2')), compressed='jpeg')
    assert 'mono16 cannot be made a jpeg' in result.errors[0]
    assert 'without pixels' in receive(
        Image(np.zeros((1, 0, 0), 'u1')), compressed='png'
    ).errors[0]


def test_volumes_are_not_compressed(receive):
    result = receive(Image(np.zeros((2, 2, 2), 'u1')), compressed='png')
    assert 'compressed' not in result.outputs
    assert result.notes == ['no png is made of a volume, only of one slice']


@pytest.mark.parametrize(
    ('mode', 'components'),
    [('1', 1), ('L', 1), ('LA', 4), ('P', 3), ('RGB', 3), ('RGBA', 4), ('I;16', 1)],
)
def test_every_kind_of_png(send, mode, components):
    picture = pil.new(mode, (5, 4))
    message = send(compressed(file_of(picture, 'png'), 'png'))
    assert (message.size, message.components) == ((5, 4, 1), components)
    assert message.metadata['ros_frame_id'] == 'camera'
    np.testing.assert_array_equal(np.diag(message.ijk_to_ras()), [-1, -1, 1, 1])


def test_cmyk_and_the_names_that_image_transport_gives(send):
    data = file_of(pil.new('CMYK', (8, 8)), 'jpeg')
    for form in ('jpeg', 'jpg', 'rgb8; jpeg compressed bgr8', 'JPEG'):
        assert send(compressed(data, form)).components == 3


def test_geometry_of_a_picture(send):
    geometry = [0.002, 0, 0, 0.1, 0, 0.002, 0, 0.2, 0, 0, 0.002, 0.3, 0, 0, 0, 1]
    data = file_of(pil.new('L', (3, 3)), 'png')
    message = send(compressed(data, 'png'), geometry=array('d', geometry))
    np.testing.assert_allclose(message.matrix[:3, 3], (102, 202, 300))


PNG = file_of(pil.new('L', (50, 40), 7), 'png')


@pytest.mark.parametrize(
    ('data', 'form', 'text'),
    [
        (b'', 'png', 'not a PNG'),
        (b'\x89PNG\r\n\x1a\n', 'png', 'not a PNG'),
        (PNG[:60], 'png', 'not a PNG'),
        (PNG, 'tiff', "format 'tiff'"),
        (PNG, '', "format ''"),
        (PNG, '32FC1; compressedDepth png', 'compressedDepth'),
        (file_of(pil.new('L', (5, 5)), 'gif'), 'png', 'not a PNG'),
    ],
)
def test_what_is_no_picture_is_refused(send, data, form, text):
    with pytest.raises(ConversionError, match=text):
        send(compressed(data, form))


def test_a_picture_that_would_be_larger_than_memory_is_refused(send):
    """A hundred bytes that say 60000 x 60000 pixels."""

    def chunk(kind, body):
        crc = zlib.crc32(kind + body).to_bytes(4, 'big')
        return len(body).to_bytes(4, 'big') + kind + body + crc

    side = (60000).to_bytes(4, 'big')
    data = b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', side + side + b'\x08\x02\0\0\0')
    data += chunk(b'IDAT', zlib.compress(bytes(100))) + chunk(b'IEND', b'')
    with pytest.raises(ConversionError, match='too large|not a PNG'):
        send(compressed(data, 'png'))


def test_without_pillow_only_the_extra_is_missing(receive, monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(f'No module named {name!r}', name=name)

    monkeypatch.setattr(libraries, 'import_module', missing)
    result = receive(Image(SMOOTH[None]), compressed='png')
    assert set(result.outputs) == {'image', 'geometry'}
    assert result.errors == ['a png needs pillow, which is not installed: pip install pillow']
