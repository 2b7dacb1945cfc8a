"""What the node says of patients' names when it starts."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from rclpy.impl.rcutils_logger import RcutilsLogger

from ..codec.patients import PRIVATE_TYPES
from ..mapping import LinkConfig, ReceiveRule


def warn_of_raw(configs: Iterable[LinkConfig], logger: RcutilsLogger) -> None:
    """Warn of rules that publish names of patients on `raw` although `phi` hides them."""
    for config in configs:
        where = f'link {config.name}: ' if config.name else ''
        for rule in (*config.mapping.receive, config.mapping.fallback):
            if _passes_names(rule, config.settings.raw_deny):
                logger.warning(
                    f'{where}NAMES OF PATIENTS are published, and recorded, with raw: true of '
                    f'device {rule.device!r}, type {rule.type!r}: raw is the whole frame, also of '
                    f'{" and ".join(PRIVATE_TYPES)}; phi: {rule.phi} holds for all other topics'
                )


def _passes_names(rule: ReceiveRule, deny: Iterable[str]) -> bool:
    if not rule.raw or rule.action == 'drop' or rule.phi == 'pass':
        return False
    types = [kind for kind in PRIVATE_TYPES if rule.type in ('*', kind)]
    return any(not any(fnmatchcase(kind, pattern) for pattern in deny) for kind in types)
