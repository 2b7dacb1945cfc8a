"""What can be found: each kind is declared once, with its remedy; the docs are made of that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from typing import Any

from ...errors import printable


class Severity(IntEnum):
    """How bad a finding is; the worst is the lowest."""

    #: it does not work, or what it says must not be used
    FAULT = 0
    #: it looks wrong, or something is lost
    WARNING = 1
    #: good to know
    NOTE = 2


@dataclass(frozen=True)
class Kind:
    """
    A kind of finding.

    :param code: by which programs know it.
    :param meaning: what it means, for the docs.
    :param remedy: what to do about it.
    """

    severity: Severity
    code: str
    meaning: str
    remedy: str

    def of(self, text: str, device: str = '', *, remedy: str = '',
           severity: Severity | None = None) -> Finding:
        """
        Make a finding of this kind.

        :param remedy: in place of the usual one.
        :param severity: likewise.
        """
        level = self.severity if severity is None else severity
        return Finding(self.code, level, text, remedy or self.remedy, device)


@dataclass(frozen=True)
class Finding:
    """
    Something that was found.

    :param text: what is so, in a sentence.
    :param device: whose it is; empty if it is not of a single device.
    """

    code: str
    severity: Severity
    text: str
    remedy: str = ''
    device: str = ''

    def as_json(self) -> dict[str, Any]:
        """Give it for JSON."""
        return {
            'code': self.code, 'severity': self.severity.name.lower(),
            'text': printable(self.text), 'remedy': printable(self.remedy),
            'device': printable(self.device),
        }


#: each makes a kind of: code, meaning, remedy
fault, warning, note = (partial(Kind, severity) for severity in Severity)


def is_healthy(findings: Iterable[Finding]) -> bool:
    """Tell whether there is nothing but notes."""
    return all(found.severity == Severity.NOTE for found in findings)
