"""Everybody does everything at once, at random: agents, supervisors and the carrier's customers (PRODUCT.md, "Rules that must always hold").

CARILLON_BUSY_SECONDS: how long (default 40). CARILLON_BUSY_SEED: the same people make the same choices again.
"""
import collections
import os
import random
import threading
import time

from carillon import FINAL, Refused, eventually
from centre import Centre

SECONDS = int(os.environ.get("CARILLON_BUSY_SECONDS", "40"))
SEED = int(os.environ.get("CARILLON_BUSY_SEED", str(random.randrange(1_000_000))))
RULES = """
* answer after=100ms talk=3s voice=silence
0 busy after=100ms
1 no_answer
2 answer after=300ms talk=200ms voice=silence
3 answer after=50ms talk=30s voice=silence
4 reject after=50ms
5 status=503
6 answer after=1s talk=1s voice=silence early_media=yes
"""
TALKING = ("in_call", "on_hold")
# What may be refused to people who act at random; anything else is a fault of ours.
OBJECTIONS = {403, 404, 409, 422}


def numbers():
    """Valid numbers, each once, of every kind of customer."""
    for exchange in range(230, 990):
        for line in range(2100, 2200):
            yield f"+1212{exchange}{line}"


class House:
    def __init__(self, centre):
        self.centre = centre
        self.ids = [centre.user_id(agent.username) for agent in centre.agents]
        self.stop = threading.Event()
        self.dispositions = {}  # attempt -> what was acknowledged last
        self.done = collections.Counter()
        self.faults = []
        self.lock = threading.Lock()

    def attempt(self, what, work):
        """One action; a refusal with a sentence is an answer, too."""
        try:
            work()
            result = what
        except Refused as refused:
            result = f"{what} refused"
            if refused.status not in OBJECTIONS or not refused.error.get("message"):
                self.faults.append(f"{what}: {refused}")
        with self.lock:
            self.done[result] += 1
        return result == what

    def agent(self, agent, choice):
        while not self.stop.is_set():
            try:
                self.one_step(agent, choice)
            except Exception as error:  # told by the test, not by a dying thread
                self.faults.append(f"{agent.username}: {error!r}")
                return
            self.stop.wait(choice.uniform(0.02, 0.3))

    def one_step(self, agent, choice):
        view = agent.view()
        session = view["session"]
        if session is None:
            return self.attempt("log in", lambda: agent.log_in(self.centre.campaign))
        state, api = session["state"], agent.api
        if state == "wrap_up" or (session["owed"] and choice.random() < 0.3):
            return self.dispose(agent, session, choice)
        if state in TALKING:
            return self.in_call(agent, session, choice)
        if state == "paused":
            if view["parked"] and choice.random() < 0.5:
                call = choice.choice(view["parked"])["attempt_id"]
                return self.attempt("retrieve", lambda: api.post("/agent/session/retrieve", attempt_id=call))
            return self.attempt("ready", agent.ready)
        if choice.random() < 0.03:
            return self.attempt("pause", lambda: api.post("/agent/session/status", ready=False, pause_reason="Lunch"))
        if choice.random() < 0.01:
            return self.attempt("log out", lambda: (api.delete("/agent/session"), agent.presence.close()))
        return None

    def dispose(self, agent, session, choice):
        attempt = session["attempt_id"] if session["state"] == "wrap_up" else session["owed"]["attempt_id"]
        disposition = choice.choice(["NOT INTERESTED", "SALE MADE", "CALL BACK", "WRONG DETAILS"])
        more = {}
        if disposition == "CALL BACK":
            more = {"callback_at": int((time.time() + choice.uniform(1, 20)) * 1000), "callback_for_me": choice.random() < 0.5}
        if self.attempt(disposition, lambda: agent.dispose(attempt, disposition, notes=f"by {agent.username}", **more)):
            with self.lock:
                self.dispositions[attempt] = disposition

    def in_call(self, agent, session, choice):
        api, third = agent.api, session["third"]
        if third:
            step = choice.choice(["back", "conference", "complete"])
            return self.attempt(step, lambda: api.post("/agent/session/consult/step", step=step))
        where = choice.choice([{"agent_id": choice.choice(self.ids)}, {"number": f"+1312555{choice.randrange(2100, 2200)}"}])
        actions = {
            "hold": lambda: api.post("/agent/session/hold", on=session["state"] == "in_call"),
            "mute": lambda: api.post("/agent/session/mute", on=not session["muted"]),
            "digits": lambda: api.post("/agent/session/digits", digits="12#"),
            "notes": lambda: api.post("/agent/session/notes", attempt_id=session["attempt_id"], notes="so far", tags=[]),
            "park": lambda: api.post("/agent/session/park"),
            "transfer": lambda: api.post("/agent/session/transfer", **where),
            "consult": lambda: api.post("/agent/session/consult", **where),
            "hang up": lambda: api.post("/agent/session/hangup"),
        }
        what = choice.choice(list(actions))
        return self.attempt(what, actions[what])

    def supervisor(self, choice):
        admin, campaign = self.centre.admin, f"/campaigns/{self.centre.campaign}"
        while not self.stop.wait(choice.uniform(0.3, 1.5)):
            live = admin.get("/live")
            agents, calls = live["agents"], live["calls"]
            session = choice.choice(agents)["session_id"] if agents else 0
            attempt = choice.choice(calls)["attempt_id"] if calls else 0
            actions = {
                "end a call": lambda: admin.post(f"/live/calls/{attempt}/end"),
                "force pause": lambda: admin.post(f"/agent_sessions/{session}/pause"),
                "sign out": lambda: admin.post(f"/agent_sessions/{session}/sign_out"),
                "pace": lambda: admin.patch(campaign, outbound_multiplier=choice.choice([1, 1.5, 3])),
                "off and on": lambda: (self.centre.switch(False), self.centre.switch(True)),
                "leadset off and on": lambda: [admin.patch(f"/leadsets/{self.centre.leadset}", active=on) for on in (False, True)],
                "trunk": lambda: admin.patch(f"/trunks/{self.centre.trunk}", channels=choice.choice([3, 20])),
            }
            what = choice.choices(list(actions), [3, 3, 1, 3, 1, 1, 1])[0]
            try:
                self.attempt(what, actions[what])
            except Exception as error:
                self.faults.append(f"{what}: {error!r}")


