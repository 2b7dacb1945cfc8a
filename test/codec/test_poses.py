"""Poses are numbers until somebody wants arrays, and nobody can tell the difference."""

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, replace

import numpy as np
import pytest

from igtl_ros2 import codec
from igtl_ros2.codec.messages import pose
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.snapshot import snapshot
from igtl_ros2.errors import EncodeError

MATRIX = np.array([[0, -2, 0.5, 10.25], [1, 0, 0, -3], [0, 0.125, 1, 7], [0, 0, 0, 1]])
AFFINE = (0, 1, 0, -2, 0, 0.125, 0.5, 0, 1, 10.25, -3, 7)
SHARED = {'device_name': 'Tool', 'timestamp': 5, 'message_id': 7, 'metadata': {'a': 'b'}}
MAKERS = {
    'TRANSFORM': lambda: Transform(MATRIX, **SHARED),
    'POSITION 12': lambda: Position((1, 2, 3.5), **SHARED),
    'POSITION 24': lambda: Position((1, 2, 3.5), (0, 0.6, 0, 0.8), form=24, **SHARED),
    'POSITION 28': lambda: Position((1, 2, 3.5), (0, 0.6, 0, -0.8), **SHARED),
}
made = pytest.mark.parametrize('make', MAKERS.values(), ids=MAKERS)


def arrays(message):
    """Give the arrays of a pose."""
    return [getattr(message, name) for name in message.lazy]


def said(message):
    """Give every field in a form that can be compared."""
    names = type(message).__dataclass_fields__
    return {name: repr(getattr(message, name)) for name in names}


def no_array(*_args, **_fields):
    """Stand in for what makes arrays."""
    pytest.fail('an array was made')


@made
def test_a_received_pose_has_the_arrays_of_a_made_one(make):
    message = make()
    got = codec.decode(codec.encode(message))
    for array, wanted in zip(arrays(got), arrays(message)):
        assert (array.dtype, array.shape) == (np.float64, wanted.shape)
        assert not array.flags.writeable
        np.testing.assert_allclose(array, wanted, atol=1e-7)
    assert arrays(got)[0] is arrays(got)[0]
    assert said(got) == said(pickle.loads(pickle.dumps(got)))


@made
@pytest.mark.parametrize('looked', [False, True])
@pytest.mark.parametrize(
    'again',
    [copy.copy, copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m)), replace,
     lambda m: snapshot(m), lambda m: snapshot(replace(m, timestamp=0), timestamp=5)],
    ids=['copy', 'deepcopy', 'pickle', 'replace', 'snapshot', 'stamped'],
)
def test_a_copy_says_the_same(make, looked, again):
    data = codec.encode(make())
    message = codec.decode(data)
    if looked:
        arrays(message)
    other = again(message)
    assert type(other) is type(message)
    assert codec.encode(other) == data
    assert codec.encode(message) == data
    for array, wanted in zip(arrays(other), arrays(message)):
        np.testing.assert_array_equal(array, wanted)


@made
def test_no_array_is_made_on_the_way(make, monkeypatch):
    data = codec.encode(make())
    plain = codec.decode(codec.encode(replace(make(), timestamp=0)))
    monkeypatch.setattr(pose, 'matrix_of', no_array)
    monkeypatch.setattr(pose, 'read_only', no_array)
    message = codec.decode(data)
    assert len(message.affine if isinstance(message, Transform) else message.pose) in (7, 12)
    assert codec.encode(message) == data
    assert codec.encode(snapshot(plain, timestamp=5)) == data


@made
def test_nothing_of_it_can_be_set(make):
    message = codec.decode(codec.encode(make()))
    for name in message.lazy:
        with pytest.raises(FrozenInstanceError):
            setattr(message, name, None)
    with pytest.raises(AttributeError, match="no attribute 'colour'"):
        _ = message.colour


