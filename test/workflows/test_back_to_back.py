"""ROS to OpenIGTLink and back to ROS: two bridges, one the peer of the other."""

import json
import time

import numpy as np
import pytest
from harness import STATE, STREAM
from sensor_msgs.msg import Image as RosImage
from space import assert_same, geometry_data, geometry_mm, info_of, put_stamp, rigid, stamp_of
from std_msgs.msg import Float64MultiArray, Int16MultiArray
from std_msgs.msg import String as RosString

RANDOM = np.random.default_rng(7)
# what is sent: what arrives. One name for each form of pixels, and blue comes first nowhere
ENCODINGS = {
    'mono8': 'mono8', '8UC1': 'mono8', 'mono16': 'mono16', '16UC1': 'mono16',
    'rgb8': 'rgb8', '8UC3': 'rgb8', 'bgr8': 'rgb8', 'rgba8': 'rgba8', '8UC4': 'rgba8',
    'bgra8': 'rgba8', 'rgb16': 'rgb16', 'bgr16': 'rgb16', 'rgba16': 'rgba16', 'bgra16': 'rgba16',
    '8UC2': '8UC2', '16UC2': '16UC2', '8SC1': '8SC1', '8SC3': '8SC3', '16SC1': '16SC1',
    '16SC4': '16SC4', '32SC1': '32SC1', '32SC2': '32SC2', '32FC1': '32FC1', '32FC3': '32FC3',
    '64FC1': '64FC1', '64FC4': '64FC4',
}
BYTES = {'8': 1, '16': 2, '32': 4, '64': 8}
ROWS, COLUMNS = 5, 7


@pytest.fixture(scope='module')
def chain(user, run_for_all):
    """Two bridges: what is sent in /near arrives in /far."""
    port = run_for_all('defaults: {stamp: device}', namespace='/near', port=0).port(user)
    mapping = """
defaults: {stamp: device, frame: scanner}
receive:
- {device: Arr, array: true}
- {device: "*"}
"""
    run_for_all(mapping, namespace='/far', mode='client', port=port)
    # until ROS has found who listens, the far bridge publishes streams for nobody
    heard = user.listen('/far/Start/text', RosString, STATE)
    user.talk('/near/to_igtl/Start/text', RosString, STATE).publish(RosString(data='go'))
    user.wait_for(lambda: heard, 'a word over both bridges')


def form_of(encoding):
    """Tell how many components a pixel has, and how many bytes each."""
    components = {'mono': 1, 'rgb': 3, 'bgr': 3, 'rgba': 4, 'bgra': 4}
    if 'C' in encoding:
        bits, _, number = encoding.partition('C')
        return int(number), BYTES[bits[:-1]]
    letters = encoding.rstrip('0123456789')
    return components[letters], BYTES[encoding[len(letters):]]


def image_of(encoding, rows, padding=0, big=False):
    """Make an Image of random bytes, and those bytes as (rows, columns, components, size)."""
    components, size = form_of(encoding)
    pixels = RANDOM.integers(0, 255, (rows, COLUMNS, components, size), np.uint8)
    if 'FC' in encoding:
        kind = np.dtype(f'<f{size}')
        numbers = RANDOM.normal(size=(rows, COLUMNS, components)).astype(kind)
        pixels = numbers.view(np.uint8).reshape(pixels.shape)
    wire = pixels[..., ::-1] if big else pixels
    lines = wire.reshape(rows, -1)
    lines = np.hstack([lines, np.full((rows, padding), 99, np.uint8)])
    return RosImage(
        height=rows, width=COLUMNS, encoding=encoding, step=lines.shape[1],
        is_bigendian=int(big), data=lines.tobytes(),
    ), pixels


def expected(encoding, pixels):
    """Tell the bytes that arrive: red and blue are swapped where blue came first."""
    if encoding.startswith('bgr'):
        pixels = pixels[:, :, [2, 1, 0, 3][:pixels.shape[2]]]
    return pixels.tobytes()


