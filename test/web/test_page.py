"""The page as a person sees it: each number on it is one that was sent. Pictures for the docs."""

import base64
import contextlib
import json
import os
import re
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from cli_tools import POSE, program, pyigtl_server, ultrasound
from page_tools import monitor
from polling import poll
from recorded_tools import bag_of

from igtl_ros2 import serve
from igtl_ros2.codec import encode
from igtl_ros2.codec.messages.arrays import Sensor
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.mesh import PolyData
from igtl_ros2.codec.messages.points import Point, PointList, Trajectories, Trajectory
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.text import Command, CommandResponse, Status, String
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.sim.ultrasound import IMAGE, PROBE, Scene

pytestmark = pytest.mark.timeout(300)

NS = 10**9
IMAGES = Path(__file__).parents[2] / 'docs' / 'images'
IS_FOR_DOCS = os.environ.get('SCREENSHOTS') == '1'
LARGE = 1280, 900
PICTURE = LARGE if IS_FOR_DOCS else None
VOXELS = (np.arange(4 * 5 * 6).reshape(4, 5, 6) * 37 - 900).astype(np.int16)
PLACE = np.array([[2, 0, 0, -5], [0, 2, 0, -4], [0, 0, 3, -4.5], [0, 0, 0, 1.0]])
CUBE = np.array([[x, y, z] for x in (0, 9) for y in (0, 9) for z in (0, 9)], np.float32)
FACES = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
EVIL = '<img src=x onerror=alert(1)>'
ARM = (
    '<robot name="arm"><link name="base"><visual><geometry>'
    '<cylinder radius="0.004" length="0.01"/></geometry></visual></link>'
    '<link name="upper"><visual><origin xyz="0 0 0.01"/><geometry>'
    '<box size="0.004 0.004 0.02"/></geometry></visual></link><joint name="turn" type="revolute">'
    '<parent link="base"/><child link="upper"/><axis xyz="0 1 0"/>'
    '<limit lower="-3" upper="3" effort="1" velocity="1"/></joint></robot>'
)
MESSAGES = [
    Transform(POSE, device_name='NeedleToTracker', timestamp_ns=1_700_000_000 * NS,
              metadata={'TransformStatus': 'OK', 'Tip': EVIL}),
    Transform(np.eye(4), device_name='TrackerToRas', metadata={'TransformStatus': 'MISSING'}),
    Position([1.5, -2.5, 3.5], device_name='Target'),
    TrackingData([TrackingElement('A', POSE), TrackingElement('B', np.eye(4))],
                 device_name='Tools', metadata={'BStatus': 'MISSING'}),
    PointList([Point('F-1', [1, 2, 3], 'Fiducial', (255, 200, 0, 255), 3.0),
               Point(EVIL[:60], [4, 5.25, 6])], device_name='Fiducials'),
    Trajectories([Trajectory('Way', [0, 0, 30], [0, 0, 0], 3)], device_name='Ways'),
    Image.from_array(VOXELS, PLACE, device_name='CT'),
    PolyData(CUBE, polygons=FACES, device_name='Cube'),
    Sensor([1.25, -0.0625, 1e-3], device_name='Force'),
    String(EVIL, device_name=EVIL[:20]),
    String(ARM, device_name='robot_description'),
    Status(9, subcode=2**60 + 1, error_name='Broken', message='of all things', device_name='Arm'),
]
TIMES = 3


@contextlib.contextmanager
def device_of(messages, times=TIMES, **options):
    """Serve messages, each so many times, to whoever connects, and then nothing more."""
    received = []

    def greet(peer, is_there):
        if is_there:
            for _ in range(times):
                for message in messages:
                    peer.send(message, stamp=False)

    def take(peer, message):
        received.append(message)
        if isinstance(message, Command):
            answer = f'did {message.name}'
            peer.send(CommandResponse(message.command_id, message.name, answer, device_name='Arm'))

    with serve('tcp://127.0.0.1:0', header_version='2', on_peer=greet, on_message=take,
               **options) as server:
        yield str(server.address), received


@pytest.fixture(scope='module')
def all_kinds():
    """A monitor of a device that has sent some of each kind."""
    with device_of(MESSAGES) as (url, _), monitor(url, '--fps', '5') as page:
        yield page


def until(page, script, *arguments):
    """Wait until a script gives something true; gives that."""
    return poll(
        lambda: page.evaluate(script, *arguments), script, lambda: page.wait_for_timeout(50))


