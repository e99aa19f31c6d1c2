"""Every operation of openapi.yaml succeeds at least once, and its answer is exactly as described."""
import hashlib
import hmac
import http.server
import json
import threading
import time

import contract

NEEDS_A_LONG_FILE = {"cancelDncImport"}  # src/store/import/dnc_imports_test.cpp
WEBSOCKETS = {"watchEvents", "openAgentLine"}  # test_events.py, tests/blackbox/test_contract_in_calls.py


def test_every_operation(admin, client, person, succeeded):
    nobody = client()
    health = nobody.get("/healthz")
    assert health.status_code == 200
    assert {part for part, state in health.json()["parts"].items() if state == "ok"} == {"http", "database", "core", "telephony", "recordings"}
    assert "carillon_http_requests_total" in nobody.get("/metrics").text

    boss = person("boss", "supervisor")
    assert boss.get("/session").status_code == 200
    system = admin.get("/system").json()
    assert system["database_place"] and {each["purpose"] for each in system["listeners"]} >= {"pages", "trunks", "trunk_audio"}
    assert boss.get("/system").status_code == 403
    assert boss.get("/users", role="agent", sort="-username").status_code == 200

    assert admin.get("/settings").json() == {"recordings_keep_days": 0, "domain": "localhost"}
    assert admin.patch("/settings", {"recordings_keep_days": 90}).json() == {"recordings_keep_days": 90, "domain": "localhost"}
    refused = admin.patch("/settings", {"domain": "two words"})
    assert refused.status_code == 422 and refused.json()["error"]["field"] == "domain"

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
    refused = admin.post(path + "/test_calls", {"number": "+19002345678"})
    assert refused.status_code == 422 and refused.json()["error"]["field"] == "number" and "premium-rate" in refused.text
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

    spoken = boss.post("/speech", {"text": "This is Example. Our number is +1 555 0100."})
    assert spoken.status_code == 200 and spoken.content[:4] == b"RIFF" and len(spoken.content) > 40_000
    assert boss.post("/speech", {"text": ""}).status_code == 422

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
    assert boss.get("/callbacks", sort="-due_at", overdue="true").json() == {"items": [], "total": 0}
    assert ann.get("/callbacks").status_code == 200
    for _ in range(20):  # a stream whose work is freed too early crashes now and then
        assert boss.get("/attempts.csv", campaign_id=campaign["id"]).text.startswith("id,started,ended,phone,")
    assert boss.get("/attempts.csv", outcome="odd").status_code == 422
    assert boss.get("/attempts/999").status_code == 404
    assert boss.get("/live").status_code == 200

    webhooks(admin, boss)
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

    never = {op.id for op in contract.OPERATIONS} - succeeded - contract.NEED_A_CALL - NEEDS_A_LONG_FILE - WEBSOCKETS
    assert not never, f"never seen to succeed: {sorted(never)}"


def leads(boss, leadset):
    lead = boss.made(leadset + "/leads?country=GB", {"phone": "020 7946 0999", "first_name": "Eve", "custom": {"Plan": "B"}})
    assert lead["phone"] == "+442079460999"
    path = f"/leads/{lead['id']}"
    assert boss.get(path).json() == lead
    assert boss.get(path + "/why").json()["dialable"] is False
    assert boss.get(path + "/time_zones").json() == {"time_zones": ["Europe/London"]}
    assert boss.patch(path, {"last_name": "Day"}).json()["last_name"] == "Day"
    assert boss.get(leadset + "/leads", search="Day").json()["total"] == 1
    assert boss.get(leadset + "/stats").json()["total"] == 1
    many_leads(boss, leadset, lead)
    assert boss.delete(path).status_code == 204
    boss.made("/dnc", {"phone": "+442079460998", "reason": "asked"})
    assert "+442079460998," in boss.get("/dnc.csv", system_wide="true").text
    dnc_import(boss)
    assert boss.get("/dnc").json()["total"] == 1
    assert boss.delete("/dnc?phone=%2B442079460998").status_code == 204
    boss.made("/dnc", {"phone": "+442079460996"})
    assert boss.delete("/dnc?all=true").json() == {"removed": 1}
    assert boss.get("/dnc").json()["total"] == 0
    premium = boss.post(leadset + "/leads", {"phone": "+19002345678"})
    assert premium.status_code == 422 and premium.json()["error"]["field"] == "phone" and "premium-rate" in premium.text


