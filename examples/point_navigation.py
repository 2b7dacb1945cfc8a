"""
Navigate by points: register a CT to the tracker by fiducials, then tell how far the target is.

The device (`igtl_sim`) sends the fiducials as they were touched, and the tip of a stylus. The
same fiducials were marked in a CT, in another frame. The rigid motion between both frames takes
the target, planned in the CT, to where the stylus is.
"""

import argparse
import sys
import time

import numpy as np

from igtl_ros2 import connect
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import Status
from igtl_ros2.errors import IgtlError


def register(source: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, float]:
    """
    Find the rigid motion that takes points (n, 3) to others as well as can be.

    :returns: the (4, 4) matrix, and the root mean square of what is left (FRE), in mm.
    """
    a, b = source - source.mean(0), target - target.mean(0)
    spread = np.linalg.svd(a, compute_uv=False)
    if len(source) < 3 or spread[1] < 1e-6 * max(spread[0], 1.0):
        raise ValueError('wanted three fiducials or more that are not on one line')
    u, _, vt = np.linalg.svd(a.T @ b)
    mirror = np.diag([1.0, 1.0, np.sign(np.linalg.det(vt.T @ u.T))])  # a rotation, no mirror
    matrix = np.eye(4)
    matrix[:3, :3] = vt.T @ mirror @ u.T
    matrix[:3, 3] = target.mean(0) - matrix[:3, :3] @ source.mean(0)
    left = apply(matrix, source) - target
    return matrix, float(np.sqrt((left**2).sum(1).mean()))


def apply(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Take points, one or many, from one frame to another."""
    return points @ matrix[:3, :3].T + matrix[:3, 3]


def marked_in_ct(touched: np.ndarray) -> np.ndarray:
    """Stand in for the planning: a CT frame of its own, marked with an error of 0.3 mm."""
    turn = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    noise = np.random.default_rng(7).normal(0.0, 0.3, touched.shape)
    return (touched - (10.0, 20.0, -900.0)) @ turn.T + noise


def main() -> None:
    """Register with the first fiducials that arrive, then follow the stylus."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('--url', default='tcp://127.0.0.1:18944', help='device with a stylus')
    parser.add_argument('--seconds', type=float, default=0.0, help='end then; 0: at Ctrl-C')
    args = parser.parse_args()

    target = None
    told = 0.0
    # header_version='2': PLUS and igtl_sim then say with each pose whether it is valid
    with connect(args.url, reconnect=False, header_version='2') as peer:
        for message in peer.messages(args.seconds or None):
            if isinstance(message, PointList) and target is None:
                touched = np.array([point.position for point in message.elements])
                in_ct = marked_in_ct(touched)
                ct_to_tracker, fre = register(in_ct, touched)
                target = apply(ct_to_tracker, in_ct.mean(0))  # planned: the middle of them
                print(f'registered {len(touched)} fiducials, FRE {fre:.2f} mm')
                print('target at {:.1f} {:.1f} {:.1f} mm in the tracker'.format(*target))
                peer.send(Transform(ct_to_tracker, device_name='CTToTracker'))
                point = Point('Target', target, group='Target', rgba=(255, 0, 0, 255), diameter=2)
                peer.send(PointList([point], device_name='Plan'))
            elif message.device_name == 'StylusToTracker' and target is not None:
                now = time.monotonic()
                if now - told < 0.2:
                    continue
                told = now
                # A pose that is not valid must not be shown: it may be the last one, or none
                if message.metadata.get('TransformStatus', 'OK') != 'OK':
                    print('stylus out of view')
                    continue
                distance = float(np.linalg.norm(message.matrix[:3, 3] - target))
                print(f'stylus to target: {distance:.1f} mm')
                peer.send(Status(message=f'{distance:.1f} mm', device_name='Distance'))
        if peer.state == 'ended':
            sys.exit(f'the device is gone: {peer.last_error}')
    if target is None:
        sys.exit('no fiducials arrived')


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        pass
    except (IgtlError, ValueError) as error:
        sys.exit(f'{type(error).__name__}: {error}')
