"""
A list type of another package: its gates, its frames and the way to another link.

`test_own_type.py` runs this in a process of its own, whose register it changes.
"""

import struct
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest
from geometry_msgs.msg import Point, Pose, PoseArray, PoseStamped
from numpy.testing import assert_allclose
from std_msgs.msg import Header

from igtl_ros2 import codec
from igtl_ros2.codec.fields import check_array, checked_text, fixed_text
from igtl_ros2.codec.geometry import moved_point, turned_quaternion
from igtl_ros2.codec.layout import Record
from igtl_ros2.codec.lists import ElementList
from igtl_ros2.codec.message import Place
from igtl_ros2.converters.claims import Claims
from igtl_ros2.converters.gates import Gate, Gates
from igtl_ros2.converters.handover import handed, is_whole
from igtl_ros2.converters.loopback import try_received
from igtl_ros2.converters.outputs import STREAM, Output
from igtl_ros2.converters.placing import frames_of, has_place, moved_received
from igtl_ros2.converters.points import list_withheld
from igtl_ros2.converters.registry import (
    Converted,
    converted,
    extra,
    from_ros,
    leaf_wire_type,
    load_converters,
    route_of,
    to_ros,
)
from igtl_ros2.converters.samples import add_sample
from igtl_ros2.errors import ConfigError, ContentError, ConversionError
from igtl_ros2.mapping import ReceiveRule, SendRule, Workspace, load_mapping

load_converters()
TURNED = Record(('quaternion', 'f4', (4,)))
TOOTH = Record(('name', 'S8'), ('tip', 'f4', (3,)), ('depth', 'f4'))
BOX = Workspace((-1, -1, -1), (1, 1, 1))


@dataclass(frozen=True, slots=True, eq=False)
class Tooth:
    """A place whose field is called as none of the bridge is."""

    SIZE: ClassVar = TOOTH.size
    WIRE: ClassVar = TOOTH.dtype

    name: str
    tip: np.ndarray
    depth: float = 0.0

    def __post_init__(self):
        object.__setattr__(self, 'tip', check_array(self.tip, (3,), 'tip'))

    def moved(self, matrix):
        return replace(self, tip=moved_point(matrix, self.tip))

    def encode(self):
        return TOOTH.pack(checked_text(self.name, 8, 'name'), *self.tip.tolist(), self.depth)

    @classmethod
    def decode(cls, data, offset):
        name, x, y, z, depth = TOOTH.unpack_from(data, offset)
        return cls(fixed_text(name), (x, y, z), depth)

    def to_row(self):
        return checked_text(self.name, 8, 'name'), self.tip, self.depth

    @classmethod
    def from_row(cls, row):
        return cls(fixed_text(row[0]), row[1], row[2])


@codec.register('COMB')
@dataclass(frozen=True, slots=True, eq=False)
class Comb(ElementList):
    """COMB: teeth."""

    is_stream = True
    place = Place.POINTS
    element_class = Tooth


@codec.register('BRITTLE')
@dataclass(frozen=True, slots=True, eq=False)
class Brittle(codec.Message):
    """BRITTLE: reads what comes without a look at its length."""

    place = Place.NOWHERE

    @classmethod
    def decode_content(cls, content, envelope):
        struct.unpack('>I', content)
        return cls.from_wire(envelope)


asks = []


@to_ros(Comb, Output('comb', PoseArray, STREAM, is_whole=True))
def comb_to_ros(message, route, stamp):
    """COMB: `comb`, the tips."""
    result = Converted()
    places = [(element.tip / 1000).tolist() for element in message.elements]
    if not (asks and list_withheld(route, result, np.array(places), 0)):
        result.outputs['comb'] = PoseArray(
            header=Header(stamp=stamp, frame_id=route.frame_id),
            poses=[Pose(position=Point(x=x, y=y, z=z)) for x, y, z in places])
    return result


def comb(*tips):
    """Give it as it is received."""
    made = Comb([Tooth(f't{n}', tip, 1.0) for n, tip in enumerate(tips)], device_name='C')
    return codec.decode(codec.encode(made))


