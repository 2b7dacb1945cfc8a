"""Every wire type is complete: golden bytes, and a counterpart in ROS or a reason for none."""

import importlib.util
import json
import re
from pathlib import Path

import pytest

from igtl_ros2 import codec

GOLDEN = Path(__file__).parent / 'golden'
ENTRIES = json.loads((GOLDEN / 'manifest.json').read_text())['messages']
CLASSES = sorted(set(codec.registered().values()), key=lambda cls: cls.__name__)
# Message classes without a converter, and why
PEER = 'between the bridge and its peer, nothing to publish; published as a frame on `raw`'
NOT_CONVERTED = {
    'CommandResponse': 'the answer to a command, see docs/reference/services.md; otherwise a '
                       'frame on `raw`',
    **dict.fromkeys(
        (
            'ClientInfo DeviceQuery GetBind Query Response StartBind StartTracking StartVideo'
        ).split(),
        PEER,
    ),
}
DOCS = Path(__file__).parent.parent / 'docs'


def names(cls):
    """List the wire names of a class."""
    return {name for name, found in codec.registered().items() if found is cls}


@pytest.mark.parametrize('cls', CLASSES, ids=lambda cls: cls.__name__)
def test_every_class_has_golden_bytes_in_both_header_versions(cls):
    files = [entry for entry in ENTRIES if entry['type'] in names(cls)]
    assert {entry['header_version'] for entry in files} == {1, 2}
    for entry in files:
        assert type(codec.decode((GOLDEN / entry['file']).read_bytes())) is cls


@pytest.mark.parametrize('cls', CLASSES, ids=lambda cls: cls.__name__)
def test_every_class_has_a_counterpart_in_ros_or_a_reason(cls):
    pytest.importorskip('geometry_msgs', reason='there is no ROS on this machine')
    from igtl_ros2.converters.registry import load_converters, typed_classes

    missing = load_converters()
    if cls in typed_classes():
        assert cls.__name__ not in NOT_CONVERTED
    elif cls.__name__ not in NOT_CONVERTED:
        assert missing, f'{cls.__name__} has neither a converter nor a stated reason'
        pytest.skip(f'not installed: {", ".join(missing)}')


def test_reasons_are_about_classes_that_exist():
    assert set(NOT_CONVERTED) <= {cls.__name__ for cls in CLASSES}


@pytest.mark.parametrize('cls', CLASSES, ids=lambda cls: cls.__name__)
def test_a_class_is_registered_under_its_own_name(cls):
    for name in names(cls):
        assert codec.message_class(name) is cls
    if not issubclass(cls, codec.NamedMessage):  # those have a name per message
        assert cls.type_name in names(cls)


def wire_name_table():
    """Make the table of docs/reference/names.md of what is registered."""
    lines = ['| class | written as | also read |', '|---|---|---|']
    for cls in CLASSES:
        if issubclass(cls, codec.NamedMessage):
            frames = {name: codec.Unknown(name, bytes(36)) for name in names(cls)}
            own = {codec.decode(codec.encode(frame)).type_name for frame in frames.values()}
        else:
            own = {cls.type_name}
        family = cls.__module__.rpartition('.')[2]
        cells = [', '.join(f'`{name}`' for name in sorted(found)) for found in
                 (own, names(cls) - own)]
        lines.append(f'| `{family}.{cls.__name__}` | {cells[0]} | {cells[1]} |')
    return '\n'.join(lines)


def test_the_table_of_wire_names_is_that_of_the_register():
    """If this fails, paste the table below into docs/reference/names.md."""
    assert wire_name_table() in (DOCS / 'reference' / 'names.md').read_text()


def test_every_golden_file_is_listed_and_there():
    listed = [entry['file'] for entry in ENTRIES]
    assert sorted(listed) == sorted(path.name for path in GOLDEN.glob('*.bin'))


# -- the tables for people


@pytest.fixture
def registry():
    pytest.importorskip('geometry_msgs', reason='there is no ROS on this machine')
    from igtl_ros2.converters import registry

    if missing := registry.load_converters():
        pytest.skip(f'not installed: {", ".join(missing)}')
    return registry


