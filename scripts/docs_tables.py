"""Writes the tables that the code knows into the pages of docs/, and the schema for editors."""

import json
import re
from html import escape
from os.path import commonprefix
from pathlib import Path
from typing import Any

from igtl_ros2 import files
from igtl_ros2.codec import registered
from igtl_ros2.config import SETTINGS
from igtl_ros2.converters import registry
from igtl_ros2.converters.outputs import outputs_of
from igtl_ros2.mapping import ReceiveRule, keys_of, mapping_schema
from igtl_ros2.tools.doctor.judge import KINDS


def _text(words: str) -> str:
    """Write words so that Markdown leaves them as they are."""
    return re.sub(r'([\\`*_|])', r'\\\1', escape(words, quote=False))


def _table(*rows: tuple[str, ...]) -> str:
    """Make a table; the first row is the head, and cells are Markdown."""
    head, *rest = rows
    lines = [head, tuple('---' for _ in head), *rest]
    return '\n'.join('| ' + ' | '.join(cells) + ' |' for cells in lines)


def settings_table() -> str:
    """List all settings."""
    rows = [('setting', 'parameter', 'default', 'allowed', 'meaning')]
    for setting in SETTINGS.values():
        names = (setting.name, setting.parameter)
        cells = (*names, repr(setting.default), setting.allowed, setting.help)
        rows.append(tuple(map(_text, cells)))
    return _table(*rows)


def received_table() -> str:
    """List what becomes of each type on its way to ROS, as the converters are registered."""
    rows = [('OpenIGTLink', 'received on', 'by rule also')]
    for kind, text, added in registry.received():
        names = sorted(n for n, cls in registered().items() if cls is kind)
        # their own order is that of the imports
        extras = '; '.join(sorted(map(_sentence, added)))
        rows.append((', '.join(names) or 'every other type', _sentence(text), extras))
    return _table(rows[0], *sorted(rows[1:]))


