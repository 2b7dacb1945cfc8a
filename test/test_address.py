"""URLs of peers."""

import pytest

from igtl_ros2.config.address import Address, parse_url
from igtl_ros2.errors import ConfigError


@pytest.mark.parametrize(
    ('url', 'host', 'port'),
    [
        ('tcp://127.0.0.1:1', '127.0.0.1', 1),
        ('tcp://scanner', 'scanner', 18944),
        ('tcp://scanner/', 'scanner', 18944),
        ('TCP://Scanner:0', 'scanner', 0),
        ('tcp://[::1]:65535', '::1', 65535),
        ('tcp://[::1]', '::1', 18944),
    ],
)
def test_url(url, host, port):
    assert parse_url(url) == Address('tcp', host, port)


@pytest.mark.parametrize(
    'url',
    [
        '',
        'scanner',
        'scanner:18944',
        '127.0.0.1:18944',
        'http://scanner',
        'tls:scanner:1',
        'tcp://',
        'tcp://:18944',
        'tcp://scanner:port',
        'tcp://scanner:65536',
        'tcp://scanner:-1',
        'tcp://scanner/device',
        'tcp://scanner:1?x=1',
        'tcp://scanner:1#x',
        'tcp://user@scanner:1',
        'tcp://[::1:1',
    ],
)
def test_wrong_url_is_named(url):
    with pytest.raises(ConfigError) as caught:
        parse_url(url)
    assert repr(url) in str(caught.value)


@pytest.mark.parametrize(('url', 'text'), [
    ('http://scanner', 'wanted tcp://HOST:PORT, tls://HOST:PORT or udp://HOST:PORT'),
    ('tcp://scanner/device',
     'wanted tcp://HOST:PORT, tls://HOST:PORT or udp://HOST:PORT and nothing more'),
    ('tcp://scanner:65536', 'Port out of range 0-65535; '
     'wanted tcp://HOST:PORT, tls://HOST:PORT or udp://HOST:PORT'),
])
def test_what_is_wanted_is_said(url, text):
    with pytest.raises(ConfigError) as caught:
        parse_url(url)
    assert str(caught.value) == f'{url!r}: {text}'


@pytest.mark.parametrize('url', ['tcp://scanner:18944', 'tcp://[fe80::1]:1', 'tcp://10.0.0.1:5'])
def test_address_is_written_as_the_url_it_came_from(url):
    assert str(parse_url(url)) == url
