"""VIDEO: frames passed on untouched, decoded, and encoded; with frames of real encoders."""

import importlib.util
import sys
from array import array
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import Image as RosImage
from std_msgs.msg import Header

from igtl_ros2.codec import libraries
from igtl_ros2.codec.messages.image import LPS, RAS
from igtl_ros2.codec.messages.video import Video
from igtl_ros2.converters.registry import Route, Sending, convert_to_ros, sender
from igtl_ros2.errors import ConversionError, EncodeError
from igtl_ros2.mapping import ReceiveRule, SendRule

SIZE = COLUMNS, ROWS = 64, 48
CENTRE = np.array([[0, -3, 0, 10], [2, 0, 0, 20], [0, 0, 5, 30], [0, 0, 0, 1]], float)


@pytest.fixture(scope='module')
def av():
    """PyAV, where it is installed."""
    return pytest.importorskip('av', reason='PyAV is not installed')


def scene(number, columns=COLUMNS, rows=ROWS):
    """Make a picture in colours that moves."""
    j, i = np.mgrid[0:rows, 0:columns]
    channels = 255 * i // columns, 255 * j // rows, (4 * number + i + j) % 256
    return np.stack(channels, axis=-1).astype('u1')


def stream(av, codec, count=5, options=None):
    """Encode a stream with PyAV itself, as another program would."""
    context = av.CodecContext.create(codec, 'w')
    context.width, context.height = SIZE
    context.pix_fmt, context.time_base = 'yuv420p', Fraction(1, 25)
    context.options = options or {}
    packets = []
    for number in range(count):
        frame = av.VideoFrame.from_ndarray(scene(number), format='rgb24').reformat(
            format='yuv420p'
        )
        frame.pts = number
        packets += context.encode(frame)
    packets += context.encode(None)
    return [bytes(packet) for packet in packets], [packet.is_keyframe for packet in packets]


def ros_frame(data, form):
    return CompressedImage(
        header=Header(stamp=Time(sec=7), frame_id='camera'), format=form, data=array('B', data)
    )


def ros_image(pixels, encoding):
    return RosImage(
        header=Header(stamp=Time(sec=7), frame_id='camera'),
        encoding=encoding,
        width=pixels.shape[1],
        height=pixels.shape[0],
        data=array('B', pixels.tobytes()),
    )


class Line:
    """One device in both directions, with what its converters keep from frame to frame."""

    def __init__(self, **rule):
        self.sending = Sending('Cam', SendRule('Cam', **rule), 1)
        self.route = Route('Cam', 'ras', 'cam', ReceiveRule(decode=True))

    def send(self, ros_message, wire_type='VIDEO'):
        return sender(type(ros_message), wire_type)(ros_message, self.sending)

    def receive(self, message):
        return convert_to_ros(message, self.route, Time(sec=1))


# -- untouched


@pytest.mark.parametrize(
    ('codec', 'form'),
    [
        ('H264', 'h264'),
        ('VP90', 'vp9'),
        ('X265', 'h265'),
        ('O265', 'h265'),
        ('AV10', 'av1'),
        ('MJPG', 'mjpeg'),
        ('ABCD', 'abcd'),
    ],
)
def test_a_frame_passes_untouched(receive, send, stamp, codec, form):
    data = bytes(range(256)) * 3
    message = Video(data, codec, (640, 480, 1), 3, CENTRE, LPS, device_name='Cam')
    result = receive(message, frame_id='endoscope')
    frame = result.outputs['video']
    assert set(result.outputs) == {'video', 'geometry'}
    assert (frame.format, frame.header) == (form, Header(stamp=stamp, frame_id='endoscope'))
    assert isinstance(frame.data, array) and frame.data.tobytes() == data
    assert result.info['codec'] == codec
    assert (result.info['frame_type'], result.info['key']) == (3, False)
    assert result.info['dimensions'] == [640, 480, 1]
    if codec == 'ABCD':
        with pytest.raises(ConversionError, match="format 'abcd' cannot be sent as VIDEO"):
            send(frame, 'VIDEO', info=result.info)
        return
    again = send(
        frame, 'VIDEO', info=result.info, geometry=result.outputs['geometry'].data
    )
    assert (again.codec, again.size, again.frame.tobytes()) == (codec, (640, 480, 1), data)
    np.testing.assert_allclose(again.ijk_to_ras(), message.ijk_to_ras(), atol=1e-4)


