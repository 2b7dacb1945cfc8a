"""Who gives way in a full table of TLS handshakes."""

from igtl_ros2.config import Settings
from igtl_ros2.config.address import network_of, same_host
from igtl_ros2.transport.handshakes import Handshakes


class Shaking:
    """A connection in the handshake, that writes down why it ended."""

    def __init__(self, host, began_s=0.0, is_silent=True):
        self.host, self.began_s, self.is_silent = host, began_s, is_silent
        self.ended = ''

    def give_way(self, why):
        self.ended = why


def filled(*streams):
    table = Handshakes(len(streams))
    for stream in streams:
        table.add(stream)
    return table


def test_there_is_room_until_it_is_full():
    table = Handshakes(2)
    for _ in range(2):
        assert table.why_not('10.0.0.1', 0.0) == ''
        table.add(Shaking('10.0.0.1'))
    assert len(table) == 2


def test_the_oldest_silent_one_of_the_greediest_address_goes():
    talks = Shaking('10.0.0.1', is_silent=False)
    silent = [Shaking('10.0.0.1', 0.1 * k) for k in range(3)]
    other = Shaking('10.0.0.2')
    table = filled(other, talks, *silent)
    for host in ('10.0.0.3', '10.0.0.1'):  # another one, and a good one of the same address
        assert table.why_not(host, 0.5) == ''
        table.add(Shaking(host, 0.5, is_silent=False))
    assert silent[0].ended and silent[1].ended
    assert not (talks.ended or other.ended or silent[2].ended)
    assert '10.0.0' not in silent[0].ended and 'no TLS handshake within' in silent[0].ended


def test_who_says_something_has_a_second_when_it_is_full():
    talking = [Shaking('10.0.0.1', is_silent=False) for _ in range(2)]
    table = filled(*talking, *(Shaking(f'10.0.0.{k}', is_silent=False) for k in range(2, 5)))
    assert 'other clients' in table.why_not('10.0.0.1', 0.5)
    assert table.why_not('10.0.0.1', 1.5) == ''
    assert talking[0].ended and not talking[1].ended


def test_an_address_that_has_most_of_the_places_gives_one_to_another():
    """Who says half a word on each of his connections, and does so anew every second."""
    crowd = [Shaking('10.0.0.1', 0.1 * k, is_silent=False) for k in range(4)]
    others = [Shaking(f'10.0.1.{k}', is_silent=False) for k in range(4)]
    table = filled(*others, *crowd)
    assert 'other clients' in table.why_not('10.0.0.1', 0.6)
    for number in range(3):
        assert table.why_not('10.0.0.2', 0.6) == '' and crowd[number].ended
        table.add(Shaking(f'10.0.2.{number}', 0.6, is_silent=False))
    assert 'other clients' in table.why_not('10.0.0.2', 0.6)  # each has one now
    assert not any(stream.ended for stream in [*others, crowd[3]])


def test_an_address_that_has_over_half_of_the_places_lets_in_its_own_good_clients():
    """Half a word on each of many connections, from a machine that a robot is on as well."""
    crowd = [Shaking('10.0.0.1', 0.1 * k, is_silent=False) for k in range(5)]
    others = [Shaking(f'10.0.1.{k}', is_silent=False) for k in range(3)]
    table = filled(*others, *crowd)
    assert table.why_not('10.0.0.1', 0.6) == ''
    assert crowd[0].ended and not any(stream.ended for stream in [*others, *crowd[1:]])


def test_clients_of_many_addresses_that_come_back_at_once_do_not_push_each_other_out():
    table = filled(*(Shaking(f'10.0.0.{k}') for k in range(10)))
    assert 'other clients' in table.why_not('10.0.1.1', 0.5)
    assert table.why_not('10.0.1.1', 1.5) == ''


def test_addresses_of_one_ipv6_network_are_one():
    table = filled(*(Shaking(f'2001:db8::{k}') for k in range(4)), Shaking('10.0.0.1'))
    assert table.why_not('10.0.0.2', 0.1) == ''
    assert len(table) == 4
    assert network_of('2001:db8::1') == network_of('2001:db8::ffff') != network_of('2001:db9::1')
    assert network_of('::ffff:10.0.0.1') == network_of('10.0.0.1') == '10.0.0.1'
    assert same_host('::ffff:10.0.0.1') == '10.0.0.1' and same_host('fe80::1%eth0') == 'fe80::1'


def test_ipv4_addresses_in_the_clothes_of_ipv6_are_allowed_as_such():
    for allow, host, is_allowed in (
        ('::ffff:127.0.0.1', '127.0.0.1', True),
        ('::ffff:127.0.0.1', '::ffff:127.0.0.1', True),
        ('::ffff:127.0.0.1', '127.0.0.2', False),
        ('::ffff:10.0.0.0/104', '10.9.9.9', True),
        ('::ffff:10.0.0.0/104', '11.0.0.1', False),
        ('::ffff:0:0/96', '8.8.8.8', True),
        ('::ffff:0:0/96', '2001:db8::1', False),
        ('10.0.0.0/8', '::ffff:10.1.2.3', True),
        ('fe80::/10', 'fe80::1%eth0', True),
    ):
        settings = Settings(mode='server', allow=[allow])
        assert settings.allows(host) is is_allowed, (allow, host)
