"""URDF: links, shapes and where they are; what a description may not do to the bridge."""

import numpy as np
import pytest

from igtl_ros2.converters.urdf import MAX_LINKS, MAX_TEXT, read_urdf
from igtl_ros2.errors import ConversionError


def urdf(*links, joints=''):
    return f'<?xml version="1.0"?><robot name="r">{"".join(links)}{joints}</robot>'


def link(name, *visuals):
    return f'<link name="{name}">{"".join(visuals)}</link>'


def visual(shape, origin=''):
    return f'<visual>{origin}<geometry>{shape}</geometry></visual>'


def joint(parent, child):
    return (f'<joint name="{parent}_{child}" type="fixed"><parent link="{parent}"/>'
            f'<child link="{child}"/></joint>')


def only(shape, origin=''):
    (found,) = read_urdf(urdf(link('a', visual(shape, origin)))).links['a']
    return found


def fault(shape, origin=''):
    robot = read_urdf(urdf(link('a', visual(shape, origin), visual('<sphere radius="1"/>'))))
    assert [kept.kind for kept in robot.links['a']] == ['sphere']
    ((name, why),) = robot.faults
    assert name == 'a'
    return why


def test_links_with_their_shapes():
    robot = read_urdf(urdf(
        link('base', visual('<box size="1 2 3"/>'), visual('<sphere radius="0.5"/>')),
        link('arm', visual('<cylinder radius="0.1" length="2"/>')),
        link('tool', visual('<mesh filename="package://p/m.stl" scale="0.001 0.001 -1"/>'),
             '<collision><geometry><box size="9 9 9"/></geometry></collision>'),
        link('tip'),
        joints=joint('base', 'arm') + joint('arm', 'tool') + joint('tool', 'tip'),
    ))
    assert robot.root == 'base' and robot.faults == ()
    assert {name: [(v.kind, v.sizes, v.url) for v in visuals]
            for name, visuals in robot.links.items()} == {
        'base': [('box', (1, 2, 3), ''), ('sphere', (0.5,), '')],
        'arm': [('cylinder', (0.1, 2), '')],
        'tool': [('mesh', (0.001, 0.001, -1), 'package://p/m.stl')],
        'tip': [],
    }
    np.testing.assert_array_equal(robot.links['arm'][0].origin, np.eye(4))


def test_an_origin_turns_about_fixed_axes_x_first():
    found = only('<sphere radius="1"/>', '<origin xyz="1 2 3" rpy="0.3 -0.4 0.5"/>').origin
    r, p, y = 0.3, -0.4, 0.5
    x_turn = np.array([[1, 0, 0], [0, np.cos(r), -np.sin(r)], [0, np.sin(r), np.cos(r)]])
    y_turn = np.array([[np.cos(p), 0, np.sin(p)], [0, 1, 0], [-np.sin(p), 0, np.cos(p)]])
    z_turn = np.array([[np.cos(y), -np.sin(y), 0], [np.sin(y), np.cos(y), 0], [0, 0, 1]])
    np.testing.assert_allclose(found[:3, :3], z_turn @ y_turn @ x_turn, rtol=0, atol=1e-15)
    np.testing.assert_array_equal(found[:, 3], (1, 2, 3, 1))
    turned = only('<sphere radius="1"/>', '<origin quat_xyzw="0 0 1 1"/>').origin
    np.testing.assert_allclose(turned[:3, 0], (0, 1, 0), rtol=0, atol=1e-15)


@pytest.mark.parametrize('shape, why', [
    ('<box size="1 2"/>', "box: size is '1 2', wanted 3 numbers"),
    ('<box size="1 2 nan"/>', "box: size is '1 2 nan', wanted 3 numbers"),
    ('<box size="1 2 0"/>', 'box: a size of 0 m, wanted more than 0'),
    ('<sphere/>', "sphere: radius is '', wanted 1 number"),
    ('<cylinder radius="1" length="-1"/>', 'cylinder: a size of -1 m, wanted more than 0'),
    ('<capsule radius="1" length="1"/>',
     'its shape is capsule; possible: box, cylinder, sphere, mesh'),
    ('', 'its shape is nothing; possible: box, cylinder, sphere, mesh'),
    ('<mesh/>', 'mesh: it has no filename'),
    ('<mesh filename="a" scale="1 0 1"/>', 'mesh: a scale of 0'),
    ('<mesh filename="a" scale="2"/>', "mesh: scale is '2', wanted 3 numbers"),
])
def test_a_shape_with_a_mistake_costs_no_other(shape, why):
    assert fault(shape) == f'visual 1: {why}'


