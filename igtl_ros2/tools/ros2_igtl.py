"""`ros2 igtl VERB`: the verbs of `igtl` as a command of ros2cli, where that is there."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from .igtl import add_verbs, run_verb


class IgtlCommand:
    """
    Look at OpenIGTLink devices, talk to them, record and check what they send.

    It is what ros2cli calls a command extension. That asks for no base class, so ros2cli need not
    be there for this file to be imported.
    """

    NAME = 'igtl'
    EXTENSION_POINT_VERSION = '0.1'

    def add_arguments(
        self,
        parser: argparse.ArgumentParser,
        cli_name: str,
        *,
        argv: Sequence[str] | None = None,
    ) -> None:
        """Add the verbs, with arguments for the one on the command line."""
        if '_ARGCOMPLETE' in os.environ:
            words = os.environ['COMP_LINE'].split()
        else:
            words = list(sys.argv if argv is None else argv)
        after = words.index(self.NAME) + 1 if self.NAME in words else len(words)
        self._called = cli_name
        add_verbs(parser, words[after:], cli_name)

    def main(self, *, parser: argparse.ArgumentParser, args: argparse.Namespace) -> int:
        """Do what the command line asks for, and give the exit code."""
        return run_verb(args, self._called)
