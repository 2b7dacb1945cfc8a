"""Docs, help and messages use the words of the field, so that a reader finds by searching."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob('*.md'), *ROOT.glob('docs/**/*.md'), *ROOT.glob('examples/*.md'),
                *ROOT.glob('config/*.*')])
SOURCES = sorted([*ROOT.glob('igtl_ros2/**/*.py'), *ROOT.glob('launch/*.py'),
                  *ROOT.glob('examples/**/*.py'), *ROOT.glob('docs/**/*.py')])
# what is not said: what is said instead
WORDS = {
    r'short way|whole way|express way': 'fast path, template',
    r'\b(put|lay|done|converted) aside\b': 'in a worker',
    r'\bcomes? later\b|\bnewcomers?\b|\bfirst values\b(?! of)': 'late joiner, last value',
    r'(?<!when )(?<!if )\bleft out\b|values in between': 'throttled, skipped, dropped; by default',
    r'\blet(s|ting)? (it|them|him|peers?) wait\b|\bheap\b': 'backpressure, queue, overflow',
    r'\bin bulk\b': 'batch',
    r'silent for too long': 'stale, timed out',
    r'\b(is|are) told in\b|\btells? all of it\b|rules are told': 'where it is: "see", "is in"',
    r'\bin vain\b|has gone away|comes? to nothing': 'without an answer, gone, fails',
    r'(^\* |[.:] )Who (?!is\b|are\b|may\b|can\b)\w+s\b': 'a peer that, a program that',
}
# what pages and help do not say besides; comments may
FOR_READERS = {
    r'\bwhoever\b|\bof whom\b|\bnobody asks\b': 'every peer that, a program that',
    r'\b(is|are) taken for\b': 'is recognised as, means',
    r'\bgive way\b|\bgives way\b': 'is dropped, is replaced',
    r'\b(is|are) told (to|by|of|whether|what|in)\b|\btells? of\b': 'gets, reports, see',
    r'\b(mark|end) made of\b': 'suffix',
}
# keys on /diagnostics that programs read, and where code writes them
ALLOWED = re.compile(r"`left out|'left out '|^left out |^left out$|`left out`|LEFT_OUT")
FENCE = re.compile(r'^ *```.*?^ *```', re.M | re.S)


def faults(text, words=WORDS):
    """Find what is not said, each with the words to use."""
    if not re.search('|'.join(words), text, re.I | re.M):
        return
    for line in text.splitlines():
        for wrong, right in words.items():
            found = re.search(wrong, line, re.I if 'Who' not in wrong else 0)
            if found and not ALLOWED.search(line):
                yield f'{line.strip()[:120]!r}: {found[0]!r}, say {right}'


def words_of(path):
    """Give docstrings, messages and comments of a program."""
    text = path.read_text('utf-8')
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
    # what is behind such a sign in a text is looked at twice
    yield '\n'.join(line.partition('#')[2] for line in text.splitlines())


@pytest.mark.parametrize('page', PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page(page):
    text = FENCE.sub('', page.read_text('utf-8'))
    found = '\n'.join(faults(text, {**WORDS, **FOR_READERS}))
    assert not found, found


def test_help_messages_and_comments():
    found = '\n'.join(f'{path.relative_to(ROOT)}: {fault}' for path in SOURCES
                      for text in words_of(path) for fault in faults(text))
    assert not found, found


def test_it_finds_what_is_not_said():
    assert len(list(faults('It is told in the mapping.\n* Who joins gets it, in bulk.'))) == 3
    assert not list(faults('`left out X: by rate` is a key, and late joiners get the last value.'))
