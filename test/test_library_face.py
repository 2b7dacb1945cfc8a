"""What a script writes without reading the manual: hosts, poses, points, meshes, colours."""

import asyncio
import base64
import io
import re
import threading
import time
from dataclasses import dataclass, replace
from operator import attrgetter

import numpy as np
import pytest
from PIL import Image as Pictures
from polling import DEADLINE_S, poll

import igtl_ros2 as igtl
from igtl_ros2 import aio
from igtl_ros2.codec.brief import age_text, html_picture
from igtl_ros2.config import url_of
from igtl_ros2.errors import ConfigError, EncodeError, PeerTimeoutError


def wait_until(condition):
    return poll(condition, 'what is waited for', lambda: time.sleep(0.002))


@pytest.mark.parametrize(('text', 'port', 'url'), [
    ('host', None, 'tcp://host:18944'),
    ('host', 18945, 'tcp://host:18945'),
    ('host:5', None, 'tcp://host:5'),
    ('host:5', 5, 'tcp://host:5'),
    ('::1', 7, 'tcp://[::1]:7'),
    ('[::1]:7', None, 'tcp://[::1]:7'),
    ('udp://host', 7, 'udp://host:7'),
    ('tls://host:7', None, 'tls://host:7'),
])
def test_a_host_is_enough(text, port, url):
    assert url_of(text, port) == url


@pytest.mark.parametrize(('text', 'port'), [
    ('', None), ('host:5', 6), ('http://host', None), ('host', -1), ('host', 70000),
    ('host', True), ('host', '5'), ('host/path', None), (None, None), (5, None)])
def test_what_is_no_host_is_said(text, port):
    with pytest.raises(ConfigError):
        url_of(text, port)


def test_both_sides_take_host_and_port_and_classes():
    with igtl.serve('127.0.0.1', 0) as server:
        with igtl.connect('127.0.0.1', server.address.port) as client:
            client.send(igtl.String('one', device_name='A'))
            client.send(igtl.Transform(np.eye(4), device_name='B'))
            client.send(igtl.Status(device_name='C'))
            _, status = server.receive(igtl.Status, DEADLINE_S)
            assert (type(status), status.device_name) == (igtl.Status, 'C')
            assert server.wait_for(igtl.Transform, DEADLINE_S)[1].device_name == 'B'
            assert server.receive(DEADLINE_S)[1].text == 'one'
            server.send(igtl.String('two', device_name='D'))
            assert client.receive(igtl.String, timeout_s=DEADLINE_S).text == 'two'
            assert client.latest(igtl.String).text == 'two'
            assert client.latest(igtl.Transform) is None
            for wrong in (5, None, str, igtl.codec.Message):
                with pytest.raises(ConfigError, match='allowed the name of a device or type'):
                    client.wait_for(wrong, 0)


def test_asyncio_has_the_same_words():
    async def talk():
        async with aio.serve('127.0.0.1', 0) as server:
            async with aio.connect('127.0.0.1', server.address.port) as client:
                client.send(igtl.String('one'))
                client.send(igtl.Status())
                _, status = await server.receive(igtl.Status, DEADLINE_S)
                _, text = await server.receive(timeout_s=DEADLINE_S)
                server.send(igtl.Transform(np.eye(4), device_name='T'))
                pose = await client.wait_for(igtl.Transform, DEADLINE_S)
                return type(status), text.text, pose.device_name

    assert asyncio.run(talk()) == (igtl.Status, 'one', 'T')


def test_poses_are_made_of_what_people_have():
    quarter = igtl.Transform.from_quaternion((0, 0, 1, 1), (10, 0, 0), device_name='ToolToRef')
    assert quarter.device_name == 'ToolToRef'
    assert np.allclose(quarter.matrix @ (1, 0, 0, 1), (10, 1, 0, 1))
    assert np.array_equal(igtl.Transform.from_translation((1, 2, 3)).matrix[:3, 3], (1, 2, 3))
    for wrong in ((0, 0, 0, 0), (0, 0, 0, np.nan), (1, 0, 0), 'abcd'):
        with pytest.raises(EncodeError, match='quaternion'):
            igtl.Transform.from_quaternion(wrong)
    with pytest.raises(EncodeError, match='translation'):
        igtl.Transform.from_translation((1, 2))


