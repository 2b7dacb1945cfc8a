"""
Show a robot in 3D Slicer: `ros2 launch igtl_ros2 robot.launch.py host:=0.0.0.0`.

With `demo:=true` it also starts a simulated arm, which moves to targets from Slicer.
"""

from igtl_ros2.launching import (
    HOST,
    PORT,
    WEB,
    bridge,
    description,
    is_true,
    monitor,
    node,
    rviz,
    shared,
)

PARAMETERS = {'host': HOST, 'port': PORT}
ARGUMENTS = {
    **PARAMETERS,
    'namespace': 'ROS namespace of what Slicer sends, such as /slicer; default: none',
    'mapping_file': 'YAML file with the rules for devices; default: config/robot.yaml of this '
    'package, with demo config/moveit.yaml',
    'demo': 'true: also start a simulated arm, and RViz if it is installed; default: false',
    'web': WEB,
}


def generate_launch_description():
    return description(ARGUMENTS, _start)


def _start(given):
    demo = is_true(given['demo'])
    usual = 'config/moveit.yaml' if demo else 'config/robot.yaml'
    values = {
        'mode': 'server',
        'mapping_file': given['mapping_file'] or shared(__file__, usual),
        **{name: given[name] for name in PARAMETERS},
    }
    arm = [shared(__file__, 'config/arm/arm.urdf'), '--patient', 'ras']
    robot = [node('igtl_demo_arm', arguments=arm), *rviz(__file__, 'base_link')] if demo else []
    return [*robot, bridge(values, given['namespace']), *monitor(given)]
