"""A link, its peers and ROS services that note what is asked of them; and a clock to turn."""

from igtl_ros2.codec.frame import wire_names
from igtl_ros2.dialogue.timers import Timers


class Clock:
    """The time, and the timers that are run when it goes on."""

    def __init__(self):
        self.now = 100.0
        self.timers = Timers(lambda due: None)

    def go(self, seconds):
        until = self.now + seconds
        while self.timers._timers and self.timers._timers[0].due <= until:
            self.now = max(self.now, self.timers._timers[0].due)
            self.timers.run(self.now)
        self.now = until


class Sent:
    """A message that was sent."""

    def __init__(self, message):
        self.message = message
        self.key = message.type_name, message.device_name


class Peer:
    """Notes what it gets."""

    def __init__(self, address='A', version=2, refuses=''):
        self.address, self.version, self.refuses = address, version, refuses
        self.got = []

    def refusal(self, message):
        return self.refuses

    def send_as_is(self, message):
        self.got.append(message)

    def post(self, sent):
        self.got.append(sent.message)

    def pump(self):
        pass

    def heard(self):
        """List what it got since the last time."""
        got, self.got[:] = list(self.got), []
        return got


class Link:
    """Sends to all its peers at once, and holds the last of each device."""

    def __init__(self, *peers):
        self.peers, self.last_error, self.values = list(peers), '', {}

    def send(self, message, *, hold=None, exclude=()):
        sent = Sent(message)
        if hold is not False:
            self.values[sent.key] = sent
        for peer in self.peers:
            if peer not in exclude:
                peer.post(sent)

    def held(self, type_name='*', device=''):
        return [sent for (kind, name), sent in self.values.items()
                if type_name in ('*', kind) and device in ('', *wire_names(name))]

    def forget_value(self, type_name, device):
        self.values.pop((type_name, device), None)


class Service:
    """A ROS service that answers when the test says so."""

    def __init__(self, there=True):
        self.there, self.calls, self.waiting, self.forgotten = there, [], [], 0

    def is_there(self):
        return self.there

    def call(self, on_done, data=None):
        self.calls.append(data)
        self.waiting.append(on_done)

        def forget():
            self.forgotten += 1
        return forget

    def answer(self, success=True, text=''):
        self.waiting.pop(0)(success, text)


class Report:
    """Counts problems."""

    def __init__(self):
        self.texts = {}

    def problem(self, kind, text):
        self.texts.setdefault(kind, []).append(text)
