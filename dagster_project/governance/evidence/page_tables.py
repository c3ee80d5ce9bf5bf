"""Deliveries and checks on the evidence page."""

from typing import Any

from dagster_project.governance.evidence.markup import Markup, code, element, join, table
from dagster_project.governance.evidence.page_clauses import RESULT_CLASS, counted


def deliveries_section(data: dict[str, Any]) -> Markup:
    """Whose deliveries, by which route, under which hash and which negotiated algorithms."""
    rows = []
    for delivery in data["deliveries"]:
        transport, extracts = delivery["transport"] or {}, delivery["extracts"]
        secured = [
            f"{label}: {transport[key]}"
            for key, label in (
                ("cipher", "cipher"),
                ("mac", "MAC"),
                ("kex", "key exchange"),
                ("host_key_fingerprint", "host key"),
            )
            if key in transport
        ]
        rows.append(
            [
                delivery["partner"] if delivery["used"] else f"{delivery['partner']} (held back: not used)",
                join(element("div", line) for line in (delivery["delivery_id"], f"of {delivery['extract_date']}")),
                delivery["route"],
                join(element("div", code(line)) for line in secured) if secured else "by folder: nothing to negotiate",
                code(delivery["content_sha256"]),
                len(extracts),
                sum(extract["rows_loaded"] or 0 for extract in extracts),
                sum(extract["rows_rejected"] or 0 for extract in extracts),
            ]
        )
    heads = ["Partner", "Delivery", "Route", "Negotiated", "SHA-256 of the content", "#Extracts", "#Rows", "#Rejected"]
    return join(
        (
            element("h2", f"Deliveries ({len(rows)})"),
            table("The newest delivery of each extract, from which the mart was built", heads, rows),
        )
    )


def checks_section(data: dict[str, Any]) -> Markup:
    """Every check of the gate and every fact of the run, with what it counted."""
    rows = []
    for check in data["checks"]:
        result = "PASS" if check["passed"] else "FAIL"
        answer = element("span", result, class_=f"result {RESULT_CLASS[result]}")
        table_name = check["observed"].get("table", "")
        rows.append([code(check["check"]), check["clause"], answer, table_name, counted(check["observed"])])
    return join(
        (
            element("h2", f"Checks ({len(rows)})"),
            table(
                "Checks of the gate, and facts of the run (run/…)",
                ["Check", "Clause", "Result", "Table", "Counts"],
                rows,
            ),
        )
    )
