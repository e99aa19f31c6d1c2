"""A contact centre for a test: administrator, trunk to the sandbox, campaign, leads, agents with desk phones."""
from carillon import PASSWORD, Api, Presence, eventually

PHONE_PASSWORD = "a-phone-password"


class Agent:
    """An agent with a browser (without sound) and a desk phone."""

    def __init__(self, username, api, phone):
        self.username, self.api, self.phone = username, api, phone
        self.presence = None

    def log_in(self, campaign):
        self.api.post("/agent/session", campaign_id=campaign, line="desk_phone")
        self.presence = Presence(self.api)
        eventually(lambda: self.view()["session"]["line_up"], what=f"the line of {self.username}")

    def view(self):
        return self.api.get("/agent/session")

    def state(self):
        session = self.view()["session"]
        return session["state"] if session else "gone"

    def ready(self):
        self.api.post("/agent/session/status", ready=True)

    def wait_for(self, *states, seconds=60):
        return eventually(lambda: self.state() in states and self.view()["session"], seconds, what=f"{self.username} in {states}")

    def dispose(self, attempt, disposition="NOT INTERESTED", **more):
        self.api.post("/agent/session/disposition", attempt_id=attempt, disposition=disposition, notes=more.pop("notes", ""), **more)


class Centre:
    def __init__(self, server, sandbox_port, bank, agents=1, trunk=None, **campaign):
        self.server, self.bank = server, bank
        self.admin = Api(server).set_up()
        self.trunk = self.admin.post("/trunks", name="Sandbox", host="127.0.0.1", port=sandbox_port, **(trunk or {}))["id"]
        self.agents = [self._hire(f"agent{i + 1}", 700 + 200 * i) for i in range(agents)]
        self.campaign = self.admin.post("/campaigns", **{
            "name": "Test", "type": "auto", "source_statuses": ["New"], "trunk_ids": [self.trunk], "caller_id": "+12025550199",
            "window_from_min": 0, "window_to_min": 1440, "agent_ids": [self.user_id(a.username) for a in self.agents],
            **campaign})["id"]
        self.leadset = self.admin.post("/leadsets", name="Leads", campaign_id=self.campaign)["id"]

    def _hire(self, username, tone_hz):
        self.admin.post("/users", username=username, name=username.title(), role="agent", password=PASSWORD, line="desk_phone",
                        sip_username=f"phone-{username}", sip_password=PHONE_PASSWORD)
        api = Api(self.server).sign_in(username)
        return Agent(username, api, self.bank.add(f"phone-{username}", PHONE_PASSWORD, self.server.phone_port, tone_hz))

    def user_id(self, username):
        return next(u["id"] for u in self.admin.all("/users") if u["username"] == username)

    def add_lead(self, phone, **fields):
        return self.admin.post(f"/leadsets/{self.leadset}/leads", phone=phone, status="New", **fields)["id"]

    def import_csv(self, text, **options):
        """Uploads and imports; waits for its end and returns it."""
        upload = self.admin.upload_csv(text)
        job = self.admin.post(f"/leadsets/{self.leadset}/imports", upload_id=upload["upload_id"], start_row=upload["guessed_start_row"],
                              mapping=upload["guessed_mapping"], **options)
        return eventually(lambda: (lambda now: now if now["state"] != "running" else None)(self.admin.get(f"/imports/{job['id']}")),
                          what="the end of the import")

    def switch(self, on):
        self.admin.patch(f"/campaigns/{self.campaign}", active=on)

    def attempts(self, **query):
        return self.admin.all("/attempts", sort="id", **query)