class Sent:
    """
    An image that is sent under a device name, with its place and whatever else describes it.

    :param leaf: image or volume.
    """

    def __init__(self, user, device, leaf, image, pixels, place, **info):
        self.image, self.pixels, self.place, self.info = image, pixels, place, info
        self.stamp_ns = time.time_ns()
        put_stamp(image.header, self.stamp_ns)
        quality = STATE if leaf == 'volume' else STREAM
        self.images = user.listen(f'/far/{device}/{leaf}', RosImage, quality)
        self.places = user.listen(f'/far/{device}/geometry', Float64MultiArray, STATE)
        self.infos = user.listen(f'/far/{device}/info', RosString, STATE)
        self.publishers = [
            user.node.create_publisher(kind, f'/near/to_igtl/{device}/{what}', STATE)
            for what, kind in (
                ('info', RosString), ('geometry', Float64MultiArray), (leaf, RosImage)
            )
        ]

    def is_heard(self):
        return all(publisher.get_subscription_count() for publisher in self.publishers)

    def publish(self):
        about, where, pictures = self.publishers
        about.publish(RosString(data=json.dumps(self.info)))
        where.publish(Float64MultiArray(data=geometry_data(self.place)))
        pictures.publish(self.image)

    def is_placed(self):
        """Tell whether it has come with its place: ROS may bring that after the pixels."""
        return self.images and self.places and np.allclose(
            geometry_mm(self.places[-1]), self.place, rtol=1e-4, atol=1e-2
        )

    def check(self, user):
        image = self.image
        user.wait_for(self.is_placed, f'{image.encoding} in its place at the far end')
        got = self.images[-1]
        assert (got.encoding, got.is_bigendian) == (ENCODINGS[image.encoding], 0)
        assert (got.height, got.width) == (image.height, image.width)
        assert got.step == self.pixels[0].size
        assert bytes(got.data) == expected(image.encoding, self.pixels)
        assert got.header.frame_id == 'scanner'
        # 2**-32 s is what the wire can tell
        assert abs(stamp_of(got.header) - self.stamp_ns) <= 1
        assert_same(geometry_mm(self.places[-1]), self.place)


def send(user, sent):
    """Publish what is to be sent once all of it has listeners, then look at what arrives."""
    user.wait_for(lambda: all(each.is_heard() for each in sent), 'subscriptions of the bridge')
    for each in sent:
        each.publish()
    for each in sent:
        each.check(user)


def test_every_encoding_also_with_padded_rows_and_the_other_byte_order(user, chain):
    odd = [(encoding, 3, True) for encoding in ('mono8', 'bgr8', 'rgb16', '16SC1', '32FC3')]
    sent = []
    for encoding, padding, big in [*((encoding, 0, False) for encoding in ENCODINGS), *odd]:
        image, pixels = image_of(encoding, ROWS, padding, big)
        place = rigid(RANDOM) @ np.diag([0.2, 0.3, 1.0, 1.0])
        sent.append(Sent(user, f'Cam_{encoding}_{padding}', 'image', image, pixels, place))
    send(user, sent)


def test_volumes(user, chain):
    sent = []
    dims = [COLUMNS, ROWS, 3]
    for encoding in ('mono8', 'rgb8', '16SC1', '32FC1', '64FC4'):
        image, pixels = image_of(encoding, 3 * ROWS)
        place = rigid(RANDOM) @ np.diag([0.7, 0.8, 2.5, 1.0])
        device = f'Vol_{encoding}'
        sent.append(Sent(user, device, 'volume', image, pixels, place, dimensions=dims))
    send(user, sent)
    for each in sent:
        user.wait_for(lambda each=each: each.infos, 'info at the far end')
        assert info_of(each.infos)['dimensions'] == dims


def test_a_volume_as_an_array(user, chain):
    image, pixels = image_of('16SC1', 3 * ROWS)
    # a listener for what holds hears nobody else
    arrays = user.listen('/far/Arr/array', Int16MultiArray, STATE)
    dims = [COLUMNS, ROWS, 3]
    send(user, [Sent(user, 'Arr', 'volume', image, pixels, rigid(RANDOM), dimensions=dims)])
    # ROS may bring the voxels before what says how many slices they are
    user.wait_for(lambda: arrays and arrays[-1].layout.dim[0].size == 3, 'the array')
    layout = [(dim.label, dim.size, dim.stride) for dim in arrays[-1].layout.dim]
    assert layout == [
        ('z', 3, 3 * ROWS * COLUMNS), ('y', ROWS, ROWS * COLUMNS), ('x', COLUMNS, COLUMNS)
    ]
    assert arrays[-1].data.tobytes() == pixels.tobytes()


def test_what_was_received_can_be_sent_on_as_it_is(user, chain):
    image, pixels = image_of('16SC1', 2 * ROWS)
    dims = [COLUMNS, ROWS, 2]
    there = Sent(user, 'There', 'volume', image, pixels, rigid(RANDOM), dimensions=dims)
    send(user, [there])
    user.wait_for(lambda: there.infos, 'info at the far end')
    # as a node that relays does: volume, geometry and info just as they came
    back = Sent(user, 'Back', 'volume', image, pixels, there.place)
    back.stamp_ns = there.stamp_ns
    user.wait_for(back.is_heard, 'subscriptions of the bridge')
    for publisher, got in zip(back.publishers, (there.infos, there.places, there.images)):
        publisher.publish(got[-1])
    back.check(user)
    np.testing.assert_allclose(back.places[-1].data, there.places[-1].data, rtol=1e-6, atol=1e-9)
