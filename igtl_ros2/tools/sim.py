"""`igtl_sim` and `igtl_sim_slicer` as commands; the devices themselves are in `sim`."""

from __future__ import annotations

from .program import run_program


def ultrasound() -> int:
    """Run igtl_sim, and give the exit code."""
    from ..sim.ultrasound import main

    return run_program('igtl_sim', main)


def slicer() -> int:
    """Run igtl_sim_slicer, and give the exit code."""
    from ..sim.slicer import main

    return run_program('igtl_sim_slicer', main)
