"""Whether messages are as the protocol has them: version, lengths, checksum, content, type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches

from ...codec import registered
from ...codec.frame import HEADER_SIZE
from ...codec.message import message_class
from ...errors import printable
from .about_reach import looks_like_igtl
from .findings import Finding, Severity, fault, note, warning
from .observation import Device, Observation, Session
from .walk import SWAPPED_CRC, ZERO_CRC

HEADER_VERSION = fault(
    'header-version', 'the header has a version that does not exist',
    'The sender has to write 1 or 2 there, as two bytes, the high one first (big-endian), as all '
    'numbers of OpenIGTLink.')
HEADER_LAYOUT = warning(
    'header-layout', 'the body is not laid out as the version of its header says',
    'The sender has to write an extended header of 12 bytes with version 2, or say version 1.')
BODY_LENGTH = fault(
    'body-length', 'a header announces more or fewer bytes than follow',
    'The sender has to announce the length of the body: without the 58 bytes of the header, with '
    'extended header and metadata. Two threads that write to one socket at once do this as well.')
BODY_SHORT = fault(
    'body-short', 'a message began and never ended',
    'The sender announces more bytes than it sends, or stops in the middle: see its log. '
    'Receivers wait for the rest, and get nothing more.')
NOT_WHOLE = note(
    'not-whole-yet', 'a large message is on its way, and nothing else came',
    'Listen for longer (`--duration`), or look why so little comes in a second: the network, or '
    'a sender that waits in between.')
OUT_OF_STEP = fault(
    'out-of-step', 'in the middle of the stream is something that is not a message',
    'The sender has announced fewer bytes than it sends, or two threads of it write to one socket '
    'at once. A bridge and Slicer have to connect again after it.')
CRC_WRONG = fault(
    'crc-wrong', 'the checksum of messages does not fit their body',
    'The sender has to compute CRC-64 (ECMA-182, starting with 0) over the whole body. Until '
    'then: in Slicer, turn off "Check CRC" of the connector; in the bridge `check_crc: false`.')
CONTENT_WRONG = fault(
    'content-wrong', 'the content breaks the rules of its type',
    'The sender has to follow the protocol for this type; receivers drop the message.')
TYPE_UNKNOWN = warning(
    'type-unknown', 'a type of message that neither the protocol nor this package knows',
    'Slicer drops it with a line in its log, the bridge publishes its bytes on `raw`. For a type '
    'of your own see docs/how-to/own_types.md.')

_WAITED_S = 1.0


def judge(observed: Observation) -> Iterator[Finding]:
    """Judge the frames of messages."""
    for session in observed.sessions:
        yield from _stream(observed, session)
    for device in observed.devices():
        yield from _versions(device)
        yield from _faults(device)
        yield from _type(device)


def _stream(observed: Observation, session: Session) -> Iterator[Finding]:
    if session.lost_kind == 'version' and looks_like_igtl(session.first_bytes):
        first = session.first_bytes
        version = int.from_bytes(first[:2], 'big')
        kind = first[2:14].split(b'\0', 1)[0].decode('latin-1')
        swapped = int.from_bytes(first[:2], 'little')
        why = (f': {swapped} with its two bytes the wrong way round (little-endian)'
               if swapped in (1, 2, 3) else '')
        yield HEADER_VERSION.of(
            f'A header of type {printable(kind)} says version {version}{why}.')
    elif session.lost_kind == 'size':
        yield BODY_LENGTH.of(f'A message is longer than any can be: {printable(session.lost)}.')
    elif session.lost_kind == 'step':
        yield OUT_OF_STEP.of('Behind a message something follows that is no header: '
                             f'{printable(session.lost)}.')
    waited_s = session.ended_s - session.pending_s
    if session.pending is None:
        return
    kind, device, announced, came = session.pending
    if not (session.hung_up or waited_s >= _WAITED_S):
        if kind and not observed.seen:
            yield NOT_WHOLE.of(
                f'Of {printable(kind)} {device!r}, {announced} bytes, {came} have come so far.',
                device)
        return
    if not kind and came < HEADER_SIZE:
        if not looks_like_igtl(session.first_bytes):
            return  # `about_reach` says what it is
        what = f'A header began and stopped after {came} of {HEADER_SIZE} bytes'
    else:
        what = (f'{printable(kind)} {device!r} announces {announced} bytes, and after {came} of '
                'them nothing more came')
    end = 'the connection ended' if session.hung_up else f'{waited_s:.1f} s passed'
    yield BODY_SHORT.of(f'{what}; {end}.', device)


def _versions(device: Device) -> Iterator[Finding]:
    found = {seen.version for seen in device.seen if seen.version > 2}
    for version in sorted(found):
        count = sum(seen.version == version for seen in device.seen)
        yield HEADER_VERSION.of(
            f'{_share(device, count)} of {device.title} {_says(count)} header version {version}.',
            device.name)
    count = sum(seen.fault == 'layout' and seen.version == 2 for seen in device.seen)
    if count:
        yield HEADER_LAYOUT.of(
            f'{_share(device, count)} of {device.title} {_says(count)} header version 2, and the '
            'body has no extended header.', device.name)


def _faults(device: Device) -> Iterator[Finding]:
    for name, kind, words in (
        ('length', BODY_LENGTH, 'a wrong length'),
        ('crc', CRC_WRONG, 'a wrong checksum'),
        ('content', CONTENT_WRONG, 'a body that cannot be read'),
    ):
        bad = [seen for seen in device.seen if seen.fault == name]
        if not bad:
            continue
        about, _ = Counter(seen.about for seen in bad).most_common(1)[0]
        why = f': {printable(about)}' if about else ''
        remedy = ''
        if about == SWAPPED_CRC:
            remedy = ('The sender has to write the checksum as 8 bytes, the high one first '
                      '(big-endian), as all numbers of OpenIGTLink.')
        elif name == 'crc' and about != ZERO_CRC and len(bad) < len(device.seen):
            remedy = ('Some are right, so it is not the computation: two threads that write to '
                      'one socket at once, or a buffer that changes while it is sent.')
        has = 'has' if len(bad) == 1 else 'have'
        yield kind.of(f'{_share(device, len(bad))} of {device.title} {has} {words}{why}.',
                      device.name, remedy=remedy)


def _type(device: Device) -> Iterator[Finding]:
    name = device.type_name
    if message_class(name) is not None:
        return
    known = registered()
    near = [kind for kind in known if kind.lower() == name.strip().lower()]
    near = near or get_close_matches(name.upper(), known, 1, 0.8)
    text = f'{len(device.seen)} of device {device.name!r} are of the type {printable(name)!r}'
    if near:
        yield TYPE_UNKNOWN.of(
            f'{text}, which does not exist; {near[0]} does.', device.name,
            severity=Severity.FAULT if near[0].lower() == name.strip().lower() else None,
            remedy=f'The sender has to write {near[0]}, with exactly these letters.')
    else:
        yield TYPE_UNKNOWN.of(f'{text}, which is none of OpenIGTLink.', device.name)


def _share(device: Device, count: int) -> str:
    """Say how many of the messages of a device."""
    total = len(device.seen)
    return f'{count} of {total} messages' if count < total else (
        'All messages' if total > 1 else 'The only message')


def _says(count: int) -> str:
    return 'says' if count == 1 else 'say'