def drawn(page, figure='figure'):
    """Read what is drawn on an image: its stamp, and its grays, rows first."""
    stamp, data, columns = page.evaluate("""figure => {
        const canvas = document.querySelector(`${figure} canvas`)
        const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
        const grays = data.filter((_, at) => at % 4 === 0)
        return [canvas.dataset.stamp, btoa(String.fromCharCode(...grays)), canvas.width]
    }""", figure)
    return stamp, np.frombuffer(base64.b64decode(data), np.uint8).reshape(-1, columns)


def row_of(page, name):
    """Read a row of the table: what is shown, and the numbers behind that."""
    return page.evaluate("""name => {
        const row = [...document.querySelectorAll('#devices tbody tr')]
            .find((row) => row.dataset.device === name)
        return Object.fromEntries([...row.children].map((cell) =>
            [cell.dataset.key, {text: cell.textContent, value: cell.dataset.value}]))
    }""", name)


def choose(page, name):
    """Choose a device in the table; gives what is told of it: title and text."""
    page.get_by_role('button', name=name or '(no name)', exact=True).click()
    page.wait_for_function('name => document.querySelector("#details-title").textContent '
                           '=== `Details of ${name}`', arg=name)
    return page.evaluate("""() => Object.fromEntries([...document.querySelectorAll('#details dt')]
        .map((title) => [title.textContent, title.nextSibling.textContent]))""")


def numbers_in(page, selector):
    """Read the numbers behind texts."""
    return [float(value) for value in page.eval_on_selector_all(
        selector, 'nodes => nodes.map((node) => node.dataset.value)')]


def states(page):
    """List what the page has heard."""
    texts = [frame for frame in page.heard if isinstance(frame, str)]
    return [told for told in map(json.loads, texts) if told['kind'] == 'state']


def shoot(page, name, tmp_path, **options):
    """Take a picture of the page; for the docs with `SCREENSHOTS=1`, in few colours."""
    if IS_FOR_DOCS:
        page.wait_for_timeout(1500)  # until there is something to see in plots
    picture = tmp_path / name
    page.screenshot(path=picture, animations='disabled', **options)
    assert picture.stat().st_size > 10_000
    if IS_FOR_DOCS:
        from PIL import Image as Picture

        IMAGES.mkdir(exist_ok=True)
        with Picture.open(picture) as found:
            found.convert('RGB').quantize(160).save(IMAGES / name, optimize=True)


# -- numbers


def test_each_row_of_the_table_has_the_numbers_that_were_sent(all_kinds, open_page):
    page = open_page(all_kinds)
    for message in MESSAGES:
        name = message.device_name
        until(page, """([name, count]) => [...document.querySelectorAll('#devices tbody tr')].some(
            (row) => row.dataset.device === name
                && row.querySelector('[data-key=count]').textContent === count)""",
              [name, str(TIMES)])
        row = row_of(page, name)
        assert row['type']['text'] == message.type_name
        assert int(row['size']['value']) == len(encode(message)) or message.version == 1
        assert row['lost']['value'] == '0'
        # rates and delays are those that the page was told
        heard = [one for told in states(page) for one in told['devices'] if one['name'] == name]
        for key, told in (('rate', 'rate'), ('bandwidth', 'bandwidth'), ('size', 'size')):
            assert float(row[key]['value']) in [one[told] for one in heard]
        assert (row['delay']['text'] == 'no stamp') is (not message.timestamp)
    assert row_of(page, 'NeedleToTracker')['gate']['text'] == 'passes'
    assert row_of(page, 'TrackerToRas')['gate']['text'] == 'withheld'
    assert row_of(page, 'TrackerToRas')['validity']['text'] == f'MISSING ({TIMES} not)'
    assert row_of(page, 'Tools')['validity']['text'] == f'MISSING ({TIMES} not)'
    links = page.evaluate("""() => Object.fromEntries([...document.querySelectorAll('#links dd')]
        .map((node) => [node.dataset.fact, node.dataset.value]))""")
    (peer,) = states(page)[-1]['links'][0]['peers']
    assert int(links['Received']) == peer['received_bytes'] > 0
    assert links['Errors'] == '0' and sum(peer['received'].values()) >= TIMES * len(MESSAGES)


