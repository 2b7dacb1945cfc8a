"""Links lead somewhere: those of the pages, and the pages that code and messages name."""

import importlib.util
import re
import unicodedata
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob('*.md'), *ROOT.glob('docs/**/*.md'), *ROOT.glob('examples/**/*.md')])
FENCE = re.compile(r'^ *```.*?^ *```', re.M | re.S)
LINK = re.compile(r'\]\(([^)\s]+)\)')
NAMED = re.compile(r'\bdocs/[\w/-]+\.(?:md|svg|png|py)\b')
SOURCES = sorted(
    path for pattern in ('igtl_ros2/**/*.py', 'launch/*.py', 'config/*', 'bench/*.py', '*.md',
                         '*.rst', 'docs/**/*.md', 'scripts/*.py', 'examples/**/*.py')
    for path in ROOT.glob(pattern) if path.is_file())


def anchors(page):
    """List the anchors of the headings of a page, as Markdown makes them."""
    found = set()
    for line in FENCE.sub('', page.read_text('utf-8')).splitlines():
        if match := re.match(r'#+ (.*)', line):
            text = unicodedata.normalize('NFKD', match[1]).encode('ascii', 'ignore').decode()
            found.add(re.sub(r'[-\s]+', '-', re.sub(r'[^\w\s-]', '', text).strip().lower()))
    return found


@pytest.mark.parametrize('page', PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_a_page(page):
    for link in LINK.findall(FENCE.sub('', page.read_text('utf-8'))):
        if re.match('[a-z]+:', link):
            continue  # elsewhere
        name, _, anchor = link.partition('#')
        target = page.parent / name if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_pages_that_are_named_are_there():
    missing = [
        f'{path.relative_to(ROOT)}: {name}' for path in SOURCES
        for name in NAMED.findall(path.read_text('utf-8', 'ignore')) if not (ROOT / name).exists()]
    assert not missing


def test_each_page_is_in_the_navigation():
    navigation = (ROOT / 'mkdocs.yml').read_text('utf-8')
    pages = [path.relative_to(ROOT / 'docs') for path in ROOT.glob('docs/**/*.md')]
    assert not [page for page in map(str, pages)
                if f'- {page}\n' not in navigation and not page.startswith('reference/cli/')]


def test_drawings_are_those_of_the_script():
    """If this fails, `./dev docs` writes them anew."""
    spec = importlib.util.spec_from_file_location('drawings', ROOT / 'scripts' / 'drawings.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in module.DRAWINGS:
        path = ROOT / 'docs' / 'images' / f'{name}.svg'
        assert path.read_text('utf-8') == module.drawing(name)
        ElementTree.parse(path)


def test_the_readme_is_a_page_that_needs_no_scrolling():
    text = (ROOT / 'README.md').read_text('utf-8')
    assert len(text.encode()) <= 8000
    for block in re.findall(r'^```\w+\n(.*?)^```', text, re.M | re.S):
        assert max(map(len, block.splitlines())) <= 105, block
    outside = FENCE.sub('', text)
    plain = re.sub(r'`[^`\n]*`|\]\([^)]*\)|\*\*.*?\*\*', '', outside)
    # what is in one pair of stars is emphasised on purpose; lists begin with a star
    stars = re.findall(r'(?<!^)\*[^*\n]+\*', plain, re.M)
    assert stars == ['*OpenIGTLinkIF*'] and not re.search(r'(^|\s)_\w|\w_(\s|$)', plain)
