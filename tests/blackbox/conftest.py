import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "api"))
import contract  # noqa: E402
from carillon import Api, Carillon, Sandbox  # noqa: E402
from desk_phone import PhoneBank  # noqa: E402
from postgresql import Postgresql  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def succeeded():
    """The operations that were seen to succeed; every answer is checked against openapi.yaml on the way."""
    seen = set()

    def judge(method, path, answer):
        op = contract.check(method, path, answer)
        if answer.status_code < 400:
            seen.add(op.id)
    Api.judge = staticmethod(judge)
    return seen


@pytest.fixture
def start(tmp_path):
    """Starts servers and sandboxes that do not outlive the test; what they wrote is shown when it fails."""
    running = []

    def begin(kind, *arguments, **options):
        made = kind(*arguments, **options)
        running.append(made)
        return made
    begin.server = lambda *arguments, **options: begin(Carillon, tmp_path / "data", *arguments, **options)
    begin.sandbox = lambda *arguments, **options: begin(Sandbox, *arguments, **options)
    yield begin
    for one in running:
        one.close()
        print(f"---- output of {' '.join(map(str, one.child.args[:2]))}\n{one.output()[-20000:]}")


@pytest.fixture(scope="session")
def postgresql():
    server = Postgresql()
    yield server
    server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    """The arguments that give the server an empty database: the test runs on each kind."""
    if request.param == "sqlite":
        return []
    return ["--database", request.getfixturevalue("postgresql").new_database()]


@pytest.fixture
def bank():
    with PhoneBank() as phones:
        yield phones
