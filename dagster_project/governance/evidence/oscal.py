"""The pack once more as NIST OSCAL assessment results (1.2.1), for tools that collect the evidence of many systems.

Made from the pack alone: a clause is a control with one objective and one finding, a check or an attestation is an
observation. Every UUID is a version 5 one of the pack's hash, so the same pack gives the same bytes.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from dagster_project.governance.evidence.canonical import canonical

OSCAL_VERSION = "1.2.1"
NAMESPACE = "urn:hearthlink:evidence"
_ROOT = uuid5(NAMESPACE_URL, NAMESPACE)
_STATE = {"PASS": ("satisfied", "pass"), "FAIL": ("not-satisfied", "fail")}
_UNDECIDED = ("not-satisfied", "other")
_FACT = "run/"


def assessment_results(pack: Mapping[str, Any], pack_sha256: str) -> dict[str, Any]:
    """The document as plain data. `pack` is the pack as data, `pack_sha256` the hash of its bytes.

    PASS is `satisfied`, FAIL `not-satisfied` for the reason `fail`; what is not evidenced or not built is
    `not-satisfied` for the reason `other`, and its remarks say which.
    """
    data: dict[str, Any] = json.loads(canonical(pack))
    ids = _Ids(pack_sha256)
    publish, title = data["publish"], f"Evidence of publish {data['publish']['publish_id']}"
    return {
        "assessment-results": {
            "uuid": ids.of("document"),
            "metadata": {
                "title": title,
                "last-modified": publish["published_at"],
                "version": publish["publish_id"],
                "oscal-version": OSCAL_VERSION,
                "props": _props(
                    agreement=data["agreement"]["id"],
                    agreement_version=data["agreement"]["version"],
                    agreement_sha256=data["agreement"]["sha256"],
                ),
            },
            "import-ap": {"href": f"#{ids.of('register')}", "remarks": "The register of clauses is the plan"},
            "local-definitions": {"objectives-and-methods": [_objective(clause) for clause in data["clauses"]]},
            "results": [_result(data, ids, title)],
            "back-matter": {"resources": list(_resources(data, ids, pack_sha256))},
        }
    }


class _Ids:
    """UUIDs of the things in one document, by name."""

    def __init__(self, pack_sha256: str) -> None:
        self._document: UUID = uuid5(_ROOT, pack_sha256)

    def of(self, *names: str) -> str:
        return str(uuid5(self._document, "/".join(names)))


def _result(data: dict[str, Any], ids: _Ids, title: str) -> dict[str, Any]:
    counts, publish = data["counts"], data["publish"]
    previous = ("previous",) if data["previous"] else ()
    summary = ", ".join(f"{count} {name}" for name, count in counts.items())
    return {
        "uuid": ids.of("result"),
        "title": title,
        "description": f"{len(data['clauses'])} clauses of the agreement: {summary}",
        "start": data["gate"]["started_at"],
        "end": publish["published_at"],
        "props": _props(
            as_at=publish["as_at"],
            people=publish["people"],
            mart_fingerprint=publish["mart_fingerprint"],
            deliveries=len(data["deliveries"]),
            warnings=len(data["warnings"]),
            **{f"clauses_{name.lower().replace(' ', '_')}": count for name, count in counts.items()},
        ),
        "links": [{"href": f"#{ids.of(name)}", "rel": "reference"} for name in ("register", "pack", *previous)],
        "local-definitions": {"assessment-assets": _assets(data["code"], ids)},
        "reviewed-controls": {
            "control-selections": [
                {
                    "description": "Every clause of the register",
                    "include-controls": [{"control-id": clause["id"]} for clause in data["clauses"]],
                }
            ]
        },
        "observations": [*_checks(data, ids), *_attestations(data, ids)],
        "findings": [_finding(clause, ids) for clause in data["clauses"]],
    }


def _objective(clause: dict[str, Any]) -> dict[str, Any]:
    return {
        "control-id": clause["id"],
        "description": clause["words"],
        "props": [
            *_props(heading=clause["heading"], kind=clause["kind"]),
            *(one for digest in clause["sentences"] for one in _props(sentence_sha256=digest)),
        ],
        "parts": [{"id": _objective_id(clause), "name": "assessment-objective", "prose": clause["words"]}],
    }


def _finding(clause: dict[str, Any], ids: _Ids) -> dict[str, Any]:
    state, reason = _STATE.get(clause["result"], _UNDECIDED)
    status = {"state": state, "reason": reason}
    if clause["result"] != "PASS":
        status["remarks"] = f"{clause['result']}: {clause['reason']}"
    seen = [("check", name) for name in clause["checks"]]
    seen += [("attestation", clause["id"])] if clause["attestation"] else []
    return {
        "uuid": ids.of("finding", clause["id"]),
        "title": f"{clause['id']}: {clause['result']}",
        "description": clause["words"],
        "props": _props(
            result=clause["result"],
            checks=len(clause["checks"]),
            failed=len(clause["failed"]),
            missing=len(clause["missing"]),
        ),
        "target": {"type": "objective-id", "target-id": _objective_id(clause), "status": status},
        # OSCAL allows no empty list.
        **({"related-observations": [{"observation-uuid": ids.of(*names)} for names in seen]} if seen else {}),
    }


def _checks(data: dict[str, Any], ids: _Ids) -> Iterator[dict[str, Any]]:
    moments = {True: data["publish"]["published_at"], False: data["gate"]["finished_at"]}
    for check in data["checks"]:
        answer = "PASS" if check["passed"] else "FAIL"
        yield {
            "uuid": ids.of("check", check["check"]),
            "title": check["check"],
            "description": f"{check['check']}: {answer}",
            "props": _props(result=answer, clause=check["clause"], **check["observed"]),
            "methods": ["TEST"],
            "types": ["control-objective"],
            "collected": moments[check["check"].startswith(_FACT)],
        }


def _attestations(data: dict[str, Any], ids: _Ids) -> Iterator[dict[str, Any]]:
    """Who attested stays in the warehouse: the record's hash points to it."""
    for clause in data["clauses"]:
        if made := clause["attestation"]:
            yield {
                "uuid": ids.of("attestation", clause["id"]),
                "title": f"Attestation of {clause['id']}",
                "description": f"A person attested this clause on {made['attested_on']}",
                "props": _props(record_sha256=made["record_sha256"]),
                "methods": ["EXAMINE"],
                "types": ["control-objective"],
                "collected": f"{made['attested_on']}T00:00:00Z",
                "expires": f"{made['valid_until']}T23:59:59Z",
            }