def many_leads(boss, leadset, lead):
    """Pages, jobs and Data Recycle."""
    page = boss.get(leadset + "/leads", count="false", sort="-last_name").json()
    assert (page["items"][0]["id"], page["total"]) == (lead["id"], None)
    rest = boss.get(leadset + "/leads", after=page["next"], sort="-last_name").json()
    assert (rest["items"], rest["total"], rest["next"]) == ([], 1, "")
    for query, total in (({"status": "New"}, 1), ({"status": "Old"}, 0), ({"finished": "true"}, 0), ({"where[custom:Plan]": "b"}, 1),
                         ({"where[city]": "x", "search": "eve"}, 0), ({"outcome": "busy", "disposition": "SALE MADE"}, 0)):
        assert boss.get(leadset + "/lead_count", **query).json() == {"total": total}, query
        assert boss.get(leadset + "/leads", **query).json()["total"] == total, query
    for query, field in (({"sort": "city"}, "sort"), ({"after": "?"}, "after"), ({"outcome": "odd"}, "outcome"),
                         ({"finished": "perhaps"}, "finished"), ({"where[odd]": "x"}, "where"), ({"where[city]": ""}, "where")):
        answer = boss.get(leadset + "/leads", **query)
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, field), answer.text
    assert boss.get(leadset + "/lead_values").json() == {"statuses": ["New"], "dispositions": [], "custom_columns": ["Plan"]}

    job = finished_job(boss, boss.post(leadset + "/lead_jobs", {"action": "change", "filter": {"status": "New"}, "set": {"status": "Hot"}}))
    assert (job["state"], job["total"], job["done"]) == ("done", 1, 1)
    job = finished_job(boss, boss.post(leadset + "/lead_jobs", {"action": "change", "lead_ids": [lead["id"]], "set": {"custom": {"Plan": "C"}}}))
    assert job["done"] == 1 and boss.get(f"/leads/{lead['id']}").json()["custom"] == {"Plan": "C"}
    job = finished_job(boss, boss.post(leadset + "/lead_jobs", {"action": "delete", "filter": {"search": "nobody"}}))
    assert (job["total"], job["done"]) == (0, 0)
    assert boss.delete(f"/lead_jobs/{job['id']}").status_code == 409
    assert boss.get(leadset + "/lead_jobs").json()["total"] == 3
    for body, field in (({"action": "delete"}, "lead_ids"), ({"action": "change", "filter": {}}, "set"),
                        ({"action": "change", "filter": {}, "set": {"status": "a", "owner": "b"}}, "set"),
                        ({"action": "change", "filter": {}, "set": {"phone": "+442079460998"}}, "set"),
                        ({"action": "change", "filter": {}, "set": {"priority": 5_000_000}}, "priority"),
                        ({"action": "change", "filter": {"where": {"odd": "x"}}, "set": {"owner": "b"}}, "where"),
                        ({"action": "undo", "filter": {}}, "action")):
        answer = boss.post(leadset + "/lead_jobs", body)
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, field), answer.text

    assert boss.get(leadset + "/activity").json()["agents"] == []
    assert boss.get(leadset + "/recycle").json() == {"items": []}
    assert boss.post(leadset + "/recycle", {"dispositions": ["SALE MADE"]}).json()["error"]["field"] == "dispositions"
    job = finished_job(boss, boss.post(leadset + "/recycle", {"outcomes": ["busy"], "dispositions": ["BUSY"]}))
    assert (job["action"], job["done"], job["can_undo"]) == ("recycle", 0, False)
    job = finished_job(boss, boss.post(f"/lead_jobs/{job['id']}/undo"))
    assert (job["action"], job["done"]) == ("undo", 0)


def finished_job(boss, answer):
    assert answer.status_code == 202, answer.text
    return ended(boss, f"/lead_jobs/{answer.json()['id']}")


def ended(boss, path):
    """The record of background work once it runs no more."""
    for _ in range(1200):
        work = boss.get(path).json()
        if work["state"] != "running":
            return work
        time.sleep(0.05)
    raise AssertionError(f"never ended: {work}")


