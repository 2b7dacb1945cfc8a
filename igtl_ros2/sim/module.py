"""The logic of the module that people add to Slicer, for a simulated Slicer."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from ..config.shared import shared_path


def slicer_module() -> Any:
    """
    Give `IgtlRos2Lib` of `slicer/IgtlRos2`: functions that take a scene.

    :raises FileNotFoundError: if it was not installed.
    """
    folder = str(shared_path('slicer/IgtlRos2'))
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module('IgtlRos2Lib')
