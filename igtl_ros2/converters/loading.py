"""Imports every converter; without its ROS packages, only what it says of keys is run."""

from __future__ import annotations

import ast
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules

from ..codec.own_types import load_own_types
from ..rules.keys import Rule


def load_converters() -> list[str]:
    """
    Import every converter of this folder, and those of other packages.

    :returns: those whose ROS package is not installed; their keys are known all the same.
    :raises ConfigError: if one of another package cannot be imported.
    """
    missing = _load_folder()
    own = load_own_types()
    for name in own:
        declare_keys(name)
    return [*missing, *own.values()]


@cache
def _load_folder() -> list[str]:
    """Import every converter of this folder, once; gives those whose ROS package is missing."""
    package = __package__ or ''
    missing = []
    for module in iter_modules(import_module(package).__path__):
        name = f'{package}.{module.name}'
        try:
            import_module(name)
        except ModuleNotFoundError as error:
            if error.name is None or error.name.split('.')[0] == package.split('.')[0]:
                raise
            missing.append(f'{module.name} (needs {error.name})')
            declare_keys(name)
    return missing


def declare_keys(module: str) -> None:
    """Run those lines of a module that declare keys: `KEY = ReceiveRule.key(...)`."""
    spec = find_spec(module)
    assert spec is not None and spec.origin is not None, module
    tree = ast.parse(Path(spec.origin).read_text(encoding='utf-8'))
    tree.body = [line for line in tree.body if _declares(line)]
    code = compile(tree, spec.origin, 'exec')
    exec(code, {'__name__': module, '__package__': spec.parent})


def _declares(line: ast.stmt) -> bool:
    """Tell whether a statement declares a key, or imports what is needed for that."""
    if isinstance(line, ast.ImportFrom):
        return 'rules' in (line.module or '').split('.')
    call = line.value if isinstance(line, ast.Assign) else None
    return isinstance(call, ast.Call) and ast.unparse(call.func).endswith('Rule.key')


Rule.load = load_converters
