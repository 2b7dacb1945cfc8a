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
                      'test_page_parts.py']

#: software draws the scene, also where there is a graphics card
FLAGS = ['--disable-gpu', '--enable-unsafe-swiftshader']
TIMEOUT_MS = 90_000
#: a window in which the scene is out of sight: it is not drawn then
SMALL = 400, 300


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


@pytest.fixture(scope='module')
def window(browser):
    """
    The one window of a module: what draws a page stays warm for that of the next test.

    What its page hears of its monitor is in `heard`; `complaints` are those of the browser.
    """
    page = browser.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    page.heard, page.complaints = [], []
    page.on('pageerror', lambda error: page.complaints.append(str(error)))
    page.on('console', lambda line: is_complaint(line) and page.complaints.append(line.text))
    page.on('dialog', lambda dialog: (page.complaints.append('a dialog'), dialog.dismiss()))
    page.on('websocket', lambda socket: (page.heard.clear(), socket.on(
        'framereceived', lambda frame: page.heard.append(frame))))
    return page


@pytest.fixture
def open_page(window):
    """
    Open the page of a monitor, as somebody who has never seen it.

    What the page hears is in `heard` of what is given; complaints of the browser fail the test.
    """

    def forget():
        if window.url.startswith(('http:', 'file:')):
            window.evaluate('localStorage.clear(); sessionStorage.clear()')

    def open_it(url, ready='#devices tbody tr', viewport=None, scheme='light'):
        forget()
        window.mouse.move(0, 0)
        window.set_viewport_size(dict(zip(('width', 'height'), viewport or SMALL)))
        window.emulate_media(color_scheme=scheme)
        window.goto(url)
        if ready:
            window.wait_for_selector(ready)
        return window

    yield open_it
    forget()
    window.goto('about:blank')  # what a page complains of is that of its own test
    complaints = window.complaints.copy()
    window.complaints.clear()
    assert not complaints
