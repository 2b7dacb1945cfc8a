"""A YAML file as plain data that knows on which line everything stands."""

from __future__ import annotations

import collections.abc as abc
import contextlib
import math
from typing import TYPE_CHECKING, Any

from ..config.words import FindFaults, hint, show
from ..errors import ConfigError
from .schema import mapping_schema
from .services import IDENTITIES

if TYPE_CHECKING:
    import jsonschema
    import yaml

_MAX_FILE_BYTES = 1 << 20
_MAX_DEPTH = 30  # goals of actions are deep

_Path = tuple['str | int', ...]


class Document:
    """
    A mapping file as plain data, with where each value stands and all that is wrong with it.

    YAML itself forgets lines and takes the last of two equal keys, so the data are
    made from the tree of nodes. Errors are gathered, and the first in the file is raised.
    """

    def __init__(self, file: str) -> None:
        import yaml
        self._file = file
        self._places: dict[_Path, tuple[int, int]] = {}
        self._faults: list[tuple[tuple[int, int], _Path, str]] = []
        self._scalars = yaml.constructor.SafeConstructor()
        root = self._compose(self._read())
        self._places[()] = (1, 0)
        data = None if root is None else self._value(root, ())
        self.data: dict[str, Any] = {} if data is None else data
        self._refuse_parameters()

    def check(
        self, rules_of: abc.Mapping[str, FindFaults], clashes: FindFaults | None = None
    ) -> None:
        """
        Hold the data against the schema and against the rules a schema cannot say.

        :param rules_of: for each list, at the top or in a link, what finds the faults of one of
            its items, as (key, text); the key of a key in a group is written group.key.
        :param clashes: finds what does not go together, at the top or in a link.
        :raises ConfigError: the first error in the file.
        """
        import jsonschema
        for error in jsonschema.Draft7Validator(mapping_schema()).iter_errors(self.data):
            for path, text in _explain(error):
                self._fault(path, text)
        # What the schema refuses need not have the keys and types that are looked at here.
        refused = {path[:n] for _, path, _ in self._faults for n in range(len(path) + 1)}
        tops = (), *(('links', i) for i in range(len(_items(self.data, 'links'))))
        for section, faults in rules_of.items():
            for above in tops:
                for i, item in enumerate(_items(_at(self.data, above), section)):
                    path = (*above, section, i)
                    for key, text in faults(item) if path not in refused else ():
                        self._fault((*path, *_parts(key)), text)
                self._refuse_twins((*above, section), refused)
        if clashes is not None and not self._faults:
            for above in tops:
                for key, text in clashes(_at(self.data, above)):
                    self._fault((*above, *_parts(key)), text)
        if self._faults:
            (line, _), path, text = min(self._faults, key=lambda fault: fault[0])
            raise ConfigError(f'{self._file}:{line}: {_dotted(path)}: {text}')

    def _refuse_parameters(self) -> None:
        """Refuse a file of ROS parameters, which are beside mapping files in config/."""
        for name, value in self.data.items() if isinstance(self.data, dict) else ():
            if isinstance(value, dict) and 'ros__parameters' in value:
                raise self._error(
                    self._places[name,][0],
                    f"found 'ros__parameters' in {show(name)}: this is a file of ROS parameters, "
                    'which is given as params_file:=FILE, or --ros-args --params-file FILE; '
                    'it may name a mapping file as mapping_file')

    def _refuse_twins(self, section: _Path, refused: set[_Path]) -> None:
        """Find rules that are the same in what tells them apart."""
        identity = IDENTITIES.get(str(section[-1]))
        known = set()
        for i, item in enumerate(_items(_at(self.data, section[:-1]), str(section[-1]))):
            if identity is None or (*section, i) in refused:
                continue
            keys, name = zip(*identity(item).items())
            if name in known:
                what = ', '.join(map(show, name))
                self._fault((*section, i, keys[0]), f'found {what} twice; allowed once')
            known.add(name)

    @property
    def links(self) -> list[Any]:
        """The list of links; empty where the file has none."""
        return _items(self.data, 'links')

    def _fault(self, path: _Path, text: str) -> None:
        there = path
        while there not in self._places:  # it was dropped: the place is where it could stand
            there = there[:-1]
        self._faults.append((self._places[there], path, text))

    def _error(self, line: int, text: str) -> ConfigError:
        return ConfigError(f'{self._file}:{line}: {text}')

    def _read(self) -> str:
        try:
            with open(self._file, 'rb') as stream:
                content = stream.read(_MAX_FILE_BYTES + 1)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise ConfigError(f'{self._file}: cannot read the mapping file: {reason}') from error
        if len(content) > _MAX_FILE_BYTES:
            raise ConfigError(f'{self._file}: the mapping file is too large; '
                              f'allowed {_MAX_FILE_BYTES} bytes')
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            line = content.count(b'\n', 0, error.start) + 1
            raise self._error(line, f'found the byte 0x{content[error.start]:02x}; '
                              'allowed UTF-8 text') from error

    def _compose(self, text: str) -> yaml.Node | None:
        import yaml
        # libyaml is ten times faster; what it refuses is read again for an error in plain words
        fast: Any = getattr(yaml, 'CSafeLoader', None)
        if fast is not None:
            with contextlib.suppress(yaml.YAMLError):
                self._refuse_what_can_explode(text, fast)
                found: yaml.Node | None = yaml.compose(text, Loader=fast)
                return found
        try:
            self._refuse_what_can_explode(text, yaml.SafeLoader)
            return yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.reader.ReaderError as error:
            line = text.count('\n', 0, error.position) + 1
            raise self._error(line, f'found the character U+{ord(text[error.position]):04X}; '
                              'allowed printable text') from error
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            what = ', '.join(filter(None, (error.context, error.problem)))
            quote = '; put quotes around text that starts with *' if 'alias' in what else ''
            raise self._error(mark.line + 1 if mark else 1,
                              f'not valid YAML: {what}{quote}') from error

    def _refuse_what_can_explode(self, text: str, loader: Any) -> None:
        """Go through the file before anything is built, so that depth and aliases cost nothing."""
        import yaml
        depth = 0
        events: abc.Iterator[Any] = yaml.parse(text, Loader=loader)
        for event in events:
            line = event.start_mark.line + 1
            if isinstance(event, yaml.AliasEvent):
                raise self._error(line, f'found the YAML alias *{event.anchor}; allowed the value '
                                  'itself, in quotes if it is text that starts with *')
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            if isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > _MAX_DEPTH:
                raise self._error(line, f'found lists or maps more than {_MAX_DEPTH} deep; '
                                  'allowed no more than the format needs')
            tag = getattr(event, 'tag', None)
            if tag not in (None, '!'):
                raise self._error(line, f'found the YAML tag {show(tag)}; '
                                  'allowed plain values')

    def _value(self, node: yaml.Node, path: _Path) -> Any:
        """Turn a node into plain data, keeping where it stands."""
        import yaml
        if isinstance(node, yaml.MappingNode):
            return self._map(node, path)
        self._places.setdefault(path, _place(node))
        if isinstance(node, yaml.SequenceNode):
            return [self._value(child, (*path, i)) for i, child in enumerate(node.value)]
        kind = node.tag.rpartition(':')[2]
        if kind not in ('null', 'bool', 'int', 'float'):
            # Dates, too, are text here: a device may be called 2024-01-31.
            if not node.value.isprintable():
                self._fault(path, f'found {show(node.value)}; allowed printable text on one line')
            return node.value
        try:
            value = self._scalars.construct_object(node)
        except ValueError:
            value = math.nan
        if isinstance(value, (int, float)) and not abs(value) < 1 << 63:
            self._fault(path, f'found {show(node.value)}; allowed an ordinary '
                              'number, or text in quotes')
            return None
        return value

    def _map(self, node: yaml.MappingNode, path: _Path) -> dict[str, Any]:
        import yaml
        self._places.setdefault(path, _place(node))
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            here = (*path, key)
            if not isinstance(key_node, yaml.ScalarNode):
                self._faults.append((_place(key_node), path, 'found a key that is a list or '
                                                             'a map; allowed text'))
            elif key in result:
                self._faults.append((_place(key_node), path, (
                    f'found the key {show(key)} twice, first on line '
                    f'{self._places[here][0]}; allowed once')))
            else:
                self._places[here] = _place(key_node)
                result[key] = self._value(value_node, here)
        return result


