"""The pages of docs/reference/cli/ are what the help of the verbs says."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / 'docs' / 'reference' / 'cli'


@pytest.fixture(scope='module')
def pages():
    spec = importlib.util.spec_from_file_location('cli_pages', ROOT / 'scripts' / 'cli_pages.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.pages()


def test_each_verb_has_its_page_and_no_other(pages):
    """If this fails, `./dev docs` writes them anew."""
    found = {path.name: path.read_text(encoding='utf-8') for path in FOLDER.glob('*.md')}
    del found['index.md']
    assert found == pages


def test_a_page_has_all_that_the_help_has(pages):
    assert "igtl echo 10.0.0.5 ProbeToTracker --field 'matrix[0][3]'" in pages['echo.md']
    assert '| `--once` | end after the first message |' in pages['echo.md']
    assert '| `--phi {redact,hash,drop,pass}` |' in pages['echo.md']
    assert '## igtl send ... pose' in pages['send.md']
    assert pages['send.md'].count('| `--rate HZ` |') == 1  # of all kinds
    assert '| [igtl ls](ls.md) | the devices of a host' in pages['verbs.md']
