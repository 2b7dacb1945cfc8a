"""Prints the first poses and the first image of a device."""

import sys

from igtl_ros2 import Image, Transform, connect

url = sys.argv[1] if len(sys.argv) > 1 else 'tcp://127.0.0.1:18944'
with connect(url, timeout_s=10) as device:
    poses = images = 0
    for message in device:
        if isinstance(message, Transform) and poses < 3:
            if message.metadata.get('TransformStatus', 'OK') != 'OK':
                continue  # the tracker does not see the tool: its matrix means nothing
            poses += 1
            x, y, z = message.matrix[:3, 3]
            print(f'{message.device_name}: {x:.1f}, {y:.1f}, {z:.1f} mm')
        elif isinstance(message, Image) and images < 1:
            images += 1
            print(f'{message.device_name}: {message.pixels.shape}, {message.pixels.dtype}')
        if poses == 3 and images == 1:
            break
