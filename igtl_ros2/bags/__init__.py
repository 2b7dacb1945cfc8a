"""OpenIGTLink traffic in rosbag2 bags: written, repaired, read and played; without ROS."""