def test_what_is_chosen_is_told_in_all_its_digits(all_kinds, open_page):
    page = open_page(all_kinds)
    told = choose(page, 'NeedleToTracker')
    assert told['Stamp / ns'] == str(1_700_000_000 * NS)
    assert told['State'] == 'OK' and told['Tip'] == EVIL
    assert numbers_in(page, '#details table.matrix td') == POSE[:3].ravel().tolist()
    told = choose(page, 'Arm')
    assert (told['code'], told['code_name']) == ('9', 'CHECKSUM_ERROR')
    assert told['error_name'] == 'Broken'
    assert told['subcode'] == str(2**60 + 1)  # a number of JavaScript has fewer digits
    assert page.locator('#details pre').text_content() == 'of all things'
    choose(page, 'Fiducials')
    places = page.locator('#details tbody td.number').all_text_contents()
    assert [place.split() for place in places] == [
        ['1.00', '2.00', '3.00'], ['4.00', '5.25', '6.00']]
    told = choose(page, 'CT')
    assert (told['size'], told['scalar']) == ('6 x 5 x 4', 'int16')
    told = choose(page, 'Cube')
    assert (told['points'], told['polygons']) == ('8', '6')


def test_each_voxel_is_the_one_that_was_sent(all_kinds, open_page):
    page = open_page(all_kinds, ready='figure canvas[data-count]')
    canvas = page.get_by_role('img', name='Image CT')
    probe = page.locator('figure [data-probe]')

    def seen(words):
        page.wait_for_function('words => document.querySelector("figure [data-probe]").textContent'
                               '.startsWith(words)', arg=words)
        return int(probe.get_attribute('data-value'))

    # across k in the middle, by pointer and by keys
    canvas.hover(position={'x': 2, 'y': 2})
    assert seen('Column 0, row 0') == VOXELS[2, 0, 0]
    canvas.focus()
    for column in range(1, 6):
        page.keyboard.press('ArrowRight')
        assert seen(f'Column {column}, row 0') == VOXELS[2, 0, column]
    for row in range(1, 5):
        page.keyboard.press('ArrowDown')
        assert seen(f'Column 5, row {row}') == VOXELS[2, row, 5]
    page.keyboard.press('PageUp')
    until(page, '() => document.querySelector("figure output").textContent === "4 of 4"')
    assert seen('Column 5, row 4') == VOXELS[3, 4, 5]
    page.get_by_label('Cut').select_option('i')
    until(page, '() => document.querySelector("figure output").textContent === "4 of 6"')
    page.keyboard.press('Shift+Tab')
    canvas.focus()
    page.keyboard.press('Shift+ArrowLeft')
    page.keyboard.press('Shift+ArrowUp')
    assert seen('Column 0, row 0') == VOXELS[0, 0, 3]


def test_gray_is_what_window_and_level_make_of_the_numbers(all_kinds, open_page):
    page = open_page(all_kinds, ready='figure canvas[data-count]')

    part = VOXELS[2].astype(float)
    expected = 255 * (part - part.min()) / (part.max() - part.min())
    assert np.abs(drawn(page)[1] - expected).max() <= 0.51
    low, high = part.min(), part.max()
    page.get_by_label('Window').fill(str((high - low) / 2))
    low, high = (low + high) / 2 - (high - low) / 4, (low + high) / 2 + (high - low) / 4
    shown = json.loads(page.get_by_label('Window').locator('..').locator('output')
                       .get_attribute('data-value'))
    assert shown == pytest.approx([low, high], abs=1)
    expected = np.clip(255 * (part - shown[0]) / (shown[1] - shown[0]), 0, 255)
    assert np.abs(drawn(page)[1] - expected).max() <= 0.51


def test_sensors_texts_and_the_scene_tell_what_was_sent(all_kinds, open_page):
    page = open_page(all_kinds, ready='#plots article')
    assert numbers_in(page, '#plots [data-line]') == [1.25, -0.0625, 0.001]
    assert page.locator('#plots .u-wrap canvas').count() == 1
    lines = page.locator('#texts li').all_inner_texts()
    assert sum(EVIL in line for line in lines) == TIMES
    assert sum('CHECKSUM_ERROR' in line and 'of all things' in line for line in lines) == 1
    # A, B, Needle, Tracker and Target; two points and a path
    told = until(page, """() => {
        const text = document.querySelector('#scene [data-told]').textContent
        return text.includes('1 image planes') && text.includes('12 triangles') && text
    }""")
    assert told.startswith('5 poses, 3 points and paths, 1 meshes of 12 triangles, 1 image planes')
    assert '1 robots of 2 links' in told


# -- what comes from the wire is text


