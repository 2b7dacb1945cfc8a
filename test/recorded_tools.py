"""Recordings made for tests: messages at times of our choice, as bags and as captures."""

import re

import numpy as np
import pcap_tools

from igtl_ros2.codec import encode, from_ns
from igtl_ros2.codec.messages.pose import Transform

START_NS = 1_700_000_000 * 10**9
BEGIN_NS = 10**18


def write_bag(folder, timed, to_device=()):
    """A bag of (nanoseconds from the start, message or frame); those named go to the device."""
    return _bag(folder, (
        (offset_ns, message, lambda name: name in to_device) for offset_ns, message in timed))


def two_ways(folder, said):
    """A bag of (message, whether it goes to the device), one each millisecond."""
    return _bag(folder, (
        (n * 10**6, message, lambda _, way=way: way) for n, (message, way) in enumerate(said)))


def _bag(folder, timed):
    from igtl_ros2.bags.files import BagWriter
    from igtl_ros2.bags.frames import FrameTopics
    from igtl_ros2.bags.types import RAW_TYPE, MessageTypes
    from igtl_ros2.codec import decode_header

    types, topics = MessageTypes(), FrameTopics('')
    writer = BagWriter(folder, types)
    for offset_ns, message, is_to_device in timed:
        frame = message if isinstance(message, bytes) else encode(message)
        device = decode_header(frame).device_name
        topic = topics.topic(device, is_to_device(device))
        writer.write(topic, RAW_TYPE, types.pack(frame), START_NS + offset_ns)
    writer.close()
    return folder


def write_capture(path, timed):
    """A capture in which each message is one packet."""
    data, packets, times = 0, pcap_tools.server_says(b'', ()), [START_NS] * 3
    for offset_ns, message in timed:
        frame = message if isinstance(message, bytes) else encode(message)
        for at in range(0, len(frame), 60000):
            part = frame[at : at + 60000]
            packets.append(
                pcap_tools.packet(pcap_tools.SERVER, pcap_tools.CLIENT, 1000 + data, part))
            times.append(START_NS + offset_ns)
            data += len(part)
    pcap_tools.write_pcap(path, packets, nano=True, times_ns=times)
    return path


def bag_of_poses(folder, device, *items, begin_ns=0):
    """Record 100 poses, 0, 1, ... mm along x, ten a second, stamped from a time on, and more."""
    poses = []
    for number in range(100):
        matrix = np.eye(4)
        matrix[0, 3] = number
        stamp_ns = begin_ns + number * 10**8
        poses.append((number / 10, Transform(
            matrix, device_name=device, timestamp=from_ns(stamp_ns))))
    return bag_of(folder, *poses, *items)


def bag_of(folder, *items):
    """Record messages at seconds: (second, message) each; gives the bag."""
    from igtl_ros2.bags.files import BagWriter
    from igtl_ros2.bags.types import RAW_TYPE, MessageTypes

    types = MessageTypes()
    bag = folder / 'bag'
    writer = BagWriter(bag, types)
    for second, message in items:
        frame = message if isinstance(message, bytes) else encode(message)
        name = re.sub(r'\W', '_', getattr(message, 'device_name', '') or 'Odd')
        writer.write(
            f'/{name}/raw', RAW_TYPE, types.pack(frame), BEGIN_NS + round(second * 1e9))
    writer.close()
    return bag
