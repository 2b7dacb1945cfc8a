"""Write the two meshes of the arm for demonstrations: config/arm/base.stl and needle.dae."""

from __future__ import annotations

import math
import struct
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parents[1] / 'config' / 'arm'
#: radius and height of each ring, from the ground up
BASE_MM = ((0, 0), (110, 0), (110, 18), (75, 30), (70, 120), (0, 120))
NEEDLE_CM = ((0, 0), (3.6, 0), (3.6, 1.6), (1.2, 3.0), (0.3, 3.4), (0.15, 11.0), (0, 12.0))
SECTIONS = 24

DAE = """<?xml version="1.0" encoding="utf-8"?>
<COLLADA xmlns="http://www.collada.org/2005/11/COLLADASchema" version="1.4.1">
  <asset>
    <created>2026-11-29T00:00:00</created><modified>2026-11-29T00:00:00</modified>
    <unit name="centimeter" meter="0.01"/><up_axis>Z_UP</up_axis>
  </asset>
  <library_effects><effect id="red-effect"><profile_COMMON><technique sid="common"><lambert>
    <diffuse><color>0.75 0.2 0.15 1</color></diffuse>
  </lambert></technique></profile_COMMON></effect></library_effects>
  <library_materials>
    <material id="red"><instance_effect url="#red-effect"/></material>
  </library_materials>
  <library_geometries><geometry id="needle"><mesh>
    <source id="points">
      <float_array id="numbers" count="{numbers}">{points}</float_array>
      <technique_common><accessor source="#numbers" count="{count}" stride="3">
        <param name="X" type="float"/><param name="Y" type="float"/><param name="Z" type="float"/>
      </accessor></technique_common>
    </source>
    <vertices id="vertices"><input semantic="POSITION" source="#points"/></vertices>
    <triangles material="red" count="{faces}">
      <input semantic="VERTEX" source="#vertices" offset="0"/><p>{corners}</p>
    </triangles>
  </mesh></geometry></library_geometries>
  <library_visual_scenes><visual_scene id="scene"><node><instance_geometry url="#needle">
    <bind_material><technique_common>
      <instance_material symbol="red" target="#red"/>
    </technique_common></bind_material>
  </instance_geometry></node></visual_scene></library_visual_scenes>
  <scene><instance_visual_scene url="#scene"/></scene>
</COLLADA>
"""


def turned(rings: tuple[tuple[float, float], ...]) -> tuple[np.ndarray, np.ndarray]:
    """Turn a profile about z: points, and triangles whose outside is to be seen."""
    points: list[tuple[float, float, float]] = []
    rows = []
    for radius, height in rings:
        sections = SECTIONS if radius else 1
        rows.append([len(points) + n % sections for n in range(SECTIONS + 1)])
        for n in range(sections):
            angle = 2 * math.pi * n / SECTIONS
            points.append((radius * math.cos(angle), radius * math.sin(angle), height))
    faces = []
    for low, high in zip(rows, rows[1:]):
        for n in range(SECTIONS):
            for face in ((low[n], low[n + 1], high[n]), (low[n + 1], high[n + 1], high[n])):
                if len(set(face)) == 3:
                    faces.append(face)
    return np.array(points), np.array(faces)


def stl(points: np.ndarray, faces: np.ndarray) -> bytes:
    """Write a binary STL file."""
    body = b''
    for corners in points[faces]:
        normal = np.cross(corners[1] - corners[0], corners[2] - corners[0])
        normal /= np.linalg.norm(normal)
        body += struct.pack('<12fH', *normal, *corners.ravel(), 0)
    return b'base of the arm, mm'.ljust(80) + struct.pack('<I', len(faces)) + body


def dae(points: np.ndarray, faces: np.ndarray) -> str:
    """Write a DAE file whose unit is a centimetre."""
    return DAE.format(
        numbers=points.size, count=len(points), faces=len(faces),
        points=' '.join(f'{number:.6g}' for number in points.ravel()),
        corners=' '.join(map(str, faces.ravel())))


if __name__ == '__main__':
    (FOLDER / 'base.stl').write_bytes(stl(*turned(BASE_MM)))
    (FOLDER / 'needle.dae').write_text(dae(*turned(NEEDLE_CM)), encoding='utf-8')
