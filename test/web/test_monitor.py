"""`igtl monitor` in a process of its own: devices of ours and others, bags, and who may look."""

import asyncio
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from cli_tools import POSE, igtl, pyigtl_tracker, server_of, ultrasound
from page_tools import listener, monitor
from recorded_tools import bag_of, bag_of_poses

from igtl_ros2 import connect, serve
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import Status, String

HERE = Path(__file__).parents[2]
PAGE = HERE / 'igtl_ros2' / 'web' / 'page'


def look(url, *steps):
    """Listen to a monitor as its page does; a step is a question, or what to ask for."""

    async def run():
        async with listener(url) as told:
            return [
                await told.until(step) if callable(step) else await told.ask(**step)
                for step in steps
            ]

    return asyncio.run(run())


def test_the_simulated_ultrasound_is_shown():
    with ultrasound() as url, monitor(url) as page:
        names = {'ProbeToTracker', 'StylusToTracker', 'Image_Reference', 'Fiducials', 'Tracker'}
        (rows,) = look(page, lambda told: names <= told.devices.keys() and dict(told.devices))
    assert rows['Image_Reference']['value']['size'] == [64, 48, 1]
    assert rows['Fiducials']['value']['total'] == 4
    assert rows['ProbeToTracker']['valid'] is True


def test_poses_of_pyigtl_are_shown_as_they_were_sent():
    with pyigtl_tracker() as host, monitor(host) as page:
        (row,) = look(page, lambda told: told.devices.get('Pointer'))
    assert row['value']['matrix'] == POSE[:3].ravel().tolist()
    assert row['type'] == 'TRANSFORM'


def test_devices_that_are_clients_are_listened_for():
    with monitor('tcp://127.0.0.1:0', '--listen') as page:
        (link,) = look(page, lambda told: told.state.get('links'))
        with connect(link[0]['name']) as device:
            device.send(String('here I am', device_name='Client'))
            (row,) = look(page, lambda told: told.devices.get('Client'))
            assert row['value']['text'] == 'here I am'
        look(page, lambda told: told.state and not told.devices)


def test_several_devices_are_several_links():
    def one(name):
        return server_of(lambda: String(name, device_name=name))

    with one('A') as first, one('B') as second, monitor(first, second) as page:
        (rows,) = look(page, lambda told: len(told.devices) == 2 and dict(told.devices))
    assert (rows['A']['link'], rows['B']['link']) == (0, 1)


def test_each_of_thousands_of_messages_is_counted():
    options = {'queue_policy': ['TRANSFORM=all'], 'queue_messages': 100_000}
    with serve('tcp://127.0.0.1:0', **options) as device:
        with monitor(str(device.address)) as page:
            device.wait_connected(40.0)
            for number in range(5000):
                matrix = np.eye(4)
                matrix[0, 3] = number
                device.send(Transform(matrix, device_name=f'T{number % 10}'))
            (rows,) = look(page, lambda told: (
                sum(row['count'] for row in told.devices.values()) == 5000 and dict(told.devices)))
    for number in range(10):
        row = rows[f'T{number}']
        assert (row['count'], row['value']['matrix'][3]) == (500, 4990 + number)


def test_who_is_not_there_yet_is_waited_for():
    with monitor('127.0.0.1:9') as page:
        (links,) = look(page, lambda told: (
            told.state and told.state['links'][0]['error'] and told.state['links']))
    assert links[0]['state'] == 'connecting' and 'refused' in links[0]['error']


# -- bags


@pytest.fixture
def bag(tmp_path):
    pytest.importorskip('rosbags', reason='bags need the package rosbags')
    pytest.importorskip('mcap', reason='bags need the package mcap')
    return bag_of_poses(
        tmp_path, 'Tool', (5.05, String('half', device_name='Note')), (9.95, Status(1)),
        begin_ns=1)


def test_a_bag_is_played_and_has_a_timeline(bag):
    with monitor(bag) as page:
        state, _, whole = look(
            page,
            lambda told: told.devices and dict(told.state),
            lambda told: told.state['timeline']['place'] > 0.3,
            lambda told: told.overview.get('whole') and told.overview['devices'],
        )
    assert state['timeline']['playing'] and state['links'][0]['mode'] == 'bag'
    assert state['timeline']['duration'] == pytest.approx(9.95)
    assert {(one['name'], sum(one['parts'])) for one in whole} == {
        ('Tool', 100), ('Note', 1), ('', 1)}


