"""Stamps and arrivals: are they set, do they go on, whose clock is off, what is missing."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timezone
from itertools import chain, groupby, pairwise
from statistics import median

from ...codec.message import has_points
from ...codec.timestamp import from_ns, to_ns
from .findings import Finding, Severity, fault, note, warning
from .observation import Device, Observation, Seen
from .walk import turned

STAMP_UNIT = fault(
    'stamp-unit', 'stamps are written in another unit than that of the wire',
    'The sender has to write seconds since 1970 into the high 32 bits, and the fraction in units '
    'of 1/2**32 s into the low ones.')
STAMP_FROZEN = fault(
    'stamp-frozen', 'messages arrive with the same time stamp',
    'The device repeats an old value, or its clock has stopped: its values are old. Check the '
    'device; a bridge reports it as stale, and gates withhold it.')
CLOCK_AHEAD = fault(
    'clock-ahead', 'time stamps are in the future',
    'Set both clocks by the same NTP or PTP server. Until then, in the bridge `stamp: receive`: '
    'tf refuses transforms in the future.')
CLOCK_BEHIND = fault(
    'clock-behind', 'time stamps are older than the network delay can explain',
    'Set both clocks by the same NTP or PTP server; if they are right, the device delays its '
    'data. Until then, in the bridge `stamp: receive`.')
CLOCK_OTHER = fault(
    'clock-other',
    'time stamps do not count from 1970, but for example from the start of the device',
    'Have the device send the time of day (PLUS: its time stamps are absolute on the wire). Until '
    'then, in the bridge `stamp: receive`.')
CLOCK_RATE = warning(
    'clock-rate', 'the clock of the stamps goes faster or slower than time',
    'The sender multiplies where it must not, or counts frames instead of time.')
STAMP_BACKWARDS = warning(
    'stamp-backwards', 'stamps go back',
    'Two senders share the name, or the sender does not keep the order, or its clock is set again '
    'and again.')
STAMP_MISSING = note(
    'stamp-missing', 'messages carry no time stamp',
    'Nothing, if the time of arrival is good enough: bridge and Slicer use that.')
STAMP_SOMETIMES = warning(
    'stamp-sometimes', 'some messages of a device have a time stamp, some do not',
    'The sender has to stamp all of a device, or none: a mixture of two clocks goes back and '
    'forth.')
JITTER = warning(
    'jitter', 'messages arrive irregularly, compared with their stamps',
    'Look at the network (WLAN?) and at the load of both machines.')
GAP = warning(
    'gap', 'a stream paused',
    'Look at the device, at the network and at the load of the sender.')
STOPPED = warning(
    'stopped', 'a stream ended, though the connection is there',
    'Is the device still on? Its sender stays connected, so no error is reported.')
RATE_HIGH = note(
    'rate-high', 'a device sends more messages than 3D Slicer reads',
    'Nothing is broken: Slicer looks every 5 ms and takes the newest. In the bridge, `rate: 60` '
    'saves work for both.')

_NS = 1_000_000_000
#: stamps before are of no clock that knows the date; nothing of OpenIGTLink is older
_EARLIEST_NS = 946_684_800 * _NS
_AHEAD_S = 0.1
_BEHIND_S = 0.5
_HOUR_S = 3600.0
# what came while the connection was made may have waited
_SETTLED_S = 0.3
_STILL_S = 0.5
_FEW, _SOME, _MANY = 3, 5, 10
_GAP_S = 1.2
# so long a single device may be out of view, but not all of them
_PAUSE_S = 0.6
_GAP_PERIODS = 10
_JITTER_S = 0.05
_RATE_HZ = 200.5
_RATIO = 0.2
# nanoseconds of 2015 to 2040
_DATES_NS = range(1_420_070_400 * _NS, 2_208_988_800 * _NS)
_UNITS = (
    ('nanoseconds', 1), ('microseconds', 1000), ('milliseconds', 1_000_000), ('seconds', _NS))
_FRACTIONS = (('milliseconds', 10**3), ('microseconds', 10**6), ('nanoseconds', 10**9))
_READINGS: tuple[tuple[str, Callable[[int], int]], ...] = (
    ('with its bytes the other way round (little-endian)', lambda stamp: turned(stamp, 8)),
    ('with the bytes of both halves the other way round (little-endian)',
     lambda stamp: turned(stamp >> 32, 4) << 32 | turned(stamp & 0xFFFFFFFF, 4)),
    ('with seconds and fraction exchanged',
     lambda stamp: stamp >> 32 | (stamp & 0xFFFFFFFF) << 32),
    ('as a floating-point number of seconds', lambda stamp: _of_float(stamp)),
)
_NEAR_NS = 86_400 * _NS
#: where other clocks begin, in seconds after 1970
_EPOCHS = ((-2_208_988_800, '1900, as NTP does'), (-2_082_844_800, '1904'),
           (315_964_800, '1980, as GPS does'), (946_684_800, '2000'), (978_307_200, '2001'))
_LEAP_S = 60.0
# parts into which the time of listening is divided; what a drift is at least
_PARTS, _DRIFT_S = 5, 0.01
# so short is what comes at once, compared with the pause behind it
_BURST = 0.25
_BURST_S = 0.2


def judge(observed: Observation) -> Iterator[Finding]:
    """Judge the times of all devices."""
    devices = [device for device in observed.devices() if device.good]
    streams = [device for device in devices if device.is_stream]
    unstamped = [d for d in streams if not all(seen.stamp for seen in d.good)]
    # a peer that stamps all others has forgotten this one
    forgotten = unstamped[0] if len(unstamped) == 1 and len(streams) > 1 else None
    for device in devices:
        yield from _stamps(device, device is forgotten, observed.stalled_s)
        yield from _arrivals(device, observed)
    yield from _pauses(observed, devices)
    if observed.for_slicer:
        for device in devices:
            rate = rate_of(device)
            if rate > _RATE_HZ:
                yield RATE_HIGH.of(f'{device.title} comes {rate:.0f} times a second.',
                                   device.name)


def rate_of(device: Device) -> float:
    """Tell how often messages of a device come, in Hz; 0 if that cannot be told."""
    gaps = [b.at_s - a.at_s for part in device.by_connection() for a, b in pairwise(part)]
    return len(gaps) / sum(gaps) if len(gaps) >= _FEW - 1 and sum(gaps) > 0 else 0.0


def offset_of(device: Device) -> float | None:
    """Tell by how many seconds stamps are behind at least; None if that cannot be told."""
    stamps = [(seen.began_ns - to_ns(seen.stamp)) / _NS for seen in device.good if seen.stamp]
    return min(stamps) if stamps else None


def jitter_of(device: Device) -> float | None:
    """Tell within how many seconds half of the delays are; None if that cannot be told."""
    late = sorted((seen.arrival_ns - to_ns(seen.stamp)) / _NS for seen in chain(*_settled(device)))
    if len(late) < _MANY:
        return None
    # a single stall is no jitter
    return late[len(late) * 3 // 4] - late[len(late) // 4]


def _settled(device: Device) -> list[list[Seen]]:
    """List what has a stamp and came when the connection was made already, by connection."""
    return [
        [seen for seen in part
         if seen.stamp and seen.is_good and seen.at_s - part[0].at_s >= _SETTLED_S]
        for part in device.by_connection()]


def _stamps(device: Device, forgot: bool, stalled_s: float) -> Iterator[Finding]:
    good = device.good
    stamped = [seen for seen in good if seen.stamp]
    if not stamped:
        if device.is_stream:
            yield STAMP_MISSING.of(
                f'{device.title} carries no time stamp'
                f'{", though others of this peer do" if forgot else ""}.', device.name,
                severity=Severity.WARNING if forgot else None)
        return
    if len(stamped) < len(good):
        yield STAMP_SOMETIMES.of(
            f'{len(good) - len(stamped)} of {len(good)} messages of {device.title} carry no time '
            'stamp.', device.name)
    # each explains what the others would say
    found = list(_unit(device, stamped, stalled_s))
    if not found:
        found = [*_frozen(device, stamped), *_backwards(device, stamped)]
        found += _pace(device, stalled_s) if not found else ()
        is_even = not found
        if {finding.code for finding in found} <= {STAMP_BACKWARDS.code}:
            found += _clock(device, stamped, stalled_s)
        if is_even:
            found += list(_drift(device, stalled_s)) or _jitter(device, stalled_s)
    yield from found


def _frozen(device: Device, stamped: list[Seen]) -> Iterator[Finding]:
    """Find the longest time in which the stamp was the same."""
    runs = [list(run) for _, run in groupby(stamped, lambda seen: (seen.stamp, seen.connection))]
    longest = max(runs, key=lambda run: run[-1].at_s - run[0].at_s)
    first, passed = longest[0], longest[-1].at_s - longest[0].at_s
    if len(longest) < _SOME or passed < _STILL_S:
        return
    yield STAMP_FROZEN.of(
        f'The stamp of {device.title} stands still at {_shown(to_ns(first.stamp))}: '
        f'{len(longest)} messages with it came in {passed:.1f} s.', device.name,
        severity=None if has_points(device.type_name) or device.is_stream else Severity.WARNING)


def _unit(device: Device, stamped: list[Seen], stalled_s: float) -> Iterator[Finding]:
    """Find stamps that are numbers of another unit."""
    last = stamped[-1]
    for how, read in _READINGS:
        if not _is_near(last, last.stamp) and all(
            _is_near(seen, read(seen.stamp)) for seen in (stamped[0], last)
        ):
            yield STAMP_UNIT.of(
                f'The stamp of {device.title}, {last.stamp:#x}, is the time of its arrival when '
                f'it is read {how}.', device.name)
            return
    for name, factor in _UNITS:
        if last.stamp * factor not in _DATES_NS:
            continue
        passed = last.arrival_ns - stamped[0].arrival_ns
        went = to_ns(last.stamp) - to_ns(stamped[0].stamp)
        # what has waited here came faster than it was sent
        if len(stamped) >= _FEW and passed > 0 and went > (passed + stalled_s * _NS) / 2:
            continue  # it goes on as time does: a clock that was started not long ago
        if len(stamped) < _FEW and name != 'nanoseconds':
            continue
        yield STAMP_UNIT.of(
            f'The stamp of {device.title}, {last.stamp}, would be {name} since 1970; on the wire '
            f'it means {_shown(to_ns(last.stamp))}.', device.name)
        return
    fractions = {seen.stamp & 0xFFFFFFFF for seen in stamped}
    arrived = [seen.arrival_ns % _NS for seen in stamped]
    spread = max(arrived) - min(arrived) > 0.9 * _NS
    seconds = {seen.stamp for seen in stamped}
    if fractions == {0} and 1 < len(seconds) <= len(stamped) // _SOME:
        yield STAMP_UNIT.of(
            f'The stamps of {device.title} are whole seconds, {len(seconds)} of them in '
            f'{len(stamped)} messages: the fraction is missing.', device.name)
        return
    if len(fractions) < _MANY or not spread or last.at_s - stamped[0].at_s < 1.5:
        return
    for name, most in _FRACTIONS:
        if max(fractions) < most:
            yield STAMP_UNIT.of(
                f'The fraction in the stamps of {device.title} never goes above '
                f'{max(fractions) / 2**32:.3g} s: it looks like {name}, where units of 1/2**32 s '
                'are expected.', device.name)
            return


def _backwards(device: Device, stamped: list[Seen]) -> Iterator[Finding]:
    back = [(before, seen) for before, seen in pairwise(stamped)
            if seen.stamp < before.stamp and seen.connection == before.connection]
    if not back:
        return
    most = max(to_ns(before.stamp) - to_ns(seen.stamp) for before, seen in back) / _NS
    yield STAMP_BACKWARDS.of(
        f'The stamps of {device.title} go back {_times(len(back))} in {len(stamped)} messages, by '
        f'up to {_seconds(most)}.', device.name)


def _is_near(seen: Seen, stamp: int) -> bool:
    return abs(to_ns(stamp) - seen.arrival_ns) < _NEAR_NS


def _of_float(stamp: int) -> int:
    """Read a stamp as a floating-point number of seconds; 0 if it is none of a date."""
    value, = struct.unpack('>d', stamp.to_bytes(8, 'big'))
    return from_ns(round(value * _NS)) if 0 < value < (1 << 32) - 1 else 0


def _clock(device: Device, stamped: list[Seen], stalled_s: float) -> Iterator[Finding]:
    offset = offset_of(device)
    if offset is None:
        return
    for epoch_s, begin in _EPOCHS:
        if abs(offset - epoch_s) < _LEAP_S:
            yield CLOCK_OTHER.of(f'The stamps of {device.title} count from {begin}, and not from '
                                 '1970.', device.name)
            return
    last_ns = to_ns(stamped[-1].stamp)
    # what is kept for new clients is older
    goes_on = len({seen.stamp for seen in chain(*_settled(device))}) >= _FEW
    if last_ns < _EARLIEST_NS:
        yield CLOCK_OTHER.of(
            f'The stamps of {device.title} are of {_shown(last_ns)}: they do not count from 1970.',
            device.name)
    elif offset < -_AHEAD_S:
        # of no message is it less than the clock: the way only adds to it
        yield CLOCK_AHEAD.of(
            f'The stamps of {device.title} are {_seconds(-offset)} ahead of the clock of this '
            f'machine{_zone(offset)}.', device.name)
    elif offset > _BEHIND_S + stalled_s and goes_on:
        yield CLOCK_BEHIND.of(
            f'The stamps of {device.title} are {_seconds(offset)} behind the clock of this '
            f'machine{_zone(offset)}.', device.name)


def _pace(device: Device, stalled_s: float) -> Iterator[Finding]:
    """Compare how time and stamps go on."""
    for settled in _settled(device):
        if len(settled) < 2 * _MANY:
            continue
        passed = settled[-1].at_s - settled[0].at_s
        went = (to_ns(settled[-1].stamp) - to_ns(settled[0].stamp)) / _NS
        if passed >= 1.0 and went > 0 and abs(went - passed) > _RATIO * passed + stalled_s:
            yield CLOCK_RATE.of(
                f'The stamps of {device.title} went on by {went:.2f} s in {passed:.2f} s.',
                device.name)
            return


def _drift(device: Device, stalled_s: float) -> Iterator[Finding]:
    """Find a clock that goes a little slower or faster all the time."""
    for settled in _settled(device):
        if len(settled) < 2 * _MANY or settled[-1].at_s == settled[0].at_s:
            continue  # so little says nothing, nor does what came at once
        first, passed = settled[0], settled[-1].at_s - settled[0].at_s
        late: list[list[float]] = [[] for _ in range(_PARTS)]
        for seen in settled:
            number = min(int((seen.at_s - first.at_s) / passed * _PARTS), _PARTS - 1)
            went = (to_ns(seen.stamp) - to_ns(first.stamp)) / _NS
            late[number].append(seen.at_s - first.at_s - went)
        if min(map(len, late)) < _FEW:
            continue
        # the way takes longer now and then, and never less
        least = [min(one) for one in late]
        steps = [b - a for a, b in pairwise(least)]
        total = least[-1] - least[0]
        # a drift is steady; what the network does is not
        if abs(total) > _DRIFT_S + stalled_s and all(
            step / total > 0.5 / len(steps) for step in steps
        ):
            between_s = passed * (_PARTS - 1) / _PARTS
            yield CLOCK_RATE.of(
                f'The stamps of {device.title} go {100 * abs(total) / between_s:.2g} % '
                f'{"slower" if total > 0 else "faster"} than time: by {_seconds(abs(total))} in '
                f'{between_s:.1f} s.', device.name, remedy=(
                    'The clock of the device drifts: let it be set by NTP or PTP. '
                    + ('Or it sends more than gets through, and its data waits for longer and '
                       'longer. ' if total > 0 else '')
                    + 'Until then, in the bridge `stamp: receive`.'))
            return


def _jitter(device: Device, stalled_s: float) -> Iterator[Finding]:
    jitter = jitter_of(device)
    rate = rate_of(device)
    if device.is_stream and jitter is not None and rate and (
        jitter > max(_JITTER_S, 2 / rate) + stalled_s
    ):
        yield JITTER.of(
            f'{device.title} comes at {rate:.1f} Hz, and between its stamps and its arrivals '
            f'the delay changes by {1000 * jitter:.0f} ms.', device.name)


def _arrivals(device: Device, observed: Observation) -> Iterator[Finding]:
    if not device.is_stream:
        return
    for whole in device.by_connection():
        part = [seen for seen in whole if not _has_swallowed(seen)]
        if len(part) < _MANY:
            continue
        gaps = [b.at_s - a.at_s for a, b in pairwise(part)]
        # a burst that waited has hardly any time in between
        usual = median(gaps)
        allowed = _allowed(gaps, max(_GAP_S, _GAP_PERIODS * usual), observed.stalled_s)
        worst = max(gaps)
        if worst > allowed:
            count = sum(gap > allowed for gap in gaps)
            yield GAP.of(
                f'{device.title}, which comes {_every(usual)}, paused {_times(count)}, for up to '
                f'{worst:.1f} s.', device.name)
        session = observed.sessions[part[0].connection]
        silent = session.ended_s - part[-1].at_s
        # what began and never ended is told elsewhere
        is_over = (
            session.hung_up or session.pending is not None or _has_swallowed(whole[-1]))
        # what came at once is no stream: what was kept, for example, for a new client
        is_stream = part[-1].at_s - part[0].at_s > _BURST_S
        if not is_over and is_stream and silent > allowed:
            yield STOPPED.of(
                f'{device.title}, which came {_every(usual)}, has not come any more for the last '
                f'{silent:.1f} s.', device.name)


def _pauses(observed: Observation, devices: Sequence[Device]) -> Iterator[Finding]:
    """Find times in which no stream of a peer came."""
    for number in range(len(observed.sessions)):
        came = sorted(seen.at_s for device in devices if device.is_stream
                      for seen in device.seen
                      if seen.connection == number and not _has_swallowed(seen))
        if len(came) < 2 * _MANY:
            continue
        gaps = [b - a for a, b in pairwise(came)]
        usual = (came[-1] - came[0]) / len(gaps)
        allowed = _allowed(gaps, max(_PAUSE_S, _GAP_PERIODS * usual), observed.stalled_s)
        worst = max(gaps)
        if allowed < worst <= _GAP_S + observed.stalled_s:  # longer ones are told of each device
            yield GAP.of(f'Nothing came for {worst:.1f} s, where otherwise {1 / usual:.0f} '
                         'messages come in a second.')


def _has_swallowed(seen: Seen) -> bool:
    """Tell whether a message announces more than it has, so that it came at no time of its own."""
    return seen.fault == 'length'


def _allowed(gaps: Sequence[float], usual_s: float, stalled_s: float) -> float:
    """Tell how long a pause may be: of what comes in bursts twice as long as the longest."""
    runs, long = [0.0], list[float]()
    worst = max(gaps)
    for gap in gaps:
        if gap > worst / 2:
            long.append(gap)
            runs.append(0.0)
        else:
            runs[-1] += gap
    is_bursts = worst > usual_s and max(runs) <= _BURST * min(long) + stalled_s
    return (2 * worst if is_bursts else usual_s) + stalled_s


def _every(period_s: float) -> str:
    return f'{1 / period_s:.0f} times a second' if period_s > 0 else 'very often'


def _times(count: int) -> str:
    return 'once' if count == 1 else f'{count} times'


def _seconds(seconds: float) -> str:
    """Say how long, as people do."""
    if seconds < 1:
        return f'{1000 * seconds:.0f} ms'
    if seconds < 2 * 60:
        return f'{seconds:.1f} s'
    if seconds < 2 * _HOUR_S - 60:
        return f'{seconds / 60:.1f} min'
    return f'{seconds / _HOUR_S:.1f} h' if seconds < 48 * _HOUR_S else (
        f'{seconds / _HOUR_S / 24:.0f} days')


def _zone(offset_s: float) -> str:
    """Say whether it may be that local time was taken for UTC."""
    quarters = offset_s / (_HOUR_S / 4)
    near = abs(quarters - round(quarters)) * _HOUR_S / 4 < 5
    if near and 2 <= abs(round(quarters)) <= 56:
        return ', which is the difference of a time zone: it sends local time, not UTC'
    return ''


def _shown(ns: int) -> str:
    if ns < _EARLIEST_NS:
        return f'{ns / _NS:.3f} s after 1970 began'
    when = datetime.fromtimestamp(ns // _NS, timezone.utc)
    return f'{when:%Y-%m-%d %H:%M:%S} UTC'
