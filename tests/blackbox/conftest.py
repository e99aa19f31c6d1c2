import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from carillon import Carillon, Sandbox  # noqa: E402
from desk_phone import PhoneBank  # noqa: E402
from postgresql import Postgresql  # noqa: E402


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
