"""SENSOR and NDARRAY as numbers, both ways."""

import math

import numpy as np
import pytest
from std_msgs.msg import (
    Bool,
    Float32,
    Float32MultiArray,
    Float64,
    Float64MultiArray,
    Int8,
    Int8MultiArray,
    Int16MultiArray,
    Int32MultiArray,
    Int64,
    MultiArrayDimension,
    MultiArrayLayout,
    UInt8MultiArray,
    UInt16,
    UInt16MultiArray,
    UInt32MultiArray,
    UInt64,
)

from igtl_ros2.codec.messages.arrays import NDArray, Sensor, unit_word
from igtl_ros2.errors import ConversionError, EncodeError


def test_values_by_hand(receive):
    result = receive(Sensor([1.5, -2, 0], unit_word([('N', 1)], 'm')))
    assert list(result.outputs) == ['sensor']
    sensor = result.outputs['sensor']
    assert sensor.data.tolist() == [1.5, -2, 0]  # as sent; the factor is in info
    (dim,) = sensor.layout.dim
    assert (dim.label, dim.size, dim.stride) == ('values', 3, 3)
    assert result.info['unit'] == 'mN'
    assert result.info['si_factor'] == pytest.approx(1e-3)


@pytest.mark.parametrize(
    ('units', 'prefix', 'text', 'factor'),
    [
        ([], '', '', 1),
        ([('m', 1)], '', 'm', 1),
        ([('m', 1)], 'm', 'mm', 1e-3),
        ([('g', 1)], '', 'g', 1e-3),
        ([('g', 1)], 'k', 'kg', 1),
        ([('N', 1), ('m', -2)], 'k', 'kN*m^-2', 1e3),
        ([('m', 2)], 'm', 'm(m^2)', 1e-3),
        ([('g', 1), ('m', 1), ('s', -2)], '', 'g*m*s^-2', 1e-3),
        ([('g', -1)], '', 'g^-1', 1e3),
        ([('rad', 1), ('s', -1)], '', 'rad*s^-1', 1),
    ],
)
def test_units(receive, units, prefix, text, factor):
    word = unit_word(units, prefix)
    info = receive(Sensor([1.0], word)).info
    assert info['unit'] == text
    assert info['si_factor'] == pytest.approx(factor, rel=1e-12)
    assert int(info['unit_word'], 16) == word


def test_a_unit_word_that_makes_no_sense_is_kept(receive, send):
    word = 0x8FFFFFFFFFFFFFFF
    result = receive(Sensor([1.0], word))
    assert (result.info['unit'], result.info['si_factor']) == ('', 1)
    assert send(result.outputs['sensor'], info=result.info).unit == word


def test_values_that_are_not_finite_are_passed_on(receive, send):
    result = receive(Sensor([math.nan, math.inf]))
    assert math.isnan(result.outputs['sensor'].data[0])
    again = send(result.outputs['sensor'])
    assert math.isnan(again.values[0])
    assert again.values[1] == math.inf


@pytest.mark.parametrize('count', [0, 1, 255])
def test_values_come_back(receive, send, count):
    message = Sensor([0.1 * n for n in range(count)], unit_word([('Pa', 1)], 'k'))
    result = receive(message)
    again = send(result.outputs['sensor'], info=result.info)
    assert again.values.tolist() == message.values.tolist()
    assert again.unit == message.unit


def test_more_values_than_fit_are_refused(send):
    with pytest.raises(EncodeError, match='255'):
        send(Float64MultiArray(data=[0.0] * 256), 'SENSOR')


def test_no_unit(send):
    assert send(Float64MultiArray(data=[1.0])).unit == 0


@pytest.mark.parametrize(
    ('word', 'unit'), [('0x10', 16), ('16', 16), (16, 16), (2**64 - 1, 2**64 - 1)]
)
def test_unit_words(send, word, unit):
    assert send(Float64MultiArray(data=[1.0]), info={'unit_word': word}).unit == unit


@pytest.mark.parametrize(
    'word',
    [
        'mm',
        '',
        None,
        1.5,
        math.nan,
        [1],
        {'a': 1},
        -1,
        2**64,
        10**4000,
        '0x' + 'f' * 17,
        '0x' + 'f' * 10000,
        '9' * 5000,
        '\ud800',
    ],
    ids=lambda word: repr(word)[:20],
)
def test_wrong_unit_words_are_refused(send, word):
    with pytest.raises((ConversionError, EncodeError)):
        send(Float64MultiArray(data=[1.0]), info={'unit_word': word})


# -- numbers of ROS to SENSOR


@pytest.mark.parametrize(
    ('message', 'value'),
    [
        (Bool(data=True), 1),
        (Float32(data=0.5), 0.5),
        (Float64(data=-0.1), -0.1),
        (Int8(data=-128), -128),
        (UInt16(data=65535), 65535),
        (Int64(data=-(2**53)), -(2**53)),
    ],
)
def test_one_number(send, message, value):
    assert send(message).values.tolist() == [value]


