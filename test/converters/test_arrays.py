"""SENSOR, both ways."""

import math

import pytest
from std_msgs.msg import Float64MultiArray

from igtl_ros2.codec.messages.arrays import Sensor, unit_word
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
