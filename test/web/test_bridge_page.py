"""What a bridge says of where the time goes reaches the page and `igtl top`, digit by digit."""

import json
import re

import numpy as np
import pytest
from cli_tools import program
from diagnostic_msgs.msg import DiagnosticArray
from harness import Bridge, User
from page_tools import monitor
from test_page import PICTURE, choose, shoot, until

from igtl_ros2 import serve
from igtl_ros2.codec.messages.pose import Transform

pytestmark = pytest.mark.timeout(300)
RULES = 'receive:\n  - {device: Bad, workspace: {min: [5, 5, 5], max: [6, 6, 6]}}\n  - {}\n'
CELLS = """() => Object.fromEntries([...document.querySelectorAll('#bridges tbody tr')].map(
    (row) => [`${row.dataset.kind} ${row.dataset.what}`, [...row.querySelectorAll('td')].map(
        (cell) => [...cell.querySelectorAll('span')].map((one) => one.dataset.value))]))"""


@pytest.fixture
def ros():
    user = User()
    yield user
    user.close()


@pytest.fixture
def device():
    """A device that sends a pose, and one that a gate withholds, again and again."""
    from cli_tools import again_and_again

    with serve('tcp://127.0.0.1:0') as server:

        def send():
            server.send(Transform(np.eye(4), device_name='Tool'))
            server.send(Transform(np.eye(4), device_name='Bad'))

        with again_and_again(send, 0.02):
            yield str(server.address)


@pytest.fixture
def said(ros, device, tmp_path):
    """Run a bridge of the device; gives a function that waits until it has said a number."""
    heard = ros.listen('/diagnostics', DiagnosticArray)

    def heard_of(key):
        return [float(value.value) for array in heard for status in array.status
                for value in status.values if value.key == key]

    port = int(device.rpartition(':')[2])
    rules = tmp_path / 'mapping.yaml'
    rules.write_text(RULES)
    with Bridge(mode='client', port=port, mapping_file=rules) as bridge:
        ros.wait_for(lambda: heard_of('TRANSFORM Tool latency_published_ms_p99'), 'the figures')
        yield lambda key, value: ros.wait_for(lambda: value in heard_of(key), f'{key} {value}')
        bridge.stop()


def test_the_page_shows_the_stages_of_a_bridge_as_it_said_them(
    device, said, open_page, tmp_path
):
    with monitor(device, '--ros') as url:
        page = open_page(url, '#bridges tbody tr[data-what="TRANSFORM Tool"]', PICTURE)
        titles = page.locator('#bridges thead th').all_text_contents()[1:]
        cells = page.evaluate(CELLS)
        seen = 0
        for kind, what in (('device', 'TRANSFORM Tool'), ('all in', '')):
            for stage, pair in zip(titles, cells[f'{kind} {what}']):
                prefix = f'{what} latency_{stage.replace(" ", "_")}_ms_'.lstrip()
                for part, value in zip(('p50', 'p99'), pair):
                    said(prefix + part, float(value))
                    seen += 1
        assert seen >= 16  # device, decoded, gates, published, total
        shoot(page, 'monitor-bridges.png', tmp_path, full_page=True,
              clip=page.locator('#bridges').bounding_box())
        # in the table of devices, and in what is told of the one that is chosen
        page.wait_for_selector('tr[data-device=Tool] [data-key=stages]:has-text("published")')
        shown = json.loads(page.evaluate("""() => document.querySelector(
            'tr[data-device=Tool] [data-key=stages]').dataset.value"""))
        assert {'device', 'decoded', 'gates', 'published', 'total'} <= shown.keys()
        for part, value in zip(('p50', 'p99'), shown['published']):
            said(f'TRANSFORM Tool latency_published_ms_{part}', value)
        assert {'gates, bridge / ms', 'decoded, here / ms'} <= choose(page, 'Tool').keys()
        # what no gate lets through
        until(page, """() => document.querySelector('tr[data-device=Bad].withheld [data-key=gate]')
            ?.textContent === 'withheld by the bridge'""")
        dropped = float(page.evaluate("""() => document.querySelector(
            'tr[data-device=Bad] [data-key=dropped]').dataset.value"""))
        (key,) = [fact for fact in choose(page, 'Bad') if fact.startswith('withheld: ')]
        said(key.replace(': ', ' ', 1), dropped)


def test_top_tells_the_stages_of_a_bridge(device, said):
    with program('top', device, '--ros', '--json', '--period', '0.2') as process:
        line = process.says(r'\{"bridge": .*TRANSFORM Tool.*\}')[0]
        (own,) = [row for row in json.loads(line)['rows'] if row['what'] == 'TRANSFORM Tool']
        process.interrupt()
        process.end(130)
    assert {'device', 'decoded', 'gates', 'published', 'total'} <= own['stages'].keys()
    for stage, pair in own['stages'].items():
        for part, value in zip(('p50', 'p99'), pair):
            said(f'TRANSFORM Tool latency_{stage}_ms_{part}', value)
    with program('top', device, '--ros', '--period', '0.2') as process:
        process.says(r'/x/igtl_bridge: OpenIGTLink: WARN: .*; slow: ')
        found = process.says(r'device TRANSFORM Tool +(.*)\n')[1]
        process.says(r'withheld \d+ \(')
        process.interrupt()
        process.end(130)
    assert re.search(r'gates [\d.]+ / [\d.]+, published [\d.]+ / [\d.]+', found)


def test_of_a_bag_bridges_say_nothing(tmp_path):
    from cli_tools import igtl

    (tmp_path / 'bag').mkdir()
    done = igtl('monitor', '--port', '0', '--ros', tmp_path / 'bag', code=2)
    assert '--ros' in done.stderr and len(done.stderr.splitlines()) == 1
