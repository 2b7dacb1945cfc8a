"""
OpenIGTLink for ROS 2: a codec, network peers and bridge nodes.

`connect`, `serve`, every message, what messages consist of, and every error are here. Each is
loaded on first use: to import the package costs nothing, and needs no ROS.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

__version__ = '0.1.0'

if TYPE_CHECKING:
    from .client import Client as Client
    from .client import connect as connect
    from .codec import Message as Message
    from .codec import Unknown as Unknown
    from .codec import decode as decode
    from .codec import encode as encode
    from .codec.messages.arrays import *  # noqa: F403
    from .codec.messages.bundle import *  # noqa: F403
    from .codec.messages.catalog import *  # noqa: F403
    from .codec.messages.colors import *  # noqa: F403
    from .codec.messages.image import *  # noqa: F403
    from .codec.messages.mesh import *  # noqa: F403
    from .codec.messages.points import *  # noqa: F403
    from .codec.messages.pose import *  # noqa: F403
    from .codec.messages.query import *  # noqa: F403
    from .codec.messages.text import *  # noqa: F403
    from .codec.messages.tracking import *  # noqa: F403
    from .codec.messages.video import *  # noqa: F403
    from .codec.video_frames import VideoDecoder as VideoDecoder
    from .codec.video_frames import VideoEncoder as VideoEncoder
    from .errors import *  # noqa: F403
    from .server import Server as Server
    from .server import serve as serve

_HOMES = {
    'Client': 'client', 'connect': 'client', 'Server': 'server', 'serve': 'server',
    'Message': 'codec', 'Unknown': 'codec', 'decode': 'codec', 'encode': 'codec',
    'VideoDecoder': 'codec.video_frames', 'VideoEncoder': 'codec.video_frames',
}

__all__ = [
    'Attribute', 'AttributeType', 'BagError', 'Bind', 'Capability', 'Cells', 'Client',
    'ClientInfo', 'ColorTable', 'Command', 'CommandResponse', 'ConfigError', 'ContentError',
    'ConversionError', 'CrcError', 'DecodeError', 'DeviceQuery', 'EncodeError', 'FileError',
    'GetBind', 'HeaderError', 'IgtlError', 'Image', 'ImageMeta', 'ImageMetaElement', 'LabelMeta',
    'LabelMetaElement', 'Mesh', 'Message', 'NDArray', 'PeerError', 'PeerTimeoutError', 'Point',
    'PointList', 'Points', 'PolyData', 'Position', 'QuaternionElement', 'QuaternionTrackingData',
    'Query', 'Response', 'Sensor', 'Server', 'StartBind', 'StartTracking', 'StartVideo', 'Status',
    'StatusCode', 'String', 'TooLargeError', 'TrackingData', 'TrackingElement', 'Trajectories',
    'Trajectory', 'Transform', 'Unknown', 'Video', 'VideoDecoder', 'VideoEncoder', 'VideoMeta',
    'VideoMetaElement', 'connect', 'decode', 'encode', 'serve',
]


def __getattr__(name: str) -> Any:
    """Load a name on first use."""
    from importlib import import_module

    if name in _HOMES:
        return getattr(import_module(f'.{_HOMES[name]}', __name__), name)
    if name in __all__:
        found = _classes(f'{__name__}.errors') | _messages()
        if name in found:
            return found[name]
    raise AttributeError(  # with what Python needs to tell which name is meant
        f'module {__name__!r} has no attribute {name!r}', name=name, obj=sys.modules[__name__])


def __dir__() -> list[str]:
    """List the names that scripts need."""
    return sorted({*__all__, *(name for name in globals() if name.startswith('__'))})


def _messages() -> dict[str, Any]:
    """Find the classes of messages, and what they consist of."""
    from .codec import messages

    parts = [value.__name__ for value in vars(messages).values() if hasattr(value, '__file__')]
    return {name: cls for part in parts for name, cls in _classes(part).items()}


def _classes(module: str) -> dict[str, Any]:
    """Find the classes that a module defines, under all their names."""
    from importlib import import_module

    return {
        name: value for name, value in vars(import_module(module)).items()
        if isinstance(value, type) and value.__module__ == module and name[0] != '_'}
