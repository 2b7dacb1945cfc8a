"""`igtl sim`: simulated devices, to try something without hardware."""

from __future__ import annotations

import argparse

from ..program import name

HELP = 'simulated devices: tracker, ultrasound, CT, robot, force sensor, IMU, 3D Slicer'
EXAMPLE = 'igtl sim tracker --port 18944'
DESCRIPTION = """\
Simulate a device, for work without hardware, until Ctrl-C. All but slicer are
servers that print what their clients send. Their values depend on time alone, so that they can be
checked by their stamps."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from ...sim import arguments

    kinds = parser.add_subparsers(dest='kind', required=True, metavar='KIND', title='kinds')
    made = kinds.add_parser(
        'ultrasound', help='a tracked ultrasound', description=arguments.ULTRASOUND)
    arguments.add_ultrasound_arguments(made)
    made = kinds.add_parser('slicer', help='a 3D Slicer', description=arguments.SLICER)
    arguments.add_slicer_arguments(made)
    for kind, (help, rate_hz) in arguments.DEVICES.items():
        arguments.add_device_arguments(kinds.add_parser(kind, help=help), rate_hz)


def run(arguments: argparse.Namespace) -> int:
    from ...sim import devices, slicer, ultrasound
    from ...sim.serving import run_device

    if arguments.kind == 'slicer':
        return slicer.run(arguments)
    if arguments.kind == 'ultrasound':
        return run_device(name(), lambda stopped: ultrasound.run(arguments, stopped))
    device = devices.DEVICES[arguments.kind]
    return run_device(name(), lambda stopped: devices.run(device, arguments, stopped))
