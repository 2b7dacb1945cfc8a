"""`igtl repair`: what `igtl_record repair` does."""

from __future__ import annotations

import argparse

from ..arguments import REPAIR, add_repair

HELP = 'a new bag with what can be read in a damaged one'
EXAMPLE = 'igtl repair session'
DESCRIPTION = REPAIR
add_arguments = add_repair


def run(arguments: argparse.Namespace) -> int:
    from ..record import repair

    return repair(arguments)
