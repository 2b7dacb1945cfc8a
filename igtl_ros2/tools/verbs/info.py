"""`igtl info`: what is in a recording, and what went wrong while it was made."""

from __future__ import annotations

import argparse
import json
from typing import Any

from ...errors import printable
from ..arguments import add_devices, add_recording
from ..terminal import table
from ..words import shown_size

HELP = 'what is in a bag, capture or file: duration, devices, rates, gaps, late and lost, clocks'
EXAMPLE = 'igtl info capture.pcap'
DESCRIPTION = """\
Tell what is in a bag, in a capture of packets (pcap, pcapng, also packed with gzip; TCP is put
together in each direction, datagrams are read as well) or in another file that `igtl send` takes.
Of each device and type: messages, rate, gaps in streams that come regularly and about how many
messages they lack (lost), messages of streams that took 0.1 s longer than the fastest around them
(late), and where the clock of the device was set (jumps). A message whose checksum or content is
wrong is counted as damaged."""
_MOST_SHOWN = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_recording(parser)
    parser.add_argument('--json', action='store_true', help='print one JSON object')
    add_devices(parser)


def run(arguments: argparse.Namespace) -> int:
    """Tell it, and give the exit code: 1 if there is no message."""
    from ..survey import survey

    found = survey(arguments.file, arguments.device)
    if arguments.json:
        print(json.dumps(found))
    else:
        print('\n'.join(_lines(found)))
    return 0 if found['messages'] else 1


def _lines(found: dict[str, Any]) -> list[str]:
    begin = f' from {found["begin"]} on' if found['begin'] else ''
    lines = [printable(
        f'{found["path"]}: a {found["kind"]} of {found["duration_s"]:.3f} s{begin}, '
        f'{found["messages"]} messages of {len(found["devices"])} devices and types, '
        f'{shown_size(found["bytes"])}')]
    for source in dict.fromkeys(one['source'] for one in found['devices']):
        if source:
            lines += ['', printable({
                'from': 'from the devices', 'to': 'to the devices'}.get(source, source))]
        rows = [_row(one) for one in found['devices'] if one['source'] == source]
        titles = ('device', 'type', 'messages', 'Hz', 'size', 'gaps', 'longest', 'lost', 'late',
                  'jumps', 'stamps')
        lines += table(
            titles, rows, right='messages Hz size gaps longest lost late jumps')
    for one in found['devices']:
        lines += [f'  {printable(text)}' for text in _remarks(one)]
    return lines + [f'  {printable(note)}' for note in found['notes']]


def _row(one: dict[str, Any]) -> list[str]:
    longest = max((gap['length_s'] for gap in one['gaps']), default=None)
    stamped = one['messages'] - one['unstamped']
    return [
        one['device'], one['type'], str(one['messages']),
        '' if one['rate_hz'] is None else f'{one["rate_hz"]:.1f}',
        shown_size(one['bytes'] / one['messages']),
        '' if one['interval_s'] is None else str(len(one['gaps'])),
        '' if longest is None else f'{longest:.3f} s',
        '' if one['interval_s'] is None else str(one['lost']),
        str(one['late']) if stamped else '', str(len(one['jumps'])) if stamped else '',
        'none' if not stamped else 'some' if one['unstamped'] else 'all',
    ]


def _remarks(one: dict[str, Any]) -> list[str]:
    latency, gaps, jumps = one['latency_s'], one['gaps'], one['jumps']
    remarks = [
        f'nothing for {gap["length_s"]:.3f} s from {gap["at_s"]:.3f} s on, about '
        f'{gap["missing"]} messages are missing'
        for gap in sorted(gaps, key=lambda gap: -gap['length_s'])[:_MOST_SHOWN]
    ]
    if len(gaps) > _MOST_SHOWN:
        remarks.append(f'and {len(gaps) - _MOST_SHOWN} shorter gaps')
    remarks += [
        f'its clock was set {abs(jump["by_s"]):.3f} s {"ahead" if jump["by_s"] > 0 else "back"} '
        f'at {jump["at_s"]:.3f} s'
        for jump in jumps[:_MOST_SHOWN]
    ]
    if len(jumps) > _MOST_SHOWN:
        remarks.append(f'and its clock was set {len(jumps) - _MOST_SHOWN} times more')
    if one['late']:
        remarks.append(f'{one["late"]} messages were late, by {latency["most"]:.3f} s at most')
    if one['backwards'] > len(jumps):
        remarks.append(f'{one["backwards"]} stamps are before that of the message before')
    if one['repeated']:
        remarks.append(f'{one["repeated"]} stamps are that of the message before')
    if one['spoiled']:
        remarks.append(f'{one["spoiled"]} messages are damaged: {one["why"]}')
    return [f'{one["device"]} ({one["type"]}): {remark}' for remark in remarks]
