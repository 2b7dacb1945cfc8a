"""Bytes to messages and back: the OpenIGTLink codec. It needs numpy and nothing else."""

from . import messages
from .decoder import Decoder, decode
from .fields import Buffer
from .frame import HEADER_SIZE, MAX_BODY_BYTES, Header, decode_header, encode, encode_parts
from .message import Envelope, Message, NamedMessage, Unknown, message_class, register, registered
from .timestamp import from_ns, to_ns

__all__ = [
    'HEADER_SIZE', 'MAX_BODY_BYTES', 'Buffer', 'Decoder', 'Envelope', 'Header', 'Message',
    'NamedMessage', 'Unknown', 'decode', 'decode_header', 'encode', 'encode_parts', 'from_ns',
    'message_class', 'messages', 'register', 'registered', 'to_ns',
]