def test_the_numbers_are_those_of_the_wire():
    message = Transform(MATRIX)
    assert message.affine == codec.decode(codec.encode(message)).affine == AFFINE
    assert {type(number) for number in message.affine} == {float}
    for quaternion in ((0, 0.5, 0, 0), (0.5, -0.5, 0.5, -0.5)):
        place = Position((1, 2, 3.5), quaternion)
        assert place.pose == codec.decode(codec.encode(place)).pose == (1, 2, 3.5, *quaternion)
    assert codec.decode(codec.encode(Position((1, 2, 3)))).pose == (1, 2, 3, 0, 0, 0, 1)


@pytest.mark.parametrize('fields', [
    {}, {'device_name': 'Tool', 'timestamp': 9}, {'device_name': 'ä' * 9}, SHARED,
    {'timestamp_ns': 1_700_000_000_000_000_000, 'version': 2},
])
def test_numbers_make_what_a_matrix_makes(fields, monkeypatch):
    wanted = Transform(MATRIX, **fields)
    monkeypatch.setattr(pose, 'matrix_of', no_array)
    for numbers in (AFFINE, list(AFFINE), np.array(AFFINE), iter(AFFINE)):
        message = Transform.from_affine(numbers, **fields)
        assert message.affine == AFFINE
        assert codec.encode(message) == codec.encode(wanted)
    monkeypatch.undo()
    np.testing.assert_array_equal(message.matrix, MATRIX)
    assert said(message) == said(wanted)


def test_numbers_are_as_exact_as_they_were_given():
    message = Transform.from_affine([0.1] * 12)
    assert message.affine == (0.1,) * 12
    assert message.matrix[0, 3] == 0.1


class Own(Transform):
    """A class of a user."""

    def __post_init__(self):
        """Refuse something."""
        super().__post_init__()
        if self.affine[9] > 5:
            raise EncodeError('too far')


def test_numbers_of_a_class_of_ones_own_are_checked_by_it():
    assert type(Own.from_affine([1.0] * 12, device_name='a')) is Own
    with pytest.raises(EncodeError, match='too far'):
        Own.from_affine(AFFINE, device_name='a')


@dataclass(frozen=True, slots=True, eq=False)
class Marked(Transform):
    """A class of a user with one more field."""

    colour: str = 'red'


@pytest.mark.parametrize(
    'again', [lambda m: m, copy.copy, lambda m: pickle.loads(pickle.dumps(m)), replace, snapshot])
def test_a_class_of_ones_own_may_have_more_fields(again):
    message = again(Marked.from_affine(AFFINE, device_name='a', colour='blue'))
    np.testing.assert_array_equal(message.matrix, MATRIX)
    assert (message.colour, message.device_name, message.affine) == ('blue', 'a', AFFINE)


@pytest.mark.parametrize('numbers', [
    None, 5, 'abcdefghijkl', (1.0,) * 11, (1.0,) * 13, [None] * 12, [1j] * 12, ['1'] * 12,
    [[1.0]] * 12, [10**400] * 12,
])
def test_what_are_no_twelve_numbers_is_refused(numbers):
    with pytest.raises(EncodeError, match='affine: .*wanted 12 numbers'):
        Transform.from_affine(numbers)


@pytest.mark.parametrize('fields', [
    {'device_name': 'a\0b'}, {'device_name': 5}, {'timestamp': -1}, {'timestamp': 1 << 64},
    {'timestamp': 'now'}, {'timestamp': 1_700_000_000_000_000_000}, {'timestamp': True},
    {'metadata': 'none'}, {'version': 3}, {'timestamp': 5, 'timestamp_ns': 5},
])
def test_other_fields_are_checked_as_with_a_matrix(fields):
    with pytest.raises(EncodeError) as with_matrix:
        Transform(MATRIX, **fields)
    with pytest.raises(EncodeError) as with_numbers:
        Transform.from_affine(AFFINE, **fields)
    assert str(with_numbers.value) == str(with_matrix.value)


def test_a_number_too_large_for_the_wire_is_refused_when_it_is_written():
    message = Transform.from_affine([1e39] * 12)
    with pytest.raises(EncodeError, match='does not fit float32'):
        codec.encode(message)
