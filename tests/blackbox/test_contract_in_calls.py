"""What happens during calls is as openapi.yaml and events.yaml say: each operation, each event, the agent's line."""
import asyncio
import json
import ssl
import threading
import time

import contract
import websockets
from carillon import eventually
from centre import Centre

OFFER = """v=0
o=- 1 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
m=audio 9 UDP/TLS/RTP/SAVPF 0 8 126
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuvwx
a=fingerprint:sha-256 {}
a=setup:actpass
a=mid:0
a=sendrecv
a=rtcp-mux
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:126 telephone-event/8000
""".format(":".join(["AB"] * 32)).replace("\n", "\r\n")


def connect(api, path):
    insecure = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    insecure.check_hostname, insecure.verify_mode = False, ssl.CERT_NONE
    cookie = "; ".join(f"{c.name}={c.value}" for c in api.session.cookies)
    return websockets.connect(f"{api.url.replace('https', 'wss')}/api/v1{path}", ssl=insecure, origin=api.url,
                              extra_headers={"Cookie": cookie})


class Watcher(threading.Thread):
    """Reads a person's event stream, and checks every message."""

    def __init__(self, api):
        super().__init__(daemon=True)
        self.api, self.seen, self.fault = api, set(), None
        self.done = threading.Event()
        self.start()
        eventually(lambda: self.seen or self.fault, what="the stream's first message")

    def run(self):
        try:
            asyncio.run(self._read())
        except Exception as fault:  # noqa: BLE001: told in stop()
            self.fault = fault

    async def _read(self):
        async with connect(self.api, "/events") as socket:
            while not self.done.is_set():
                try:
                    frame = await asyncio.wait_for(socket.recv(), 0.2)
                except asyncio.TimeoutError:
                    continue
                for message in json.loads(frame):
                    contract.check_message(message)
                    self.seen.add((message["type"], message.get("data", {}).get("state")))

    def stop(self):
        self.done.set()
        self.join(10)
        if self.fault:
            raise self.fault
        return self.seen


def test_calls_are_as_the_contract_says(start, bank, succeeded):
    sandbox = start.sandbox()
    server = start.server().started()
    centre = Centre(server, sandbox.port, bank, agents=2)
    bank.register_all()
    admin, (ann, bob) = centre.admin, centre.agents
    supervisor, own = Watcher(admin), Watcher(ann.api)
    centre.add_lead("+12022340001", first_name="Ada")
    centre.switch(True)
    for agent in (ann, bob):
        agent.log_in(centre.campaign)
    ann.ready()
    attempt = ann.wait_for("in_call")["attempt_id"]
    bob.ready()
    live = admin.get("/live")
    assert [call["attempt_id"] for call in live["calls"]] == [attempt] and live["agents"]

    for action, body in (("hold", {"on": True}), ("hold", {"on": False}), ("mute", {"on": True}), ("mute", {"on": False}),
                         ("digits", {"digits": "12#"}), ("consult", {"agent_id": centre.user_id(bob.username)})):
        ann.api.post(f"/agent/session/{action}", **body)
    for step in ("conference", "back"):
        ann.api.post("/agent/session/consult/step", step=step)
    ann.api.post("/agent/session/notes", attempt_id=attempt, notes="wants two", tags=["warm"])
    ann.api.post("/agent/session/park")
    eventually(lambda: ann.view()["parked"], what="the parked call in the agent's view")
    ann.wait_for("waiting", "paused", "wrap_up")
    ann.api.post("/agent/session/retrieve", attempt_id=attempt)
    ann.wait_for("in_call")
    assert ann.api.get(f"/attempts/{attempt}")["notes"] == "wants two"
    bob.wait_for("waiting")
    ann.api.post("/agent/session/transfer", agent_id=centre.user_id(bob.username))
    bob.wait_for("in_call")
    bob.api.post("/agent/session/hangup")
    bob.wait_for("wrap_up")
    tomorrow = int(time.time() * 1000) + 86_400_000
    bob.dispose(attempt, "CALL BACK", callback_at=tomorrow, callback_for_me=True, then_pause=True)
    callback, = bob.api.get("/callbacks")["items"]
    assert callback["due_at"] == tomorrow and callback["attempt_id"] == attempt and callback["promised_by"] == callback["agent_id"]
    path = f"/callbacks/{callback['lead_id']}"
    assert admin.get(path) == callback
    assert admin.patch(path, due_at=tomorrow + 1, agent_id=None)["agent_id"] is None
    admin.delete(path)
    assert admin.get("/callbacks")["total"] == 0
    bob.dispose(attempt, "SALE MADE", then_pause=True)
    bob.ready()
    centre.add_lead("+12022340014")
    second = bob.wait_for("in_call")["attempt_id"]
    admin.post(f"/live/calls/{second}/end")
    bob.wait_for("wrap_up")
    bob.dispose(second, then_pause=True)
    assert admin.get(f"/attempts/{attempt}")["disposition"] == "SALE MADE"
    kinds = {event["kind"] for event in admin.get(f"/attempts/{attempt}/events")["items"]}
    assert {"hold", "consult", "conference", "park", "retrieve", "transfer"} <= kinds
    eventually(lambda: admin.get(f"/attempts/{attempt}")["recording_ms"] > 0, what="the recording")
    assert admin.get(f"/attempts/{attempt}/recording").content[:4] == b"RIFF"

    centre.switch(False)
    admin.patch(f"/campaigns/{centre.campaign}", type="preview", active=True)
    centre.add_lead("+12022340008")
    bob.ready()
    bob.wait_for("preview")
    bob.api.post("/agent/session/preview", dial=False, skip_reason="knows him")
    bob.wait_for("waiting")
    bob.api.post("/agent/session/preview/next")

    asyncio.run(agent_line(centre))
    never = contract.NEED_A_CALL - succeeded
    assert not never, f"never seen to succeed: {sorted(never)}"
    seen = supervisor.stop()
    assert {"call", "trunk", "agent", "campaign", "figures", "lead_stats"} <= {kind for kind, _ in seen}
    assert {("call", state) for state in ("ringing", "connected", "on_hold", "parked", "ended")} <= seen
    assert {"agent", "call"} <= {kind for kind, _ in own.stop()}


async def agent_line(centre):
    """A browser's offer is answered, and what is none is told in words."""
    centre.admin.post("/agent/session", campaign_id=centre.campaign, line="webrtc")
    async with connect(centre.admin, "/agent/line") as socket:
        for said, kind in (("rubbish", "error"), (json.dumps({"type": "offer", "connection": "contract1", "sdp": "v=0"}), "error"),
                           (json.dumps({"type": "offer", "connection": "contract2", "sdp": OFFER}), "answer")):
            await socket.send(said)
            message = json.loads(await asyncio.wait_for(socket.recv(), 30))
            contract.check_message(message)
            assert message["type"] == kind, message
    centre.admin.delete("/agent/session")
