"""What the network tests stand on: a peer made of a bare socket, and waiting for what it does."""

import socket
import struct
import time

from polling import DEADLINE_S, poll

from igtl_ros2 import codec
from igtl_ros2.codec.messages.text import String


def until(condition, what='the condition'):
    """Wait until a condition holds; its value is the result."""
    return poll(condition, what, lambda: time.sleep(0.005))


def text(number, device='Note', **fields):
    """Make a message that tells its number."""
    return String(str(number), device_name=device, **fields)


def corrupt(message):
    """Write a message whose checksum is wrong."""
    data = bytearray(codec.encode(message))
    data[-1] ^= 0xFF
    return bytes(data)


def header(type_name='STRING', size=0, crc=0, version=1):
    """Write a header with any body size."""
    return struct.pack('>H12s20sQQQ', version, type_name.encode(), b'Bad', 0, size, crc)


class RawPeer:
    """A peer that does with its socket what the test says, and nothing by itself."""

    def __init__(self, address, receive_buffer=None):
        family = socket.AF_INET6 if ':' in address.host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(DEADLINE_S)
        self.socket.connect((address.host, address.port))
        host, port = self.socket.getsockname()[:2]
        self.name = f'tcp://{host}:{port}'
        self._decoder = codec.Decoder()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *items):
        """Send messages or bytes."""
        for item in items:
            self.socket.sendall(item if isinstance(item, bytes) else codec.encode(item))

    def next(self):
        """Read the next message."""
        while True:
            message = self._decoder.next_message()
            if message is not None:
                return message
            size = self.socket.recv_into(self._decoder.get_buffer())
            assert size, 'the connection was closed'
            self._decoder.buffer_updated(size)

    def texts(self, number):
        """Read the texts of so many STRING messages."""
        return [self.next().text for _ in range(number)]

    def reset(self):
        """Close with a TCP reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        self.socket.close()

    def wait_closed(self):
        """Read until the other side has closed."""
        try:
            while self.socket.recv(1 << 16):
                pass
        except ConnectionResetError:
            pass