def _place(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column


def _items(data: Any, section: str) -> list[Any]:
    """Give a list of a map, as far as both are what they should be."""
    found = data.get(section) if isinstance(data, dict) else None
    return found if isinstance(found, list) else []


def _parts(key: str) -> _Path:
    return tuple(int(part) if part.isdigit() else part for part in key.split('.'))


def _at(data: Any, path: _Path) -> Any:
    for part in path:
        data = data[part]
    return data


def _dotted(path: _Path) -> str:
    """Write the way to a value as receive[0].tf."""
    text = ''.join(f'[{part}]' if isinstance(part, int) else f'.{part}' for part in path)
    return text.lstrip('.') or 'top level'


def _explain(error: jsonschema.ValidationError) -> abc.Iterator[tuple[_Path, str]]:
    """Say in our own words what a schema error means, and where."""
    path = tuple(error.absolute_path)
    rule = error.validator
    schema: Any = error.schema
    found: Any = error.instance
    if rule == 'additionalProperties':
        known = list(schema['properties'])
        for key in found:
            if key not in known:
                yield (*path, key), (f'unknown key {show(key)}; allowed {", ".join(known)}'
                                     + hint(key, known))
    elif rule == 'required':
        needed: Any = error.validator_value
        missing = ' and no '.join(key for key in needed if key not in found)
        what = 'a rule of this kind' if path[0] != 'links' or len(path) > 2 else 'every link'
        yield path, f'found no {missing}; {what} needs it'
    elif rule == 'oneOf' and isinstance(found, dict):
        kinds = [kind['required'][0] for kind in schema['oneOf']]
        there = [kind for kind in kinds if kind in found]
        what = ' and '.join(there) or f'neither {", ".join(kinds[:-1])} nor {kinds[-1]}'
        yield path, f'found {what}; allowed exactly one of them'
    elif rule == 'enum':
        allowed = schema['enum']
        yield path, (f'found {show(found)}; allowed {", ".join(map(show, allowed))}'
                     + hint(found, allowed))
    else:
        quote = ''
        if rule == 'type' and schema['type'] == 'string' and isinstance(found, (int, float)):
            quote = '; put quotes around it to make it text'
        yield path, f'found {show(found)}; allowed {schema["title"]}{quote}'
