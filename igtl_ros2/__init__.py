"""OpenIGTLink for ROS 2: a codec, network peers and bridge nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = '0.1.0'

if TYPE_CHECKING:
    from .client import connect as connect
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
    from .server import serve as serve

__all__ = ['connect', 'serve', '__version__']


def __getattr__(name: str) -> Any:
    """Load `connect`, `serve` and messages on first use: to import the package costs nothing."""
    if name == 'connect':
        from .client import connect

        return connect
    if name == 'serve':
        from .server import serve

        return serve
    if name[:1].isupper() and (found := _messages().get(name)):
        return found
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')


def __dir__() -> list[str]:
    """List the names that scripts need."""
    return sorted([*globals(), 'connect', 'serve', *_messages()])


def _messages() -> dict[str, Any]:
    """Find the classes of messages, and what they consist of."""
    from .codec import messages

    modules = [part for part in vars(messages).values() if hasattr(part, '__file__')]
    return {
        name: value for module in modules for name, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__ and name[0] != '_'}