def gated(message):
    rule = ReceiveRule(workspace=BOX)
    route = route_of('C', rule)
    route.gate = Gate(Gates.of(rule, 'COMB', None), 5, 0.0, 0.0)
    return converted(message, route, 5)


def test_a_list_whose_converter_asks_no_gate_does_not_pass_one():
    asks.clear()
    for tip in ((5000, 0, 0), (1, 0, 0)):
        result = gated(comb(tip))
        assert (result.outputs, result.state) == ({}, 'withheld by type')
    assert list(gated(comb()).outputs) == ['comb']  # there is nothing to ask for
    asks.append(True)
    assert gated(comb((1, 0, 0), (5000, 0, 0))).state == 'withheld by workspace'
    assert list(gated(comb((1, 0, 0))).outputs) == ['comb']


@pytest.mark.parametrize('count', [2, 100])
def test_its_elements_are_moved_as_they_say(count):
    message = comb(*[(n, 0, 0) for n in range(count)])
    matrix = np.eye(4)
    matrix[:3, 3] = 0.01, 0, 0
    rule = ReceiveRule(to_frame='base')
    moved = moved_received(message, route_of('C', rule), {'ras': matrix})
    assert_allclose([e.tip[0] for e in moved.elements], np.arange(count) + 10)
    assert [e.depth for e in moved.elements] == [1.0] * count
    assert codec.decode(codec.encode(moved)).elements[1].tip[0] == 11


@dataclass(frozen=True, slots=True, eq=False)
class Screw:
    """Its fields are called as those of tools are, and mean something else."""

    SIZE: ClassVar = TURNED.size
    WIRE: ClassVar = TURNED.dtype

    quaternion: tuple

    def moved(self, matrix):
        w, x, y, z = self.quaternion
        x, y, z, w = turned_quaternion(matrix, np.array([x, y, z, w]))
        return Screw((w, x, y, z))

    def encode(self):
        return TURNED.pack(*self.quaternion)

    @classmethod
    def decode(cls, data, offset):
        return cls(TURNED.unpack_from(data, offset))

    def to_row(self):
        return (self.quaternion,)

    @classmethod
    def from_row(cls, row):
        return cls(tuple(row[0]))


@codec.register('SCREWS')
@dataclass(frozen=True, slots=True, eq=False)
class Screws(ElementList):
    """SCREWS: turns, w x y z."""

    place = Place.BODY
    element_class = Screw


def test_what_is_called_as_a_field_of_the_bridge_is_moved_as_its_package_says():
    made = Screws([Screw((1.0, 0.0, 0.0, 0.0))], device_name='S')
    half = np.diag([-1.0, -1.0, 1.0, 1.0])  # about z
    for message in (made, codec.decode(codec.encode(made))):
        assert_allclose(message.moved([half]).elements[0].quaternion, (0, 0, 0, 1), atol=1e-9)


def test_what_does_not_say_how_is_not_moved(monkeypatch):
    monkeypatch.delattr(Tooth, 'moved')
    with pytest.raises(ConversionError, match='COMB has no place'):
        comb((1, 2, 3)).moved([np.eye(4)])


@codec.register('VAGUE', has_queries=True)
@dataclass(frozen=True, slots=True, eq=False)
class Vague(codec.Message):
    """VAGUE: says nothing of itself."""

    def encode_content(self):
        return ()

    @classmethod
    def decode_content(cls, content, envelope):
        return cls.from_wire(envelope)


@codec.register('STIFF')
@dataclass(frozen=True, slots=True, eq=False)
class Stiff(Vague):
    """STIFF: a pose that nothing moves."""

    place = Place.POSES


