"""What is called with something of a wrong type gives an error of the family, and no other."""

import asyncio
import inspect
import math
import re
import ssl
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from igtl_ros2 import aio, codec, connect, serve
from igtl_ros2.codec.messages.text import String
from igtl_ros2.config import Settings
from igtl_ros2.errors import ConfigError, DecodeError, EncodeError, HeaderError, IgtlError

DOCS = Path(__file__).parent.parent / 'docs'
LOCAL = 'tcp://127.0.0.1:0'

GARBAGE = [
    None, 'abc', b'\0\1', 5, -1, 1.5, math.nan, [1], ('x', 2), {'a': 1}, object(), np.zeros(3),
    np.array(['x']), 1 << 70, True, 3 + 1j, int, [None], [[1, 2], [3]], [('N',)], '\ud800',
]
# what else a call may need, while one of its arguments is garbage
PLAIN = [np.eye(4), 'IMAGE', b'abc', np.ones((2, 2), np.uint8), 3, [('m', 1)], String('x')]

# opens something, is made by the package alone or is of another package (fastcrc)
NOT_SWEPT = re.compile(
    r'\.(connect|serve)$|\.(Client|Server|Peer|BagFrames|Player|Slicer|Nodes|BagWriter|repair)$'
    r'|igtl_ros2\.(config|converters|sim|errors|codec\.patients|codec\.private(_\w+)?|mapping)\.'
    r'|\.(register|crc64|codec\.Message)$'
)


def documented():
    """List what the reference describes and can be called."""
    names = {
        name
        for page in DOCS.rglob('*.md')
        for name in re.findall(r'^::: (igtl_ros2\S+)', page.read_text(encoding='utf-8'), re.M)
        if not NOT_SWEPT.search(name)
    }
    for name in sorted(names):
        module, _, last = name.rpartition('.')
        try:
            thing = getattr(import_module(module), last)
        except ModuleNotFoundError:  # a method of a class
            continue
        # an enum is asked for a member as any other is: ValueError
        if callable(thing) and not hasattr(thing, '__members__'):
            yield pytest.param(thing, id=name)


def calls(thing):
    """Make calls with garbage: for all that must be given, then for one argument at a time."""
    parameters = [
        p for p in inspect.signature(thing).parameters.values()
        if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
    ]
    needed = [p.name for p in parameters if p.default is p.empty]
    for garbage in GARBAGE:
        yield dict.fromkeys(needed, garbage)
        for parameter in parameters:
            for plain in PLAIN:
                yield {**dict.fromkeys(needed, plain), parameter.name: garbage}


@pytest.mark.filterwarnings('ignore')
@pytest.mark.parametrize('thing', list(documented()))
def test_wrong_arguments_give_an_error_of_the_family(thing):
    for fields in calls(thing):
        try:
            made = thing(**fields)
            if isinstance(made, codec.Message):
                codec.encode(made)
        except IgtlError:
            pass
        except Exception as error:
            raise AssertionError(f'{thing.__name__}({fields}): {error!r}') from error


def test_the_cases_that_were_seen():
    with pytest.raises(EncodeError, match='wanted a message'):
        codec.encode(None)
    for data in ('abc', None, 5, ['x']):
        with pytest.raises(HeaderError, match='wanted bytes'):
            codec.decode(data)
        with pytest.raises(DecodeError, match='wanted bytes'):
            codec.Decoder().feed(data)
    from igtl_ros2.codec.messages.arrays import unit_parts, unit_word

    for units in ('N', 'Nm', [('N',)], [5], None):
        with pytest.raises(EncodeError, match='unit'):
            unit_word(units)
    with pytest.raises(EncodeError, match='unit'):
        unit_parts('N')
    with pytest.raises(HeaderError, match='58 bytes'):
        codec.decode_header(b'short')


# 'abc' is a host, which is enough
NO_URLS = [*(one for one in GARBAGE if not isinstance(one, str) or one != 'abc'),
           '', 'tcp://', 'http://x', 'tcp://a:b', 'a/b', 'a:b']


