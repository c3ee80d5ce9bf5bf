"""The clause register: each sentence of the signed text, the control that carries it out and the check that proves it.

The register (`register/*.yaml`) words a clause in a few words of its own and points to the signed text by the opening
words of its heading and by the hash of the normalised sentence, so the text itself stays in the council's file.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, StringConstraints, ValidationError, model_validator

from dagster_project.agreement.parts import AgreementError, Part, Sha256
from dagster_project.agreement.run_facts import FACTS
from dagster_project.agreement.sentences import Sentence, sentences

RUN = "run/"
TEXT_FILE = "_text.yaml"

# A check is `suite/check_id` as the gate stores it; a star stands for any characters.
CheckName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_*]+/[a-z0-9_.*]+$")]
# A control is `path:name` in this repository: a function, class, constant, model or section of the agreement file.
Control = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_./]+(:[A-Za-z0-9_]+)?$")]


class Clause(Part):
    """One duty of the signed text.

    `words` are ours; `heading` is how the heading in the text begins; `sentences` are hashes of normalised units.
    Each of `checks` must be answered at every publish; `item_checks` exist only while the agreement shows an item,
    and count when they do. `not_built` names the part of the control that the product does not have yet: the clause
    is then shown as not built, but a check that fails still fails it. `attestation_days` is how long a person's word
    on it stands. `filled_in` marks a section that each council writes for itself (its author, its date).
    """

    id: str = Field(pattern=r"^[A-Z]{1,2}-\d{2}$")
    words: str = Field(min_length=3, max_length=160)
    heading: str = Field(min_length=1)
    sentences: tuple[Sha256, ...] = Field(min_length=1)
    kind: Literal["enforced", "evidenced", "attested"]
    controls: tuple[Control, ...] = ()
    checks: tuple[CheckName, ...] = ()
    item_checks: tuple[CheckName, ...] = ()
    not_built: str | None = Field(default=None, min_length=10)
    attestation_days: int | None = Field(default=None, ge=1)
    filled_in: bool = False

    @model_validator(mode="after")
    def _rules(self) -> "Clause":
        unknown = [name for name in self.checks if name.startswith(RUN) and name.removeprefix(RUN) not in FACTS]
        if unknown:
            raise ValueError(f"{self.id}: {', '.join(unknown)} is no fact of a run; use one of FACTS or add it there")
        if self.kind == "attested" and self.attestation_days is None:
            raise ValueError(f"{self.id}: an attested clause says for how long an attestation stands: attestation_days")
        if self.kind == "enforced" and self.not_built is None:
            for needed, listed in (("control", self.controls), ("check", self.checks)):
                if not listed:
                    raise ValueError(f"{self.id}: an enforced clause needs a {needed}; or say why not in not_built")
        return self


class Ignored(Part):
    """A line of the text that is no part of what was agreed."""

    sha256: Sha256
    reason: str = Field(min_length=10)


class Register(Part):
    """The whole register. `headings` are the opening words of every heading of the text."""

    headings: tuple[str, ...]
    ignored: tuple[Ignored, ...] = ()
    clauses: tuple[Clause, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _rules(self) -> "Register":
        ids = [clause.id for clause in self.clauses]
        repeated = sorted({name for name in ids if ids.count(name) > 1})
        if repeated:
            raise ValueError(f"registered more than once: {', '.join(repeated)}")
        for clause in self.clauses:
            if clause.heading not in self.headings:
                raise ValueError(f"{clause.id}: the heading '{clause.heading}' is not among the headings of the text")
        return self


@dataclass(frozen=True)
class Coverage:
    """How register and text agree.

    `uncovered` belongs to no clause; `stale` are ids of clauses that point to a sentence which is not under their
    heading; `filled_in` is what a council wrote in the sections that it fills in itself.
    """

    uncovered: list[Sentence]
    stale: list[str]
    filled_in: list[Sentence]


@cache
def load_register() -> tuple[Clause, ...]:
    """The shipped register's clauses, in the order of the text. Read once per process.

    Raises:
        AgreementError: a file of the register breaks a rule; the message names the clause.
    """
    return shipped_register().clauses


@cache
def shipped_register() -> Register:
    """The shipped register with its headings and ignored lines. Raises AgreementError as `load_register` does."""
    return read_register(Path(__file__).parent / "register")


def read_register(folder: Path) -> Register:
    """A register: `_text.yaml` with headings and ignored lines, and clauses in every other file, in order of name.

    Raises:
        AgreementError: a file is missing or unreadable, or the register breaks a rule.
    """
    try:
        text: dict[str, Any] = _read(folder / TEXT_FILE)
        files = [path for path in sorted(folder.glob("*.yaml")) if path.name != TEXT_FILE]
        clauses = [clause for path in files for clause in _read(path)]
        return Register.model_validate({**text, "clauses": clauses})
    except OSError as error:
        raise AgreementError(f"the clause register cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, TypeError) as error:
        raise AgreementError(f"the clause register is not as it should be: {error}") from None
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors())
        raise AgreementError(f"the clause register: {problems}") from None


def coverage(register: Register, text: str) -> Coverage:
    """Compare the register with a signed text."""
    found = sentences(text)
    standing = {(opening(register, sentence.heading), sentence.sha256) for sentence in found}
    known = {digest for clause in register.clauses for digest in clause.sentences}
    known |= {line.sha256 for line in register.ignored}
    open_sections = {clause.heading for clause in register.clauses if clause.filled_in}
    unknown = [sentence for sentence in found if sentence.sha256 not in known]
    filled_in = [sentence for sentence in unknown if opening(register, sentence.heading) in open_sections]
    rewritten = {opening(register, sentence.heading) for sentence in filled_in}
    return Coverage(
        uncovered=[sentence for sentence in unknown if sentence not in filled_in],
        stale=[
            clause.id
            for clause in register.clauses
            if not (clause.filled_in and clause.heading in rewritten)
            and any((clause.heading, digest) not in standing for digest in clause.sentences)
        ],
        filled_in=filled_in,
    )


def checks_of(clause: Clause, stored_check_names: Iterable[str]) -> list[str]:
    """Those of the names, sorted, that one of the clause's checks or item checks names or matches with its stars."""
    names = list(stored_check_names)
    return sorted({name for check in (*clause.checks, *clause.item_checks) for name in matching(check, names)})


def unanswered(clause: Clause, stored_check_names: Iterable[str]) -> list[str]:
    """Those of the clause's checks that none of the names answers. An item check may stay unanswered."""
    names = list(stored_check_names)
    return [check for check in clause.checks if not matching(check, names)]


def matching(check: str, names: Iterable[str]) -> list[str]:
    """The names that a check names, or matches with its stars."""
    pattern = re.compile(re.escape(check).replace(r"\*", ".*"))
    return [name for name in names if pattern.fullmatch(name)]


def facts_of(clauses: Sequence[Clause]) -> list[str]:
    """The facts, without their prefix, that any of the clauses needs; sorted."""
    return sorted({c.removeprefix(RUN) for clause in clauses for c in clause.checks if c.startswith(RUN)})


def opening(register: Register, heading: str) -> str:
    """The registered opening words with which a heading of the text begins; the heading itself if it is unknown."""
    return max((known for known in register.headings if heading.startswith(known)), key=len, default=heading)


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
