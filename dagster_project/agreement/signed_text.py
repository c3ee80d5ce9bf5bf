"""The signed text held against the clause register (HD-02): what no clause covers, what clauses point to in vain."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.agreement.parts import AgreementError
from dagster_project.agreement.register import Register, coverage, opening, shipped_register
from dagster_project.agreement.sentences import sentences

if TYPE_CHECKING:
    from dagster_project.agreement.model import Agreement

_SHOWN = 5
REMEDY = (
    "Publish under a text that the register knows, or have the register changed where the product is kept: put the"
    " hash of a sentence under the clause whose duty it states (dagster_project/agreement/register), or add a clause"
)


@dataclass(frozen=True)
class Difference:
    """A sentence without a clause, or a clause without its sentence.

    `heading` is the registered opening of the heading, None for one that the register does not know. `clause` is the
    id of the clause that points to the sentence, None if no clause does. `words` are those of the text, and empty
    for a sentence that is no longer there: they are for whoever holds the text, not for logs and evidence.
    """

    heading: str | None
    sha256: str
    clause: str | None = None
    words: str = ""

    def without_words(self) -> str:
        """Where it is and which hash it has, for logs: `under 'Renewal' 1f0c…: no clause covers this sentence`."""
        what = f"{self.clause} points to it, and it is not there" if self.clause else "no clause covers this sentence"
        return f"{self._place()} {self.sha256}: {what}"

    def in_words(self) -> str:
        """The same for whoever has the text before them."""
        if self.clause:
            return (
                f"{self._place()} the sentence that {self.clause} points to is no longer there (SHA-256 {self.sha256})"
            )
        return f'{self._place()} no clause covers this sentence: "{self.words}" (SHA-256 {self.sha256})'

    def _place(self) -> str:
        return f"under '{self.heading}'" if self.heading else "under a heading that the register does not know"


def signed_text(agreement: "Agreement", agreement_file: Path) -> str | None:
    """The text that the agreement names; None if it names none, as an example may.

    Raises:
        AgreementError: the file is not there, or is not plain text in UTF-8.
    """
    name = agreement.agreement.text_file
    return None if name is None else read_text(agreement_file.parent / name)


def read_text(path: Path) -> str:
    """A signed text. Raises AgreementError as `signed_text` does."""
    name = path.name
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        raise AgreementError(f"agreement.text_file (clause HD-02): {name} cannot be read; put it there again") from None
    except UnicodeDecodeError:
        raise AgreementError(
            f"agreement.text_file (clause HD-02): {name} is not plain text in UTF-8, so its sentences cannot be held"
            " against the clauses; save the signed text as plain text (UTF-8), and sign its hash"
        ) from None


def differences(register: Register, text: str) -> list[Difference]:
    """Where register and text do not agree, in the order of the text, then of the register; empty if they agree."""
    found = coverage(register, text)
    standing = {(opening(register, sentence.heading), sentence.sha256) for sentence in sentences(text)}
    left_over = [
        Difference(
            heading if (heading := opening(register, sentence.heading)) in register.headings else None,
            sentence.sha256,
            words=sentence.text,
        )
        for sentence in found.uncovered
    ]
    stale = [
        Difference(clause.heading, digest, clause=clause.id)
        for clause in register.clauses
        if clause.id in found.stale
        for digest in clause.sentences
        if (clause.heading, digest) not in standing
    ]
    return [*left_over, *stale]


def text_problem(agreement: "Agreement", agreement_file: Path) -> str:
    """Why nothing could be published under the agreement's text, without words of it; empty if it could."""
    try:
        text = signed_text(agreement, agreement_file)
    except AgreementError as error:
        return str(error)
    found = differences(shipped_register(), text) if text is not None else []
    if not found:
        return ""
    return f"Nothing will be published under this text (clause HD-02): {told_shortly(found)}. {REMEDY}"


def told_shortly(found: Sequence[Difference]) -> str:
    """The first few, without words of the text, and how many more there are."""
    more = [f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    return "; ".join([*(one.without_words() for one in found[:_SHOWN]), *more])
