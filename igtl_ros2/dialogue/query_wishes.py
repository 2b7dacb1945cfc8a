"""What a query asks for besides type and device: what cannot be done is said, not passed over."""

from __future__ import annotations

from ..codec import Message
from ..codec.messages.query import StartTracking, StartVideo
from ..codec.messages.tracking import QuaternionTrackingData, TrackingData
from ..codec.messages.video import Video
from ..rules import parse_xtoy

# what the C++ library asks for unless set otherwise, so that it may not be meant
_USUAL_CODEC = 'VP90'


def unmet(query: Message, held: Message) -> str:
    """
    Tell which wish of a STT_ stands in the way of its stream; '' if none does.

    :param held: what was sent last of what it asks for.
    """
    if isinstance(query, StartTracking) and query.coordinate_name:
        return not_in_frame(held, query.coordinate_name)
    if isinstance(query, StartVideo) and isinstance(held, Video):
        if query.codec not in ('', _USUAL_CODEC, held.codec):
            return _other_codec(query, held)
    return ''


def unmet_but_done(query: Message, held: Message) -> str:
    """Tell which wish is not fulfilled although the stream starts; '' if there is none."""
    if isinstance(query, StartVideo) and isinstance(held, Video) and query.codec:
        return _other_codec(query, held) if query.codec != held.codec else ''
    return ''


def _other_codec(query: StartVideo, held: Video) -> str:
    return f'it is sent as {held.codec!r} and not as {query.codec!r}'


def not_in_frame(message: Message, frame: str) -> str:
    """
    Tell why tools are not in the frame that somebody asks for; '' if they are.

    Their frame is the one in their names, XToY, where all have one; else that of the ROS message
    that they were made of.
    """
    parents = set()
    if isinstance(message, (TrackingData, QuaternionTrackingData)):
        names = [parse_xtoy(element.name) for element in message.elements]
        named = {name[1] for name in names if name is not None}
        unnamed = None in names or not names
        parents = named | ({message.metadata.get('ros_frame_id', '')} if unnamed else set())
    if parents and {_folded(parent) for parent in parents} == {_folded(frame)}:
        return ''
    found = ' and '.join(repr(parent) for parent in sorted(parents) if parent) or 'no known frame'
    return f'it is in {found} and not in {frame!r}, and nothing is moved for a query'


def _folded(frame: str) -> str:
    """Spell the frame of the patient in one way."""
    return 'ras' if frame.lower() == 'ras' else frame
