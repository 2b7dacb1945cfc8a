"""Which function converts what."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest
from geometry_msgs.msg import (
    PointStamped,
    PoseArray,
    PoseStamped,
    PoseWithCovarianceStamped,
    TransformStamped,
    Twist,
)
from nav_msgs.msg import OccupancyGrid, Odometry, Path
from sensor_msgs.msg import CompressedImage, Imu, JointState, LaserScan, PointCloud2
from sensor_msgs.msg import Image as RosImage
from shape_msgs.msg import Mesh
from std_msgs.msg import Float64, Float64MultiArray, UInt8MultiArray
from std_msgs.msg import String as RosString
from visualization_msgs.msg import Marker, MarkerArray

from igtl_ros2 import codec
from igtl_ros2.codec import libraries
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.tracking import (
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from igtl_ros2.converters import loading, registry
from igtl_ros2.converters.names import KnownNames
from igtl_ros2.errors import ConversionError
from igtl_ros2.rules import ReceiveRule


@pytest.fixture(scope='module', autouse=True)
def loaded():
    """All converters are there."""
    assert registry.load_converters() == []


def test_a_second_converter_for_a_message_fails():
    before = registry.typed_classes()
    with pytest.raises(ValueError, match='Transform has a converter already'):
        registry.to_ros(Transform)(lambda message, route, stamp: registry.Converted())
    assert registry.typed_classes() == before


def test_a_second_converter_for_a_pair_fails():
    with pytest.raises(ValueError, match='PoseStamped to TRANSFORM has a converter already'):
        registry.from_ros(PoseStamped, 'TRANSFORM')(lambda message, sending: None)
    assert registry.sender(PoseStamped, 'TRANSFORM').__name__ == 'transform_from_pose'


def test_a_message_without_a_converter_is_published_as_the_frame_it_is(receive):
    class Odd(codec.Message):
        type_name = 'ODD'

        def encode_content(self):
            return (b'abc',)

    result = receive(Odd(device_name='Thing'), wire=False)
    assert result.outputs['raw'].data.tobytes() == codec.encode(Odd(device_name='Thing'))


def test_what_a_ros_type_can_be_sent_as():
    with pytest.raises(ConversionError) as caught:
        registry.sender(PoseStamped, 'STRING')
    assert str(caught.value) == (
        'PoseStamped cannot be sent as STRING; possible: POSITION, TRANSFORM'
    )
    with pytest.raises(ConversionError, match='Twist cannot be sent as anything; possible: noth'):
        registry.sender(Twist)
    with pytest.raises(ConversionError, match='Twist'):
        registry.sender(Twist)


def test_default_wire_types():
    assert registry.sender(PoseArray) is registry.sender(PoseArray, 'POINT')
    assert registry.sender(PoseArray) is not registry.sender(PoseArray, 'TDATA')
    assert registry.sender(PoseStamped) is registry.sender(PoseStamped, 'TRANSFORM')


def test_topics_that_are_sent():
    from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus

    leaves = {}
    for ros_type, wire_type, _, names in registry.sent():
        for leaf in names:
            leaves.setdefault(leaf, {})[ros_type] = wire_type
    wanted = {
        'transform': {TransformStamped: 'TRANSFORM'},
        'pose': {PoseStamped: 'TRANSFORM', PoseWithCovarianceStamped: 'TRANSFORM'},
        'odometry': {Odometry: 'TRANSFORM'},
        'point': {PointStamped: 'POINT'},
        'points': {PoseArray: 'POINT'},
        'markers': {MarkerArray: '', Marker: ''},
        'cloud': {PointCloud2: ''},
        'trajectory': {PoseArray: 'TRAJ'},
        'tracking': {PoseArray: 'TDATA'},
        'image': {RosImage: 'IMAGE'},
        'volume': {RosImage: 'IMAGE'},
        'text': {RosString: 'STRING'},
        'status': {DiagnosticArray: 'STATUS', DiagnosticStatus: 'STATUS'},
        'sensor': {Float64MultiArray: 'SENSOR'},
        'joint_state': {JointState: 'SENSOR'},
        'imu': {Imu: 'SENSOR'},
        'raw': {UInt8MultiArray: 'raw'},
        'colors': {RosImage: 'COLORT'},
        'compressed': {CompressedImage: 'IMAGE'},
        'video': {CompressedImage: 'VIDEO'},
        'meta': {RosString: 'IMGMETA'},
        'mesh': {Mesh: 'POLYDATA'},
        'scan': {LaserScan: 'POLYDATA'},
        'map': {OccupancyGrid: 'IMAGE'},
        'path': {Path: 'POLYDATA'},
    }
    assert {leaf: leaves[leaf] for leaf in wanted} == wanted
    assert set(leaves['array'].values()) == {'NDARRAY'}
    assert len(leaves['array']) == 8
    assert set(leaves['number'].values()) == {'SENSOR'}
    assert len(leaves['number']) == 11
    for types in leaves.values():
        for ros_type, wire_type in types.items():
            assert registry.sender(ros_type, usual=wire_type)


def test_the_type_of_a_topic_that_is_sent():
    assert registry.leaf_wire_type('pose', PoseStamped) == 'TRANSFORM'
    with pytest.raises(ConversionError) as caught:
        registry.leaf_wire_type('pose', Twist)
    assert str(caught.value) == (
        'its type is Twist, wanted PoseStamped or PoseWithCovarianceStamped'
    )
    with pytest.raises(ConversionError, match="nothing is sent from 'poses'; possible: array, "):
        registry.leaf_wire_type('poses', PoseStamped)


@pytest.mark.parametrize(
    ('ros_type', 'usual', 'shown'),
    [
        (JointState, '', 'STRING'),
        (Imu, 'SENSOR', 'STRING'),
        (Float64MultiArray, '', 'STRING'),
        (Float64MultiArray, 'SENSOR', 'STRING'),
        (Float64, '', 'STRING'),
        (PoseArray, 'TRAJ', 'POINT'),
        (PoseArray, 'TDATA', 'TDATA'),
        (PoseStamped, '', 'TRANSFORM'),
    ],
)
def test_what_slicer_cannot_show_is_sent_as_something_else(ros_type, usual, shown):
    chosen = registry.sender(ros_type, usual=usual, profile='slicer')
    assert chosen is registry.sender(ros_type, shown)
    if shown not in ('TDATA', 'TRANSFORM'):
        assert registry.sender(ros_type, usual=usual) is not chosen
    # what the mapping asks for is done
    if ros_type is JointState:
        asked = registry.sender(JointState, 'SENSOR', profile='slicer')
        assert asked is registry.sender(JointState)


WITHOUT_DIAGNOSTICS = """
    import sys

    class Blocker:
        def find_spec(self, name, path=None, target=None):
            if name.partition('.')[0] == 'diagnostic_msgs':
                raise ModuleNotFoundError(f'No module named {name!r}', name=name)

    sys.meta_path.insert(0, Blocker())
    from builtin_interfaces.msg import Time
    from igtl_ros2.codec.messages.text import Status, String
    from igtl_ros2.mapping import ReceiveRule
    from igtl_ros2.converters.registry import Route, convert_to_ros, load_converters, sent

    print(load_converters())
    route = Route('d', 'ras', 'd', ReceiveRule())
    print(convert_to_ros(String('hello'), route, Time()).outputs['text'].data)
    leaves = {leaf for *_, found in sent() for leaf in found}
    print('status' in leaves, 'text' in leaves)
    print(list(convert_to_ros(Status(), route, Time()).outputs))
