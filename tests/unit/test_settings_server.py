"""The embedded server's settings: sized to the machine or the container, and quiet."""

from pathlib import Path

import pytest

from dagster_project.warehouse.tuning import MEBIBYTE, Machine, cgroup_memory_limit, server_settings

GIBIBYTE = 1024 * MEBIBYTE


def settings_for(memory: int, cores: int = 2, shared_memory: int | None = None) -> dict[str, str]:
    return server_settings(Machine(memory, cores, shared_memory), "127.0.0.1", 25432)


@pytest.mark.parametrize(
    ("memory", "shared_buffers", "work_mem"),
    [(1 * GIBIBYTE, "122MB", "32MB"), (4 * GIBIBYTE, "491MB", "32MB"), (24 * GIBIBYTE, "1024MB", "64MB")],
)
def test_memory_is_modest(memory: int, shared_buffers: str, work_mem: str) -> None:
    chosen = settings_for(memory)
    assert (chosen["shared_buffers"], chosen["work_mem"]) == (shared_buffers, work_mem)


def test_parallel_workers_never_exceed_two_or_the_cores() -> None:
    assert settings_for(GIBIBYTE, cores=1)["max_parallel_workers_per_gather"] == "1"
    assert settings_for(GIBIBYTE, cores=64)["max_parallel_workers_per_gather"] == "2"


def test_little_shared_memory_moves_parallel_work_to_files() -> None:
    assert settings_for(GIBIBYTE, shared_memory=64 * MEBIBYTE)["dynamic_shared_memory_type"] == "mmap"
    assert "dynamic_shared_memory_type" not in settings_for(GIBIBYTE, shared_memory=GIBIBYTE)
    assert "dynamic_shared_memory_type" not in settings_for(GIBIBYTE, shared_memory=None)


def test_durable_local_and_free_of_row_values() -> None:
    chosen = settings_for(4 * GIBIBYTE)
    assert "fsync" not in chosen
    assert "full_page_writes" not in chosen
    assert chosen["synchronous_commit"] == "on"
    assert chosen["listen_addresses"] == "127.0.0.1"
    assert chosen["unix_socket_directories"] == ""
    assert chosen["log_min_error_statement"] == "panic"
    assert chosen["log_error_verbosity"] == "terse"


def test_values_need_no_quoting() -> None:
    """They are handed over on a command line."""
    assert not [value for value in settings_for(GIBIBYTE).values() if set(value) & set(" '\"\\$`;&|")]


def test_the_lowest_limit_on_the_way_up_counts_in_version_two(tmp_path: Path) -> None:
    inner = tmp_path / "user" / "job"
    inner.mkdir(parents=True)
    (inner / "memory.max").write_text("max\n")
    (tmp_path / "user" / "memory.max").write_text("2147483648\n")
    assert cgroup_memory_limit(tmp_path, "0::/user/job\n") == 2 * GIBIBYTE


def test_version_one_and_paths_of_another_namespace(tmp_path: Path) -> None:
    memory = tmp_path / "memory"
    memory.mkdir()
    (memory / "memory.limit_in_bytes").write_text("1073741824\n")
    assert cgroup_memory_limit(tmp_path, "4:cpu,memory:/docker/0123\n1:cpuset:/\n0::/\n") == GIBIBYTE


def test_no_limit_is_none(tmp_path: Path) -> None:
    memory = tmp_path / "memory"
    memory.mkdir()
    (memory / "memory.limit_in_bytes").write_text("9223372036854771712\n")
    assert cgroup_memory_limit(tmp_path, "4:memory:/\n0::/\n") is None
