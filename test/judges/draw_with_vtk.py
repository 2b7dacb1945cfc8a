"""
Draw POLYDATA as 3D Slicer does: its reader, its default display, VTK without a screen.

    python draw_with_vtk.py CONTENT PIXELS

Each line of its input is a reader: slicer, or whole for one without its mistakes. CONTENT is a
file with the content of a message, PIXELS becomes a file of numpy: which pixels of a window that
shows all of it are not background. It answers with a line of how that ended, 0 if well. It knows
nothing of this package.
"""

import struct
import sys

import numpy as np
import vtkmodules.vtkRenderingOpenGL2  # noqa: F401  (without it nothing is drawn)
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import (
    vtkActor,
    vtkCamera,
    vtkPolyDataMapper,
    vtkRenderer,
    vtkRenderWindow,
    vtkWindowToImageFilter,
)

SIZE = 300
CRASHED = 70


class Crash(Exception):
    """Slicer would have crashed."""


def read(content, is_slicer):
    """Make what the engine of Slicer makes (OpenIGTLinkIO, igtlioPolyDataConverter.cxx)."""
    npoints, *pairs, _ = struct.unpack_from('>10I', content)
    start = 40 + 12 * npoints
    points = vtkPoints()
    for point in np.frombuffer(content, '>f4', 3 * npoints, 40).reshape(-1, 3).tolist():
        points.InsertNextPoint(point)
    mesh = vtkPolyData()
    mesh.SetPoints(points)
    setters = mesh.SetVerts, mesh.SetLines, mesh.SetPolys, mesh.SetStrips
    for number, (set_cells, count, size) in enumerate(zip(setters, pairs[::2], pairs[1::2])):
        words = np.frombuffer(content, '>u4', size // 4, start).tolist()
        start += size
        cells = vtkCellArray()
        place = 0
        for _ in range(count):
            cell = words[place + 1:place + 1 + words[place]]
            place += 1 + words[place]
            if is_slicer and number == 0:
                if cells.GetNumberOfCells():
                    raise Crash  # it writes to place 1, 2, ... of a cell with one place
                cell = cell[:1]
            cells.InsertNextCell(len(cell), cell)
        if count:
            set_cells(cells)
    return mesh


def open_window():
    """Give a window without a screen, and what is in it."""
    mapper = vtkPolyDataMapper()
    mapper.ScalarVisibilityOff()
    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.GetProperty().BackfaceCullingOn()
    renderer = vtkRenderer()
    renderer.AddActor(actor)
    window = vtkRenderWindow()
    window.SetOffScreenRendering(1)
    window.SetMultiSamples(0)
    window.SetSize(SIZE, SIZE)
    window.AddRenderer(renderer)
    return window, renderer, mapper


def draw(mesh, window, renderer, mapper):
    """Tell which pixels show something."""
    mapper.SetInputData(mesh)
    renderer.SetActiveCamera(vtkCamera())  # as in a new window
    renderer.ResetCamera()
    window.Render()
    picture = vtkWindowToImageFilter()
    picture.SetInput(window)
    picture.ReadFrontBufferOff()
    picture.Update()
    pixels = vtk_to_numpy(picture.GetOutput().GetPointData().GetScalars())
    return pixels.reshape(SIZE, SIZE, 3).max(axis=2) > 0


def answer(reader, content, pixels, shown):
    """Draw one picture; gives how that ended."""
    with open(content, 'rb') as file:
        try:
            mesh = read(file.read(), reader == 'slicer')
        except Crash:
            return CRASHED
    np.save(pixels, draw(mesh, *shown))
    return 0


if __name__ == '__main__':
    shown = open_window()
    for line in iter(sys.stdin.readline, ''):
        print(answer(line.strip(), *sys.argv[1:], shown), flush=True)