def sent_table() -> str:
    """List what can be sent, as the converters are registered; types of one way share a row."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for ros_type, wire_type, text, leaves in registry.sent():
        usual = registry.usual_wire_type(ros_type) == wire_type
        instead = registry.in_slicer(ros_type, wire_type)
        rows.setdefault((
            wire_type or 'by content',
            ', '.join(f'`{leaf}`' for leaf in leaves) or (
                'by rule' if usual else f'by rule, `type: {wire_type}`'),
            text.split('. ')[0].rstrip('.').replace('|', r'\|'),
            instead if instead != wire_type else '',
        ), []).append(ros_type.__name__)
    return _table(
        ('ROS', 'OpenIGTLink', 'from `to_igtl/<device>/`', 'how', 'profile slicer'),
        *sorted((', '.join(sorted(names)), *cells) for cells, names in rows.items()))


def types_table() -> str:
    """List the topics of each type, as converters declare them."""
    rows = [('OpenIGTLink', 'received on', 'sent from')]
    moved = keys_of(ReceiveRule)['tf'].wire_types()
    for kind, _, _ in registry.received():
        names = sorted(n for n, cls in registered().items() if cls is kind)
        outputs = outputs_of(names[0] if names else '')
        always = [_topic(x.leaf, x.ros_type) for x in outputs if x.key is None]
        asked = sorted(_topic(x.leaf, x.ros_type) for x in outputs if x.key is not None)
        asked += ['`/tf`'] if set(moved) & set(names) else []
        also = [f'by mapping also {", ".join(asked)}'] if asked else []
        rows.append((', '.join(names) or 'every other type', '; '.join(
            [', '.join(always), *also]), _sent_from(names or ['raw'])))
    return _table(rows[0], *sorted(rows[1:]))


def _sent_from(names: list[str]) -> str:
    """List the topics that are sent as one of some types, also those where the content decides."""
    sent = registry.sent()
    kinds = {ros_type for ros_type, wire_type, _, _ in sent if wire_type in names}
    topics: dict[str, list[type]] = {}
    for ros_type, wire_type, _, leaves in sent:
        if wire_type in names or not wire_type and ros_type in kinds:
            for leaf in leaves:
                topics.setdefault(leaf, []).append(ros_type)
    by_rule = [f'by mapping (`type: {name}`)' for name in names if kinds]
    return ', '.join(_topic(leaf, tuple(topics[leaf])) for leaf in sorted(topics)) or ''.join(
        by_rule[:1])


def _topic(leaf: str, ros_type: Any) -> str:
    """Write a topic with its type, or what the names of several types end with."""
    types = ros_type if isinstance(ros_type, tuple) else (ros_type,)
    names = sorted(x.rpartition('/')[2] if isinstance(x, str) else x.__name__ for x in types)
    end = commonprefix([name[::-1] for name in names])[::-1]
    return f'`{leaf}` {end if len(names) > 4 and end else " or ".join(names)}'


def keys_table(name: str) -> str:
    """List the keys of a part of mapping files, as the schema has them."""
    schema = mapping_schema()['definitions']
    part = schema[name]
    rows = [('key', 'allowed', 'meaning')]
    for key, about in part['properties'].items():
        facts = schema[about['$ref'].rpartition('/')[2]] if '$ref' in about else about
        allowed = facts.get('title') or ', '.join(map(_spelt, facts.get('enum', ())))
        rows.append((f'`{key}`', _text(allowed), _text(facts.get('description', ''))))
    return _table(*rows)


def formats_table() -> str:
    """List the formats of files, and what is read and written of each."""
    ends: dict[Any, list[str]] = {}
    for end, form in files.formats().items():
        ends.setdefault(form, []).append(end)
    rows = [('files', 'what', 'read', 'written')]
    for form, names in ends.items():
        what = _sentence((form.__doc__ or '').strip().partition('): ')[2])
        written = ', '.join(cls.type_name for cls in getattr(form, 'WRITES', ()))
        rows.append((', '.join(names), what, 'yes' if hasattr(form, 'read') else '', written))
    return _table(*rows)


def _spelt(value: Any) -> str:
    return value if isinstance(value, str) else str(value).lower()


def _sentence(text: str) -> str:
    """Take the types away that a docstring begins with, they have a column of their own."""
    return re.sub(r'^[A-Z][A-Za-z ,]*: ', '', text).rstrip('.').replace('|', r'\|')


def doctor_table() -> str:
    """List the findings of `igtl doctor`, as its judges declare them."""
    rows = [('finding', '', 'meaning', 'what to do')]
    for kind in KINDS.values():
        # remedies are Markdown already, as they are what people read in a terminal
        remedy = kind.remedy.replace('|', r'\|')
        rows.append((f'`{kind.code}`', kind.severity.name.lower(), _text(kind.meaning), remedy))
    return _table(*rows)


TABLES = {
    'TYPES-TABLE': types_table,
    'SETTINGS-TABLE': settings_table,
    'RECEIVED-TABLE': received_table,
    'SENT-TABLE': sent_table,
    'RECEIVE-KEYS': lambda: keys_table('receive_rule'),
    'SEND-KEYS': lambda: keys_table('send_rule'),
    'DEFAULT-KEYS': lambda: keys_table('defaults'),
    'PROTOCOL-KEYS': lambda: keys_table('protocol_rule'),
    'FILE-FORMATS': formats_table,
    'MOVEIT-KEYS': lambda: keys_table('moveit'),
    'PHASE-KEYS': lambda: keys_table('phase'),
    'TRANSFORM-KEYS': lambda: keys_table('phase_transform'),
    'DOCTOR-TABLE': doctor_table,
}


_ROOT = Path(__file__).parent.parent
# a program that stands on a page
_PROGRAM = re.compile(r'(<!-- FILE (\S+) -->\n```python\n).*?(```\n)', re.DOTALL)
_PLACE = re.compile('(<!-- ([A-Z-]+) -->\n).*?(<!-- end -->)', re.DOTALL)


def filled(page: str) -> str:
    """
    Put tables and programs into a page, each where its name stands in a comment.

    :raises ImportError: if a message package is not installed, whose rows would be missing.
    """
    if missing := registry.load_converters():
        raise ImportError(f'the tables need all message packages: {missing}')
    page = _PLACE.sub(lambda m: f'{m[1]}\n{TABLES[m[2]]()}\n\n{m[3]}', page)
    return _PROGRAM.sub(
        lambda m: m[1] + (_ROOT / m[2]).read_text(encoding='utf-8') + m[3], page)


if __name__ == '__main__':
    import cli_pages
    import drawings

    schema = _ROOT / 'config' / 'mapping.schema.json'
    wanted = {schema: json.dumps(mapping_schema(), indent=2, ensure_ascii=False) + '\n'}
    for path in (_ROOT / 'README.md', *sorted((_ROOT / 'docs').rglob('*.md'))):
        wanted[path] = filled(path.read_text(encoding='utf-8'))
    for path, text in wanted.items():
        if path.read_text(encoding='utf-8') != text:
            path.write_text(text, encoding='utf-8')
            print(f'{path.relative_to(_ROOT)}: written anew')
    for name in cli_pages.write(_ROOT / 'docs' / 'reference' / 'cli'):
        print(f'docs/reference/cli/{name}: written anew')
    for name in drawings.write(_ROOT / 'docs' / 'images'):
        print(f'docs/images/{name}: written anew')
