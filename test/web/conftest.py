"""A browser: Debian's Chromium, driven by Playwright, installed beside the environment."""

import importlib
import importlib.util
import os
import shutil
import sys

import pytest
from beside import folder_of

# what is pure is tested without it; the header of the run names it
if not importlib.util.find_spec('aiohttp'):
    collect_ignore = ['test_guard.py', 'test_server.py', 'test_monitor.py', 'test_page.py',
                      'test_bridge_page.py', 'test_page_shapes.py']

#: software draws the scene, also where there is a graphics card
FLAGS = ['--disable-gpu', '--enable-unsafe-swiftshader']
TIMEOUT_MS = 90_000


@pytest.fixture(scope='module')
def browser():
    """A browser without a screen; its event loop runs as long as it, so no other may meanwhile."""
    chromium = shutil.which('chromium') or shutil.which('chromium-browser')
    if not chromium:
        pytest.skip('Chromium is not there (apt install chromium): nobody looks at the page')
    sys.path.append(os.fspath(folder_of('browser')))
    playwright = importlib.import_module('playwright.sync_api').sync_playwright
    with playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


def is_complaint(line):
    """Tell whether the browser has seen something wrong; a monitor that has ended is nothing."""
    return line.type == 'error' and not line.text.startswith('WebSocket connection to ')


@pytest.fixture
def open_page(browser):
    """
    Open the page of a monitor.

    What the page hears is in `heard` of what is given; complaints of the browser fail the test.
    """
    contexts, complaints = [], []

    def open_it(url, ready='#devices tbody tr', **options):
        context = browser.new_context(**{'viewport': {'width': 1280, 'height': 900}, **options})
        contexts.append(context)
        context.set_default_timeout(TIMEOUT_MS)
        page = context.new_page()
        page.on('pageerror', lambda error: complaints.append(str(error)))
        page.on('console', lambda line: is_complaint(line) and complaints.append(line.text))
        page.on('dialog', lambda dialog: (complaints.append('a dialog'), dialog.dismiss()))
        heard = []
        page.on('websocket', lambda socket: socket.on(
            'framereceived', lambda frame: heard.append(frame)))
        page.goto(url)
        if ready:
            page.wait_for_selector(ready)
        page.heard = heard
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert not complaints
