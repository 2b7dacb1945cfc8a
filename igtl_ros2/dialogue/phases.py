"""
The phases of a robot: which may follow which, and what is said about it.

Logic alone, without ROS, network or clock: every method that needs the time is given it, and each
gives the steps that are to be done, in their order.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass

from ..codec.messages.text import StatusCode
from ..codec.patients import hidden_text
from ..rules import ANY, Phase, PhaseTable, PhaseTransform
from .goals import Note

# Numbers of commands that are remembered, to know one again that comes twice
_MAX_SEEN = 1000


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Send what has just come back to its sender, as ``device``."""

    device: str


@dataclass(frozen=True, slots=True)
class Tell:
    """Send a STATUS to all peers; late joiners get it too if it is ``held``."""

    device: str
    code: StatusCode
    error_name: str
    message: str = ''
    held: bool = False


@dataclass(frozen=True, slots=True)
class Enter:
    """Publish the phase."""

    phase: str


@dataclass(frozen=True, slots=True)
class Accept:
    """Publish the transform that has just come; what is not accepted is not published."""


@dataclass(frozen=True, slots=True)
class Call:
    """Call a ROS service; `Phases.answered` gets the same number with its answer."""

    number: int
    service: str


@dataclass(frozen=True, slots=True)
class Forget:
    """Do not wait for an answer any more."""

    number: int


@dataclass(frozen=True, slots=True)
class SendBack:
    """Send the transform of a prefix, as it was accepted last, to all peers."""

    device: str
    prefix: str


Step = Acknowledge | Tell | Enter | Accept | Call | Forget | SendBack | Note


@dataclass(slots=True)
class _Run:
    """A service that was called and has not answered."""

    what: Phase | PhaseTransform
    due: float
    is_late: bool = False

    @property
    def preempts(self) -> bool:
        return isinstance(self.what, Phase) and self.what.preempts

    @property
    def name(self) -> str:
        return self.what.name if isinstance(self.what, Phase) else self.what.prefix