@pytest.mark.parametrize(('rule', 'fault'), [
    ('receive: [{type: STIFF, to_frame: base}]', "receive[0].to_frame: found 'base' with type"),
    ('receive: [{type: VAGUE, max_age: 1}]', "receive[0].max_age: found it with type 'VAGUE'"),
    ('send: [{device: D, topic: t, type: STIFF, to_frame: base}]', "to_frame: found 'base' with"),
    ('send: [{device: D, topic: t, type: STIFF, on_change: true, eps: 1}]', 'eps: found 1 with'),
    ('queries: [{type: COMB}]', "queries[0].type: found 'COMB'; allowed 'TRANSFORM'"),
])
def test_keys_of_which_a_type_says_nothing_are_refused(tmp_path, rule, fault):
    path = tmp_path / 'map.yaml'
    path.write_text(rule)
    for _ in range(2):
        with pytest.raises(ConfigError) as caught:
            load_mapping(path)
        assert fault in str(caught.value)
        assert str(caught.value).count("'VAGUE'") <= 1  # also when rules are read again


def test_what_does_not_say_where_it_is_waits_for_no_frame():
    rule = ReceiveRule(to_frame='base')
    for message in (Vague(device_name='V'), Brittle(device_name='B'), codec.Unknown('X', b'')):
        assert has_place(message, rule) == isinstance(message, Vague)
    with pytest.raises(ConversionError, match='VAGUE, which does not say where it is, cannot'):
        frames_of(Vague(device_name='V'), route_of('V', rule))


@pytest.mark.parametrize('second', ['device: "*"', 'device: V, type: VAGUE'])
def test_what_does_not_say_where_it_is_is_on_no_topic_behind_gates(tmp_path, second):
    path = tmp_path / 'map.yaml'
    path.write_text(f'receive: [{{device: V, type: TRANSFORM, max_age: 1}}, {{{second}}}]')
    claims = Claims(load_mapping(path))
    place = claims.place('V', 'VAGUE')
    assert place.topic != 'V' or place.rule.is_gated
    assert claims.place('V', 'STRING').topic == claims.place('V', 'NOBODY').topic == 'V'


def test_nothing_is_said_twice_of_one_topic():
    with pytest.raises(ValueError, match='PoseStamped on pose is sent as TRANSFORM already'):
        from_ros(PoseStamped, 'COMB', 'pose')(print)
    with pytest.raises(ValueError, match='PoseStamped is sent as TRANSFORM already, not as VAGUE'):
        from_ros(PoseStamped, 'VAGUE', default=True)(print)
    with pytest.raises(ValueError, match='Comb has an output comb already'):
        extra(Comb, Output('comb', PoseStamped))(print)
    assert leaf_wire_type('pose', PoseStamped) == 'TRANSFORM'


def test_check_says_that_nothing_is_broadcast():
    @to_ros(Vague, Output('vague', Point))
    def vague_to_ros(message, route, stamp):
        return Converted({'vague': Point()})

    add_sample('VAGUE', lambda rule, **envelope: Vague(**envelope))
    assert list(try_received(ReceiveRule(type='VAGUE')).outputs) == ['vague']
    with pytest.raises(ConversionError, match='tf: nothing is broadcast of a VAGUE'):
        try_received(ReceiveRule(type='VAGUE', tf='dynamic'))


def handed_on(**rule):
    rule = ReceiveRule(**rule)
    message, route = comb((1, 0, 0)), route_of('C', rule)
    result = converted(message, route, 5)
    return handed(object(), message, 'comb', result.outputs['comb'], route.frame_id, 5, rule,
                  result, lambda: True)


def test_it_goes_to_another_link_in_the_unit_of_that():
    assert is_whole(handed_on(), SendRule('Out'), 'plain')
    assert not is_whole(handed_on(), SendRule('Out', wire_unit='m'), 'plain')
    assert not is_whole(handed_on(wire_axes='lps'), SendRule('Out'), 'plain')


def test_what_its_package_raises_on_foreign_bytes_costs_one_message():
    data = codec.encode(codec.Unknown('BRITTLE', b'abc', device_name='B'))
    with pytest.raises(ContentError, match='BRITTLE .B.: error.*unpack requires'):
        codec.decode(data)
    decoder = codec.Decoder()
    decoder.feed(data + codec.encode(codec.Unknown('X', b'y')))
    with pytest.raises(ContentError):
        decoder.next_message()
    assert decoder.next_message().type_name == 'X'
