"""
Write the dissector: `igtl.lua`, with what lies where in each type as the codec has it.

The Lua beside this file knows parts (`codec.layout`), and no message type.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ... import codec
from ...codec.charsets import charset
from ...codec.crc64 import POLYNOMIAL
from ...codec.frame import ENTRY, EXTENDED, HEADER, INDEX
from ...codec.layout import (
    Attributes,
    Contents,
    Each,
    Lists,
    Names,
    Numbers,
    Part,
    Record,
    Rest,
    Text,
)
from ...codec.lists import ElementList
from ...codec.message import Message, NamedMessage
from ...codec.own_types import load_own_types
from ...codec.scalars import LITTLE_ENDIAN, scalar_dtype

_PLACE = '--@declarations@'
_CODES = range(32)
#: what numbers of these names mean wherever they are
_MEANINGS = {
    'scalar_type': {
        code: str(dtype.newbyteorder('=')) for code in _CODES if (dtype := scalar_dtype(code, 1))
    },
    'endian': {1: 'big', LITTLE_ENDIAN: 'little'},
    'coordinates': {0: 'RAS (not set)', 1: 'RAS', 2: 'LPS'},
}
# shown as numbers in base 16
_HEXADECIMAL = {'timestamp', 'crc', 'unit'}


def dissector() -> str:
    """
    Give the program text.

    :raises ConfigError: if a package with types of its own cannot be loaded.
    """
    load_own_types()
    program = (Path(__file__).parent / 'igtl.lua').read_text(encoding='utf-8')
    return program.replace(_PLACE, f'local DECLARED = {_lua(_declared())}')


def key_of(cls: type[Message]) -> str:
    """Tell what the fields of a class are called in Wireshark: igtl.KEY.FIELD."""
    name = cls.__name__ if issubclass(cls, NamedMessage) else cls.type_name
    return name.lower()


def _declared() -> dict[str, Any]:
    fields: dict[str, list[Any]] = {}
    types: dict[str, Any] = {}
    described: dict[type[Message], Any] = {}
    for record, key in ((HEADER, 'header'), (EXTENDED, 'extended')):
        _note_fields(fields, key, record.dtype, {})
    for record in (INDEX, ENTRY):
        _note_fields(fields, 'metadata', record.dtype, {})
    fields['metadata.count'] = ['metadata.count', 'u2']
    for type_name, cls in codec.registered().items():
        if cls not in described:
            described[cls] = _described(cls, fields)
        if described[cls]:
            types[type_name] = key_of(cls)
    names: Any = HEADER.dtype.fields
    return {
        'header': _rows(HEADER.dtype),
        'extended': _rows(EXTENDED.dtype),
        'index': {'size': INDEX.size},
        'entry': {'size': ENTRY.size},
        'size_offset': names['body_size'][1],
        'crc_high': POLYNOMIAL >> 32,
        'crc_low': POLYNOMIAL & 0xFFFFFFFF,
        'charsets': _charsets(),
        'fields': list(fields.values()),
        'types': types,
        'contents': {key_of(cls): parts for cls, parts in described.items() if parts},
    }


def _described(cls: type[Message], fields: dict[str, list[Any]]) -> Any:
    parts: tuple[Part, ...] = cls.layout
    if issubclass(cls, ElementList):
        parts = (Each('elements', cls.element_class.WIRE),)
    if not parts:
        return None
    key = key_of(cls)
    meanings = {**_MEANINGS, **{
        name: {int(code): code.name for code in codes} for name, codes in cls.codes}}
    children = {part.of for part in parts if isinstance(part, Contents)}
    described = [_part(part, key, fields, meanings) for part in parts]
    for part in described:
        if part.get('name') in children:
            part['needed'] = True
    return described


def _part(
    part: Part, key: str, fields: dict[str, list[Any]], meanings: dict[str, dict[int, str]]
) -> dict[str, Any]:
    """Say what a part is; its fields are added to those of Wireshark."""
    if isinstance(part, Record):
        _note_fields(fields, key, part.dtype, meanings)
        return {'kind': 'record', **_rows(part.dtype)}
    told: dict[str, Any] = {
        'kind': type(part).__name__.lower(),
        **{name: value for name, value in part._asdict().items() if isinstance(value, str)},
    }
    full = f'{key}.{part.name}'
    if isinstance(part, Each):
        _note_fields(fields, key, part.rows, meanings)
        told.update(_rows(part.rows))
    elif isinstance(part, Attributes):
        _note_fields(fields, full, part.heads, meanings)
        told.update(_rows(part.heads))
        fields[f'{full}.name'] = [f'{full}.name', 'S']
        fields[f'{full}.values'] = [f'{full}.values', 'f4']
    elif isinstance(part, Numbers) and part.form[1:].isdigit():
        fields[full] = [full, part.form]
    elif isinstance(part, Numbers):
        fields[full] = [full, 'bytes']
        fields[f'{full}.value'] = [f'{full}.value', 'f8']
        told['codes'] = dict(part.of) or {
            code: f'{dtype.kind}{dtype.itemsize}'
            for code in _CODES if (dtype := scalar_dtype(code, 1))
        }
    elif isinstance(part, (Text, Names)):
        fields[full] = [full, 'S']
    elif isinstance(part, Rest):
        fields[full] = [full, 'bytes']
    elif isinstance(part, Lists):
        fields[full] = [full, 'u4']
    return {name: value for name, value in told.items() if value != ''}


def _note_fields(
    fields: dict[str, list[Any]], key: str, rows: np.dtype[Any],
    meanings: dict[str, dict[int, str]],
) -> None:
    for name, form, _, _ in _rows(rows)['fields']:
        more = ['hex'] if name in _HEXADECIMAL else [meanings[name]] if name in meanings else []
        fields.setdefault(f'{key}.{name}', [f'{key}.{name}', form, *more])


def _rows(rows: np.dtype[Any]) -> dict[str, Any]:
    """List the fields of a structure: name, format, how many, where."""
    listed = []
    places: Any = rows.fields
    for name in rows.names or ():
        kind, offset = places[name][:2]
        base = kind.base
        form = f'S{base.itemsize}' if base.kind == 'S' else f'{base.kind}{base.itemsize}'
        listed.append([name, form, kind.itemsize // base.itemsize, offset])
    return {'fields': listed, 'size': rows.itemsize}


def _charsets() -> dict[int, list[str]]:
    """Tell what Wireshark calls the encodings, by MIBenum; all others are read as UTF-8."""
    known = {}
    for number in range(3000):
        name = charset(number)
        if name.startswith('iso8859-') or name == 'latin-1':
            known[number] = [f'ENC_ISO_8859_{name.rpartition("-")[2]}']
        elif name.startswith('cp125'):
            known[number] = [f'ENC_WINDOWS_{name[2:]}']
        elif name in ('cp437', 'cp855', 'cp866'):
            known[number] = [f'ENC_{name.upper()}']
        elif name.startswith('utf-16'):
            order = 'LITTLE' if name.endswith('le') else 'BIG'
            known[number] = ['ENC_UTF_16', f'ENC_{order}_ENDIAN']
    return known


def _lua(value: Any, indent: int = 0) -> str:
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + value.replace('\\', '\\\\').replace('"', '\\"') + '"'
    inner = ' ' * (indent + 2)
    if isinstance(value, list):
        plain = not any(isinstance(item, (list, dict)) for item in value)
        items = [_lua(item, indent + 2) for item in value]
        if plain:
            return '{' + ', '.join(items) + '}'
    else:
        items = [
            f'[{_lua(name)}] = {_lua(item, indent + 2)}' for name, item in value.items()
        ]
    return '{\n' + ''.join(f'{inner}{item},\n' for item in items) + ' ' * indent + '}'
