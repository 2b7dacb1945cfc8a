"""A robot of ROS 2 in 3D Slicer: connect, see it, send it somewhere, stop it."""

import time

import ctk
import qt
import vtk
from IgtlRos2Lib import (
    Obstacles,
    PlanPanel,
    Stop,
    TargetPanel,
    Watch,
    answer_of,
    assemble,
    send_command,
    state,
)
from IgtlRos2Lib.mrml import TRANSFORM, received
from IgtlRos2Lib.orders import END_RECORD, RECORD
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin

import slicer

CONNECTOR = 'vtkMRMLIGTLConnectorNode'
NAME = 'IgtlRos2'
MOVED = slicer.vtkMRMLTransformNode.TransformModifiedEvent
#: how often the panel is brought up to date, and what has come put together
PERIOD_MS = 250
COLORS = {'good': '#2e7d32', 'warning': '#b26a00', 'bad': '#c62828'}


class IgtlRos2(ScriptedLoadableModule):
    """What Slicer shows of the module in its lists."""

    def __init__(self, parent):
        """Describe the module."""
        ScriptedLoadableModule.__init__(self, parent)
        parent.title = 'ROS 2 robot (igtl_ros2)'
        parent.categories = ['IGT']
        parent.dependencies = ['OpenIGTLinkIF'] if hasattr(slicer, CONNECTOR) else []
        parent.contributors = ['igtl_ros2']
        parent.helpText = 'Shows a robot of ROS 2 and sends it targets, over OpenIGTLink.'
        parent.acknowledgementText = ''


class IgtlRos2Logic(ScriptedLoadableModuleLogic):
    """The connector and the parts of IgtlRos2Lib, which hold all that is decided."""

    def __init__(self):
        """Use the connector of an earlier time, if there is one."""
        ScriptedLoadableModuleLogic.__init__(self)
        self.scene = slicer.mrmlScene
        self.watch = Watch()
        self.robots = []
        self.connector = self.scene.GetFirstNode(NAME, CONNECTOR)
        if self.connector is None:
            self.connector = self.scene.AddNewNodeByClass(CONNECTOR, NAME)
        self.target = TargetPanel(self.scene, self.connector, vtk.vtkMatrix4x4)
        self.stop = Stop(self.scene, self.connector)
        self.obstacles = Obstacles(self.scene, self.connector, vtk.vtkPolyData)
        # the class comes with SlicerOpenIGTLink
        self.plan = PlanPanel(
            self.scene, self.connector, getattr(slicer, 'vtkSlicerOpenIGTLinkCommand', None))

    def connect(self, host, port):
        """Connect, and go on trying."""
        self.connector.Stop()
        self.connector.SetTypeClient(host, port)
        self.connector.Start()

    def disconnect(self):
        """End the connection."""
        self.connector.Stop()

    def assemble(self):
        """Put together what has come."""
        self.robots = assemble(self.scene)

    def command(self, command):
        """Send a command; the answer is given by `answer_of`."""
        return send_command(self.connector, command, slicer.vtkSlicerOpenIGTLinkCommand)

    def lines(self):
        """Say how things are."""
        return state(self.scene, self.connector, self.watch, self.robots, time.monotonic())


