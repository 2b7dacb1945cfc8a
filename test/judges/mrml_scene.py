"""
A scene of 3D Slicer itself (slicer-core) that is given what a connector receives.

    python mrml_scene.py MODULE

Each line of its input is a call in JSON, each line of its output the answer: [name, arguments],
with arrays as names of .npy files. MODULE is the folder with IgtlRos2Lib. It knows nothing of the
package that is judged. What has no place in slicer-core, the nodes of the extension
SlicerOpenIGTLink, is stood in for here, with the methods that these have in C++.
"""

import json
import sys

import numpy as np
import vtk
from vtk.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray, vtk_to_numpy

import slicer

sys.path.insert(0, sys.argv[1])
import IgtlRos2Lib as module  # noqa: E402
from IgtlRos2Lib import mrml  # noqa: E402

CONNECTED = 2
#: what makes the connector send a node again
MODIFIED = {
    'vtkMRMLLinearTransformNode': slicer.vtkMRMLTransformNode.TransformModifiedEvent,
    'vtkMRMLTextNode': slicer.vtkMRMLTextNode.TextModifiedEvent,
    'vtkMRMLModelNode': slicer.vtkMRMLModelNode.MeshModifiedEvent,
}


class StatusNode:
    """A vtkMRMLIGTLStatusNode."""

    def __init__(self, name):
        self.name, self.code, self.text, self.description, self.count = name, 0, '', None, 0
        self.observer = None

    def GetName(self):
        return self.name

    def GetID(self):
        return f'vtkMRMLIGTLStatusNode_{self.name}'

    def GetClassName(self):
        return mrml.STATUS

    def GetDescription(self):
        return self.description

    def GetMTime(self):
        return self.count

    def GetCode(self):
        return self.code

    def GetStatusString(self):
        return self.text

    def GetErrorName(self):
        return ''

    def SetAttribute(self, key, value):
        pass

    def SetStatus(self, code, subcode, error_name, text):
        self.code, self.text, self.count = code, text, self.count + 1
        if self.observer:
            self.observer()


class Scene:
    """A vtkMRMLScene that has the class of StatusNode as well."""

    def __init__(self):
        self.mrml = slicer.vtkMRMLScene()
        self.states = []

    def __getattr__(self, name):
        return getattr(self.mrml, name)

    def GetNodesByClass(self, kind):
        if kind != mrml.STATUS:
            return self.mrml.GetNodesByClass(kind)
        return _List(self.states)

    def AddNewNodeByClass(self, kind, name):
        if kind != mrml.STATUS:
            return self.mrml.AddNewNodeByClass(kind, name)
        self.states.append(StatusNode(name))
        return self.states[-1]


class _List:
    def __init__(self, items):
        self.items = items

    def GetNumberOfItems(self):
        return len(self.items)

    def GetItemAsObject(self, number):
        return self.items[number]

    def UnRegister(self, _):
        pass


class Connector:
    """What a vtkMRMLIGTLConnectorNode sends: a node that it observes, and what is pushed."""

    def __init__(self):
        self.outgoing, self.sent = {}, []

    def GetState(self):
        return CONNECTED

    def RegisterOutgoingMRMLNode(self, node):
        if node.GetID() in self.outgoing:
            return
        if isinstance(node, StatusNode):
            node.observer = lambda: self.PushNode(node)
            tag = None
        else:
            tag = node.AddObserver(MODIFIED[node.GetClassName()], lambda *_: self.PushNode(node))
        self.outgoing[node.GetID()] = node, tag

    def UnregisterOutgoingMRMLNode(self, node):
        _, tag = self.outgoing.pop(node.GetID(), (None, None))
        if tag is not None:
            node.RemoveObserver(tag)
        elif isinstance(node, StatusNode):
            node.observer = None

    def GetNumberOfOutgoingMRMLNodes(self):
        return len(self.outgoing)

    def GetOutgoingMRMLNode(self, number):
        return list(self.outgoing.values())[number][0]

    def PushNode(self, node):
        if node.GetID() not in self.outgoing:
            return
        said = {'name': node.GetName()}
        if isinstance(node, StatusNode):
            said['code'] = node.code
        elif node.GetClassName() == mrml.TRANSFORM:
            matrix = vtk.vtkMatrix4x4()
            node.GetMatrixTransformToParent(matrix)
            said['matrix'] = mrml.rows(matrix)
        elif node.GetClassName() == mrml.MODEL:
            said['points'] = node.GetPolyData().GetNumberOfPoints()
        else:
            said['text'] = node.GetText()
        self.sent.append(said)


