"""Whether ROS hears the bridge: domain, RMW, quality of service; and what the bridge says."""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import printable
from .findings import Finding, Severity, fault, note, warning
from .observation import Health, Observation, Offer, Ros, Topic

OTHER_DOMAIN = fault(
    'ros-domain', 'the bridge is in another ROS domain than this terminal',
    'Set the same ROS_DOMAIN_ID in both terminals, and restart.')
OTHER_RMW = warning(
    'ros-rmw', 'the bridge uses another RMW than this terminal',
    'Set the same RMW_IMPLEMENTATION in both terminals: different ones are not fully compatible.')
OTHER_RANGE = warning(
    'ros-range', 'the bridge looks for others in another range than this terminal',
    'Set the same ROS_AUTOMATIC_DISCOVERY_RANGE (SUBNET, LOCALHOST) in both terminals.')
QOS = fault(
    'ros-qos', 'publisher and subscription of a topic have quality of service that does not fit',
    'Let the subscription ask for no more than the publisher offers: `reliability: best_effort`, '
    '`durability: volatile`; in the bridge `qos_overrides`.')
TOPIC_TYPE = fault(
    'ros-type', 'a topic has two types',
    'Rename one of them: they do not connect.')
BRIDGE_STATE = fault(
    'bridge-state', 'the bridge reports a problem of its link',
    'The text is that of the bridge; docs/reference/diagnostics.md explains it.')
BRIDGE_DROPS = warning(
    'bridge-drops', 'rules of the running bridge drop what arrives',
    'Give its mapping file with --mapping: the doctor then names the rule.')
BRIDGE_WITHHOLDS = warning(
    'bridge-withholds', 'gates of the running bridge withhold what arrives',
    'docs/explanation/safety.md says what each gate withholds; the state of the device says '
    'when it passes again.')
BRIDGE_PROBLEM = warning(
    'bridge-problem', 'the running bridge cannot convert, publish or send something',
    'Its log says what exactly, once in 5 s.')
BRIDGE_LOSES = warning(
    'bridge-loses', 'the running bridge loses messages for a peer that does not keep up',
    'Lower the rate in the mapping file (`rate`), or look at the network to that peer.')
BRIDGE_IDLE = warning(
    'bridge-idle', 'the peer is a bridge that has nothing to send',
    'Publish on its topics: `ros2 topic list | grep to_igtl` shows which there are. If something '
    'is published there, it is in another ROS domain than the bridge.')
NO_BRIDGE = note(
    'no-bridge', 'no bridge is in this ROS domain',
    'Start it: `ros2 launch igtl_ros2 bridge.launch.py`. If it runs, its domain or its network '
    'is another one.')

_BY_RULE = ': by rule'
# a STATUS of no name greets and says nothing: the rules of config/ drop it
_GREETING = 'STATUS '


def judge(observed: Observation) -> Iterator[Finding]:
    """Judge what was seen of ROS."""
    ros = observed.ros
    if ros is None:
        return
    yield from _environments(ros)
    if observed.links and not ros.bridges and not ros.processes:
        yield NO_BRIDGE.of(f'No bridge is in ROS domain {ros.domain}.')
    for topic in ros.topics:
        yield from _topic(topic)
    for health in ros.health:
        yield from _health(health)
        if health.facts.get('state') == 'listening' and not observed.seen:
            yield BRIDGE_IDLE.of(
                f'{printable(health.name)} serves here, and has sent '
                f'{health.facts.get("sent messages", "0")} messages since it was started.')


def _environments(ros: Ros) -> Iterator[Finding]:
    for process in ros.processes:
        who = f'{process.name} (process {process.pid}), which is connected here,'
        if process.domain != ros.domain:
            yield OTHER_DOMAIN.of(f'{who} is in ROS domain {process.domain}, this terminal in '
                                  f'{ros.domain}.')
        if process.rmw != ros.rmw and process.rmw and ros.rmw:
            yield OTHER_RMW.of(f'{who} uses {process.rmw}, this terminal {ros.rmw}.')
        if process.range != ros.range:
            yield OTHER_RANGE.of(
                f'{who} looks for others in {process.range or "SUBNET"}, this terminal in '
                f'{ros.range or "SUBNET"}.')


def _topic(topic: Topic) -> Iterator[Finding]:
    types = sorted({offer.type_name for offer in (*topic.publishers, *topic.subscriptions)
                    if offer.type_name})
    if len(types) > 1:
        yield TOPIC_TYPE.of(f'{topic.name} has the types {" and ".join(types)}.')
    for subscription in topic.subscriptions:
        for publisher in topic.publishers:
            why = _misfit(publisher, subscription)
            if why:
                yield QOS.of(f'{topic.name}: {subscription.node} {why} from {publisher.node}.')


def _misfit(publisher: Offer, subscription: Offer) -> str:
    """Say what a subscription asks for that a publisher does not offer."""
    if subscription.reliable and not publisher.reliable:
        return 'asks for RELIABLE, and gets nothing: BEST_EFFORT is offered'
    if subscription.transient_local and not publisher.transient_local:
        return 'asks for TRANSIENT_LOCAL, and gets nothing: VOLATILE is offered'
    return ''


def _health(health: Health) -> Iterator[Finding]:
    name = printable(health.name)
    if health.level in ('ERROR', 'STALE', 'WARN'):
        yield BRIDGE_STATE.of(
            f'{name} is at {health.level}: {printable(health.text)}.',
            severity=Severity.FAULT if health.level == 'ERROR' else Severity.WARNING)
    for key, value in health.facts.items():
        first, _, rest = key.partition(' ')
        what = printable(rest)
        if first == 'withheld':
            yield BRIDGE_WITHHOLDS.of(f'{name} withheld {what}: {value} times.', _device(rest))
        elif first == 'problem':
            yield BRIDGE_PROBLEM.of(f'{name} has a problem with {what}: {value} times.',
                                    _device(rest))
        elif key.startswith('left out ') and key.endswith(_BY_RULE):
            rest = key.removeprefix('left out ').removesuffix(_BY_RULE)
            if rest != _GREETING:
                yield BRIDGE_DROPS.of(
                    f'Rules of {name} dropped {printable(rest)}: {value} times.', _device(rest))
        elif key == 'dropped' and value != 'none':
            yield BRIDGE_LOSES.of(f'{name} lost for peers: {printable(value)}.')


def _device(what: str) -> str:
    """Find the name of the device in a text such as `TRANSFORM Probe: max_jump`."""
    return what.partition(': ')[0].partition(' ')[2].strip("'\"")
