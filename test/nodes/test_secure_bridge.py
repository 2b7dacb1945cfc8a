"""The bridge over TLS: who shows a good certificate is bridged, anybody else is told why not."""

import pytest
from network_peers import RawPeer
from ros_user import pose, wait_for

from igtl_ros2 import connect
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.errors import ConfigError, PeerError

trustme = pytest.importorskip('trustme')


@pytest.fixture
def files(tmp_path):
    """An authority, a server certificate and one of a client."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / 'ca.pem')
    for name in ('127.0.0.1', 'robot-1'):
        authority.issue_cert(name).private_key_and_cert_chain_pem.write_to_path(
            tmp_path / f'{name}.pem'
        )
    return tmp_path


def tls_bridge(ros, files, **more):
    return ros.bridge(
        url='tls://127.0.0.1:0',
        **{'tls.cert_file': f'{files}/127.0.0.1.pem', 'tls.ca_file': f'{files}/ca.pem', **more},
    )


def test_a_client_with_a_certificate_is_bridged(ros, files):
    from geometry_msgs.msg import TransformStamped

    node = tls_bridge(ros, files, **{'tls.allowed_names': ['robot-*']})
    poses = ros.listen('/x/Probe/transform', TransformStamped)
    with connect(
        str(node.link.address),
        tls_ca_file=f'{files}/ca.pem',
        tls_cert_file=f'{files}/robot-1.pem',
    ) as client:
        client.send(Transform(pose((10, 20, 30)), device_name='Probe'))
        got = wait_for(lambda: poses and poses[-1], 'a pose')
        assert got.transform.translation.y == pytest.approx(0.02)
        assert [peer.name for peer in node.link.peers] == ['robot-1']


def test_without_a_certificate_nothing_is_bridged_and_the_log_says_why(ros, files, caplog):
    node = tls_bridge(ros, files)
    address = node.link.address
    with RawPeer(address) as plain:
        plain.send(Transform(pose(), device_name='Plain'))
        plain.wait_closed()
    client = None
    try:
        client = connect(str(address), tls_ca_file=f'{files}/ca.pem', reconnect=False)
        client.send(Transform(pose(), device_name='Nameless'))
        with pytest.raises(PeerError):
            client.receive(20)
    except PeerError as error:  # with TLS 1.2 it is told in the handshake
        assert 'certificate' in str(error)
    finally:
        if client is not None:
            client.close()
    wait_for(lambda: node.link.facts['refused'] == 2, 'two refusals')
    assert 'speaks plain OpenIGTLink, not TLS' in caplog.text
    assert 'showed no certificate, and this side demands one' in caplog.text
    assert node.link.peers == []


def test_a_certificate_that_is_missing_stops_the_start(ros, files):
    with pytest.raises(ConfigError, match='nowhere.pem'):
        tls_bridge(ros, files, **{'tls.cert_file': f'{files}/nowhere.pem'})


def test_a_rule_for_a_name_in_a_certificate(ros, files):
    from geometry_msgs.msg import TransformStamped

    (files / 'map.yaml').write_text("""
receive:
  - {device: Probe, peer: "robot-?", name: ours}
  - {device: "*", name: others}
""")
    node = tls_bridge(ros, files, mapping_file=f'{files}/map.yaml')
    heard = {name: ros.listen(f'/x/{name}/transform', TransformStamped)
             for name in ('ours', 'others')}
    for name, topic in (('robot-1', 'ours'), ('127.0.0.1', 'others')):
        with connect(
            str(node.link.address),
            tls_ca_file=f'{files}/ca.pem',
            tls_cert_file=f'{files}/{name}.pem',
        ) as client:
            wait_for(lambda c=client, t=topic: c.send(Transform(pose(), device_name='Probe'))
                     or heard[t], topic)
            if topic == 'ours':
                assert not heard['others']