def test_an_origin_with_a_mistake():
    assert fault('<box size="1 1 1"/>', '<origin rpy="0 0 x"/>') == (
        "visual 1: origin: rpy is '0 0 x', wanted 3 numbers")


BOMB = ('<!DOCTYPE lolz [<!ENTITY a "lol">' + ''.join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
) + ']><robot name="&j;"><link name="a"/></robot>')


@pytest.mark.parametrize('text, why', [
    ('', 'it is no XML: no element found'),
    ('<robot', 'it is no XML: unclosed token'),
    ('\ud800<robot/>', 'it is no XML'),
    ('<sdf/>', "its outermost element is 'sdf', wanted robot"),
    (BOMB, 'it has a DOCTYPE, which a URDF does not need'),
    ('<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><robot><link name="&x;"/></robot>',
     'it has a DOCTYPE, which a URDF does not need'),
    ('<!DOCTYPE r SYSTEM "http://127.0.0.1:9/r.dtd"><robot/>',
     'it has a DOCTYPE, which a URDF does not need'),
    ('<robot name="&x;"/>', 'it is no XML: undefined entity'),
    ('<robot>' + ' ' * MAX_TEXT + '</robot>',
     f'it has {MAX_TEXT + 15} characters, allowed {MAX_TEXT}'),
    ('<a>' * (MAX_TEXT // 3), 'it is no XML: no element found'),
    (urdf(*(link(f'l{n}') for n in range(MAX_LINKS + 1))),
     'it has 1001 links and 0 shapes; allowed 1000 and 5000'),
    (urdf(link('a', *['<visual/>'] * 5001)),
     'it has 1 links and 5001 shapes; allowed 1000 and 5000'),
    (urdf(link('a'), link('a')), "two links are called 'a'"),
    (urdf('<link/>'), 'a link has no name'),
    (urdf(link('a'), link('b')), '2 of 2 links hang on no other: a, b; wanted one, the root'),
    (urdf(link('a'), link('b'), joints=joint('a', 'b') + joint('b', 'a')),
     '0 of 2 links hang on no other; wanted one, the root'),
    (urdf(), '0 of 0 links hang on no other; wanted one, the root'),
], ids=range(17))
def test_what_is_no_robot_is_refused(text, why):
    with pytest.raises(ConversionError) as caught:
        read_urdf(text)
    assert str(caught.value).startswith(why)


# -- colours

RED, BLUE = '<color rgba="1 0 0 1"/>', '<color rgba="0 0 1 0.5"/>'


def coloured(material):
    return visual('<sphere radius="1"/>', material)


def test_colours_of_the_shape_of_the_robot_and_of_a_shape_before():
    robot = read_urdf(urdf(
        link('a', coloured(f'<material name="red">{BLUE}</material>'),
             coloured('<material name="red"/>'), coloured('')),
        link('b', coloured(f'<material name="own">{BLUE}</material>'),
             coloured('<material name="own"/>'), coloured(f'<material>{RED}</material>'),
             coloured('<material name="wood"><texture filename="a.png"/></material>'),
             coloured('<material name="wood"/>')),
        joints=f'<material name="red">{RED}</material>' + joint('a', 'b')))
    assert robot.faults == ()
    red, blue = (1, 0, 0, 1), (0, 0, 1, 0.5)
    # the robot's own comes first, wherever it stands
    assert [v.colour for v in robot.links['a']] == [red, red, None]
    assert [v.colour for v in robot.links['b']] == [blue, blue, red, None, None]


@pytest.mark.parametrize('material, why', [
    ('<material name="green"/>', "material 'green' is not defined"),
    ('<material name="a"><color rgba="1 0 0"/></material>',
     "color: rgba is '1 0 0', wanted 4 numbers"),
    ('<material name="a"><color rgba="255 0 0 1"/></material>',
     "rgba is '255 0 0 1', wanted 0 to 1"),
    ('<material name="bad"/>', "color: rgba is 'blue', wanted 4 numbers"),
])
def test_a_colour_with_a_mistake_costs_no_shape(material, why):
    robot = read_urdf(urdf(
        link('a', coloured(material)),
        joints='<material name="bad"><color rgba="blue"/></material>'))
    assert [v.colour for v in robot.links['a']] == [None]
    assert robot.faults == (('a', f'colour of visual 1: {why}'),)
