"""`igtl_certs`: the files it writes, and what it refuses."""

import ssl
import stat
import subprocess
import sys

import pytest
from forked import run

pytest.importorskip('trustme', reason='igtl_certs needs the package trustme')

FILES = ['ca.pem', 'client.key', 'client.pem', 'server.key', 'server.pem']


def certs(*arguments, code=0):
    done = run(sys.executable, '-m', 'igtl_ros2.tools.certs', *arguments)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def shake_hands(where, name):
    """Both sides with certificates; gives what the server sees of the client."""
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=where / 'ca.pem')
    server.load_cert_chain(where / 'server.pem', where / 'server.key')
    server.verify_mode = ssl.CERT_REQUIRED
    client = ssl.create_default_context(cafile=where / 'ca.pem')
    client.load_cert_chain(where / 'client.pem', where / 'client.key')
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    here = client.wrap_bio(down, up, server_hostname=name)
    there = server.wrap_bio(up, down, server_side=True)
    for side in (here, there, here, there):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return there.getpeercert()


@pytest.mark.parametrize('name', ['localhost', '127.0.0.1', '::1', 'or-3.example', '10.1.2.3'])
def test_the_server_is_known_by_all_its_names_and_the_client_by_its_own(tmp_path, name):
    said = certs(tmp_path, '--name', 'or-3.example', '--name', '10.1.2.3', '--client', 'cart-7')
    assert f'tls.cert_file:={tmp_path}/server.pem' in said
    assert sorted(path.name for path in tmp_path.iterdir()) == FILES
    assert ('DNS', 'cart-7') in shake_hands(tmp_path, name)['subjectAltName']


def test_who_is_let_in_is_the_client_beside_the_server(tmp_path):
    from igtl_ros2.tools.certs import client_names

    assert client_names(tmp_path) == []
    said = certs(tmp_path, '--client', 'robot-1')
    assert 'tls.allowed_names:=[robot-1]' in said
    assert client_names(tmp_path) == ['robot-1']
    certs(tmp_path / 'other', '--client', 'robot-2')
    for name in ('client.pem', 'client.key'):  # signed by somebody else
        (tmp_path / name).write_bytes((tmp_path / 'other' / name).read_bytes())
    assert client_names(tmp_path) == []
    (tmp_path / 'client.pem').write_text('nothing')
    assert client_names(tmp_path) == []


def test_a_name_that_was_not_given_is_not_in_it(tmp_path):
    certs(tmp_path)
    with pytest.raises(ssl.SSLCertVerificationError, match='or-3.example'):
        shake_hands(tmp_path, 'or-3.example')


def test_keys_are_for_the_owner_alone_and_nothing_is_replaced_unasked(tmp_path):
    certs(tmp_path / 'deep' / 'down')
    where = tmp_path / 'deep' / 'down'
    for name in FILES:
        assert stat.S_IMODE((where / name).stat().st_mode) & 0o077 == (
            0 if name.endswith('.key') else 0o044)
    before = {name: (where / name).read_bytes() for name in FILES}
    (where / 'ca.pem').unlink()
    said = certs(where, code=1)
    assert f'{where}/' in said and '--force' in said and 'Traceback' not in said
    assert not (where / 'ca.pem').exists()
    (where / 'client.key').chmod(0o644)
    certs(where, '--force')
    assert (where / 'server.key').read_bytes() != before['server.key']
    assert stat.S_IMODE((where / 'client.key').stat().st_mode) == 0o600


@pytest.mark.parametrize('arguments', [('--name', 'a..b'), ('--name', ''), ('--client', ''),
                                       ('--client', 'x' * 300)])
def test_a_name_that_cannot_be_is_said_in_a_line(tmp_path, arguments):
    said = certs(tmp_path, *arguments, code=1)
    assert said.startswith('igtl_certs: ') and len(said.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_days_have_limits(tmp_path):
    assert '--days' in certs(tmp_path, '--days', '0', code=2)


def test_without_trustme_it_says_what_to_install(tmp_path):
    code = ("import sys; sys.modules['trustme'] = None\n"
            'from igtl_ros2.tools.certs import main; sys.exit(main(sys.argv[1:]))')
    done = subprocess.run([sys.executable, '-c', code, tmp_path], text=True, capture_output=True)
    assert done.returncode == 1 and 'pip install trustme' in done.stderr
    assert not list(tmp_path.iterdir())
