"""What several peers did with one question, in one text."""

from igtl_ros2.codec.messages.text import String
from igtl_ros2.dialogue.requests import Outcomes


def outcomes(*parts):
    made = Outcomes()
    for number, (success, text) in enumerate(parts):
        made.add(f'p{number}', success, text, String(text) if text else None)
    return made


def test_one_peer_is_quoted_as_it_is():
    assert outcomes((True, 'done')).text() == 'done'
    assert outcomes((False, 'no')).text() == 'no'
    assert Outcomes().text({'p': 'no answer'}) == 'no answer'


def test_an_error_is_not_lost_because_another_is_silent():
    made = outcomes((False, 'no such tool'))
    assert not made.success
    assert made.text({'p1': 'no answer'}) == 'p0: no such tool; p1: no answer'
    assert made.answer.text == 'no such tool'


def test_an_error_beside_a_success_is_said():
    for parts in (((False, 'no'), (True, 'done')), ((True, 'done'), (False, 'no'))):
        made = outcomes(*parts)
        assert made.success
        assert made.answer.text == 'done'
        failed = 'p0' if parts[1][0] else 'p1'
        assert made.text() == f'done; {failed}: no'
    assert outcomes((True, ''), (False, '')).text() == ''
    assert outcomes((True, 'done'), (False, '')).text() == 'done; p1: it failed'


def test_what_all_say_is_said_once():
    assert outcomes((True, 'done'), (True, 'done')).text() == 'done'
    assert outcomes((True, 'a'), (True, 'b')).text() == 'a; b'
    assert Outcomes().text({'p': 'silent', 'q': 'silent'}) == 'silent'