def test_there_and_back_is_nowhere():
    rng = np.random.default_rng(5)
    for _ in range(50):
        pose = igtl.Transform.from_quaternion(rng.normal(size=4), 1000 * rng.normal(size=3))
        assert np.allclose((pose @ pose.inverse()).matrix, np.eye(4), atol=1e-9)
        other = igtl.Transform.from_translation(rng.normal(size=3))
        point = (*rng.normal(size=3), 1)
        assert np.allclose((pose @ other).matrix @ point, pose.matrix @ (other.matrix @ point))
    with pytest.raises(EncodeError, match='singular'):
        igtl.Transform(np.diag((1, 1, 0, 1.0))).inverse()
    with pytest.raises(TypeError):
        pose @ np.eye(4)


def test_what_is_made_of_an_old_or_invalid_pose_is_no_better():
    lost = igtl.Transform(
        np.eye(4), timestamp_ns=10**18, metadata={'TransformStatus': 'OUT_OF_VIEW', 'a': 'b'})
    good = igtl.Transform(np.eye(4), timestamp_ns=2 * 10**18, device_name='ToolToRef')
    for made in (lost @ good, good @ lost):
        assert made.timestamp_ns == 10**18
        assert made.metadata == {'TransformStatus': 'OUT_OF_VIEW'} and made.device_name == ''
    assert (good @ igtl.Transform(np.eye(4))).timestamp == 0
    back = lost.inverse(device_name='RefToTool')
    assert (back.timestamp_ns, back.metadata, back.device_name) == (
        10**18, lost.metadata, 'RefToTool')


def test_points_and_meshes_are_made_of_arrays():
    points = igtl.Points.from_array([[1, 2, 3], [4, 5, 6]], ['a', 'b'], device_name='F')
    assert [(p.name, *p.position) for p in points.elements] == [('a', 1, 2, 3), ('b', 4, 5, 6)]
    assert [p.name for p in igtl.Points.from_array(np.zeros((2, 3))).elements] == ['P-1', 'P-2']
    assert igtl.Points is igtl.PointList and igtl.Mesh is igtl.PolyData
    with pytest.raises(EncodeError, match='names: 1 for 2 points'):
        igtl.Points.from_array(np.zeros((2, 3)), ['a'])
    with pytest.raises(EncodeError, match='points'):
        igtl.Points.from_array(np.zeros((2, 2)))
    corners = np.eye(3)
    for faces in ([[0, 1, 2]], np.array([[0, 1, 2]])):
        mesh = igtl.codec.decode(igtl.codec.encode(igtl.Mesh.from_arrays(corners, faces)))
        assert np.array_equal(mesh.points, corners) and mesh.polygons.to_lists() == [[0, 1, 2]]
    with pytest.raises(EncodeError):
        igtl.Mesh.from_arrays(corners, [[0, 1, 3]])


def test_a_sensor_has_its_unit_in_words():
    assert igtl.Sensor([1.0], unit='kN*m^-2').unit_text == 'kN*m^-2'
    assert igtl.Sensor([1.0], unit='N').unit_text == 'N'
    with pytest.raises(EncodeError, match='unit'):
        igtl.Sensor([1.0], unit='newton')


def test_a_name_for_receive_is_refused_with_what_takes_names():
    with igtl.serve('127.0.0.1', 0) as server:
        with pytest.raises(igtl.ConfigError, match='wait_for'):
            server.receive('Probe')


def test_a_wrong_shape_says_how_many_are_free():
    with pytest.raises(EncodeError, match=r'shape \(2, 2\), wanted \(n, 3\)'):
        igtl.Points.from_array(np.zeros((2, 2)))


