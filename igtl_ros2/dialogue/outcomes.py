"""What became of a question that went to several peers: each one's part, in one answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..codec import Message


@dataclass(slots=True)
class Outcomes:
    """
    What the peers did, by their addresses, in the order in which it became known.

    A question has succeeded if one peer says so: of several, one may have what the others do not.
    """

    #: whether it succeeded there, and what is said of it
    said: dict[str, tuple[bool, str]] = field(default_factory=dict)
    #: the answer to hand on: the first that succeeded, else the last that came
    answer: Message | None = None

    @property
    def success(self) -> bool:
        """Whether one has succeeded."""
        return any(success for success, _ in self.said.values())

    def add(self, address: str, success: bool, text: str, answer: Message | None = None) -> None:
        """Note what one peer answered, or why it will not."""
        if answer is not None and not self.success:
            self.answer = answer
        self.said[address] = success, text

    def text(self, silent: Mapping[str, str] | None = None) -> str:
        """
        Say what each did.

        :param silent: why there is nothing of those that are left, by address.
        """
        parts = {address: text for address, (_, text) in self.said.items()}
        failed = [address for address, (success, _) in self.said.items() if not success]
        for address, text in (silent or {}).items():
            parts[address] = text
            failed.append(address)
        if len(set(parts.values())) == 1:
            return next(iter(parts.values()))
        if not self.success:
            return '; '.join(f'{address}: {text}' for address, text in parts.items())
        done = dict.fromkeys(text for success, text in self.said.values() if success)
        rest = [f'{address}: {parts[address] or "it failed"}' for address in failed]
        return '; '.join([*(text for text in done if text), *rest])
