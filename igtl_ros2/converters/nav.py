"""What needs nav_msgs: Odometry, and Path."""

from __future__ import annotations

from collections import Counter

from builtin_interfaces.msg import Time
from geometry_msgs.msg import PoseStamped
from nav_msgs.msg import Odometry, Path

from ..codec.messages.points import Trajectories
from ..errors import ConversionError
from .outputs import Output
from .points import MOST_TOLD, SPLIT, tell_rest
from .pose import position_from_pose, transform_from_pose
from .registry import Converted, Route, extra, from_ros


@extra(Trajectories, Output('paths/<name>', Path, key=SPLIT))
def add_paths(message: Trajectories, route: Route, stamp: Time, result: Converted) -> None:
    """TRAJ: `paths/<name>` where the mapping says split, unless two paths share a name."""
    trajectory = result.outputs['trajectory']
    counts = Counter(result.info['names'])
    errors = []
    for number, name in enumerate(result.info['names']):
        try:
            if counts[name] > 1:
                raise ConversionError(f'{counts[name]} paths are called {name!r}')
            leaf = result.named(route, 'paths', name)
        except ConversionError as error:
            errors.append(f'not published as a path: {error}')
            continue
        poses = [
            PoseStamped(header=trajectory.header, pose=pose)
            for pose in trajectory.poses[2 * number : 2 * number + 2]]
        result.outputs[leaf] = Path(header=trajectory.header, poses=poses)
    result.errors += errors[:MOST_TOLD]
    tell_rest(result, len(errors), 'paths are not published')


from_ros(Odometry, 'TRANSFORM', 'odometry', default=True)(transform_from_pose)
from_ros(Odometry, 'POSITION')(position_from_pose)