def test_a_number_that_would_be_another_is_refused(send):
    with pytest.raises(ConversionError, match='9007199254740993 cannot be sent exactly'):
        send(Int64(data=2**53 + 1))
    with pytest.raises(ConversionError, match='exactly'):
        send(UInt64(data=2**64 - 1))


def test_the_unit_of_the_mapping_stands_on_numbers_as_they_are(send):
    sensor = send(Float64(data=3.0), unit='mN')
    assert (sensor.values.tolist(), sensor.unit_text) == ([3.0], 'mN')


# -- NDARRAY


@pytest.mark.parametrize(
    ('dtype', 'ros_type'),
    [
        ('i1', Int8MultiArray),
        ('u1', UInt8MultiArray),
        ('i2', Int16MultiArray),
        ('u2', UInt16MultiArray),
        ('i4', Int32MultiArray),
        ('u4', UInt32MultiArray),
        ('f4', Float32MultiArray),
        ('f8', Float64MultiArray),
    ],
)
def test_arrays_of_every_type_come_back(receive, send, dtype, ros_type):
    before = np.arange(24).reshape(2, 3, 4).astype(dtype)
    if dtype[0] != 'u':
        before = before - np.array(12).astype(dtype)
    result = receive(NDArray(before))
    array = result.outputs['array']
    assert type(array) is ros_type
    assert [(d.label, d.size, d.stride) for d in array.layout.dim] == [
        ('dim0', 2, 24), ('dim1', 3, 12), ('dim2', 4, 4)
    ]
    assert array.data.tolist() == before.ravel().tolist()
    assert result.info == {'dtype': np.dtype(dtype).name, 'shape': [2, 3, 4]}
    again = send(array, 'NDARRAY')
    assert again.array.dtype.name == before.dtype.name
    np.testing.assert_array_equal(again.array, before)


def test_complex_numbers_have_a_last_dimension_of_two(receive, send):
    before = np.array([[1 + 2j, 3 - 4j], [0, -1j], [5, 6]])
    result = receive(NDArray(before))
    array = result.outputs['array']
    assert [(d.label, d.size) for d in array.layout.dim] == [
        ('dim0', 3), ('dim1', 2), ('complex', 2)
    ]
    assert array.data.tolist()[:4] == [1, 2, 3, -4]
    assert result.info['dtype'] == 'complex128'
    np.testing.assert_array_equal(send(array).array, before)


@pytest.mark.parametrize('shape', [(0,), (3, 0), (1,) * 31])
def test_odd_shapes_come_back(receive, send, shape):
    for dtype in (float, complex):
        result = receive(NDArray(np.zeros(shape, dtype)))
        assert send(result.outputs['array'], 'NDARRAY').array.shape == shape


def test_doubles_go_as_what_has_room_for_them(send):
    assert send(Float64MultiArray(data=[0.0] * 255)).type_name == 'SENSOR'
    assert send(Float64MultiArray(data=[0.0] * 256)).type_name == 'NDARRAY'
    dims = [MultiArrayDimension(size=2), MultiArrayDimension(size=1)]
    table = Float64MultiArray(layout=MultiArrayLayout(dim=dims), data=[1.0, 2.0])
    assert send(table).array.tolist() == [[1.0], [2.0]]
    assert send(Int16MultiArray(data=[1, 2])).array.tolist() == [1, 2]


@pytest.mark.parametrize(
    ('sizes', 'text'),
    [
        ([3], 'do not fill the shape'),
        ([0] + [65535] * 5, 'array is too big'),
        ([65536, 0], 'at most 65535'),
        ([1] * 65, 'at most 65535|64 dim'),
    ],
)
def test_layouts_that_do_not_fit(send, sizes, text):
    dims = [MultiArrayDimension(size=size) for size in sizes]
    count = 1 if set(sizes) == {1} else 0
    message = Int16MultiArray(layout=MultiArrayLayout(dim=dims), data=[0] * count)
    with pytest.raises(ConversionError, match=text):
        send(message)


def test_a_picture_in_an_array(receive):
    image = receive(NDArray(np.array([[1, 2], [3, -4]], '>i2')), as_='image').outputs['image']
    assert (image.encoding, image.width, image.height, image.is_bigendian) == ('16SC1', 2, 2, 0)
    assert image.data.tobytes() == np.array([1, 2, 3, -4], '<i2').tobytes()
    for array in (np.zeros(3), np.zeros((2, 2), complex), np.zeros((2, 2), np.uint32)):
        result = receive(NDArray(array), as_='image')
        assert list(result.outputs) == ['array']
        assert 'not published as image' in result.errors[0]
