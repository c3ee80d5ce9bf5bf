"""Where the dbt project, its program and its manifest are. The manifest is made anew when the project has changed."""

import shutil
import sys
from pathlib import Path

from dagster_dbt import DbtCliResource, DbtProject

from dagster_project.settings import load_settings, prepare_home


def dbt_project() -> DbtProject:
    """The dbt project with an up-to-date manifest.

    Parsing needs no database, so this is safe while the code location loads.
    """
    settings = load_settings()
    prepare_home(settings)
    folder = settings.project_root / "dbt_project"
    project = DbtProject(project_dir=folder, profiles_dir=folder, target_path=settings.dbt_target_dir)
    if _is_stale(project.manifest_path, folder):
        dbt_program(project).cli(["parse", "--quiet"], target_path=settings.dbt_target_dir).wait()
    return project


def dbt_program(project: DbtProject) -> DbtCliResource:
    """dbt of the environment that this process runs in, whatever the PATH says."""
    beside_python = shutil.which("dbt", path=str(Path(sys.executable).parent))
    return DbtCliResource(
        project_dir=project, profiles_dir=str(project.profiles_dir), dbt_executable=beside_python or "dbt"
    )


def _is_stale(manifest: Path, folder: Path) -> bool:
    if not manifest.is_file():
        return True
    made = manifest.stat().st_mtime
    sources = [folder / "dbt_project.yml"]
    for name in ("models", "macros", "seeds", "tests"):
        sources.extend((folder / name).rglob("*"))
    return any(source.stat().st_mtime > made for source in sources)
