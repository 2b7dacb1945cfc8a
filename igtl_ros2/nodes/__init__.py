"""The ROS nodes: the only place of this package that knows rclpy."""
