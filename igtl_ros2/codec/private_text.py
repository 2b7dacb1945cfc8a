"""
Who the patient is, taken out of texts: XML, JSON, one within the other, and any other text.

XML and JSON are parsed, and what stands under a private key is hidden with all that is in it. Of a
text that is neither and has such a key in it nothing is left.
"""

from __future__ import annotations

import json
import re
import secrets
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b
from html import unescape
from typing import Any
from urllib.parse import unquote
from xml.parsers import expat
from xml.sax.saxutils import escape

from .private import is_private_key

REDACTED = 'redacted'
# without it, a number of a patient could be found by trying all numbers
_SECRET = secrets.token_bytes(32)
_CODE = re.compile('phi-[0-9a-f]{16}')
#: of a longer text nothing is left if it could name a patient: to look closer would take seconds
_MAX_SEARCHED = 1 << 18
#: so many texts may be within one another, and so many elements
_MAX_DEPTH, _MAX_ELEMENTS = 6, 200
_PIECE = 1 << 15
_MAX_KEY = 120
_MAX_CACHED = 200
_MAX_OUTER = 3

# a shorter one has no room for a key and for what stands under it
_MIN_SAID = 4
# a text in which no letter is written in another way
_PLAIN = re.compile(r'[^\\%&<\0]*')
_SIGNS = bytes(byte for byte in range(128) if not chr(byte).isalnum())
_SMALL = bytes(byte + 32 if 65 <= byte <= 90 else byte for byte in range(256))
_BACKSLASHED = re.compile(r'\\+(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))')
# what may stand between the letters of a key that XML puts together
_MARKS = re.compile(r'<!\[CDATA\[|\]\]>')
_TAGS = re.compile('<[^<>]*>')
# a word, and one that comes close behind it
_WORD = re.compile('[A-Za-z]+')
_NEXT_WORD = re.compile('[^A-Za-z0-9]{0,8}([A-Za-z]+)')
_HINT_WORD = re.compile(
    r'patient|medical|social|accession|birth|mrn|ssn|dob|name(?=\W+of\b)', re.IGNORECASE)
# a number of DICOM; what is part of a decimal number is none
_TAG = re.compile(r'(?<![0-9.])(0010|0008)\s?[,|;:/_-]?\s?(?:0x)?([0-9]{4})(?![0-9.])')
# a name, and the begin of one of several words that is nothing but a key
_NAME = re.compile(r"[\w .:'(),|/-]+")
_KEY_START = re.compile(
    r'\W*(?:patient|medical|social|accession|birth|date|name\s|mrn|ssn|dob|0010|0008|dicom|tag)',
    re.IGNORECASE,
)
# so many words may a key have, and so many places of a text are looked at
_KEY_WORDS, _KEY_CHARS, _MAX_PLACES = 8, 80, 2000

_TOKEN = re.compile(
    r'<!--(?P<comment>.*?)-->'
    r'|<!\[CDATA\[(?P<cdata>.*?)\]\]>'
    r'|<\?(?P<instruction>.*?)\?>'
    r'|</(?P<end>[^\s>]+)\s*>'
    r'|<(?P<start>[^\s/>!?]+)(?P<attributes>(?:[^>"\']|"[^"]*"|\'[^\']*\')*)>'
    r'|(?P<text>[^<]+)',
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r'([^\s=/]+)\s*=\s*(?:"([^"]*)"|\'([^\']*)\')')
#: what says of a value which one it is, and how it is written
_ABOUT = re.compile('xmlns(?::.*)?|xml:.*|vr|type|number|encoding|version|class', re.IGNORECASE)
_HALF_TAG = re.compile('(?:0x)?([0-9a-fA-F]{4})')


def hide(text: str, phi: str = 'redact') -> str:
    """Hide a text; one that is empty, or was hidden already, stays."""
    if not text or phi == 'pass':
        return text
    if phi != 'hash':
        return REDACTED
    if text == REDACTED or _CODE.fullmatch(text):
        return text
    raw = text.encode('utf-8', 'surrogatepass')
    return f'phi-{blake2b(raw, key=_SECRET, digest_size=8).hexdigest()}'


