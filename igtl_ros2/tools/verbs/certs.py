"""`igtl certs`: what `igtl_certs` does."""

from __future__ import annotations

import argparse

HELP = 'test certificates for TLS'
EXAMPLE = 'igtl certs certs --name scanner.local'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command line."""
    from ..certs import DESCRIPTION, add_arguments

    parser.description = DESCRIPTION
    add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do it, and give the exit code."""
    from ..certs import run

    return run(arguments)