def test_what_looks_like_html_is_text(all_kinds, open_page):
    page = open_page(all_kinds)
    choose(page, EVIL[:20])
    assert page.locator('#details pre').text_content() == EVIL
    assert page.locator('img, script:not([src]), iframe').count() == 0
    assert page.locator('#devices b').count() == 0


# -- people


def test_all_can_be_done_by_keyboard_and_has_a_name(all_kinds, open_page):
    page = open_page(all_kinds, ready='figure canvas[data-count]')
    nameless = page.evaluate("""() => [...document.querySelectorAll(
        'button, input, select, textarea, canvas[role], section, [role=region], a'
    )].filter((node) => {
            const by = node.getAttribute('aria-labelledby')
            const label = node.getAttribute('aria-label') || node.labels?.[0]?.textContent
                || (by && document.getElementById(by).textContent) || node.textContent
            return !label.trim()
        }).map((node) => node.outerHTML)""")
    assert nameless == []
    # by Tab alone, each of them can be reached
    wanted = page.locator(
        'button:visible, input:visible, select:visible, canvas[tabindex]:visible')
    page.keyboard.press('Tab')
    reached = set()
    for _ in range(wanted.count() + 30):
        reached.add(page.evaluate("""() => [...document.querySelectorAll(
            'button, input, select, canvas[tabindex]')].indexOf(document.activeElement)"""))
        page.keyboard.press('Tab')
    assert len(reached - {-1}) == wanted.count()
    page.get_by_role('button', name='NeedleToTracker').focus()
    page.keyboard.press('Enter')
    page.wait_for_selector('#details:visible')
    page.keyboard.press('Enter')
    page.wait_for_selector('#details', state='hidden')


def test_updates_are_as_many_as_were_chosen(all_kinds, open_page):
    # no graphics card, and the monitor is on this machine: few
    page = open_page(all_kinds)
    page.wait_for_function('() => document.querySelector("#frames").dataset.fps === "2"')
    assert 'the processor draws' in page.inner_text('#frames')
    for choice, fps in (('all', 5), ('1', 1), ('5', 5)):
        page.get_by_label('Updates').select_option(choice)
        page.wait_for_function('fps => document.querySelector("#frames").dataset.fps === fps',
                               arg=str(fps))
        assert page.inner_text('#frames').startswith(f'at most {fps} times a second')
    page.reload()
    page.wait_for_function('() => document.querySelector("#frames").dataset.fps === "5"')
    assert page.get_by_label('Updates').input_value() == '5'


def test_the_table_can_be_sifted(all_kinds, open_page):
    page = open_page(all_kinds)
    page.get_by_label('Show only').fill('transform')
    assert page.locator('#devices tbody tr:visible').count() == 2


@pytest.mark.parametrize('width', [360, 700, 1280])
def test_nothing_sticks_out_of_a_narrow_screen(all_kinds, open_page, width):
    page = open_page(all_kinds, 'figure canvas[data-count]', (width, 300))
    choose(page, 'robot_description')
    assert page.evaluate('document.documentElement.scrollWidth') <= width


def test_it_can_be_read_in_light_and_dark(all_kinds, open_page):
    contrasts = {}
    for scheme in ('light', 'dark'):
        page = open_page(all_kinds, scheme=scheme)
        contrasts[scheme] = page.evaluate("""() => {
            const light = (colour) => {
                const parts = colour.match(/[0-9.]+/g).slice(0, 3).map((part) => {
                    part /= 255
                    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
                })
                return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
            }
            const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
            const card = document.querySelector('section')
            const paper = light(getComputedStyle(card).backgroundColor)
            return ['section h2', '.quiet', '.link', 'tr.withheld .gate', '.state.connected'].map(
                (what) => [what, ratio(paper, light(getComputedStyle(
                    document.querySelector(what)).color))])
        }""")
        page.get_by_role('button', name=re.compile('^Theme')).click()
        page.wait_for_selector('html[data-theme=light]')
    for scheme, ratios in contrasts.items():
        for what, ratio in ratios:
            assert ratio >= 4.5, (scheme, what, ratio)


# -- who


def test_without_the_token_the_page_says_what_it_needs(open_page):
    with monitor('127.0.0.1:9', '--control') as url:
        page = open_page(url.partition('#')[0], ready='#status.bad')
        assert 'needs the token' in page.locator('#status').text_content()
        page = open_page(url, ready='#links article')  # in the same window
        assert '#' not in page.url  # it stays in no history
        page.reload()
        page.wait_for_selector('#links article')


