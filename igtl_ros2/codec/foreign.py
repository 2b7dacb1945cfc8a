"""Code of other packages that writes messages: it may raise and give whatever it likes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from ..errors import EncodeError
from .fields import Buffer, shown

_BUFFERS = (bytes, bytearray, memoryview)


def checked_encoding(
    encode: Callable[[Any], Sequence[Buffer]]
) -> Callable[[Any], Sequence[Buffer]]:
    """Make `encode_content` of another package raise nothing but `EncodeError`."""

    @wraps(encode)
    def encode_content(message: Any) -> Sequence[Buffer]:
        try:
            parts = tuple(encode(message))
        except EncodeError:
            raise
        except Exception as error:
            raise EncodeError(f'{message.type_name}: {shown(error)}') from error
        for part in parts:
            if not isinstance(part, _BUFFERS):
                raise EncodeError(f'{message.type_name}: {type(part).__name__}, wanted bytes')
        return parts

    return encode_content