@pytest.mark.parametrize('url', NO_URLS)
def test_what_is_no_url_is_refused_everywhere(url):
    for start in (connect, serve, aio.connect, aio.serve):
        with pytest.raises(ConfigError):
            start(url)


WRONG_OPTIONS = {
    'a name that no option has': {'no_such': 1},
    'a callback': {'on_message': 5},
    'the other callback': {'on_peer': 'x'},
    'a TLS context': {'tls_context': 5},
    'a queue': {'queue_messages': 'many'},
    'a list': {'allow': 7},
    'a policy': {'queue_policy': {'x': 1}},
}


@pytest.mark.parametrize('options', WRONG_OPTIONS.values(), ids=WRONG_OPTIONS)
def test_options_of_a_wrong_type_are_refused(options):
    refused_everywhere(LOCAL, options)
    if 'tls_context' in options:
        refused_everywhere(LOCAL.replace('tcp', 'tls'), options)


@pytest.mark.parametrize('protocol', ['tcp', 'udp'])
def test_a_tls_context_is_refused_where_nothing_would_be_encrypted(protocol):
    options = {'tls_context': ssl.create_default_context()}
    refused_everywhere(f'{protocol}://127.0.0.1:9', options, match=f'tls_context: .* {protocol}')


def refused_everywhere(url, options, match=None):
    for start in (connect, serve):
        with pytest.raises(ConfigError, match=match):
            start(url, **options).close()

    async def open_it(start):
        async with start(url, **options):
            pass

    for start in (aio.connect, aio.serve):
        with pytest.raises(ConfigError, match=match):
            asyncio.run(open_it(start))


@pytest.mark.parametrize('seconds', ['1', [], math.nan, object(), True])
def test_what_is_no_time_to_wait_is_refused(seconds):
    with pytest.raises(ConfigError, match='timeout_s'):
        connect(LOCAL, timeout_s=seconds)
    with serve(LOCAL) as server:
        with connect(str(server.address)) as client:
            for wait in (
                client.receive, client.wait_connected, client.flush, server.receive, client.close,
                lambda s: next(client.messages(s)), lambda s: next(server.messages(s)),
            ):
                with pytest.raises(ConfigError, match='found'):
                    wait(seconds)


def test_what_is_no_bag_is_refused():
    pytest.importorskip('rosbags')
    pytest.importorskip('mcap')
    from igtl_ros2.bags.files import BagWriter, repair
    from igtl_ros2.bags.frames import open_bag
    from igtl_ros2.errors import BagError
    from igtl_ros2.mapping import load_links, load_mapping

    for wrong in (None, 5, [], object()):
        with pytest.raises(BagError, match='wanted the name'):
            with open_bag(wrong):
                pass
        with pytest.raises(BagError, match='wanted the name'):
            repair(wrong, lambda *_: None)
        with pytest.raises(BagError, match='wanted the name'):
            BagWriter(wrong, None)
        for load in (load_links, load_mapping):
            with pytest.raises(ConfigError, match='found'):
                load(wrong)


def test_what_is_no_file_is_refused(tmp_path):
    from igtl_ros2 import Image, files
    from igtl_ros2.errors import FileError

    image = Image(np.zeros((1, 2, 2), np.uint8))
    for wrong in (None, 5, b'x.nrrd', [], object()):
        for call in (Image.from_file, image.to_file, files.extension_of,
                     lambda path: list(files.read(path)), lambda path: files.write(path, [])):
            with pytest.raises(FileError, match='wanted the name of a file'):
                call(wrong)
    for wrong in (None, 'abc', [(0.0,)], [[1, 2]], [5], [(0.0, None)]):
        with pytest.raises(FileError, match=r'wanted pairs|has no place'):
            files.write(tmp_path / 'x.nrrd', wrong)
    with pytest.raises(FileError):
        list(files.read(tmp_path / '\ud800.nrrd'))


