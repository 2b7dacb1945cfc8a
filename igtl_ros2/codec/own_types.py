"""Message types of other packages, found by their entry points."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

from ..errors import ConfigError

#: Each entry point names a module that registers a type, or what converts it, when imported.
GROUP = 'igtl_ros2.messages'


@cache
def load_own_types() -> dict[str, str]:
    """
    Import what other packages have under the entry points of `GROUP`, once.

    :returns: by module, those whose ROS packages are not installed, as `name (needs package)`.
    :raises ConfigError: naming the one that fails, and why.
    """
    missing = {}
    for point in entry_points(group=GROUP):
        try:
            point.load()
        except ModuleNotFoundError as error:
            package = point.value.partition('.')[0]
            if error.name is None or error.name.partition('.')[0] in (package, 'igtl_ros2'):
                raise _refused(point.name, point.value, error) from error
            missing[point.value] = f'{point.name} (needs {error.name})'
        except Exception as error:
            raise _refused(point.name, point.value, error) from error
    return missing


def _refused(name: str, value: str, error: Exception) -> ConfigError:
    what = f'{type(error).__name__}: {error}'
    return ConfigError(f'entry point {name} of {GROUP} ({value}) cannot be loaded: {what}')
