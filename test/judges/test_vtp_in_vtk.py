"""Meshes in .vtp files, read by VTK itself."""

import json
import subprocess
import sys

import numpy as np

from igtl_ros2 import files
from igtl_ros2.codec.messages.mesh import Attribute, AttributeType, PolyData

READ = """
import json, sys
from vtkmodules.vtkIOXML import vtkXMLPolyDataReader
reader = vtkXMLPolyDataReader()
reader.SetFileName(sys.argv[1])
reader.Update()
mesh = reader.GetOutput()
def cells(array):
    ids = [array.GetCellSize(n) for n in range(array.GetNumberOfCells())]
    flat = array.GetConnectivityArray()
    return ids, [int(flat.GetValue(n)) for n in range(flat.GetNumberOfValues())]
def numbers(data):
    found = {}
    for n in range(data.GetNumberOfArrays()):
        array = data.GetArray(n)
        found[array.GetName()] = [
            array.GetTuple(m) for m in range(array.GetNumberOfTuples())]
    return found
print(json.dumps({
    'points': [mesh.GetPoint(n) for n in range(mesh.GetNumberOfPoints())],
    'cells': [cells(a) for a in (
        mesh.GetVerts(), mesh.GetLines(), mesh.GetPolys(), mesh.GetStrips())],
    'point_data': numbers(mesh.GetPointData()), 'cell_data': numbers(mesh.GetCellData()),
    'normals': mesh.GetPointData().GetNormals().GetName(),
    'space': mesh.GetFieldData().GetAbstractArray('SPACE').GetValue(0),
}))
"""


def test_vtk_reads_points_cells_and_attributes_in_lps(judges, tmp_path):
    points = np.array([(0, 0, 0), (10, 0, 0), (10, 20, 0), (0, 20, 0), (0, 0, 30)], float)
    mesh = PolyData(
        points, vertices=[(4,)], lines=[(0, 1, 2)], polygons=[(0, 1, 2, 3), (0, 4, 1)],
        triangle_strips=[(0, 1, 2, 3, 4)], attributes=(
            Attribute('a "name"', AttributeType.POINT_SCALARS, np.arange(5)),
            Attribute('n', AttributeType.POINT_NORMALS, np.tile((1.0, 2.0, 3.0), (5, 1))),
            Attribute('c', AttributeType.CELL_RGBA, np.tile((1.0, 0.0, 0.2, 1.0), (5, 1)))))
    files.write(tmp_path / 'a.vtp', [(0.0, mesh)])
    done = subprocess.run(
        [sys.executable, '-c', READ, tmp_path / 'a.vtp'], env={'PYTHONPATH': str(judges)},
        capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0 and not done.stderr, done.stderr
    found = json.loads(done.stdout)
    np.testing.assert_allclose(found['points'], points * [-1, -1, 1])
    assert found['cells'] == [
        [[1], [4]], [[3], [0, 1, 2]], [[4, 3], [0, 1, 2, 3, 0, 4, 1]], [[5], [0, 1, 2, 3, 4]]]
    assert found['point_data']['a "name"'] == [[0], [1], [2], [3], [4]]
    assert found['point_data']['n'][0] == [-1, -2, 3] and found['normals'] == 'n'
    assert found['cell_data']['c'][4] == [255, 0, 51, 255]
    assert found['space'] == 'LPS'