def test_a_command_goes_out_and_its_answer_comes_back(open_page):
    with device_of([Status(1, device_name='Arm')]) as (url, received):
        with monitor(url, '--control') as address:
            page = open_page(address)
            page.get_by_label('Device name').fill('Arm')
            page.get_by_label('Command', exact=True).fill('Home')
            page.get_by_label('Content').fill('<go fast="no"/>')
            page.get_by_role('button', name='Send').click()
            page.wait_for_selector('#texts li:has-text("did Home")')
            (command,) = [one for one in received if isinstance(one, Command)]
            assert (command.device_name, command.name) == ('Arm', 'Home')
            assert command.content == '<go fast="no"/>'
            assert f'COMMAND {command.command_id}' in page.locator('#orders').inner_text()


def test_where_nothing_may_be_sent_there_is_no_form(all_kinds, open_page):
    page = open_page(all_kinds)
    assert not page.locator('#orders').is_visible()


def test_the_page_comes_back_by_itself(open_page, free_port):
    words = ('127.0.0.1:9', '--port', str(free_port))
    with monitor(*words) as url:
        page = open_page(url, ready='#links article')
    page.wait_for_selector('#status.bad')
    with monitor(*words):
        page.wait_for_selector('#status:not(.bad)')


def test_an_emergency_stays_in_sight_when_all_is_well_again(open_page):
    stop = Status(3, message='stop pressed', device_name='Robot')
    fine = Status(1, message='fine', device_name='Robot')
    with device_of([stop, fine], 1) as (url, _), monitor(url) as page_url:
        page = open_page(page_url, 'tr.emergency [data-key=gate]:has-text("stop pressed")')
        assert row_of(page, 'Robot')['summary']['text'] == 'OK fine'


def test_a_monitor_that_says_nothing_more_is_told_and_ages_go_on(open_page):
    with device_of(MESSAGES) as (url, _), program('monitor', '--port', '0', url) as process:
        page = open_page(process.says(r'the page is at (\S+)')[1], '#links [data-state=connected]')
        process.process.send_signal(signal.SIGSTOP)
        try:
            page.wait_for_selector('#status.bad:has-text("nothing has come from the monitor")')
            page.wait_for_selector('#links [data-state=unknown]')
            age = float(row_of(page, 'NeedleToTracker')['age']['value'])
            poll(lambda: float(row_of(page, 'NeedleToTracker')['age']['value']) > age + 1,
                 'an older age', lambda: page.wait_for_timeout(50))
        finally:
            process.process.send_signal(signal.SIGCONT)
        page.wait_for_selector('#status:not(.bad)')
        page.wait_for_selector('#links [data-state=connected]')
        process.interrupt()
        process.end(0)


# -- devices of others, and bags


def test_numbers_of_the_simulated_ultrasound_are_those_of_its_scene(open_page, tmp_path):
    scene = Scene(0, (64, 48))
    with ultrasound() as url, monitor(url) as address:
        page = open_page(address, ready='figure canvas[data-count]')
        page.get_by_role('button', name=PROBE).click()
        for _ in range(5):
            page.wait_for_timeout(120)
            stamp, matrix = page.evaluate("""() => [
                document.querySelector('#details [data-fact="Stamp / ns"]').dataset.value,
                [...document.querySelectorAll('#details table.matrix td')].map(
                    (cell) => +cell.dataset.value)]""")
            expected = scene.pose(PROBE, int(stamp))[:3].ravel().astype(np.float32)
            assert np.array(matrix, np.float32) == pytest.approx(expected, rel=1e-6, abs=1e-6)
            stamp, grays = drawn(page)
            assert np.array_equal(grays, scene.pixels(int(stamp)))
        assert row_of(page, IMAGE)['type']['text'] == 'IMAGE'


def test_numbers_of_pyigtl_are_shown_as_it_sent_them(open_page):
    import pyigtl

    pixels = np.arange(12 * 9, dtype=np.uint8).reshape(1, 12, 9)
    with pyigtl_server() as server, monitor(f'127.0.0.1:{server.server_address[1]}') as address:
        poll(server.is_connected, 'the connection', lambda: time.sleep(0.01))
        server.send_message(pyigtl.TransformMessage(POSE, device_name='Pointer'), wait=True)
        server.send_message(pyigtl.StringMessage('hear me', device_name='Text'), wait=True)
        server.send_message(pyigtl.ImageMessage(pixels, device_name='Picture'), wait=True)
        page = open_page(address, ready='figure canvas[data-count]')
        choose(page, 'Pointer')
        assert numbers_in(page, '#details table.matrix td') == POSE[:3].ravel().tolist()
        assert 'hear me' in page.locator('#texts').inner_text()
        assert row_of(page, 'Picture')['count']['text'] == '1'
        page.get_by_role('img', name='Image Picture').hover(position={'x': 2, 'y': 2})
        assert page.locator('figure [data-probe]').get_attribute('data-value') == '0'


