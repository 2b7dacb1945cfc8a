"""OpenIGTLink messages to ROS messages and back: pure functions, no node and no socket."""
