"""Who may import whom: every import of the package against one table."""

import ast
import functools
import re
import sys
from pathlib import Path

from many import each

PACKAGE = Path(__file__).parent.parent / 'igtl_ros2'

NETWORK = {'socket', 'ssl', 'asyncio'}
LAUNCH = {'launch', 'launch_ros'}
ROS_TOOLS = {'rclpy', 'tf2_ros', 'ament_index_python'}
ROS_MESSAGES = {'builtin_interfaces', 'rcl_interfaces', 'std_srvs', 'messages: *_msgs'}
FACES = {'face', 'blocking', 'client', 'server', 'aio'}
BASE = {'errors', 'config'}
RULES = {'rules'} | BASE
MAPPING = {'mapping'} | RULES

# part: what of ours it may use, what from outside the standard library, what of that it may not
TABLE = {
    'errors': (set(), set(), NETWORK | {'threading'}),
    'logs': (set(), set(), NETWORK | {'threading'}),
    'config': ({'errors'}, set(), NETWORK | {'threading'}),
    # what a type of message is, the codec says
    'rules': ({'codec'} | BASE, set(), NETWORK | {'threading'}),
    # the keys of outputs stand with their converters
    'mapping': ({'codec', 'converters'} | RULES, {'yaml', 'jsonschema'}, NETWORK | {'threading'}),
    'codec': ({'errors'}, {'numpy', 'fastcrc'}, NETWORK | {'threading'}),
    'transport': (BASE, set(), set()),
    'peers': ({'codec', 'transport'} | BASE, set(), {'socket', 'ssl'}),
    # `Unpack` is for type checkers only
    **{
        name: (
            {'codec', 'peers', 'transport'} | BASE | FACES,
            {'typing_extensions'},
            {'socket', 'ssl'},
        )
        for name in FACES
    },
    # pictures and video are optional: their libraries are imported by name, when first used
    'converters': ({'codec'} | RULES, {'numpy'} | ROS_MESSAGES, NETWORK),
    # who asks whom, and who answers; the time is told
    'dialogue': ({'codec'} | RULES, set(), NETWORK | {'threading', 'time'}),
    # a tap hears the bytes of a link, and names topics as the converters do
    'bags': (
        {'codec', 'converters', 'peers', 'transport'} | MAPPING,
        {'lz4', 'mcap', 'numpy', 'rosbags', 'yaml', 'zstandard'},
        {'socket', 'ssl'},
    ),
    # those whose libraries are optional are imported where they are used
    'files': (
        {'codec', 'converters'} | BASE, {'numpy', 'nibabel', 'nrrd', 'trimesh', 'PIL'},
        NETWORK | {'threading'} | ROS_TOOLS,
    ),
    'routes': (
        {'codec', 'converters', 'errors', 'config', 'rules'}, set(),
        NETWORK | {'threading', 'time'},
    ),
    'rosio': (
        {'codec', 'converters', 'errors'}, {'numpy', 'rclpy'} | ROS_MESSAGES, {'socket', 'ssl'},
    ),
    # `igtl_record` records ROS topics as well
    'nodes': (
        {'bags', 'codec', 'converters', 'dialogue', 'rosio', 'routes', 'transport', 'peers'}
        | MAPPING | FACES,
        {'numpy', 'yaml'} | ROS_MESSAGES | ROS_TOOLS,
        {'socket', 'ssl', 'struct'},
    ),
    # the page and what it shows; a bag is read as any other program does, stages are measured as
    # the routes do
    'web': (
        {'aio', 'bags', 'codec', 'peers', 'routes'} | BASE,
        {'aiohttp', 'numpy'},
        {'ssl'} | ROS_TOOLS,
    ),
    # `Peer` is what a server says a message came from; the verbs bring libraries of their own
    # `igtl_check` names topics as the converters do, `igtl_record` runs a tap, `igtl call` asks;
    # what starts a node has the memory kept first
    'tools': (
        {
            'bags', 'codec', 'client', 'server', 'aio', 'peers', 'nodes', 'rosio', 'sim',
            'converters', 'files', 'dialogue', 'transport', 'web',
        } | MAPPING,
        None,
        set(),
    ),
    # the script of a simulated Slicer is YAML
    'sim': ({'codec', 'client', 'server', 'aio', 'peers'} | BASE, {'numpy', 'yaml'}, ROS_TOOLS),
    # for the files of launch/ only: no other part names it
    'launching': ({'config'}, LAUNCH, NETWORK | {'threading'}),
    # on first use
    '__init__': ({'client', 'codec', 'errors', 'server'}, set(), NETWORK),
}


