"""The agreement's sections on whose data is shared, how it is matched, kept, moved and guarded (DS to SE)."""

from collections.abc import Iterator

from dagster_project.agreement.content import Function, Tier
from dagster_project.agreement.model import Agreement
from dagster_project.governance.documents.parts import Block, Facts, Paragraph, Table
from dagster_project.governance.documents.words import labels, listed, people_seen, scope, words, years_or_days


def data_subjects(agreement: Agreement) -> Iterator[Block]:
    """DS-01 to DS-03, F-01 to F-30."""
    yield Paragraph(f"{scope(agreement)}. (SC) marks an item of a special category.")
    rows = []
    for item in agreement.items:
        readers = [function.name for function in agreement.functions if item.id in function.items]
        rows.append(
            [
                item.clause,
                f"{'(SC) ' if item.special_category else ''}{item.label}",
                words(item.use),
                listed(readers, "nobody"),
                shown_in(item.columns, item.use),
                listed(sorted(map(words, item.excludes)), ""),
            ]
        )
    yield Table(["Clause", "Item", "Use", "Functions that see it", "Columns that show it", "Never from"], rows)


def shown_in(columns: tuple[str, ...], use: str) -> str:
    """The columns of an item; in words if it has none."""
    if columns:
        return "\n".join(columns)
    return "none" if use == "match_only" else "not shown yet"


def matching(agreement: Agreement) -> Iterator[Block]:
    """MA-01 to MA-07."""
    yield Table(
        ["Tier", "Two records belong together by", "Keys", "What it does"],
        [
            [str(tier.tier), words(tier.name), labels(agreement, tier.keys), _effect(tier)]
            for tier in agreement.matching
        ],
    )
    yield Paragraph("An identifier is used only for partners whose privacy statement covers it.")
    yield Table(
        ["Partner", "Identifiers that its statement covers"],
        [[partner.name, labels(agreement, partner.privacy_statement.covers)] for partner in agreement.partners],
    )
    yield Facts([("Whoever is linked to no record of another system", words(agreement.unlinked_people))])


def _effect(tier: Tier) -> str:
    if not tier.enabled:
        return "off"
    methods = [
        f"{words(method.id)}: {words(method.action)}, approved by {method.approved.by} on {method.approved.date}"
        for method in tier.methods
    ]
    return "; ".join([words(tier.action), *methods])


def opt_out(agreement: Agreement) -> Iterator[Block]:
    """ND-01."""
    answer = agreement.national_data_opt_out
    yield Facts(
        [
            ("Applied", words(answer.setting)),
            ("Because", answer.reason or None),
        ]
    )


def retention(agreement: Agreement) -> Iterator[Block]:
    """RE-01 to RE-08."""
    yield Table(
        ["Rule", "Records", "Counted from", "For", "Note"],
        [
            [
                rule.rule,
                words(rule.domain),
                words(rule.trigger_event),
                years_or_days(rule.period_years, rule.period_days),
                rule.note,
            ]
            for rule in agreement.retention
        ],
    )


def transfer(agreement: Agreement) -> Iterator[Block]:
    """TR-01 to TR-12."""
    yield Table(
        ["Partner", "Its files come", "Because", "Files with an age limit of their own"],
        [
            [
                partner.name,
                words(partner.delivery.route),
                partner.delivery.reason or None,
                listed(f"{extract}: {days} days" for extract, days in partner.delivery.max_age_days.items()),
            ]
            for partner in agreement.partners
        ],
    )
    yield Facts([*transfer_rules(agreement), *hosting_rules(agreement)])
    yield Paragraph(
        f"A delivery of which more than {agreement.landing.max_rejected_percent:g} % of the rows of a file are faulty"
        " is refused whole."
    )


def transfer_rules(agreement: Agreement) -> list[tuple[str, object]]:
    """How files travel, as names and values (TR-05 to TR-12)."""
    rules = agreement.transfer
    return [
        ("Encryption in transfer", words(rules.cipher)),
        ("Hashing", words(rules.hash)),
        (
            "Passwords",
            f"{rules.password.min_length} characters or more, of all {rules.password.character_types} types",
        ),
        ("Generic account names", rules.generic_account_names),
        ("Programs that partners use", listed(map(words, rules.clients))),
        ("E-mail with personal data, unencrypted", f"to {listed(rules.email_without_encryption_to, 'nobody')} only"),
    ]


def hosting_rules(agreement: Agreement) -> list[tuple[str, object]]:
    """Where servers stand (TR-02, TR-03)."""
    hosting = agreement.hosting
    return [
        ("Microsoft Azure", words(hosting.azure_region)),
        ("Microsoft Power BI", words(hosting.powerbi_region)),
        *([("Note on hosting", hosting.note)] if hosting.note else []),
    ]


def security(agreement: Agreement) -> Iterator[Block]:
    """SE-01 to SE-09."""
    yield Table(
        ["Function", "Purpose", "People it sees", "What it may take out", "Items"],
        [function_row(agreement, function) for function in agreement.functions],
    )
    yield Facts([*security_rules(agreement), *export_rules(agreement)])
    yield Table(
        ["Partner", "Works to", "Assured until", "Note"],
        [
            [partner.name, words(partner.assurance.scheme), partner.assurance.expires, partner.assurance.note]
            for partner in agreement.partners
        ],
    )


def function_row(agreement: Agreement, function: Function) -> list[object]:
    """A function: name, purpose, people, export, items."""
    return [
        function.name,
        agreement.purpose_of(function),
        people_seen(function),
        words(function.export),
        labels(agreement, function.items),
    ]


def security_rules(agreement: Agreement) -> list[tuple[str, object]]:
    """What nobody does with the data (SE-01, SE-03, SE-04)."""
    rules = agreement.security
    return [
        ("Access", f"{words(rules.access)} only"),
        ("Printing", rules.printing),
        ("Removable media", rules.removable_media),
    ]


def export_rules(agreement: Agreement) -> list[tuple[str, object]]:
    """How data may leave the dashboard (SE-05 to SE-07)."""
    exports = agreement.exports
    protected = ", protected by a password" if exports.password_protected else ""
    whole = "users of the whole system only" if exports.whole_system_users_only else "any user"
    planning = exports.planning
    return [
        ("Exports", f"{words(exports.format)}{protected}, for {whole}; deleted after {exports.keep_days} days"),
        (
            "Exports for planning",
            f"pseudonymised; no groups of fewer than {planning.k} people, no counts below {planning.min_cell},"
            f" counts rounded to {planning.round_to}, pseudonyms for one purpose and {planning.key_period}",
        ),
    ]


def settings(agreement: Agreement) -> Iterator[Block]:
    """The points on which the text is silent."""
    for about, part in (
        ("How items are worked out", agreement.item_settings),
        ("After how many days a partner's file is too old to say anything about today", agreement.freshness),
        ("How data is let go", agreement.retention_settings),
        ("How large a change waits for a person", agreement.holds),
        ("How records are matched", agreement.settings),
    ):
        yield Paragraph(f"{about}:")
        yield Facts([(words(name), _written(value)) for name, value in part.model_dump().items()])


def _written(value: object) -> object:
    return listed(map(str, value)) if isinstance(value, tuple) else value