def test_at_a_place_of_a_bag_all_is_as_it_was_then(bag):
    def there(at):
        return lambda told: (
            told.state and not told.state['timeline']['playing']
            and told.state['timeline']['place'] == at and 'Tool' in told.devices
            and told.state['links'][0]['state'] == 'bag'
            and told.devices['Tool']['count'] == int(at * 10) + 1 and dict(told.devices))

    with monitor(bag) as page:
        _, late, _, early = look(
            page, {'steer': {'place': 6.05, 'playing': False}}, there(6.05),
            {'steer': {'place': 2.05}}, there(2.05))
    assert late['Tool']['value']['matrix'][3] == 60
    assert late['Tool']['bytes'] == 61 * 106
    assert late['Note']['value']['text'] == 'half'
    assert early['Tool']['value']['matrix'][3] == 20
    assert 'Note' not in early


def test_what_is_spoiled_in_a_bag_is_told(tmp_path, bag):
    from igtl_ros2.codec import encode

    spoiled = bytearray(encode(String('a', device_name='Bad')))
    spoiled[-1] ^= 1
    (tmp_path / 'x').mkdir()
    other = bag_of(
        tmp_path / 'x', (0, String('a', device_name='Good')), (0.1, bytes(spoiled)),
        (0.2, String('b', device_name='Good')), (0.3, b'no frame'))
    with monitor(other) as page:
        (errors,) = look(page, lambda told: len(told.errors) > 1 and sorted(told.errors))
    assert errors[0] == '/Odd/raw: 1 messages are no frames'
    assert 'CRC' in errors[1] and 'Bad' in errors[1]


# -- who, and what cannot be


def test_who_can_be_reached_from_elsewhere_or_sends_wants_a_token():
    with monitor('127.0.0.1:9', '--bind', '0.0.0.0') as page:
        assert len(page.partition('#token=')[2]) >= 32
        assert look(page.replace('0.0.0.0', '127.0.0.1'), lambda told: told.state)
        with pytest.raises(AssertionError):
            look(page.partition('#')[0].replace('0.0.0.0', '127.0.0.1'), lambda told: told.state)
    with monitor('127.0.0.1:9', '--control', '--token', 'mine') as page:
        assert page.endswith('#token=mine')


@pytest.mark.parametrize(('words', 'code', 'why'), [
    (('http://there',), 2, 'wanted tcp://'),
    (('127.0.0.1:9', '--set', 'port=x'), 2, 'port'),
    (('127.0.0.1:9', '--bind', '203.0.113.7'), 1, 'cannot listen'),
    ((HERE / 'docs',), 1, 'metadata.yaml'),
    ((HERE / 'docs', '127.0.0.1:9'), 2, 'a bag is shown alone'),
])
def test_what_cannot_be_shown_is_told_in_one_line(words, code, why):
    pytest.importorskip('rosbags', reason='bags need the package rosbags')
    done = igtl('monitor', '--port', '0', *words, code=code)
    assert why in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr


def test_a_bag_cannot_be_controlled(bag):
    done = igtl('monitor', '--port', '0', bag, '--control', code=2)
    assert '--control' in done.stderr


# -- the build


@pytest.fixture(scope='module')
def rebuilt(tmp_path_factory):
    """The page built anew of its sources, with the packages of the lock file."""
    node, npm = shutil.which('node'), shutil.which('npm')
    if not (node and npm):
        pytest.skip('node and npm are not there: the page is not built anew')
    folder = tmp_path_factory.mktemp('page')
    source = folder / 'web'
    shutil.copytree(HERE / 'web', source, ignore=shutil.ignore_patterns('node_modules'))
    shutil.copy(HERE / 'LICENSE', folder)
    done = subprocess.run(
        [npm, 'ci', '--ignore-scripts'], cwd=source, capture_output=True, text=True, timeout=300)
    if done.returncode:
        pytest.skip(f'the packages of the page cannot be had: {done.stderr.strip()[-300:]}')
    subprocess.run([node, 'build.mjs', folder / 'out'], cwd=source, check=True, timeout=100)
    return folder / 'out'


@pytest.mark.timeout(400)
@pytest.mark.parametrize('name', sorted(path.name for path in PAGE.iterdir()))
def test_the_page_is_what_its_sources_make(rebuilt, name):
    assert {path.name for path in rebuilt.iterdir()} == {path.name for path in PAGE.iterdir()}
    same = (rebuilt / name).read_bytes() == (PAGE / name).read_bytes()
    assert same, f'{name} is not what web/ makes: run "npm ci && npm run build" there'


def test_what_is_committed_names_no_registry():
    text = (HERE / 'web' / 'package-lock.json').read_text()
    assert 'resolved' not in text and 'registry' not in text
    assert 'integrity' in text
