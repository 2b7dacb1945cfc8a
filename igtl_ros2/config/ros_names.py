"""How ROS spells a device: a function of its name alone, so that a restart changes nothing."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import blake2b

#: what a device without a name is called
UNNAMED = 'unnamed'
# a device of this name would be taken for the topics that are to be sent
_TO_IGTL = 'to_igtl'
# metadata may give a name of any length; a whole topic name has at most 247 characters
_MAX_LENGTH = 100
_DIGITS = 7
# ROS forbids __, and its tools hide names that begin with _
_PLAIN = re.compile(r'[A-Za-z](?:_?[A-Za-z0-9])*_?', re.ASCII)
# looks as if it had been made below
_MARKED = re.compile(rf'.*_x[0-9a-f]{{{_DIGITS}}}')
# sizes of fields of the wire, which may end within a character
_FIELD_BYTES = (20, 32, 64, 128)


@lru_cache(maxsize=4096)
def ros_name(device: str) -> str:
    """
    Make a ROS name token of a device name; two names never get the same one.

    A name that ROS can spell is kept: 'Probe' gives 'Probe'. Of any other, letters lose their
    accents, what is no letter or digit becomes '_', and the end is made of the whole name, since
    there may be a device of the name that is left: 'Stylus-Tip 1' gives 'Stylus_Tip_1_x' and
    seven digits. '' gives 'unnamed'.
    """
    if not device:
        return UNNAMED
    if is_ros_name(device):
        return device
    return marked_name(device)


def is_ros_name(name: str) -> bool:
    """Tell whether a device of this name is called so in ROS as well."""
    return (
        len(name) <= _MAX_LENGTH
        and _PLAIN.fullmatch(name) is not None
        and name not in (UNNAMED, _TO_IGTL)
        and _MARKED.fullmatch(name) is None
    )


def marked_name(device: str, peer: str = '') -> str:
    """
    Make a ROS name token of a device name that no device gets by keeping its own.

    :param peer: what tells apart who sends it; no name of a device alone gives the same token.
    """
    raw = device.encode('utf-8', 'surrogatepass')
    if peer:
        device = f'{device} {peer}'
        raw += b'\0' + peer.encode('utf-8', 'surrogatepass')
    mark = 'x' + blake2b(raw, person=b'peer' if peer else b'').hexdigest()[:_DIGITS]
    letters = unicodedata.normalize('NFKD', device[:_MAX_LENGTH])
    plain = ''.join(char for char in letters if not unicodedata.combining(char))
    room = _MAX_LENGTH - len(mark) - 1
    stem = re.sub(r'[^a-zA-Z0-9]+', '_', plain)[:room].strip('_') or UNNAMED
    # before a digit, since no name may begin with one
    return f'd_{stem[:room - 2]}_{mark}' if stem[0].isdigit() else f'{stem}_{mark}'


def whole_characters(text: str) -> str:
    """
    Leave out the last character of a text in UTF-8 that its field has cut.

    :param text: with bytes that are no UTF-8 as surrogates.
    """
    if text.isascii():
        return text
    try:
        raw = text.encode('utf-8', 'surrogateescape')
    except UnicodeEncodeError:
        return text  # it did not come from bytes
    try:
        raw.decode('utf-8')
    except UnicodeDecodeError as error:
        # in Latin-1, too, a text may end like this, but then its field is hardly ever full, and
        # nothing before it looks like UTF-8
        whole = raw[: error.start]
        is_cut = error.reason == 'unexpected end of data'
        if is_cut and (len(raw) in _FIELD_BYTES or not whole.isascii()):
            return whole.decode('utf-8')
    return text


def ros_text(text: str) -> str:
    """
    Make a text that ROS can carry: bytes that were not UTF-8 are read as Latin-1.

    Where a field has cut the last character of a text in UTF-8, the others stay as they are.
    """
    if not text.isascii():
        text = whole_characters(text)
        try:
            text.encode('utf-8')
        except UnicodeEncodeError:
            text = text.encode('utf-8', 'surrogateescape').decode('latin-1')
    return text.replace('\0', '')


def is_start_of(cut: str, full: str) -> bool:
    """Tell whether a name is what a field has left of a longer one."""
    if cut.isascii() and full.isascii():
        return full.startswith(cut)
    cut_raw, raw = (name.encode('utf-8', 'surrogateescape') for name in (cut, full))
    return raw.startswith(cut_raw)
