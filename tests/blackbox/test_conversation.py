"""From a lead to a conversation, a recording and a disposition, over real SIP and RTP."""
import io
import os
import struct
import subprocess
import wave

import pytest
from carillon import FINAL, eventually
from centre import Centre
from desk_phone import RATE, share_of

TONE_0001 = 325  # of a sandbox number that ends in 0001: 300 Hz + 25 Hz times its last two digits


def centre_with_a_call(start, bank, phone="+12022340001", database=(), extra=(), **options):
    sandbox = start.sandbox()
    server = start.server(*database).started()
    centre = Centre(server, sandbox.port, bank, **options)
    bank.register_all()
    centre.add_lead(phone, first_name="Ada", last_name="Lovelace")
    for number in extra:
        centre.add_lead(number)
    agent = centre.agents[0]
    centre.switch(True)
    agent.log_in(centre.campaign)
    agent.ready()
    return centre, agent, sandbox


def channels_of(wav):
    with wave.open(io.BytesIO(wav)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (2, 2, RATE)
        samples = struct.unpack(f"<{sound.getnframes() * 2}h", sound.readframes(sound.getnframes()))
    return samples[0::2], samples[1::2]


def purest(samples, hz, window=RATE // 10):
    """The greatest share of a tone in any tenth of a second: a slow machine's late packets spoil some of them."""
    return max(share_of(samples[at:at + window], hz) for at in range(0, len(samples) - window, window // 2))


def test_both_hear_each_other_and_the_recording_has_both(start, bank, database):
    centre, agent, _ = centre_with_a_call(start, bank, database=database)
    session = agent.wait_for("in_call")
    assert session["lead"]["first_name"] == "Ada"
    eventually(lambda: agent.phone.hears(TONE_0001), what="the customer's tone at the agent")

    agent.api.post("/agent/session/hold", on=True)
    agent.wait_for("on_hold")
    eventually(lambda: not agent.phone.hears(TONE_0001, 0.3), what="silence on hold")
    agent.api.post("/agent/session/hold", on=False)
    agent.wait_for("in_call")
    eventually(lambda: agent.phone.hears(TONE_0001), what="the customer's tone after hold")

    agent.api.post("/agent/session/hangup")
    agent.wait_for("wrap_up")
    attempt = session["attempt_id"]
    agent.dispose(attempt, "SALE MADE", notes="two of them")
    row = centre.admin.get(f"/attempts/{attempt}")
    assert (row["outcome"], row["disposition"], row["notes"]) == ("answered", "SALE MADE", "two of them")

    eventually(lambda: centre.admin.get(f"/attempts/{attempt}")["recording_ms"] > 0, what="the recording")
    answer = centre.admin.session.get(f"{centre.admin.url}/api/v1/attempts/{attempt}/recording", timeout=30)
    assert answer.status_code == 200
    left, right = channels_of(answer.content)
    assert purest(left, agent.phone.tone_hz) > 0.9, "the agent is on the left"
    assert purest(right, TONE_0001) > 0.9, "the customer is on the right"
    assert purest(left, TONE_0001) < 0.3 and purest(right, agent.phone.tone_hz) < 0.3, "nobody is on the other's side"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount a small file system")
def test_a_disk_that_fills_during_a_call_is_said_everywhere_and_what_was_recorded_is_kept(start, bank, tmp_path):
    recordings = tmp_path / "data" / "recordings"
    recordings.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(recordings)], check=True)
    try:
        centre, agent, _ = centre_with_a_call(start, bank)
        attempt = agent.wait_for("in_call")["attempt_id"]
        eventually(lambda: os.statvfs(recordings).f_bavail == 0, what="a full disk")
        eventually(lambda: agent.phone.hears(TONE_0001), what="the customer, whom a full disk does not concern")
        agent.api.post("/agent/session/hangup")
        row = eventually(lambda: next((a for a in centre.attempts() if a["recording_ms"] > 0), None), what="the part that was recorded")
        assert 1_000 < row["recording_ms"] < 2_100  # 64 KiB of two channels
        answer = centre.admin.session.get(f"{centre.admin.url}/api/v1/attempts/{attempt}/recording", timeout=30)
        left, right = channels_of(answer.content)
        assert len(right) == row["recording_ms"] * RATE // 1000
        assert purest(right, TONE_0001) > 0.9
        said = [e["detail"] for e in centre.admin.get(f"/attempts/{attempt}/events")["items"] if e["kind"] == "recording"]
        assert "No space left on device. Free space" in said[0]
        health = centre.admin.session.get(f"{centre.server.url}/healthz", timeout=30)
        assert health.status_code == 200 and "Free space" in health.json()["parts"]["recordings"]
        metrics = centre.admin.session.get(f"{centre.server.url}/metrics", timeout=30).text
        assert "carillon_recordings_failed_total 1\n" in metrics
        assert any("error" in line and f"Attempt {attempt}: The recording" in line for line in centre.server.lines)
        assert not list(recordings.glob("*.part"))
    finally:
        subprocess.run(["umount", "-l", str(recordings)], check=True)


def test_the_customer_hears_the_agent(start, bank):
    _, agent, _ = centre_with_a_call(start, bank, phone="+12022340008")  # sends back what it hears
    agent.wait_for("in_call")
    eventually(lambda: agent.phone.hears(agent.phone.tone_hz), what="the agent's own tone, back from the customer")
    agent.api.post("/agent/session/mute", on=True)
    eventually(lambda: not agent.phone.hears(agent.phone.tone_hz, 0.3), what="silence while muted")
    agent.api.post("/agent/session/mute", on=False)
    eventually(lambda: agent.phone.hears(agent.phone.tone_hz), what="the tone after mute")


def test_a_call_that_the_customer_ends_is_gone_at_once(start, bank):
    centre, agent, _ = centre_with_a_call(start, bank, phone="+12022340009")  # hangs up after two seconds
    agent.wait_for("in_call")
    agent.wait_for("wrap_up", seconds=30)
    live = centre.admin.get("/live")
    assert [c for c in live["calls"] if c["state"] != "ended"] == []
    attempt = centre.attempts()[0]
    assert attempt["ended_by"] == "customer"
    assert 1_500 < attempt["ended_at"] - attempt["answered_at"] < 4_000


def test_whoever_waits_in_vain_hears_the_message_of_the_house(start, bank):
    centre, _, _ = centre_with_a_call(start, bank, outbound_multiplier=2.0, cps=100, extra=("+12023340001",), trunk={"cps": 100})
    dropped = eventually(lambda: next((a for a in centre.attempts() if a["outcome"] == "dropped"), None), what="a call for whom no agent was free")
    assert 6_000 < dropped["ended_at"] - dropped["answered_at"] < 40_000, "two seconds of waiting, then the message"
    assert not [line for line in centre.server.lines if "safe_harbour" in line]


def test_each_refusal_has_its_outcome(start, bank):
    centre, agent, _ = centre_with_a_call(start, bank, phone="+12022340002", outbound_multiplier=6.0)
    for ending in ("0004", "0005", "0010", "0011"):
        centre.add_lead(f"+1202234{ending}")
    wanted = {"0002": "busy", "0004": "rejected", "0005": "rejected", "0010": "connection_error", "0011": "no_answer"}
    eventually(lambda: len([a for a in centre.attempts() if a["outcome"] in FINAL]) >= len(wanted), what="all outcomes")
    found = {a["phone"][-4:]: (a["outcome"], a["sip_status"]) for a in centre.attempts()}
    assert {k: v[1] for k, v in found.items()} == {"0002": 486, "0004": 404, "0005": 603, "0010": 503, "0011": 480}
    assert found["0002"][0] == wanted["0002"]
    assert all(outcome in FINAL for outcome, _ in found.values())
    assert agent.state() == "waiting"


def test_the_trunk_signs_in_with_a_password(start, bank):
    sandbox = start.sandbox("--username", "carillon", environment={"CARILLON_SANDBOX_PASSWORD": "trunk-secret"})
    server = start.server().started()
    centre = Centre(server, sandbox.port, bank, trunk={"username": "carillon", "password": "trunk-secret", "transport": "tcp"})
    bank.register_all()
    centre.add_lead("+12022340001")
    centre.switch(True)
    agent = centre.agents[0]
    agent.log_in(centre.campaign)
    agent.ready()
    agent.wait_for("in_call")
    agent.api.post("/agent/session/hangup")
    agent.wait_for("wrap_up")


def test_the_end_of_the_server_ends_calls_and_sessions(start, bank):
    centre, agent, sandbox = centre_with_a_call(start, bank, phone="+12022340014")  # never hangs up
    session = agent.wait_for("in_call")
    assert centre.server.terminate() == 0
    eventually(lambda: not agent.phone.in_call, what="the BYE at the desk phone")
    assert sandbox.terminate() == 0
    assert "answered 1" in sandbox.output()
    again = start.server(ports=centre.server.ports).started()
    centre.admin.url = again.url
    attempt = centre.admin.get(f"/attempts/{session['attempt_id']}")
    assert attempt["outcome"] == "answered"
    assert centre.admin.get("/live")["agents"] == []


def test_a_long_list_arrives_as_a_whole(start, bank):
    server = start.server().started()
    centre = Centre(server, 5060, bank, agents=0)
    phones = [f"+1202{exchange}{line}" for exchange in range(230, 240) for line in range(2100, 2140)]
    done = centre.import_csv("phone,first name,status\n" + "".join(f"{p},Ada,New\n" for p in phones))
    assert (done["state"], done["accepted"]) == ("done", len(phones))
    answer = centre.admin.get(f"/leadsets/{centre.leadset}/leads", limit=1000)
    assert sorted(lead["phone"] for lead in answer["items"]) == sorted(phones)
