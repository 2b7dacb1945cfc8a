"""What 3D Slicer makes of what arrives: what it does not show, and what it crashes on."""

from __future__ import annotations

from collections.abc import Iterator

from ...codec.message import message_class
from ...sim.mrml import NODE_OF
from ...sim.slicer_clock import CRASHES
from .findings import Finding, Severity, fault, note, warning
from .observation import Device, Observation

SLICER_CRASH = fault(
    'slicer-crash', '3D Slicer crashes on it',
    'Never let it reach a Slicer: put a bridge of this package with `profile: slicer` in between, '
    'which drops or converts it.')
NOT_SHOWN = warning(
    'slicer-not-shown', '3D Slicer has nothing for this type of message: a line in its log',
    'Send poses as TRANSFORM or TDATA, paths as POINT or POLYDATA, numbers and joints as STRING. '
    'A bridge with `profile: slicer` does so. If no Slicer is to show it: `--no-slicer`.')
IMAGE_32 = warning(
    'slicer-image-32', '3D Slicer shows garbage in place of 32-bit whole numbers',
    'Send the image as int16, uint16 or float32.')
IMAGE_LPS = note(
    'slicer-image-lps', '3D Slicer treats every image as RAS',
    'Send the image in RAS, else it is mirrored left to right and front to back; the bridge '
    'reads both.')
IMAGE_COMPONENTS = warning(
    'slicer-components', '3D Slicer shows images of 1, 3 or 4 values a pixel',
    'Send grey values, RGB or RGBA.')
LIST_EMPTY = note(
    'slicer-list-empty', '3D Slicer does not receive a list without elements in header version 1',
    'Send it with header version 2 and some metadata to clear a list.')
VIDEO = note(
    'slicer-video', '3D Slicer shows VIDEO only if it was built with the codec',
    'If nothing shows up, send IMAGE.')

_ORDERS = ('COMMAND', 'RTS_COMMAND')
# Slicer and others greet and answer with these; that they become no node is as it should be
_QUIET = ('CAPABILITY', 'CLIENTINFO')


def judge(observed: Observation) -> Iterator[Finding]:
    """Judge what 3D Slicer would do with each device."""
    if not observed.for_slicer:
        return
    for device in observed.devices():
        # what another program asks is not shown, and crashes
        yield from _type(device, observed.reach.is_server)
        if device.type_name == 'POLYDATA':
            yield from _mesh(device)
        elif device.type_name == 'IMAGE':
            yield from _image(device)
        if any(seen.values.length == 0 and seen.version == 1 for seen in device.good):
            yield LIST_EMPTY.of(f'{device.title} comes without elements.', device.name)


def _type(device: Device, is_client: bool) -> Iterator[Finding]:
    kind = device.type_name
    if kind in CRASHES:
        # a peer that connects to us asks us
        yield SLICER_CRASH.of(
            f'3D Slicer crashes on {device.title}, which came here.', device.name,
            severity=Severity.NOTE if is_client else None)
    elif kind == 'VIDEO':
        yield VIDEO.of(f'{device.title} is a stream of video.', device.name)
    elif kind == 'BIND':
        yield NOT_SHOWN.of(f'3D Slicer shows nothing of {device.title}.', device.name,
                           remedy='Send what is in it as messages of their own.')
    elif kind not in NODE_OF and kind not in (*_ORDERS, *_QUIET) and message_class(kind):
        if not kind.startswith(('GET_', 'STT_', 'STP_', 'RTS_')):
            yield NOT_SHOWN.of(f'3D Slicer shows nothing of {device.title}.', device.name)


def _mesh(device: Device) -> Iterator[Finding]:
    most = max((seen.values.vertex_cells for seen in device.good), default=0)
    if most > 1:
        yield SLICER_CRASH.of(
            f'3D Slicer crashes on {device.title}: it has {most} vertex cells, and with more than '
            'one Slicer writes beyond its memory.', device.name, remedy=(
                'Send the points as one cell or as POINT; a bridge with `profile: slicer` makes '
                'small pyramids of them.'))


def _image(device: Device) -> Iterator[Finding]:
    pictures = {seen.values.picture for seen in device.good if seen.values.picture}
    for scalar_type in sorted({p.scalar_type for p in pictures} & {'int32', 'uint32'}):
        yield IMAGE_32.of(f'{device.title} has pixels of type {scalar_type}.', device.name)
    for components in sorted({p.components for p in pictures} - {1, 3, 4}):
        yield IMAGE_COMPONENTS.of(f'{device.title} has {components} values a pixel.', device.name)
    if any(picture.is_lps for picture in pictures):
        yield IMAGE_LPS.of(f'{device.title} is in LPS.', device.name)
