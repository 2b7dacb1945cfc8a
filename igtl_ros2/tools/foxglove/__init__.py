"""`igtl foxglove`: what a device sends, as messages that Foxglove knows; without ROS."""
