"""Which rule is meant for a device, however many there are."""

import time
from fnmatch import fnmatchcase

from hypothesis import given
from hypothesis import strategies as st

from igtl_ros2.mapping import load_mapping
from igtl_ros2.rules import Mapping, ReceiveRule
from igtl_ros2.rules.rule_index import RuleIndex

NAMES = st.sampled_from(
    ['a', 'b', 'ab', 'a*', '*', '?', '[ab]', 'a[', '*b', '', 'A', 'a\nb', '[!a]'])
TYPES = st.sampled_from(['*', 'TRANSFORM', 'STRING'])


@given(st.lists(st.tuples(NAMES, TYPES)), st.lists(NAMES, min_size=1, max_size=2), TYPES)
def test_it_finds_what_trying_all_in_order_finds(rules, names, type_name):
    wanted = next((
        number for number, (device, kind) in enumerate(rules)
        if kind in ('*', type_name) and any(fnmatchcase(name, device) for name in names)
    ), None)
    assert RuleIndex(rules).first(names, type_name) == wanted


def test_patterns_behind_the_rule_of_a_device_are_not_tried():
    tried = []

    class Pattern:
        def match(self, name):
            tried.append(name)

    index = RuleIndex([('a', '*'), ('b*', '*')])
    index._patterns = [(1, Pattern())]
    assert index.first(['a'], 'STRING') == 0 and not tried
    assert index.first(['x'], 'STRING') is None and tried


def test_a_mapping_of_very_many_rules_is_looked_up_without_going_through_them():
    mapping = Mapping(receive=tuple(ReceiveRule(device=f'D{k}') for k in range(20_000)))
    index = mapping._index
    assert mapping.receive_rule('D19999', 'STRING').device == 'D19999'
    assert len(index._exact) == 20_000 and not index._patterns


def test_reading_takes_as_much_longer_as_there_are_more_rules(tmp_path):
    """CPU time of this thread, not the clock on the wall; quadratic would be 16 times."""

    def seconds(count):
        file = tmp_path / f'{count}.yaml'
        file.write_text('receive:\n' + ''.join(f'- {{device: D{k}}}\n' for k in range(count)))
        begin = time.thread_time()
        assert len(load_mapping(file).receive) == count
        return time.thread_time() - begin

    def least(count):
        """Leave out what the caches of a busy machine cost."""
        return min(seconds(count) for _ in range(3))

    seconds(10)
    assert least(4000) < 10 * least(1000)
