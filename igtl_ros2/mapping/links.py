"""The links of a bridge: one that its parameters describe, or several from its mapping file."""

from __future__ import annotations

import collections.abc as abc
from dataclasses import dataclass, replace
from typing import Any

from ..config.settings import SETTINGS, Settings, as_parameter, refuse_misfit, refuse_unknown
from ..config.words import FindFaults, show
from ..errors import ConfigError
from ..rules import Mapping
from .document import Document
from .profiles import side_of
from .reading import make_mapping
from .rule_faults import RULE_FAULTS, find_rule_clashes

# Where a link goes: its own affair, other than the rest it cannot have in common with others
_PLACE = ('mode', 'url', 'protocol', 'host', 'port')


@dataclass(frozen=True, slots=True)
class LinkConfig:
    """
    One link of a bridge: how to connect, and what becomes of each device.

    ``name`` is the first part of its topics, empty for the only link of a bridge without a list
    of links.
    """

    name: str
    settings: Settings
    mapping: Mapping


def load_links(values: abc.Mapping[str, Any]) -> tuple[LinkConfig, ...]:
    """
    Make out which links a bridge has.

    :param values: settings by name, among them ``mapping_file``. If that file has links, these
        are the defaults of all of them, where they fit.
    :raises ConfigError: a setting or the file is wrong.
    """
    if not isinstance(values, abc.Mapping):
        raise ConfigError(f'settings: found {values!r}; allowed values by name')
    refuse_unknown(values)
    file = SETTINGS['mapping_file'].check(values.get('mapping_file', ''))
    document = Document(file) if file else None
    if document and document.links:
        return _several(document, values, file)
    try:
        settings = Settings.from_values(values)
    except ConfigError as error:
        raise ConfigError(as_parameter(str(error))) from error
    if document:
        document.check(RULE_FAULTS, find_rule_clashes)
    mapping = make_mapping(document.data if document else {}, settings, file)
    return (LinkConfig('', _with_profile(settings, mapping.profile), mapping),)


def _several(
    document: Document, values: abc.Mapping[str, Any], file: str
) -> tuple[LinkConfig, ...]:
    for name in _PLACE:
        if name in values:
            raise ConfigError(f'{name}: found {show(values[name])} besides the links of {file}; '
                              'allowed only in each of them')
    top = document.data

    def profile(item: dict[str, Any]) -> str:
        return str(item.get('profile', top.get('profile', 'plain')))

    def settings(item: dict[str, Any]) -> Settings:
        return _settings(item, side_of(profile(item)), values)

    document.check({**RULE_FAULTS, 'links': _faults_of(settings)}, find_rule_clashes)
    links = []
    for item in document.links:
        data = {**item, 'profile': profile(item), 'protocol': item.get('protocols', ()),
                'defaults': {**top.get('defaults', {}), **item.get('defaults', {})}}
        made = settings(item)
        links.append(LinkConfig(item['name'], made, make_mapping(data, made, file)))
    return tuple(links)


def _faults_of(settings: abc.Callable[[dict[str, Any]], Settings]) -> FindFaults:
    """Give what finds faults of links that a schema cannot, looking at one after the other."""
    names: set[str] = set()
    addresses: dict[tuple[bool, str, int], str] = {}

    def faults(item: dict[str, Any]) -> abc.Iterator[tuple[str, str]]:
        name = item['name']
        if name in names:
            yield 'name', f'found {show(name)} twice; allowed once'
        names.add(name)
        try:
            made = settings(item)
        except ConfigError as error:
            key, _, text = str(error).partition(': ')
            yield SETTINGS[key].parameter, text
            return
        if made.mode == 'server' and made.port:
            other = addresses.setdefault((made.protocol == 'udp', made.host, made.port), name)
            if other != name:
                yield ('url' if 'url' in item else 'port',
                       f'found {made.address}, where the link {show(other)} listens; '
                       'allowed an address of its own')

    return faults


def _settings(item: dict[str, Any], profile: str, values: abc.Mapping[str, Any]) -> Settings:
    """Put together what a link says itself and what the parameters of the node say for all."""
    own = {}
    for name, setting in SETTINGS.items():
        group, _, key = setting.parameter.rpartition('.')
        found = item.get(group, {}) if group else item
        if key in found:
            own[name] = found[key]
    place = Settings(**{name: own[name] for name in _PLACE if name in own})
    inherited = {name: value for name, value in values.items()
                 if name not in own and _fits(name, place, profile)}
    return _with_profile(Settings.from_values({**inherited, **own}), profile)


def _fits(name: str, place: Settings, profile: str) -> bool:
    """Tell whether a parameter of the node can be meant for a link, too."""
    if name == 'mapping_file' or name == 'ping_period' and profile == 'slicer':
        return False
    try:
        refuse_misfit(name, place.mode, place.protocol)
    except ConfigError:
        return False
    return True


def _with_profile(settings: Settings, profile: str) -> Settings:
    """
    Set what a profile says about the link.

    A server finds out what each client is: besides 3D Slicer there may be others.
    """
    if profile == 'slicer' and settings.ping_period:
        raise ConfigError(f'ping_period: found {settings.ping_period} with profile slicer; '
                          'allowed 0, 3D Slicer crashes on queries')
    if profile == 'plus':
        if settings.header_version == 'auto':
            # PLUS says which poses are valid only to those who have shown version 2
            settings = replace(settings, header_version='2')
        if settings.compat == 'auto' and settings.mode == 'client':
            settings = replace(settings, compat='plus')
    return settings