def test_the_place_of_a_frame_by_hand(receive):
    """The first pixel is 31.5 and 23.5 steps before the centre (10, 20, 30)."""
    message = Video(b'x', 'H264', (*SIZE, 1), 1, CENTRE)
    matrix = np.reshape(receive(message).outputs['geometry'].data, (4, 4))
    np.testing.assert_allclose(matrix[:3, 3], (0.0805, -0.043, 0.030), atol=1e-9)
    np.testing.assert_allclose(matrix[:3, 0], (0, 0.002, 0), atol=1e-9)
    lps = np.reshape(
        receive(Video(b'x', 'H264', (*SIZE, 1), 1, CENTRE, LPS)).outputs['geometry'].data, (4, 4)
    )
    np.testing.assert_allclose(lps[:3, 3], (-0.0805, 0.043, 0.030), atol=1e-9)


def test_a_frame_that_was_given_no_place_has_no_geometry(receive):
    """Not an error: the C++ library sends such frames."""
    matrix = np.full((4, 4), np.nan)
    matrix[3] = 0, 0, 0, 1
    result = receive(Video(bytes(6), 'I420', (2, 2, 1), 1, matrix))
    assert list(result.outputs) == ['video'] and result.errors == []


@pytest.mark.parametrize(
    ('form', 'data', 'key'),
    [
        ('h264', b'\0\0\0\x01\x67\x42\0\0\x01\x65\x88', True),
        ('h264', b'\0\0\0\x01\x41\x9a\x65', False),
        ('h265', b'\0\0\0\x01\x40\x01\0\0\x01\x26\x01', True),
        ('h265', b'\0\0\0\x01\x02\x01', False),
        ('vp9', b'\x82\x49\x83\x42', True),
        ('vp9', b'\x86\0', False),
        ('av1', b'\x12\0\x0a\x0b', True),
        ('av1', b'\x12\0\x32\x0b', False),
        ('mjpeg', b'\xff\xd8', True),
    ],
)
def test_key_frames_are_told_apart_without_decoding(send, form, data, key):
    message = send(ros_frame(data, form), 'VIDEO', dims=(64, 48, 1))
    assert (message.is_key, message.frame_type) == (key, 1 if key else 3)


def test_other_formats_are_refused_by_name(send):
    with pytest.raises(ConversionError, match="format 'theora' cannot be sent as VIDEO"):
        send(ros_frame(b'', 'theora'), 'VIDEO')


def test_a_raw_frame_of_another_size_is_refused(send):
    with pytest.raises(EncodeError, match='raw frame'):
        send(ros_frame(bytes(7), 'i420'), 'VIDEO', dims=(2, 2, 1))


@pytest.mark.parametrize('dimensions', [[1, 2], 'abc', [1.0, 2, 3], [-1, 2, 3], [70000, 1, 1]])
def test_wrong_dimensions_are_refused(send, dimensions):
    with pytest.raises(ConversionError, match='dimensions'):
        send(
            ros_frame(b'x', 'h264'), 'VIDEO', info={'format': 'h264', 'dimensions': dimensions}
        )


# -- decoded


@pytest.mark.parametrize(
    ('codec', 'name', 'options'),
    [
        ('H264', 'libx264', {'tune': 'zerolatency'}),
        ('VP90', 'libvpx-vp9', {'lag-in-frames': '0', 'b': '0', 'crf': '10'}),
        ('X265', 'libx265', {'tune': 'zerolatency', 'x265-params': 'log-level=none'}),
    ],
)
def test_frames_of_other_encoders_are_decoded(av, codec, name, options):
    line = Line()
    packets, keys = stream(av, name, options=options)
    for number, (data, is_key) in enumerate(zip(packets, keys)):
        message = Video(data, codec, (*SIZE, 1), 1 if is_key else 3, CENTRE, device_name='Cam')
        result = line.receive(message)
        assert result.errors == []
        image = result.outputs['image']
        assert (image.width, image.height, image.encoding) == (64, 48, 'rgb8')
        assert image.header == Header(stamp=Time(sec=1), frame_id='ras')
        pixels = np.reshape(image.data, (48, 64, 3)).astype(int)
        assert np.abs(pixels - scene(number)).mean() < 8
        assert result.outputs['video'].data.tobytes() == data
    # the sender tells the same key frames that the encoder did
    found = [line.send(ros_frame(data, result.outputs['video'].format)).is_key for data in packets]
    assert found == keys