def may_name(text: str) -> bool:
    """
    Tell whether a private key can be in a text at all, however it is spelt; this is quick.

    >>> may_name('<Command Name="Stop"/>'), may_name('"pAtIeNt-name"')
    (False, True)
    """
    if len(text) < _MIN_SAID:
        return False
    if _has_hint(text):
        return True
    if _PLAIN.fullmatch(text):
        return False
    text = text.replace('\0', '')  # of UTF-16 that is taken for something else
    for spelling in {text, _unescaped(text)}:
        joined = _without_comments(spelling)
        for _ in range(_MAX_DEPTH):
            before, joined = joined, _without(_MARKS, joined)  # also of CDATA in CDATA
            if joined == before:
                break
        # what XML puts together may be a character that JSON has written otherwise
        for found in {spelling, joined, _without(_TAGS, joined)}:
            if _has_hint(found) or _has_hint(_unescaped(found)):
                return True
    return False


@lru_cache(maxsize=1024)
def _may_name_short(text: str) -> bool:
    return may_name(text)


def any_may_name(texts: Iterable[str]) -> bool:
    """Do the same with the values of metadata, which are mostly those of the message before."""
    text = '\n'.join(texts)
    return _may_name_short(text) if len(text) <= _MAX_CACHED else may_name(text)


def bytes_may_name(data: bytes) -> bool:
    """Do the same with bytes that are no text of a known kind."""
    return may_name(data.decode('latin-1')) or (
        not data.isascii() and may_name(data.decode('utf-8', 'ignore'))
    )


def _has_hint(text: str) -> bool:
    """Look for what every private key has in it, once what is neither letter nor digit is gone."""
    if not text.isascii():
        text = unicodedata.normalize('NFKC', text)
    plain = text.encode('ascii', 'ignore').translate(_SMALL, _SIGNS)
    return (
        b'patient' in plain or b'birth' in plain or b'medical' in plain or b'security' in plain
        or b'accession' in plain or b'mrn' in plain or b'ssn' in plain or b'dob' in plain
        or b'0010' in plain or b'00080050' in plain
    )


def _without(marks: re.Pattern[str], text: str) -> str:
    """Leave out what begins with `<`, in pieces: other threads wait while one is looked at."""
    start, pieces = 0, []
    while start < len(text):
        end = text.find('<', start + _PIECE)
        end = len(text) if end < 0 else end
        pieces.append(marks.sub('', text[start:end]))
        start = end
    return ''.join(pieces)


def _without_comments(text: str) -> str:
    first, *rest = text.split('<!--')
    return first + ''.join(part[part.find('-->') + 3 :] for part in rest if '-->' in part)


def _is_escaped(text: str) -> bool:
    return '\\u' in text or '\\x' in text or '%' in text or '&' in text


def _unescaped(text: str) -> str:
    """Undo how JSON, XML and URLs write characters, also more than once."""
    for _ in range(3):
        before = text
        text = _unescaped_once(text)
        if text == before:
            break
    return text


def _unescaped_once(text: str) -> str:
    if '\\' in text:
        text = _BACKSLASHED.sub(lambda found: chr(int(found[1] or found[2], 16)), text)
    if '&' in text:
        text = unescape(text)
    return unquote(text, errors='replace') if '%' in text else text


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
    return text if phi == 'pass' else _Json(phi, 0).safe(text)


def _safe(text: str, phi: str, depth: int) -> str:
    if not may_name(text) or _CODE.fullmatch(text):
        return text
    if len(text) > _MAX_SEARCHED:
        return REDACTED
    is_xml = False
    if depth < _MAX_DEPTH:
        start = text.lstrip('\ufeff \t\r\n')[:1]
        try:
            if start and start in '{["':
                return _Json(phi, depth).safe(text)
            if '<' in text:
                text, is_xml = _Xml(text, phi, depth).safe(), True
                if start == '<':
                    return text  # else there are words around it, which may be anything
        except ValueError:
            pass  # it is neither
    if depth == _MAX_DEPTH or not is_xml and _says(text):
        return hide(text, phi)
    unmarked = _without(_MARKS, text)
    within = [unmarked[unmarked.find(a) : unmarked.rfind(b) + 1] for a, b in ('{}', '[]')]
    for inner in (_unescaped_once(text), text.replace('\0', ''), unmarked, *within):
        if inner != text and _safe(inner, phi, depth + 1) != inner:
            return hide(text, phi)
    return text


