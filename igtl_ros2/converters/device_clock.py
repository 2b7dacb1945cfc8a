"""
The clock of a device, as its stamps show it: no stamp is ever made younger.

Time is an argument.
"""

from __future__ import annotations

import math

from .metres import EARLIEST_NS, LATEST_NS, NS, choose_stamp, own_stamp_ns

#: a clock that goes on for so long after it went back was set anew
RESTART_S = 1.0
#: our clock was set, or simulated time has begun, when it goes on by so much more than time does
STEP_S = 1.0
#: a clock may go so many times slower than ours before its stamps lag behind the arrivals
MOST_SLOWER = 10
# what was chosen for so many stamps is remembered besides the last and the newest one
_MOST_SEEN = 64


class DeviceClock:
    """
    Choose the stamps of what one device sends, and tell whether they stand still.

    A stamp that was there before gets what was chosen for it then, so that what a tracker sends
    again and again never looks new. One that is far from now is replaced by the moment of arrival
    only as far as it goes on.

    :param policy: see `choose_stamp`.
    :param stale_after_s: for how long messages may come with stamps that stand still; 0: for ever.
    :param memory: of the clock that was in the place of this one.
    """

    __slots__ = (
        '_policy', '_max_skew_s', '_skew_ns', '_near_ns', '_stale_after_s',
        '_last_ns', '_chosen_ns', '_source', '_newest_ns', '_newest_chosen_ns',
        '_back_s', '_back_ns', '_still_s', '_ahead_s', '_behind_s', '_behind_ns', '_seen',
        'is_frozen', 'far_s', 'far_ns',
    )

    def __init__(
        self, policy: str, max_skew_s: float, stale_after_s: float,
        memory: DeviceClock | None = None,
    ) -> None:
        self._policy = policy
        self._max_skew_s, self._skew_ns = max_skew_s, max_skew_s * NS
        self._near_ns = -1.0 if policy == 'receive' else self._skew_ns
        self._stale_after_s = stale_after_s
        # of the last message: its own stamp, and what was chosen
        self._last_ns: int = memory._last_ns if memory else -1
        self._chosen_ns: int = memory._chosen_ns if memory else 0
        self._source: str = memory._source if memory else ''
        # the same of the newest stamp since the clock was set
        self._newest_ns: int = memory._newest_ns if memory else EARLIEST_NS - 1
        self._newest_chosen_ns: int = memory._newest_chosen_ns if memory else 0
        # when it went back, and to where
        self._back_s: float = memory._back_s if memory else 0.0
        self._back_ns: int = memory._back_ns if memory else 0
        # since when messages come, but no newer stamp
        self._still_s: float = memory._still_s if memory else math.inf
        # how far our clock was ahead of the one that never jumps, when a stamp was last replaced
        self._ahead_s: float = memory._ahead_s if memory else math.nan
        # the last stamp that was too old, and when it came
        self._behind_s, self._behind_ns = -math.inf, 0
        # what was chosen for stamps that did not go on, as they may come once more
        self._seen: dict[int, int] = memory._seen if memory else {}
        #: whether messages come, and their stamps have not gone on for too long
        self.is_frozen = False
        #: when a stamp that goes on was last too far from now, and which one
        self.far_s = -math.inf
        self.far_ns = 0

    def choose(self, sent_ns: int, arrival_ns: int, now_s: float) -> tuple[int, str]:
        """
        Choose the stamp of a message, and say where it is from: 'device' or 'receive'.

        :param sent_ns: `Message.timestamp_ns`.
        :param now_s: by a clock that never jumps.
        """
        if self._newest_ns < sent_ns < LATEST_NS and abs(sent_ns - arrival_ns) <= self._near_ns:
            # nearly all stamps of a good clock: it goes on, and is near
            self._last_ns = self._chosen_ns = sent_ns
            self._newest_ns = self._newest_chosen_ns = sent_ns
            self._source = 'device'
            if self._still_s != math.inf:
                self._still_s, self.is_frozen = math.inf, False
            return sent_ns, 'device'
        policy = self._policy
        device_ns = own_stamp_ns(sent_ns)
        if device_ns is None or policy == 'receive':
            self.is_frozen = False
            return arrival_ns, 'receive'
        before_ns = self._last_ns
        if device_ns == before_ns:
            self._stand_still(now_s)
            if self._source == 'receive':  # unless our own clock has gone back
                self._chosen_ns = min(self._chosen_ns, arrival_ns)
            return self._chosen_ns, self._source
        self._last_ns = device_ns
        chosen_ns, source = choose_stamp(sent_ns, arrival_ns, policy, self._max_skew_s)
        goes_on = device_ns > self._newest_ns
        if not goes_on:
            if device_ns < before_ns:
                self._back_s, self._back_ns = now_s, device_ns
            goes_on = self._was_set_back(device_ns, now_s)
            if not goes_on:
                self._stand_still(now_s)
        if source == 'receive' and goes_on:
            chosen_ns = self._by_arrival(device_ns, arrival_ns, now_s)
        elif source == 'receive':
            # older than the newest one by as much as it says, if that can be
            behind_ns = self._newest_ns - device_ns
            late_ns = behind_ns if behind_ns <= self._skew_ns else 0
            chosen_ns = min(arrival_ns, self._newest_chosen_ns - late_ns,
                            self._seen.get(device_ns, arrival_ns))
        self._chosen_ns, self._source = chosen_ns, source
        if not goes_on:  # it may come again
            self._seen.pop(device_ns, None)
            self._seen[device_ns] = chosen_ns
            if len(self._seen) > _MOST_SEEN:
                del self._seen[next(iter(self._seen))]
        else:
            if device_ns <= self._newest_ns:
                self._seen.clear()  # the clock was set anew
            self._newest_ns, self._newest_chosen_ns = device_ns, chosen_ns
            self._still_s, self.is_frozen = math.inf, False
            self._measure(device_ns, arrival_ns, now_s)
        return chosen_ns, source

    def _measure(self, device_ns: int, arrival_ns: int, now_s: float) -> None:
        """Note by how much the clock is off, if it is."""
        is_off = device_ns - arrival_ns > self._skew_ns
        if arrival_ns - device_ns > self._skew_ns:
            # one that is behind says so twice: what is sent to late joiners is old, not its clock
            passed_s = now_s - self._behind_s
            went_s = (device_ns - self._behind_ns) / NS
            is_off = abs(went_s - passed_s) <= max(self._max_skew_s, STEP_S)
            self._behind_s, self._behind_ns = now_s, device_ns
        if is_off:
            self.far_s, self.far_ns = now_s, device_ns

    def has_own_stamp(self, sent_ns: int) -> bool:
        """Tell whether a message is published with a stamp that its device gave, or made of it."""
        return self._policy != 'receive' and own_stamp_ns(sent_ns) is not None

    def _stand_still(self, now_s: float) -> None:
        self._still_s = min(self._still_s, now_s)
        self.is_frozen = 0 < self._stale_after_s < now_s - self._still_s

    def _was_set_back(self, device_ns: int, now_s: float) -> bool:
        """Tell whether a clock that went back has gone on for long enough since."""
        passed_s = now_s - self._back_s
        went_s = (device_ns - self._back_ns) / NS
        return passed_s >= RESTART_S and went_s * MOST_SLOWER >= passed_s

    def _by_arrival(self, device_ns: int, arrival_ns: int, now_s: float) -> int:
        """Take the moment of arrival, but no more than the clock of the device has gone on."""
        before_s, self._ahead_s = self._ahead_s, arrival_ns / NS - now_s
        if self._ahead_s - before_s > STEP_S:  # what was chosen before is of another time
            return arrival_ns
        if not EARLIEST_NS <= self._newest_ns < device_ns:  # it is the first, or was set back
            return arrival_ns
        most_ns = self._newest_chosen_ns + MOST_SLOWER * (device_ns - self._newest_ns)
        return min(arrival_ns, most_ns)
