"""Every operation of openapi.yaml succeeds at least once, and its answer is exactly as described."""
import time

import contract

# Succeed only with a call under way; tests/blackbox has them.
NEED_A_CALL = {"hangUp", "hold", "mute", "sendDigits", "decidePreview", "submitDisposition", "listAttemptEvents", "getAttempt",
               "getRecording"}
NEEDS_A_LONG_FILE = {"cancelDncImport"}  # src/store/import/dnc_imports_test.cpp
WEBSOCKETS = {"watchEvents", "openAgentLine"}  # test_events.py


def test_every_operation(admin, client, person, succeeded):
    nobody = client()
    health = nobody.get("/healthz")
    assert health.status_code == 200
    assert {part for part, state in health.json()["parts"].items() if state == "ok"} == {"http", "database", "core", "telephony"}
    assert "carillon_http_requests_total" in nobody.get("/metrics").text

    boss = person("boss", "supervisor")
    assert boss.get("/session").status_code == 200
    assert boss.get("/users", role="agent", sort="-username").status_code == 200

    profile = admin.made("/sip_profiles", {"name": "Default", "dial_pattern": "X."})
    path = f"/sip_profiles/{profile['id']}"
    assert admin.get(path).json() == profile
    assert admin.patch(path, {"channels": 2}).json()["channels"] == 2
    assert admin.get("/sip_profiles").json()["total"] == 1

    ann = person("ann", "agent", sip_username="2001", sip_password="phone password", sip_profile_id=profile["id"])
    user = f"/users/{ann.user['id']}"
    assert boss.get(user).json()["username"] == "ann"
    assert boss.patch(user, {"name": "Ann B"}).json()["name"] == "Ann B"
    assert boss.post(user + "/password", {"password": "a new password"}).status_code == 204
    ann.sign_in("ann", "a new password")

    hired = boss.made("/users/bulk", {"count": 2, "username_pattern": "temp-##"})["users"]
    assert [each["username"] for each in hired] == ["temp-01", "temp-02"]
    newcomer = client().sign_in("temp-01", hired[0]["password"])
    assert newcomer.get("/agent/campaigns").status_code == 403
    imported = boss.made("/users/import", {"csv": "name,username\nTemp,temp-03\nTemp,not a name\n"})
    assert len(imported["users"]) == 1 and imported["rejected"][0]["line"] == 3

    trunk = admin.made("/trunks", {"name": "Carrier", "host": "127.0.0.1", "port": 5099, "username": "u", "password": "p"})
    assert trunk["has_password"] and "password" not in trunk
    path = f"/trunks/{trunk['id']}"
    assert boss.get(path).json() == trunk
    assert admin.patch(path, {"channels": 5}).json()["channels"] == 5
    assert boss.get("/trunks").json()["total"] == 1
    test = admin.post(path + "/test_calls", {"number": "+442079460123"})
    assert test.status_code == 202, test.text
    assert admin.get(f"{path}/test_calls/{test.json()['id']}").json()["steps"][0]["state"] == "trying"
    entries = admin.get("/audit", kind="trunk", record_id=trunk["id"]).json()["items"]
    assert [each["action"] for each in entries] == ["test call", "changed", "created"]
    assert entries[1]["changes"] == {"channels": [100, 5]} and entries[2]["changes"]["password"] == "changed"
    assert "test call" in admin.get("/audit.csv").text

    script = boss.made("/scripts", {"name": "Hello", "body": "<p>Hi {{first_name}}</p><script>x</script>"})
    assert script["body"] == "<p>Hi {{first_name}}</p>"
    path = f"/scripts/{script['id']}"
    assert boss.get(path).json() == script
    assert boss.patch(path, {"name": "Hi"}).status_code == 200
    assert boss.get("/scripts", search="hi").json()["total"] == 1

    campaign = boss.made("/campaigns", {
        "name": "Spring", "type": "auto", "script_id": script["id"], "trunk_ids": [trunk["id"]], "source_statuses": ["New"],
        "agent_ids": [ann.user["id"]], "caller_id": "+12025550100"})
    path = f"/campaigns/{campaign['id']}"
    assert boss.get(path).json() == campaign
    assert boss.patch(path, {"active": True}).json()["active"] is True
    assert boss.get("/campaigns").json()["total"] == 1
    assert boss.get(path + "/stats").json()["total"] == 0

    leadset = boss.made("/leadsets", {"name": "People"})
    path = f"/leadsets/{leadset['id']}"
    assert boss.get(path).json() == leadset
    assert boss.patch(path, {"description": "All of them"}).status_code == 200
    assert boss.get("/leadsets", campaign_id=campaign["id"]).json()["total"] == 0
    assert boss.get("/leadsets").json()["total"] == 1

    leads(boss, path)
    imports(boss, path)
    agent(ann, boss, campaign["id"])

    assert boss.get("/attempts", outcome="busy", sort="-started_at").status_code == 200
    assert ann.get("/attempts").status_code == 200
    assert boss.get("/attempts/999").status_code == 404
    assert boss.get("/live").status_code == 200

    token = admin.made("/tokens", {"name": "crm", "role": "supervisor"})
    assert admin.get(f"/tokens/{token['id']}").status_code == 200
    assert client(token["token"]).get("/campaigns").status_code == 200
    assert admin.get("/tokens").json()["total"] == 1

    assert boss.delete(f"/campaigns/{campaign['id']}").status_code == 409
    boss.patch(f"/campaigns/{campaign['id']}", {"active": False})
    for used, path in ((boss, f"/campaigns/{campaign['id']}"), (boss, f"/leadsets/{leadset['id']}"),
                       (boss, f"/scripts/{script['id']}"), (admin, f"/trunks/{trunk['id']}"), (boss, user),
                       (admin, f"/sip_profiles/{profile['id']}"), (admin, f"/tokens/{token['id']}"), (boss, "/session")):
        answer = used.delete(path)
        assert answer.status_code == 204, f"{path}: {answer.text}"

    never = {op.id for op in contract.OPERATIONS} - succeeded - NEED_A_CALL - NEEDS_A_LONG_FILE - WEBSOCKETS
    assert not never, f"never seen to succeed: {sorted(never)}"


