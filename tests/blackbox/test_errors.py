"""What goes wrong at the start or later is a sentence that says what to do."""
import os
import socket
import ssl
import subprocess

import pytest
from carillon import Api, Carillon, Process, Refused, eventually, free_ports
from centre import Centre


def failing(start, data, *arguments, ports=None):
    """A server that must not start; its last line."""
    server = start(Carillon, data, *arguments, ports=ports)
    assert server.wait() == 1, server.output()
    return server.lines[-1]


def test_a_taken_https_port(start, tmp_path):
    ports = free_ports(5)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", ports[0]))
        taken.listen()
        line = failing(start, tmp_path / "data", ports=ports)
    assert str(ports[0]) in line and line.startswith("carillon: ")


def test_a_taken_sip_port(start, tmp_path):
    ports = free_ports(5)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", ports[1]))
        line = failing(start, tmp_path / "data", ports=ports)
    assert str(ports[1]) in line and line.startswith("carillon: ")


def test_a_data_folder_that_cannot_be(start, tmp_path):
    line = failing(start, tmp_path / "missing" / "data")
    assert "does not exist" in line
    (tmp_path / "file").write_text("")
    assert "is a file" in failing(start, tmp_path / "file")


def test_two_servers_on_one_folder(start, tmp_path):
    start.server().started()
    assert "Another Carillon" in failing(start, tmp_path / "data")


def test_a_database_that_is_none(start, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "carillon.db").write_bytes(b"this is not a database, " * 100)
    line = failing(start, tmp_path / "data")
    assert line.startswith("carillon: ") and "not a database" in line and "backup" in line


def test_a_postgresql_that_is_not_there(start, tmp_path):
    port = free_ports(1)[0]
    line = failing(start, tmp_path / "data", "--database", f"postgresql://nobody@127.0.0.1:{port}/none")
    assert line.startswith("carillon: ")
    assert "127.0.0.1" in line or "PostgreSQL" in line or "database" in line.lower()


@pytest.mark.parametrize("text, expected", [
    ("datas = 1\n", "line 1: datas is no setting"),
    ("[http]\nhttps_port = 70000\n", "line 2: http.https_port must be a whole number"),
    ("[http\n", "line 1"),
])
def test_a_wrong_configuration_file(start, tmp_path, text, expected):
    (tmp_path / "carillon.toml").write_text(text)
    check = start(Process, ["check", "--config", str(tmp_path / "carillon.toml")])
    assert check.wait() == 1
    assert expected in check.output()


def test_a_certificate_without_its_key(start, tmp_path):
    (tmp_path / "wrong.pem").write_text("no certificate")
    line = failing(start, tmp_path / "data", "--certificate", str(tmp_path / "wrong.pem"), "--key", str(tmp_path / "wrong.pem"))
    assert "wrong.pem" in line


def test_a_server_without_https_speaks_sip_over_tls_all_the_same(start):
    http, *others = free_ports(5)
    server = start.server("--http-port", str(http), ports=[-1, *others])
    server.wait_for("Carillon is running: http://")
    context = ssl.create_default_context(cafile=str(server.data / "tls/certificate.pem"))
    context.check_hostname = False
    with socket.create_connection(("127.0.0.1", server.ports[4]), timeout=30) as plain, context.wrap_socket(plain) as phone:
        assert phone.getpeercert()["subject"]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount a small file system")
def test_a_full_disk(start, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)], check=True)
    try:
        assert "Free some space" in failing(start, disk / "data")
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_wrong_password_and_an_unknown_user_get_the_same_answer(start):
    server = start.server().started()
    Api(server).set_up()
    answers = []
    for username in ("admin", "nobody"):
        with pytest.raises(Refused) as refused:
            Api(server).sign_in(username, "not-the-password")
        answers.append((refused.value.status, refused.value.error["message"]))
    assert answers[0] == answers[1]
    assert answers[0][0] == 401


def test_a_wrong_setup_code(start):
    server = start.server().started()
    with pytest.raises(Refused) as refused:
        Api(server).post("/setup", setup_code="guess", username="admin", name="A", password="a-long-password", domain="x.example")
    assert refused.value.status in (401, 403, 422)
    assert Api(server).get("/setup") == {"needed": True}


def test_an_unknown_trunk_host_is_explained(start, bank):
    server = start.server().started()
    centre = Centre(server, 5060, bank, agents=0)
    trunk = centre.admin.post("/trunks", name="Nowhere", host="carrier.invalid")["id"]

    def reason():
        return next((t["reason"] for t in centre.admin.get("/live")["trunks"] if t["trunk_id"] == trunk and not t["up"]), "")
    assert "carrier.invalid" in eventually(reason, what="the reason why the trunk is down")


def test_sigterm_during_start_and_idle_memory(start):
    server = start.server().started()
    Api(server).set_up()
    if "CARILLON_SANITIZED" not in os.environ:  # a sanitizer's shadow memory is not ours
        eventually(lambda: server.resident_kb() < 80 * 1024, seconds=10, what="less than 80 MB when idle")
    assert server.terminate() == 0