def _says(text: str) -> bool:
    """Tell whether there is a private key in a text, and more than that."""
    plain = unicodedata.normalize('NFKC', _unescaped(text)).replace('\0', '')
    plain = plain.encode('ascii', 'ignore').decode('ascii')
    spans = [found.span() for found in _TAG.finditer(plain) if is_private_key(found[1] + found[2])]
    for number, found in enumerate(_HINT_WORD.finditer(plain)):
        if number == _MAX_PLACES:
            return True
        start = found.start()
        while start and found.start() - start < _KEY_CHARS and plain[start - 1].isalpha():
            start -= 1
        word = _WORD.match(plain, start)
        key = ''
        for _ in range(_KEY_WORDS):
            if word is None or len(key) > _KEY_CHARS:
                break
            key += word[word.re.groups]
            if is_private_key(key):
                spans.append((start, word.end()))
                break
            word = _NEXT_WORD.match(plain, word.end())
    # a key by itself, such as what is asked for, tells nothing
    if any(_has_more(plain, *span) for span in spans):
        return True
    # signs between its letters
    return not spans and not _HINT_WORD.search(plain) and is_private_key(plain[:_MAX_KEY])


def _has_more(text: str, start: int, end: int) -> bool:
    return any(map(str.isalnum, text[end:])) or any(map(str.isalnum, text[:start]))


def _is_private_name(name: str) -> bool:
    """Tell whether a name of a member, an element or an attribute is a private key."""
    if is_private_key(name) or ':' in name and is_private_key(name.rpartition(':')[2]):
        return True
    return _is_escaped(name) and is_private_key(_unescaped(name))


def _is_private_below(names: tuple[str, ...], name: str) -> bool:
    """Tell the same of one with others around it: the name of a patient."""
    last = name.rpartition(':')[2]
    return any(is_private_key(outer.rpartition(':')[2] + last) for outer in names[-_MAX_OUTER:])


def _is_key(text: str) -> bool:
    """Tell whether a whole text is a private key, and tells nothing else."""
    text = text.strip()
    if not 0 < len(text) <= _MAX_KEY or not is_private_key(_unescaped(text)):
        return False
    text = _unescaped(text)
    return _NAME.fullmatch(text) is not None and (
        not any(map(str.isspace, text)) or _KEY_START.match(text) is not None
    )


def _is_tag(values: Iterator[str]) -> bool:
    """Tell whether the two halves of a number of DICOM follow each other."""
    last = ''
    for value in values:
        half = _HALF_TAG.fullmatch(value.strip())
        if half and last and is_private_key(last + half[1]):
            return True
        last = half[1] if half else ''
    return False


class _Object(list[tuple[str, Any]]):
    """An object of JSON, which may have two members of one name."""


class _Json:
    """A JSON text without patients."""

    def __init__(self, phi: str, depth: int) -> None:
        self._phi = phi
        self._depth = depth
        self._changed = False

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
            new = _safe(value, self._phi, self._depth + 1)
            self._changed = self._changed or new != value
            return new
        return value

    def _object(self, members: _Object, names: tuple[str, ...]) -> dict[str, Any]:
        values = [value for _, value in members]
        # {"key": "PatientName", "value": "Doe"}, {"columns": ["PatientName"], "rows": [["Doe"]]}
        tells = _tells(values) or any(
            _tells(value) for value in values
            if isinstance(value, list) and not isinstance(value, _Object)
        )
        result = {}
        for key, value in members:
            new_key = key
            if _is_private_name(key) or _is_private_below(names, key):
                new = self._hidden(value)
            else:
                if _says(key) and may_name(key):
                    new_key, self._changed = hide(key, self._phi), True
                new = self._beside(value, key) if tells else self._value(value, (*names, key))
            result[new_key] = new
        return result

    def _beside(self, value: Any, key: str) -> Any:
        """Hide what stands beside the name of what it is."""
        if isinstance(value, str) and _is_key(value) or _ABOUT.fullmatch(key):
            return value
        if isinstance(value, list) and not isinstance(value, _Object) and _tells(value):
            return self._value(value, ())
        return self._hidden(value)

    def _hidden(self, value: Any) -> Any:
        if value in ('', None, []) or isinstance(value, bool):
            return value
        leaves = list(_leaves(value))
        if not leaves:
            return self._value(value, ())
        text = leaves[0] if len(leaves) == 1 else _shown(value)
        if _CODE.fullmatch(text):
            return value
        new = hide(text, self._phi)
        self._changed = self._changed or new != value
        return new


