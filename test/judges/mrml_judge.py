"""A real MRML scene in a process of its own, which is shown what a simulated Slicer holds."""

import json
import os
import subprocess
import sys
from itertools import count
from pathlib import Path

import numpy as np
from beside import slicer_core

from igtl_ros2.config.shared import shared_path
from igtl_ros2.sim.mrml import (
    DeviceStatus,
    LinearTransform,
    MarkupsFiducial,
    Model,
    Text,
    TrackingBundle,
    Volume,
)

SCENE = Path(__file__).parent / 'mrml_scene.py'


class Mrml:
    """
    Slicer's own scene; each method of `Judge` in mrml_scene.py can be called here.

    :param folder: where arrays are handed over.
    """

    def __init__(self, folder):
        core, self._folder, self._numbers = slicer_core(), Path(folder), count()
        self._errors = open(self._folder / 'errors', 'w')
        environment = {**os.environ, 'PYTHONPATH': str(core), 'PYTHONNOUSERSITE': '1'}
        self._process = subprocess.Popen(
            [getattr(sys, '_base_executable', sys.executable), SCENE,
             shared_path('slicer/IgtlRos2')],
            env=environment, text=True, bufsize=1, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self._errors)

    def __getattr__(self, name):
        return lambda **arguments: self._call(name, arguments)

    def _call(self, name, arguments):
        given = {key: self._given(value) for key, value in arguments.items()}
        self._process.stdin.write(json.dumps([name, given]) + '\n')
        line = self._process.stdout.readline()
        assert line, (self._folder / 'errors').read_text()[-2000:]
        return json.loads(line)

    def _given(self, value):
        if isinstance(value, np.ndarray):
            return self.file(value)
        if isinstance(value, (list, tuple)):
            return [self._given(each) for each in value]
        if isinstance(value, dict):
            return {key: self._given(each) for key, each in value.items()}
        return str(value) if isinstance(value, Path) else value

    def file(self, array=None):
        """Hand over an array; the name of its file, or of one for an answer."""
        path = self._folder / f'{next(self._numbers)}.npy'
        if array is not None:
            np.save(path, array)
        return str(path)

    def close(self):
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()
        self._errors.close()

    # -- what a simulated Slicer holds

    def show(self, slicer):
        """Build all nodes that have come over the network, in their order."""
        for node in slicer.nodes.all():
            if node.received:
                self._build(node)

    def _build(self, node):
        name = node.name
        if isinstance(node, TrackingBundle):
            for tool in node.transforms.values():
                self.transform(name=tool.name, matrix=tool.matrix.tolist())
        elif isinstance(node, LinearTransform):
            self.transform(name=name, matrix=node.matrix.tolist())
        elif isinstance(node, Model):
            mesh = node.mesh
            self.model(
                name=name, points=np.asarray(mesh.points, np.float32),
                cells={kind: _cells(getattr(mesh, kind).to_lists())
                       for kind in ('polygons', 'lines')},
                attributes={a.name: np.asarray(a.values, np.float32) for a in mesh.attributes},
                metadata={key.removeprefix('OpenIGTLink.'): value
                          for key, value in node.attributes.items()})
        elif isinstance(node, Text):
            self.text(name=name, text=node.text)
        elif isinstance(node, DeviceStatus):
            self.state(name=name, code=node.code, text=node.text)
        elif isinstance(node, MarkupsFiducial):
            self.points(
                name=name, places=[p.position.tolist() for p in node.points],
                labels=[p.label for p in node.points], selected=[p.selected for p in node.points],
                visible=[p.visible for p in node.points], color=list(node.selected_color))
        elif isinstance(node, Volume):
            self.volume(name=name, voxels=np.ascontiguousarray(node.pixels),
                        ijk_to_ras=node.ijk_to_ras.tolist())


def _cells(lists):
    """Give the ids of the points of cells, and where each cell begins among them."""
    ids = np.array([n for cell in lists for n in cell], np.int64)
    return ids, np.cumsum([0, *map(len, lists)]).astype(np.int64)
