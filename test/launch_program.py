"""Do what `ros2 launch` does: `launch_program.py FILE name:=value ...`."""

import sys

from launch import LaunchDescription, LaunchService
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource

path, *words = sys.argv[1:]
service = LaunchService(argv=words, noninteractive=True)
service.include_launch_description(LaunchDescription([
    IncludeLaunchDescription(
        PythonLaunchDescriptionSource(path),
        launch_arguments=[tuple(word.split(':=', 1)) for word in words],
    )
]))
sys.exit(service.run())
