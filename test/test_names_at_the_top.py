"""`from igtl_ros2 import Transform, connect`: the names of scripts, loaded on first use."""

import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import igtl_ros2
from igtl_ros2 import Image, Transform, codec, connect, serve
from igtl_ros2.client import connect as connect_of_client
from igtl_ros2.codec.messages import image, pose
from igtl_ros2.server import serve as serve_of_server

FOLDER = Path(codec.__file__).parent / 'messages'


def test_they_are_what_they_are_elsewhere():
    assert (Transform, Image) == (pose.Transform, image.Image)
    assert (connect, serve) == (connect_of_client, serve_of_server)


def test_every_message_is_there_and_listed():
    for cls in {*codec.registered().values()} - {codec.Message}:
        if cls.__module__.startswith('igtl_ros2.codec.messages.'):
            assert getattr(igtl_ros2, cls.__name__) is cls
            assert cls.__name__ in dir(igtl_ros2)
    assert '__version__' in dir(igtl_ros2)


def test_the_list_of_names_is_whole():
    found = {
        name for module in ('errors', *(f'codec.messages.{path.stem}'
                                        for path in FOLDER.glob('[!_]*.py')))
        for name, value in vars(import_module(f'igtl_ros2.{module}')).items()
        if isinstance(value, type) and value.__module__ == f'igtl_ros2.{module}'
        and name[0] != '_'
    }
    rest = {'Client', 'Server', 'connect', 'serve', 'Message', 'Unknown', 'decode', 'encode',
            'VideoDecoder', 'VideoEncoder'}
    assert set(igtl_ros2.__all__) == found | rest
    assert {name for name in dir(igtl_ros2) if name[0] != '_'} == set(igtl_ros2.__all__)
    for name in igtl_ros2.__all__:
        assert getattr(igtl_ros2, name) is not None
    namespace = {}
    exec('from igtl_ros2 import *', namespace)
    assert set(igtl_ros2.__all__) <= set(namespace)


def test_no_two_files_have_a_class_of_one_name():
    modules = [sys.modules[f'igtl_ros2.codec.messages.{path.stem}']
               for path in FOLDER.glob('[!_]*.py')]
    names = [name for module in modules
             for name, value in inspect.getmembers(module, inspect.isclass)
             if value.__module__ == module.__name__]
    assert len(names) == len(set(names))


def test_type_checkers_are_told_of_every_file():
    text = Path(igtl_ros2.__file__).read_text()
    for path in FOLDER.glob('[!_]*.py'):
        assert f'from .codec.messages.{path.stem} import *' in text


def test_other_names_are_missing():
    for name in ('Nothing', 'nothing'):
        with pytest.raises(AttributeError, match=f"module 'igtl_ros2' has no attribute '{name}'"):
            getattr(igtl_ros2, name)


def test_to_import_the_package_costs_nothing():
    code = ('import sys, igtl_ros2\nfrom igtl_ros2 import errors\n'
            'print(*(name for name in ("numpy", "asyncio", "rclpy") if name in sys.modules))')
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)
    assert done.stdout.strip() == '', done.stderr


def test_the_codec_uses_no_network():
    code = ('import sys, igtl_ros2.codec\n'
            'print(*{"socket", "ssl", "asyncio", "rclpy"} & sys.modules.keys())')
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)
    assert done.stdout.strip() == '', done.stderr


def test_a_script_beside_a_clone_gets_the_package(tmp_path):
    (tmp_path / 'igtl_ros2' / 'igtl_ros2').mkdir(parents=True)  # Python takes folders for packages
    script = tmp_path / 'script.py'
    script.write_text('from igtl_ros2 import Transform\nprint(Transform.__name__)\n', 'utf-8')
    said = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert said.stdout == 'Transform\n', said.stderr
