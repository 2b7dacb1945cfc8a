"""A plan of the robot that the bridge shows (`profile: moveit`); it moves only when told to."""

from __future__ import annotations

import re

from .mrml import STATUS, received
from .orders import Command, send_command

#: what the bridge says of a plan that may be carried out
_SHOWN = re.compile(r'plan (\d+): .*; to go, command (.+) with content \1')


class PlanPanel:
    """
    Show what the bridge says of plans, and have the one carried out that is shown.

    :param scene: where its STATUS is found.
    :param connector: what sends commands.
    :param new_command: makes a vtkSlicerOpenIGTLinkCommand.
    :param device: name of the STATUS, as in the mapping of the bridge.
    :param cancel_command: as in the mapping of the bridge.
    """

    def __init__(self, scene, connector, new_command, device='Plan', cancel_command='Cancel'):
        """Know of no plan."""
        self._scene, self._connector, self._new_command = scene, connector, new_command
        self.device, self._cancel = device, cancel_command

    def text(self):
        """Give what the bridge says; empty if it makes no plans."""
        node = received(self._scene, self.device, STATUS)
        return '' if node is None else node.GetStatusString() or ''

    @property
    def ready(self):
        """Give the command that carries out the plan that is shown; None if there is none."""
        found = _SHOWN.fullmatch(self.text())
        return None if found is None else Command(found[2], found[1])

    def execute(self):
        """
        Have the plan carried out that is shown.

        :returns: what `answer_of` takes; None if no plan is shown.
        """
        command = self.ready
        if command is None:
            return None
        return send_command(self._connector, command, self._new_command)

    def cancel(self):
        """Stop what is going on and withdraw the plan; gives what `answer_of` takes."""
        return send_command(self._connector, Command(self._cancel), self._new_command)
