"""STRING, both ways."""

import pytest
from std_msgs.msg import String as RosString

from igtl_ros2.codec.charsets import WireText
from igtl_ros2.codec.fields import raw_text
from igtl_ros2.codec.messages.text import Command, String
from igtl_ros2.errors import EncodeError


@pytest.mark.parametrize('text', ['', 'START_UP', 'Nähe: 3 mm', '針', 'two\nlines'])
def test_texts_come_back(receive, send, text):
    result = receive(String(text))
    assert list(result.outputs) == ['text']
    assert result.outputs['text'].data == text
    assert 'text_repaired' not in result.info
    again = send(result.outputs['text'])
    assert (again.text, again.encoding) == (text, result.info['encoding'])


def test_the_encoding_is_in_info(receive):
    assert receive(String('abc')).info == {'encoding': 3}
    assert receive(String('ä')).info == {'encoding': 106}
    assert receive(String('ä', 4)).info == {'encoding': 4}
    assert receive(String('針', 17)).outputs['text'].data == '針'
    assert receive(String('針', 1013)).outputs['text'].data == '針'
    assert receive(String('abc', 9999)).info == {'encoding': 9999}


@pytest.mark.parametrize('encoding', [3, 106, 9999])
def test_bytes_that_are_not_utf8_are_read_as_latin_1_and_flagged(receive, encoding):
    result = receive(String('caf\udce9', encoding))
    assert result.outputs['text'].data == 'café'
    assert result.info == {'encoding': encoding, 'text_repaired': True}


@pytest.mark.parametrize(
    ('encoding', 'raw', 'words'),
    [(9999, '針'.encode(), 'unknown'), (2025, '針'.encode() + b'\xff', 'gb2312')],
)
def test_a_text_that_cannot_be_read_by_its_number_is_flagged(receive, encoding, raw, words):
    for message in (
        String(WireText(raw_text(raw), raw, encoding, True), encoding),
        Command(1, 'Go', WireText(raw_text(raw), raw, encoding, True), encoding),
    ):
        result = receive(message)
        assert result.info['text_repaired'] is True
        (note,) = result.notes
        assert str(encoding) in note
        assert words in note


def test_a_metadata_value_that_cannot_be_read_is_named(receive):
    value = WireText(raw_text(b'\xff'), b'\xff', 2026, True)
    message = String('x', metadata={'k': value, 'v': '針'}, metadata_encodings={'k': 2026})
    assert receive(message).info['metadata_repaired'] == ['k']


def test_texts_of_other_encodings_are_read(receive):
    for encoding in (2025, 2026, 113, 114):
        result = receive(String('病人', encoding))
        assert result.outputs['text'].data == '病人'
        assert (result.info, result.notes) == ({'encoding': encoding}, [])


def test_a_nul_within_is_taken_out_and_flagged(receive):
    """A peer may send one, although this side does not."""
    message = String('ab')
    object.__setattr__(message, 'text', 'a\0b')
    result = receive(message, wire=False)
    assert result.outputs['text'].data == 'ab'
    assert result.info['text_repaired'] is True


def test_the_longest_text(send):
    assert send(RosString(data='x' * 65535)).text == 'x' * 65535
    with pytest.raises(EncodeError, match='65536 bytes.*65535'):
        send(RosString(data='x' * 65536))
    with pytest.raises(EncodeError, match='65535'):
        send(RosString(data='ä' * 32768))


def test_a_text_is_stamped_with_now(send):
    message = send(RosString(data='x'), now_ns=1_600_000_000_000_000_001, device='CMD_1')
    assert message.timestamp_ns == 1_600_000_000_000_000_001
    assert (message.device_name, message.metadata, message.version) == ('CMD_1', {}, 1)


def test_a_text_that_cannot_be_sent(send):
    with pytest.raises(EncodeError, match='NUL'):
        send(RosString(data='a\0b'))
    with pytest.raises(EncodeError, match='UTF-8'):
        send(RosString(data='\ud800'))