def _tells(values: list[Any]) -> bool:
    """Tell whether one of some values is a private key, or two of them are halves of one."""
    texts = [value for value in values if isinstance(value, str)]
    return any(map(_is_key, texts)) or _is_tag(iter(texts))


def _shown(value: Any) -> str:
    return json.dumps(_plain(value))


def _plain(value: Any) -> Any:
    if isinstance(value, _Object):
        return {key: _plain(member) for key, member in value}
    return list(map(_plain, value)) if isinstance(value, list) else value


def _leaves(value: Any) -> Iterator[str]:
    """Give the texts and numbers in a value, but for what only tells how they are written."""
    if isinstance(value, _Object):
        for key, member in value:
            if not _ABOUT.fullmatch(key):
                yield from _leaves(member)
    elif isinstance(value, list):
        for element in value:
            yield from _leaves(element)
    elif value not in ('', None):
        yield str(value)


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
        """Give names and values of its attributes."""
        return [
            (found[1], unescape(found[2] if found[2] is not None else found[3]))
            for found in _ATTRIBUTE.finditer(self.tag)
        ]


class _Xml:
    """
    An XML text without patients; only values change, all else stays as it is written.

    :raises ValueError: if it is no XML, or has a DOCTYPE, which can hide anything.
    """

    def __init__(self, text: str, phi: str, depth: int) -> None:
        self._text = text
        self._phi = phi
        self._depth = depth
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
        """Make it."""
        return self._inside(self._root, ())

    def _element(self, element: _Element, outer: tuple[str, ...]) -> str:
        attributes = element.attributes()
        values = [value for _, value in attributes]
        names = any(map(_is_key, values)) or _is_tag(iter(values))
        is_private = (
            names or _is_private_name(element.name) or _is_private_below(outer, element.name)
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
        name = found[1]
        written = found[2] if found[2] is not None else found[3]
        value = unescape(written)
        if _is_private_name(name):
            new = hide(value, self._phi)
        elif len(value) < 2 or _is_key(value) or _ABOUT.fullmatch(name):
            new = value  # a single letter or digit names nobody
        elif is_private and not _HALF_TAG.fullmatch(value.strip()) or _is_private_below(
            outer, name
        ):
            new = hide(value, self._phi)
        else:
            new = _safe(value, self._phi, self._depth + 1)
        if new == value:
            return found[0]
        quote = found[0][-1]
        new = escape(new, {'"': '&quot;', "'": '&apos;'})
        return f'{found[0][: -len(written) - 2]}{quote}{self._written(new)}{quote}'

    def _hidden(self, element: _Element) -> str:
        """Hide all that is in an element."""
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
        if len(said) > 1 and _safe(whole, self._phi, self._depth + 1) != whole:
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
        return part[1] if not part[2].strip() else self._written(escape(hide(part[2], self._phi)))

    def _part(self, kind: str, written: str, said: str) -> str:
        new = _safe(said, self._phi, self._depth + 1)
        if new == said:
            return written
        if kind == 'comment':
            return f'<!--{hide(said, self._phi)}-->'
        if kind == 'instruction':
            return f'<?{hide(said, self._phi)}?>'
        if kind == 'cdata' and ']]>' not in new:
            return f'<![CDATA[{new}]]>'
        return self._written(escape(new))

    def _written(self, text: str) -> str:
        """Write a text so that the encoding of the whole can still hold it."""
        if not self._text.isascii():
            return text
        return text.encode('ascii', 'xmlcharrefreplace').decode('ascii')


def _names(element: _Element) -> bool:
    """Tell whether an element says nothing but which value stands beside it."""
    text = element.text()
    if text.strip():
        return len(text) < 2 * _MAX_KEY and _is_key(text)
    values = [value for name, value in element.attributes() if not _ABOUT.fullmatch(name)]
    keys = [value for value in values if _is_key(value)]
    return bool(keys) and len(keys) == len(values)


def _raw(part: tuple[str, str, str] | _Element) -> str:
    if not isinstance(part, _Element):
        return part[1]
    start = f'<{part.name}{part.tag}>'
    if part.is_empty:
        return start
    return f'{start}{"".join(map(_raw, part.parts))}</{part.name}>'