@pytest.mark.parametrize('options', [
    {'types': None}, {'max_bytes': 'abc'}, {'max_s': math.nan}, {'max_s': None}, {'mode': 1.5},
    {'min_free_bytes': []}, {'mode': None}, {'max_bytes': -1}, {'min_free_bytes': np.zeros(3)},
])
def test_options_of_a_bag_of_a_wrong_type_are_refused(tmp_path, options):
    pytest.importorskip('rosbags')
    pytest.importorskip('mcap')
    from igtl_ros2.bags.files import BagWriter
    from igtl_ros2.bags.types import MessageTypes
    from igtl_ros2.errors import BagError

    types = options.pop('types', MessageTypes()) if 'types' in options else MessageTypes()
    with pytest.raises(BagError, match='allowed'):
        BagWriter(tmp_path / 'bag', types, **options)
    assert not (tmp_path / 'bag').exists()


def test_what_is_no_message_of_a_bag_is_refused_and_the_bag_goes_on(tmp_path):
    pytest.importorskip('rosbags')
    pytest.importorskip('mcap')
    from igtl_ros2.bags.files import BagWriter, repair
    from igtl_ros2.bags.types import RAW_TYPE, MessageTypes
    from igtl_ros2.errors import BagError

    types = MessageTypes()
    writer = BagWriter(tmp_path / 'bag', types)
    good = '/x/raw', RAW_TYPE, types.pack(b'x'), 5
    for place in range(4):
        for wrong in (None, [1], object(), -1, 1.5, np.zeros(3)):
            with pytest.raises(BagError, match='allowed'):
                writer.write(*good[:place], wrong, *good[place + 1:])
    writer.write(*good)
    writer.close()
    assert repair(tmp_path / 'bag', lambda *_: None).messages == 1


def test_other_calls_that_were_seen():
    import igtl_ros2
    from igtl_ros2.errors import ConversionError

    for wrong in (None, 'abc', np.zeros(3)):
        with pytest.raises(ConversionError):
            igtl_ros2.VideoDecoder().decode(wrong)
    with pytest.raises(ConversionError, match='wanted uint8'):
        igtl_ros2.VideoEncoder('raw').frame_of(None)
    for wrong in (5, 'ab', object()):
        with pytest.raises(EncodeError, match='names'):
            igtl_ros2.PointList.from_array(np.zeros((2, 3)), wrong)
    with pytest.raises(EncodeError, match='no type of message'):
        codec.encode(codec.Message())
    with serve(LOCAL) as server:
        for wrong in (5, 'ab', np.zeros(3), [1]):
            with pytest.raises(ConfigError, match='exclude'):
                server.send(String('x'), exclude=wrong)


@pytest.mark.parametrize('seconds', [None, '1', math.nan])
def test_what_is_no_time_to_linger_is_refused(seconds):
    with serve(LOCAL) as server:
        with pytest.raises(ConfigError, match='linger_s'):
            server.close(seconds)
        assert server.state == 'listening'


@pytest.mark.parametrize('values', [None, 5, '', ['mode']])
def test_settings_are_made_of_values_by_name(values):
    with pytest.raises(ConfigError):
        Settings.from_values(values)


@pytest.mark.parametrize('seconds', [math.inf, 1e300, 1 << 60])
def test_a_time_without_end_is_no_limit(seconds):
    with serve(LOCAL) as server, connect(str(server.address), timeout_s=seconds) as client:
        client.send(String('x', device_name='D'))
        assert server.receive(seconds)[1].text == 'x'
        client.flush(seconds)
        with pytest.raises(ConfigError, match='timeout_s'):
            client.receive(1 << 5000)

    async def talk():
        async with aio.serve(LOCAL) as server:
            async with aio.connect(str(server.address), timeout_s=seconds) as client:
                client.send(String('x', device_name='D'))
                assert (await server.receive(seconds))[1].text == 'x'

    asyncio.run(talk())
