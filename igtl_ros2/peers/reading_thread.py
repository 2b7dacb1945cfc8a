"""The thread in which messages are read and written that would keep other peers waiting."""

from __future__ import annotations

from ..codec.frame import Header, extension_bytes
from .worker import Worker

#: What takes a millisecond at most to read, of whatever it is made
LITTLE_BYTES = 1 << 13
# Of these only the checksum takes any time, and so many bytes of metadata
_VIEWED_BYTES = 1 << 24
_VIEWED = frozenset('IMAGE VIDEO NDARRAY POINT TRAJ TDATA QTDATA IMGMETA LBMETA VIDEOMETA'.split())
# The others have parts that are made one by one, or texts that are gone through
_READ_BYTES = 1 << 17
_IN_PARTS = frozenset(('BIND', 'CAPABILITY'))


def takes_long(header: Header, frame: memoryview) -> bool:
    """Tell whether reading a message of more than `LITTLE_BYTES` keeps other peers waiting."""
    size, kind = header.body_size, header.type_name
    if size > (_VIEWED_BYTES if kind in _VIEWED else _READ_BYTES) or kind in _IN_PARTS:
        return True
    return header.version > 1 and extension_bytes(frame) > LITTLE_BYTES


#: one for all peers: what has to be quick waits for the interpreter as often as others are busy
worker = Worker('igtl-reading')
