"""kill -9 at random moments while dialing: nobody is called twice, nothing acknowledged is lost (PRODUCT.md, rules 1, 2, 5).

CARILLON_CRASH_ROUNDS: how many kills (default 10). CARILLON_CRASH_SEED: replays the moments.
"""
import collections
import os
import random
import threading
import time

import requests
from carillon import FINAL, Carillon, Refused, eventually
from centre import Centre

ROUNDS = int(os.environ.get("CARILLON_CRASH_ROUNDS", "10"))
SEED = int(os.environ.get("CARILLON_CRASH_SEED", str(random.randrange(1_000_000))))
AREA_CODES = [202, 212, 215, 216, 303, 305, 312, 313, 314, 404, 412, 414, 415, 503, 504, 512, 602, 612, 615, 617, 702, 713]
RULES = """
* answer after=150ms talk=600ms voice=silence
1 busy after=100ms
2 no_answer
3 not_found
"""
GONE = (requests.RequestException, OSError, AssertionError)


def numbers():
    """Valid numbers, each once."""
    for exchange in range(230, 990):
        for area in AREA_CODES:
            for line in range(2100, 2110):
                yield f"+1{area}{exchange}{line}"


class Work:
    """What the people did and what was acknowledged to them, over all rounds."""

    def __init__(self, centre):
        self.centre = centre
        self.numbers = numbers()
        self.dispositions = {}       # attempt -> disposition that was acknowledged
        self.imported = set()        # phones of imports that ended well
        self.unsure_imports = 0
        self.stop = threading.Event()

    def agent(self, agent):
        """Logs in, takes calls, sets dispositions until the server is gone."""
        try:
            agent.log_in(self.centre.campaign)
            agent.ready()
            while not self.stop.is_set():
                session = agent.view()["session"]
                if session and session["state"] == "wrap_up":
                    disposition = random.choice(["NOT INTERESTED", "SALE MADE", "WRONG DETAILS"])
                    agent.dispose(session["attempt_id"], disposition)
                    self.dispositions[session["attempt_id"]] = disposition
                elif session and session["state"] == "paused":
                    agent.ready()
                time.sleep(0.05)
        except (*GONE, Refused, TypeError, KeyError):
            pass

    def importer(self):
        """Imports small files until the server is gone."""
        try:
            while not self.stop.is_set():
                phones = [next(self.numbers) for _ in range(40)]
                done = self.centre.import_csv("phone,status\n" + "".join(f"{p},New\n" for p in phones))
                if done["state"] == "done" and done["accepted"] == len(phones):
                    self.imported.update(phones)
                time.sleep(0.3)
        except (*GONE, Refused):
            self.unsure_imports += 1


def check_after_restart(work, ledger):
    centre = work.centre
    attempts = centre.attempts()
    open_ones = [(a["id"], a["outcome"]) for a in attempts if a["outcome"] not in FINAL]
    assert open_ones == [], "attempts without an outcome"
    rows = {a["id"]: a for a in attempts}
    lost = {i: d for i, d in work.dispositions.items() if rows.get(i, {}).get("disposition") != d}
    assert lost == {}, "acknowledged dispositions that are gone"

    calls = collections.defaultdict(set)
    for line in ledger.read_text().splitlines():
        _, number, call_id = line.split(" ", 2)
        calls["+" + number.lstrip("+")].add(call_id)
    assert {n: ids for n, ids in calls.items() if len(ids) > 1} == {}, "numbers that were called twice"
    tried = collections.Counter(a["phone"] for a in attempts)
    assert {p: n for p, n in tried.items() if n > 1} == {}, "leads with two attempts"
    assert {n for n in calls if tried[n] == 0} == set(), "calls without an attempt on disk"

    folder = centre.server.data / "recordings"
    assert list(folder.glob("*.part")) == [], "recordings that were not completed"
    named = set()

    def all_are_named():
        named.update(a["recording"] for a in centre.attempts() if a["recording"])
        return {file.name for file in folder.iterdir()} <= named
    eventually(all_are_named, what="a call log that knows every recording")

    leads = {lead["phone"] for lead in centre.admin.all(f"/leadsets/{centre.leadset}/leads")}
    assert work.imported - leads == set(), "imported rows that are gone"
    assert centre.admin.get("/live")["agents"] == []
    return len(calls), len(work.dispositions), len(work.imported)


def test_nothing_is_lost_and_nobody_is_called_twice(start, bank, database, tmp_path):
    print(f"seed {SEED}, {ROUNDS} rounds")
    moments = random.Random(SEED)
    ledger, rules = tmp_path / "ledger", tmp_path / "rules"
    rules.write_text(RULES)
    sandbox = start.sandbox("--rules", str(rules), "--ledger", str(ledger))
    server = start.server(*database, log_level="warn").started()
    centre = Centre(server, sandbox.port, bank, agents=3, outbound_multiplier=4.0, cps=50, channels=50, retry_rules=[],
                    trunk={"cps": 50})
    work = Work(centre)
    first = [next(work.numbers) for _ in range(200)]
    done = centre.import_csv("phone,status\n" + "".join(f"{p},New\n" for p in first))
    assert done["accepted"] == len(first), done
    work.imported.update(first)
    centre.switch(True)

    summary = ()
    for turn in range(ROUNDS):
        bank.register_all()
        work.stop.clear()
        threads = [threading.Thread(target=work.agent, args=(a,)) for a in centre.agents]
        threads.append(threading.Thread(target=work.importer))
        for thread in threads:
            thread.start()
        before = sum(1 for _ in ledger.open()) if ledger.exists() else 0
        eventually(lambda: ledger.exists() and sum(1 for _ in ledger.open()) > before, what=f"a call in round {turn}")
        time.sleep(moments.uniform(0.0, 2.5))
        server.kill()
        work.stop.set()
        for thread in threads:
            thread.join()
        server = start(Carillon, tmp_path / "data", *database, ports=server.ports, log_level="warn").started()
        summary = check_after_restart(work, ledger)
    calls, dispositions, imported = summary
    print(f"{ROUNDS} kills: {calls} numbers called, {dispositions} dispositions and {imported} imported rows acknowledged")
    assert calls >= 2 * ROUNDS
    assert dispositions > 0 and imported > len(first)
