"""Package igtl_ros2, for colcon (ament_python) and for pip."""

import os
import re
from glob import glob
from itertools import repeat
from os.path import join
from pathlib import Path
from xml.etree import ElementTree

from setuptools import find_packages, setup

NAME = 'igtl_ros2'
# package.xml is what ROS tools read: the version and the words stand there once.
manifest = ElementTree.parse('package.xml').getroot()
maintainer = manifest.find('maintainer')
urls = {url.get('type', 'website'): url.text for url in manifest.findall('url')}

# On the page of a package index there is nothing beside it: pictures and links that name files are
# left out, and their words stay.
readme = Path('README.md').read_text(encoding='utf-8')
readme = re.sub(r'!\[[^]]*]\((?!https?:)[^)]*\)\n*', '', readme)
readme = re.sub(r'\[([^]]*)]\((?!https?:|#)[^)]*\)', r'\1', readme)

KEYWORDS = [
    'OpenIGTLink', 'ROS 2', '3D Slicer', 'PLUS', 'image-guided therapy', 'surgical robotics',
    'tracking', 'medical imaging',
]
CLASSIFIERS = [
    'Development Status :: 4 - Beta',
    'Framework :: AsyncIO',
    'Intended Audience :: Developers',
    'Intended Audience :: Healthcare Industry',
    'Intended Audience :: Science/Research',
    'License :: OSI Approved :: Apache Software License',
    'Operating System :: POSIX :: Linux',
    'Programming Language :: Python :: 3 :: Only',
    *(f'Programming Language :: Python :: 3.{minor}' for minor in range(10, 14)),
    'Topic :: Scientific/Engineering :: Medical Science Apps.',
    'Topic :: System :: Networking',
    'Typing :: Typed',
]

setup(
    name=NAME,
    version=manifest.findtext('version'),
    description=manifest.findtext('description'),
    long_description=readme,
    long_description_content_type='text/markdown',
    url=urls.get('website'),
    project_urls=urls,
    keywords=KEYWORDS,
    classifiers=CLASSIFIERS,
    license=manifest.findtext('license'),
    maintainer=maintainer.text,
    maintainer_email=maintainer.get('email'),
    packages=find_packages(include=[NAME, f'{NAME}.*']),
    # an editable installation is then a path, which wins over a folder igtl_ros2 beside a script
    package_dir={'': '.'},
    package_data={'': ['py.typed', '*.json', '*.lua', '*.xml', 'protocols/*.yaml', 'page/*']},
    data_files=[
        ('share/ament_index/resource_index/packages', [f'resource/{NAME}']),
        (f'share/{NAME}', ['package.xml', 'README.md']),
        (f'share/{NAME}/launch', sorted(glob('launch/*.launch.py'))),
        (f'share/{NAME}/config', sorted(glob('config/*.*'))),
        (f'share/{NAME}/config/arm', sorted(glob('config/arm/*.*'))),
        *((f'share/{NAME}/{folder}', sorted(map(join, repeat(folder), files)))
          for top in ('docs', 'examples', 'slicer') for folder, _, files in os.walk(top)
          if files and '__pycache__' not in folder),
    ],
    python_requires='>=3.10',
    install_requires=['jsonschema', 'numpy', 'PyYAML', 'rich'],
    extras_require={
        'bags': ['mcap>=1.6', 'rosbags>=0.11'],
        'certs': ['trustme'],
        # of the words of `igtl` in a shell, see docs/reference/cli
        'completion': ['argcomplete'],
        'compression': ['lz4', 'zstandard'],
        'fast': ['fastcrc'],
        # `igtl foxglove`
        'foxglove': ['foxglove-sdk>=0.30'],
        'files': ['nibabel', 'pillow', 'pynrrd', 'trimesh'],
        'images': ['pillow'],
        'plots': ['matplotlib'],
        'robot': ['pycollada', 'trimesh'],
        # by this name `colcon test` knows that there is something for pytest
        'test': ['hypothesis', 'pyigtl', 'pytest', 'pytest-timeout'],
        'video': ['av'],
        # `igtl monitor`
        'web': ['aiohttp>=3.8'],
    },
    zip_safe=False,
    entry_points={
        'console_scripts': [
            'igtl = igtl_ros2.tools.igtl:main',
            'igtl_bridge = igtl_ros2.tools.nodes:bridge',
            'igtl_certs = igtl_ros2.tools.certs:main',
            'igtl_check = igtl_ros2.tools.check:main',
            'igtl_demo = igtl_ros2.tools.demo:main',
            'igtl_demo_arm = igtl_ros2.tools.nodes:demo_arm',
            'igtl_demo_robot = igtl_ros2.tools.nodes:demo_robot',
            'igtl_record = igtl_ros2.tools.record:main',
            'igtl_replay = igtl_ros2.tools.replay:main',
            'igtl_sim = igtl_ros2.tools.sim:ultrasound',
            'igtl_sim_slicer = igtl_ros2.tools.sim:slicer',
        ],
        # `ros2 igtl`, where ros2cli is there
        'ros2cli.command': ['igtl = igtl_ros2.tools.ros2_igtl:IgtlCommand'],
    },
)
