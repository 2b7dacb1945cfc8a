#!/usr/bin/env bash
#
# Build tf2_msgs/TFMessage, the one message package without a wheel, into a venv of ROS 2 wheels.
#
# Usage: build_tf2_msgs.sh VENV
set -euo pipefail

venv=$1
package=$venv/src/tf2_msgs

mkdir -p "$package/msg"
echo 'geometry_msgs/TransformStamped[] transforms' > "$package/msg/TFMessage.msg"

cat > "$package/package.xml" <<'XML'
<package format="3">
  <name>tf2_msgs</name>
  <version>0.0.0</version>
  <description>The message of /tf, generated for the wheels of ROS 2.</description>
  <maintainer email="maintainers@users.noreply.github.com">igtl_ros2 maintainers</maintainer>
  <license>Apache-2.0</license>
  <buildtool_depend>ament_cmake</buildtool_depend>
  <buildtool_depend>rosidl_default_generators</buildtool_depend>
  <depend>geometry_msgs</depend>
  <exec_depend>rosidl_default_runtime</exec_depend>
  <member_of_group>rosidl_interface_packages</member_of_group>
  <export><build_type>ament_cmake</build_type></export>
</package>
XML

cat > "$package/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.20)
project(tf2_msgs)
find_package(ament_cmake REQUIRED)
find_package(geometry_msgs REQUIRED)
find_package(rosidl_default_generators REQUIRED)
rosidl_generate_interfaces(${PROJECT_NAME} msg/TFMessage.msg DEPENDENCIES geometry_msgs)
ament_export_dependencies(rosidl_default_runtime)
ament_package()
CMAKE

# The wheels name the Python include directories of the machine that built them, and CMake refuses a
# target whose include directory does not exist. The generator finds this machine's own anyway.
for export in "$venv"/share/*/cmake/*__rosidl_generator_pyExport.cmake; do
  sed -i 's|^\( *INTERFACE_INCLUDE_DIRECTORIES\) ".*"|\1 ""|' "$export"
done

export AMENT_PREFIX_PATH=$venv CMAKE_PREFIX_PATH=$venv
export LD_LIBRARY_PATH=$venv/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export PATH=$venv/bin:$PATH
cmake -G Ninja -S "$package" -B "$package/build" \
  -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$venv" -DBUILD_TESTING=OFF \
  -DPython3_EXECUTABLE="$venv/bin/python"
cmake --build "$package/build"
cmake --install "$package/build"
