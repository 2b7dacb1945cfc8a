"""
Who the patient is, taken out of texts: XML, JSON, one within the other, and any other text.

XML and JSON are parsed, and what stands under a private key is hidden with all that is in it. Of a
text that is neither and has such a key in it nothing is left.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from html import escape, unescape
from typing import Any
from xml.parsers import expat

from .private_words import (
    ABOUT,
    CODE,
    HALF_TAG,
    MARKS,
    MAX_KEY,
    REDACTED,
    hide,
    is_key,
    is_private_below,
    is_private_name,
    is_tag,
    may_name,
    narrowed,
    says,
    unescaped_once,
    without,
    without_nuls,
)

#: of a longer text nothing is left if it could name a patient: to look closer would take seconds
_MAX_SEARCHED = 1 << 18
#: so many texts may be within one another
_MAX_DEPTH = 6
# of XML
_MAX_ELEMENTS = 200
_TOKEN = re.compile(
    r'<!--(?P<comment>.*?)-->'
    r'|<!\[CDATA\[(?P<cdata>.*?)\]\]>'
    r'|<\?(?P<instruction>.*?)\?>'
    r'|</(?P<end>[^\s>]+)\s*>'
    r'|<(?P<start>[^\s/>!?]+)(?P<attributes>(?:[^>"\']|"[^"]*"|\'[^\']*\')*)>'
    r'|(?P<text>[^<]+)',
    re.DOTALL,
)
# name, quote, value
_ATTRIBUTE = re.compile(r'([^\s=/]+)\s*=\s*(["\'])(.*?)\2', re.DOTALL)


def hidden_text(text: str, phi: str = 'redact') -> str:
    """
    Hide what a text says under private keys; one in which there are none stays as it is.

    >>> hidden_text('<Command Name="Save" PatientName="Doe^Jane"/>')
    '<Command Name="Save" PatientName="redacted"/>'
    >>> hidden_text('<P><PatientName><![CDATA[Doe]]></PatientName><Side>left</Side></P>')
    '<P><PatientName>redacted</PatientName><Side>left</Side></P>'
    >>> hidden_text('{"PatientID": 4711, "side": "left"}')
    '{"PatientID": "redacted", "side": "left"}'
    >>> hidden_text('Jane Doe, patient ID 4711')
    'redacted'
    """
    return text if phi == 'pass' else _safe(text, phi, 0)


def hidden_json(text: str, phi: str = 'redact') -> str:
    """
    Hide what a JSON text says under private keys, and in the texts within it.

    Codes that stand there already stay. A text in which nothing is hidden comes back as it is.

    :raises ValueError: if it is no JSON.

    >>> hidden_json('[{"name": "Head", "patient_name": "Doe^Jane"}]')
    '[{"name": "Head", "patient_name": "redacted"}]'
    """
    return text if phi == 'pass' else PrivateJson(phi, _safe_within(phi, 0)).safe(text)


def _safe_within(phi: str, depth: int) -> Callable[[str], str]:
    return partial(_safe, phi=phi, depth=depth + 1)


def _safe(text: str, phi: str, depth: int) -> str:
    if not may_name(text) or CODE.fullmatch(text):
        return text
    if len(text) > _MAX_SEARCHED:
        return REDACTED
    try:
        return _looked_through(text, phi, depth)
    except RecursionError:  # texts within texts, each of them nested deeply
        return hide(text, phi)


def _looked_through(text: str, phi: str, depth: int) -> str:
    is_xml = False
    if depth < _MAX_DEPTH:
        start = text.lstrip('\ufeff \t\r\n')[:1]
        try:
            if start and start in '{["':
                return PrivateJson(phi, _safe_within(phi, depth)).safe(text)
            if '<' in text:
                text, is_xml = PrivateXml(text, phi, _safe_within(phi, depth)).safe(), True
                if start == '<':
                    return text  # else there are words around it, which may be anything
        except ValueError:
            pass  # it is neither
    if depth == _MAX_DEPTH or not is_xml and says(text):
        return hide(text, phi)
    unmarked = without(MARKS, text)
    within = [unmarked[unmarked.find(a) : unmarked.rfind(b) + 1] for a, b in ('{}', '[]')]
    for inner in (unescaped_once(text), narrowed(text), *without_nuls(text), unmarked, *within):
        if inner != text and _safe(inner, phi, depth + 1) != inner:
            return hide(text, phi)
    return text


# -- JSON


class _Object(list[tuple[str, Any]]):
    """An object of JSON, which may have two members of one name."""


class PrivateJson:
    """
    A JSON text without patients.

    :param phi: as in `hide`.
    :param safe: makes the same of a text within it.
    """

    def __init__(self, phi: str, safe: Callable[[str], str]) -> None:
        self._phi = phi
        self._safe = safe
        self._changed = False
        # of lists and objects, by their ids: each is asked for at every level above it
        self._leaves_are_keys: dict[int, bool | None] = {}
        self._are_names: dict[int, bool] = {}

    def safe(self, text: str) -> str:
        """
        Make it.

        :raises ValueError: if it is no JSON.
        """
        try:
            value = json.loads(text.lstrip('\ufeff'), object_pairs_hook=_Object)
            result = self._value(value, ())
            return json.dumps(result, ensure_ascii=text.isascii()) if self._changed else text
        except RecursionError as error:
            raise ValueError('it is nested too deeply') from error

    def _value(self, value: Any, names: tuple[str, ...]) -> Any:
        """
        Look into a value.

        :param names: of the members that it is in.
        """
        if isinstance(value, _Object):
            return self._object(value, names)
        if isinstance(value, list):
            if _tells(value):
                return [self._beside(element, '') for element in value]
            return [self._value(element, names) for element in value]
        if isinstance(value, str):
            new = self._safe(value)
            self._changed = self._changed or new != value
            return new
        return value

    def _object(self, members: _Object, names: tuple[str, ...]) -> dict[str, Any]:
        values = [value for _, value in members]
        # {"key": "PatientName", "value": "Doe"}, {"columns": ["PatientName"], "rows": [["Doe"]]},
        # {"item": {"name": "PatientName"}, "value": "Doe"}
        tells = _tells(values) or any(map(self._names, values))
        result = {}
        for key, value in members:
            new_key = key
            if is_private_name(key) or is_private_below(names, key):
                new = self._hidden(value)
            else:
                if says(key) and may_name(key):
                    new_key, self._changed = hide(key, self._phi), True
                new = self._beside(value, key) if tells else self._value(value, (*names, key))
            result[new_key] = new
        return result

    def _beside(self, value: Any, key: str) -> Any:
        """Hide what stands beside the name of what it is."""
        if isinstance(value, str) and is_key(value) or ABOUT.fullmatch(key):
            return value
        if self._names(value):
            return self._value(value, ())
        return self._hidden(value)

    def _names(self, value: Any) -> bool:
        """Tell whether a list or an object says nothing but which values stand beside it."""
        if isinstance(value, _Object):
            return self._has_keys_alone(value) is True
        if not isinstance(value, list):
            return False
        if id(value) not in self._are_names:
            self._are_names[id(value)] = _tells(value) or any(map(self._names, value))
        return self._are_names[id(value)]

    def _has_keys_alone(self, value: Any) -> bool | None:
        """Tell whether all leaves of a value are private keys; None if it has none."""
        if not isinstance(value, list):
            return None if value in ('', None) else is_key(str(value))
        if id(value) not in self._leaves_are_keys:
            inner = _members(value) if isinstance(value, _Object) else value
            found = set(map(self._has_keys_alone, inner))
            self._leaves_are_keys[id(value)] = False not in found if found - {None} else None
        return self._leaves_are_keys[id(value)]

    def _hidden(self, value: Any) -> Any:
        if value in ('', None, []) or isinstance(value, bool):
            return value
        if self._has_keys_alone(value) is None:
            return self._value(value, ())
        leaves = list(_leaves(value))
        text = leaves[0] if len(leaves) == 1 else _shown(value)
        if CODE.fullmatch(text):
            return value
        new = hide(text, self._phi)
        self._changed = self._changed or new != value
        return new


def _tells(values: list[Any]) -> bool:
    """Tell whether one of some values is a private key, or two of them are halves of one."""
    texts = [value for value in values if isinstance(value, str)]
    return any(map(is_key, texts)) or is_tag(iter(texts))


def _members(value: _Object) -> Iterator[Any]:
    """Give what is in an object, but for what only tells how it is written."""
    return (member for key, member in value if not ABOUT.fullmatch(key))


def _shown(value: Any) -> str:
    return json.dumps(_plain(value))


def _plain(value: Any) -> Any:
    if isinstance(value, _Object):
        return {key: _plain(member) for key, member in value}
    return list(map(_plain, value)) if isinstance(value, list) else value


def _leaves(value: Any) -> Iterator[str]:
    """Give the texts and numbers in a value, but for what only tells how they are written."""
    if isinstance(value, list):
        for inner in _members(value) if isinstance(value, _Object) else value:
            yield from _leaves(inner)
    elif value not in ('', None):
        yield str(value)


# -- XML


class _Element:
    """An element of XML, or what is around the outermost ones."""

    __slots__ = ('_text', 'is_empty', 'name', 'parts', 'tag')

    def __init__(self, name: str, tag: str, is_empty: bool) -> None:
        self.name = name
        #: what stands in its start tag behind its name
        self.tag = tag
        self.is_empty = is_empty
        #: of each a kind, how it is written and what it says; or an element
        self.parts: list[tuple[str, str, str] | _Element] = []
        self._text: str | None = None

    def text(self) -> str:
        """Give what it says, with all that is in it."""
        if self._text is None:
            self._text = ''.join(
                part.text() if isinstance(part, _Element)
                else part[2] if part[0] in ('text', 'cdata') else ''
                for part in self.parts)
        return self._text

    def attributes(self) -> list[tuple[str, str]]:
        return [(found[1], unescape(found[3])) for found in _ATTRIBUTE.finditer(self.tag)]


class PrivateXml:
    """
    An XML text without patients; only values change, all else stays as it is written.

    :param phi: as in `hide`.
    :param safe: makes the same of a text within it.
    :raises ValueError: if it is no XML, or has a DOCTYPE, which can hide anything.
    """

    def __init__(self, text: str, phi: str, safe: Callable[[str], str]) -> None:
        self._text = text
        self._phi = phi
        self._safe = safe
        self._check(text.lstrip('\ufeff'))
        self._root = self._tree(text)

    def _check(self, text: str) -> None:
        for whole in (text, f'<_>{text}</_>'):  # there may be several elements, or words around
            parser = expat.ParserCreate('utf-8')
            parser.StartDoctypeDeclHandler = self._refuse
            parser.EntityDeclHandler = self._refuse
            try:
                parser.Parse(whole.encode(), True)
                return
            except (expat.ExpatError, UnicodeEncodeError) as error:
                problem = error
        raise ValueError('no XML') from problem

    def _refuse(self, *_: Any) -> None:
        raise ValueError('a DOCTYPE')

    def _tree(self, text: str) -> _Element:
        stack = [_Element('', '', False)]
        end = 0
        for found in _TOKEN.finditer(text):
            if found.start() != end or len(stack) > _MAX_ELEMENTS:
                raise ValueError('it is nested too deeply, or no XML')
            end = found.end()
            kind = str(found.lastgroup)
            if found['start'] is not None:
                tag = found['attributes']
                element = _Element(found['start'], tag, tag.endswith('/'))
                stack[-1].parts.append(element)
                if not element.is_empty:
                    stack.append(element)
            elif kind == 'end':
                if len(stack) == 1:
                    raise ValueError('no XML')
                stack.pop()
            else:
                said = unescape(found[kind]) if kind == 'text' else found[kind]
                stack[-1].parts.append((kind, found[0], said))
        if end != len(text) or len(stack) != 1:
            raise ValueError('no XML')
        return stack[0]

    def safe(self) -> str:
        return self._inside(self._root, ())

    def _element(self, element: _Element, outer: tuple[str, ...]) -> str:
        attributes = element.attributes()
        values = [value for _, value in attributes]
        names = any(map(is_key, values)) or is_tag(iter(values))
        is_private = (
            names or is_private_name(element.name) or is_private_below(outer, element.name))
        outer = (*outer, element.name)
        tag = _ATTRIBUTE.sub(lambda found: self._attribute(found, is_private, outer), element.tag)
        start = f'<{element.name}{tag}>'
        if element.is_empty:
            return start
        inside = self._hidden(element) if is_private else self._inside(element, outer)
        return f'{start}{inside}</{element.name}>'

    def _attribute(self, found: re.Match[str], is_private: bool, outer: tuple[str, ...]) -> str:
        """Hide the value of an attribute, of an element whose value is private or of any."""
        name, quote, written = found.groups()
        value = unescape(written)
        if is_private_name(name):
            new = hide(value, self._phi)
        elif len(value) < 2 or is_key(value) or ABOUT.fullmatch(name):
            new = value  # a single letter or digit names nobody
        elif is_private and not HALF_TAG.fullmatch(value.strip()) or is_private_below(outer, name):
            new = hide(value, self._phi)
        else:
            new = self._safe(value)
        if new == value:
            return found[0]
        return f'{found[0][: -len(written) - 2]}{quote}{self._written(escape(new))}{quote}'

    def _hidden(self, element: _Element) -> str:
        text = element.text()
        if text.strip():
            return hide(text, self._phi)
        raw = ''.join(_raw(part) for part in element.parts)
        return hide(raw, self._phi) if raw.strip() else raw

    def _inside(self, element: _Element, outer: tuple[str, ...]) -> str:
        """Hide what has to be in the contents of an element."""
        inner = [part for part in element.parts if isinstance(part, _Element)]
        named = {id(part) for part in inner if _tells_which(part)}
        if named and any(_raw(part).strip() for part in element.parts if id(part) not in named):
            # <Key>PatientName</Key><Value>Doe</Value>: what belongs to what nobody knows
            return ''.join(
                _raw(part) if id(part) in named else self._part_hidden(part)
                for part in element.parts)
        said = [
            part[2] for part in element.parts
            if not isinstance(part, _Element) and part[0] in ('text', 'cdata')]
        whole = ''.join(said)
        if len(said) > 1 and self._safe(whole) != whole:
            return self._hidden(element)  # together they say what none of them does
        return ''.join(
            self._element(part, outer) if isinstance(part, _Element) else self._part(*part)
            for part in element.parts)

    def _part_hidden(self, part: tuple[str, str, str] | _Element) -> str:
        if isinstance(part, _Element):
            tag = _ATTRIBUTE.sub(lambda found: self._attribute(found, True, ()), part.tag)
            start = f'<{part.name}{tag}>'
            return start if part.is_empty else f'{start}{self._hidden(part)}</{part.name}>'
        if not part[2].strip():
            return part[1]
        return self._written(escape(hide(part[2], self._phi), quote=False))

    def _part(self, kind: str, written: str, said: str) -> str:
        new = self._safe(said)
        if new == said:
            return written
        if kind == 'comment':
            return f'<!--{hide(said, self._phi)}-->'
        if kind == 'instruction':
            return f'<?{hide(said, self._phi)}?>'
        if kind == 'cdata' and ']]>' not in new:
            return f'<![CDATA[{new}]]>'
        return self._written(escape(new, quote=False))

    def _written(self, text: str) -> str:
        """Write a text so that the encoding of the whole can still hold it."""
        if not self._text.isascii():
            return text
        return text.encode('ascii', 'xmlcharrefreplace').decode('ascii')


def _tells_which(element: _Element) -> bool:
    """Tell whether an element says nothing but which value stands beside it."""
    text = element.text()
    if text.strip():
        return len(text) < 2 * MAX_KEY and is_key(text)
    values = [value for name, value in element.attributes() if not ABOUT.fullmatch(name)]
    keys = [value for value in values if is_key(value)]
    return bool(keys) and len(keys) == len(values)


def _raw(part: tuple[str, str, str] | _Element) -> str:
    if not isinstance(part, _Element):
        return part[1]
    start = f'<{part.name}{part.tag}>'
    if part.is_empty:
        return start
    return f'{start}{"".join(map(_raw, part.parts))}</{part.name}>'
