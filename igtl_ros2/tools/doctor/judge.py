"""From what was seen to what is wrong: all judges, one after the other, worst first."""

from __future__ import annotations

from . import (
    about_names,
    about_reach,
    about_ros,
    about_rules,
    about_slicer,
    about_time,
    about_values,
    about_wire,
)
from .findings import Finding, Kind
from .observation import Observation

# what explains others comes first
_JUDGES = (about_reach, about_wire, about_slicer, about_time, about_values, about_names,
           about_rules, about_ros)
#: all kinds of findings by their codes, in the order in which they are told if they are as bad
KINDS = {kind.code: kind for judges in _JUDGES for kind in vars(judges).values()
         if isinstance(kind, Kind)}
_RANK = {code: number for number, code in enumerate(KINDS)}


def judge(observed: Observation) -> list[Finding]:
    """Judge all that was seen; the worst comes first, and nothing comes twice."""
    found = dict.fromkeys(f for judges in _JUDGES for f in judges.judge(observed))
    return sorted(found, key=lambda f: (f.severity, _RANK[f.code], f.device, f.text))
