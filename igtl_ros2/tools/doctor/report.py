"""What the user reads: findings in sentences, and a table of what arrives; or JSON."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from ...errors import printable
from .about_reach import where_of
from .about_time import jitter_of, offset_of, rate_of
from .findings import Finding, Severity, is_healthy
from .observation import Device, Observation

_COLOURS = {Severity.FAULT: '31;1', Severity.WARNING: '33;1', Severity.NOTE: '36'}
_INDENT = ' ' * 9
_MOST = 8


def as_json(observed: Observation, findings: Sequence[Finding]) -> dict[str, Any]:
    """Give all of it for JSON."""
    reach = observed.reach
    return {
        'scheme': reach.scheme, 'host': reach.host, 'port': reach.port,
        'address': reach.reached, 'seconds': observed.seconds,
        'healthy': is_healthy(findings),
        'findings': [finding.as_json() for finding in findings],
        'devices': [_about(device) for device in observed.devices()],
    }


def _about(device: Device) -> dict[str, Any]:
    rate, delay, jitter = rate_of(device), offset_of(device), jitter_of(device)
    return {
        'type': printable(device.type_name), 'device': printable(device.name),
        'messages': len(device.seen), 'wrong': len(device.seen) - len(device.good),
        'rate_hz': round(rate, 2), 'bytes': sum(seen.size for seen in device.seen),
        'delay_s': None if delay is None else round(delay, 6),
        'jitter_s': None if jitter is None else round(jitter, 6),
        'header_versions': sorted({seen.version for seen in device.seen}),
        'tools': [printable(tool) for tool in device.tools() if tool],
    }


def as_text(
    observed: Observation, findings: Sequence[Finding], width: int, in_colour: bool
) -> Iterator[str]:
    """Give all of it as lines."""
    reach = observed.reach
    counts = Counter(finding.severity for finding in findings)
    if is_healthy(findings):
        verdict = 'healthy'
    else:
        verdict = ' and '.join(
            f'{counts[level]} {level.name.lower()}{"s" if counts[level] > 1 else ""}'
            for level in (Severity.FAULT, Severity.WARNING) if counts[level])
    where = f'port {reach.port}' if reach.is_server else f'{reach.scheme}://{where_of(reach)}'
    yield f'{where}: {verdict}'
    for _, group in groupby(findings, lambda f: (f.severity, f.code, f.remedy)):
        yield ''
        yield from _paragraph(list(group), width, in_colour)
    devices = observed.devices()
    if devices:
        yield ''
        yield f'What came in {observed.seconds:g} s:'
        yield from (_row(device) for device in devices)


def _paragraph(findings: Sequence[Finding], width: int, in_colour: bool) -> Iterator[str]:
    """Give findings that have one remedy."""
    first = findings[0]
    head = first.severity.name.ljust(len(_INDENT))
    for number, finding in enumerate(findings[:_MOST]):
        lines = textwrap.wrap(printable(finding.text), max(width - len(_INDENT), 30),
                              break_long_words=False) or ['']
        start = _INDENT if number else (
            f'\x1b[{_COLOURS[first.severity]}m{head}\x1b[0m' if in_colour else head)
        yield start + lines[0]
        yield from (_INDENT + line for line in lines[1:])
    if len(findings) > _MOST:
        yield f'{_INDENT}... and {len(findings) - _MOST} more of the kind.'
    if first.remedy:
        yield from textwrap.wrap(
            printable(first.remedy), max(width, 40), initial_indent=f'{_INDENT}-> ',
            subsequent_indent=f'{_INDENT}   ', break_long_words=False)


def _row(device: Device) -> str:
    about = _about(device)
    words = [f'{about["messages"]} messages' if about['messages'] > 1 else '1 message']
    if about['wrong']:
        words.append(f'{about["wrong"]} wrong')
    if about['rate_hz']:
        words.append(f'{about["rate_hz"]:.1f} Hz')
    for name in ('delay', 'jitter'):
        if about[f'{name}_s'] is not None:
            words.append(f'{name} {1000 * about[f"{name}_s"]:.0f} ms')
    words.append(f'header {" and ".join(map(str, about["header_versions"]))}')
    return f'  {about["type"]} {device.name!r}: {", ".join(words)}'
