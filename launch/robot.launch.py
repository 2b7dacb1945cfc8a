"""
Show a robot in 3D Slicer: `ros2 launch igtl_ros2 robot.launch.py host:=0.0.0.0`.

With `demo:=true` there is a robot as well: a simulated arm that goes where Slicer says.
"""

from igtl_ros2.launching import bridge, description, is_true, monitor, node, rviz, shared

PARAMETERS = {
    'host': 'address to listen on; empty: as the node declares it',
    'port': 'port to listen on; empty: as the node declares it',
}
ARGUMENTS = {
    **PARAMETERS,
    'namespace': 'ROS namespace of what Slicer sends, such as /slicer; empty: none',
    'mapping_file': 'YAML file with the rules; empty: config/robot.yaml of this package, with '
    'demo config/moveit.yaml',
    'demo': 'true for a simulated arm, and RViz where it is installed; empty: none',
    'web': 'true for a page with all that is sent, see docs/how-to/monitor.md, or the URL to look '
    'at; empty: none',
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
