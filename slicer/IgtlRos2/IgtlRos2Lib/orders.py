"""What is said to the bridge: commands, texts, and stop."""

from __future__ import annotations

from dataclasses import dataclass

from .mrml import CONNECTED, RECEIVED, STATUS, TEXT, nodes

OK, EMERGENCY = 1, 3  # codes of STATUS
STOP = 'Slicer_stop'
_PUSH_ON_CONNECT = 'OpenIGTLinkIF.pushOnConnect'
_EXPIRED, _CANCELLED = 'the bridge did not answer in time', 'it was cancelled'


@dataclass(frozen=True)
class Command:
    """
    A command that the bridge carries out (`serve:` in its mapping).

    :param name: as in the mapping.
    :param content: of the command: true or false for a SetBool.
    :param timeout_s: when an answer is no longer waited for.
    """

    name: str
    content: str = ''
    timeout_s: float = 5.0


RECORD = Command('Record', 'true')
END_RECORD = Command('Record', 'false')


@dataclass(frozen=True)
class Answer:
    """What came of a command."""

    is_success: bool
    text: str


def send_command(connector, command, new_command):
    """
    Send a command and wait for nothing.

    :param new_command: makes a vtkSlicerOpenIGTLinkCommand.
    :returns: what `answer_of` takes.
    """
    order = new_command()
    order.SetName(command.name)
    order.SetCommandContent(command.content)
    order.SetTimeoutSec(command.timeout_s)
    order.SetBlocking(False)
    connector.SendCommand(order)
    return order


def answer_of(order):
    """Give what came of a command that was sent; None as long as it is under way."""
    if order.IsInProgress():
        return None
    status = order.GetCommandStatus()
    if status == order.CommandExpired:
        return Answer(False, _EXPIRED)
    if status == order.CommandCancelled:
        return Answer(False, _CANCELLED)
    # the word SUCCESS stands in answers of failures as well: an error message tells
    error = order.GetErrorMessage()
    text = error or order.GetResponseContent()
    return Answer(bool(order.GetSuccessful()) and not error, text)


class Stop:
    """
    The stop button: a STATUS with the code of an emergency, which goes before everything.

    The bridge tells it on `~/emergency`, and cancels what it has asked the robot to do. It is no
    replacement for the emergency stop of the robot.

    :param phrase: the word of a protocol of phases that stops as well, such as STOP; empty: none.
    """

    def __init__(self, scene, connector, phrase=''):
        """Send nothing yet."""
        self._scene, self._connector, self._phrase = scene, connector, phrase
        self._count = 0
        self.is_pressed = False

    def press(self):
        """
        Call the emergency; again, as often as it is pressed.

        :returns: whether there is a connection; if not, it is sent as soon as there is one.
        """
        self.is_pressed = True
        self._send(EMERGENCY, 'stopped by the user of Slicer')
        if self._phrase:
            self._count += 1
            say(self._scene, self._connector, f'CMD_stop{self._count}', self._phrase)
        return self._connector.GetState() == CONNECTED

    def release(self):
        """Say that it is over: the robot may be asked to move again."""
        self.is_pressed = False
        self._send(OK, 'the user of Slicer has ended the stop')

    def _send(self, code, text):
        node = _own(self._scene, STATUS, STOP)
        # registered afterwards, so that the change itself sends nothing; a button that is pressed
        # again says the same again
        self._connector.UnregisterOutgoingMRMLNode(node)
        # a bridge that is started again hears of the emergency, but not of the end of another's
        node.SetAttribute(_PUSH_ON_CONNECT, 'true' if code == EMERGENCY else 'false')
        node.SetStatus(code, 0, 'Emergency' if code == EMERGENCY else '', text)
        self._connector.RegisterOutgoingMRMLNode(node)
        self._connector.PushNode(node)


def say(scene, connector, name, text):
    """Send a text, as protocols of phases take their commands."""
    node = _own(scene, TEXT, name)
    node.SetText(text)
    connector.RegisterOutgoingMRMLNode(node)
    connector.PushNode(node)
    connector.UnregisterOutgoingMRMLNode(node)


def _own(scene, kind, name):
    for node in nodes(scene, kind):
        if node.GetName() == name and node.GetDescription() != RECEIVED:
            return node
    return scene.AddNewNodeByClass(kind, name)
