"""Damaged bags: no bit that is wrong costs what is whole, and none ends in a traceback."""

import random
import shutil
from struct import unpack_from

import pytest
from bag_tools import Tool, connect, frames_of, read_all

from igtl_ros2.bags import files, whole_file
from igtl_ros2.bags.files import BagWriter, repair
from igtl_ros2.bags.frames import BagFrames, open_bag
from igtl_ros2.bags.types import RAW_TYPE, MessageTypes
from igtl_ros2.codec import encode
from igtl_ros2.codec.messages.text import String
from igtl_ros2.errors import BagError
from igtl_ros2.tools import record, replay

TYPES = MessageTypes()
START_NS = 1_700_000_000_000_000_000
STEP_NS = 10_000_000
MESSAGES, IN_A_CHUNK = 40, 5
FRAMES = [encode(String(f'{n} ' * 9, device_name=f'D{n % 3}')) for n in range(MESSAGES)]


def make_bag(folder, compression='zstd', ended=True):
    writer = BagWriter(folder, TYPES, compression=compression)
    for number, frame in enumerate(FRAMES):
        writer.write(
            f'/D{number % 3}/raw', RAW_TYPE, TYPES.pack(frame), START_NS + number * STEP_NS
        )
        if number % IN_A_CHUNK == IN_A_CHUNK - 1:
            writer.flush()
    if ended:
        writer.close()
    else:
        writer._file.close = lambda: None  # as if it had been killed
    return folder / f'{folder.name}_0.mcap'


def chunks_of(data):
    """Where the chunks of a file are, by the lengths alone."""
    found, position = [], 8
    while position < len(data) - 8:
        opcode, length = unpack_from('<BQ', data, position)
        if opcode == 6:
            found.append(range(position, position + 9 + length))
        position += 9 + length
    return found


def played(bag):
    with open_bag(bag) as reader:
        found = BagFrames(reader, TYPES, (), 'both')
        return [frame.data for frame in found], list(found.lost)


