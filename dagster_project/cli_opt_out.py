"""`hearthlink opt-out …`: the National Data Opt-Out, asked and kept to in planning exports."""

from pathlib import Path
from typing import Annotated

import typer

from dagster_project.cli_input import running
from dagster_project.cli_output import console

app = typer.Typer(no_args_is_help=True, help="The National Data Opt-Out: ask who may be in planning exports.")

Home = Annotated[Path | None, typer.Option("--home", help="Home folder (default: HEARTHLINK_HOME or .hearthlink).")]
AgreementFile = Annotated[
    Path | None, typer.Option("--agreement", help="The agreement file (default: agreement.yaml).")
]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who answers for it: the person's name.")]


@app.command("write-check", epilog='Example:  hearthlink opt-out write-check --mailbox X26ABC123 --by "P. Patel"')
def write_check(
    mailbox: Annotated[str, typer.Option("--mailbox", metavar="ID", help="The council's own MESH mailbox.")],
    by: By,
    agreement: AgreementFile = None,
    home: Home = None,
) -> None:
    """Write the file of NHS numbers that the check service takes. It holds those whom adult social care knows."""
    from dagster_project.governance.opt_out.checks import SERVICE_MAILBOX, WORKFLOW
    from dagster_project.governance.opt_out.checks import write_check as write

    asked = write(running(home, agreement), mailbox, by)
    console.print(f"{asked.numbers} NHS numbers in {asked.path}", markup=False)
    console.print(f"{asked.without_number} people have no number, so no planning export holds them")
    console.print(
        f"Send it over MESH to mailbox {SERVICE_MAILBOX}, workflow {WORKFLOW}, with a subject and a local id."
    )
    console.print(f"Bring the answer by {asked.answer_by}: hearthlink opt-out read-answer FILE --by NAME")


@app.command("read-answer", epilog='Example:  hearthlink opt-out read-answer answer.dat --by "P. Patel"')
def read_answer(
    file: Annotated[Path, typer.Argument(help="The file as it came back from the check service.")],
    by: By,
    agreement: AgreementFile = None,
    home: Home = None,
) -> None:
    """Take the answer to the last check. For 21 days from the check on, planning exports keep to it."""
    from dagster_project.governance.opt_out.checks import read_answer as take

    cleared = take(running(home, agreement), file, by)
    console.print(f"{cleared} people may be in planning exports; the check file is deleted")
    console.print(f"Delete {file} now: it is not needed any more.", markup=False)


def add_to(root: typer.Typer) -> None:
    """Put `opt-out …` under the program's name."""
    root.add_typer(app, name="opt-out")
