"""
Who the patient is, taken out of texts: XML, JSON, one within the other, and any other text.

XML and JSON are parsed, and what stands under a private key is hidden with all that is in it. Of a
text that is neither and has such a key in it nothing is left.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from .private_json import PrivateJson
from .private_words import (
    CODE,
    MARKS,
    REDACTED,
    hide,
    may_name,
    narrowed,
    says,
    unescaped_once,
    without,
    without_nuls,
)
from .private_xml import PrivateXml

#: of a longer text nothing is left if it could name a patient: to look closer would take seconds
_MAX_SEARCHED = 1 << 18
#: so many texts may be within one another
_MAX_DEPTH = 6


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
    for inner in (
        unescaped_once(text), narrowed(text), *without_nuls(text), unmarked, *within
    ):
        if inner != text and _safe(inner, phi, depth + 1) != inner:
            return hide(text, phi)
    return text