def test_colours_are_no_volume():
    picture = np.zeros((48, 64, 3), np.uint8)
    with pytest.raises(EncodeError, match='Image.rgb'):
        igtl.Image(picture)
    with pytest.raises(EncodeError, match='Image.rgb'):
        igtl.Image.from_array(picture)
    image = igtl.Image.rgb(picture)
    assert image.pixels.shape == (1, 48, 64, 3) and image.size == (64, 48, 1)
    assert igtl.Image(picture[..., None]).pixels.shape == (48, 64, 3)  # it is a volume
    for wrong in (np.zeros((4, 4), np.uint8), np.zeros((4, 4, 5), np.uint8)):
        with pytest.raises(EncodeError, match='pixels'):
            igtl.Image.rgb(wrong)


def test_such_a_volume_that_was_received_is_moved_all_the_same():
    volume = igtl.Image(np.zeros((48, 64, 3, 1), np.uint8))
    got = igtl.codec.decode(igtl.codec.encode(volume))
    assert got.pixels.shape == (48, 64, 3)
    assert got.moved([np.eye(4)]).pixels.shape == (48, 64, 3)
    # as blocks are merged into volumes
    assert replace(got, pixels=got.pixels.copy()).size == (3, 64, 48)


@pytest.mark.parametrize('as_given', [tuple, list, np.array])
def test_who_says_the_size_of_a_volume_means_it(as_given):
    pixels = np.zeros((48, 64, 3), np.uint8)
    assert igtl.Image(pixels, size=as_given((3, 64, 48))).size == (3, 64, 48)
    with pytest.raises(EncodeError, match='Image.rgb'):
        igtl.Image(pixels, size=as_given((-1, -1, -1)))


def test_a_class_may_say_by_itself_what_it_is():
    @dataclass(frozen=True, slots=True, eq=False)
    class Mine(igtl.Message):
        number: int = 0

        def __repr__(self):
            return f'mine {self.number}'

    @dataclass(frozen=True, slots=True, eq=False)
    class Other(igtl.Message):
        number: int = 0

    assert repr(Mine(number=3)) == 'mine 3'
    assert repr(Other(number=3)) == '<Other no stamp>'


def test_a_message_says_in_one_line_what_it_is():
    pose = igtl.Transform.from_translation((1, 2.25, 3), device_name='Probe')
    assert repr(pose) == "<Transform 'Probe', (1.0, 2.2, 3.0) mm, no stamp>"
    volume = igtl.Image.from_array(np.zeros((3, 4, 5), np.int16), np.diag((0.5, 1, 2, 1)))
    assert repr(volume) == '<Image 5 x 4 x 3 int16, 0.5 x 1 x 2 mm, no stamp>'
    force = igtl.Sensor([1, 2.5], unit='N', device_name='F')
    assert repr(force) == "<Sensor 'F', 1 2.5 N, no stamp>"
    assert repr(igtl.Query('GET_STATUS', device_name='D')) == "<Query GET_STATUS 'D', no stamp>"
    many = igtl.TrackingData([igtl.TrackingElement(f't{n}', np.eye(4)) for n in range(5)])
    assert repr(many) == "<TrackingData 5 elements: 't0', 't1', 't2', ..., no stamp>"
    told = igtl.String('a\x1b[2J\nb', metadata={'k': 'v'})
    assert repr(told) == r"<String 'a\x1b[2J\nb', {'k': 'v'}, no stamp>"


def test_it_tells_how_old_it_is():
    now_ns = 1_700_000_000_000_000_000
    assert age_text(now_ns - 12_000_000, now_ns) == '12.0 ms old'
    assert age_text(now_ns + 3_000_000_000, now_ns) == '3.0 s ahead'
    assert age_text(now_ns, now_ns + 10 ** 15) == '2023-11-14 22:13:20 UTC'
    assert re.search(r' (m?s) old>$', repr(igtl.Status(timestamp_ns=time.time_ns())))


