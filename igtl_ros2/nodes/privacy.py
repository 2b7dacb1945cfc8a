"""What the node says of patients' names when it starts."""

from __future__ import annotations

from collections.abc import Iterable

from rclpy.impl.rcutils_logger import RcutilsLogger

from ..codec.patients import PRIVATE_TYPES
from ..config import LinkConfig, ReceiveRule


def warn_of_raw(configs: Iterable[LinkConfig], logger: RcutilsLogger) -> None:
    """Warn of rules that publish names of patients on `raw` although `phi` hides them."""
    for config in configs:
        where = f'link {config.name}: ' if config.name else ''
        for rule in (*config.mapping.receive, config.mapping.fallback):
            if _passes_names(rule):
                logger.warning(
                    f'{where}NAMES OF PATIENTS are published, and recorded, with raw: true of '
                    f'device {rule.device!r}, type {rule.type!r}: raw is the whole frame, also of '
                    f'{" and ".join(PRIVATE_TYPES)}; phi: {rule.phi} holds for all other topics'
                )


def _passes_names(rule: ReceiveRule) -> bool:
    wanted = rule.raw and rule.action != 'drop' and rule.phi != 'pass'
    return wanted and rule.type in ('*', *PRIVATE_TYPES)