class Judge:
    """The scene and what can be asked of it."""

    def __init__(self):
        self.clear()

    def clear(self):
        """Begin with an empty scene."""
        self.scene, self.connector = Scene(), Connector()
        self.panel = module.TargetPanel(self.scene, self.connector, vtk.vtkMatrix4x4)
        self.stop = module.Stop(self.scene, self.connector, phrase='STOP')
        self.obstacles = module.Obstacles(self.scene, self.connector, vtk.vtkPolyData)
        self.view = None

    # -- what the connector makes of messages (vtkMRMLIGTLConnectorNode.cxx)

    def _node(self, kind, name):
        node = self.scene.mrml.GetFirstNode(name, kind)
        if node is None:
            node = self.scene.AddNewNodeByClass(kind, name)
            node.SetDescription(mrml.RECEIVED)
        return node

    def transform(self, name, matrix):
        """Take a TRANSFORM, or an element of a TDATA."""
        node = self._node(mrml.TRANSFORM, name)
        node.SetMatrixTransformToParent(mrml.filled(vtk.vtkMatrix4x4(), matrix))
        node.Modified()

    def model(self, name, points, cells, attributes, metadata):
        """Take a POLYDATA: kinds of cells as ids and offsets, attributes as arrays of float."""
        shape = vtk.vtkPolyData()
        place = vtk.vtkPoints()
        place.SetData(numpy_to_vtk(np.load(points), deep=True))
        shape.SetPoints(place)
        for kind, (ids, offsets) in cells.items():
            array = vtk.vtkCellArray()
            array.SetData(*(numpy_to_vtkIdTypeArray(np.load(f), deep=True)
                            for f in (offsets, ids)))
            (shape.SetPolys if kind == 'polygons' else shape.SetLines)(array)
        for attribute, values in attributes.items():
            array = numpy_to_vtk(np.load(values), deep=True)
            array.SetName(attribute)
            shape.GetPointData().AddArray(array)
        is_new = self.scene.mrml.GetFirstNode(name, mrml.MODEL) is None
        node = self._node(mrml.MODEL, name)
        node.SetAndObservePolyData(shape)
        if is_new:
            node.CreateDefaultDisplayNodes()
        for key, value in metadata.items():
            node.SetAttribute(f'OpenIGTLink.{key}', value)

    def text(self, name, text):
        """Take a STRING."""
        self._node(mrml.TEXT, name).SetText(text)

    def state(self, name, code, text):
        """Take a STATUS."""
        same = [node for node in self.scene.states if node.name == name]
        node = same[0] if same else self.scene.AddNewNodeByClass(mrml.STATUS, name)
        node.description = mrml.RECEIVED
        node.SetStatus(code, code, '', text)

    def points(self, name, places, labels, selected, visible, color):
        """Take a POINT."""
        node = self._node(mrml.FIDUCIALS, name)
        node.CreateDefaultDisplayNodes()
        node.RemoveAllControlPoints()
        for n, place in enumerate(places):
            node.AddControlPoint(vtk.vtkVector3d(*place), labels[n])
            node.SetNthControlPointSelected(n, selected[n])
            node.SetNthControlPointVisibility(n, visible[n])
        node.GetDisplayNode().SetSelectedColor(color)

    def volume(self, name, voxels, ijk_to_ras):
        """Take an IMAGE."""
        block = np.load(voxels)
        image = vtk.vtkImageData()
        image.SetDimensions(block.shape[::-1])
        image.GetPointData().SetScalars(numpy_to_vtk(block.ravel(), deep=True))
        node = self._node('vtkMRMLScalarVolumeNode', name)
        node.SetIJKToRASMatrix(mrml.filled(vtk.vtkMatrix4x4(), ijk_to_ras))
        node.SetAndObserveImageData(image)

    # -- what the scene then is

    def assemble(self):
        """Run the module; what it says of each robot, and of each model where and how it is."""
        found = module.assemble(self.scene)
        models = {}
        for node in mrml.nodes(self.scene, mrml.MODEL):
            display, parent = node.GetDisplayNode(), node.GetParentTransformNode()
            bounds = [0.0] * 6
            node.GetRASBounds(bounds)
            models[node.GetName()] = {
                'parent': parent.GetName() if parent else None, 'bounds': bounds,
                'scalars': display.GetActiveScalarName(), 'flag': display.GetScalarRangeFlag(),
                'are_colored': bool(display.GetScalarVisibility()),
                'is_visible': bool(display.GetVisibility()),
            }
        return {'robots': [robot.__dict__ for robot in found], 'models': models}

    def corners(self, links, poses, result):
        """
        Move transforms, many times, and tell where the points of models are in the world then.

        :param links: pairs of a transform and a model.
        :param poses: (n, links, 4, 4).
        :param result: file for (n, points of all links, 3).
        """
        nodes = [(self.scene.mrml.GetFirstNode(transform, mrml.TRANSFORM),
                  self.scene.mrml.GetFirstNode(model, mrml.MODEL)) for transform, model in links]
        points = [
            vtk_to_numpy(model.GetPolyData().GetPoints().GetData()).astype(float)
            for _, model in nodes]
        matrix, found = vtk.vtkMatrix4x4(), []
        for pose in np.load(poses):
            places, place = [], [0.0] * 3
            for (transform, model), own, values in zip(nodes, points, pose.tolist()):
                transform.SetMatrixTransformToParent(mrml.filled(matrix, values))
                for point in own.tolist():
                    model.TransformPointToWorld(point, place)
                    places.append(list(place))
            found.append(places)
        np.save(result, np.array(found))

    def where(self, name):
        """Tell where a volume is: its matrices and its bounds."""
        node = self.scene.mrml.GetFirstNode(name, 'vtkMRMLScalarVolumeNode')
        matrix, bounds = vtk.vtkMatrix4x4(), [0.0] * 6
        node.GetIJKToRASMatrix(matrix)
        node.GetRASBounds(bounds)
        inverse = vtk.vtkMatrix4x4()
        node.GetRASToIJKMatrix(inverse)
        return {'ijk_to_ras': mrml.rows(matrix), 'ras_to_ijk': mrml.rows(inverse),
                'bounds': bounds}

    def markups(self, name):
        """Tell what a list of fiducials is."""
        node = self.scene.mrml.GetFirstNode(name, mrml.FIDUCIALS)
        count = node.GetNumberOfControlPoints()
        places = [[0.0] * 3 for _ in range(count)]
        for n, place in enumerate(places):
            node.GetNthControlPointPositionWorld(n, place)
        return {
            'places': places,
            'labels': [node.GetNthControlPointLabel(n) for n in range(count)],
            'selected': [bool(node.GetNthControlPointSelected(n)) for n in range(count)],
            'visible': [bool(node.GetNthControlPointVisibility(n)) for n in range(count)],
            'color': list(node.GetDisplayNode().GetSelectedColor()),
        }

    # -- the panel

    def choices(self):
        """List what can be a target, with its pose."""
        return {text: self.panel.pose_of(node, number)
                for text, node, number in self.panel.sources()}

    def put_under(self, name, parent):
        """Put a list of fiducials under a transform."""
        self.scene.mrml.GetFirstNode(name, mrml.FIDUCIALS).SetAndObserveTransformNodeID(
            self.scene.mrml.GetFirstNode(parent, mrml.TRANSFORM).GetID())

    def own_transform(self, name, matrix):
        """Make a transform as a user does."""
        node = self.scene.AddNewNodeByClass(mrml.TRANSFORM, name)
        node.SetMatrixTransformToParent(mrml.filled(vtk.vtkMatrix4x4(), matrix))

    def send(self, pose, now):
        """Send a target; what was sent by that, and what the panel says."""
        before = len(self.connector.sent)
        verdict = self.panel.send(pose, now)
        return {'sent': self.connector.sent[before:], **verdict.__dict__}

    def answer(self, now):
        """Tell what the panel says of the target."""
        return self.panel.answer(now).__dict__

    def delete_obstacle(self, name):
        """Send a model as a user has it sent, and delete it; what is sent by that."""
        node = self.scene.AddNewNodeByClass(mrml.MODEL, name)
        self.connector.RegisterOutgoingMRMLNode(node)
        self.obstacles.look()
        self.scene.RemoveNode(node)
        before = len(self.connector.sent)
        self.obstacles.look()
        self.obstacles.look()
        return self.connector.sent[before:], len(mrml.nodes(self.scene, mrml.MODEL))

    def press(self, is_end=False):
        """Press the stop button, or end the stop; what was sent by that."""
        before = len(self.connector.sent)
        (self.stop.release if is_end else self.stop.press)()
        return self.connector.sent[before:]

    def preview(self, pose, tool, tip=''):
        """Show where the tool would be; the bounds of the ghost and what was sent by that."""
        before = len(self.connector.sent)
        node = self.scene.mrml.GetFirstNode(tip, mrml.TRANSFORM) if tip else None
        self.panel.preview(pose, tool, node)
        ghost = self.scene.mrml.GetFirstNode(f'{self.panel.device}_preview', mrml.MODEL)
        bounds = [0.0] * 6
        ghost.GetRASBounds(bounds)
        return {'bounds': bounds, 'opacity': ghost.GetDisplayNode().GetOpacity(),
                'sent': self.connector.sent[before:]}

    # -- pictures

    def picture(self, file, size, camera, focus, up, angle):
        """Draw the scene as a 3-D view of Slicer does, into a PNG."""
        if self.view is None:
            self.view = View(self.scene.mrml)
        self.view.draw(file, size, camera, focus, up, angle)


