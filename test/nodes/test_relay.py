"""What waits until another link is open."""

from types import SimpleNamespace

from igtl_ros2.config import Settings
from igtl_ros2.converters.handover import Handed
from igtl_ros2.mapping import LinkConfig, Mapping, ReceiveRule, SendRule
from igtl_ros2.nodes.relay import Relays


def test_what_came_first_goes_first_while_a_link_opens():
    relays = Relays(SimpleNamespace(resolve_topic_name=lambda name: f'/{name}'))
    rule = SendRule('Out', topic='a/Dev/text')
    relays.follow([
        LinkConfig(name, Settings(), Mapping(send=rules))
        for name, rules in (('a', ()), ('b', (rule,)))])

    def offer(number):
        assert relays.offer('/a/Dev/text', Handed(
            'peer', None, 'text', number, '', 0, ReceiveRule()))

    sent = []

    def outlet(value):
        if value.ros_message == 1:
            offer(2)  # in the network's thread, say
        sent.append(value.ros_message)

    offer(1)
    relays.open('b', 'sender', {'/a/Dev/text': [outlet]})
    offer(3)
    assert sent == [1, 2, 3]
