"""Parameters that choose which slice of a volume is shown, at run time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    SetParametersResult,
)
from rclpy.exceptions import ParameterException
from rclpy.node import Node
from rclpy.parameter import Parameter

from ..converters.volumes import SliceViewer
from ..errors import ConversionError

_HELP = {
    'axis': 'Axis across the slice: i the columns of the volume, j its rows, k its slices.',
    'index': 'Number of the slice along the axis; -1 is the one in the middle.',
    'window': 'Range of values from black to white; 0 is all values of the volume.',
    'level': 'Value in the middle of the window.',
}
_RANGES: dict[str, dict[str, Any]] = {
    'index': {'integer_range': [IntegerRange(from_value=-1, to_value=65535, step=1)]},
    'window': {'floating_point_range': [FloatingPointRange(from_value=0.0, to_value=1e300)]},
}


class SliceParameters:
    """
    Keep `<device>.slice.{axis,index,window,level}` and show what they say.

    :param publish: publishes a slice on a topic.
    """

    def __init__(self, node: Node, publish: Callable[[str, Any], None]) -> None:
        self._node = node
        self._publish = publish
        self._viewers: dict[str, tuple[str, SliceViewer]] = {}
        node.add_on_set_parameters_callback(self._on_set)

    def add(self, topic: str, viewer: SliceViewer) -> None:
        """
        Declare the parameters of a device.

        :raises ConversionError: if another device on the same topic has them already.
        """
        for key, text in _HELP.items():
            name = f'{topic.replace("/", ".")}.slice.{key}'
            descriptor = ParameterDescriptor(description=text, **_RANGES.get(key, {}))
            try:
                self._node.declare_parameter(name, getattr(viewer.view, key), descriptor)
            except ParameterException as error:
                raise ConversionError(f'parameter {name}: {error}') from error
            self._viewers[name] = topic, viewer

    def remove(self, viewer: SliceViewer | None) -> None:
        """Take the parameters of a device away."""
        for name in [name for name, (_, known) in self._viewers.items() if known is viewer]:
            del self._viewers[name]
            self._node.undeclare_parameter(name)

    def close(self) -> None:
        """Listen no more; the parameters stay."""
        self._node.remove_on_set_parameters_callback(self._on_set)

    def _on_set(self, parameters: list[Parameter]) -> SetParametersResult:
        mine = [p for p in parameters if p.name in self._viewers]
        for parameter in mine:
            if parameter.name.endswith('.axis') and parameter.value not in ('i', 'j', 'k'):
                reason = f'{parameter.name}: found {parameter.value!r}; allowed i, j, k'
                return SetParametersResult(successful=False, reason=reason)
        for parameter in mine:
            topic, viewer = self._viewers[parameter.name]
            key = parameter.name.rpartition('.')[2]
            try:
                shown = viewer.change(**{key: parameter.value})
            except ConversionError as error:
                return SetParametersResult(successful=False, reason=str(error))
            if shown is not None:
                self._publish(topic, shown)
        return SetParametersResult(successful=True)
