"""`igtl examples`: programs to start from, from wherever the package lies."""

import sys
from pathlib import Path

from cli_tools import igtl, ultrasound
from forked import run

FOLDER = Path(__file__).resolve().parents[2] / 'examples'
NAMES = {path.stem for path in FOLDER.glob('*.py')}


def test_they_are_listed_with_what_they_show():
    lines = igtl('examples').stdout.splitlines()[1:]
    assert {line.split()[0] for line in lines} == NAMES
    assert all(len(line.split()) > 3 for line in lines)


def test_one_is_printed_and_works(tmp_path):
    text = igtl('examples', 'dynamic_receiver.py').stdout
    assert text == (FOLDER / 'dynamic_receiver.py').read_text()
    path = tmp_path / 'receiver.py'
    path.write_text(text)
    with ultrasound() as url:
        done = run(sys.executable, str(path), '--url', url, '--seconds', '2')
    assert done.returncode == 0 and 'TRANSFORM' in done.stdout


def test_all_are_copied_and_nothing_is_overwritten(tmp_path):
    (FOLDER / '__pycache__').mkdir(exist_ok=True)  # as in an installation
    igtl('examples', '--copy', tmp_path / 'mine')
    assert not [*(tmp_path / 'mine').rglob('__pycache__')]
    assert {path.stem for path in (tmp_path / 'mine').glob('*.py')} == NAMES
    assert (tmp_path / 'mine/own_type/pyproject.toml').exists()
    igtl('examples', 'server', '--copy', tmp_path)
    mine = tmp_path / 'server.py'
    assert mine.read_text() == (FOLDER / 'server.py').read_text()
    mine.write_text('mine')
    for words in (['server'], []):
        again = igtl('examples', *words, '--copy', tmp_path, code=1)
        assert f'{mine} is there already' in again.stderr
    assert mine.read_text() == 'mine' and not (tmp_path / 'client.py').exists()


def test_who_asks_for_another_gets_the_names():
    assert 'async_server' in igtl('examples', 'servers', code=2).stderr