"""


def test_a_missing_ros_package_takes_only_its_own_types_away():
    result = subprocess.run(
        [sys.executable, '-c', textwrap.dedent(WITHOUT_DIAGNOSTICS)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == [
        "['status (needs diagnostic_msgs)']",
        'hello',
        'False True',
        "['raw']",
    ]


WITHOUT_VIEWERS = """
    import sys

    class Blocker:
        def find_spec(self, name, path=None, target=None):
            if name.partition('.')[0] in ('nav_msgs', 'visualization_msgs'):
                raise ModuleNotFoundError(f'No module named {name!r}', name=name)

    sys.meta_path.insert(0, Blocker())
    from builtin_interfaces.msg import Time
    from igtl_ros2.codec.messages.points import PointList, Trajectories
    from igtl_ros2.mapping import ReceiveRule
    from igtl_ros2.converters.registry import Route, convert_to_ros, load_converters, sent

    missing = load_converters()
    print(*(line for line in missing if line.split()[0] in ('markers', 'nav', 'points')))
    route = Route('d', 'ras', 'd', ReceiveRule(markers=True, split=True))
    print(list(convert_to_ros(PointList(()), route, Time()).outputs))
    print(list(convert_to_ros(Trajectories(()), route, Time()).outputs))
    print('odometry' in {leaf for *_, found in sent() for leaf in found})
"""


def test_without_packages_for_viewers_the_points_are_still_there():
    result = subprocess.run(
        [sys.executable, '-c', textwrap.dedent(WITHOUT_VIEWERS)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == [
        'markers (needs visualization_msgs) nav (needs nav_msgs)',
        "['points']",
        "['trajectory']",
        'False',
    ]


def test_a_module_of_our_own_that_is_missing_is_an_error(monkeypatch):
    def missing(name):
        if name.endswith('.pose'):
            raise ModuleNotFoundError('gone', name='igtl_ros2.codec.gone')
        return sys.modules[name]

    monkeypatch.setattr(loading, 'import_module', missing)
    loading._load_folder.cache_clear()
    with pytest.raises(ModuleNotFoundError):
        registry.load_converters()


def test_an_extra_that_fails_costs_its_own_output_only(receive, monkeypatch):
    monkeypatch.setattr(registry, '_EXTRAS', {})

    @registry.extra(Transform)
    def add(message, route, stamp, result):
        result.outputs['more'] = RosString(data=route.device)

    @registry.extra(Transform)
    def fail(message, route, stamp, result):
        raise ConversionError('no such thing')

    result = receive(Transform(np.eye(4), device_name='Probe'))
    assert result.outputs['more'].data == 'Probe'
    assert 'transform' in result.outputs
    assert result.errors == ['no such thing']


def test_a_library_that_is_missing_is_named_with_the_way_to_get_it():
    with pytest.raises(ConversionError) as caught:
        libraries.library('no_such_library', 'nosuch', 'a hologram')
    assert str(caught.value) == (
        'a hologram needs nosuch, which is not installed: pip install nosuch'
    )


@pytest.mark.parametrize('message_of', [
    lambda name: PointList([Point(name, (0, 0, 0))]),
    lambda name: TrackingData([TrackingElement(name, np.eye(4))]),
    lambda name: QuaternionTrackingData([QuaternionElement(name, (0, 0, 0), (0, 0, 0, 1))]),
])
def test_names_that_did_not_come_for_some_messages_give_way(message_of):
    route = registry.route_of('D', ReceiveRule(device='*', split=True))
    route.names = KnownNames(limit=1, missing=3)

    def topics(name):
        result = registry.converted(message_of(name), route, 10**18)
        return [leaf for leaf in result.outputs if '/' in leaf]

    assert [len(topics(name)) for name in 'ABBBB'] == [1, 0, 0, 1, 1]
    route.names = None  # where no name becomes a topic nobody counts
    route.converters.clear()
    route.rule = ReceiveRule(device='*')
    assert topics('A') == []