@pytest.mark.parametrize('ended', [True, False], ids=['ended', 'killed'])
@pytest.mark.parametrize('compression', files.COMPRESSIONS)
def test_any_bit_may_be_wrong(tmp_path, monkeypatch, compression, ended):
    """Some 1200 bits in all."""
    monkeypatch.setattr(whole_file, '_GAP_BYTES', 4096)
    monkeypatch.setattr(files.os, 'fsync', lambda fd: None)
    path = make_bag(tmp_path / 'bag', compression, ended)
    data = path.read_bytes()
    chunks = chunks_of(data)
    assert len(chunks) == MESSAGES // IN_A_CHUNK
    chance = random.Random(f'{compression} {ended}')
    bits = [chance.randrange(8 * len(data)) for _ in range(167)]
    # those of the beginning are few, too important, and the same whatever the compression
    beginning = range(8 * 17) if compression == 'none' else ()
    for bit in [*beginning, *bits]:
        wrong = bytearray(data)
        wrong[bit // 8] ^= 1 << bit % 8
        path.write_bytes(wrong)
        hit = next((n for n, place in enumerate(chunks) if bit // 8 in place), None)
        first = IN_A_CHUNK * hit if hit is not None else 0
        spoiled = FRAMES[first : first + IN_A_CHUNK] if hit is not None else []
        whole = [frame for frame in FRAMES if frame not in spoiled]

        try:
            found, lost = played(tmp_path / 'bag')
        except BagError:
            assert hit is None, bit  # only the beginning and the end stop it
        else:
            assert found in (FRAMES, whole), bit
            assert (len(found) < MESSAGES) == bool(lost), bit

        new = tmp_path / 'new'
        done = repair(tmp_path / 'bag', lambda *_: None, new)
        assert path.read_bytes() == wrong
        found, lost = played(done.folder)
        assert found in (FRAMES, whole) and not lost, bit
        assert done.messages == len(found)
        if len(found) < MESSAGES:
            [lost] = done.lost
            start_ns = START_NS + first * STEP_NS
            end_ns = start_ns + (IN_A_CHUNK - 1) * STEP_NS
            assert (lost.start_ns, lost.end_ns, lost.messages) == (start_ns, end_ns, IN_A_CHUNK)
        if done.folder == new:
            shutil.rmtree(new)


def test_any_bit_of_the_metadata_may_be_wrong(tmp_path, monkeypatch):
    monkeypatch.setattr(files.os, 'fsync', lambda fd: None)
    make_bag(tmp_path / 'bag')
    path = tmp_path / 'bag' / 'metadata.yaml'
    data = path.read_bytes()
    chance = random.Random(4)
    for _ in range(150):
        bit = chance.randrange(8 * len(data))
        wrong = bytearray(data)
        wrong[bit // 8] ^= 1 << bit % 8
        path.write_bytes(wrong)
        try:
            assert played(tmp_path / 'bag') == (FRAMES, [])
        except BagError:
            pass
        done = repair(tmp_path / 'bag', lambda *_: None, tmp_path / 'new')
        assert played(done.folder) == (FRAMES, []), bit
        assert path.read_bytes() == wrong
        if done.folder != tmp_path / 'bag':
            shutil.rmtree(done.folder)


@pytest.mark.parametrize('ended', [True, False], ids=['ended', 'killed'])
@pytest.mark.parametrize('gone', [(0,), (3,), (7,), (0, 1, 5), tuple(range(7))])
def test_whole_chunks_are_kept_whichever_others_are_overwritten(tmp_path, gone, ended):
    path = make_bag(tmp_path / 'bag', ended=ended)
    data = bytearray(path.read_bytes())
    for number, place in enumerate(chunks_of(data)):
        if number in gone:
            data[place.start : place.stop] = random.Random(number).randbytes(len(place))
    path.write_bytes(data)
    wanted = [frame for n, frame in enumerate(FRAMES) if n // IN_A_CHUNK not in gone]
    found, lost = played(tmp_path / 'bag')
    assert found == wanted and lost
    done = repair(tmp_path / 'bag', lambda *_: None)
    assert done.folder == tmp_path / 'bag_repaired'
    assert [frame for _, _, frame in frames_of(done.folder)] == wanted
    assert path.read_bytes() == data
    for lost in done.lost:  # nothing that is there is said to be lost
        times = range(lost.start_ns + 1, lost.end_ns or START_NS + MESSAGES * STEP_NS)
        for number in range(MESSAGES):
            if number // IN_A_CHUNK not in gone:
                inside = START_NS + number * STEP_NS in times
                assert not inside, (lost, number)


def test_a_file_of_a_split_bag_that_is_gone_is_told(tmp_path):
    writer = BagWriter(tmp_path / 'bag', TYPES, max_s=0.1)
    for number, frame in enumerate(FRAMES):
        time_ns = START_NS + number * STEP_NS
        writer.write(f'/D{number % 3}/raw', RAW_TYPE, TYPES.pack(frame), time_ns)
    writer.close()
    (tmp_path / 'bag' / 'bag_1.mcap').unlink()
    (tmp_path / 'bag' / 'bag_2.mcap').write_bytes(b'something else')
    with pytest.raises(BagError, match=r'bag_1.mcap is not there; igtl_record repair'):
        played(tmp_path / 'bag')
    done = repair(tmp_path / 'bag', lambda *_: None)
    assert played(done.folder) == (FRAMES[:10] + FRAMES[30:], [])
    assert [(lost.file, lost.messages, lost.start_ns) for lost in done.lost] == [
        ('bag_1.mcap', 10, START_NS + 10 * STEP_NS), ('bag_2.mcap', 10, START_NS + 20 * STEP_NS),
    ]


@pytest.mark.parametrize('place', ['begin', 'header', 'end'])
def test_a_damaged_beginning_or_end_is_an_error_that_says_what_helps(tmp_path, place):
    path = make_bag(tmp_path / 'bag')
    data = bytearray(path.read_bytes())
    start = {'begin': 0, 'header': 8, 'end': len(data) - 8}[place]
    data[start : start + 8] = b'\xff' * 8
    path.write_bytes(data)
    for bag in (tmp_path / 'bag', path):
        with pytest.raises(BagError, match=f'{path}: .*; igtl_record repair'):
            played(bag)
    done = repair(tmp_path / 'bag', lambda *_: None)
    assert played(done.folder) == (FRAMES, []) and not done.lost


def test_a_file_alone_is_repaired(tmp_path):
    path = make_bag(tmp_path / 'bag', ended=False)
    data = bytearray(path.read_bytes())
    place = chunks_of(data)[2]
    data[place.stop - 20 : place.stop - 9] = b'\xff' * 11
    path.write_bytes(data)
    done = repair(path, lambda *_: None)
    assert done.folder == tmp_path / 'bag' / 'bag_0_repaired'
    assert played(done.folder) == (FRAMES[:10] + FRAMES[15:], [])
    assert [lost.messages for lost in done.lost] == [5] and path.read_bytes() == data


@pytest.mark.parametrize('cut', [
    lambda data, chunk: data[: chunk.stop],  # a copy that did not end
    lambda data, chunk: data[: chunk.start] + data[chunk.stop :],
    lambda data, chunk: data[: chunk.start + 30] + data[chunk.start + 70 :],
    lambda data, chunk: data[: chunk.start + 90] + bytes(30) + data[chunk.start + 90 :],
], ids=['copied in part', 'without a chunk', 'bytes missing', 'bytes too many'])
@pytest.mark.parametrize('compression', files.COMPRESSIONS)
def test_bytes_that_are_missing_cost_no_others_and_are_told(tmp_path, compression, cut):
    path = make_bag(tmp_path / 'bag', compression)
    data = path.read_bytes()
    path.write_bytes(cut(data, chunks_of(data)[4]))
    done = repair(tmp_path / 'bag', lambda *_: None)
    found, lost = played(done.folder)
    wanted = FRAMES[:25] if not path.read_bytes().endswith(data[-20:]) else (
        FRAMES[:20] + FRAMES[25:])
    assert found == wanted and not lost
    assert done.lost and all(lost.messages in (None, MESSAGES - len(wanted)) for lost in done.lost)


@pytest.mark.parametrize('ended', [True, False], ids=['ended', 'killed'])
def test_a_chunk_whose_beginning_is_gone_with_the_record_before_it_is_told(tmp_path, ended):
    path = make_bag(tmp_path / 'bag', ended=ended)
    data = path.read_bytes()
    chunk = chunks_of(data)[4]
    # in the middle of the index of the chunk before, as a block of the disk would be
    path.write_bytes(data[: chunk.start - 20] + bytes(40) + data[chunk.start + 20 :])
    wanted = FRAMES[:20] + FRAMES[25:]
    for bag in (tmp_path / 'bag', path):
        done = repair(bag, lambda *_: None, tmp_path / 'new')
        assert played(done.folder) == (wanted, [])
        [lost] = done.lost
        assert lost.messages == 5
        assert lost.start_ns == START_NS + 20 * STEP_NS
        assert lost.end_ns == START_NS + 24 * STEP_NS
        shutil.rmtree(tmp_path / 'new')


@pytest.mark.parametrize('ended', [True, False], ids=['ended', 'killed'])
@pytest.mark.parametrize('opcode', [1, 4], ids=['header', 'channel'])
def test_what_says_that_it_is_a_message_and_is_none_is_none(tmp_path, opcode, ended):
    """One bit of the opcode makes a message of it, at a time in which nothing was recorded."""
    path = make_bag(tmp_path / 'bag', ended=ended)
    data = bytearray(path.read_bytes())
    position = 8
    while data[position] != opcode:
        position += 9 + unpack_from('<Q', data, position + 1)[0]
    assert position < chunks_of(data)[0].start
    data[position] = 5
    path.write_bytes(data)
    done = repair(tmp_path / 'bag', lambda *_: None, tmp_path / 'new')
    assert (done.messages, done.lost, done.begin_ns) == (MESSAGES, [], START_NS)
    assert played(done.folder) == (FRAMES, [])


def test_what_a_file_consists_of_is_told_in_more_than_one_place(tmp_path):
    writer = BagWriter(tmp_path / 'bag', TYPES, compression='none')
    for number in range(30):
        data = TYPES.pack(random.Random(number).randbytes(10_000))
        writer.write(f'/D{number % 2}/raw', RAW_TYPE, data, START_NS + number)
        writer.flush()
    path = tmp_path / 'bag' / 'bag_0.mcap'
    data = bytearray(path.read_bytes())  # as if it had been killed
    data[30:12_030] = bytes(12_000)
    path.write_bytes(data)
    assert repair(tmp_path / 'bag', lambda *_: None).messages == 28
    writer.close()


def test_a_bag_may_have_more_files_than_can_be_open(tmp_path):
    resource = pytest.importorskip('resource', reason='only Unix has such limits')
    writer = BagWriter(tmp_path / 'bag', TYPES, max_s=1e-9)
    for number, frame in enumerate(FRAMES):
        writer.write('/D/raw', RAW_TYPE, TYPES.pack(frame), START_NS + number)
    writer.close()
    (tmp_path / 'bag' / 'metadata.yaml').unlink()
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    with open(tmp_path / 'x', 'w') as last:
        resource.setrlimit(resource.RLIMIT_NOFILE, (last.fileno() + 9, before[1]))
    try:
        done = repair(tmp_path / 'bag', lambda *_: None)
        assert done.files == MESSAGES
        assert played(done.folder) == (FRAMES, [])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_who_interrupts_a_repair_gets_no_half_of_a_bag(tmp_path, monkeypatch, capsys):
    make_bag(tmp_path / 'bag', ended=False)

    def interrupted(fd):
        raise KeyboardInterrupt

    monkeypatch.setattr(files.os, 'fsync', interrupted)
    assert record.main(['repair', str(tmp_path / 'bag')]) == 1
    assert 'interrupted; no bag was written' in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ['bag']


def test_who_interrupts_a_replay_that_opens_its_bag_does_not_wait(tmp_path, monkeypatch, capsys):
    make_bag(tmp_path / 'bag', ended=False)
    monkeypatch.setattr(replay, 'note_signals', lambda: [2])
    assert replay.main([str(tmp_path / 'bag')]) == 1
    assert 'interrupted while it was opened' in capsys.readouterr().err


def test_a_file_that_goes_away_while_it_is_read_is_an_error_that_says_so(tmp_path):
    path = make_bag(tmp_path / 'bag')
    with pytest.raises(BagError, match=str(path)), open_bag(tmp_path / 'bag') as reader:
        path.unlink()
        list(BagFrames(reader, TYPES, (), 'both'))


def test_repair_writes_over_nothing(tmp_path):
    path = make_bag(tmp_path / 'bag', ended=False)
    (tmp_path / 'bag_repaired').mkdir()
    (tmp_path / 'bag_repaired' / 'x').write_text('mine')
    before = path.read_bytes()
    with pytest.raises(BagError, match='bag_repaired is there already'):
        repair(tmp_path / 'bag', lambda *_: None)
    assert (tmp_path / 'bag_repaired' / 'x').read_text() == 'mine'
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ['bag', 'bag_repaired']


def test_a_disk_that_does_not_take_the_new_bag_leaves_none(tmp_path, monkeypatch):
    make_bag(tmp_path / 'bag', ended=False)

    def full(fd):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(files.os, 'fsync', full)
    with pytest.raises(BagError, match='No space left'):
        repair(tmp_path / 'bag', lambda *_: None)
    assert [p.name for p in tmp_path.iterdir()] == ['bag']


def test_the_tools_say_what_is_lost(tmp_path):
    path = make_bag(tmp_path / 'bag')
    data = bytearray(path.read_bytes())
    data[chunks_of(data)[3].stop - 9] ^= 4
    path.write_bytes(data)
    with Tool('tools.replay', tmp_path / 'bag', '--serve', 'tcp://127.0.0.1:0') as tool:
        with connect(tool.port()) as sock:
            assert read_all(sock) == b''.join(FRAMES[:15] + FRAMES[20:])
        output = tool.end()
    span = 'from 0.150 s (2023-11-14 22:13:20.150 UTC) to 0.190 s'
    assert f'PASSED OVER: 5 messages {span}' in output
    assert '1 damaged places were passed over, with 5 messages' in output
    assert '35 messages' in output
    with Tool('tools.record', 'repair', tmp_path / 'bag') as tool:
        output = tool.end(1)
    assert 'LOST: 5 messages from 0.150 s' in output
    assert 'bag is as it was' in output and '35 messages in 1 files; 5 messages are lost' in output
    with Tool('tools.record', 'repair', tmp_path / 'bag_repaired') as tool:
        assert 'there is nothing to repair' in tool.end()


def test_other_recorders_bags_lose_no_more(tmp_path):
    """Those of rosbags have no checksums, and an index that nothing vouches for."""
    from rosbags.rosbag2 import StoragePlugin, Writer

    writer = Writer(tmp_path / 'bag', version=9, storage_plugin=StoragePlugin.MCAP)
    from rosbags.typesys import Stores, get_typestore

    store = get_typestore(Stores.LATEST)
    with writer:
        connection = writer.add_connection('/D/raw', RAW_TYPE, typestore=store)
        for number, frame in enumerate(FRAMES):
            writer.write(connection, START_NS + number, TYPES.pack(frame * 900))
    path = next((tmp_path / 'bag').glob('*.mcap'))
    data = bytearray(path.read_bytes())
    with open_bag(tmp_path / 'bag') as reader:
        assert len(list(reader.messages(reader.connections))) == MESSAGES
    second = chunks_of(data)[1]
    data[second.start + 60 : second.start + 80] = b'\xff' * 20
    path.write_bytes(data)
    with open_bag(tmp_path / 'bag') as reader:
        found = list(reader.messages(reader.connections))
        assert 0 < MESSAGES - len(found) < 30
        assert sum(lost.messages for lost in reader.lost) == MESSAGES - len(found)
    done = repair(tmp_path / 'bag', lambda *_: None)
    assert done.messages == len(found)
