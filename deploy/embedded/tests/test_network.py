import http.client
import json
import shutil
import smtplib
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from embedded.installation import Installation
from embedded.nats_permissions import SERVICES
from embedded.network import Network
from embedded.server import ServerFailed
from embedded.statelock import AlreadyRunning

DUMMY = Path(__file__).with_name("dummy_service.py")


@pytest.fixture(scope="module")
def dummies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of stand-ins, put before the real services."""
    folder = tmp_path_factory.mktemp("dummies")
    for service in SERVICES:
        (folder / service).mkdir()
        (folder / service / "__init__.py").touch()
        shutil.copy(DUMMY, folder / service / "__main__.py")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(folder))
        patch.syspath_prepend(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] in SERVICES]:
            patch.delitem(sys.modules, name)  # another test may have imported the real one
        yield folder


@pytest.fixture(scope="module")
def network(dummies: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    state = tmp_path_factory.mktemp("network") / "state with space"
    assets = state / "assets"
    assets.mkdir(parents=True)
    (assets / "app.0123456789.css").write_text("body{color:red}")
    network = Network(state, services=("center", "catalog"), assets_dir=assets)
    network.start(lambda _: None)
    yield network
    network.stop()
    assert not any(server.alive for server in network.supervisor.servers)


def get(network: Network, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", network.caddy.port, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def test_one_origin_leads_to_the_services_and_assets(network: Network) -> None:
    root, _ = get(network, "/")
    assert (root.status, root.headers["Location"]) == (302, "/catalog/")
    short, _ = get(network, "/center")
    assert (short.status, short.headers["Location"]) == (308, "/center/")
    page, body = get(network, "/catalog/")
    assert page.status == 200
    assert json.loads(body)["pid"] == network.process("catalog").pid
    style, _ = get(network, "/assets/app.0123456789.css")
    assert (style.status, style.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
    lost, text = get(network, "/assets/app.9999999999.css")
    assert (lost.status, lost.headers["Cache-Control"]) == (404, "no-store")
    assert "Такой страницы нет" in text.decode()
    for inner in ("/readyz", "/metrics", "/healthz"):
        assert get(network, inner)[0].status == 404
    local, _ = get(network, "/catalog/?a=1", Host=f"localhost:{network.caddy.port}")
    assert local.headers["Location"] == f"{network.origin}/catalog/?a=1"
    packed, _ = get(network, "/catalog/", **{"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"


def test_events_pass_as_they_come(network: Network) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", network.caddy.port, timeout=10)
    connection.request("GET", "/catalog/events", headers={"Accept-Encoding": "gzip"})
    began = time.monotonic()
    response = connection.getresponse()
    assert response.readline() == b"data: 1\n"
    assert time.monotonic() - began < 1
    connection.close()


def test_the_environment_is_complete_and_keys_go_to_center_alone(network: Network) -> None:
    seen = {}
    for service in ("catalog", "center"):
        answer, body = get(network, f"/{service}/api/v1/environment")
        seen[service] = json.loads(body)["environment"]
        assert answer.status == 200
        assert seen[service] == network.environment(service)
        assert (network.state_dir / "services" / service / "migrated").exists()
    only_center = set(seen["center"]) - set(seen["catalog"])
    assert only_center == {
        "BG_SIGNING_KEY_FILE",
        "BG_NATS_PLATFORM_ACCOUNT_PUBLIC",
        "BG_NATS_OPERATOR_SIGNING_KEY_FILE",
        "BG_NATS_SYSTEM_CREDENTIALS",
        "BG_ADMIN_PASSWORD_FILE",
        "BG_SERVICE_URLS",
    }
    assert "BEGIN PRIVATE KEY" in Path(seen["center"]["BG_SIGNING_KEY_FILE"]).read_text()
    for path in (network.state_dir / "secrets").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((network.state_dir / "secrets").stat().st_mode) == 0o700


def test_a_service_that_is_down_is_explained_and_comes_back_when_killed(network: Network) -> None:
    catalog = network.process("catalog")
    catalog.stop()
    with ThreadPoolExecutor() as pool:  # side by side: Caddy holds each for some seconds
        asked = [pool.submit(get, network, path) for path in ("/catalog/", "/catalog/api/v1/offers")]
        (page, text), (program, body) = (answer.result() for answer in asked)
    assert (page.status, page.headers["Retry-After"]) == (503, "5")
    assert "Раздел временно недоступен" in text.decode()
    assert "style-src 'sha256-" in page.headers["Content-Security-Policy"]
    assert (program.status, program.headers["Content-Type"]) == (503, "application/problem+json")
    assert json.loads(body)["status"] == 503
    assert get(network, "/center/")[0].status == 200
    catalog.start()
    first = catalog.pid
    catalog.kill()
    page, body = get(network, "/catalog/")  # Caddy holds the request while the supervisor brings it back
    assert page.status == 200
    assert json.loads(body)["pid"] == catalog.pid != first


def test_mail_becomes_files(network: Network) -> None:
    with smtplib.SMTP("127.0.0.1", network.smtp.port) as smtp:
        smtp.sendmail("from@example.org", ["to@example.org"], "Subject: Привет\r\n\r\nТекст".encode())
    (mail,) = network.smtp.mails()
    assert "X-Envelope-To: to@example.org" in mail.read_text()
    assert "Текст" in mail.read_text()


def test_a_second_start_on_the_same_state_is_refused_and_a_copy_beside_it_runs(
    network: Network, dummies: Path, tmp_path: Path
) -> None:
    with pytest.raises(AlreadyRunning):
        Network(network.state_dir).start(lambda _: None)
    assert get(network, "/center/")[0].status == 200
    copy = Network(tmp_path / "copy", services=("catalog",))
    try:
        copy.start(lambda _: None)
        assert copy.origin != network.origin
        assert copy.environment("catalog")["BG_INSTANCE"] != network.environment("catalog")["BG_INSTANCE"]
        assert get(copy, "/catalog/")[0].status == 200
    finally:
        copy.stop()


def test_a_missing_service_is_named(dummies: Path, tmp_path: Path) -> None:
    (dummies / "settlement" / "__main__.py").unlink()
    with pytest.raises(ServerFailed, match="there is no `python -m settlement`"):
        Network(tmp_path, services=("settlement",)).start(lambda _: None)


def test_ports_and_secrets_are_kept(tmp_path: Path) -> None:
    first, second = Installation(tmp_path), Installation(tmp_path)
    assert first.ports(["origin", "nats"]) == second.ports(["origin", "nats"])
    assert first.name == second.name
    assert first.database_passwords("catalog") == second.database_passwords("catalog")
    assert first.database_passwords("catalog") != first.database_passwords("center")


def test_up_stays_until_down_and_comes_back_at_its_address_after_a_kill(dummies: Path, tmp_path: Path) -> None:
    state = tmp_path / "up"
    embedded = [sys.executable, "-m", "embedded"]

    def run(command: str) -> tuple[int, str]:
        done = subprocess.run([*embedded, command, "--state", state], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    shutil.copy(DUMMY, dummies / "settlement" / "__main__.py")
    with subprocess.Popen([*embedded, "up", "--state", state], stdout=subprocess.PIPE, text=True) as up:
        assert up.stdout is not None
        origin = next(line.split()[-1] for line in up.stdout if "Школа без границ" in line)
        assert run("status")[0] == 0
        code, text = run("up")
        assert code == 1
        assert "already running" in text
        up.kill()
    with subprocess.Popen([*embedded, "up", "--state", state], stdout=subprocess.PIPE, text=True) as up:
        assert up.stdout is not None
        text = "".join(iter(up.stdout.readline, "  Ctrl-C stops everything.\n"))
        assert origin in text, "the ports of a killed run were waited for"
        assert run("down")[0] == 0
        assert up.wait(5) == 0
    assert run("status") == (3, f"no network runs in {state}\n")
    assert run("down")[0] == 0