def _assets(code: dict[str, Any], ids: _Ids) -> dict[str, Any]:
    component = {
        "uuid": ids.of("hearthlink"),
        "type": "software",
        "title": "Hearthlink",
        "description": "The program that was judged, and that judged",
        "props": _props(**code),
        "status": {"state": "operational"},
    }
    platform = {
        "uuid": ids.of("platform"),
        "title": "The gate and the facts of the run",
        "uses-components": [{"component-uuid": component["uuid"]}],
    }
    return {"components": [component], "assessment-platforms": [platform]}


def _resources(data: dict[str, Any], ids: _Ids, pack_sha256: str) -> Iterator[dict[str, Any]]:
    yield {
        "uuid": ids.of("register"),
        "title": "The register of clauses",
        "description": "Part of the program: each clause in a few words, with its controls and checks",
    }
    yield {
        "uuid": ids.of("pack"),
        "title": "The evidence pack of this publish",
        "rlinks": [
            {
                "href": "./pack.json",
                "media-type": "application/json",
                "hashes": [{"algorithm": "SHA-256", "value": pack_sha256}],
            }
        ],
    }
    if previous := data["previous"]:
        yield {
            "uuid": ids.of("previous"),
            "title": f"The evidence pack before it, of publish {previous['publish_id']}",
            "rlinks": [
                {
                    "href": f"../{previous['publish_id']}/pack.json",
                    "media-type": "application/json",
                    "hashes": [{"algorithm": "SHA-256", "value": previous["pack_sha256"]}],
                }
            ],
        }


def _objective_id(clause: dict[str, Any]) -> str:
    return f"{clause['id']}_objective"


def _props(**values: Any) -> list[dict[str, str]]:
    """Names and values in our namespace; what is not known or empty is left out, since OSCAL has no empty value."""
    return [
        {"name": name.replace("_", "-"), "ns": NAMESPACE, "value": _written(value)}
        for name, value in values.items()
        if value is not None and str(value).strip()
    ]


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else " ".join(str(value).split())
