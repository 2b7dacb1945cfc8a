"""Lists of very many elements: nothing is made of them before somebody looks, and all is right."""

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest

from igtl_ros2 import codec
from igtl_ros2.codec.lists import FEW, ElementList
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.catalog import (
    ImageMeta,
    ImageMetaElement,
    LabelMeta,
    LabelMetaElement,
    VideoMeta,
    VideoMetaElement,
)
from igtl_ros2.codec.messages.points import Point, PointList, Trajectories, Trajectory
from igtl_ros2.codec.messages.query import Capability
from igtl_ros2.codec.messages.text import String
from igtl_ros2.codec.messages.tracking import (
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from igtl_ros2.codec.patients import hidden
from igtl_ros2.codec.snapshot import snapshot
from igtl_ros2.errors import ContentError, EncodeError

MATRIX = np.array([[0, -1, 0, 1.5], [1, 0, 0, -2], [0, 0, 1, 3], [0, 0, 0, 1]])
SHIFT = np.array([[0, 0, 0, 1.0], [0] * 4, [0] * 4, [0] * 4])
MAKE = {
    PointList: lambda n: Point(
        f'p{n}', np.array([n, -0.5, 2]), f'group \u00e4 {n % 3}', (n % 256, 2, 3, 4), 1.5, 'CT'),
    Trajectories: lambda n: Trajectory(
        f't{n}', np.array([n, 1, 2]), np.array([0, 0.25, n]), n % 4, 'g', (1, 2, 3, n % 256),
        0.5, f'owner {n}'),
    TrackingData: lambda n: TrackingElement(f'tool{n}', MATRIX + n * SHIFT, n % 5),
    QuaternionTrackingData: lambda n: QuaternionElement(
        'x' * 20, np.array([n, 2, 3]), np.array([0.6, 0, 0, -0.8]), n % 256),
    ImageMeta: lambda n: ImageMetaElement(
        f'scan {n}', f'id{n}', 'CT', f'Doe^{n}' if n % 2 else '', f'{n}', n << 40, (n, 2, 3), 5),
    LabelMeta: lambda n: LabelMetaElement(
        f'liver {n}', f'id{n}', n % 256, (1, 2, 3, n % 256), (1, n, 3), 'CT'),
    VideoMeta: lambda n: VideoMetaElement(
        f'cam {n}', f'id{n}', 'Doe', '4711', -n, 0.1 * n, (n, 480, 1), MATRIX, 3),
}
kinds = pytest.mark.parametrize('kind', MAKE, ids=lambda kind: kind.__name__)


def listed(kind, count):
    """Make a list."""
    return kind([MAKE[kind](number) for number in range(count)], device_name='Many')


def fields(value):
    """Give what an element says, in a form that can be compared."""
    names = type(value).__dataclass_fields__
    return {name: np.asarray(getattr(value, name)).tolist() for name in names}


def content(message):
    """Give the content as it is on the wire."""
    return b''.join(map(bytes, message.encode_content()))


@kinds
@pytest.mark.parametrize('count', [1, FEW, 1000])
def test_no_element_is_made_until_somebody_looks(kind, count, monkeypatch):
    data = codec.encode(listed(kind, count))

    def refuse(*args):
        raise AssertionError('an element was made')

    monkeypatch.setattr(kind.element_class, 'decode', refuse)
    monkeypatch.setattr(kind.element_class, 'from_row', refuse)
    message = codec.decode(data)
    assert message.count == len(message.table()) == count
    assert codec.encode(message) == data
    assert snapshot(message) is message
    if count > FEW or kind not in (ImageMeta, VideoMeta):
        hidden(message)
    if count > FEW:
        assert len(message.elements) == count
        assert message.elements


@kinds
def test_a_short_list_has_a_tuple_of_elements_made_once(kind):
    received = codec.decode(codec.encode(listed(kind, 3)))
    unseen = codec.decode(codec.encode(received))
    copies = pickle.loads(pickle.dumps(unseen)), copy.copy(unseen), copy.deepcopy(unseen)
    changed = replace(unseen, device_name='Other'), snapshot(unseen, timestamp=7)
    for message in (received, unseen, *copies, *changed, kind(unseen.table())):
        elements = message.elements
        assert type(elements) is tuple and elements is message.elements
        assert message.count == 3
        assert [fields(e) for e in elements] == [fields(e) for e in received.elements]
        assert content(message) == content(received)
    assert codec.decode(codec.encode(kind())).elements == ()
    assert not hasattr(unseen, 'no such thing')


def test_a_short_list_keeps_no_more_memory_than_its_own():
    data = codec.encode(listed(TrackingData, 3))
    decoder = codec.Decoder()
    decoder.feed(data * 1000)
    message = decoder.next_message()
    assert message.table().rows.base == data[58:]


@kinds
@pytest.mark.parametrize('count', [0, 1, FEW, FEW + 1, 1000])
def test_what_is_in_a_list_does_not_depend_on_its_length(kind, count):
    sent = listed(kind, count)
    received = codec.decode(codec.encode(sent), strict=True)
    assert len(received.elements) == count
    for before, after in zip(sent.elements, received.elements):
        single = codec.decode(codec.encode(kind([before]))).elements[0]
        assert type(after) is type(single)
        assert fields(after) == fields(single)
    again = kind(received.elements)
    assert content(again) == content(sent)


@kinds
def test_a_long_list_is_used_like_a_tuple(kind):
    elements = codec.decode(codec.encode(listed(kind, 200))).elements
    assert elements[0] is elements[0] is next(iter(elements)) is elements[-200]
    assert elements[-1] is tuple(elements)[199]
    assert elements[3:6] == (elements[3], elements[4], elements[5])
    assert isinstance(elements[3:6], tuple)
    assert elements == tuple(elements) and tuple(elements) == elements
    assert not elements == tuple(elements)[1:]
    assert elements != list(elements)
    assert hash(elements) == hash(tuple(elements))
    assert elements + (1,) == (*elements, 1) and (1,) + elements == (1, *elements)
    assert elements[7] in elements
    assert elements.index(elements[7]) == 7
    assert list(reversed(elements))[0] is elements[199]
    assert '195 more' in repr(elements)
    with pytest.raises(IndexError):
        elements[200]


def test_repr_of_a_long_list_names_no_patient():
    message = codec.decode(codec.encode(listed(ImageMeta, 200)))
    assert 'scan 1' in repr(message)
    assert 'Doe' not in repr(message)


@pytest.mark.parametrize('phi', ['redact', 'hash'])
@pytest.mark.parametrize('kind', [ImageMeta, VideoMeta])
def test_patients_are_hidden_in_long_lists_as_in_short_ones(kind, phi):
    sent = listed(kind, 200)
    long = hidden(codec.decode(codec.encode(sent)), phi)
    for before, after in zip(sent.elements, long.elements):
        assert fields(hidden(kind([before]), phi).elements[0]) == fields(after)
    assert b'Doe' not in codec.encode(long)


@kinds
def test_what_stands_behind_a_text_is_not_sent_on(kind):
    data = bytearray(codec.encode(listed(kind, 200)))
    clean = bytes(data)
    offset = codec.decode(clean).elements.rows.dtype.fields['name'][1]
    size = kind.element_class.SIZE
    start = 58 + 150 * size + offset
    text = bytes(data[start : start + 20]).rstrip(b'\0')
    if len(text) == 20:
        return  # no room
    data[start + len(text) + 1 : start + 20] = b'S' * (19 - len(text))
    message = codec.decode(bytes(data), check_crc=False)
    assert codec.encode(message) == clean
    assert message.elements[150].name == text.decode()


def test_a_moved_list_stays_as_exact_as_it_is():
    message = codec.decode(codec.encode(listed(PointList, 100)))
    positions = message.elements.rows['position'].astype(float)
    moved = message.elements.changed(position=positions / 3.0)
    assert moved[10].position[0] == 10 / 3
    assert moved[10].name == 'p10'
    far = message.elements.changed(position=np.full((100, 3), 1e300))
    with pytest.raises(EncodeError, match='position: a number does not fit float32'):
        codec.encode(PointList(far))


# --- how many there may be -------------------------------------------------------------------


LISTS = [*(listed(kind, 101) for kind in MAKE), Capability([f'T{n}' for n in range(101)])]


@pytest.mark.parametrize('message', LISTS, ids=lambda message: message.type_name)
def test_a_list_that_is_too_long_is_skipped_before_anything_is_made_of_it(message, monkeypatch):
    decoder = codec.Decoder(max_elements=100)
    decoder.feed(codec.encode(message) + codec.encode(String('next')))
    with pytest.raises(ContentError, match='101 .*, at most 100') as caught:
        decoder.next_message()
    assert caught.value.type_name == message.type_name
    assert caught.value.in_step
    assert decoder.next_message().text == 'next'
    enough = codec.Decoder(max_elements=101)
    enough.feed(codec.encode(message))
    assert enough.next_message().type_name == message.type_name


def test_all_that_is_in_a_bind_counts():
    points = listed(PointList, 30)
    data = codec.encode(Bind([points, Bind([points]), String('x')]))
    assert codec.decode(data, max_elements=64).children[1].children[0].elements[29].name == 'p29'
    with pytest.raises(ContentError, match='30 elements, at most'):
        codec.decode(data, max_elements=63)
    with pytest.raises(ContentError, match='3 children, at most 2'):
        codec.decode(data, max_elements=2)


def test_every_list_has_rows():
    for cls in set(codec.registered().values()):
        if issubclass(cls, ElementList):
            assert cls.element_class.WIRE.itemsize == cls.element_class.SIZE


@kinds
@pytest.mark.parametrize('again', [copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_a_long_list_goes_to_another_process(kind, again):
    made = listed(kind, FEW + 1)
    data = codec.encode(made)
    for message in (made, codec.decode(data)):
        assert codec.encode(again(message)) == data
        assert list(map(fields, again(message.elements))) == list(map(fields, message.elements))
