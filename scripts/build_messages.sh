#!/usr/bin/env bash
#
# Build message packages of messages.txt, which have no wheels, into a venv of ROS 2 wheels.
#
# Usage: build_messages.sh VENV PACKAGE...   each behind those that it needs
set -euo pipefail

venv=$1
shift
definitions=$(realpath "$(dirname "${BASH_SOURCE[0]}")")/messages.txt

export AMENT_PREFIX_PATH=$venv CMAKE_PREFIX_PATH=$venv
export LD_LIBRARY_PATH=$venv/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export PATH=$venv/bin:$PATH

# The wheels name the Python include directories of the machine that built them, and CMake refuses a
# target whose include directory does not exist. The generator finds this machine's own anyway.
for export in "$venv"/share/*/cmake/*__rosidl_generator_pyExport.cmake; do
  sed -i 's|^\( *INTERFACE_INCLUDE_DIRECTORIES\) ".*"|\1 ""|' "$export"
done

# write_project PACKAGE: what rclpy needs alone; the parts for C++ would take most of the time.
write_project() {
  local package=$1 found depends
  rm -rf "$venv/src/$package"
  mkdir -p "$venv/src/$package"
  cd "$venv/src/$package"
  awk -v package="$package" '
    /^=== / {
      split($2, part, "/")
      file = part[1] == package ? part[2] "/" part[3] "." part[2] : ""
      if (file) system("mkdir -p " part[2])
      next
    }
    file { print > file }
  ' "$definitions"
  found=$(printf '%s ' {msg,srv,action}/*.*)
  depends=$(sed -n 's|^\([a-z0-9_]*\)/.*|\1|p' {msg,srv,action}/*.* | sort -u |
    sed "/^$package\$/d" | tr '\n' ' ')
  [[ ! -d action ]] || depends+='action_msgs '
  cat > package.xml <<XML
<package format="3">
  <name>$package</name>
  <version>0.0.0</version>
  <description>Generated from its definitions for the wheels of ROS 2.</description>
  <maintainer email="maintainers@users.noreply.github.com">igtl_ros2 maintainers</maintainer>
  <license>BSD</license>
  <buildtool_depend>ament_cmake</buildtool_depend>
  $(printf '<depend>%s</depend>' $depends)
  <exec_depend>rosidl_default_runtime</exec_depend>
  <member_of_group>rosidl_interface_packages</member_of_group>
  <export><build_type>ament_cmake</build_type></export>
</package>
XML
  cat > CMakeLists.txt <<CMAKE
cmake_minimum_required(VERSION 3.20)
project($package C CXX)
find_package(ament_cmake REQUIRED)
foreach(depend rosidl_cmake rosidl_generator_type_description rosidl_generator_c
    rosidl_typesupport_introspection_c rosidl_typesupport_fastrtps_c rosidl_typesupport_c
    rosidl_generator_py $depends)
  find_package(\${depend} REQUIRED)
endforeach()
list(FILTER AMENT_EXTENSIONS_rosidl_generate_idl_interfaces EXCLUDE REGEX "_cpp:")
rosidl_generate_interfaces(\${PROJECT_NAME} $found DEPENDENCIES $depends)
# many files of few lines each, of which nearly all time goes into the same headers
set_target_properties(\${PROJECT_NAME}__rosidl_typesupport_fastrtps_c \${PROJECT_NAME}__rosidl_typesupport_c
  PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 20)
ament_export_dependencies(rosidl_default_runtime)
ament_package()
CMAKE
}

shopt -s nullglob
for package; do
  write_project "$package"
  cmake -G Ninja -S . -B build \
    -DCMAKE_BUILD_TYPE=None -DCMAKE_INSTALL_PREFIX="$venv" -DBUILD_TESTING=OFF \
    -DPython3_EXECUTABLE="$venv/bin/python"
  cmake --build build
  cmake --install build
done
