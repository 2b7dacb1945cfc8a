"""What stands in the pages for who comes from other libraries, run line by line."""

import re
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip('pyigtl')

PAGES = Path(__file__).resolve().parent.parent / 'docs/how-to'


def ran(lines, port):
    """Run a program on a port of its own and give what it leaves behind."""
    left = {}
    try:
        exec(lines.replace('18944', str(port)), left)
    finally:
        for end in ('client', 'server'):
            if (made := left.get(end)) is not None:
                (getattr(made, 'close', None) or made.stop)()
    return left


def test_both_programs_see_the_same(free_port):
    text = (PAGES / 'from-pyigtl.md').read_text()
    blocks = re.findall(r'^```python\n(.*?)^```', text, re.MULTILINE | re.DOTALL)
    theirs = ran(''.join(blocks[::2]), free_port)
    ours = ran(''.join(blocks[1::2]), free_port)
    assert 'pyigtl' in theirs and 'pyigtl' not in ours
    for left in (theirs, ours):
        assert left['position'].tolist() == [10, 20, 30] and left['age_is_known']
        assert np.array_equal(left['received'], left['voxels'])
        assert left['text'] == 'START' and left['names'] == ['tip', 'tail']
        assert left['texts'] == ['one', 'two'] and left['connected']
    assert ours['triangle'] == [0, 1, 2]


def test_the_matrix_of_an_image_is_turned_as_the_page_says():
    text = (PAGES / 'from-pyigtl.md').read_text()
    lps = np.array(eval(re.search(r'ijk_to_lps = np.diag\((.*)\)', text)[1]))
    ras = np.array(eval(re.search(r'ijk_to_ras = np.diag\((.*)\)', text)[1]))
    assert (ras == lps * (-1, -1, 1, 1)).all()


def test_the_python_column_runs(free_port):
    text = (PAGES / 'from-openigtlink-rust.md').read_text()
    rows = re.findall(r'^\| .* \| `(.*)` \|$', text, re.MULTILINE)
    assert len(rows) > 15
    left = ran('\n'.join(rows), free_port)
    assert left['is_pose'] and left['x'] == 10 and left['answer'].message == 'Server ready'
    assert left['again'].matrix.tolist() == left['pose'].matrix.tolist()
