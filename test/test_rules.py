"""Rules with keys that converters add: values that are not changed, and lists in one order."""

from dataclasses import FrozenInstanceError, dataclass, fields, replace
from typing import Any

import pytest

from igtl_ros2.rules.keys import Rule, key, keys_of
from igtl_ros2.rules.values import BOOLEAN, NAMES, TEXT, numbers, read


@pytest.fixture
def kind():
    """Make a class of rules that nobody else adds keys to."""
    @dataclass(frozen=True, init=False, eq=False, repr=False)
    class Kind(Rule):
        first: str = key(TEXT, 'First.', '')
        last: Any = key(NAMES, 'Last.', ())
        inner: int = 3

    return Kind


def test_an_added_key_is_a_field_with_its_default(kind):
    before = kind('a')
    added = kind.key('glow', numbers(0, 1), 'Glows.', 0.5, after='first')
    assert before.glow == kind().glow == added.of(before) == 0.5
    assert kind('a', glow=1.0) == replace(before, glow=1.0) == before.but(glow=1.0) != before
    assert [field.name for field in fields(kind)] == ['first', 'last', 'inner', 'glow']
    assert hash(kind('a', glow=0.5)) == hash(before)
    assert repr(kind('a', glow=1.0)) == "Kind(first='a', glow=1.0)"


def test_rules_are_not_changed(kind):
    with pytest.raises(FrozenInstanceError):
        kind().first = 'b'


def test_what_is_no_field_is_refused(kind, monkeypatch):
    with pytest.raises(TypeError, match='Kind has no glow'):
        kind(glow=1)
    # it is declared by a converter that was not imported yet
    monkeypatch.setattr(kind, 'load', lambda: kind.key('glow', BOOLEAN, 'Glows.', False))
    assert kind(glow=True).glow


def test_keys_are_listed_behind_those_that_they_name(kind):
    for name, after in (('z', 'a'), ('b', 'first'), ('a', 'first'), ('y', ''), ('x', 'missing')):
        kind.key(name, BOOLEAN, 'Text.', False, after=after)
    # what others stand behind comes after what is alone
    assert list(keys_of(kind)) == ['first', 'b', 'a', 'z', 'last', 'x', 'y']


def test_a_name_is_given_once(kind):
    made = kind.key('glow', BOOLEAN, 'Glows.', False)
    assert kind.key('glow', BOOLEAN, 'Glows.', False) is made  # its module is imported again
    for name in ('glow', 'inner', 'but'):
        with pytest.raises(ValueError, match=f'Kind has a {name} already'):
            kind.key(name, TEXT, 'Another.', '')


def test_words_of_python_can_be_keys(kind):
    made = kind.key('as', TEXT, 'As what.', '')
    assert made.of(kind(as_='x')) == 'x' and keys_of(kind)['as'] is made


def test_what_a_file_says_is_read_as_allowed():
    assert read([1, 2], {'type': 'array', 'items': numbers()}) == (1.0, 2.0)
    assert type(read(1, numbers())) is float and type(read(2.0, numbers(whole=True))) is int
    assert read('text', TEXT) == 'text'


@pytest.mark.parametrize(('allowed', 'title'), [
    (numbers(), 'a number'), (numbers(0), 'a number from 0'), (numbers(over=0), 'a number over 0'),
    (numbers(0, 10, 's'), 'a number from 0 s to 10 s'),
    (numbers(over=0, most=1, unit='m'), 'a number over 0 m and up to 1 m'),
    (numbers(2, 9, whole=True), 'a whole number from 2 to 9')])
def test_numbers_say_what_is_allowed(allowed, title):
    assert allowed['title'] == title
