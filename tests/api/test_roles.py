"""The roles of openapi.yaml are those of the server: every operation by nobody, agent, supervisor and administrator."""
import re

import contract

RANK = {"public": 0, "loopback": 0, "agent": 1, "supervisor": 2, "administrator": 3}


def test_roles(admin, client, person):
    people = [client(), person("role_agent", "agent"), person("role_boss", "supervisor"), admin]
    for op in contract.OPERATIONS:
        if op.id == "signOut":
            continue
        path = re.sub(r"\{\w+\}", "999999", op.path).removeprefix("/api/v1")
        for rank, who in enumerate(people):
            body = {} if "requestBody" in op.spec and op.id != "upload" else None
            answer = who.call(op.method, path, json=body)
            message = answer.json()["error"]["message"] if answer.status_code in (401, 403) else ""
            refused = answer.status_code == 401 or message.startswith(("Only a supervisor", "Only an administrator may do this."))
            assert refused == (rank < RANK[op.role]), f"{op.id} by rank {rank}: {answer.status_code} {answer.text}"
            assert answer.status_code < 500, f"{op.id}: {answer.text}"
