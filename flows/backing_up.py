"""The scheduled backup: a file of its own in the configured folder, the oldest ones let go of."""

from __future__ import annotations

from pathlib import Path

from flows.errors import ConfigError
from flows.paths import run_id_now
from flows.settings import Config

NAME = "ryktesvakt-{run_id}.tar"


def scheduled_backup(config: Config) -> Path:
    """Write a backup, remove what is more than the configuration keeps, and return the new one's path."""
    from flows.backup import backup

    folder = config.backup.folder
    if folder is None:
        raise ConfigError("backup.folder: is not set; name a folder on another disk")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME.format(run_id=run_id_now())
    backup(config, path)
    for old in sorted(folder.glob(NAME.format(run_id="*")))[: -config.backup.keep]:
        old.unlink()
    return path
