"""The edges of rclpy: what writes and reads topics, and how to do it fast where that works."""