def test_a_stream_is_joined_at_its_next_key_frame(av):
    options = {'tune': 'zerolatency', 'g': '5', 'sc_threshold': '0'}
    packets, keys = stream(av, 'libx264', 12, options)
    assert [number for number, is_key in enumerate(keys) if is_key] == [0, 5, 10]
    line = Line()
    shown = []
    for number, data in list(enumerate(packets))[3:]:
        result = line.receive(Video(data, 'H264', (*SIZE, 1)))
        assert result.outputs['video'].data.tobytes() == data
        if 'image' in result.outputs:
            shown.append(number)
        else:
            assert 'no key frame has come yet' in result.errors[0]
    assert shown == [5, 6, 7, 8, 9, 10, 11]


def test_after_garbage_the_stream_goes_on(av):
    packets, _ = stream(av, 'libx264', 3, {'tune': 'zerolatency', 'g': '1'})
    line = Line()
    assert 'image' in line.receive(Video(packets[0], 'H264', (*SIZE, 1))).outputs
    broken = line.receive(Video(b'garbage' * 50, 'H264', (*SIZE, 1)))
    assert 'not decoded' in broken.errors[0] and 'image' not in broken.outputs
    result = line.receive(Video(packets[2], 'H264', (*SIZE, 1)))
    pixels = np.reshape(result.outputs['image'].data, (48, 64, 3)).astype(int)
    assert np.abs(pixels - scene(2)).mean() < 8


def test_a_frame_of_another_size_than_the_message_says_is_not_shown(av):
    packets, _ = stream(av, 'libx264', 1, {'tune': 'zerolatency'})
    for size in ((62, 48, 1), (640, 480, 1), (16, 16, 1)):
        result = Line().receive(Video(packets[0], 'H264', size))
        assert 'image' not in result.outputs and 'not decoded' in result.errors[0]


def test_a_codec_without_a_decoder(av):
    result = Line().receive(Video(b'x', 'ABCD', (2, 2, 1)))
    assert 'video' in result.outputs
    assert "no decoder for 'ABCD'" in result.errors[0]


def test_a_gray_raw_frame_needs_no_library(receive):
    luma = np.arange(24, dtype='u1').reshape(4, 6)
    data = luma.tobytes() + bytes([128]) * 12
    result = receive(Video(data, 'I420', (6, 4, 1), 256, CENTRE), decode=True, frame_id='a')
    image = result.outputs['image']
    assert (image.encoding, image.data.tobytes()) == ('mono8', luma.tobytes())
    assert result.outputs['video'].format == 'i420'
    assert result.info['gray'] is True


def test_a_raw_frame_in_colours(av, receive):
    """Gray 50 % is Y 126, red is Y 82, U 90, V 240 (BT.601)."""
    gray = bytes([126]) * 24 + bytes([128]) * 12
    image = receive(Video(gray, 'I420', (6, 4, 1)), decode=True).outputs['image']
    assert image.encoding == 'rgb8'
    assert np.abs(np.array(image.data, int) - 128).max() <= 2
    red = bytes([82]) * 24 + bytes([90]) * 6 + bytes([240]) * 6
    image = receive(Video(red, 'I420', (6, 4, 1)), decode=True).outputs['image']
    pixels = np.reshape(image.data, (-1, 3)).astype(int)
    assert np.abs(pixels - (255, 0, 0)).max() <= 4


