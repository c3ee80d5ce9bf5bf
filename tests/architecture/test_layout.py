"""The shape of the repository: who may import whom, how long a file may be, and what must not stand in it."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "dagster_project"
MAX_LINES = 250

# A name may import those of lower tiers and itself; names of one tier do not know each other.
TIERS = [
    {"settings", "clock"},
    {"agreement"},
    {"extracts"},
    {"dropbox", "warehouse"},
    {"governance", "powerbi", "demo"},
    {"defs"},
    {"cli"},
]
TIER = {name: number for number, names in enumerate(TIERS) for name in names}
EXPECTATIONS_MAY_USE = {"settings", "agreement", "warehouse"}
MAY_USE_EXPECTATIONS = {"governance", "defs", "cli"}
MAY_USE_DAGSTER = {"defs"}
MAY_READ_ENVIRONMENT = {"settings"}


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


SOURCES = python_files(PACKAGE, "expectations")
IDS = [str(path.relative_to(ROOT)) for path in SOURCES]


def part_of(module: str) -> str:
    """`dagster_project.warehouse.lock` -> warehouse; definitions belongs to defs, cli_demo and the like to cli."""
    names = module.split(".")
    part = names[1] if names[0] == PACKAGE and len(names) > 1 else names[0]
    if part in ("definitions", "__init__"):
        return {"definitions": "defs", "__init__": "settings"}[part]
    return "cli" if part.startswith("cli_") else part


def imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and full module name of every import, also those inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            # `from dagster_project import clock` names the module in the list.
            if node.module == PACKAGE:
                yield from ((node.lineno, f"{PACKAGE}.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, str(node.module)


def forbidden_imports(part: str, source: str) -> list[str]:
    """What a file of `part` imports against the rules, as `line module`."""
    found = []
    for line, module in imports(ast.parse(source)):
        top, other = module.split(".")[0], part_of(module)
        if top == PACKAGE and part == "expectations":
            bad = other not in EXPECTATIONS_MAY_USE
        elif top == PACKAGE:
            bad = other != part and TIER[other] >= TIER[part]
        elif top == "expectations":
            bad = part != "expectations" and part not in MAY_USE_EXPECTATIONS
        else:
            bad = (top == "dagster" or top.startswith("dagster_")) and part not in MAY_USE_DAGSTER
        if bad:
            found.append(f"{line} {module}")
    return found


def environment_reads(source: str) -> list[int]:
    """Lines that use os.environ, os.getenv or their like."""
    names = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}
    lines = []
    for node in ast.walk(ast.parse(source)):
        read = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os"
        if read and isinstance(node, ast.Attribute) and node.attr in names:
            lines.append(node.lineno)
        if isinstance(node, ast.ImportFrom) and node.module == "os" and {alias.name for alias in node.names} & names:
            lines.append(node.lineno)
    return sorted(lines)


def own_part(path: Path) -> str:
    return part_of(".".join(path.relative_to(ROOT).with_suffix("").parts))


def test_the_rules_catch_what_they_forbid() -> None:
    """The checks below read whole folders; this one shows that they can fail."""
    assert forbidden_imports("warehouse", "from dagster_project.dropbox import client")
    assert forbidden_imports("extracts", "def f():\n    import dagster_project.governance.gate")
    assert forbidden_imports("settings", "from dagster_project import clock")
    assert forbidden_imports("governance", "import dagster as dg")
    assert forbidden_imports("expectations", "from dagster_project.governance import gate")
    assert forbidden_imports("warehouse", "from expectations import runner")
    assert not forbidden_imports("defs", "import dagster as dg\nfrom dagster_project.governance import gate")
    assert not forbidden_imports("cli", "from dagster_project.cli_output import console")
    assert environment_reads("import os\nos.environ['X']\nos.getenv('Y')\nfrom os import environ") == [2, 3, 4]


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_imports_run_one_way(path: Path) -> None:
    part = own_part(path)
    assert part in TIER or part == "expectations", "give the new package a tier"
    assert forbidden_imports(part, path.read_text(encoding="utf-8")) == []


def test_only_settings_reads_the_environment() -> None:
    readers = {
        name: lines
        for path, name in zip(SOURCES, IDS, strict=True)
        if own_part(path) not in MAY_READ_ENVIRONMENT and (lines := environment_reads(path.read_text(encoding="utf-8")))
    }
    assert readers == {}


def test_no_file_is_longer_than_a_person_reads() -> None:
    files = [*python_files(PACKAGE, "expectations", "benchmarks", "tests", ".ci")]
    for folder in ("models", "macros", "tests"):
        files += (ROOT / "dbt_project" / folder).rglob("*.sql")
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}


# Run in a new interpreter: it imports every module of ours and watches what our own top-level code does meanwhile.
# What a library does while it is imported itself is not ours to change.
WATCH_IMPORTS = """
import importlib, json, sys
root, modules, seen = sys.argv[1], sys.argv[2].split(","), []

def ours(path):
    return path.startswith(root) and "/.venv" not in path[len(root):]

def imported_file():
    frame = sys._getframe(2)
    while frame is not None and frame.f_code.co_name != "<module>":
        frame = frame.f_back
    return frame.f_code.co_filename if frame else ""

def is_work(event, arguments):
    if event == "open":
        path, mode = str(arguments[0]), arguments[1] or "r"
        return bool(set(mode) & set("wax+")) or ours(path) and not path.endswith((".py", ".pyc"))
    return event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.mkdir")

def watch(event, arguments):
    if is_work(event, arguments) and ours(imported_file()):
        seen.append(f"{event} {arguments[0]} in {imported_file()}")

sys.addaudithook(watch)
for module in modules:
    importlib.import_module(module)
print(json.dumps(seen))
"""


def test_importing_does_no_work(tmp_path: Path) -> None:
    modules = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in SOURCES]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "HEARTHLINK_HOME": str(tmp_path / "home")}
    run = subprocess.run(
        [sys.executable, "-B", "-c", WATCH_IMPORTS, str(ROOT), ",".join(modules)],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    seen = json.loads(run.stdout.splitlines()[-1])
    # Dagster makes the assets while it imports defs/, and there is one asset for each contract.
    contracts, defs = str(ROOT / PACKAGE / "extracts" / "contracts"), str(ROOT / PACKAGE / "defs")
    allowed = re.compile(f"open {re.escape(contracts)}/[a-z_]+[.]yaml in {re.escape(defs)}/")
    assert [work for work in seen if not allowed.match(work)] == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_pins_and_hashes_everything_and_names_no_host(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = [entry for entry in text.replace("\\\n", " ").splitlines() if entry and not entry.startswith("#")]
    assert entries
    assert [entry for entry in entries if not re.match(r"[a-z0-9._-]+(\[[a-z0-9,_-]+\])?==\S+ ", entry)] == []
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.findall(r"https?://|file:|--(?:extra-)?index-url|--find-links|--trusted-host", text) == []


def test_no_path_of_somebodys_machine() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    machine_path = re.compile(rb"(?<![\w.*-])/(?:work|root|home)/")
    found = []
    for name in listed.stdout.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file() and path != Path(__file__):
            content = path.read_bytes()
            if b"\0" not in content and machine_path.search(content):
                found.append(name)
    assert found == []
