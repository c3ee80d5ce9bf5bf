"""Facts about who may read the data and about the log of it, looked at once more just before publishing."""

from dagster_project.governance.access.judge import judge_access
from dagster_project.governance.access_log import read_chain
from dagster_project.governance.evidence.world import Tally, World, none_found
from dagster_project.governance.mart_shape import mart_shape
from dagster_project.warehouse.swap import CANDIDATE


def access_stands(world: World) -> Tally:
    """SE-01, SE-02."""
    checks = judge_access(world.conn, mart_shape(world.agreement), CANDIDATE)
    named = [str(check.observed["named"]) for check in checks if not check.passed]
    return Tally(len(checks), len(named), "; ".join(named))


def access_log_whole(world: World) -> Tally:
    """SE-01, SE-02."""
    chain = read_chain(world.conn)
    return none_found(chain.entries, chain.first_broken is not None)