class View:
    """A 3-D view of Slicer without a window: its own displayable managers draw."""

    def __init__(self, scene):
        self.application = slicer.vtkMRMLApplicationLogic()
        self.application.SetMRMLScene(scene)
        self.markups = slicer.vtkSlicerMarkupsLogic()
        self.markups.SetMRMLApplicationLogic(self.application)
        self.markups.SetMRMLScene(scene)
        self.application.SetModuleLogic('Markups', self.markups)
        self.renderer, self.window = vtk.vtkRenderer(), vtk.vtkRenderWindow()
        self.window.SetOffScreenRendering(1)
        self.window.SetMultiSamples(4)
        self.window.AddRenderer(self.renderer)
        self.interactor = vtk.vtkRenderWindowInteractor()
        self.interactor.SetRenderWindow(self.window)
        factory = slicer.vtkMRMLThreeDViewDisplayableManagerFactory.GetInstance()
        factory.SetMRMLApplicationLogic(self.application)
        for kind in ('View', 'Camera', 'Model', 'Markups'):
            name = f'vtkMRML{kind}DisplayableManager'
            if not factory.IsDisplayableManagerRegistered(name):
                factory.RegisterDisplayableManager(name)
        node = slicer.vtkMRMLViewNode()
        node.SetLayoutName('1')
        node = scene.AddNode(node)
        node.SetBoxVisible(False)
        for set_color in (node.SetBackgroundColor, node.SetBackgroundColor2):
            set_color(0.93, 0.94, 0.97)  # one colour makes small files
        node.SetAxisLabelsVisible(False)
        self.group = factory.InstantiateDisplayableManagers(self.renderer)
        self.group.SetMRMLDisplayableNode(node)

    def draw(self, file, size, camera, focus, up, angle):
        self.window.SetSize(size)
        eye = self.renderer.GetActiveCamera()
        eye.SetPosition(camera)
        eye.SetFocalPoint(focus)
        eye.SetViewUp(up)
        eye.SetViewAngle(angle)
        self.renderer.ResetCameraClippingRange()
        self.window.Render()
        picture = vtk.vtkWindowToImageFilter()
        picture.SetInput(self.window)
        picture.ReadFrontBufferOff()
        picture.Update()
        writer = vtk.vtkPNGWriter()
        writer.SetFileName(file)
        writer.SetCompressionLevel(9)
        writer.SetInputConnection(picture.GetOutputPort())
        writer.Write()


def main():
    """Answer until the input ends."""
    judge = Judge()
    for line in iter(sys.stdin.readline, ''):
        name, arguments = json.loads(line)
        print(json.dumps(getattr(judge, name)(**arguments)), flush=True)


if __name__ == '__main__':
    main()
