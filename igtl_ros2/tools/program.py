"""What every program keeps to: errors in one line, no traceback for `| head` or Ctrl-C."""

from __future__ import annotations

import argparse
import contextlib
import functools
import io
import os
import sys
from collections.abc import Callable, Sequence

from ..errors import ConfigError, IgtlError, printable
from .verbs import Verb, load

#: nothing came, or a fault was found
FAULT = 1
#: the command line cannot be done
BAD_ARGUMENTS = 2
#: as shells have it: 128 and the number of SIGINT
INTERRUPTED = 130

_name = 'igtl'


def name() -> str:
    """Tell as what this program was called, such as `igtl ls` or `igtl_record`."""
    return _name


def say(text: str) -> None:
    """Tell the user something that is no result: on standard error, with the program's name."""
    print(f'{_name}: {printable(text)}', file=sys.stderr, flush=True)


def run_program(called: str, work: Callable[[], int]) -> int:
    """
    Do the work of a program.

    :param called: its name, in front of what it says.
    :param work: gives the exit code.
    :returns: the exit code.
    """
    global _name
    _name = called
    for stream in (sys.stdout, sys.stderr):
        # what an encoding lacks is written as an escape: a terminal of Windows has 256 letters
        if isinstance(stream, io.TextIOWrapper) and stream.errors == 'strict':
            stream.reconfigure(errors='backslashreplace')
    try:
        try:
            return work()
        finally:
            _flush_what_is_read()  # here, where a closed pipe can be noticed
    except BrokenPipeError:
        _forget_output()  # the reader of the output has what it wanted
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except IgtlError as error:  # before OSError: one that tells of a time-out is both
        say(str(error))
        return BAD_ARGUMENTS if isinstance(error, ConfigError) else FAULT
    except OSError as error:
        # such as a full disk behind the output, or a file that has gone meanwhile
        try:
            _flush()
        except OSError:
            _forget_output()
        say(': '.join(filter(None, (error.filename and str(error.filename), error.strerror))))
        return FAULT


def _flush_what_is_read() -> None:
    """Flush; where nobody reads any more, what was found out stays the exit code."""
    try:
        _flush()
    except BrokenPipeError:
        _forget_output()


def _flush() -> None:
    if sys.stdout is not None:
        sys.stdout.flush()


def _forget_output() -> None:
    """Let Python flush to nowhere when it ends; it would complain once more."""
    with contextlib.suppress(OSError, ValueError):  # there may be no such stream
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@functools.cache
def know_own_types() -> None:
    """Know the message types of other packages; where one cannot be imported, say so, once."""
    from ..codec.own_types import load_own_types  # heavy for what reads no messages

    try:
        load_own_types()
    except ConfigError as error:
        say(str(error))


def do_verb(verb: Verb, arguments: argparse.Namespace) -> int:
    """Do what a command line asks for, and give the exit code."""
    if getattr(verb, 'READS_MESSAGES', True):
        know_own_types()
    return verb.run(arguments)


def run_tool(name: str, args: Sequence[str] | None = None) -> int:
    """
    Do the work of one of the programs `igtl_...`, which a verb of `igtl` does as well.

    :param name: of the verb.
    :param args: its command line; None for that of the process.
    :returns: the exit code.
    """
    called = f'igtl_{name}'

    def work() -> int:
        verb = load(name)
        parser = argparse.ArgumentParser(prog=called, description=verb.DESCRIPTION)
        verb.add_arguments(parser)
        return do_verb(verb, parser.parse_args(args))

    return run_program(called, work)
