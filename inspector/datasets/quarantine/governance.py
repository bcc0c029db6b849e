"""The rules of a store and who signs: changes of them are entries of its log."""

from __future__ import annotations

import hashlib
import sqlite3

from inspector.datasets.quarantine import log, names, trails
from inspector.datasets.quarantine.interface import Policy, Signer
from inspector.provenance import Refused, UnreadableInput


def checked(policy: Policy) -> Policy:
    """The policy, where it makes sense; UnreadableInput otherwise."""
    if not (1 <= policy.quorum <= 10 and 1 <= policy.flagged_quorum <= 10):
        raise UnreadableInput("A quorum is 1 to 10 people.")
    if policy.flagged_quorum < policy.quorum:
        raise UnreadableInput("Flagged rows cannot need fewer people than others.")
    if not set(policy.flag_levels) <= {"look-first", "weak"}:
        raise UnreadableInput("Levels that flag are look-first and weak.")
    return policy


def set_policy(
    connection: sqlite3.Connection, policy: Policy, actor: str, why: str, signer: Signer | None
) -> bool:
    """Changes the policy inside the caller's transaction, or notes the wish; whether it is in force now."""
    current = trails.policy_of(connection)
    detail = {"policy": policy.as_json(), "why": why}
    if policy == current:
        return True
    if policy.weakens(current):
        proposed = _standing_proposal(connection, policy)
        if proposed is None or proposed == names.key(actor):
            if proposed is None:
                log.append(connection, "policy-proposed", actor, detail, signer=signer)
            return False
    log.append(connection, "policy", actor, detail, signer=signer)
    log.set_fact(connection, "policy", policy.as_json())
    trails.refresh_states(connection, policy)
    return True


def _standing_proposal(connection: sqlite3.Connection, policy: Policy) -> str | None:
    """Who proposed this very policy since the last change of it."""
    found = None
    for entry in log.entries(connection):
        if entry["type"] == "policy":
            found = None
        elif entry["type"] == "policy-proposed" and Policy.from_json(entry["policy"]) == policy:
            found = names.key(entry["actor"]["name"])
    return found


def enrol(connection: sqlite3.Connection, name: str, spki: bytes, *, actor: str, why: str) -> None:
    """Binds a name to a key inside the caller's transaction. A binding is for good: one that could be
    replaced would protect nothing."""
    keyid = hashlib.sha256(spki).hexdigest()
    signers = dict(log.fact(connection, "signers"))
    if names.key(name) in signers:
        raise Refused("signer", f"{name} has a key in this store already.")
    if keyid in signers.values():
        raise Refused("signer", "This key is enrolled for another person in this store.")
    signers[names.key(name)] = keyid
    log.append(connection, "enrol", actor, {"name": name, "keyid": keyid, "why": why})
    log.set_fact(connection, "signers", signers)
