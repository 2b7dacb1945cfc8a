"""Who may broadcast which frame."""

from hypothesis import given
from hypothesis import strategies as st

from igtl_ros2.converters.tf_owners import LOOP_S, SILENT_S, Sender, TfOwners


class Tree:
    """Owners, and the parents that were broadcast last."""

    def __init__(self):
        self.owners = TfOwners()

    def send(self, name, child, parent, now=0.0, rank=0, static=False):
        """Offer a frame; the kind of refusal, or ''."""
        refused = self.owners.admit(child, parent, Sender('', name, parent), rank, static, now)
        return refused.kind if refused else ''


def test_the_first_parent_keeps_a_frame_until_it_is_silent():
    tree = Tree()
    for tenth in range(50):
        now = tenth / 10
        assert tree.send('ProbeToTracker', 'Probe', 'Tracker', now) == ''
        assert tree.send('ReferenceToTracker', 'Reference', 'Tracker', now) == ''
        assert tree.send('ProbeToReference', 'Probe', 'Reference', now) == (
            'parents Tracker, Reference')
    assert tree.send('ProbeToReference', 'Probe', 'Reference', 4.9 + SILENT_S - 0.1) != ''
    assert tree.send('ProbeToReference', 'Probe', 'Reference', 4.9 + SILENT_S) == ''
    assert tree.send('ProbeToTracker', 'Probe', 'Tracker', 7.0).startswith('parents')


def test_both_are_named():
    tree = Tree()
    tree.send('ProbeToTracker', 'Probe', 'Tracker')
    refused = tree.owners.admit('Probe', 'Ref', Sender('', 'ProbeToRef', 'Ref'), 0, False, 0.0)
    for word in ('Probe', 'ProbeToTracker', 'ProbeToRef', 'Tracker', 'Ref'):
        assert word in refused.why


def test_two_tools_of_one_device_are_two():
    tree = Tree()
    assert tree.send('Tracker', 'Probe', 'A') == ''
    assert tree.send('Tracker', 'Probe', 'B') != ''


def test_a_static_frame_is_never_silent():
    tree = Tree()
    assert tree.send('CLB', 'ras', 'base', static=True) == ''
    assert tree.send('rasToX', 'ras', 'X', 1e6) != ''


def test_what_closes_a_loop_is_withheld():
    tree = Tree()
    assert tree.send('AToB', 'A', 'B') == ''
    assert tree.send('BToC', 'B', 'C') == ''
    assert tree.send('CToA', 'C', 'A') == 'loop with A'
    assert tree.send('CToD', 'C', 'D') == ''
    assert tree.send('DToA', 'D', 'A') == 'loop with A'
    assert tree.send('EToE', 'E', 'E') == 'loop with E'


def test_a_loop_counts_until_tf_has_forgotten_it():
    tree = Tree()
    tree.send('AToB', 'A', 'B', 0.0)
    assert tree.send('BToA', 'B', 'A', SILENT_S) == 'loop with A'
    assert tree.send('BToA', 'B', 'A', LOOP_S) == ''
    assert tree.send('AToB', 'A', 'B', LOOP_S) == 'loop with B'


def test_a_loop_with_what_another_node_broadcasts():
    tree = Tree()
    tree.owners.hear('base', 'tool', False, 0.0)
    assert tree.send('toolTobase', 'tool', 'base', 0.0) == 'loop with base'
    assert tree.send('toolTobase', 'tool', 'base', LOOP_S) == ''
    # it begins again: what is ours gives way
    tree.owners.hear('base', 'hand', False, LOOP_S)
    tree.owners.hear('hand', 'tool', False, LOOP_S)
    assert tree.send('toolTobase', 'tool', 'base', LOOP_S) == 'loop with base'


def test_a_frame_with_gates_is_taken_from_one_without():
    tree = Tree()
    assert tree.send('ToolToWorld', 'Tool', 'World') == ''
    assert tree.send('ToolToBase', 'Tool', 'Base', rank=1) == ''
    # also when it is withheld for long
    assert tree.send('ToolToWorld', 'Tool', 'World', 1e6) != ''


def test_a_frame_that_a_rule_names_is_not_to_be_had_by_coming_first():
    tree = Tree()
    tree.owners.claim('', {'Tool': 3, 'ras': 2})
    assert tree.send('ToolToWorld', 'Tool', 'World') == 'owner'
    assert tree.send('ToolToHand', 'Tool', 'Hand', rank=2) == 'owner'
    assert tree.send('ToolToBase', 'Tool', 'Base', rank=3) == ''
    assert tree.send('rasToX', 'ras', 'X', rank=1) == 'owner'
    assert tree.send('CLB', 'ras', 'base', rank=2) == ''


def test_a_claim_takes_what_somebody_has_already():
    tree = Tree()
    assert tree.send('ToolToWorld', 'Tool', 'World') == ''
    tree.owners.claim('other', {'Tool': 3})
    assert tree.send('ToolToWorld', 'Tool', 'World') == 'owner'


def test_a_loop_does_not_keep_out_what_has_gates():
    tree = Tree()
    assert tree.send('BaseToTool', 'Base', 'Tool') == ''
    assert tree.send('ToolToBase', 'Tool', 'Base', rank=1) == ''
    assert tree.send('BaseToTool', 'Base', 'Tool') == 'loop with Tool'


FRAMES = st.sampled_from('ABCDE')


@given(st.lists(st.tuples(FRAMES, FRAMES, st.integers(0, 3), st.floats(0, 3)), max_size=40))
def test_there_is_never_a_loop_nor_a_second_parent(sent):
    tree = Tree()
    parents, now = {}, 0.0
    for child, parent, rank, later in sent:
        now += later
        if tree.send(f'{child}To{parent}', child, parent, now, rank) == '':
            parents[child] = (parent, now, rank)
            # a claim or a loop of higher rank takes frames away
            parents = {c: p for c, p in parents.items() if c in tree.owners.frames}
        fresh = {c: p for c, (p, seen, _) in parents.items() if now - seen < SILENT_S}
        broadcast = {c: p for c, p in fresh.items()
                     if not tree.owners.is_lost(c, Sender('', f'{c}To{p}', p), p)}
        for start in broadcast:
            frame, seen = start, set()
            while frame in broadcast:
                assert frame not in seen
                seen.add(frame)
                frame = broadcast[frame]


def test_names_without_end_take_no_room_from_rules_and_gates(monkeypatch):
    monkeypatch.setattr('igtl_ros2.converters.tf_owners.MAX_FRAMES', 3)
    tree = Tree()
    tree.owners.claim('', {'Named': 2})
    assert tree.send('gated', 'Gated', 'W', 0.0, rank=1) == ''
    assert [tree.send('X', f't{n}', 'W', n * 0.01) for n in range(3)] == ['', '', 'too many']
    assert tree.send('named', 'Named', 'W', 0.1, rank=2) == ''
    assert tree.send('X', 't0', 'W', 0.1) == ''
    # what is silent is forgotten, but for gates
    assert tree.send('X', 't3', 'W', LOOP_S + 0.2) == ''
    assert 't1' not in tree.owners.frames
    assert {'Gated', 'Named'} < set(tree.owners.frames)
