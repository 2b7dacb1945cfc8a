"""The phases of a robot, and the transforms that belong to them."""

from __future__ import annotations

from dataclasses import dataclass

#: Stands for every phase in a list of phases.
ANY = '*'


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
    after: tuple[str, ...] = (ANY,)
    needs: tuple[str, ...] = ()
    forgets: tuple[str, ...] = ()
    call: str = ''
    preempts: bool = False
    latch: bool = False
    report: bool = True
    status_timeout: float = 10.0


@dataclass(frozen=True, slots=True)
class PhaseTransform:
    """
    A TRANSFORM <prefix>_<id> that belongs to a phase, such as a target.

    ``status`` is the device of the STATUS that says what became of it, ``echo`` the one under
    which it goes back when it was accepted.
    """

    prefix: str
    during: tuple[str, ...]
    status: str
    echo: str = ''
    call: str = ''
    status_timeout: float = 10.0


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
        """The ROS services that are called, each once."""
        found = [phase.call for phase in self.phases]
        found += [transform.call for transform in self.transforms]
        return tuple(dict.fromkeys(filter(None, found)))
