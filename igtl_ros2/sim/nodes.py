"""The nodes of the scene of a simulated Slicer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

from ..codec.patients import hidden_text
from .mrml import Node

AnyNode = TypeVar('AnyNode', bound=Node)


class Nodes(Mapping[str, Node]):
    """The nodes of a scene by name, or by (name, wire name) where a name is not enough."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[str, str], Node] = {}

    def __getitem__(self, key: str | tuple[str, str]) -> Any:
        """
        Find a node.

        :raises KeyError: there is none, or there are several with the name.
        """
        if isinstance(key, tuple):
            return self._nodes[key]
        found = [node for (name, _), node in list(self._nodes.items()) if name == key]
        if len(found) > 1:
            kinds = ', '.join(node.device_type for node in found)
            raise KeyError(f'{key!r} is the name of {kinds}; say which: nodes[name, type]')
        if not found:
            raise KeyError(f'{key!r}; there are {", ".join(map(repr, self)) or "none"}')
        return found[0]

    def __contains__(self, key: object) -> bool:
        return key in self._nodes or any(name == key for name, _ in list(self._nodes))

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for name, _ in list(self._nodes)))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def all(self) -> list[Node]:
        """List the nodes."""
        return list(self._nodes.values())

    def put(self, node: AnyNode) -> AnyNode:
        """Add a node, or give the one of its name and kind that is there."""
        return cast(AnyNode, self._nodes.setdefault((node.name, node.device_type), node))

    def remove(self, node: Node) -> None:
        """Take a node out of the scene, if it is there."""
        self._nodes.pop((node.name, node.device_type), None)


def table(nodes: Nodes, log: Sequence[str]) -> str:
    """List the nodes, what was logged, and what Slicer crashed on."""
    lines = []
    for node in nodes.all():
        said = hidden_text(node.describe())
        lines.append(f'{node.tag:25}{node.name!a:24}{node.received:7} {said}')
    lines = [f'{"node":25}{"name":24}received', *sorted(lines)]
    lines += [line.encode('ascii', 'backslashreplace').decode() for line in map(hidden_text, log)]
    return '\n'.join(lines)
