"""A real `carillon serve` without a carrier, and clients whose every answer is checked against openapi.yaml."""
import pathlib
import sys
import time

import pytest
import requests

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "blackbox"))

import contract  # noqa: E402
from carillon import PASSWORD, SETUP_CODE, Carillon  # noqa: E402


class Client:
    """One person's browser, one program, or nobody."""

    def __init__(self, server, succeeded, token=None):
        self.server, self.succeeded = server, succeeded
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy, no foreign certificate store
        self.session.verify = False
        self.csrf = None
        self.user = None
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def call(self, method, path, json=None, **options):
        if not path.startswith(("/healthz", "/metrics")):
            path = "/api/v1" + path
        headers = options.pop("headers", {})
        if self.csrf and method != "GET":
            headers.setdefault("X-CSRF-Token", self.csrf)
        for _ in range(20):
            answer = self.session.request(method, self.server.url + path, json=json, headers=headers, timeout=60, **options)
            op = contract.check(method, path.split("?")[0], answer)
            if answer.status_code != 429:
                break
            time.sleep(float(answer.headers["Retry-After"]))
        if answer.status_code < 400:
            self.succeeded.add(op.id)
        return answer

    def get(self, path, **query):
        return self.call("GET", path, params=query)

    def post(self, path, body=None, **options):
        return self.call("POST", path, json=body, **options)

    def patch(self, path, body):
        return self.call("PATCH", path, json=body)

    def delete(self, path):
        return self.call("DELETE", path)

    def made(self, path, body):
        answer = self.post(path, body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def sign_in(self, username, password=PASSWORD):
        answer = self.post("/session", {"username": username, "password": password})
        assert answer.status_code == 200, answer.text
        self.csrf, self.user = answer.json()["csrf_token"], answer.json()["user"]
        return self


@pytest.fixture(scope="session")
def succeeded():
    """The operations that were seen to succeed."""
    return set()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    process = Carillon(tmp_path_factory.mktemp("data"), "--private-upload-urls", "true", "--private-webhook-urls", "true")
    try:
        yield process.started()
        assert process.terminate() == 0, process.output()
    finally:
        process.close()


@pytest.fixture(scope="session")
def client(server, succeeded):
    """Makes clients: client() is nobody, client(token=...) a program."""
    return lambda token=None: Client(server, succeeded, token)


@pytest.fixture(scope="session")
def admin(client):
    nobody = client()
    assert nobody.get("/setup").json() == {"needed": True}
    body = {"setup_code": SETUP_CODE, "username": "admin", "name": "Admin", "password": PASSWORD, "domain": "localhost"}
    assert nobody.post("/setup", {**body, "setup_code": "wrong"}).status_code == 403
    answer = nobody.post("/setup", body)
    assert answer.status_code == 201, answer.text
    nobody.csrf, nobody.user = answer.json()["csrf_token"], answer.json()["user"]
    assert nobody.post("/setup", body).status_code == 409
    return nobody


@pytest.fixture(scope="session")
def person(client, admin):
    """person("ann", "agent"): made, and signed in."""
    def make(username, role, **more):
        admin.made("/users", {"username": username, "name": username.title(), "role": role, "password": PASSWORD, **more})
        return client().sign_in(username)
    return make
