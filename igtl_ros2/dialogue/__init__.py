"""Who asks whom, and who answers: requests, replies, commands and phases; without ROS or clock."""
