"""The examples of the reference and of the docstrings do what they say."""

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

from igtl_ros2 import codec

ROOT = Path(__file__).parent.parent
# those of the verbs are written from their help
PAGES = sorted(page for page in (ROOT / 'docs').rglob('*.md') if page.parent.name != 'cli')
MODULES = sorted(
    module.name for module in pkgutil.walk_packages(codec.__path__, f'{codec.__name__}.')
)
FENCE = re.compile(r'^```.*$', re.MULTILINE)
# all other pages of the reference have some
WITHOUT_EXAMPLES = {'conversions.md', 'diagnostics.md', 'forwarding.md', 'frames.md', 'limits.md',
                    'names.md', 'stability.md', 'timing.md'}


def run(examples):
    """Run the examples of one text; a failure shows what doctest has to say."""
    said = []
    result = doctest.DocTestRunner().run(examples, out=said.append, clear_globs=False)
    assert result.failed == 0, ''.join(said)
    return result.attempted


@pytest.mark.parametrize('page', PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_page(page, monkeypatch):
    # a page may register a message type
    monkeypatch.setattr(codec.message, '_REGISTER', dict(codec.message._REGISTER))
    text = FENCE.sub('', page.read_text(encoding='utf-8'))
    examples = doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)
    assert run(examples) or page.parent.name != 'reference' or page.name in WITHOUT_EXAMPLES


@pytest.mark.parametrize('name', [codec.__name__, *MODULES])
def test_docstrings(name):
    for examples in doctest.DocTestFinder(exclude_empty=True).find(importlib.import_module(name)):
        run(examples)


def test_every_family_has_a_page():
    families = {name.rpartition('.')[2] for name in MODULES if '.messages.' in name}
    assert families <= {page.stem for page in PAGES}


def test_every_class_of_a_message_is_on_a_page():
    text = ''.join(page.read_text(encoding='utf-8') for page in PAGES)
    for cls in set(codec.registered().values()):
        if not cls.__module__.startswith(codec.__name__):
            continue  # that of a test
        assert f'::: {cls.__module__}.{cls.__name__}\n' in text, cls
