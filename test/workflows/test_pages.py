"""The commands on the README, the tutorials and about TLS, run from first to last as printed."""

import os
import re
import shutil
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from forked import Program

from igtl_ros2 import Transform, serve

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    ROOT / 'README.md', *sorted((ROOT / 'docs' / 'tutorials').glob('*.md')),
    ROOT / 'docs' / 'how-to' / 'tls.md']
BLOCK = re.compile(
    r'(?:<!-- (not run|runs on|goes on): (.*?) -->\n\n)?^```(bash|text)\n(.*?)^```$', re.M | re.S)
NEEDS = {
    'igtl_bridge': 'rclpy', 'igtl_certs': 'trustme', 'igtl monitor': 'aiohttp',
    'igtl record': 'mcap',
    'python .*fiducial_to_motion': 'moveit_msgs', 'python .*robot_in_slicer': 'rclpy'}
# each page has the ports of a machine of its own, so that they can be those that are printed
ALONE = next((words for words in (['unshare', '-n'], ['unshare', '-rn']) if shutil.which('ip')
              and not subprocess.run([*words, 'true'], capture_output=True).returncode), None)
FOREVER = """\
set -m
( {commands} ) > {log} 2>&1 &
job=$!
set +m
for _ in $(seq 600); do
  grep -qE -e '{said}' {log} && break
  kill -0 $job || {{ cat {log}; exit 1; }}
  sleep 0.1
done
cat {log}
grep -qE -e '{said}' {log}
kill -- -$job; wait $job || true
"""
# beside what comes next, which is begun as soon as it is ready
BESIDE = """\
{{ {commands} }} > {log} 2>&1
for _ in $(seq 600); do
  grep -qE -e '{said}' {log} && break
  sleep 0.1
done
cat {log}
grep -qE -e '{said}' {log}
"""


def script(page):
    """Make a script of the blocks of a page; what they print, and what is not run."""
    commands, printed, left_out = ['set -e', 'ip link set lo up'], [], []
    for number, (how, said, kind, text) in enumerate(BLOCK.findall(page.read_text('utf-8'))):
        if kind == 'text':
            printed += text.splitlines()
        elif how == 'not run':
            left_out.append(f'{text.splitlines()[0]}: {said}')
        elif how:
            way = FOREVER if how == 'runs on' else BESIDE
            commands.append(way.format(commands=text, said=said, log=f'{number}.log'))
        else:
            commands.append(text)
    return '\n'.join(commands), printed, left_out


def shape(line):
    """Leave numbers out, which are others each time."""
    return re.sub(r'-?\d+(\.\d+)?', 'N', line).strip()


def end_all(mark):
    """End what the page has started: its processes have the mark in their environment."""
    for folder in Path('/proc').glob('[0-9]*'):
        try:
            if mark.encode() in (folder / 'environ').read_bytes():
                os.kill(int(folder.name), signal.SIGKILL)
        except (OSError, ValueError):  # gone, or of another user
            continue


@pytest.mark.timeout(240)
@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.name)
def test_the_commands_of_a_page(page, tmp_path):
    commands, printed, left_out = script(page)
    if commands.count('\n') < 2:
        return  # a page without commands
    if ALONE is None:
        pytest.skip('no network of its own for a page here: unshare -n, or ip, is missing')
    for command, module in NEEDS.items():
        if re.search(f'^{command}', commands, re.M):
            pytest.importorskip(module)
    print('left out:', *left_out, sep='\n  ')
    for name in ('config', 'docs', 'examples', 'launch', 'slicer'):
        (tmp_path / name).symlink_to(ROOT / name)
    mark = f'PAGE_OF_A_TEST={uuid.uuid4()}'
    name, _, value = mark.partition('=')
    path = f'{Path(sys.executable).parent}:{os.environ["PATH"]}'
    # in a file: those that go on in the background hold a pipe open
    with (tmp_path / 'said.txt').open('w') as file:
        try:
            done = subprocess.run(
                [*ALONE, 'bash', '-c', commands], cwd=tmp_path, timeout=200,
                stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
                env={**os.environ, 'PATH': path, name: value})
        finally:
            end_all(mark)
    text = (tmp_path / 'said.txt').read_text('utf-8')
    assert done.returncode == 0, text
    said = {shape(line) for line in text.splitlines()}
    assert not [line for line in printed if shape(line) not in said], text


def test_the_program_of_the_readme():
    (program,) = re.findall(r'^```python\n(.*?)^```$', PAGES[0].read_text('utf-8'), re.M | re.S)
    with serve('tcp://127.0.0.1:0') as device:
        program = program.replace('tcp://127.0.0.1:18944', str(device.address))
        with Program(sys.executable, '-u', '-c', program) as running:
            _, target = device.receive(timeout_s=30)
            assert target.device_name == 'Target' and list(target.matrix[:3, 3]) == [100, 0, 0]
            device.send(Transform.from_translation([1, 2, 3], device_name='Tool'))
            running.says('Tool')