def test_a_decoded_frame_has_the_extras_of_an_image(receive):
    pytest.importorskip('PIL', reason='Pillow is not installed')
    data = bytes(24) + bytes([128]) * 12
    result = receive(
        Video(data, 'I420', (6, 4, 1), 256, CENTRE),
        decode=True,
        plane=True,
        compressed='png',
        tf='dynamic',
    )
    assert {'image', 'video', 'geometry', 'plane', 'compressed'} == set(result.outputs)
    assert len(result.transforms) == 1


def test_a_frame_outside_of_its_own_image_is_not_shown(receive):
    message = Video(
        bytes(24) + bytes([128]) * 12, 'I420', (2, 2, 1), 256, CENTRE, block=(6, 4, 1)
    )
    result = receive(message, decode=True)
    assert 'video' in result.outputs and 'not decoded' in result.errors[0]


# -- encoded


@pytest.mark.parametrize(
    ('codec', 'wire'), [('h264', 'H264'), ('vp9', 'VP90'), ('mjpeg', 'MJPG'), ('raw', 'I420')]
)
def test_images_are_encoded_and_come_back(av, codec, wire):
    line = Line(codec=codec)
    keys = []
    for number in range(35):
        message = line.send(ros_image(scene(number), 'rgb8'))
        assert (message.codec, message.size, message.coordinates) == (wire, (64, 48, 1), RAS)
        keys.append(message.is_key)
        image = line.receive(message).outputs['image']
        assert image.encoding == 'rgb8'
        pixels = np.reshape(image.data, (48, 64, 3)).astype(int)
        assert np.abs(pixels - scene(number)).mean() < 8
    # one who comes later does not wait long
    assert keys[0] and any(keys[1:])


@pytest.mark.parametrize('codec', ['h264', 'vp9', 'mjpeg', 'raw'])
def test_gray_images(av, codec):
    line = Line(codec=codec)
    luma = scene(0)[..., 0].copy()
    message = line.send(ros_image(luma, 'mono8'))
    assert message.is_gray and message.is_key
    image = line.receive(message).outputs['image']
    assert image.encoding == 'mono8'
    worst = np.abs(np.reshape(image.data, luma.shape).astype(int) - luma).max()
    assert worst == 0 if codec == 'raw' else worst <= 6


def test_raw_gray_is_the_picture_itself(send):
    luma = np.arange(24, dtype='u1').reshape(4, 6)
    message = send(ros_image(luma, 'mono8'), 'VIDEO', codec='raw', spacing=(0.001, 0.001, 0.001))
    assert message.frame.tobytes() == luma.tobytes() + bytes([128]) * 12
    np.testing.assert_array_equal(message.ijk_to_ras(), np.diag([-1, -1, 1, 1]))


@pytest.mark.parametrize(('encoding', 'order'), [('bgr8', [2, 1, 0]), ('rgba8', [0, 1, 2, 0])])
def test_channels_in_any_order(av, send, encoding, order):
    plain = send(ros_image(scene(0), 'rgb8'), 'VIDEO', codec='raw')
    again = send(ros_image(scene(0)[..., order].copy(), encoding), 'VIDEO', codec='raw')
    assert again.frame.tobytes() == plain.frame.tobytes()


def test_a_stream_may_change_its_size(av):
    line = Line(codec='h264')
    assert line.send(ros_image(scene(0), 'rgb8')).is_key
    assert not line.send(ros_image(scene(1), 'rgb8')).is_key
    message = line.send(ros_image(scene(2, 32, 16), 'rgb8'))
    assert message.is_key and message.size == (32, 16, 1)
    assert line.receive(message).outputs['image'].width == 32


@pytest.mark.parametrize(
    ('pixels', 'encoding', 'text'),
    [
        (np.zeros((4, 5), 'u1'), 'mono8', '5 x 4 pixels'),
        (np.zeros((3, 4), 'u1'), 'mono8', '4 x 3 pixels'),
        (np.zeros((0, 0), 'u1'), 'mono8', '0 x 0 pixels'),
        (np.zeros((2, 2), '<u2'), 'mono16', 'mono16 cannot be sent as VIDEO'),
        (np.zeros((2, 2, 2), 'u1'), '8UC2', '8UC2 cannot be sent as VIDEO'),
    ],
)
def test_what_cannot_be_encoded_is_refused(send, pixels, encoding, text):
    with pytest.raises(ConversionError, match=text):
        send(ros_image(pixels, encoding), 'VIDEO')


