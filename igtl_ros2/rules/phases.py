"""The phases of a robot, and the transforms that belong to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .keys import key
from .services import FIELDS, SERVICE, WORDS, ServeRule, as_it_is
from .values import BOOLEAN, DEVICE, NAMES, SECONDS, text

#: Stands for every phase in a list of phases.
ANY = '*'
#: what a service is, and how long it may take
CALL = SERVICE, 'ROS service, std_srvs/Trigger, that executes it.'
PHASE_TYPE = text('trigger, or an action such as control_msgs/action/FollowJointTrajectory')
STATUS_TIMEOUT = SECONDS, (
    'How long a ROS service may take, or an action to accept its goal, before a STATUS says that '
    'it took too long, in seconds.')


@dataclass(frozen=True, slots=True)
class Phase:
    """
    A phase of a robot.

    ``after`` are the phases that may come before; ``needs`` the transforms that must have been
    accepted, and ``forgets`` those that must come again after this one. ``preempts``: at any time,
    whatever goes on. ``latch``: what preempts is carried out and does not change the phase. With
    ``report`` false nothing is said of a success but that the phase is entered.
    """

    name: str
    after: tuple[str, ...] = key(
        NAMES, 'Phases that may come before this one; ["*"] for all, also by default.', (ANY,))
    needs: tuple[str, ...] = key(NAMES, 'Transforms that must have been accepted before.', ())
    forgets: tuple[str, ...] = key(
        NAMES, 'Transforms that must come again after this phase.', ())
    preempts: bool = key(BOOLEAN, 'It is entered at any time, from every phase.', False)
    latch: bool = key(
        BOOLEAN, 'A phase that preempts is carried out and does not end this one.', False)
    report: bool = key(
        BOOLEAN,
        'Say with a STATUS of its name that it was done; failures are said always.', True)
    call: str = key(SERVICE, 'ROS service or action that executes it.', '')
    type: str = key(
        PHASE_TYPE, 'Type of that action; std_srvs/srv/Trigger by default.', 'trigger')
    goal: Any = key(
        FIELDS, 'What the action is to do: fields of its goal. {TGT} is the accepted transform of '
        'that name, as it was published, and {phase} the phase.', None, read=as_it_is)
    feedback: Any = key(
        WORDS, 'Text of a STATUS of the phase while it is executed: {name} is a field of the '
        'feedback.', None, read=as_it_is)
    result: Any = key(
        WORDS, 'What is said of its end: {name} is a field of the result.', None, read=as_it_is)
    status_timeout: float = key(*STATUS_TIMEOUT, 10.0)

    @property
    def is_action(self) -> bool:
        """Whether an action carries it out."""
        return '/action/' in self.type

    @property
    def served(self) -> ServeRule:
        """Say as a rule of `serve` how its action is called."""
        return ServeRule(
            self.name, self.call, self.type, timeout=self.status_timeout, goal=self.goal,
            feedback=self.feedback, result=self.result, answer='done', when_busy='replace',
            stop=())


@dataclass(frozen=True, slots=True)
class PhaseTransform:
    """
    A TRANSFORM <prefix>_<id> that belongs to a phase, such as a target.

    ``status`` is the device of the STATUS that says what became of it, ``echo`` the one under
    which it goes back when it was accepted.
    """

    prefix: str
    during: tuple[str, ...] = key(NAMES, 'Phases in which it is accepted.')
    status: str = key(DEVICE, 'Device of the STATUS that reports whether it was accepted.')
    echo: str = key(
        text('a device name of up to 20 bytes (UTF-8)', most=20),
        'Device under which it is sent back when it was accepted.', '')
    call: str = key(*CALL, '')
    status_timeout: float = key(*STATUS_TIMEOUT, 10.0)


@dataclass(frozen=True, slots=True)
class PhaseTable:
    """What a robot with phases understands and says; times in seconds."""

    use: str
    device: str
    ack: str
    status: str
    greet: bool
    initial: str
    topic: str
    ack_timeout: float
    phases: tuple[Phase, ...]
    transforms: tuple[PhaseTransform, ...]

    @property
    def services(self) -> tuple[str, ...]:
        """The ROS services and actions that are called, each once."""
        found = [phase.call for phase in self.phases]
        found += [transform.call for transform in self.transforms]
        return tuple(dict.fromkeys(filter(None, found)))

    @property
    def targets(self) -> frozenset[str]:
        """The transforms that goals of actions may name."""
        if not any(phase.is_action for phase in self.phases):
            return frozenset()
        return frozenset(transform.prefix for transform in self.transforms)