def overlapping(attempts):
    """Pairs of attempts at the same lead that were under way at the same time."""
    by_lead = collections.defaultdict(list)
    for attempt in attempts:
        by_lead[attempt["lead_id"]].append(attempt)
    pairs = []
    for rows in by_lead.values():
        rows.sort(key=lambda row: row["started_at"])
        pairs += [(a["id"], b["id"]) for a, b in zip(rows, rows[1:]) if b["started_at"] < a["ended_at"]]
    return pairs


def test_whatever_people_do_the_rules_hold(start, bank, database, tmp_path):
    print(f"seed {SEED}, {SECONDS} s")
    rules = tmp_path / "rules"
    rules.write_text(RULES)
    sandbox = start.sandbox("--rules", str(rules))
    server = start.server(*database).started()
    centre = Centre(server, sandbox.port, bank, agents=6, outbound_multiplier=2.0, cps=20, channels=50, wrap_up_limit_ms=5_000,
                    ring_timeout_ms=15_000, retry_rules=[{"outcome": "busy", "after_s": 60}], trunk={"cps": 50})
    bank.register_all()
    supply = numbers()
    done = centre.import_csv("phone,status\n" + "".join(f"{next(supply)},New\n" for _ in range(3_000)))
    assert done["accepted"] == 3_000, done
    centre.switch(True)

    house = House(centre)
    people = [threading.Thread(target=house.agent, args=(agent, random.Random(f"{SEED} {agent.username}"))) for agent in centre.agents]
    people.append(threading.Thread(target=house.supervisor, args=(random.Random(SEED),)))
    for person in people:
        person.start()
    time.sleep(SECONDS)
    house.stop.set()
    for person in people:
        person.join()
    print(dict(sorted(house.done.items())))
    assert house.faults == []

    # The house closes: nothing is left of anybody.
    centre.switch(False)
    for session in centre.admin.get("/live")["agents"]:
        centre.admin.post(f"/agent_sessions/{session['session_id']}/sign_out")
    eventually(lambda: centre.admin.get("/live")["agents"] == [], what="a house without agents")

    def quiet():
        live = centre.admin.get("/live")
        return live["calls"] == [] and live["figures"]["active_calls"] == 0 and [t["calls"] for t in live["trunks"]] == [0]
    eventually(quiet, seconds=120, what="the end of every call")
    eventually(lambda: all(not phone.in_call for phone in bank.phones), what="desk phones that are free")

    attempts = centre.attempts()
    assert [(a["id"], a["outcome"]) for a in attempts if a["outcome"] not in FINAL] == [], "attempts without an outcome"
    assert overlapping(attempts) == [], "leads that were dialed by two calls at once"
    rows = {a["id"]: a for a in attempts}
    assert {i: d for i, d in house.dispositions.items() if rows[i]["disposition"] != d} == {}, "acknowledged dispositions that are gone"
    assert {a["id"] for a in attempts if a["outcome"] == "answered"} >= set(house.dispositions), "dispositions of calls without an agent"
    errors = [line for line in server.lines if " error " in line or " critical " in line]
    assert errors == []
    reserved = centre.admin.get(f"/campaigns/{centre.campaign}/stats")["not_dialable"].get("reserved", 0)
    assert reserved == 0, "leads that nobody gives back"
    assert house.done["SALE MADE"] > 0 and house.done["hang up"] > 0, "a house that was not busy"
