"""Libraries that are needed for something optional."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ..errors import ConversionError


def library(name: str, package: str, what: str) -> Any:
    """
    Import a library that is needed for something optional.

    :raises ConversionError: if it is not installed; the text says how to get it.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise ConversionError(
            f'{what} needs {package}, which is not installed: pip install {package}'
        ) from error