# -- the size of frames that come from ROS


@pytest.mark.parametrize(('codec', 'form'), [('libx264', 'h264'), ('libvpx-vp9', 'vp9')])
def test_the_size_is_found_in_the_key_frame(av, codec, form):
    packets, _ = stream(av, codec)
    line = Line()
    sizes = [line.send(ros_frame(data, form)).size for data in packets]
    assert set(sizes) == {(64, 48, 1)}


def test_without_a_key_frame_the_size_is_not_known(av, send):
    packets, keys = stream(av, 'libx264')
    assert not keys[1]
    with pytest.raises(ConversionError, match='size of the frames is not known: give dims'):
        send(ros_frame(packets[1], 'h264'), 'VIDEO')
    message = send(ros_frame(packets[1], 'h264'), 'VIDEO', dims=(64, 48, 1))
    assert message.size == (64, 48, 1)


def test_h264_on_a_topic_of_pictures_is_sent_as_video(av, send):
    packets, _ = stream(av, 'libx264', 1)
    assert type(send(ros_frame(packets[0], 'h264'))) is Video
    with pytest.raises(ConversionError, match="format 'h264' cannot be sent as IMAGE"):
        send(ros_frame(packets[0], 'h264'), 'IMAGE', type='IMAGE')


# -- for Foxglove


class CompressedVideo:
    """What foxglove_msgs has, which the registry of wheels has not."""

    def __init__(self, **fields):
        self.data = array('B')
        vars(self).update(fields)


@pytest.mark.parametrize(
    ('codec', 'form'), [('H264', 'h264'), ('O265', 'h265'), ('VP90', 'vp9'), ('AV10', 'av1')]
)
def test_a_frame_for_foxglove(stamp, monkeypatch, codec, form):
    module = SimpleNamespace(CompressedVideo=CompressedVideo)
    monkeypatch.setitem(sys.modules, 'foxglove_msgs.msg', module)
    monkeypatch.setitem(sys.modules, 'foxglove_msgs', SimpleNamespace(msg=module))
    result = convert_to_ros(Video(b'abc', codec, (*SIZE, 1)), foxglove_route(), stamp)
    frame = result.outputs['foxglove']
    assert (frame.timestamp, frame.frame_id, frame.format) == (stamp, 'endoscope', form)
    assert frame.data.tobytes() == b'abc'
    assert result.errors == []


def test_foxglove_without_its_package(stamp):
    if importlib.util.find_spec('foxglove_msgs'):
        pytest.skip('foxglove_msgs is installed')
    result = convert_to_ros(Video(b'abc', 'H264', (*SIZE, 1)), foxglove_route(), stamp)
    assert set(result.outputs) == {'video', 'geometry'}
    assert result.errors == [
        'not published as foxglove: the ROS package foxglove_msgs is not installed'
    ]


def test_what_foxglove_does_not_play_is_said_once(stamp):
    route = foxglove_route()
    notes = [convert_to_ros(Video(b'abc', 'MJPG', (*SIZE, 1)), route, stamp).notes
             for _ in range(2)]
    assert notes == [
        ['not published as foxglove: mjpeg; possible: h264, h265, vp9, av1'], []
    ]


def foxglove_route():
    return Route('Cam', 'endoscope', 'Cam', ReceiveRule(foxglove=True))


# -- without PyAV


def test_without_the_library_frames_still_pass(receive, send, monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(f'No module named {name!r}', name=name)

    monkeypatch.setattr(libraries, 'import_module', missing)
    result = receive(Video(b'abc', 'H264', (*SIZE, 1)), decode=True)
    assert result.outputs['video'].data.tobytes() == b'abc'
    assert result.errors == [
        'not decoded: decoding of video needs av, which is not installed: pip install av'
    ]
    for needy in (ros_image(scene(0), 'rgb8'), ros_frame(b'abc', 'h264')):
        with pytest.raises(ConversionError, match='pip install av'):
            send(needy, 'VIDEO')
