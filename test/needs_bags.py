"""Imported before anything of bags: without what reads and writes them, a file of tests skips."""

import pytest

for needed in ('mcap', 'rosbags'):
    pytest.importorskip(needed, reason=f'bags need the package {needed}')
