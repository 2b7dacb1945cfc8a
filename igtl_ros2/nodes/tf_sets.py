"""Several frames of tf at one moment: a whole robot as the elements of one TDATA."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from ..codec.messages.tracking import TrackingElement
from ..converters.tf_tree import LookupFailed
from ..converters.units import matrix_from_metres
from ..errors import ConversionError, EncodeError
from ..mapping import SendRule, TfFrame
from .report import Report
from .tf import TfSource

#: a frame that is so much older than the newest is dropped: it would hold back all the others
MAX_AGE_NS = 1_000_000_000


@dataclass(frozen=True, slots=True, eq=False)
class TfSet:
    """The frames that a rule lists, or that match its pattern."""

    _rule: SendRule
    _tf: TfSource
    _report: Report

    def look(self) -> tuple[tuple[TrackingElement, ...], int]:
        """
        Give all frames at the newest moment that tf knows of all of them.

        A frame that is not known, not connected or not published any more is dropped and
        reported.

        :returns: the elements, and their stamp in ns; 0 if nothing moves.
        :raises ConversionError: if there is none.
        """
        newest: dict[TfFrame, int] = {}
        for frame in self._frames():
            try:
                newest[frame] = self._tf.lookup(frame.target, frame.source)[1]
            except LookupFailed as error:
                self._leave_out(frame, str(error))
        latest = max(newest.values(), default=0)
        current = {}
        for frame, stamp_ns in newest.items():
            if stamp_ns and latest - stamp_ns > MAX_AGE_NS:
                late_s = (latest - stamp_ns) / 1e9
                self._leave_out(frame, f'it is {late_s:.1f} s older than the others')
            else:
                current[frame] = stamp_ns
        moment = min(filter(None, current.values()), default=0)
        elements = []
        for frame in current:
            try:
                matrix = self._tf.lookup(frame.target, frame.source, moment)[0]
                elements.append(TrackingElement(
                    frame.name, matrix_from_metres(matrix, self._rule.wire_unit)))
            except (LookupFailed, EncodeError) as error:
                self._leave_out(frame, str(error))
        if not elements:
            raise ConversionError('tf knows none of its frames')
        return tuple(elements), moment

    def _frames(self) -> list[TfFrame]:
        rule = self._rule
        if rule.tf_list:
            return list(rule.tf_list)
        return [
            TfFrame(name, rule.tf_target, name)
            for name in self._tf.frames()
            if name != rule.tf_target and fnmatchcase(name, rule.tf_source)
        ]

    def _leave_out(self, frame: TfFrame, why: str) -> None:
        device = self._rule.device
        self._report.problem(
            f'tf {device}: {frame.source}', f'{device}: {frame.source} is dropped: {why}'
        )