class Phases:
    """
    A robot with phases, and the peers that command it: each of them may.

    :param is_there: tells whether a ROS service can be called.
    """

    def __init__(self, table: PhaseTable, is_there: Callable[[str], bool]) -> None:
        self._table = table
        self._phases = {phase.name: phase for phase in table.phases}
        self._transforms = {transform.prefix: transform for transform in table.transforms}
        self._is_there = is_there
        #: the phase that was entered last
        self.phase = table.initial
        # why the phase is not to be built upon; empty while it is
        self._failure = ''
        self._accepted: set[str] = set()
        self._runs: dict[int, _Run] = {}
        self._number = 0
        self._seen: OrderedDict[tuple[object, str], str] = OrderedDict()

    # -- what peers send

    def command(self, peer: object, number: str, text: str, now: float) -> list[Step]:
        """
        Take a command.

        :param number: what stands behind the prefix in its device name, often unique.
        :param text: the phase that is asked for.
        """
        acknowledged: list[Step] = [self._acknowledge(number)]
        name = text.strip()
        phase = self._phases.get(name)
        if phase is None:
            known = ', '.join(self._phases)
            why = f'unknown phase {hidden_text(name)[:40]!r}; known are {known}'
            return [*acknowledged, self._current(StatusCode.UNKNOWN_INSTRUCTION, why),
                    Note('phase unknown', why)]
        key = (peer, number)
        # What stops a robot is done as often as it is asked for
        if number and self._seen.get(key) == name and not phase.preempts:
            return [*acknowledged, Note(
                'phase twice', f'command {number} ({name}) came twice and is carried out once')]
        why = '' if phase.preempts else self._why_not(phase)
        if why:
            code = StatusCode.NOT_READY
            return [*acknowledged, self._current(code, why),
                    Tell(name, code, self.phase, why), Note('phase refused', f'{name}: {why}')]
        self._seen[key] = name
        self._seen.move_to_end(key)
        if len(self._seen) > _MAX_SEEN:
            self._seen.popitem(last=False)
        return acknowledged + self._enter(phase, now)

    def transform(self, prefix: str, number: str, fault: str, now: float) -> list[Step]:
        """
        Take a transform, of which `Accept` says that it holds.

        One that is refused ends the one before: a robot must not go where nobody wants it now.

        :param fault: why it is no pose; empty if it is one.
        """
        about = self._transforms[prefix]
        steps: list[Step] = [self._acknowledge(number)]
        why, code = fault, StatusCode.CONFIGURATION_ERROR
        if not why:
            why, code = self._why_no_transform(about), StatusCode.NOT_READY
        self._accepted.discard(prefix)
        if why:
            return [*steps, Tell(about.status, code, self.phase, why),
                    Note('transform refused', f'{prefix}: {why}')]
        steps.append(Accept())
        if about.call:
            return [*steps, self._call(about, now)]
        return steps + self._took(about, '')

    def started(self, number: int) -> Phase | PhaseTransform | None:
        """Note that an action has accepted its goal: how long it takes is up to it."""
        run = self._runs.get(number)
        if run is not None:
            run.due = math.inf
        return self.asked(number)

    def asked(self, number: int) -> Phase | PhaseTransform | None:
        """Tell what a service or an action was called for; None if nobody waits for it."""
        run = self._runs.get(number)
        return None if run is None else run.what

    def left(self, peer: object) -> None:
        """Forget the numbers of a peer that is gone; what it began goes on."""
        for key in [key for key in self._seen if key[0] == peer]:
            del self._seen[key]

    # -- what happens in ROS, and in time

    def answered(self, number: int, success: bool, text: str) -> list[Step]:
        """Take the answer of a service, also one that comes late."""
        run = self._runs.pop(number, None)
        if run is None:
            return [Note('answer nobody waits for',
                         f'a service answered ({text or success}) after it was pre-empted')]
        text = f'late: {text}' if run.is_late else text
        if not success:
            return self._failed(run.what, StatusCode.NOT_READY, text or 'it did not succeed')
        if isinstance(run.what, PhaseTransform):
            return self._took(run.what, text)
        return self._done(run.what, text, run.is_late)

    def tick(self, now: float) -> list[Step]:
        """Say of what takes too long that it does; it may be answered all the same."""
        steps: list[Step] = []
        for run in list(self._runs.values()):
            if run.due <= now and not run.is_late:
                run.is_late = True
                why = (f'the ROS service {run.what.call} did not answer within '
                       f'{run.what.status_timeout:g} s')
                steps += self._failed(run.what, StatusCode.TIME_OUT, why)
        return steps

    @property
    def accepted(self) -> frozenset[str]:
        """The transforms that hold, and those that a service is asked about."""
        asked = {run.name for run in self._runs.values() if isinstance(run.what, PhaseTransform)}
        return frozenset(self._accepted | asked)

    @property
    def due(self) -> float | None:
        """When `tick` has something to say next."""
        return min((run.due for run in self._runs.values()
                    if not run.is_late and run.due < math.inf), default=None)

    def lost(self, services: Collection[str]) -> list[Step]:
        """Take note that services are gone: a robot that comes back starts anew."""
        why = f'the ROS service {", ".join(sorted(services))} is gone'
        steps: list[Step] = []
        for number, run in list(self._runs.items()):
            if run.what.call in services:
                del self._runs[number]
                steps += [Forget(number),
                          Tell(self._status_of(run.what), StatusCode.NOT_READY, run.name, why)]
        self._accepted.clear()
        self._failure = ''
        if not self._is_latched:
            self.phase = self._table.initial
            steps.append(Enter(self.phase))
        return [*steps, self._current(StatusCode.NOT_READY, why), Note('robot gone', why)]

    def withdraw(self, prefixes: Collection[str], why: str) -> list[Step]:
        """Let transforms not hold any more that were accepted; what is carried out goes on."""
        gone = sorted(self._accepted.intersection(prefixes))
        self._accepted.difference_update(gone)
        return [Tell(self._transforms[prefix].status, StatusCode.NOT_READY, self.phase, why)
                for prefix in gone]

    def start(self) -> list[Step]:
        """Say what holds before anybody has commanded anything."""
        return [Enter(self.phase), self._current(StatusCode.OK)]

    # -- guards

    @property
    def _is_latched(self) -> bool:
        phase = self._phases.get(self.phase)
        return phase is not None and phase.latch

    def _why_not(self, phase: Phase) -> str:
        """Tell why a phase cannot be entered; empty if it can."""
        if why := self._busy() or self._absent(phase.call):
            return why
        if ANY not in phase.after:
            if self.phase not in phase.after:
                return f'it cannot follow {self.phase}, only {", ".join(phase.after)}'
            if self._failure and self.phase != phase.name:
                return f'{self.phase} has failed: {self._failure}'
        missing = [prefix for prefix in phase.needs if prefix not in self._accepted]
        return f'no {" and no ".join(missing)} was accepted' if missing else ''

    def _why_no_transform(self, about: PhaseTransform) -> str:
        if why := self._busy() or self._absent(about.call):
            return why
        if ANY not in about.during and self.phase not in about.during:
            return f'the phase is {self.phase}, wanted {", ".join(about.during)}'
        return f'{self.phase} has failed: {self._failure}' if self._failure else ''

    def _busy(self) -> str:
        for run in self._runs.values():
            if run.is_late and not run.preempts:
                stops = ' or '.join(name for name, p in self._phases.items() if p.preempts)
                return f'{run.name} has not ended; it takes {stops}'
            if not run.is_late:
                return f'{run.name} is not done yet'
        return ''

    def _absent(self, service: str) -> str:
        there = not service or self._is_there(service)
        return '' if there else f'the ROS service {service} is not there'

    # -- steps

    def _acknowledge(self, number: str) -> Acknowledge:
        return Acknowledge(f'{self._table.ack}_{number}' if number else self._table.ack)

    def _current(self, code: StatusCode, why: str = '') -> Tell:
        return Tell(self._table.status, code, self.phase, why, held=True)

    def _enter(self, phase: Phase, now: float) -> list[Step]:
        steps: list[Step] = []
        if phase.preempts:
            for number, run in list(self._runs.items()):
                if not run.preempts or run.what is phase:
                    del self._runs[number]
                    steps += [Forget(number), Note('phase pre-empted', (
                        f'{phase.name} ends {run.name}, whatever {run.what.call} answers'))]
        self._accepted.difference_update(phase.forgets)
        if not self._is_latched or not phase.preempts or phase.name == self.phase:
            self.phase, self._failure = phase.name, ''
            steps.append(Enter(phase.name))
        steps.append(self._current(StatusCode.OK))
        if not phase.call:
            return steps + self._done(phase, '')
        if why := self._absent(phase.call):
            return steps + self._failed(phase, StatusCode.NOT_READY, why)
        return [*steps, self._call(phase, now)]

    def _call(self, what: Phase | PhaseTransform, now: float) -> Call:
        self._number += 1
        self._runs[self._number] = _Run(what, now + what.status_timeout)
        return Call(self._number, what.call)

    def _done(self, phase: Phase, text: str, was_late: bool = False) -> list[Step]:
        steps: list[Step] = []
        if phase.report or was_late:
            steps.append(Tell(phase.name, StatusCode.OK, phase.name, text))
        if was_late and self.phase == phase.name:
            self._failure = ''
            steps.append(self._current(StatusCode.OK))
        return steps

    def _took(self, about: PhaseTransform, text: str) -> list[Step]:
        self._accepted.add(about.prefix)
        steps: list[Step] = [Tell(about.status, StatusCode.OK, self.phase, text)]
        if about.echo:
            steps.append(SendBack(about.echo, about.prefix))
        return steps

    def _failed(
        self, what: Phase | PhaseTransform, code: StatusCode, why: str
    ) -> list[Step]:
        steps: list[Step] = [Tell(self._status_of(what), code, self.phase, why)]
        name = what.name if isinstance(what, Phase) else what.prefix
        if isinstance(what, Phase) and self.phase == what.name:
            self._failure = why
            steps.append(self._current(code, why))
        return [*steps, Note(f'phase {name} failed', f'{name}: {why}')]

    def _status_of(self, what: Phase | PhaseTransform) -> str:
        return what.name if isinstance(what, Phase) else what.status
