"""Where Hearthlink keeps its things. The only module that reads environment variables."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

# Stands in a home folder that Hearthlink made itself, and so may delete whole.
OWN_FOLDER_MARK = ".made-by-hearthlink"


@dataclass(frozen=True)
class Settings:
    """Paths and the server of one installation. All paths are absolute.

    `dsn` is the administrator's connection string of a server of the council's own; None means the
    embedded server. It may hold a password, so it is left out of the printed form.
    """

    home: Path
    dsn: str | None = field(repr=False)
    agreement_file: Path
    project_root: Path

    @property
    def secrets_dir(self) -> Path:
        """Passwords, one file per login, readable by the owner alone."""
        return self.home / "secrets"

    @property
    def postgres_dir(self) -> Path:
        """The embedded server's folder, unless its system user cannot reach it (see warehouse.embedded)."""
        return self.home / "postgres"

    @property
    def dagster_home(self) -> Path:
        """DAGSTER_HOME: run history and event logs."""
        return self.home / "dagster"

    @property
    def inbox(self) -> Path:
        """The direct route: one folder per partner, which a council system writes to."""
        return self.home / "inbox"

    @property
    def outgoing(self) -> Path:
        """Reports to partners on the direct route, one folder per partner."""
        return self.home / "outgoing"

    @property
    def landing_dir(self) -> Path:
        """Deliveries collected from the drop-box."""
        return self.home / "landing"

    @property
    def logs_dir(self) -> Path:
        """Log files of the commands."""
        return self.home / "logs"

    @property
    def dbt_target_dir(self) -> Path:
        """dbt's target folder: compiled SQL and artefacts."""
        return self.home / "dbt_target"

    @property
    def evidence_dir(self) -> Path:
        """Evidence packs, one folder per publish."""
        return self.home / "evidence"

    @property
    def exports_dir(self) -> Path:
        """Exports, encrypted, until somebody fetches them or they are swept."""
        return self.home / "exports"

    @property
    def quality_dir(self) -> Path:
        """The pages on data quality, one per partner, and their index."""
        return self.home / "quality"


def load_settings(home: Path | None = None, agreement: Path | None = None) -> Settings:
    """Settings from the arguments, else from the environment, else the defaults.

    HEARTHLINK_HOME (default `.hearthlink` in the working folder), HEARTHLINK_DSN (default: the embedded
    server) and HEARTHLINK_AGREEMENT (default: `agreement.yaml` of the project).
    """
    project_root = Path(__file__).resolve().parent.parent
    return Settings(
        home=_absolute(home or os.environ.get("HEARTHLINK_HOME") or ".hearthlink"),
        dsn=os.environ.get("HEARTHLINK_DSN") or None,
        agreement_file=_absolute(
            agreement or os.environ.get("HEARTHLINK_AGREEMENT") or project_root / "agreement.yaml"
        ),
        project_root=project_root,
    )


def prepare_home(settings: Settings) -> None:
    """Make the home folder and its private folders (0700).

    Folders that exist keep their permissions: whoever made them decided who may enter. As root the home
    itself may be passed through (0711), because the server inside it runs as another user; what holds
    personal data or secrets lies in the private folders.
    """
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if not settings.home.exists():
        settings.home.mkdir(parents=True, mode=0o711 if as_root else 0o700)
        (settings.home / OWN_FOLDER_MARK).touch()
    for folder in private_folders(settings):
        folder.mkdir(mode=0o700, exist_ok=True)


def private_folders(settings: Settings) -> list[Path]:
    """The folders of the home that are for its owner alone: secrets, personal data, evidence."""
    return [
        settings.secrets_dir,
        settings.dagster_home,
        settings.inbox,
        settings.outgoing,
        settings.landing_dir,
        settings.logs_dir,
        settings.dbt_target_dir,
        settings.evidence_dir,
        settings.exports_dir,
        settings.quality_dir,
    ]


def _absolute(path: Path | str) -> Path:
    return Path(path).expanduser().resolve()


def export_environment(values: Mapping[str, str]) -> None:
    """Hand settings to programs that this process starts (dbt takes its connection from the environment)."""
    os.environ.update(values)


def inherited_environment(names: Iterable[str]) -> dict[str, str]:
    """Those of the named variables that this process was given, for a program that it starts with nothing else."""
    return {name: os.environ[name] for name in names if name in os.environ}
