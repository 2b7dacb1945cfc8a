"""Names of frames: of the patient, of the form XToY, and patterns of several."""

from __future__ import annotations

import re
from functools import lru_cache

_WILD = '*?['
#: where the patient's frame is one, whatever its case: Slicer writes RAS, ROS ras
ONE_PATIENT = ('slicer', 'plus')
PATIENT = 'ras'


def is_patient(frame: str) -> bool:
    """Tell whether a frame is that of the patient where its case means nothing."""
    return frame.lower() == PATIENT


def is_pattern(frame: str) -> bool:
    """Tell whether a name stands for all that match it: * any text, ? a character, [abc] one."""
    return any(character in _WILD for character in frame)


@lru_cache(maxsize=4096)
def parse_xtoy(device: str) -> tuple[str, str] | None:
    """
    Read a name such as ProbeToTracker as (Probe, Tracker): the pose of Probe in Tracker.

    There must be exactly one ``To`` that is followed by something else than a
    lower-case letter, with text before and after it; a ``Transform`` at the end is cut first.
    Blanks around the frames are no part of them.

    :param device: a device name.
    :return: None when the name does not say two frames.
    """
    name = device.strip().removesuffix('Transform')
    found = [match.start() for match in re.finditer('To(?=[^a-z])', name)]
    if len(found) != 1:
        return None
    child, parent = name[:found[0]].strip(), name[found[0] + 2:].strip()
    return (child, parent) if child and parent else None


def tf_device(source: str, target: str) -> str:
    """Name a tf pair the way trackers do: tool0 in base_link is Tool0ToBaseLink."""
    camel = [''.join(word[0].upper() + word[1:] for word in re.findall('[0-9A-Za-z]+', frame))
             for frame in (source, target)]
    return 'To'.join(camel)
