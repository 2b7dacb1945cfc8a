"""`igtl dissector`: OpenIGTLink for Wireshark."""

from __future__ import annotations

import argparse

READS_MESSAGES = False
HELP = 'a dissector for Wireshark, in Lua, on standard output'
EXAMPLE = 'igtl dissector > igtl.lua && tshark -X lua_script:igtl.lua -r capture.pcap -O igtl'
DESCRIPTION = """\
Write a dissector for Wireshark (3.6 or newer): it shows every field of every message type that
this package reads, under names such as igtl.transform.matrix, over any segments of TCP, with
metadata, and checks the checksums. Put the file into the folder for personal Lua plugins (Help,
About Wireshark, Folders), or give it to tshark with -X lua_script:. It looks at port 18944, and
finds OpenIGTLink on others by its first bytes; the preferences of the protocol change both."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There are none."""


def run(arguments: argparse.Namespace) -> int:
    from ..wireshark.dissector import dissector

    print(dissector())
    return 0