def test_neither_the_line_nor_the_table_names_a_patient():
    for message in (
        igtl.String('<PatientName>Jane</PatientName>'),
        igtl.Command(1, 'x', '<a PatientName="Jane"/>'),
        igtl.Status(message='PatientID=Jane'),
        igtl.String('Jane ' * 5000 + 'PatientName=Jane'),
        igtl.String('x', metadata={'PatientName': 'Jane'}),
        igtl.String('x', metadata={'Comment': '<a PatientName="Jane"/>'}),
    ):
        for text in (repr(message), message._repr_html_()):
            assert 'Jane' not in text


def test_notebooks_show_messages_as_tables():
    text = igtl.String('<b>&', device_name='<i>')._repr_html_()
    assert '<td>&lt;i&gt;</td>' in text and '<b>' not in text
    pixels = np.arange(12, dtype=np.int16).reshape(3, 4)
    for image in (
        igtl.Image(pixels), igtl.Image.rgb(np.zeros((2, 3, 3), np.uint8)),
        igtl.Image(np.full((1, 2, 2), np.nan, np.float32)),
    ):
        shown = image._repr_html_()
        data = base64.b64decode(shown.split('base64,')[1].split('"')[0])
        picture = np.asarray(Pictures.open(io.BytesIO(data)))
        assert picture.shape[:2] == image.pixels.shape[1:3]
    big = igtl.Image(np.zeros((2000, 1500), np.uint8))._repr_html_()
    assert len(big) < 10_000
    assert '<img' not in igtl.Image(np.zeros((2, 2, 2, 7), np.uint8))._repr_html_()


def test_a_picture_shows_the_least_black_and_the_most_white():
    shown = html_picture(np.array([[-5, 0], [5, 5]], np.int16))
    data = base64.b64decode(shown.split('base64,')[1].split('"')[0])
    assert np.asarray(Pictures.open(io.BytesIO(data))).tolist() == [[0, 127], [255, 255]]


def test_files_become_messages_and_messages_files(tmp_path):
    matrix = np.array([[0, -2, 0, 10], [1, 0, 0, -3], [0, 0, 1, 7], [0, 0, 0, 1]], float)
    volume = igtl.Image.from_array(np.arange(60, dtype=np.uint8).reshape(3, 4, 5), matrix)
    volume.to_file(tmp_path / 'a.nrrd')
    again = igtl.Image.from_file(tmp_path / 'a.nrrd', device_name='CT')
    assert again.device_name == 'CT'
    assert np.array_equal(again.pixels, volume.pixels)
    assert np.allclose(again.ijk_to_ras(), matrix)
    mesh = igtl.Mesh.from_arrays([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]])
    mesh.to_file(str(tmp_path / 'a.ply'))
    assert len(igtl.Mesh.from_file(tmp_path / 'a.ply').points) == 3
    with pytest.raises(igtl.FileError, match='there is no IMAGE in it'):
        igtl.Image.from_file(tmp_path / 'a.ply')
    with pytest.raises(igtl.FileError, match='not written; possible'):
        volume.to_file(tmp_path / 'a.doc')
    with pytest.raises(igtl.FileError, match='nothing.nrrd'):
        igtl.Image.from_file(tmp_path / 'nothing.nrrd')


