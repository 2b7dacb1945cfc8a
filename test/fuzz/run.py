"""
A longer fuzz run of the codec: any bytes give a message or a DecodeError, soon and in little room.

    ./dev fuzz [MINUTES]

With the package atheris installed, its engine looks for inputs that reach new lines of the codec;
without it, golden messages are spoiled at random. Every finding is printed with its input.
"""

import argparse
import random
import re
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from contextlib import nullcontext
from pathlib import Path

try:
    import atheris
except ImportError:
    atheris = None

HERE = Path(__file__).resolve()
TIMEOUT_S = 20
MEMORY_MB = 2048
MAX_INPUT_BYTES = 4096

test = HERE.parents[1]
sys.path[:0] = [str(folder) for folder in (test.parent, test, test / 'codec')]
tracked = atheris.instrument_imports(['igtl_ros2.codec']) if atheris else nullcontext()
with tracked:
    import test_fuzz
    from test_fuzz import GOLDEN, NUMBERS, TYPED, check, check_stream, fixed

# so many names come by that their cache, which is bounded, needs a new table now and then
test_fuzz.CONSTANT = 1 << 20


def execute(data):
    """Do with the input all that a user may: decode it whole, repaired, and as a stream."""
    check(data)
    check(data, check_crc=False)
    stream = data
    if len(data) >= 58:
        repaired = fixed(data)
        check(repaired)
        check(repaired, strict=True)
        stream = repaired + data
    check_stream(stream, [1 + byte for byte in data[-8:]])


class Findings:
    """Errors that should not be, each place in the code once."""

    def __init__(self):
        self.places = set()

    def attempt(self, data):
        """Execute one input and tell about it if that goes wrong."""
        try:
            execute(data)
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            place = (type(error).__name__, where.filename, where.lineno)
            if place not in self.places:
                self.places.add(place)
                print(f'FINDING {len(self.places)}', ''.join(traceback.format_exception(error)))
                print(f'input: {data.hex()}', flush=True)


def spoil(rng):
    """Spoil a golden message here and there."""
    data = bytearray(rng.choice(GOLDEN))
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(7)
        if kind == 0 and at < len(data):
            data[at] ^= rng.randint(1, 255)
        elif kind == 1:
            data[at:at] = rng.randbytes(rng.randint(1, 20))
        elif kind == 2:
            del data[at : at + rng.randint(1, 20)]
        elif kind == 3:
            width = rng.choice((1, 2, 4, 8))
            data[at : at + width] = (rng.choice(NUMBERS) % 256**width).to_bytes(width, 'big')
        elif kind == 4:
            data[2:14] = rng.choice(TYPED)
        elif kind == 5:
            data[:2] = struct.pack('>H', rng.randint(1, 3))
        elif kind == 6:
            other = rng.choice(GOLDEN)
            start = rng.randrange(len(other))
            data[at:at] = other[start : start + rng.randint(1, 200)]
    return bytes(data[:MAX_INPUT_BYTES])


def fuzz_at_random(seconds, seed):
    """Spoil golden messages until the time is over."""

    def too_slow(number, frame):
        raise TimeoutError(f'more than {TIMEOUT_S} s')

    signal.signal(signal.SIGALRM, too_slow)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MB << 20, MEMORY_MB << 20))
    rng = random.Random(seed)
    findings = Findings()
    executions = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        data = spoil(rng)
        signal.alarm(TIMEOUT_S)
        findings.attempt(data)
        signal.alarm(0)
        executions += 1
    return executions, len(findings.places)


def run_engine(folder, seconds, seed):
    """Let atheris look for inputs; it ends the process."""
    corpus = folder / 'corpus'
    corpus.mkdir()
    for number, data in enumerate(GOLDEN):
        (corpus / str(number)).write_bytes(data)
    words = [''.join(f'\\x{byte:02x}' for byte in name) for name in TYPED]
    (folder / 'words').write_text(''.join(f'"{word}"\n' for word in words))
    options = [
        f'-max_total_time={seconds:.0f}',
        f'-max_len={MAX_INPUT_BYTES}',
        f'-timeout={TIMEOUT_S}',
        f'-rss_limit_mb={MEMORY_MB}',
        f'-seed={seed % 2**32}',
        f'-dict={folder / "words"}',
        f'-artifact_prefix={folder}/ended-',
        '-print_final_stats=1',
        '-verbosity=1',
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], Findings().attempt)
    atheris.Fuzz()


def fuzz_with_engine(seconds, seed):
    """Run the engine in a process of its own, because it ends with the first hang it meets."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, str(HERE), '--seed', str(seed), '--engine', name]
        command.append(str(seconds / 60))
        log = folder / 'log'
        with log.open('w') as stderr:
            done = subprocess.run(
                command, stdout=subprocess.PIPE, stderr=stderr, encoding='utf-8', errors='replace'
            )
        print(done.stdout, end='')
        findings = len(re.findall('^FINDING', done.stdout, re.MULTILINE))
        for path in sorted(folder.glob('ended-*')):
            findings += 1
            print(f'FINDING: the engine ended with {path.name[6:].split("-")[0]}')
            print(f'input: {path.read_bytes().hex()}')
        found = re.search(r'number_of_executed_units: *(\d+)', log.read_text(errors='replace'))
        if not found:
            print(log.read_text(errors='replace')[-3000:])
            raise SystemExit('the engine failed')
        # there are none if it ended with a golden file already
        if covered := re.findall(r'cov: (\d+)', log.read_text(errors='replace')):
            print(f'edges of the codec reached: golden files {covered[0]}, now {covered[-1]}')
        return int(found[1]), findings


def main():
    """Fuzz, and end with 1 if something was found."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument('minutes', nargs='?', type=float, default=1.0)
    parser.add_argument('--seed', type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument('--engine', type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    warnings.simplefilter('error')
    seconds = 60 * options.minutes
    if options.engine:
        run_engine(options.engine, seconds, options.seed)
    fuzz, name = (fuzz_with_engine, 'atheris') if atheris else (fuzz_at_random, 'random mutation')
    print(f'{name}, seed {options.seed}, {options.minutes:g} minutes', flush=True)
    start = time.monotonic()
    executions, findings = fuzz(seconds, options.seed)
    rate = executions / (time.monotonic() - start)
    print(f'{executions} executions, {rate:.0f} per second, {findings} findings')
    return findings > 0


if __name__ == '__main__':
    # libFuzzer leaves without cleaning up, so that what is printed must not wait
    sys.stdout.reconfigure(line_buffering=True, errors='backslashreplace')
    sys.exit(main())
