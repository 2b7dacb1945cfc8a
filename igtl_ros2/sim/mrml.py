"""
The nodes of a simulated 3D Slicer: what each becomes of a message, and which message it becomes.

All lengths are in mm, all places in RAS. A value is replaced as a whole, never changed in place,
so that another thread may read it at any time.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..codec import Message
from ..codec.messages.catalog import ImageMeta, ImageMetaElement, LabelMeta, LabelMetaElement
from ..codec.messages.image import RAS, Image
from ..codec.messages.mesh import Cells, PolyData
from ..codec.messages.points import Point, PointList
from ..codec.messages.pose import Transform
from ..codec.messages.text import Status, String
from ..codec.messages.tracking import TrackingData
from ..codec.messages.video import Video

#: attribute of a node that is sent whenever somebody connects
PUSH_ON_CONNECT = 'OpenIGTLinkIF.pushOnConnect'

Matrix = NDArray[np.float64]
Color = tuple[float, float, float]


@dataclass(eq=False)
class Node:
    """
    What all nodes share.

    :param name: name of the device it came from or is sent as.
    :param attributes: texts; metadata of a message are here as `OpenIGTLink.<key>`.
    :param received: how many messages it has taken in.
    :param outgoing: whether it is sent when it changes.
    :param parent: name of the transform that it is under; it is not sent.
    """

    message_type: ClassVar[type[Message]]
    status_key: ClassVar[str] = 'Status'
    #: what Slicer calls this kind of node
    tag: ClassVar[Any]

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    received: int = 0
    outgoing: bool = False
    parent: str = ''

    @property
    def device_type(self) -> str:
        """Wire name of its message."""
        return self.message_type.type_name

    def receive(self, message: Any) -> None:
        """Take in a message with its metadata."""
        self.take(message)
        metadata = {f'OpenIGTLink.{key}': value for key, value in message.metadata.items()}
        self.attributes = {**self.attributes, **metadata}
        self.received += 1

    def take(self, message: Any) -> None:
        """Take in what the message says."""
        raise NotImplementedError

    def metadata(self) -> dict[str, str]:
        """Make the metadata that Slicer sends along."""
        key = self.status_key
        return {'MRMLNodeName': self.tag, key: self.attributes.get(key, 'OK')}

    def message(self, **fields: Any) -> Message:
        """
        Make the message that it is sent as.

        :param fields: what all messages share.
        """
        raise NotImplementedError

    def describe(self) -> str:
        """Say in a few words what it holds."""
        raise NotImplementedError


@dataclass(eq=False)
class LinearTransform(Node):
    """
    A transform.

    :param matrix: (4, 4), to the parent: what is sent.
    """

    message_type = Transform
    status_key = 'TransformStatus'
    tag = 'LinearTransform'

    matrix: Matrix = field(default_factory=lambda: np.eye(4))

    def take(self, message: Transform) -> None:
        """Take the matrix; what is called a status becomes an attribute of its own as well."""
        self.matrix = message.matrix
        states = {key: value for key, value in message.metadata.items() if 'Status' in key}
        self.attributes = {**self.attributes, **states}

    def metadata(self) -> dict[str, str]:
        """Add the ids of streams, which Slicer does not know."""
        return {**super().metadata(), 'STREAM_ID_FROM': 'unknown', 'STREAM_ID_TO': 'unknown'}

    def message(self, **fields: Any) -> Transform:
        return Transform(self.matrix, **fields)

    def describe(self) -> str:
        x, y, z = self.matrix[:3, 3]
        return f'at ({x:.3f}, {y:.3f}, {z:.3f}) mm'


@dataclass(eq=False)
class Volume(Node):
    """
    An image or a volume.

    :param pixels: (k, j, i) or (k, j, i, components).
    :param ijk_to_ras: (4, 4), takes voxel indices to mm in RAS.
    :param garbage: whether the voxels are not those that were sent: Slicer makes 8 bytes of room
        for int32 and uint32 and fills half of it with the bytes it got.
    :param streaming: whether the connector was told to make streaming volumes.
    """

    message_type = Image

    pixels: NDArray[Any] = field(default_factory=lambda: np.zeros((0, 0, 0), np.uint8), repr=False)
    ijk_to_ras: Matrix = field(default_factory=lambda: np.eye(4))
    garbage: bool = False
    streaming: bool = False

    @property
    def tag(self) -> str:
        if self.streaming:
            return 'StreamingVolume'
        return 'VectorVolume' if self.pixels.ndim == 4 else 'Volume'

    def take(self, message: Image) -> None:
        """Take voxels and place; the coordinate byte is not looked at."""
        kind = message.pixels.dtype.newbyteorder('=')
        block = message.pixels.astype(kind)
        shape = message.size[::-1] + block.shape[3:]
        if message.is_whole:
            pixels = block
        else:
            # the rest is as it was
            fits = (self.pixels.shape, self.pixels.dtype) == (shape, kind)
            pixels = self.pixels.copy() if fits else np.zeros(shape, kind)
            place = zip(message.offset[::-1], block.shape)
            pixels[tuple(slice(start, start + size) for start, size in place)] = block
        self.garbage = kind.kind in 'iu' and kind.itemsize == 4
        if self.garbage:
            wide = np.zeros(shape, f'{kind.kind}8')
            wide.reshape(-1).view(kind)[: pixels.size] = pixels.reshape(-1)
            pixels = wide
        self.pixels = pixels
        self.ijk_to_ras = message.ijk_to_ras(RAS)

    def message(self, **fields: Any) -> Image:
        size = self.pixels.shape[2::-1]
        return Image.from_array(self.pixels, self.ijk_to_ras, size=size, **fields)

    def describe(self) -> str:
        size = ' x '.join(map(str, self.pixels.shape[2::-1]))
        return f'{size} {self.pixels.dtype}{", garbage" if self.garbage else ""}'


@dataclass(eq=False)
class StreamingVolume(Node):
    """
    The newest frame of a video, still encoded.

    :param frame: uint8 (n,), the bitstream.
    :param codec: four characters, see `codec.messages.video.CODECS`.
    :param size: pixels along i, j, k.
    :param is_key: whether a decoder can start here.
    :param ijk_to_ras: (4, 4), takes pixel indices to mm in RAS.
    """

    message_type = Video
    tag = 'StreamingVolume'

    frame: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, np.uint8), repr=False)
    codec: str = 'VP90'
    size: tuple[int, int, int] = (0, 0, 0)
    is_key: bool = True
    ijk_to_ras: Matrix = field(default_factory=lambda: np.eye(4))

    def take(self, message: Video) -> None:
        self.frame, self.codec, self.size = message.frame, message.codec, message.size
        self.is_key, self.ijk_to_ras = message.is_key, message.ijk_to_ras()

    def message(self, **fields: Any) -> Video:
        """Make a VIDEO without a place: Slicer gives it none."""
        kind = 1 if self.is_key else 3
        return Video(self.frame, self.codec, self.size, kind, **fields)

    def describe(self) -> str:
        return f'{" x ".join(map(str, self.size))} {self.codec}, {len(self.frame)} bytes'


@dataclass(frozen=True, eq=False)
class ControlPoint:
    """
    A point of a list of fiducials; radius and owner of a point are not kept.

    :param label: its name.
    :param position: (3,), mm.
    :param selected: false for points of the group `Unselected`.
    :param visible: false for points whose alpha is 0.
    """

    label: str
    position: Matrix
    selected: bool = True
    visible: bool = True


@dataclass(eq=False)
class MarkupsFiducial(Node):
    """
    A list of fiducials.

    :param points: `ControlPoint` each.
    :param selected_color: of all points that are selected, 0 to 1.
    :param color: of all others.
    """

    message_type = PointList
    tag = 'MarkupsFiducial'

    points: tuple[ControlPoint, ...] = ()
    selected_color: Color = (1.0, 0.5, 0.5)
    color: Color = (0.4, 1.0, 1.0)

    def __getitem__(self, label: str) -> ControlPoint:
        """
        Find the first point with a label.

        :raises KeyError: there is none.
        """
        for point in self.points:
            if point.label == label:
                return point
        raise KeyError(label)

    def take(self, message: PointList) -> None:
        """Take the points; the first of each group colours all of its group."""
        colors: dict[bool, Color] = {True: self.selected_color, False: self.color}
        points = []
        for element in reversed(message.elements):
            selected = element.group != 'Unselected'
            red, green, blue, alpha = element.rgba
            colors[selected] = (red / 255, green / 255, blue / 255)
            points.append(ControlPoint(element.name, element.position, selected, alpha > 0))
        self.points = tuple(reversed(points))
        self.selected_color, self.color = colors[True], colors[False]

    def message(self, **fields: Any) -> PointList:
        """Make a POINT, without radius and owner."""
        return PointList(tuple(map(self._element, self.points)), **fields)

    def _element(self, point: ControlPoint) -> Point:
        color = self.selected_color if point.selected else self.color
        red, green, blue = (int(part * 255) for part in color)
        return Point(
            point.label, point.position, 'Selected' if point.selected else 'Unselected',
            (red, green, blue, 255 if point.visible else 0))

    def describe(self) -> str:
        return f'{len(self.points)} points: {", ".join(repr(p.label) for p in self.points[:5])}'


@dataclass(eq=False)
class Text(Node):
    """
    A text.

    :param encoding: number that is sent; whatever it says, the text is sent as UTF-8.
    """

    message_type = String
    tag = 'Text'

    text: str = ''
    encoding: int = 3

    def take(self, message: String) -> None:
        self.text, self.encoding = message.text, message.encoding

    def message(self, **fields: Any) -> String:
        return String(self.text, self.encoding, **fields)

    def describe(self) -> str:
        return f'{self.text[:60]!a}'


@dataclass(eq=False)
class DeviceStatus(Node):
    """The state of a device, as in `codec.messages.text.Status`."""

    message_type = Status
    tag = 'IGTLStatus'

    code: int = 1
    subcode: int = 0
    error_name: str = ''
    text: str = ''

    def take(self, message: Status) -> None:
        self.code, self.subcode = message.code, message.subcode
        self.error_name, self.text = message.error_name, message.message

    def message(self, **fields: Any) -> Status:
        """Make a STATUS; Slicer sends the code where the sub-code belongs."""
        return Status(self.code, self.code, self.error_name, self.text, **fields)

    def describe(self) -> str:
        return f'code {self.code} {self.text[:60]!a}'


@dataclass(eq=False)
class Model(Node):
    """
    A mesh.

    :param mesh: points, cells and attributes; the rest of the message means nothing.
    """

    message_type = PolyData
    tag = 'Model'

    mesh: PolyData = field(
        default_factory=lambda: PolyData(np.zeros((0, 3), np.float32)), repr=False)

    def take(self, message: PolyData) -> None:
        """Take the mesh; of a vertex cell, its first point alone."""
        first = [cell[:1] for cell in message.vertices.to_lists()]
        self.mesh = dataclasses.replace(message, vertices=Cells.of(first))

    def message(self, **fields: Any) -> PolyData:
        shared = {each.name for each in dataclasses.fields(Message)}
        own = [each.name for each in dataclasses.fields(PolyData) if each.name not in shared]
        return PolyData(**{name: getattr(self.mesh, name) for name in own}, **fields)

    def describe(self) -> str:
        return f'{len(self.mesh.points)} points, {self.mesh.cell_count} cells'


@dataclass(eq=False)
class TrackingBundle(Node):
    """
    The tools of a tracker; those that are not in a message stay as they were. It is never sent.

    :param transforms: a transform for each tool; they are nodes of the scene.
    """

    message_type = TrackingData
    tag = 'IGTLTrackingDataSplitter'

    transforms: dict[str, LinearTransform] = field(default_factory=dict)

    def take(self, message: TrackingData) -> None:
        """Move the transforms; of two tools with one name, the first is taken."""
        transforms = dict(self.transforms)
        for element in reversed(message.elements):
            transforms.setdefault(element.name, LinearTransform(element.name))
            transforms[element.name].matrix = element.matrix
        self.transforms = transforms
        for name in {element.name for element in message.elements}:
            transforms[name].received += 1

    def describe(self) -> str:
        return f'{len(self.transforms)} transforms: {", ".join(map(repr, self.transforms))}'


@dataclass(eq=False)
class _MetaList(Node):
    elements: tuple[ImageMetaElement | LabelMetaElement, ...] = ()

    def take(self, message: ImageMeta | LabelMeta) -> None:
        self.elements = tuple(message.elements)

    def describe(self) -> str:
        return f'{len(self.elements)}: {", ".join(repr(e.name) for e in self.elements[:5])}'


class ImageMetaList(_MetaList):
    """What images a peer has; it is never sent."""

    message_type = ImageMeta
    tag = 'ImageMetaList'


class LabelMetaList(_MetaList):
    """What labels a peer has; it is never sent."""

    message_type = LabelMeta
    tag = 'LabelMetaList'


#: which class of node a message becomes, by wire name; other messages become none
NODE_OF: dict[str, type[Node]] = {kind.message_type.type_name: kind for kind in (
    LinearTransform, Volume, StreamingVolume, MarkupsFiducial, Text, DeviceStatus, Model,
    TrackingBundle, ImageMetaList, LabelMetaList,
)}
