"""The built docs as files: no page has an error, each link leads somewhere, search finds."""

import importlib.util
import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytestmark = pytest.mark.timeout(400)
HERE = Path(__file__).parents[2]
#: what has to be found by its words
SEARCHED = ('workspace', 'igtl doctor')


class Page(HTMLParser):
    """What a page leads to, and which places it has."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loads, self.places, self.unnamed = set(), set(), {''}, 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.places |= {given[key] for key in ('id', 'name') if given.get(key)}
        if tag == 'a' and given.get('href'):
            self.links.add(given['href'])
        if tag in ('img', 'script') and given.get('src'):
            self.loads.add(given['src'])
        if tag == 'link' and given.get('rel') in ('stylesheet', 'icon') and given.get('href'):
            self.loads.add(given['href'])
        self.unnamed += tag == 'img' and not given.get('alt')


@pytest.fixture(scope='module')
def site(tmp_path_factory):
    """Build it, as `./dev docs` does."""
    if not importlib.util.find_spec('mkdocs'):
        pytest.skip('what builds the docs is not there (./dev docs sets it up): nobody opens them')
    folder = tmp_path_factory.mktemp('site')
    done = subprocess.run(
        [sys.executable, '-m', 'mkdocs', 'build', '--strict', '--quiet', '--site-dir', folder],
        cwd=HERE, env={**os.environ, 'NO_MKDOCS_2_WARNING': '1'}, capture_output=True, text=True,
        timeout=350)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope='module')
def pages(site):
    """Read all of its pages."""
    found = {path: Page(path.read_text()) for path in sorted(site.rglob('*.html'))}
    found.pop(site / '404.html', None)  # for servers, which know where it is
    assert len(found) > 30
    return found


def test_each_link_leads_to_a_page_and_a_place_of_it(site, pages):
    wrong = []
    for path, page in pages.items():
        for link in page.links | page.loads:
            parts = urlsplit(link)
            if parts.scheme in ('https', 'mailto', 'data') and link not in page.loads:
                continue
            target = path.parent / unquote(parts.path) if parts.path else path
            target = target.resolve()
            if parts.scheme or parts.netloc or not target.is_file():
                wrong.append(f'{path.relative_to(site)}: {link}')
            elif parts.fragment and target in pages and (
                unquote(parts.fragment) not in pages[target].places
                and not parts.fragment.startswith('__')
            ):
                wrong.append(f'{path.relative_to(site)}: {link}: no such place')
    assert not wrong, '\n'.join(wrong)


def test_each_picture_says_what_it_shows(site, pages):
    assert [str(path.relative_to(site)) for path, page in pages.items() if page.unnamed] == []


def test_each_page_opens_without_an_error_and_fits_a_narrow_screen(site, pages, open_page):
    page = open_page((site / 'index.html').as_uri(), 'h1', (360, 800))
    loaded, wrong = [], []
    page.on('request', lambda request: loaded.append(request.url))
    # what is not there yet when the next page is opened is given up, as the icon
    page.on('requestfailed', lambda request: request.failure != 'net::ERR_ABORTED' and (
        wrong.append(f'{page.url}: {request.url}')))
    for path in pages:
        page.goto(path.as_uri())
        heads, broken, width = page.evaluate("""() => [
            document.querySelectorAll('article h1').length,
            [...document.images].filter((one) => one.complete && !one.naturalWidth)
                .map((one) => one.src),
            document.documentElement.scrollWidth]""")
        if heads != 1 or broken or width > 360:
            wrong.append(f'{path.relative_to(site)}: {heads} titles, {width} wide, {broken}')
    assert not wrong
    assert [url for url in loaded if not url.startswith(('file:', 'data:', 'blob:'))] == []


@pytest.mark.parametrize('words', SEARCHED)
def test_search_works_without_a_server(site, open_page, words):
    page = open_page((site / 'index.html').as_uri(), 'h1', (1280, 900))
    page.locator('[data-md-component=search-query]').fill(words)
    page.wait_for_selector('.md-search-result__item')
    found = page.locator('.md-search-result__item').first
    assert words.split()[-1] in found.inner_text().lower()
