"""
Every exception that igtl_ros2 raises on bad input.

::

    IgtlError
    +-- DecodeError            bytes that are not a valid message; .in_step: the stream goes on
    |   +-- HeaderError        the 58-byte header makes no sense        (not in step)
    |   +-- TooLargeError      the header announces too large a body    (not in step)
    |   +-- CrcError           the body does not match its CRC-64       (in step)
    |   +-- ContentError       the body breaks the rules of its type    (in step)
    +-- EncodeError            a message that cannot be written as asked
    +-- PeerError              a connection was refused, lost or timed out
    |   +-- PeerTimeoutError   nothing came in time; the link goes on
    +-- ConversionError        a value has no counterpart on the other side (ROS or OpenIGTLink)
    +-- ConfigError            a setting or a mapping file is wrong
    +-- BagError               a bag cannot be written or read
    +-- FileError              a file with images, meshes, points or packets cannot, either
"""

from __future__ import annotations


def printable(text: str) -> str:
    """
    Escape what must not reach a log or a terminal as it is: text that came from elsewhere.

    Line ends would begin a line of their own, other control characters drive the terminal, and
    some marks turn the order of the letters round. Letters of all scripts stay.
    """
    if text.isprintable():
        return text
    return ''.join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


class IgtlError(Exception):
    """Anything that igtl_ros2 raises on bad input."""


class DecodeError(IgtlError):
    """
    Bytes that are not a valid OpenIGTLink message.

    ``in_step`` is true when the length of the message is known, so that the
    stream can go on with the next one; ``type_name`` and ``device_name`` are
    those of the header, as far as it was read.
    """

    in_step = False

    def __init__(self, text: str, *, type_name: str = '', device_name: str = '') -> None:
        self.type_name = type_name
        self.device_name = device_name
        # a name from the network need not be text that can be printed
        of = f'{printable(type_name)} {device_name!r}: ' if type_name else ''
        super().__init__(of + text)


class HeaderError(DecodeError):
    """The header makes no sense; where the next message starts is unknown."""


class TooLargeError(DecodeError):
    """The header announces a body over the limit."""


class CrcError(DecodeError):
    """The body does not match the CRC-64 in its header; only this message is lost."""

    in_step = True


class ContentError(DecodeError):
    """The body breaks the rules of its type; only this message is lost."""

    in_step = True


class EncodeError(IgtlError, ValueError):
    """A message was given a value that it cannot carry."""


class PeerError(IgtlError):
    """A connection was refused, lost or timed out."""


class PeerTimeoutError(PeerError, TimeoutError):
    """What was waited for did not come in time; the link goes on."""


class ConversionError(IgtlError):
    """A value has no counterpart on the other side of the bridge."""


class ConfigError(IgtlError):
    """A setting or a mapping file is wrong."""


class BagError(IgtlError):
    """A bag cannot be written or read."""


class FileError(IgtlError):
    """A file with images, meshes, points or packets cannot be written or read."""
