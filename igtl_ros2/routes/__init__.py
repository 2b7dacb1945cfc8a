"""
What rules do, as chains of steps: what comes in gives effects, which a node carries out.

There is no ROS node, socket, clock or thread in here: time is an argument.
"""
