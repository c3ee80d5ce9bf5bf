"""`hearthlink held`, `delivery approve` and `change approve`: what waits for a person, and letting it through."""

from pathlib import Path
from typing import Annotated

import typer

from dagster_project.cli_input import running
from dagster_project.cli_output import console, print_rows

deliveries = typer.Typer(no_args_is_help=True, help="Let a delivery through that holds the publish.")
changes = typer.Typer(no_args_is_help=True, help="Let a change since the last publish through that holds this one.")

Home = Annotated[Path | None, typer.Option("--home", help="Home folder (default: HEARTHLINK_HOME or .hearthlink).")]
AgreementFile = Annotated[
    Path | None, typer.Option("--agreement", help="The agreement file (default: agreement.yaml).")
]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who has looked and answers for it.")]
Reason = Annotated[str, typer.Option("--reason", help="Why it is right. Name nobody here.")]


def held(agreement: AgreementFile = None, home: Home = None) -> None:
    """List what holds the publish until somebody approves it, each with the command that does."""
    from dagster_project.agreement.model import load_agreement
    from dagster_project.governance.holds import read_holds

    settings = running(home, agreement)
    holds = read_holds(settings, load_agreement(settings.agreement_file))
    if not holds:
        console.print("nothing holds the publish")
        return
    print_rows(["what", "why it holds", "after a look"], [(hold.subject, hold.what, hold.remedy) for hold in holds])


@deliveries.command(
    "approve",
    epilog='Example:  hearthlink delivery approve northbank_ha_20261122_001 --by "P. Marlowe" --reason "new stock"',
)
def approve_delivery(
    delivery: Annotated[str, typer.Argument(metavar="DELIVERY", help="The id of a loaded delivery.")],
    by: By,
    reason: Reason,
    home: Home = None,
) -> None:
    """Let a loaded delivery through, whatever its size and its broken references. The next run publishes it."""
    from dagster_project.governance import holds

    holds.approve_delivery(running(home), delivery, by, reason)
    console.print(f"{delivery} is approved; run again to publish", markup=False)


@changes.command(
    "approve",
    epilog='Example:  hearthlink change approve has_ehcp --by "P. Marlowe" --reason "first SEN2 file of the year"',
)
def approve_change(
    subject: Annotated[
        str, typer.Argument(metavar="WHAT", help="A flag of the mart, people, linked_share or review_items.")
    ],
    by: By,
    reason: Reason,
    agreement: AgreementFile = None,
    home: Home = None,
) -> None:
    """Let a flag's new share, or the new number of people, through. It holds for that value, until the next publish."""
    from dagster_project.agreement.model import load_agreement
    from dagster_project.governance import holds

    settings = running(home, agreement)
    hold = holds.approve_change(settings, load_agreement(settings.agreement_file), subject, by, reason)
    console.print(f"approved for {hold.subject}: {hold.what}; run again to publish", markup=False)


def add_to(root: typer.Typer) -> None:
    """Put the commands under the program's name."""
    root.command(epilog="Example:  hearthlink held")(held)
    root.add_typer(deliveries, name="delivery")
    root.add_typer(changes, name="change")
