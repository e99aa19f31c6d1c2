"""`make run`'s way in: the server with sample data and the sandbox carrier, by the sign-ins that it prints."""
import re

from carillon import Api, eventually
from centre import PHONE_PASSWORD, Agent


def sign_ins(text):
    return dict(re.findall(r"^ *([a-z0-9.]+) +(\S+) +(?:everything|dashboard|agent console)", text, re.MULTILINE))


def test_the_demo_is_a_contact_centre_at_work(start, bank):
    server = start.server("--demo").started()
    server.wait_for("These are also in")
    people = sign_ins(server.output())
    file = server.data / "sign-ins.txt"
    assert people == sign_ins(file.read_text()) and file.stat().st_mode & 0o077 == 0
    agents = sorted(set(people) - {"admin", "supervisor"})
    assert len(agents) == 3

    admin = Api(server).sign_in("admin", people["admin"])
    boss = Api(server).sign_in("supervisor", people["supervisor"])
    campaign = boss.all("/campaigns")[0]
    assert boss.get(f"/campaigns/{campaign['id']}/stats")["total"] == 1000
    assert len(campaign["agent_ids"]) == 3
    eventually(lambda: [trunk["up"] for trunk in boss.get("/live")["trunks"]] == [True], what="the sandbox's trunk")

    # An agent takes a call; the phone on the desk is in place of the browser's sound.
    user = next(u for u in boss.all("/users") if u["username"] == agents[0])
    admin.patch(f"/users/{user['id']}", line="desk_phone", sip_username="demo", sip_password=PHONE_PASSWORD)
    phone = bank.add("demo", PHONE_PASSWORD, server.phone_port, 700)
    bank.register_all()
    boss.patch(f"/campaigns/{campaign['id']}", active=True, window_from_min=0, window_to_min=1440, outbound_multiplier=5)
    agent = Agent(agents[0], Api(server).sign_in(agents[0], people[agents[0]]), phone)
    agent.log_in(campaign["id"])
    agent.ready()
    session = agent.wait_for("in_call", seconds=120)
    assert session["lead"]["first_name"] and session["lead"]["last_name"]
    eventually(lambda: phone.loudest() > 1000, what="the customer's voice")
    agent.api.post("/agent/session/hangup")
    agent.wait_for("wrap_up")
    agent.dispose(session["attempt_id"], then_pause=True)
    assert server.terminate() == 0

    again = start.server("--demo").started()
    again.wait_for("The sign-ins of the demo are in")
    boss = Api(again).sign_in("supervisor", people["supervisor"])
    assert boss.get(f"/attempts/{session['attempt_id']}")["disposition"] == "NOT INTERESTED"
    eventually(lambda: [trunk["up"] for trunk in boss.get("/live")["trunks"]] == [True], what="the trunk to the new sandbox")
