"""Writes a page of docs/reference/cli/ for each verb of `igtl`, of what its help is made of."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from html import escape
from pathlib import Path

from igtl_ros2.tools.igtl import make_parser
from igtl_ros2.tools.verbs import Verb, load, names

_NOTE = '<!-- Made of the help of the verb by ./dev docs; change it there. -->'


def pages() -> dict[str, str]:
    """Give the text of each page by the name of its file."""
    found = {f'{name}.md': '\n'.join(_page(name, load(name))) for name in names()}
    found['verbs.md'] = '\n'.join(_list())
    return found


def _list() -> Iterator[str]:
    yield '# All verbs\n'
    yield f'{_NOTE}\n'
    yield '| verb | what it does or shows |\n| --- | --- |'
    for name in names():
        yield f'| [igtl {name}]({name}.md) | {_cell(load(name).HELP)} |'
    yield ''


def _page(name: str, verb: Verb) -> Iterator[str]:
    parser = _subparsers(make_parser([name]))[name]
    yield f'# igtl {name}\n'
    yield f'{_NOTE}\n'
    yield f'{_sentence(verb.HELP)}\n'
    yield f'```bash\n{verb.EXAMPLE}\n```\n'
    if parser.description and parser.description != verb.HELP:
        yield from _description(parser.description)
    yield from _table(_arguments(parser))
    kinds = {kind: _arguments(made) for kind, made in _subparsers(parser).items()}
    if not kinds:
        return
    first, *others = kinds.values()
    shared = [row for row in first if all(row in rows for rows in others)]
    for kind, made in _subparsers(parser).items():
        yield f'## igtl {name} ... {kind}\n'
        yield f'{_sentence(made.description or _help_of(parser, kind))}\n'
        yield from _table([row for row in kinds[kind] if row not in shared])
    if shared:
        yield '## Arguments of all of them\n'
        yield from _table(shared)


def _description(text: str) -> Iterator[str]:
    """Give paragraphs; lines that are indented stay as they are."""
    for block in text.strip().split('\n\n'):
        lines = block.splitlines()
        if any(line.startswith(' ') for line in lines):
            words = ' '.join(line for line in lines if not line.startswith(' '))
            if words:
                yield f'{_prose(words)}\n'
            code = '\n'.join(line.strip() for line in lines if line.startswith(' '))
            yield f'```text\n{code}\n```\n'
        else:
            yield f'{_prose(" ".join(lines))}\n'


def _arguments(parser: argparse.ArgumentParser) -> list[tuple[str, str]]:
    return [
        (_spelling(action), _help(parser, action)) for action in parser._actions
        if action.help is not argparse.SUPPRESS
        and not isinstance(action, (argparse._HelpAction, argparse._SubParsersAction))
    ]


def _table(rows: list[tuple[str, str]]) -> Iterator[str]:
    if rows:
        yield '| argument | meaning |\n| --- | --- |'
        for spelling, meaning in rows:
            yield f'| `{spelling}` | {_cell(meaning)} |'
        yield ''


def _spelling(action: argparse.Action) -> str:
    if action.choices and action.metavar is None:
        value = '{' + ','.join(map(str, action.choices)) + '}'
    elif isinstance(action.metavar, str):
        value = action.metavar
    else:
        value = action.dest.upper() if action.option_strings else action.dest
    if not action.option_strings:
        return f'{value} ...' if action.nargs in ('*', '+') else value
    names = ', '.join(action.option_strings)
    return names if action.nargs == 0 else f'{names} {value}'


def _help(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    return parser._get_formatter()._expand_help(action) if action.help else ''


def _subparsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _help_of(parser: argparse.ArgumentParser, kind: str) -> str:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for choice in action._choices_actions:
                if choice.dest == kind:
                    return choice.help or ''
    return ''


def _prose(text: str) -> str:
    """Write words so that Markdown leaves them as they are."""
    text = escape(text, quote=False)
    for sign in '\\`*_|[]':
        text = text.replace(sign, f'\\{sign}')
    return text


def _cell(text: str) -> str:
    return _prose(' '.join(text.split()))


def _sentence(text: str) -> str:
    text = _cell(text)
    return f'{text[:1].upper()}{text[1:]}' + ('' if text.endswith('.') else '.')


def write(folder: Path) -> list[str]:
    """Write what is not as it should be, and remove pages of verbs that are gone; names them."""
    wanted = pages()
    changed = []
    for path in folder.glob('*.md'):
        if path.name not in wanted and _NOTE in path.read_text(encoding='utf-8'):
            path.unlink()
            changed.append(path.name)
    for name, text in wanted.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding='utf-8') != text:
            path.write_text(text, encoding='utf-8')
            changed.append(name)
    return changed