class IgtlRos2Widget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """Buttons and texts; each does one call of the logic."""

    def __init__(self, parent=None):
        """Build nothing yet."""
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = None
        self._watched = None
        #: commands under way, each with what the box Record is to say if it fails; None: as it is
        self._orders = []

    def setup(self):
        """Build the panel."""
        ScriptedLoadableModuleWidget.setup(self)
        if not hasattr(slicer, CONNECTOR):
            self.layout.addWidget(qt.QLabel(
                'Please install the extension SlicerOpenIGTLink and start Slicer again.'))
            self.layout.addStretch(1)
            return
        self.logic = IgtlRos2Logic()
        self._add_stop()
        self._add_link()
        self._add_target()
        self._add_state()
        self.layout.addStretch(1)
        self._timer = qt.QTimer()
        self._timer.setInterval(PERIOD_MS)
        self._timer.connect('timeout()', self.refresh)
        self._timer.start()

    def cleanup(self):
        """Leave nothing behind when Slicer ends or the module is loaded again."""
        if self.logic is not None:
            self._timer.stop()
        self.removeObservers()

    # -- the panel

    def _box(self, title):
        box = ctk.ctkCollapsibleButton()
        box.text = title
        self.layout.addWidget(box)
        return qt.QFormLayout(box)

    def _node_box(self, kind):
        box = slicer.qMRMLNodeComboBox()
        box.nodeTypes = [kind]
        box.noneEnabled, box.addEnabled = True, False
        box.setMRMLScene(slicer.mrmlScene)
        return box

    def _button(self, text, call):
        button = qt.QPushButton(text)
        button.connect('clicked()', call)
        return button

    def _add_stop(self):
        self._stop = self._button('STOP', self._press_stop)
        self._stop.setStyleSheet('background: #c62828; color: white; font-weight: bold')
        self._stop.setMinimumHeight(48)
        self._stop.toolTip = 'An emergency for the bridge. It does not replace that of the robot.'
        self._end_stop = self._button('End the stop', self._release_stop)
        self.layout.addWidget(self._stop)
        self.layout.addWidget(self._end_stop)

    def _add_link(self):
        form = self._box('Connection')
        self._host = qt.QLineEdit(self.logic.connector.GetServerHostname() or 'localhost')
        self._port = qt.QSpinBox()
        self._port.setRange(1, 65535)
        self._port.value = self.logic.connector.GetServerPort() or 18944
        form.addRow('Host', self._host)
        form.addRow('Port', self._port)
        form.addRow(self._button('Connect', self._connect))
        form.addRow(self._button('Disconnect', self.logic.disconnect))

    def _add_target(self):
        form = self._box('Target')
        self._choices = qt.QComboBox()
        self._tip = self._node_box(TRANSFORM)
        self._tool = self._node_box('vtkMRMLModelNode')
        self._verdict = qt.QLabel('no target was sent')
        self._verdict.wordWrap = True
        form.addRow('From', self._choices)
        form.addRow('Tip of the robot', self._tip)
        form.addRow('Shown by', self._tool)
        form.addRow(self._button('Preview', self._preview))
        form.addRow(self._button('Send', self._send))
        form.addRow(self._verdict)
        self._plan = qt.QLabel()
        self._plan.wordWrap = True
        self._execute = self._button('Carry out the plan', self._carry_out)
        self._cancel = self._button('Cancel', self._cancel_plan)
        form.addRow(self._plan)
        form.addRow(self._execute, self._cancel)

    def _add_state(self):
        form = self._box('State')
        self._record = qt.QCheckBox('Record')
        self._record.connect('clicked(bool)', self._set_record)
        self._answers = qt.QLabel()
        self._state = qt.QLabel('not connected')
        for label in (self._answers, self._state):
            label.wordWrap = True
        form.addRow(self._record, self._answers)
        form.addRow(self._state)

    # -- what buttons do

    def _press_stop(self):
        if not self.logic.stop.press():  # before anything else
            self._verdict.text = (
                'STOP was not sent: there is no connection to the bridge. Use the emergency stop '
                'of the robot.')

    def _release_stop(self):
        self.logic.stop.release()

    def _connect(self):
        self.logic.connect(self._host.text.strip(), self._port.value)

    def _source(self):
        sources = self.logic.target.sources()
        index = self._choices.currentIndex
        return sources[index][1:] if 0 <= index < len(sources) else None

    def _pose(self):
        source = self._source()
        if source is None:
            self._verdict.text = 'choose a fiducial or a transform first'
            return None
        # a fiducial is approached as the tool stands now
        return self.logic.target.pose_of(*source, orientation_of=self._tip.currentNode())

    def _preview(self):
        pose = self._pose()
        if pose is not None:
            tool = self._tool.currentNode()
            name = tool.GetName() if tool is not None else ''
            self.logic.target.preview(pose, name, self._tip.currentNode())

    def _send(self):
        pose = self._pose()
        if pose is not None:
            self._verdict.text = self.logic.target.send(pose, time.monotonic()).text

    def _carry_out(self):
        order = self.logic.plan.execute()
        if order is not None:
            self._orders.append((order, None))

    def _cancel_plan(self):
        self._orders.append((self.logic.plan.cancel(), None))

    def _set_record(self, is_wanted):
        order = self.logic.command(RECORD if is_wanted else END_RECORD)
        self._orders.append((order, not is_wanted))

    # -- what goes on

    def _moved(self, caller, event):
        self.logic.watch.moved(time.monotonic())

    def refresh(self):
        """Bring the panel up to date."""
        logic = self.logic
        logic.assemble()  # which changes nothing that is right already
        logic.obstacles.look()
        self._follow()
        sources = [text for text, *_ in logic.target.sources()]
        if sources != [self._choices.itemText(n) for n in range(self._choices.count)]:
            chosen = self._choices.currentText
            self._choices.clear()
            self._choices.addItems(sources)
            self._choices.setCurrentIndex(max(0, self._choices.findText(chosen)))
        if logic.target.is_sent:
            self._verdict.text = logic.target.answer(time.monotonic()).text
        self._plan.text = logic.plan.text()
        self._execute.enabled = logic.plan.ready is not None
        self._cancel.enabled = bool(self._plan.text)
        for each in list(self._orders):
            order, was_recording = each
            answer = answer_of(order)
            if answer is not None:
                self._orders.remove(each)
                self._answers.text = answer.text or ('done' if answer.is_success else 'failed')
                if not answer.is_success and was_recording is not None:
                    self._record.checked = was_recording
        self._state.text = '<br>'.join(
            f'<font color="{COLORS[line.level]}">&#9679;</font> {_escaped(line.text)}'
            for line in logic.lines())

    def _follow(self):
        """Count the poses of a link that moves: the last one of the first robot."""
        links = self.logic.robots[0].links if self.logic.robots else []
        node = received(slicer.mrmlScene, links[-1]['transform'], TRANSFORM) if links else None
        if node is not self._watched:
            if self._watched is not None:
                self.removeObserver(self._watched, MOVED, self._moved)
            if node is not None:
                self.addObserver(node, MOVED, self._moved)
            self._watched = node


def _escaped(text):
    return text.replace('&', '&amp;').replace('<', '&lt;')
