"""Bags on the disk: readable at every moment, split, repaired, and never the end of a disk."""

import errno
import functools
import os
import random
import subprocess
from pathlib import Path

import pytest
import yaml
from bag_tools import frames_of
from rosbags.rosbag2 import Reader

from igtl_ros2.bags import whole_file
from igtl_ros2.bags.files import COMPRESSIONS, BagWriter, repair
from igtl_ros2.bags.frames import BagFrames, open_bag
from igtl_ros2.bags.recording import Recording
from igtl_ros2.bags.types import RAW_TYPE, MessageTypes
from igtl_ros2.codec import encode
from igtl_ros2.codec.messages.text import String
from igtl_ros2.errors import BagError

TYPES = MessageTypes()
START_NS = 1_700_000_000_000_000_000
S = 1_000_000_000
#: so many messages of 3000 bytes fill two chunks of 1 MiB
TWO_CHUNKS = 689


@functools.lru_cache(1)
def payloads(count, size=3000, seed=1):
    chance = random.Random(seed)
    return [chance.randbytes(size) for _ in range(count)]


def write(writer, data, number, topic='/a/raw', step_ns=1000):
    writer.write(topic, RAW_TYPE, TYPES.pack(data), START_NS + number * step_ns)


def bytes_of(bag):
    return [data for _, _, data in frames_of(bag)]


@pytest.mark.parametrize('compression', COMPRESSIONS)
def test_it_can_be_read_while_it_is_written_and_afterwards(tmp_path, compression):
    data = payloads(1000)
    writer = BagWriter(tmp_path / 'bag', TYPES, compression=compression)
    assert bytes_of(tmp_path / 'bag') == []
    for number, piece in enumerate(data):
        write(writer, piece, number, f'/device_{number % 3}/raw')
        if number == 700:
            assert bytes_of(tmp_path / 'bag') == data[:TWO_CHUNKS]
            writer.flush()
            assert bytes_of(tmp_path / 'bag') == data[:701]
    writer.close()
    assert bytes_of(tmp_path / 'bag') == data
    with Reader(tmp_path / 'bag') as reader:
        assert reader.message_count == 1000
        assert reader.start_time == START_NS
        assert {c.topic: c.msgcount for c in reader.connections} == {
            '/device_0/raw': 334, '/device_1/raw': 333, '/device_2/raw': 333,
        }
    assert writer.size == sum(p.stat().st_size for p in (tmp_path / 'bag').glob('*.mcap'))


def test_the_raw_message_is_what_rclpy_makes_of_it():
    serialization = pytest.importorskip('rclpy.serialization', reason='rclpy is not installed')
    from std_msgs.msg import UInt8MultiArray

    message = UInt8MultiArray()
    message.data.frombytes(b'frame')
    packed = TYPES.pack(b'frame')
    assert packed == serialization.serialize_message(message)
    assert TYPES.unpack(packed) == b'frame'


def test_metadata_is_what_rosbag2_of_humble_writes(tmp_path):
    writer = BagWriter(tmp_path / 'bag', TYPES)
    write(writer, b'1', 0)
    write(writer, b'2', 5)
    writer.close()
    text = (tmp_path / 'bag' / 'metadata.yaml').read_text()
    assert yaml.safe_load(text)['rosbag2_bagfile_information'] == {
        'version': 5,
        'storage_identifier': 'mcap',
        'duration': {'nanoseconds': 5000},
        'starting_time': {'nanoseconds_since_epoch': START_NS},
        'message_count': 2,
        'topics_with_message_count': [{
            'topic_metadata': {
                'name': '/a/raw', 'type': RAW_TYPE, 'serialization_format': 'cdr',
                'offered_qos_profiles': '',
            },
            'message_count': 2,
        }],
        'compression_format': '',
        'compression_mode': '',
        'relative_file_paths': ['bag_0.mcap'],
        'files': [{
            'path': 'bag_0.mcap',
            'starting_time': {'nanoseconds_since_epoch': START_NS},
            'duration': {'nanoseconds': 5000},
            'message_count': 2,
        }],
    }


def test_it_is_split_by_time(tmp_path):
    writer = BagWriter(tmp_path / 'bag', TYPES, max_s=10)
    for second in range(25):
        write(writer, bytes([second]), second, step_ns=S)
    writer.close()
    counts = []
    for path in sorted((tmp_path / 'bag').glob('*.mcap')):
        with Reader(path) as reader:
            counts.append(reader.message_count)
    assert counts == [10, 10, 5]
    assert bytes_of(tmp_path / 'bag') == [bytes([second]) for second in range(25)]


