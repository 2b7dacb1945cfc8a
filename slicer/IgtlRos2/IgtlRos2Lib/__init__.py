"""
What the module IgtlRos2 does, without Slicer's windows.

Everything here takes a scene with the methods of `vtkMRMLScene`, and imports neither vtk nor
slicer: it runs in Slicer, with the MRML classes alone, and with a simulated scene. Python 3.9.
"""

from .obstacles import Obstacles
from .orders import Answer, Command, Stop, answer_of, say, send_command
from .plan import PlanPanel
from .robot import Robot, assemble, robots
from .state import Line, Watch, state
from .target import TargetPanel, Verdict

__all__ = [
    'Answer',
    'Command',
    'Line',
    'Obstacles',
    'PlanPanel',
    'Robot',
    'Stop',
    'TargetPanel',
    'Verdict',
    'Watch',
    'answer_of',
    'assemble',
    'robots',
    'say',
    'send_command',
    'state',
]
