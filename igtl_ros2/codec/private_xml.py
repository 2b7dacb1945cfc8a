"""An XML text without patients."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape
from typing import Any
from xml.parsers import expat

from .private_words import (
    ABOUT,
    HALF_TAG,
    MAX_KEY,
    hide,
    is_key,
    is_private_below,
    is_private_name,
    is_tag,
)

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
                for part in self.parts
            )
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
            names or is_private_name(element.name) or is_private_below(outer, element.name)
        )
        outer = (*outer, element.name)
        tag = _ATTRIBUTE.sub(
            lambda found: self._attribute(found, is_private, outer), element.tag
        )
        start = f'<{element.name}{tag}>'
        if element.is_empty:
            return start
        inside = self._hidden(element) if is_private else self._inside(element, outer)
        return f'{start}{inside}</{element.name}>'

    def _attribute(
        self, found: re.Match[str], is_private: bool, outer: tuple[str, ...]
    ) -> str:
        """Hide the value of an attribute, of an element whose value is private or of any."""
        name, quote, written = found.groups()
        value = unescape(written)
        if is_private_name(name):
            new = hide(value, self._phi)
        elif len(value) < 2 or is_key(value) or ABOUT.fullmatch(name):
            new = value  # a single letter or digit names nobody
        elif is_private and not HALF_TAG.fullmatch(value.strip()) or is_private_below(
            outer, name
        ):
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
        named = {id(part) for part in element.parts if isinstance(part, _Element) and _names(part)}
        if named and any(_raw(part).strip() for part in element.parts if id(part) not in named):
            # <Key>PatientName</Key><Value>Doe</Value>: what belongs to what nobody knows
            return ''.join(
                _raw(part) if id(part) in named else self._part_hidden(part)
                for part in element.parts
            )
        said = [
            part[2] for part in element.parts
            if not isinstance(part, _Element) and part[0] in ('text', 'cdata')
        ]
        whole = ''.join(said)
        if len(said) > 1 and self._safe(whole) != whole:
            return self._hidden(element)  # together they say what none of them does
        return ''.join(
            self._element(part, outer) if isinstance(part, _Element) else self._part(*part)
            for part in element.parts
        )

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


def _names(element: _Element) -> bool:
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
