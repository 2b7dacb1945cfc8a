"""What stands around the sources: workflows, templates, containers."""

import ast
import json
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
GITHUB = ROOT / '.github'
RELEASES = ('humble', 'jazzy', 'kilted')

pytestmark = pytest.mark.skipif(not GITHUB.exists(), reason='these are not the whole sources')


def steps(job):
    return [step['run'] for step in job['steps'] if 'run' in step]


def test_every_change_has_to_pass_what_developers_run():
    jobs = yaml.safe_load((GITHUB / 'workflows/ci.yml').read_text())['jobs']
    assert steps(jobs['ci']) == ['.ci/run'] and (ROOT / '.ci/run').stat().st_mode & 0o111
    assert tuple(jobs['ros']['strategy']['matrix']['ros']) == RELEASES
    assert jobs['python']['strategy']['matrix']['python'] == supported_pythons()
    for job in jobs.values():
        assert job['timeout-minutes'] > 0


def supported_pythons():
    text = (ROOT / 'setup.py').read_text()
    first, end = text.split("3.{minor}' for minor in range(")[1].split(')')[0].split(', ')
    return [f'3.{minor}' for minor in range(int(first), int(end))]


def test_dev_takes_the_same_pythons():
    pythons = supported_pythons()
    text = (ROOT / 'dev').read_text()
    assert f'Python {pythons[0]} to {pythons[-1]}' in text


def test_the_page_names_all_extras():
    setup = ast.parse((ROOT / 'setup.py').read_text())
    extras = [key.value for node in ast.walk(setup) if isinstance(node, ast.keyword)
              and node.arg == 'extras_require' for key in node.value.keys]
    page = (ROOT / 'docs/how-to/install.md').read_text()
    said = re.search(r'The extras are\s+(.*?)\.\s', page, re.DOTALL)[1]
    assert re.findall(r'\w+', said.replace(' and ', ' ')) == sorted(extras)


def test_a_fault_is_told_with_what_the_doctor_says():
    form = yaml.safe_load((GITHUB / 'ISSUE_TEMPLATE/fault.yml').read_text())
    fields = {field.get('id'): field for field in form['body']}
    assert 'igtl doctor' in fields['doctor']['attributes']['description']
    assert '--json' in fields['doctor']['attributes']['description']
    assert fields['doctor']['validations']['required']


@pytest.mark.parametrize('release', RELEASES)
def test_there_is_a_container_for_each_release(release):
    path = ROOT / '.devcontainer' / release / 'devcontainer.json'
    made = json.loads(path.read_text())['build']
    assert made['args'] == {'ROS_DISTRO': release}
    dockerfile = (path.parent / made['dockerfile']).resolve()
    assert (path.parent / made['context']).resolve() == ROOT
    assert f'AS {made["target"]}' in dockerfile.read_text()