def uploads_by_url(boss):
    """From a web server beside us; url_download_test.cpp has what is refused."""
    class Files(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/moved":
                self.send_response(302)
                self.send_header("Location", "/people.csv?x=1")
                self.end_headers()
                return
            self.send_response(200)
            self.end_headers()
            self.wfile.write("phone;name\n+442079460001;Ånn\n".encode())

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files) as files:
        threading.Thread(target=files.serve_forever, daemon=True).start()
        answer = boss.post("/uploads/from_url", {"url": f"http://127.0.0.1:{files.server_port}/moved"})
        files.shutdown()
    assert answer.status_code == 201, answer.text
    assert answer.json()["rows"] == [["phone", "name"], ["+442079460001", "Ånn"]]
    for url in ("ftp://example.com/x", "nonsense", "http://user:secret@example.com/", "http://127.0.0.1:1/"):
        answer = boss.post("/uploads/from_url", {"url": url})
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, "url"), answer.text


class Receiver(http.server.ThreadingHTTPServer):
    """Of a webhook: keeps headers and bodies."""
    def __init__(self):
        super().__init__(("127.0.0.1", 0), ReceiverRequest)
        self.got = []
        threading.Thread(target=self.serve_forever, daemon=True).start()


class ReceiverRequest(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.got.append((self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def is_from_carillon(header, body, secret):
    """As docs/WEBHOOKS.md has it."""
    fields = [part.split("=", 1) for part in header.split(",")]
    at = next(value for name, value in fields if name == "t")
    expected = hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
    signed = any(name == "v1" and hmac.compare_digest(expected, value) for name, value in fields)
    return signed and abs(time.time() - int(at)) < 300


def webhooks(admin, boss):
    with Receiver() as receiver:
        url = f"http://127.0.0.1:{receiver.server_port}/hook"
        made = admin.made("/webhooks", {"name": "crm", "url": url, "events": ["lead.changed"]})
        path = f"/webhooks/{made['id']}"
        tested = admin.post(path + "/test").json()
        assert (tested["delivered"], tested["http_status"]) == (True, 204), tested
        leadset = boss.made("/leadsets", {"name": "Told of"})
        boss.made(f"/leadsets/{leadset['id']}/leads", {"phone": "+442079460999"})
        delivered(admin, path)
        (headers, body) = receiver.got[1]
        assert is_from_carillon(headers["Carillon-Signature"], body, made["secret"])
        assert not is_from_carillon(headers["Carillon-Signature"], body + b" ", made["secret"])
        event = json.loads(body)
        contract.check_schema("Lead", event["data"]["lead"])
        assert (event["event"], event["sequence"], event["attempt"]) == ("lead.changed", 1, 1)
        again = admin.post(f"{path}/deliveries/{event['id']}/retry")
        assert again.status_code == 202 and again.json()["state"] == "waiting"
        delivered(admin, path)
        (headers, body) = receiver.got[2]
        assert (json.loads(body)["id"], json.loads(body)["attempt"]) == (event["id"], 2)
        renewed = admin.post(path + "/secret").json()
        assert admin.post(path + "/test").json()["delivered"]
        (headers, body) = receiver.got[3]
        for secret in (renewed["secret"], made["secret"]):
            assert is_from_carillon(headers["Carillon-Signature"], body, secret)
        assert not is_from_carillon(headers["Carillon-Signature"], body, "another")
        receiver.shutdown()
    assert boss.get("/webhooks").status_code == 403
    # Whoever cannot prove who he is gets nothing: this server's own certificate is self-made.
    assert admin.patch(path, {"url": admin.server.url, "active": False}).json()["state"] == "off"
    refused = admin.post(path + "/test").json()
    assert not refused["delivered"] and "prove who it is" in refused["sentence"], refused
    assert admin.get(path).json()["url"] == admin.server.url
    assert admin.get("/webhooks").json()["total"] == 1
    page = admin.get(path + "/deliveries", limit=1).json()
    assert page["next"] == page["items"][0]["id"]
    assert admin.get(path + "/deliveries", before=page["next"]).json() == {"items": [], "next": None}
    assert admin.delete(path).status_code == 204
    assert boss.delete(f"/leadsets/{leadset['id']}").status_code == 204


def delivered(admin, path):
    for _ in range(600):
        if admin.get(path).json()["waiting"] == 0:
            return
        time.sleep(0.05)
    raise AssertionError(f"still waiting: {admin.get(path).text}")


def dnc_import(boss):
    answer = boss.call("POST", "/uploads?name=dnc.csv", data=b"+442079460997\nnonsense\n", headers={"Content-Type": "text/csv"})
    answer = boss.post("/dnc/imports", {"upload_id": answer.json()["upload_id"]})
    assert answer.status_code == 202, answer.text
    path = f"/dnc/imports/{answer.json()['id']}"
    state = ended(boss, path)
    assert (state["state"], state["accepted"], state["rejected"]) == ("done", 1, 1), state
    assert "nonsense" in boss.get(path + "/rejected.csv").text
    assert boss.get("/dnc/imports").json()["total"] == 1
    assert boss.delete(path).status_code == 409
    assert boss.delete("/dnc?phone=%2B442079460997").status_code == 204


def imports(boss, leadset):
    uploads_by_url(boss)
    csv = "phone;name\n+442079460001;Ann\n+442079460002;Bob\nnonsense;Cy\n"
    answer = boss.call("POST", "/uploads?name=people.csv", data=csv.encode(), headers={"Content-Type": "text/csv"})
    assert answer.status_code == 201, answer.text
    upload = answer.json()
    assert upload["delimiter"] == ";" and upload["guessed_mapping"]["0"] == "phone"
    answer = boss.post(leadset + "/imports", {"upload_id": upload["upload_id"], "start_row": 1, "status_for_all": "New",
                                              "mapping": {"0": "phone", "1": "first_name"}})
    assert answer.status_code == 202, answer.text
    path = f"/imports/{answer.json()['id']}"
    state = ended(boss, path)
    assert (state["state"], state["accepted"], state["rejected"]) == ("done", 2, 1), state
    assert "nonsense" in boss.get(path + "/rejected.csv").text
    assert boss.get(leadset + "/imports").json()["total"] == 1
    # Enough leads that a change to all of them can be stopped on its way.
    rows = "".join(f"+44207{n:07d}\n" for n in range(8000000, 8030000))
    answer = boss.call("POST", "/uploads", data=rows.encode(), headers={"Content-Type": "text/csv"})
    answer = boss.post(leadset + "/imports", {"upload_id": answer.json()["upload_id"], "status_for_all": "New", "mapping": {"0": "phone"}})
    ended(boss, f"/imports/{answer.json()['id']}")
    answer = boss.post(leadset + "/lead_jobs", {"action": "delete", "filter": {"search": "+442078"}})
    assert answer.json()["total"] == 30_000
    assert boss.delete(f"/lead_jobs/{answer.json()['id']}").status_code == 204
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
    assert ann.get("/agent/colleagues").json() == {"items": [], "total": 0}
    assert ann.post("/agent/session/echo_test", {"on": True}).status_code == 409  # no browser, no line
    assert ann.post("/agent/session/echo_test", {"on": False}).status_code == 204
    for refused in ("park", "retrieve", "transfer", "consult", "consult/step"):
        body = {"retrieve": {"attempt_id": 1}, "transfer": {"manager": True}, "consult": {"number": "+493012345678"},
                "consult/step": {"step": "back"}}.get(refused)
        assert ann.post("/agent/session/" + refused, body).status_code == 409, refused
    for bad in ({}, {"manager": True, "number": "+493012345678"}, {"number": "030"}, {"number": "+4990012345678"}):
        assert ann.post("/agent/session/transfer", bad).status_code in (400, 422), bad
    assert ann.post("/agent/session/status", {"ready": False, "pause_reason": "lunch"}).status_code == 204
    assert boss.post(f"/agent_sessions/{session['session_id']}/pause").status_code == 204
    assert ann.get("/agent/session").json()["session"]["session_id"] == session["session_id"]
    assert ann.post("/agent/session/preview/next").status_code == 409  # no preview campaign
    assert ann.post("/agent/session/notes", {"attempt_id": 1, "notes": "x", "tags": []}).status_code == 409  # not her call
    assert ann.get("/agent/day?from=1").json() == {"calls": 0, "talk_ms": 0, "dispositions": []}
    assert ann.delete("/agent/session").status_code == 204
    again = ann.post("/agent/session", {"campaign_id": campaign}).json()["session"]["session_id"]
    assert boss.post(f"/agent_sessions/{again}/sign_out").status_code == 204
