"""
XML as the parsers of robots read it: what is not quite XML is taken for what it was meant to be.

URDF comes out of editors, macros and other programs, and urdfdom, which decides what a robot is,
reads it with TinyXML: prefixes that nobody declares, comments with `--` in them, a comment or a
blank line before `<?xml`, a bare `&` are all fine there. What is not: elements that do not end,
ends of others, attributes without quotes. Nothing is expanded but the entities that every XML has.
"""

from __future__ import annotations

import re
from functools import partial
from typing import NoReturn
from xml.etree.ElementTree import Element

from ..errors import ConversionError

_NAME = r'[A-Za-z_:\u0080-\U0010ffff][-\w.:\u00b7]*'
_START = re.compile(f'<({_NAME})')
_ATTRIBUTE = re.compile(rf'\s*({_NAME})\s*=\s*(?:"([^"]*)"|\'([^\']*)\')')
_CLOSE = re.compile(r'\s*(/?)>')
_END = re.compile(rf'</\s*({_NAME})\s*>')
_ENTITY = re.compile(r'&(#x[0-9A-Fa-f]+|#[0-9]+|[A-Za-z_][-\w.]*);')
_ENTITIES = {'lt': '<', 'gt': '>', 'amp': '&', 'quot': '"', 'apos': "'"}
_MAX_DEPTH = 500  # as TinyXML
_MAX_ELEMENTS = 200_000
# what begins and ends it
_SKIPPED = (('<!--', '-->'), ('<![CDATA[', ']]>'), ('<?', '?>'))


def read_elements(text: str) -> list[Element]:
    """
    Read the outermost elements; what stands between tags is dropped.

    Names are kept as they are written, with their prefixes: xmlns has no meaning.

    :raises ConversionError: if it is not even nearly XML, or has a DOCTYPE.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ConversionError(f'it is no XML: {error}') from error
    top = Element('')
    open_elements = [top]
    place = count = 0
    while (place := text.find('<', place)) >= 0:
        started = _START.match(text, place)
        if started is not None:
            element = Element(started[1])
            count += 1
            if count > _MAX_ELEMENTS:
                raise ConversionError(f'it has more than {_MAX_ELEMENTS} elements')
            open_elements[-1].append(element)
            place = started.end()
            while (found := _ATTRIBUTE.match(text, place)) is not None:
                value = found[2] if found[3] is None else found[3]
                if '&' in value:
                    value = _ENTITY.sub(partial(_character, text, place), value)
                if found[1] not in element.attrib:  # of two the first counts
                    element.set(found[1], value)
                place = found.end()
            closed = _CLOSE.match(text, place)
            if closed is None:
                is_cut = text.find('>', place) < 0
                _fail(text, place, 'unclosed token' if is_cut else f'<{element.tag}> is malformed')
            place = closed.end()
            if not closed[1]:
                open_elements.append(element)
                if len(open_elements) > _MAX_DEPTH:
                    _fail(text, place, f'no element found that ends, {_MAX_DEPTH} are open')
        elif (ended := _END.match(text, place)) is not None:
            if open_elements[-1].tag != ended[1] or len(open_elements) == 1:
                _fail(text, place, f'</{ended[1]}> ends nothing that is open')
            open_elements.pop()
            place = ended.end()
        else:
            place = _after(text, place)
    if len(open_elements) > 1:
        raise ConversionError(
            f'it is no XML: no element found that ends, <{open_elements[-1].tag}> is open')
    if not len(top):
        raise ConversionError('it is no XML: no element found')
    return list(top)


def _after(text: str, place: int) -> int:
    """Pass over what is no element."""
    for begin, end in _SKIPPED:
        if text.startswith(begin, place):
            found = text.find(end, place + len(begin))
            if found < 0:
                _fail(text, place, f'unclosed token {begin}')
            return found + len(end)
    if text[place:place + 9].upper() == '<!DOCTYPE':
        raise ConversionError('it has a DOCTYPE, which a URDF does not need')
    _fail(text, place, f'not well-formed: {text[place:place + 10]!r}')


def _character(text: str, place: int, entity: re.Match[str]) -> str:
    name = entity[1]
    if name[0] != '#':
        if name not in _ENTITIES:
            _fail(text, place, f'undefined entity {entity[0]}')
        return _ENTITIES[name]
    digits, base = (name[2:], 16) if name[1] == 'x' else (name[1:], 10)
    code = int(digits, base) if len(digits) < 9 else 0
    if not 0 < code < 0x110000 or 0xD800 <= code < 0xE000:
        _fail(text, place, f'{entity[0]} is no character')
    return chr(code)


def _fail(text: str, place: int, why: str) -> NoReturn:
    line = text.count('\n', 0, place) + 1
    raise ConversionError(f'it is no XML: {why} (line {line})')
