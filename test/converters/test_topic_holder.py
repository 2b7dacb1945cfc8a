"""Who has a topic that several peers send, by the clock of the test."""

import pytest

from igtl_ros2.config import marked_name, ros_name
from igtl_ros2.converters.claims import Claims
from igtl_ros2.converters.topic_holder import (
    Terms,
    TopicHolder,
    host_alone,
    leaves_of,
    names_of,
    numbered,
)
from igtl_ros2.errors import ConversionError
from igtl_ros2.mapping import Mapping, ReceiveRule

FIRST, MIX, NUMBER = Terms('first'), Terms('mix'), Terms('number')


class Peer:
    def __init__(self, address, name='', answers=True):
        self.address, self.name, self.is_answering = address, name, answers


A, B, C = (Peer(f'tcp://10.0.0.{n}:5') for n in (1, 2, 3))
NEXT_TO_A = Peer('tcp://10.0.0.1:6')


class Room:
    """Peers that come and go, and a holder."""

    def __init__(self):
        self.gone = set()
        self.holder = TopicHolder(lambda peer: peer not in self.gone)

    def send(self, peer, at_s, terms, is_stamped=True):
        holder = self.holder
        if holder.peer is peer:
            holder.hear(at_s, is_stamped, terms)
            return 'own'
        verdict = holder.judge(peer, at_s, terms)
        if verdict == 'take':
            holder.take(peer, at_s, is_stamped, terms)
        return verdict


@pytest.fixture
def room():
    return Room()


def test_the_first_has_the_topic_until_it_is_silent(room):
    assert room.send(A, 0, FIRST) == 'take'
    assert room.send(B, 0.1, FIRST) == 'first'
    assert room.send(A, 1.5, FIRST) == 'own'
    assert room.send(B, 3.4, FIRST) == 'first'
    assert room.send(B, 3.6, FIRST) == 'take'
    assert room.send(A, 3.7, FIRST) == 'first'


def test_a_longer_max_age_is_waited_for(room):
    room.send(A, 0, Terms('first', 10))
    assert room.send(B, 9, FIRST) == 'first'
    assert room.send(B, 11, FIRST) == 'take'


def test_whoever_is_gone_has_nothing(room):
    room.send(A, 0, FIRST)
    room.gone.add(A)
    assert room.send(B, 0.01, FIRST) == 'take'


def test_who_sends_changes_only_keeps_the_topic_while_connected(room):
    room.send(A, 0, FIRST, is_stamped=False)
    assert room.send(B, 3600, FIRST, is_stamped=False) == 'first'
    assert room.send(B, 3700, FIRST, is_stamped=False) == 'first'


def test_but_not_when_its_machine_gives_no_sign_of_life(room):
    dead = Peer('tcp://10.0.0.9:5', answers=False)
    room.send(dead, 0, FIRST, is_stamped=False)
    # it has to be asked first
    assert room.send(B, 60, FIRST) == 'first'
    assert room.send(B, 61, FIRST) == 'first'
    assert room.send(B, 62.5, FIRST) == 'take'


@pytest.mark.parametrize(('one', 'other', 'verdict'), [
    (MIX, MIX, 'mix'), (FIRST, MIX, 'first'), (MIX, FIRST, 'first'), (NUMBER, FIRST, 'number'),
])
def test_of_two_rules_the_stricter_one_counts(room, one, other, verdict):
    room.send(A, 0, one)
    assert room.send(B, 0.1, other) == verdict


def test_a_rule_that_changes_holds_from_the_next_message(room):
    room.send(A, 0, FIRST)
    room.send(A, 0.1, MIX)
    assert room.send(B, 0.2, MIX) == 'mix'


def test_a_conflict_is_told_once_and_shown_for_a_while(room):
    room.send(A, 0, MIX)
    assert room.holder.conflict(0) == ''
    room.send(B, 1, MIX)
    assert room.holder.is_news(B) and not room.holder.is_news(B) and room.holder.is_news(C)
    assert room.holder.conflict(2) == 'tcp://10.0.0.1:5 and tcp://10.0.0.2:5'
    assert room.holder.conflict(9) == ''


def test_numbers_are_hosts_or_certificates_or_the_lowest_that_is_free(room):
    room.send(A, 0, NUMBER)
    holder = room.holder
    assert holder.label(B) == '10.0.0.2'
    assert holder.label(Peer('tls://10.0.0.2:9', 'cart-7')) == 'cart-7'
    assert holder.label(NEXT_TO_A) == '2'
    again = Peer('tcp://10.0.0.1:7')
    assert holder.label(again) == '3'
    room.gone.add(NEXT_TO_A)
    assert holder.label(Peer('tcp://10.0.0.1:8')) == '2'
    assert holder.label(Peer('tcp://10.0.0.2:6')) == '10.0.0.2 2'
    assert holder.label(B) == '10.0.0.2'


def test_who_has_a_topic_of_its_own_stays_there(room):
    room.send(A, 0, NUMBER)
    assert room.send(B, 0.1, NUMBER) == 'number'
    room.holder.label(B)
    room.gone.add(A)
    assert room.send(B, 0.2, NUMBER) == 'number'
    assert room.send(C, 0.3, NUMBER) == 'take'