def test_functions_are_called_with_what_they_ask_for():
    with igtl.serve('127.0.0.1', 0) as server:
        server.send(igtl.Status(device_name='early'))
        with igtl.connect('127.0.0.1', server.address.port) as client:
            assert wait_until(lambda: client.latest('early'))
            seen, states, done = [], [], threading.Event()

            @client.on(igtl.Transform)
            def moved(pose):
                seen.append(pose.device_name)

            @client.on('B')
            def only_b(message):
                states.append(message)
                raise ValueError('of the program')

            @client.on(igtl.Status)
            def state(status):
                states.append(status.device_name)
                if status.device_name == 'last':
                    done.set()

            assert moved.__name__ == 'moved'
            for name in 'ABA':
                server.send(igtl.Transform(np.eye(4), device_name=name))
            server.send(igtl.String('for receive'))
            server.send(igtl.Status(device_name='last'))
            assert done.wait(DEADLINE_S)
            assert seen == ['A', 'B', 'A'] and states[0] == 'early' and states[-1] == 'last'
            assert client.latest('B').device_name == 'B'
            assert client.receive(DEADLINE_S).text == 'for receive'
            assert client.peers[0].errors['callback'] == 1
            with pytest.raises(igtl.PeerTimeoutError):
                client.receive(0)

            @server.on(igtl.String)
            def said(peer, text):
                seen.append((peer, text.text))
                peer.send(igtl.Status(device_name='last'))

            done.clear()
            client.send(igtl.String('hallo'))
            assert done.wait(DEADLINE_S)
            assert seen[-1] == (server.peers[0], 'hallo')


@pytest.mark.parametrize('has_received', [False, True])
def test_a_program_of_handlers_is_not_held_up_by_the_rest(has_received):
    with igtl.serve('127.0.0.1', 0) as server:
        with igtl.connect('127.0.0.1', server.address.port, queue_messages=10) as client:
            assert wait_until(lambda: server.peers)
            count, done = [], threading.Event()

            @client.on(igtl.Status)
            def state(status):
                count.append(status)
                if len(count) == 100:
                    done.set()

            if has_received:  # once, and no more
                server.send(igtl.String('hello'))
                assert client.receive(DEADLINE_S).text == 'hello'
            for _ in range(100):
                server.send(igtl.String('nobody takes it'))
                server.send(igtl.Status())
            assert done.wait(DEADLINE_S)


def test_what_no_handler_wants_is_no_lag(caplog):
    with igtl.serve('127.0.0.1', 0) as server:
        with igtl.connect('127.0.0.1', server.address.port) as client:
            assert wait_until(lambda: server.peers)
            client.on(igtl.Status)(lambda status: None)
            server.send(igtl.Position((1, 2, 3)))
            server.send(igtl.Position((1, 2, 4)))
            server.send(igtl.String('nobody takes it'))
            assert wait_until(lambda: client.link.has_of('STRING'))
            assert client.link.facts['replaced before received'] == 1
            client.link._look_at_lag()
            assert not [line for line in caplog.messages if 'behind' in line]
            client.receive(DEADLINE_S)
            server.send(igtl.Position((1, 2, 5)))
            server.send(igtl.Position((1, 2, 6)))
            assert wait_until(lambda: client.link.facts['replaced before received'] > 1)
            client.link._look_at_lag()
            assert [line for line in caplog.messages if 'behind' in line]


def test_handlers_that_cannot_be_are_refused():
    with igtl.serve('127.0.0.1', 0, on_message=print) as server:
        with pytest.raises(ConfigError, match='on_message: found'):
            server.on(igtl.Status)(print)
        with igtl.connect('127.0.0.1', server.address.port) as client:
            with pytest.raises(ConfigError, match='handler: found 5'):
                client.on(igtl.Status)(5)
            with pytest.raises(ConfigError, match='name of a device or type'):
                client.on(7)(print)

            async def later(message):
                pass

            with pytest.raises(ConfigError, match='coroutine'):
                client.on(igtl.Status)(later)


def test_coroutines_handle_messages_in_asyncio():
    async def talk():
        seen, done = [], asyncio.Event()
        async with aio.serve('127.0.0.1', 0) as server:
            async with aio.connect('127.0.0.1', server.address.port) as client:
                await server.wait_connected(DEADLINE_S)

                @client.on(igtl.Transform)
                async def moved(pose):
                    await asyncio.sleep(0)
                    seen.append(pose.device_name)

                @client.on(igtl.Status)
                async def state(status):
                    done.set()
                    raise ValueError('of the program')

                server.send(igtl.Transform(np.eye(4), device_name='A'))
                server.send(igtl.Status())
                await asyncio.wait_for(done.wait(), DEADLINE_S)
                while not client.peers[0].errors['callback']:
                    await asyncio.sleep(0.001)
                return seen

    assert asyncio.run(talk()) == ['A']


