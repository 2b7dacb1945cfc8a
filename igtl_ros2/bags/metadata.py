"""What metadata.yaml tells about a bag, written and read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .chunks import McapFile
from .lost import Lost
from .whole_file import new_file

METADATA = 'metadata.yaml'
# of rosbag2 of ROS 2 Humble, which all later ones read
_METADATA_VERSION = 5


@dataclass(slots=True)
class TopicFacts:
    """A topic of the bag."""

    type_name: str
    qos: str
    encoding: str = 'cdr'
    messages: int = 0


@dataclass(slots=True)
class FileFacts:
    """What metadata.yaml tells about a file."""

    path: str
    start_ns: int = 0
    end_ns: int = 0
    messages: int = 0

    def count(self, time_ns: int) -> None:
        self.add(time_ns, time_ns, 1)

    def add(self, start_ns: int, end_ns: int, number: int) -> None:
        self.start_ns = min(self.start_ns, start_ns) if self.messages else start_ns
        self.end_ns = max(self.end_ns, end_ns) if self.messages else end_ns
        self.messages += number

    def entry(self) -> dict[str, Any]:
        return {
            'path': self.path,
            'starting_time': {'nanoseconds_since_epoch': self.start_ns},
            'duration': {'nanoseconds': self.end_ns - self.start_ns},
            'message_count': self.messages}


@dataclass(slots=True)
class BagContents:
    """What is in a bag, for its metadata.yaml."""

    files: list[FileFacts] = field(default_factory=list)
    topics: dict[str, TopicFacts] = field(default_factory=dict)

    def count(self, facts: FileFacts, file: McapFile) -> None:
        for topic in file.topics.values():
            qos = topic.metadata.get('offered_qos_profiles', '')
            self.topics.setdefault(topic.name, TopicFacts(topic.type_name, qos, topic.encoding))
        for part in file.parts:
            for channel, number in part.counts.items():
                if channel in file.topics:
                    self.topics[file.topics[channel].name].messages += number
                    facts.add(part.start_ns, part.end_ns, number)

    def write(self, folder: Path, mode: int) -> None:
        """Write metadata.yaml, which is there whole or as it was before."""
        used = [file for file in self.files if file.messages]
        start_ns = min((file.start_ns for file in used), default=0)
        end_ns = max((file.end_ns for file in used), default=0)
        information = {
            'version': _METADATA_VERSION,
            'storage_identifier': 'mcap',
            'duration': {'nanoseconds': end_ns - start_ns},
            'starting_time': {'nanoseconds_since_epoch': start_ns},
            'message_count': sum(file.messages for file in used),
            'topics_with_message_count': [
                {
                    'topic_metadata': {
                        'name': name,
                        'type': topic.type_name,
                        'serialization_format': topic.encoding,
                        'offered_qos_profiles': topic.qos,
                    },
                    'message_count': topic.messages}
                for name, topic in self.topics.items()
            ],
            'compression_format': '',
            'compression_mode': '',
            'relative_file_paths': [file.path for file in self.files],
            'files': [file.entry() for file in self.files]}
        text: str = yaml.dump(
            {'rosbag2_bagfile_information': information}, sort_keys=False,
            Dumper=getattr(yaml, 'CSafeDumper', yaml.SafeDumper))
        temporary = folder / f'{METADATA}.tmp'
        temporary.unlink(missing_ok=True)
        with os.fdopen(new_file(temporary, mode), 'wb') as file:
            file.write(text.encode())
        temporary.replace(folder / METADATA)


def load_yaml(text: str) -> Any:
    """Read YAML, by the way that is many times faster where it is there."""
    return yaml.load(text, getattr(yaml, 'CSafeLoader', yaml.SafeLoader))


@dataclass(slots=True)
class Told:
    """What metadata.yaml says."""

    #: begin, end and messages of each file; -1: it does not say how many
    files: dict[str, tuple[int, int, int]]
    #: type and messages of each topic that has some
    topics: dict[str, tuple[str, int]]
    messages: int

    @classmethod
    def read(cls, folder: Path) -> Told | None:
        """Read it; None if it is spoiled, or not there."""
        try:
            text = (folder / METADATA).read_text(encoding='utf-8')
            information = load_yaml(text)['rosbag2_bagfile_information']
            names = [str(name) for name in information['relative_file_paths']]
            told = cls(dict.fromkeys(names, (0, 0, -1)), {}, int(information['message_count']))
            for entry in information.get('files') or ():  # they came with version 5
                begin = int(entry['starting_time']['nanoseconds_since_epoch'])
                end = begin + int(entry['duration']['nanoseconds'])
                told.files[str(entry['path'])] = (begin, end, int(entry['message_count']))
            for entry in information['topics_with_message_count']:
                topic = entry['topic_metadata']
                if entry['message_count']:
                    told.topics[topic['name']] = (topic['type'], entry['message_count'])
            return told if information['storage_identifier'] == 'mcap' else None
        except (OSError, ValueError, LookupError, TypeError, AttributeError, yaml.YAMLError):
            return None

    def more_than(self, files: Sequence[McapFile]) -> list[Lost]:
        """List the files of which it counts more messages than there are, or known to be lost."""
        if not self.messages == sum(n for _, _, n in self.files.values()) == sum(
            n for _, n in self.topics.values()
        ):
            return []  # it is damaged itself
        missing = []
        for file in files:
            if file.is_unfinished:
                continue  # it counts what was to come as well
            begin, end, number = self.files.get(file.path.name, (0, 0, 0))
            number -= file.messages + sum(lost.messages or number for lost in file.lost)
            if number > 0:
                last = max((part.end_ns for part in file.parts), default=begin)
                missing.append(Lost(
                    file.path.name, 0, 0, last if last < end else begin, end, number,
                    f'{METADATA} counts more than there are'))
        return missing

    def is_true(self, files: Sequence[McapFile]) -> bool:
        """Tell whether all the files are whole, and what it says of them is so."""
        contents = BagContents()
        for file in files:
            facts = FileFacts(file.path.name)
            contents.files.append(facts)
            contents.count(facts, file)
            said = self.files.get(facts.path)
            if said is None or not file.is_whole:
                return False
            if said[2] >= 0 and said != (
                *((facts.start_ns, facts.end_ns) if facts.messages else said[:2]), facts.messages
            ):
                return False
        topics = {
            name: (topic.type_name, topic.messages)
            for name, topic in contents.topics.items() if topic.messages}
        messages = sum(facts.messages for facts in contents.files)
        return len(files) == len(self.files) and (topics, messages) == (self.topics, self.messages)
