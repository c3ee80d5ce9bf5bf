"""The rules between sections of the agreement. Each names the clause and the fix; all problems are told at once."""

from typing import TYPE_CHECKING

from dagster_project.agreement import rules_basis, rules_content, rules_header, rules_matching, rules_partners

if TYPE_CHECKING:
    from dagster_project.agreement.model import Agreement


def problems(agreement: "Agreement") -> list[str]:
    """What is wrong with an agreement whose sections are each well-formed; empty when nothing is."""
    return [
        *rules_header.problems(agreement),
        *rules_partners.problems(agreement),
        *rules_basis.problems(agreement),
        *rules_content.problems(agreement),
        *rules_matching.problems(agreement),
    ]
