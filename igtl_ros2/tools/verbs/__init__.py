"""
The verbs of `igtl`, one file each; whatever lies here is one.

A verb is a module with `HELP` (one line), `EXAMPLE` (a command line), `DESCRIPTION` (a few
sentences for its own help), `add_arguments(parser)` and `run(arguments) -> int`, the exit code: 0,
1 if nothing came or a fault was found, 2 if what was asked for cannot be done. `READS_MESSAGES =
False` says that it needs no message types of other packages, or imports them itself. It imports
what is heavy (numpy, the codec, ROS) in its functions: all verbs are imported for the list of
them. Errors of the package need not be caught, see `tools/program.py`.
"""

from __future__ import annotations

import argparse
import pkgutil
from importlib import import_module
from typing import Protocol, cast


class Verb(Protocol):
    """What a module here has."""

    HELP: str
    EXAMPLE: str
    DESCRIPTION: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the arguments of the command line."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it, and give the exit code."""


def names() -> list[str]:
    """List the verbs."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return sorted(name for name in found if not name.startswith('_'))


def load(name: str) -> Verb:
    """Import a verb."""
    return cast(Verb, import_module(f'{__name__}.{name}'))