def test_it_is_split_by_size(tmp_path):
    writer = BagWriter(tmp_path / 'bag', TYPES, max_bytes=2_500_000)
    data = payloads(3000)
    for number, piece in enumerate(data):
        write(writer, piece, number)
    writer.close()
    assert writer.files == 3
    assert bytes_of(tmp_path / 'bag') == data


# -- the end of a disk


class Disk:
    """Tells what a test wants to be free."""

    free = 10**12

    def __call__(self, folder):
        return self.free


def test_it_stops_before_the_disk_is_full_and_loses_nothing(tmp_path):
    disk, data = Disk(), payloads(1000)
    writer = BagWriter(tmp_path / 'bag', TYPES, min_free_bytes=10**9, free_bytes=disk)
    with pytest.raises(BagError, match='0.999 GB are free at .*bag, less than the 1 GB'):
        for number, piece in enumerate(data):
            if number == 500:
                disk.free = 999_000_000
            write(writer, piece, number)
    writer.close()
    assert bytes_of(tmp_path / 'bag') == data[:TWO_CHUNKS]


def test_a_recording_says_why_it_stopped_and_counts_what_comes_later(tmp_path):
    disk = Disk()
    recording = Recording(
        BagWriter(tmp_path / 'bag', TYPES, min_free_bytes=10**9, free_bytes=disk)
    )
    disk.free = 5
    key = ('Tool', 'STRING')
    for number in range(1000):
        frame = encode(String(f'{number:05}' * 900, device_name='Tool'))
        recording.put(
            key, '/Tool/raw', RAW_TYPE, lambda f=frame: TYPES.pack(f), len(frame), number
        )
    recording.close()
    assert 'less than the 1 GB' in recording.failure
    found, lost = recording.summary.recorded[key], recording.summary.lost
    assert found.messages + lost['after the end of the bag'].messages == 1000
    assert len(bytes_of(tmp_path / 'bag')) == found.messages < 1000


def test_a_full_disk_leaves_what_was_written_before(tmp_path):
    disk = tmp_path / 'disk'
    disk.mkdir()
    mounted = os.geteuid() == 0 and not subprocess.run(
        ['mount', '-t', 'tmpfs', '-o', 'size=3m', 'none', disk], capture_output=True
    ).returncode
    if not mounted:
        pytest.skip('only root can make a small disk')
    try:
        writer = BagWriter(disk / 'bag', TYPES)
        data = payloads(2000)
        with pytest.raises(BagError, match='No space left'):
            for number, piece in enumerate(data):
                write(writer, piece, number)
        assert bytes_of(disk / 'bag') == data[:TWO_CHUNKS]
        writer.close()
        assert bytes_of(disk / 'bag') == data[:TWO_CHUNKS]
    finally:
        subprocess.run(['umount', '-l', disk], check=True)


def failing_pwrite(monkeypatch, number, share, error, only_once=False):
    """Have only a share of a chunk written, and nothing more."""
    pwrite, chunks = os.pwrite, [0]

    def write(fd, piece, offset):
        if len(piece) > 1000:
            chunks[0] += 1
            if chunks[0] == number:
                pwrite(fd, piece[: int(len(piece) * share)], offset)
                raise error
        if chunks[0] >= number and not only_once:
            raise error
        return pwrite(fd, piece, offset)

    monkeypatch.setattr(os, 'pwrite', write)


def test_a_disk_that_takes_half_a_chunk_leaves_what_was_written_before(tmp_path, monkeypatch):
    writer = BagWriter(tmp_path / 'bag', TYPES)
    data = payloads(2000)
    error = OSError(errno.ENOSPC, 'No space left on device')
    failing_pwrite(monkeypatch, 3, 0.5, error, only_once=True)
    with pytest.raises(BagError, match='No space left'):
        for number, piece in enumerate(data):
            write(writer, piece, number)
    assert bytes_of(tmp_path / 'bag') == data[:TWO_CHUNKS]
    writer.close()
    assert bytes_of(tmp_path / 'bag') == data[:TWO_CHUNKS]
    with Reader(tmp_path / 'bag') as reader:
        assert reader.message_count == TWO_CHUNKS