def test_an_emergency_and_its_end_pass(room):
    holder = room.holder
    assert not holder.passes(B, False)
    assert holder.passes(B, True) and holder.passes(B, False)
    assert not holder.passes(B, False)


def test_topics_of_numbers():
    assert numbered('arm/Tgt', '') == 'arm/Tgt'
    assert numbered('arm/Tgt', '10.0.0.2').startswith('arm/Tgt_10_0_0_2_x')
    assert numbered('Tgt', '2') != numbered('Tgt_2', '2')
    # no device gets there by its name
    for name in ('Tgt 10.0.0.2', 'Tgt_10.0.0.2', 'Tgt\0' + '10.0.0.2'):
        assert numbered('Tgt', '10.0.0.2') not in (ros_name(name), marked_name(name))


def test_types_that_share_leaves():
    assert leaves_of('TRANSFORM') == leaves_of('POSITION') != leaves_of('STRING')
    assert leaves_of('IMAGE') == leaves_of('VIDEO')
    assert {leaves_of(t) for t in ('COMMAND', 'GET_TRANS', 'RTS_TDATA', 'BIND')} == {''}


@pytest.mark.parametrize(('address', 'host'), [
    ('tcp://127.0.0.1:4', '127.0.0.1'), ('tcp://[::ffff:127.0.0.1]:4', '127.0.0.1'),
    ('tcp://[::1]:4', '::1'), ('udp://cart:4', 'cart'),
])
def test_the_host_of_an_address(address, host):
    assert host_alone(address) == host


@pytest.mark.parametrize(('pattern', 'fits'), [
    ('tcp://127.0.0.1:4', True), ('127.0.0.1', True), ('::ffff:127.0.0.1', True),
    ('tcp://127.0.0.1:*', True), ('127.0.0.?', True), ('cart-*', True), ('spare', True),
    ('127.0.0.2', False), ('tcp://127.0.0.1:44', False), ('Cart-7', False),
])
@pytest.mark.parametrize('address', ['tcp://127.0.0.1:4', 'tcp://[::ffff:127.0.0.1]:4'])
def test_what_a_rule_may_call_a_peer(pattern, fits, address):
    mapping = Mapping(receive=(ReceiveRule('T', peer=pattern),))
    peers = mapping.peers_called(names_of(address, ('cart-7', 'spare')))
    assert (mapping.receive_index('T', 'STRING', peers) == 0) is fits


def test_an_address_of_ipv6_is_no_pattern():
    mapping = Mapping(receive=(ReceiveRule('T', peer='tcp://[::1]:4'),))
    assert mapping.peers_called(names_of('tcp://[::1]:4', ()))
    assert not mapping.peers_called(names_of('tcp://[::1]:5', ()))


GATED = {'workspace': object()}


def place(rules, device, type_name, *peers):
    return Claims(Mapping(receive=rules)).place(device, type_name, peers)


@pytest.mark.parametrize('others', [
    ReceiveRule('*'), ReceiveRule('Tgt'), ReceiveRule('T*'), ReceiveRule('Tgt', type='STRING'),
])
@pytest.mark.parametrize('gates', [{}, GATED])
def test_a_topic_named_for_a_peer_is_its_own(others, gates):
    rules = (ReceiveRule('Tgt', type='TRANSFORM', peer='a', **gates), others)
    for kind in ('TRANSFORM', 'POSITION', 'STRING'):
        found = place(rules, 'Tgt', kind)
        assert found.topic != 'Tgt' and 'another peer' in found.note
    assert place(rules, 'Tgt', 'TRANSFORM', 'a').topic == 'Tgt'
    assert place(rules, 'Tgt', 'STRING', 'a').topic == 'Tgt'


def test_two_peers_that_are_both_named_for_a_topic_share_it_and_its_gates():
    rules = (ReceiveRule('Tgt', peer='a', **GATED), ReceiveRule('Tgt', peer='b'))
    found = place(rules, 'Tgt', 'TRANSFORM', 'b')
    assert found.topic == 'Tgt' and found.rule.is_gated


def test_a_pattern_with_gates_for_a_peer_keeps_strangers_off_its_topics():
    rules = (ReceiveRule('*', peer='a', **GATED), ReceiveRule('*'))
    assert place(rules, 'Tgt', 'TRANSFORM', 'a').topic == 'Tgt'
    assert place(rules, 'Tgt', 'TRANSFORM').topic != 'Tgt'


def test_a_name_for_a_peer_is_not_for_other_devices_of_others():
    rules = (ReceiveRule('Tgt', peer='a', name='goal'), ReceiveRule('*'))
    assert place(rules, 'goal', 'TRANSFORM').topic != 'goal'
    assert place(rules, 'Tgt', 'TRANSFORM').topic == 'Tgt'
    with pytest.raises(ConversionError):
        marked = place(rules, 'goal', 'TRANSFORM').topic
        place((*rules, ReceiveRule('x', name=marked)), 'goal', 'TRANSFORM')