def part_of(path):
    """Tell the part of the house that a file belongs to."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix('.py')


class Facts:
    """What a file imports, and how long it is."""

    def __init__(self, path):
        text = path.read_text(encoding='utf-8')
        self.lines = text.count('\n')
        #: the full name of all that it imports, also for type checkers only
        self.names = []
        #: what it imports by name
        self.by_name = []
        self.longest_class = 0
        package = ('igtl_ros2', *path.relative_to(PACKAGE).parent.parts)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                self.names += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                base = list(package[: len(package) - node.level + 1]) if node.level else []
                base += node.module.split('.') if node.module else []
                self.names += ['.'.join([*base, alias.name]) for alias in node.names]
            elif isinstance(node, ast.ClassDef):
                length = node.end_lineno - node.lineno + 1
                self.longest_class = max(length, self.longest_class)
            elif isinstance(node, ast.Call):
                called = getattr(node.func, 'attr', getattr(node.func, 'id', ''))
                if called == 'import_module':
                    self.by_name.append(ast.unparse(node.args[0]))


# once for all tests
facts_of = functools.cache(Facts)


def imports(path):
    """Yield every import of a file: ('ours', part) or ('theirs', top-level name)."""
    for name in facts_of(path).names:
        top, *rest = name.split('.')
        if top == 'igtl_ros2':
            yield 'ours', rest[0] if rest else '__init__'
        else:
            yield 'theirs', top


FILES = sorted(path for path in PACKAGE.rglob('*.py') if '__pycache__' not in path.parts)


@each('path', FILES)
def test_imports(path):
    part = part_of(path)
    ours, outside, never = TABLE[part]
    wrong = []
    for whose, name in imports(path):
        if whose == 'ours':
            fine = name in ours | {part, '__version__'}
        elif name in never:
            fine = False
        elif name in sys.stdlib_module_names or outside is None:
            fine = True
        else:
            kind = 'messages: *_msgs' if name.endswith('_msgs') else name
            fine = kind in outside
        if not fine:
            wrong.append(name)
    assert not wrong, f'{part} may not import {", ".join(wrong)}'


def test_contributing_shows_this_table():
    text = (PACKAGE.parent / 'CONTRIBUTING.md').read_text(encoding='utf-8')
    text = text.split('**Floors**')[1].split('## How to add')[0]
    rows = re.findall(r'^\| (`.*?) \| .*? \|(?: (.*?))? \|.*\|$', text, re.MULTILINE)
    shown = {
        part: set(re.findall('`(\\w+)`', used))
        for parts, used in rows for part in re.findall('`(\\w+)`', parts) if part in TABLE
    }
    untold = {'errors', 'face', 'blocking'}
    assert shown == {
        part: ours - untold - (FACES if part in FACES else set())
        for part, (ours, _, _) in TABLE.items() if part not in untold - {'errors'} | {'__init__'}
    }


def test_the_table_is_read_against_real_imports():
    found = {whose for path in FILES for whose, _ in imports(path)}
    assert found == {'ours', 'theirs'}
    assert ('theirs', 'rclpy') in set(imports(PACKAGE / 'nodes' / 'bridge.py'))
    assert ('ours', 'codec') in set(imports(PACKAGE / 'peers' / 'peer.py'))
    assert ('ours', 'errors') in set(imports(PACKAGE / 'transport' / 'tcp.py'))


def test_no_part_is_imported_by_name_but_files_when_a_message_is_read_or_written():
    # such imports are not in the table: of ours there is this one, and packages list their own
    found = {
        str(path.relative_to(PACKAGE)): name
        for path in FILES for name in facts_of(path).by_name if 'igtl_ros2' in name
    }
    assert found == {
        'codec/message.py': "'igtl_ros2.files'",
        'tools/nodes.py': "f'igtl_ros2.nodes.{module}'",
    }


def test_no_file_imports_itself_by_way_of_others():
    def module_of(path):
        return '.'.join(path.relative_to(PACKAGE.parent).with_suffix('').parts)

    modules = {module_of(path).removesuffix('.__init__'): path for path in FILES}
    graph = {
        module: {
            found for name in facts_of(path).names
            for found in (name, name.rpartition('.')[0]) if found in modules
        } - {module}
        for module, path in modules.items()
    }
    # a package and a file in it are no circle: what the package imports, its files do not
    while leaves := {module for module, used in graph.items() if not used & graph.keys()}:
        graph = {module: used for module, used in graph.items() if module not in leaves}
    assert not graph, 'these import each other: ' + ', '.join(sorted(graph))


def test_no_file_has_over_500_lines_and_no_class_over_300():
    large = {
        str(path.relative_to(PACKAGE))
        for path in FILES if facts_of(path).lines > 500 or facts_of(path).longest_class > 300
    }
    assert not large
