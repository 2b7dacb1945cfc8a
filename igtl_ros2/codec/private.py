"""What says who the patient is: types of messages, and metadata by their keys."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import normalize

#: wire names whose content has fields for patients
PRIVATE_TYPES = ('IMGMETA', 'VIDEOMETA')

# keys are compared in small letters and without what is neither letter nor digit
_KEYS = re.compile(
    r'(?:.*(?:'
    r'patients?(?:'
    r'(?:(?:full|first|last|middle|given|family|maiden|birth|mothers?)*names?)'
    r'|surnames?|forenames?|initials'
    r'|ids?|uu?ids?|identifiers?|idnumbers?|numbers?|n[or]|code|mrn|ssn'
    r'|birth(?:date|time|day).*|dob|dateofbirth'
    r'|address(?:es)?|(?:tele)?phone(?:numbers?)?|telecom(?:information)?|emails?'
    r'|comments?|notes?'
    r')'
    r'|nameof(?:the)?patient|medicalrecord(?:numbers?|n[or]|locator)?|socialsecuritynumber'
    r'|accession(?:number|n[or])|birthda(?:te|y)|dateofbirth'
    r')'
    r'|mrn|ssn|dob'
    # the same as numbers of DICOM
    r'|(?:dicom|tag|0?x)*(?:0008(?:0x)?0050|0010(?:0x)?'
    r'(?:00(?:10|2[0-9]|3[0-9])|10(?:0[0-9]|40|60|90)|215[45]|4000))'
    r')[0-9]*'
)
_MAX_CACHED = 100


def is_private(type_name: str) -> bool:
    """
    Tell whether messages of a type have fields for patients, however the type is spelt.

    >>> is_private('IMGMETA'), is_private('LBMETA')
    (True, False)
    """
    return type_name.upper() in PRIVATE_TYPES


def is_private_key(key: str) -> bool:
    """
    Tell whether a metadata key names something that says who the patient is.

    >>> is_private_key('PatientName'), is_private_key('DICOM.patient_id')
    (True, True)
    >>> is_private_key('(0010,0030)'), is_private_key('PatientToTracker')
    (True, False)
    """
    # peers must not be able to fill the memory with keys of 64 KiB
    return _find(key) if len(key) <= _MAX_CACHED else _find.__wrapped__(key)


@lru_cache(maxsize=4096)
def _find(key: str) -> bool:
    if not key.isascii():
        key = normalize('NFKD', key)  # letters of full width, or with accents
    return _KEYS.fullmatch(re.sub('[^0-9a-z]', '', key.lower())) is not None


class PrivateMetadata(dict[str, str]):
    """Metadata that name a patient; their `repr`, which may end in a log, does not."""

    def __repr__(self) -> str:
        return repr({k: '(not shown)' if is_private_key(k) else v for k, v in self.items()})


def guarded(metadata: dict[str, str]) -> dict[str, str]:
    """Take care that `repr` shows no patient."""
    return PrivateMetadata(metadata) if any(map(is_private_key, metadata)) else metadata
