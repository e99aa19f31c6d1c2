"""A carrier that refuses: the next trunk takes the call, or the trunk rests and the leads stay open. SIPp is the carrier."""
import subprocess

import pytest
from carillon import FINAL, ROOT, eventually, free_ports
from centre import Centre


@pytest.fixture
def sipp():
    """Starts SIPp with a scenario on a free port, which it returns."""
    running = []

    def begin(scenario):
        port, media = free_ports(2)
        running.append(subprocess.Popen(
            ["sipp", "-sf", str(ROOT / f"tests/sipp/{scenario}.xml"), "-i", "127.0.0.1", "-p", str(port), "-mp", str(media & ~1), "-nostdin"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        eventually(lambda: is_open(port), what="SIPp's port")
        return port

    def is_open(port):
        with open("/proc/net/udp", encoding="ascii") as sockets:
            return any(line.split()[1].endswith(f":{port:04X}") for line in sockets.readlines()[1:])
    yield begin
    for one in running:
        one.kill()
        one.wait()


def begin_dialing(centre):
    agent = centre.agents[0]
    centre.bank.register_all()
    centre.switch(True)
    agent.log_in(centre.campaign)
    agent.ready()
    return agent


def test_a_call_that_one_trunk_refuses_goes_over_the_next(start, bank, sipp):
    refusing, sandbox = sipp("forbidden"), start.sandbox()
    centre = Centre(start.server().started(), refusing, bank, trunk={"options_ping": False})
    second = centre.admin.post("/trunks", name="Second", host="127.0.0.1", port=sandbox.port)["id"]
    centre.admin.patch(f"/campaigns/{centre.campaign}", trunk_ids=[centre.trunk, second])
    eventually(lambda: all(t["up"] for t in centre.admin.get("/live")["trunks"]), what="both trunks up")
    centre.add_lead("+12022340014")  # never hangs up
    agent = begin_dialing(centre)
    agent.wait_for("in_call")
    assert len(centre.attempts()) == 1, "the same attempt went on over the next trunk"
    assert centre.attempts()[0]["trunk_id"] == second
    agent.api.post("/agent/session/hangup")
    agent.wait_for("wrap_up")
    eventually(lambda: centre.attempts()[0]["outcome"] == "answered", what="the end of the attempt")


def test_a_trunk_that_refuses_everybody_rests_and_says_why(start, bank, sipp):
    centre = Centre(start.server().started(), sipp("forbidden"), bank, trunk={"options_ping": False, "cps": 50}, cps=50)
    for n in range(20):
        centre.add_lead(f"+120223421{n:02d}")
    begin_dialing(centre)
    live = eventually(lambda: next((c for c in centre.admin.get("/live")["campaigns"] if "403" in c["idle_reason"]), None),
                      what="the reason why nothing is dialed")
    assert "ask it whether this server's address is allowed" in live["idle_reason"]
    eventually(lambda: any("403" in t["reason"] for t in centre.admin.get("/live")["trunks"] if t["trunk_id"] == centre.trunk),
               what="the reason at the trunk")
    attempts = eventually(lambda: (lambda all: all if {a["outcome"] for a in all} <= FINAL else None)(centre.attempts()),
                          what="the ends of the attempts")
    assert sorted(a["outcome"] for a in attempts) == ["connection_error"] * 4 + ["rejected"]
    leads = [each for each in centre.admin.all(f"/leadsets/{centre.leadset}/leads") if each["called_count"]]
    assert len(leads) == 5
    assert sum(each["finished"] for each in leads) == 1, "only the first might have been the number's own fault"
