"""A simulated arm with six joints, as a robot of ROS that can be sent somewhere."""
