"""The robot, put together by itself from what the bridge announces."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from .mrml import MODEL, RECEIVED, TEXT, TRANSFORM, attribute, by_name, nodes

#: the key of an announcement that says what it is about
ANNOUNCES = 'igtl_ros2'
#: attribute of the models that this module has put under a transform: name of the announcement
OURS = 'IgtlRos2.robot'
LINK = 'IgtlRos2.link'
COLORS = 'RGBA'
_DIRECT_MAPPING = 4  # vtkMRMLDisplayNode::UseDirectMapping
_POINT_DATA = 0  # vtkAssignAttribute::POINT_DATA


@dataclass
class Robot:
    """
    A robot as the bridge announces it, and how much of it is there.

    :param device: name of the text that announces it.
    :param name: of the robot, from its description.
    :param target: the frame that it is seen from.
    :param links: in the order of the description: link, transform, model (may be empty), parent.
    :param missing: what has not arrived yet.
    """

    device: str
    name: str
    target: str
    links: list = field(default_factory=list)
    missing: list = field(default_factory=list)

    @property
    def is_whole(self):
        """Tell whether all models stand under their transforms."""
        return not self.missing

    def describe(self):
        """Say in plain words how much of it is there."""
        shapes = sum(bool(link['model']) for link in self.links)
        text = f'{self.name}: {len(self.links)} links, {shapes} with a shape'
        if self.missing:
            text += ', waiting for ' + ', '.join(self.missing[:3])
            more = len(self.missing) - 3
            text += f' and {more} more' if more > 0 else ''
        return text


def announcements(scene, about):
    """Give (name of the text, what it says) for all that the bridge announces about something."""
    found = []
    for node in nodes(scene, TEXT):
        text = node.GetText() or ''
        if ANNOUNCES not in text[:40]:
            continue  # most texts are something else, and long ones take time to read
        try:
            said = json.loads(text)
        except ValueError:
            continue
        if isinstance(said, dict) and said.get(ANNOUNCES) == about:
            found.append((node.GetName(), said))
    return found


def robots(scene):
    """List the robots that are announced; what is no proper announcement is none."""
    found = []
    for device, said in announcements(scene, 'robot'):
        links = said.get('links')
        if not isinstance(links, list):
            continue
        robot = Robot(device, str(said.get('name', device)), str(said.get('target', '')))
        for link in links:
            if isinstance(link, dict) and link.get('transform'):
                keys = ('link', 'transform', 'model', 'parent')
                robot.links.append({key: str(link.get(key) or '') for key in keys})
        found.append(robot)
    return found


def assemble(scene):
    """
    Put all models of all robots under their transforms, and let all that came show its colours.

    To call it again changes nothing that is right already, so it may be called whenever a node
    is added or a shape has changed. What a user has changed in between, such as the visibility
    of a link, stays.

    :returns: a `Robot` for each announcement.
    """
    transforms, models = by_name(scene, TRANSFORM), by_name(scene, MODEL)
    found = robots(scene)
    wanted = set()
    for robot in found:
        for link in robot.links:
            name = link['transform']
            transform, model = transforms.get(name), models.get(link['model'])
            if transform is None:
                robot.missing.append(name)
            if not link['model']:
                continue
            wanted.add(link['model'])
            if model is None:
                robot.missing.append(link['model'])
            elif transform is not None:
                _put_under(model, transform, robot.device, link['link'])
    for name, model in models.items():
        if attribute(model, OURS) and name not in wanted:
            _take_away(model)
        elif model.GetDescription() == RECEIVED:
            _color(model)  # the ghost of a plan, for instance, is half transparent
    return found


def _put_under(model, transform, device, link):
    if model.GetTransformNodeID() != transform.GetID():
        model.SetAndObserveTransformNodeID(transform.GetID())
    if attribute(model, OURS) != device:
        model.SetAttribute(OURS, device)
        display = model.GetDisplayNode()
        if display is not None:
            display.SetVisibility(True)  # it may have been part of a robot before
    if attribute(model, LINK) != link:
        model.SetAttribute(LINK, link)


def _color(model):
    """Show the colours that the points have; a model without any keeps those of its display."""
    shape, display = model.GetPolyData(), model.GetDisplayNode()
    if shape is None or display is None or not shape.GetPointData().HasArray(COLORS):
        return
    if display.GetActiveScalarName() != COLORS:
        display.SetActiveScalar(COLORS, _POINT_DATA)
        display.SetScalarRangeFlag(_DIRECT_MAPPING)
        display.SetScalarVisibility(True)


def _take_away(model):
    """Hide the model of a link that no robot has any more."""
    model.SetAndObserveTransformNodeID(None)
    model.SetAttribute(OURS, '')
    display = model.GetDisplayNode()
    if display is not None:
        display.SetVisibility(False)