LEAF = re.compile('`([a-z_~/<>]+)`')
# words in these texts that are no topics
OTHERS = {'info', 'as', 'split', 'partial', '/tf', '/tf_static', 'dims', 'codec', 'max_points',
          'geometry'}


def topics_table():
    """Give the rows of the table of topics as (types, leaves received on, leaves sent from)."""
    text = (DOCS / 'reference' / 'topics.md').read_text(encoding='utf-8')
    lines = text.split('| OpenIGTLink | received on | sent from |')[1].split('\n\n')[0]
    for line in lines.splitlines()[2:]:
        first, received, sent = (cell.strip() for cell in line.split('|')[1:-1])
        types = [n for n in re.findall('[A-Z]{4,}', first) if n in codec.registered()]
        yield types, set(LEAF.findall(received)) - OTHERS, set(LEAF.findall(sent)) - OTHERS


def test_the_table_of_topics_has_those_that_the_converters_have(registry):
    shown, registered = {}, {}
    for types, leaves, _ in topics_table():
        for name in types:
            shown.setdefault(codec.registered()[name], set()).update(leaves)
    for kind, text, extras in registry.received():
        if kind is not codec.Message:
            registered[kind] = set(LEAF.findall(' '.join([text, *extras]))) - OTHERS
    assert {c.__name__: x for c, x in shown.items()} == {
        c.__name__: x for c, x in registered.items()}


def test_the_table_of_topics_has_each_that_is_sent(registry):
    rows = list(topics_table())
    by_type = {}
    for _, wire_type, _, leaves in registry.sent():
        by_type.setdefault(wire_type, set()).update(leaves)
    assert set().union(*(sent for _, _, sent in rows)) == set().union(*by_type.values())
    by_content = by_type['']
    for types, _, sent in rows:
        possible = set().union(*(by_type.get(name, set()) for name in types or ['raw']))
        assert sent <= possible | by_content, types
    for wire_type, leaves in by_type.items():
        mine = [sent for types, _, sent in rows if wire_type in types]
        assert not mine or leaves <= set().union(*mine), wire_type


@pytest.fixture
def tables(registry):
    path = DOCS.parent / 'scripts' / 'docs_tables.py'
    spec = importlib.util.spec_from_file_location('docs_tables', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tables_of_the_pages_are_those_of_the_code(tables):
    """If this fails, `./dev docs` writes them anew."""
    paths = (DOCS.parent / 'README.md', *DOCS.rglob('*.md'))
    pages = {str(path): path.read_text(encoding='utf-8') for path in paths}
    assert {name: tables.filled(page) for name, page in pages.items()} == pages
    whole = ''.join(pages.values())
    assert all(whole.count(f'<!-- {mark} -->\n') == 1 for mark in tables.TABLES)
    assert whole.count('<!-- end -->') == len(tables.TABLES)


def test_the_tables_of_the_page_are_made_of_the_register_and_the_schema(registry, tables):
    page = ''.join(
        (DOCS / 'reference' / name).read_text(encoding='utf-8')
        for name in ('conversions.md', 'mapping.md', 'protocols.md'))
    for kind, _, _ in registry.received():
        for name in names(kind):
            assert re.search(rf'^\| [^|]*\b{name}\b', page, re.MULTILINE), name
    for ros_type, wire_type, _, leaves in registry.sent():
        row = rf'^\| [^|]*\b{ros_type.__name__}\b[^|]* \| {wire_type or "by content"} \| '
        assert re.search(row, page, re.MULTILINE), row
        assert all(f'`{leaf}`' in page for leaf in leaves)
    from igtl_ros2.mapping import mapping_schema

    for part in ('receive_rule', 'send_rule', 'defaults', 'protocol_rule', 'phase',
                 'phase_transform'):
        for key in mapping_schema()['definitions'][part]['properties']:
            (cells,) = {line for line in tables.keys_table(part).splitlines()
                        if line.startswith(f'| `{key}` |')}
            assert all(cell.strip() for cell in cells.split('|')[1:-1]), cells
    assert '| transform' not in page and '|  |  |' not in tables.received_table()