@pytest.mark.parametrize('call', ['open', 'pwrite'])
def test_a_bag_that_cannot_begin_is_not_there(tmp_path, monkeypatch, call):
    usual = getattr(os, call)

    def full(*arguments, **options):
        if call == 'open' and '.mcap' not in str(arguments[0]):
            return usual(*arguments, **options)
        raise OSError(errno.ENOSPC, 'No space left on device')

    with monkeypatch.context() as patched:
        patched.setattr(os, call, full)
        with pytest.raises(BagError, match='No space left'):
            BagWriter(tmp_path / 'bag', TYPES)
    assert not list(tmp_path.iterdir())
    BagWriter(tmp_path / 'bag', TYPES).close()  # with room again


@pytest.mark.parametrize('options', [{}, {'max_bytes': 1_500_000}], ids=['one', 'split'])
@pytest.mark.parametrize('only_once', [True, False])
@pytest.mark.parametrize('number', [1, 3, 4])
def test_what_a_full_disk_did_not_take_is_lost_and_not_recorded(
    tmp_path, monkeypatch, number, only_once, options
):
    recording = Recording(BagWriter(tmp_path / 'bag', TYPES, compression='none', **options))
    error = OSError(errno.ENOSPC, 'No space left on device')
    failing_pwrite(monkeypatch, number, 0.5, error, only_once=only_once)
    for index, data in enumerate(payloads(2000)):
        recording.put(
            ('T', 'X'), '/T/raw', RAW_TYPE, lambda d=data: TYPES.pack(d), len(data), index + 1
        )
    recording.close()
    assert 'No space left' in recording.failure
    total, found = recording.summary.total, bytes_of(tmp_path / 'bag')
    assert (total.messages, total.bytes) == (len(found), 3000 * len(found))
    lost = recording.summary.lost
    assert lost['the disk did not take them'].messages > 0
    assert len(found) + sum(count.messages for count in lost.values()) == 2000
    with Reader(tmp_path / 'bag') as reader:
        assert reader.message_count == len(found)


@pytest.mark.parametrize('share', [0.0, 0.3, 1.0])
@pytest.mark.parametrize('at', [1, 2, 3, 8, 20, 21])
def test_whenever_it_is_killed_rosbags_alone_reads_all_but_the_last_chunk(
    tmp_path, monkeypatch, at, share
):
    class Killed(BaseException):
        """What no program can catch."""

    writer = BagWriter(tmp_path / 'bag', TYPES)
    data, chunk = payloads(60, 400_000), 3  # messages
    failing_pwrite(monkeypatch, at, share, Killed())
    monkeypatch.setattr(whole_file, '_GAP_BYTES', 2 << 20)
    written = 0
    try:
        for number, piece in enumerate(data):
            write(writer, piece, number)
            written += 1
        writer.close()
    except Killed:
        found = bytes_of(tmp_path / 'bag')
        assert found == data[: len(found)]
        assert written + 1 - len(found) <= chunk
        done = repair(tmp_path / 'bag', lambda *_: None)
        assert bytes_of(done.folder) == found and not done.lost
        [file] = done.folder.glob('*.mcap')
        assert file.stat().st_size < 1_250_000 * len(found) / chunk + 10_000
    else:
        pytest.fail('it was not killed')


@pytest.mark.parametrize('begun', [b'', bytes(64) + whole_file.ENDING], ids=['made', 'ending'])
def test_a_file_that_was_just_made_when_it_was_killed_is_passed_over(bag, begun):
    found = bytes_of(bag)
    (bag / 'bag_2.mcap').write_bytes(begun)
    with open_bag(bag) as reader:
        count = sum(1 for _ in reader.messages(reader.connections))
        assert not reader.lost
    assert count == len(found) == 40
    (bag / 'bag_2.mcap').write_bytes(b'something else')
    with pytest.raises(BagError, match='bag_2.mcap: the beginning of the file'), open_bag(bag):
        pass


# -- repair


