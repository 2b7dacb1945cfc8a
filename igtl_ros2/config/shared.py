"""Files that come along with the package, outside of it: config/, slicer/."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def shared_path(path: str) -> Path:
    """
    Find a file or folder: beside the sources, or where it was installed.

    :param path: such as `config/demo.yaml`.
    :raises FileNotFoundError: if it is nowhere.
    """
    prefixes = [*os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep), sys.prefix]
    places = [Path(__file__).resolve().parents[2]]
    places += [Path(prefix, 'share', 'igtl_ros2') for prefix in prefixes if prefix]
    for place in places:
        if (place / path).exists():
            return place / path
    raise FileNotFoundError(f'{path} is not in any of {", ".join(map(str, places))}')
