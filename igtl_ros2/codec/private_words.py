"""Private keys in texts, however they are spelt, and what stands in the place of a value."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b
from html import unescape
from urllib.parse import unquote

from .private import is_private_key

REDACTED = 'redacted'
# without it, a number of a patient could be found by trying all numbers
_SECRET = secrets.token_bytes(32)
CODE = re.compile('phi-[0-9a-f]{16}')
#: so often characters may be written otherwise, and CDATA be in CDATA
_MAX_DEPTH = 6
_PIECE = 1 << 15
MAX_KEY = 120
_MAX_CACHED = 200
_MAX_OUTER = 3

# a shorter one has no room for a key and for what stands under it
_MIN_SAID = 4
# a text in which no letter is written in another way
_PLAIN = re.compile(r'[^\\%&<\0]*')
_SIGNS = bytes(byte for byte in range(128) if not chr(byte).isalnum())
_SMALL = bytes(byte + 32 if 65 <= byte <= 90 else byte for byte in range(256))
_BACKSLASHED = re.compile(
    r'\\+(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|u\{0*([0-9a-fA-F]{1,5})\}|U000([0-9a-fA-F]{5})'
    r'|([0-3][0-7]{2}))')
_NULS = re.compile('\0+')
# what may stand between the letters of a key that XML puts together
MARKS = re.compile(r'<!\[CDATA\[|\]\]>')
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

#: what says of a value which one it is, and how it is written
ABOUT = re.compile('xmlns(?::.*)?|xml:.*|vr|type|number|encoding|version|class', re.IGNORECASE)
HALF_TAG = re.compile('(?:0x)?([0-9a-fA-F]{4})')


def hide(text: str, phi: str = 'redact') -> str:
    """Hide a text; one that is empty, or was hidden already, stays."""
    if not text or phi == 'pass':
        return text
    if phi != 'hash':
        return REDACTED
    if text == REDACTED or CODE.fullmatch(text):
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
    # marks may stand within what is written for one letter
    unescaped = [text, *_unescapings(text)]
    spellings = {*unescaped, *(s for u in unescaped for s in _unescapings(u, urls=False))}
    for spelling in spellings:
        joined = _without_comments(spelling)
        for _ in range(_MAX_DEPTH):
            before, joined = joined, without(MARKS, joined)  # also of CDATA in CDATA
            if joined == before:
                break
        # what XML puts together may be a character that JSON has written otherwise
        for found in {spelling, joined, without(_TAGS, joined)}:
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
        not data.isascii() and may_name(data.decode('utf-8', 'ignore')))


def _has_hint(text: str) -> bool:
    """Look for what every private key has in it, once what is neither letter nor digit is gone."""
    if not text.isascii():
        text = unicodedata.normalize('NFKD', text)
    plain = text.encode('ascii', 'ignore').translate(_SMALL, _SIGNS)
    return (
        b'patient' in plain or b'birth' in plain or b'medical' in plain or b'security' in plain
        or b'accession' in plain or b'mrn' in plain or b'ssn' in plain or b'dob' in plain
        or b'0010' in plain or b'00080050' in plain)


def without(marks: re.Pattern[str], text: str) -> str:
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


def _unescaped(text: str) -> str:
    """Undo how JSON, XML and URLs write characters, also more than once."""
    return [text, *_unescapings(text)][-1]


def _unescapings(text: str, urls: bool = True) -> Iterator[str]:
    """Undo it once, twice and three times, if that changes something."""
    for _ in range(3):
        before = text
        text = unescaped_once(text, urls)
        if text == before:
            break
        yield text


def unescaped_once(text: str, urls: bool = True) -> str:
    """Undo it once."""
    if '\\' in text:
        text = _BACKSLASHED.sub(_character, text)
    if '&' in text:
        text = unescape(text)
    return unquote(text, errors='replace') if urls and '%' in text else text


def _character(written: re.Match[str]) -> str:
    """Give what a character is that stands as its number."""
    octal = written[5]
    return chr(int(octal, 8) if octal else int(next(filter(None, written.groups())), 16))


def says(text: str) -> bool:
    """Tell whether there is a private key in a text, and more than that."""
    text = _unescaped(text)
    return any(map(_says, without_nuls(text) or (text,)))


def without_nuls(text: str) -> tuple[str, ...]:
    r"""
    Give what a text with NULs may mean: they are of its letters, between its words, or both.

    >>> without_nuls('a'), without_nuls('a\0b\0')
    ((), ('ab', 'a b ', 'ab'))
    """
    if '\0' not in text:
        return ()
    # each letter of UTF-16 has one, of UTF-32 three; between two texts there are more, or one
    ((in_letter, _),) = Counter(map(len, _NULS.findall(text))).most_common(1)
    between = re.sub(f'\0{{{in_letter + 1},}}', ' ', text)
    return text.replace('\0', ''), text.replace('\0', ' '), between.replace('\0', '')


def narrowed(text: str) -> str:
    r"""
    Undo once that letters became two each, as UTF-16 makes them: of three NULs in a row one stays.

    >>> narrowed('a\0\0\0b\0')
    'a\x00b'
    """
    return _NULS.sub(lambda found: found[0][: len(found[0]) // 2], text)


def _says(text: str) -> bool:
    plain = unicodedata.normalize('NFKD', text)
    plain = plain.encode('ascii', 'ignore').decode('ascii')
    spans = [found.span() for found in _TAG.finditer(plain) if is_private_key(found[1] + found[2])]
    # a key by itself, such as what is asked for, tells nothing
    if any(_has_more(plain, *span) for span in spans):
        return True
    is_named = bool(spans)
    start = -1
    refused = range(0)
    for number, found in enumerate(_HINT_WORD.finditer(plain)):
        if number == _MAX_PLACES:
            return True
        before, start = start, found.start()
        while start and found.start() - start < _KEY_CHARS and plain[start - 1].isalpha():
            start -= 1
        if start == before or start in refused[:-_KEY_CHARS]:
            continue  # of the same word
        end, refused = _key_end(plain, start, refused)
        if end:
            is_named = True
            if _has_more(plain, start, end):
                return True
    # signs between its letters
    return not is_named and not _HINT_WORD.search(plain) and is_private_key(plain[:MAX_KEY])


def _key_end(plain: str, start: int, refused: range) -> tuple[int, range]:
    """
    Tell where a private key ends that begins with the word at a place; 0 if none does.

    :param refused: a long word that was no end of a key, whatever stood before: it is none after
        less. The second result is the same for the next place.
    """
    word = _WORD.match(plain, start)
    key = ''
    for _ in range(_KEY_WORDS):
        if word is None or len(key) > _KEY_CHARS:
            break
        begin, end = word.span(word.re.groups)
        key += plain[begin:end]
        if end != refused.stop or not refused:
            if is_private_key(key):
                return end, refused
            if end - begin > _KEY_CHARS:
                return 0, range(begin, end)
        word = _NEXT_WORD.match(plain, end)
    return 0, refused


def _has_more(text: str, start: int, end: int) -> bool:
    return any(map(str.isalnum, text[end:])) or any(map(str.isalnum, text[:start]))


def is_private_name(name: str) -> bool:
    """Tell whether a name of a member, an element or an attribute is a private key."""
    if is_private_key(name) or ':' in name and is_private_key(name.rpartition(':')[2]):
        return True
    is_escaped = '\\u' in name or '\\x' in name or '%' in name or '&' in name
    return is_escaped and is_private_key(_unescaped(name))


def is_private_below(names: tuple[str, ...], name: str) -> bool:
    """Tell the same of one with others around it: the name of a patient."""
    last = name.rpartition(':')[2]
    return any(is_private_key(_local(outer) + last) for outer in names[-_MAX_OUTER:])


def _local(name: str) -> str:
    return _end_of_long(name) if len(name) > MAX_KEY else name.rpartition(':')[2]


@lru_cache(maxsize=8)
def _end_of_long(name: str) -> str:
    """Give what of a long name can be the start of a key: it is asked for each name below it."""
    name = unicodedata.normalize('NFKD', name.rpartition(':')[2])
    return name.encode('ascii', 'ignore').translate(None, _SIGNS).decode('ascii')[-MAX_KEY:]


def is_key(text: str) -> bool:
    """Tell whether a whole text is a private key, and tells nothing else."""
    text = text.strip()
    if not 0 < len(text) <= MAX_KEY or not is_private_key(_unescaped(text)):
        return False
    text = _unescaped(text)
    return _NAME.fullmatch(text) is not None and (
        not any(map(str.isspace, text)) or _KEY_START.match(text) is not None)


def is_tag(values: Iterator[str]) -> bool:
    """Tell whether the two halves of a number of DICOM follow each other."""
    last = ''
    for value in values:
        half = HALF_TAG.fullmatch(value.strip())
        if half and last and is_private_key(last + half[1]):
            return True
        last = half[1] if half else ''
    return False