def test_links_say_what_they_are():
    with igtl.serve('127.0.0.1', 0) as server:
        with igtl.connect('127.0.0.1', server.address.port) as client:
            address = f'tcp://127.0.0.1:{server.address.port}'
            assert wait_until(lambda: server.peers)
            assert repr(server) == f'<Server {address}: listening, 1 peers>'
            assert repr(client) == f'<Client {address}: connected, 1 peers>'
            server.send(igtl.Transform(np.eye(4), device_name='<Tool>'))
            assert wait_until(lambda: client.latest('<Tool>'))
            text = client._repr_html_()
            assert '&lt;Tool&gt;' in text and '(0.0, 0.0, 0.0) mm' in text and address in text


@pytest.mark.parametrize(('text', 'shown', 'factor'), [
    ('mm^2', 'u(m^2)', 1e-6), ('mm^-2', 'M(m^-2)', 1e6), ('um^2', 'p(m^2)', 1e-12),
    ('m(m^2)', 'm(m^2)', 1e-3), ('k(N*m)', 'kN*m', 1e3), ('kg^2', 'M(g^2)', 1.0),
    ('mm/s', 'mm*s^-1', 1e-3), ('m/s^2', 'm*s^-2', 1.0), ('m/s/s', 'm*s^-1*s^-1', 1.0),
    ('N*mm', 'mN*m', 1e-3), ('m/ms', 'km*s^-1', 1e3), ('N/mm', 'kN*m^-1', 1e3)])
def test_a_prefix_is_part_of_the_power(text, shown, factor):
    sensor = igtl.Sensor([1.0], unit=text)
    assert (sensor.unit_text, sensor.si_factor) == (shown, pytest.approx(factor))
    assert igtl.Sensor([1.0], unit=shown).unit == sensor.unit


@pytest.mark.parametrize('unit', ['cm^2', '/s', 'm/', 'm//s', 'x(m)', 'm(m', 'm)', '('])
def test_units_that_the_protocol_cannot_say_are_refused(unit):
    with pytest.raises(EncodeError, match=re.escape(unit)):
        igtl.Sensor([1.0], unit=unit)


@pytest.mark.parametrize('text', [
    'ho st', ' host', 'host ', 'host\n', ' ', '::1]', '[::1]]', 'udp://[::1]]:5', 'tcp://h\t:5'])
def test_no_character_of_an_address_is_dropped(text):
    with pytest.raises(ConfigError):
        url_of(text)


class Waits:
    """An object that is called as a coroutine."""

    def __init__(self):
        self.got = []

    async def __call__(self, *what):
        await asyncio.sleep(0)
        self.got.append(what[-1])


def test_a_link_without_a_loop_refuses_coroutines():
    for name in ('on_message', 'on_peer'):
        for waits in (Waits(), Waits().__call__):
            with pytest.raises(ConfigError, match='aio'):
                igtl.serve('127.0.0.1', 0, **{name: waits})
    with igtl.serve('127.0.0.1', 0) as server, pytest.raises(ConfigError, match='aio'):
        server.on(igtl.Status)(Waits())


async def all_heard(*all_of_them):
    while not all(waits.got for waits in all_of_them):
        await asyncio.sleep(0.002)


def test_coroutines_are_awaited_wherever_asyncio_takes_a_callback():
    async def main():
        heard, joined, handled = Waits(), Waits(), Waits()
        async with aio.serve('127.0.0.1', 0, on_message=heard, on_peer=joined) as server:
            async with aio.connect(str(server.address)) as client:
                client.on(igtl.Status)(handled)
                client.send(igtl.Status())
                server.send(igtl.Status())
                await asyncio.wait_for(all_heard(heard, joined, handled), DEADLINE_S)

    asyncio.run(main())


