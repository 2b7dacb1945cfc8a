"""
IMGMETA, LBMETA and VIDEOMETA: what images, labels and videos a server has.

They carry names and numbers of patients; `repr` hides those.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..fields import (
    Floats,
    Triple,
    affine_of,
    check_affine,
    check_float,
    check_int,
    check_rgba,
    check_triple,
    checked_text,
    fixed_text,
    matrix_of,
)
from ..geometry import identity
from ..layout import Record
from ..lists import Element, ElementList
from ..message import Place, register
from ..timestamp import Stamped, check_timestamp, to_ns

if TYPE_CHECKING:
    from ..timestamp import TimestampNs

_set = object.__setattr__


@dataclass(frozen=True, slots=True, eq=False)
class ImageMetaElement(Element, metaclass=Stamped):
    """
    One image that a server has.

    :param name: for people; at most 64 bytes of UTF-8.
    :param id: device name to ask for with GET_IMAGE; at most 20 bytes.
    :param modality: such as CT or MRI; at most 32 bytes.
    :param patient_name: at most 64 bytes.
    :param patient_id: at most 64 bytes.
    :param timestamp: of the scan, 64-bit wire value; `timestamp_ns` may be given instead, as for
        messages.
    :param size: voxels along i, j, k.
    :param scalar_type: as in IMAGE, 2 int8 ... 11 float64.
    """

    RECORD = Record(
        ('name', 'S64'), ('id', 'S20'), ('modality', 'S32'), ('patient_name', 'S64'),
        ('patient_id', 'S64'), ('timestamp', 'u8'), ('size', 'u2', (3,)), ('scalar_type', 'u1'),
        ('', 'u1'))

    name: str
    id: str = ''
    modality: str = ''
    patient_name: str = field(default='', repr=False)
    patient_id: str = field(default='', repr=False)
    timestamp: int = 0
    if TYPE_CHECKING:
        timestamp_ns: TimestampNs = field(default=TimestampNs(), kw_only=True)
    size: Triple = (0, 0, 0)
    scalar_type: int = 3

    def __post_init__(self) -> None:
        self._texts()
        _set(self, 'timestamp', check_timestamp(self.timestamp))
        _set(self, 'size', check_triple(self.size, 'size'))
        _set(self, 'scalar_type', check_int(self.scalar_type, 0, 255, 'scalar_type'))

    if not TYPE_CHECKING:

        @property
        def timestamp_ns(self) -> int:
            """Nanoseconds since 1970-01-01 UTC; 0 when not set."""
            return to_ns(self.timestamp)

    def _texts(self) -> tuple[bytes, ...]:
        return (
            checked_text(self.name, 64, 'name'), checked_text(self.id, 20, 'id'),
            checked_text(self.modality, 32, 'modality'),
            checked_text(self.patient_name, 64, 'patient_name', quote=False),
            checked_text(self.patient_id, 64, 'patient_id', quote=False))

    def _values(self) -> tuple[Any, ...]:
        return *self._texts(), self.timestamp, *self.size, self.scalar_type

    @classmethod
    def _of(cls, values: Sequence[Any]) -> ImageMetaElement:
        *raw, timestamp, i, j, k, scalar_type = values
        make: Callable[..., ImageMetaElement] = cls
        element = make(*map(fixed_text, raw), 0, (i, j, k), scalar_type)
        _set(element, 'timestamp', timestamp)  # whatever it is
        return element


@dataclass(frozen=True, slots=True, eq=False)
class LabelMetaElement(Element):
    """
    One label of a label map that a server has.

    :param name: for people; at most 64 bytes of UTF-8.
    :param id: device name to ask for with GET_IMAGE; at most 20 bytes.
    :param label: value of its voxels, 0 if unused.
    :param rgba: red, green, blue, alpha; all zero: it has none.
    :param size: voxels of its bounding box along i, j, k.
    :param owner: device name of the image it belongs to; at most 20 bytes.
    """

    RECORD = Record(
        ('name', 'S64'), ('id', 'S20'), ('label', 'u1'), ('', 'u1'), ('rgba', 'u1', (4,)),
        ('size', 'u2', (3,)), ('owner', 'S20'))

    name: str
    id: str = ''
    label: int = 0
    rgba: tuple[int, int, int, int] = (0, 0, 0, 0)
    size: Triple = (0, 0, 0)
    owner: str = ''

    def __post_init__(self) -> None:
        checked_text(self.name, 64, 'name')
        checked_text(self.id, 20, 'id')
        checked_text(self.owner, 20, 'owner')
        _set(self, 'label', check_int(self.label, 0, 255, 'label'))
        _set(self, 'rgba', check_rgba(self.rgba, 'rgba'))
        _set(self, 'size', check_triple(self.size, 'size'))

    def _values(self) -> tuple[Any, ...]:
        return (
            checked_text(self.name, 64, 'name'), checked_text(self.id, 20, 'id'), self.label,
            *self.rgba, *self.size, checked_text(self.owner, 20, 'owner'))

    @classmethod
    def _of(cls, values: Sequence[Any]) -> LabelMetaElement:
        name, id_, label, r, g, b, a, i, j, k, owner = values
        return cls(
            fixed_text(name), fixed_text(id_), label, (r, g, b, a), (i, j, k), fixed_text(owner))


@dataclass(frozen=True, slots=True, eq=False)
class VideoMetaElement(Element):
    """
    One video stream that a server has.

    :param name: for people; at most 64 bytes of UTF-8.
    :param id: device name of the stream; at most 64 bytes.
    :param patient_name: at most 64 bytes.
    :param patient_id: at most 64 bytes.
    :param zoom: -32768 to 32767.
    :param focal_length: mm.
    :param size: pixels along i, j, k.
    :param matrix: float64 (4, 4) as in VIDEO, mm.
    :param scalar_type: as in IMAGE, 2 int8 ... 11 float64.
    """

    #: the matrix as its columns, without the last row
    RECORD = Record(
        ('name', 'S64'), ('id', 'S64'), ('patient_name', 'S64'), ('patient_id', 'S64'),
        ('zoom', 'i2'), ('focal_length', 'f8'), ('size', 'u2', (3,)), ('matrix', 'f4', (4, 3)),
        ('scalar_type', 'u1'), ('', 'u1'))
    _numbers = 'matrix of'

    name: str
    id: str = ''
    patient_name: str = field(default='', repr=False)
    patient_id: str = field(default='', repr=False)
    zoom: int = 1
    focal_length: float = 0.0
    size: Triple = (0, 0, 0)
    matrix: Floats = field(default_factory=identity)
    scalar_type: int = 3

    def __post_init__(self) -> None:
        self._texts()
        _set(self, 'zoom', check_int(self.zoom, -(2**15), 2**15 - 1, 'zoom'))
        _set(self, 'focal_length', check_float(self.focal_length, 'focal_length'))
        _set(self, 'size', check_triple(self.size, 'size'))
        _set(self, 'matrix', check_affine(self.matrix, 'matrix'))
        _set(self, 'scalar_type', check_int(self.scalar_type, 0, 255, 'scalar_type'))

    def _texts(self) -> tuple[bytes, ...]:
        return (
            checked_text(self.name, 64, 'name'), checked_text(self.id, 64, 'id'),
            checked_text(self.patient_name, 64, 'patient_name', quote=False),
            checked_text(self.patient_id, 64, 'patient_id', quote=False))

    def _values(self) -> tuple[Any, ...]:
        return (
            *self._texts(), self.zoom, self.focal_length, *self.size, *affine_of(self.matrix),
            self.scalar_type)

    @classmethod
    def _of(cls, values: Sequence[Any]) -> VideoMetaElement:
        zoom, focal_length, i, j, k, *affine, scalar_type = values[4:]
        make: Callable[..., VideoMetaElement] = cls
        place = (i, j, k), matrix_of(tuple(affine))
        return make(*map(fixed_text, values[:4]), zoom, focal_length, *place, scalar_type)


@register('IMGMETA')
@dataclass(frozen=True, slots=True, eq=False)
class ImageMeta(ElementList):
    """
    IMGMETA: the images that a server has.

    The C++ library counts elements by the body: in header version 2, keep the metadata below
    the 260 bytes of one element, or receivers find elements that are not there.

    :param elements: the images, `ImageMetaElement` each.
    """

    place = Place.NOWHERE
    element_class = ImageMetaElement


@register('LBMETA')
@dataclass(frozen=True, slots=True, eq=False)
class LabelMeta(ElementList):
    """
    LBMETA: the labels that a server has; for metadata see `ImageMeta`, with 116 bytes.

    :param elements: the labels, `LabelMetaElement` each.
    """

    place = Place.NOWHERE
    element_class = LabelMetaElement


@register('VIDEOMETA')
@dataclass(frozen=True, slots=True, eq=False)
class VideoMeta(ElementList):
    """
    VIDEOMETA: the video streams that a server has.

    :param elements: the streams, `VideoMetaElement` each.
    """

    place = Place.NOWHERE
    element_class = VideoMetaElement
