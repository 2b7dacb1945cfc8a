"""A device that sends a moving needle, and a client that receives it."""

import time

from igtl_ros2 import Transform, connect, serve

with serve('tcp://127.0.0.1:0') as server:
    print('listening on', server.address)
    with connect(str(server.address), timeout_s=10) as client:
        for depth_mm in range(5):
            server.send(Transform.from_translation([0, 0, -depth_mm], device_name='Needle'))
            needle = client.receive(timeout_s=10)
            print(f'{needle.device_name} is at {needle.matrix[2, 3]:.0f} mm')
            time.sleep(0.1)  # a device has a rate: ten poses a second
