"""What mkdocs calls while it builds the reference: pages get the tables that the code knows."""

import re
from html import escape
from typing import Any

from igtl_ros2.config import SETTINGS


def _text(words: str) -> str:
    """Write words so that Markdown leaves them as they are."""
    return re.sub(r'([\\`*_|])', r'\\\1', escape(words))


def on_page_markdown(markdown: str, **context: Any) -> str:
    """Put the table of settings where a page wants it."""
    rows = ['| setting | parameter | default | allowed | meaning |', '|---|---|---|---|---|']
    for setting in SETTINGS.values():
        names = (setting.name, setting.parameter)
        cells = (*names, repr(setting.default), setting.allowed, setting.help)
        rows.append('|'.join(['', *map(_text, cells), '']))
    return markdown.replace('SETTINGS-TABLE', '\n'.join(rows))