def test_a_bag_that_plays_is_stopped_and_goes_on(open_page, tmp_path):
    pytest.importorskip('rosbags', reason='bags need the package rosbags')
    pytest.importorskip('mcap', reason='bags need the package mcap')
    place = """() => Number(document.querySelector('#timeline output').dataset.value)"""
    with monitor(bag_of(tmp_path, (0.0, String('begin')), (3000.0, String('end')))) as address:
        page = open_page(address)
        page.get_by_role('button', name='Stop').click()
        page.get_by_role('button', name='Play').wait_for()
        stopped = page.evaluate(place)
        page.wait_for_timeout(500)
        assert page.evaluate(place) == stopped < 3000
        page.get_by_role('button', name='Play').click()
        until(page, f'() => ({place})() > {stopped}')


def test_a_bag_is_wound_by_its_timeline(open_page, tmp_path):
    pytest.importorskip('rosbags', reason='bags need the package rosbags')
    pytest.importorskip('mcap', reason='bags need the package mcap')
    poses = []
    for number in range(50):
        matrix = np.eye(4)
        matrix[0, 3] = number
        poses.append((number / 10, Transform(matrix, device_name='Tool', timestamp=number + 1)))
    bag = bag_of(tmp_path, *poses, (1.05, String('begin', device_name='Note')))
    with monitor(bag) as address:
        page = open_page(address, viewport=PICTURE)
        until(page, """() => {
            const button = document.querySelector('#timeline button')
            if (button?.textContent === 'Stop') button.click()
            return button?.textContent === 'Play' }""")  # or it is over already
        page.wait_for_selector('#timeline [data-total="Tool"][data-value="50"]')
        slider = page.get_by_label('Place in the bag')
        slider.fill('3.05')
        until(page, """() => document.querySelector('#timeline output').dataset.value === '3.05'
            && document.querySelector('[data-state=bag]') && document.querySelector(
                'tr[data-device=Tool] [data-key=count]')?.dataset.value === '31' """)
        assert row_of(page, 'Tool')['summary']['text'] == '30.0 0.0 0.0 mm'
        until(page, """() => Math.abs(document.querySelector(
            'tr[data-device=Tool] [data-key=age]').dataset.value - 0.05) < 1e-6""")
        assert page.locator('#texts').inner_text().count('begin') == 1
        slider.focus()
        page.keyboard.press('Home')
        until(page, """() => document.querySelector(
            'tr[data-device=Tool] [data-key=count]')?.dataset.value === '1' """)
        assert page.locator('#texts li').count() == 0
        part = {'x': 0, 'y': 0, 'width': 1280, 'height': 360}
        shoot(page, 'monitor-bag.png', tmp_path, clip=part)


# -- pictures for the docs


def test_pictures(open_page, tmp_path):
    with ultrasound('--image-size', '320x240') as url, monitor(url) as address:
        page = open_page(address, 'figure canvas[data-count]', PICTURE)
        until(page, """() => document.querySelector('#scene [data-told]').textContent
            .startsWith('2 poses, 4 points')""")
        page.get_by_role('button', name='Show all').click()
        page.get_by_label('Updates').select_option('all')
        shoot(page, 'monitor.png', tmp_path)


def test_pictures_of_a_scene_in_the_dark(all_kinds, open_page, tmp_path):
    page = open_page(all_kinds, 'figure canvas[data-count]', LARGE, 'dark')
    until(page, """() => document.querySelector('#scene [data-told]').textContent
        .includes('12 triangles')""")
    page.get_by_role('button', name='Show all').click()
    page.locator('#scene').scroll_into_view_if_needed()
    page.wait_for_timeout(800)
    assert page.locator('#scene').bounding_box()['height'] > 300
    picture = tmp_path / 'scene.png'
    page.locator('#scene canvas').screenshot(path=picture, animations='disabled')
    from PIL import Image as Picture

    with Picture.open(picture) as found:
        # something of every kind is drawn: not a single colour
        assert len(found.convert('RGB').getcolors(1 << 20)) > 200
    shoot(page, 'monitor-dark.png', tmp_path)
