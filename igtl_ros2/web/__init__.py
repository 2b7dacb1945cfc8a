"""The monitor: what is on OpenIGTLink links, on a page in a browser; without ROS."""
