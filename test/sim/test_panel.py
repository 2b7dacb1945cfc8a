"""The panel of the module for Slicer, with stand-ins for Slicer's windows: what buttons do."""

import importlib.util
import sys
import types
from unittest.mock import MagicMock

import pytest

from igtl_ros2 import serve
from igtl_ros2.config.shared import shared_path
from igtl_ros2.sim.module import slicer_module
from igtl_ros2.sim.scene import Command, ConnectorNode, Matrix, Scene
from igtl_ros2.sim.slicer import Slicer

slicer_module()


class Part:
    """What a class of a scripted module is made of."""

    def __init__(self, parent=None):
        self.layout = MagicMock()

    def setup(self):
        """Build nothing."""


class Observing:
    """Slicer's VTKObservationMixin."""

    def addObserver(self, *_):
        """Observe nothing."""

    removeObserver = removeObservers = addObserver


@pytest.fixture
def panel(monkeypatch):
    """The panel of a simulated Slicer with one fiducial, which is connected to a server."""
    names = 'ScriptedLoadableModule', 'ScriptedLoadableModuleLogic', 'ScriptedLoadableModuleWidget'
    slicer, scripted, util = MagicMock(), types.ModuleType('scripted'), types.ModuleType('util')
    for name in names:
        setattr(scripted, name, type(name, (Part,), {}))
    util.VTKObservationMixin = Observing
    for name, module in (
            ('ctk', MagicMock()), ('qt', MagicMock()), ('vtk', MagicMock()), ('slicer', slicer),
            ('slicer.ScriptedLoadableModule', scripted), ('slicer.util', util)):
        monkeypatch.setitem(sys.modules, name, module)
    sys.modules['vtk'].vtkMatrix4x4, slicer.vtkSlicerOpenIGTLinkCommand = Matrix, Command
    spec = importlib.util.spec_from_file_location(
        'IgtlRos2', shared_path('slicer/IgtlRos2/IgtlRos2.py'))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with serve('tcp://127.0.0.1:0') as server, Slicer(str(server.address)) as simulated:
        simulated.set_fiducials('F', {'T': (1, 2, 3)})
        scene, connector = Scene(simulated), MagicMock(wraps=ConnectorNode(simulated))
        found = scene.GetFirstNode
        scene.GetFirstNode = lambda name, kind: (
            connector if kind == module.CONNECTOR else found(name, kind))
        slicer.mrmlScene = scene
        connector.Stop = connector.Start = connector.SetTypeClient = MagicMock()
        widget = module.IgtlRos2Widget()
        widget.setup()
        choices = widget._choices = MagicMock(count=0, currentIndex=0)
        choices.findText.return_value = 0
        widget._tip = MagicMock(**{'currentNode.return_value': None})
        widget._tool = MagicMock(**{'currentNode.return_value': None})
        widget._host, widget._port = MagicMock(text=' robot '), MagicMock(value=18944)
        yield widget, connector, simulated
        widget.cleanup()


def test_each_button_does_what_it_says(panel):
    widget, connector, simulated = panel
    widget.refresh()
    widget._choices.addItems.assert_called_with(['F: T'])
    widget._connect()
    connector.SetTypeClient.assert_any_call('robot', 18944)
    widget._preview()
    assert 'Target_preview' in simulated.nodes and 'Target' not in simulated.nodes
    widget._send()
    assert simulated.nodes['Target'].matrix[:3, 3].tolist() == [1, 2, 3]
    assert widget._verdict.text.startswith('sent (1.0, 2.0, 3.0) mm')
    widget._press_stop()
    assert simulated.nodes['Slicer_stop'].code == 3
    widget._release_stop()
    assert simulated.nodes['Slicer_stop'].code == 1
    widget._set_record(True)
    widget._carry_out()  # of no plan
    widget._cancel_plan()
    assert [order.name for order, _ in widget._orders] == ['Record', 'Cancel']
    widget.refresh()
    assert 'connected to 127.0.0.1' in widget._state.text


def test_the_box_for_recording_follows_the_commands_for_it_alone(panel):
    widget, _, _ = panel
    failed = Command()
    failed.status = Command.CommandExpired
    logic = widget.logic
    logic.plan, logic.command = MagicMock(cancel=lambda: failed), lambda _: failed
    logic.plan.text.return_value, widget._answers = '', MagicMock()
    for is_recording in (True, False):
        widget._record = MagicMock(checked=is_recording)
        widget._cancel_plan()
        widget.refresh()
        assert widget._record.checked == is_recording
        widget._record.checked = not is_recording  # by the click
        widget._set_record(not is_recording)
        widget.refresh()
        assert widget._record.checked == is_recording
        assert 'did not answer' in widget._answers.text