@pytest.fixture
def bag(tmp_path):
    """Frames in two files of several chunks each."""
    folder = tmp_path / 'bag'
    writer = BagWriter(folder, TYPES, max_s=1)
    for number, piece in enumerate(payloads(40)):
        write(writer, piece, number, f'/device_{number % 3}/raw', step_ns=S // 20)
        if number % 5 == 4:
            writer.flush()
    writer.close()
    return folder


def test_progress_is_told_in_bytes(bag):
    for path in bag.glob('*.mcap'):  # as if it had been killed: no index
        os.truncate(path, path.stat().st_size - 20)
    told = {}
    repair(bag, lambda name, done, size: told.setdefault(name, []).append((done, size)))
    assert set(told) == {'bag_0.mcap', 'bag_1.mcap'}
    for steps in told.values():
        done, sizes = zip(*steps)
        assert list(done) == sorted(done) and len(set(sizes)) == 1
        assert len(set(done)) >= 4 and done[-1] == sizes[0]


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_whole_bag_is_left_alone(bag):
    before = contents(bag)
    done = repair(bag, lambda *_: None)
    assert (done.folder, done.messages, done.files, done.lost) == (bag, 40, 2, [])
    assert contents(bag) == before and [bag] == list(bag.parent.iterdir())


@pytest.mark.parametrize('seed', range(8))
def test_whatever_is_missing_at_the_end_the_whole_chunks_are_read(bag, seed):
    data, last = bytes_of(bag), bag / 'bag_1.mcap'
    size = last.stat().st_size
    os.truncate(last, random.Random(seed).randint(60, size - 1))
    if seed % 2:
        (bag / 'metadata.yaml').unlink()
    before = contents(bag)
    done = repair(bag, lambda *_: None)
    assert contents(bag) == before
    found = bytes_of(done.folder)
    assert found == data[: len(found)]
    assert len(found) >= 20 and len(found) % 5 == 0
    assert done.messages == len(found)
    with Reader(done.folder) as reader:
        assert reader.message_count == len(found)


def test_a_chunk_that_is_overwritten_costs_no_other(bag):
    data, last = bytes_of(bag), bag / 'bag_1.mcap'
    content = last.read_bytes()
    middle = len(content) // 2
    last.write_bytes(content[:middle] + b'\0' * 3000 + content[middle + 3000 :])
    done = repair(bag, lambda *_: None)
    found = bytes_of(done.folder)
    assert len(found) == 35 and found == [piece for piece in data if piece in found]
    [lost] = done.lost
    gone = [START_NS + n * S // 20 for n, piece in enumerate(data) if piece not in found]
    assert (lost.messages, lost.start_ns, lost.end_ns) == (5, gone[0], gone[-1])


def test_what_is_no_bag_is_said(tmp_path):
    with pytest.raises(BagError, match='there is no MCAP file'):
        repair(tmp_path, lambda *_: None)
    (tmp_path / 'x.mcap').write_bytes(b'hello')
    with pytest.raises(BagError, match='no MCAP file, or nothing in it is whole'):
        repair(tmp_path, lambda *_: None)


def test_a_bag_that_is_cut_says_how_it_is_repaired(bag):
    os.truncate(bag / 'bag_1.mcap', 9999)
    with pytest.raises(BagError, match='igtl_record repair'), open_bag(bag):
        pass


def test_how_far_a_bag_without_an_index_was_read_is_told(tmp_path):
    writer = BagWriter(tmp_path / 'bag', TYPES)
    for number in range(20_000):
        write(writer, b'x' * 100, number)
    writer.flush()
    told = []
    with open_bag(tmp_path / 'bag', lambda *step: told.append(step)):
        pass
    [file] = (tmp_path / 'bag').glob('*.mcap')
    assert {size for _, size in told} == {file.stat().st_size}
    assert max(done for done, _ in told) > 0
    writer.close()


def test_a_file_alone_can_be_read(bag):
    with open_bag(Path(bag / 'bag_1.mcap')) as reader:
        found = BagFrames(reader, TYPES, (), 'both')
        assert list(found) == []
        assert sum(found.refused.values()) == 20


# -- who may read it


@pytest.fixture
def open_umask():
    """Files are for everybody, if nobody says otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder):
    return {path.stat().st_mode & 0o777 for path in folder.rglob('*')}


@pytest.mark.skipif(os.name == 'nt', reason='Windows has other rights')
@pytest.mark.parametrize('mode, files_mode, folder_mode', [
    (None, 0o600, 0o700), (0o640, 0o640, 0o750), (0o664, 0o664, 0o775),
])
def test_the_owner_alone_may_read_a_bag_unless_asked(
    tmp_path, open_umask, mode, files_mode, folder_mode
):
    options = {} if mode is None else {'mode': mode}
    folder = tmp_path / 'new' / 'bag'
    writer = BagWriter(folder, TYPES, max_bytes=1_000_000, **options)
    for number, piece in enumerate(payloads(1500)):
        write(writer, piece, number)
        assert modes(folder) == {files_mode}
    writer.close()
    assert len(list(folder.glob('*.mcap'))) > 2
    assert modes(folder) == {files_mode} and folder.stat().st_mode & 0o777 == folder_mode
    (folder / 'metadata.yaml').unlink()
    done = repair(folder, lambda *_: None, **options)
    assert modes(done.folder) == {files_mode}
    assert done.folder.stat().st_mode & 0o777 == folder_mode
