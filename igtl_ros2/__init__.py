"""OpenIGTLink for ROS 2: a codec, network peers and bridge nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = '0.1.0'

if TYPE_CHECKING:
    from .client import connect
    from .server import serve

__all__ = ['connect', 'serve', '__version__']


def __getattr__(name: str) -> Any:
    """Load `connect` and `serve` on first use, so that importing the package costs nothing."""
    if name == 'connect':
        from .client import connect

        return connect
    if name == 'serve':
        from .server import serve

        return serve
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