def test_a_handler_is_of_a_kind():
    with igtl.serve('127.0.0.1', 0) as server, igtl.connect(str(server.address)) as client:
        for face in (server, client):
            for kind in (print, None, igtl.Unknown, igtl.Message, igtl.Status()):
                with pytest.raises(ConfigError, match='found'):
                    face.on(kind)  # as `@client.on` without a kind
                with pytest.raises(ConfigError, match='found'):
                    face.latest(kind)
        with pytest.raises(ConfigError, match='found'):
            client.receive(igtl.Unknown, 0)


def test_connect_and_serve_say_the_mode():
    for make, mode in ((igtl.connect, 'server'), (igtl.serve, 'client'), (aio.serve, 'client')):
        with pytest.raises(ConfigError, match='mode'):
            make('127.0.0.1:1', mode=mode)


def test_python_can_tell_which_name_is_meant():
    with pytest.raises(AttributeError) as caught:
        attrgetter('Transfrom')(igtl)
    assert (caught.value.name, caught.value.obj) == ('Transfrom', igtl)


def test_a_pose_made_of_another_one_arrives_under_its_own_name():
    old, new = 'StylusTipToReferenceTracker', 'ReferenceTrackerToStylusTip'
    with igtl.serve('tcp://127.0.0.1:0', header_version='2') as server:
        with igtl.connect(str(server.address), header_version='2') as client:
            server.send(igtl.Transform.from_translation((1, 0, 0), device_name=old))
            pose = client.wait_for(old, DEADLINE_S)
            for name in (new, 'RefToStylus'):
                server.send(replace(pose, device_name=name))
                assert client.wait_for(name, DEADLINE_S).matrix[0, 3] == 1
                server.send(pose.inverse(device_name=name))
                assert client.wait_for(name, DEADLINE_S).matrix[0, 3] == -1
            assert client.latest(old).matrix[0, 3] == 1


def test_a_class_is_never_the_name_of_a_device():
    with igtl.serve('tcp://127.0.0.1:0') as server:
        with igtl.connect(str(server.address)) as client:
            got = []
            client.on(igtl.Status)(got.append)
            server.send(igtl.Transform.from_translation((1, 0, 0), device_name='STATUS'))
            server.send(igtl.String('no pose', device_name='TRANSFORM'))
            server.send(igtl.Transform.from_translation((2, 0, 0), device_name='Probe'))
            assert client.receive(igtl.Transform, DEADLINE_S).matrix[0, 3] == 1
            assert client.receive(igtl.Transform, DEADLINE_S).matrix[0, 3] == 2
            assert client.latest(igtl.Status) is None and not got
            assert client.wait_for('TRANSFORM', DEADLINE_S).text == 'no pose'
            assert client.latest('STATUS').matrix[0, 3] == 1
            with pytest.raises(PeerTimeoutError, match="no 'STATUS' within"):
                client.wait_for(igtl.Status, 0)
            for kind in (igtl.Query, igtl.Unknown):
                with pytest.raises(ConfigError, match='many types'):
                    client.latest(kind)


def test_a_function_for_two_kinds_is_called_once_for_a_message():
    got, tasks = [], []

    def take(message):
        got.append(message.device_name)

    async def talk():
        async with aio.serve('tcp://127.0.0.1:0') as server:
            async with aio.connect(str(server.address)) as client:
                async def take_it(message):
                    tasks.append(message.device_name)

                for kind in (igtl.Transform, 'Probe', 'TRANSFORM'):
                    client.on(kind)(take)
                    client.on(kind)(take_it)
                server.send(igtl.Transform(np.eye(4), device_name='Probe'))
                server.send(igtl.Transform(np.eye(4), device_name='End'))
                while 'End' not in tasks:
                    await asyncio.sleep(0.002)

    asyncio.run(talk())
    assert got == tasks == ['Probe', 'End']
