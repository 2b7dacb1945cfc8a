"""What is published as bytes, also where rclpy has no private part for that."""

from types import SimpleNamespace

from std_msgs.msg import String

from igtl_ros2.rosio.writers import Writer


def test_without_the_private_part_of_rclpy_bytes_are_published_by_it(caplog):
    published = []
    with caplog.at_level('INFO', logger='igtl_ros2'):
        writer = Writer(SimpleNamespace(
            topic_name='/text', msg_type=String, handle=object(), publish=published.append))
    writer.write(b'bytes')
    assert published == [b'bytes'] and '/text: bytes are published by rclpy' in caplog.text