def leads(boss, leadset):
    lead = boss.made(leadset + "/leads?country=GB", {"phone": "020 7946 0999", "first_name": "Eve", "custom": {"Plan": "B"}})
    assert lead["phone"] == "+442079460999"
    path = f"/leads/{lead['id']}"
    assert boss.get(path).json() == lead
    assert boss.get(path + "/why").json()["dialable"] is False
    assert boss.patch(path, {"last_name": "Day"}).json()["last_name"] == "Day"
    assert boss.get(leadset + "/leads", search="Day").json()["total"] == 1
    assert boss.get(leadset + "/stats").json()["total"] == 1
    assert boss.post(leadset + "/recycle").json() == {"recycled": 0}
    assert boss.delete(path).status_code == 204
    boss.made("/dnc", {"phone": "+442079460998", "reason": "asked"})
    assert "+442079460998," in boss.get("/dnc.csv", system_wide="true").text
    dnc_import(boss)
    assert boss.get("/dnc").json()["total"] == 1
    assert boss.delete("/dnc?phone=%2B442079460998").status_code == 204


def dnc_import(boss):
    answer = boss.call("POST", "/uploads?name=dnc.csv", data=b"+442079460997\nnonsense\n", headers={"Content-Type": "text/csv"})
    answer = boss.post("/dnc/imports", {"upload_id": answer.json()["upload_id"]})
    assert answer.status_code == 202, answer.text
    path = f"/dnc/imports/{answer.json()['id']}"
    for _ in range(600):
        state = boss.get(path).json()
        if state["state"] != "running":
            break
        time.sleep(0.05)
    assert (state["state"], state["accepted"], state["rejected"]) == ("done", 1, 1), state
    assert "nonsense" in boss.get(path + "/rejected.csv").text
    assert boss.get("/dnc/imports").json()["total"] == 1
    assert boss.delete(path).status_code == 409
    assert boss.delete("/dnc?phone=%2B442079460997").status_code == 204


def imports(boss, leadset):
    csv = "phone;name\n+442079460001;Ann\n+442079460002;Bob\nnonsense;Cy\n"
    answer = boss.call("POST", "/uploads?name=people.csv", data=csv.encode(), headers={"Content-Type": "text/csv"})
    assert answer.status_code == 201, answer.text
    upload = answer.json()
    assert upload["delimiter"] == ";" and upload["guessed_mapping"]["0"] == "phone"
    answer = boss.post(leadset + "/imports", {"upload_id": upload["upload_id"], "start_row": 1, "status_for_all": "New",
                                              "mapping": {"0": "phone", "1": "first_name"}})
    assert answer.status_code == 202, answer.text
    path = f"/imports/{answer.json()['id']}"
    for _ in range(600):
        state = boss.get(path).json()
        if state["state"] != "running":
            break
        time.sleep(0.05)
    assert (state["state"], state["accepted"], state["rejected"]) == ("done", 2, 1), state
    assert "nonsense" in boss.get(path + "/rejected.csv").text
    assert boss.get(leadset + "/imports").json()["total"] == 1
    # A file large enough to be stopped on its way.
    rows = "".join(f"+44207{n:07d};N{n}\n" for n in range(9000000, 9100000))
    answer = boss.call("POST", "/uploads", data=("phone;name\n" + rows).encode(), headers={"Content-Type": "text/csv"})
    answer = boss.post(leadset + "/imports", {"upload_id": answer.json()["upload_id"], "start_row": 1,
                                              "status_for_all": "New", "mapping": {"0": "phone"}})
    assert boss.delete(f"/imports/{answer.json()['id']}").status_code == 204


def agent(ann, boss, campaign):
    assert ann.get("/agent/campaigns").json()["items"][0]["id"] == campaign
    opened = ann.post("/agent/session", {"campaign_id": campaign, "line": "webrtc"})
    assert opened.status_code == 201, opened.text
    session = opened.json()["session"]
    assert session["state"] == "paused"
    assert ann.post("/agent/session", {"campaign_id": campaign}).status_code == 409
    assert ann.post("/agent/session/hangup").status_code == 409
    assert ann.post("/agent/session/status", {"ready": False, "pause_reason": "lunch"}).status_code == 204
    assert boss.post(f"/agent_sessions/{session['session_id']}/pause").status_code == 204
    assert ann.get("/agent/session").json()["session"]["session_id"] == session["session_id"]
    assert ann.delete("/agent/session").status_code == 204
    again = ann.post("/agent/session", {"campaign_id": campaign}).json()["session"]["session_id"]
    assert boss.post(f"/agent_sessions/{again}/sign_out").status_code == 204
