"""What the two sides ask each other: requests, replies, commands, phases; without ROS or clock."""
