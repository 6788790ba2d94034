"""deploy/nginx: what nginx itself says of it, and whether its figures agree with the settings of the site."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts.replicas import find_nginx, main, write_configuration
from web.api.openapi import BASE
from web.server.limits import CALLBACK_OVERHEAD_BYTES, CALLBACK_PATH
from web.settings import MIB, Settings

NGINX = Path(__file__).parents[2] / "deploy" / "nginx"
needs_nginx = pytest.mark.skipif(find_nginx() is None, reason="NO NGINX: Debian and Ubuntu have it as nginx-light")


def check(configuration: Path, folder: Path) -> None:
    """Let nginx read a configuration; addresses of replicas are looked up, too."""
    words = [str(find_nginx()), "-t", "-q", "-p", str(folder), "-c", str(configuration), "-e", "stderr"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr.replace('[warn] the "user" directive', "")


def certificate(folder: Path) -> None:
    """A certificate for tests, and its key."""
    folder.mkdir()
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    words += ["-keyout", str(folder / "tls.key"), "-out", str(folder / "tls.crt")]
    subprocess.run(words, check=True, capture_output=True, timeout=60)


@needs_nginx
def test_nginx_takes_the_configuration_of_plain_processes(tmp_path: Path):
    check(write_configuration(tmp_path / "conf", listen="127.0.0.1:8585", replica_ports=(8586, 8587)), tmp_path)


@needs_nginx
def test_nginx_takes_the_configuration_for_systemd(tmp_path: Path):
    assert main(["--configure", str(tmp_path / "conf"), "--listen", "8585"]) == 0
    assert "access_log syslog:" in (tmp_path / "conf" / "nginx.conf").read_text("utf-8")
    assert "listen 8585;" in (tmp_path / "conf" / "site.conf").read_text("utf-8")
    check(tmp_path / "conf" / "nginx.conf", tmp_path)


@needs_nginx
@pytest.mark.skipif(shutil.which("openssl") is None, reason="NO OPENSSL: it makes the certificate")
def test_nginx_takes_the_configuration_with_https(tmp_path: Path):
    configuration = write_configuration(
        tmp_path / "conf", listen="127.0.0.1:8585", replica_ports=(8586, 8587), site="tls.conf"
    )
    certificate(tmp_path / "conf" / "tls")
    check(configuration, tmp_path)


def directive(name: str) -> str:
    """The value of a directive of locations.conf."""
    (value,) = set(re.findall(rf"^\s*{name} ([^;]+);", (NGINX / "locations.conf").read_text("utf-8"), re.MULTILINE))
    return value


def test_whatever_the_site_takes_passes_and_stays_in_memory():
    longest = Settings().max_upload_bytes * 4 // 3 + CALLBACK_OVERHEAD_BYTES
    assert int(directive("client_max_body_size").removesuffix("m")) * MIB > longest
    assert directive("client_body_buffer_size") == directive("client_max_body_size")
    assert directive("proxy_max_temp_file_size") == "0"


def test_nginx_waits_for_longer_than_a_visitor_may_wait_in_line():
    waits_s = int(directive("proxy_read_timeout").removesuffix("s"))
    assert Settings().busy_after_s + 20 <= waits_s
    # A request that waited its whole time in line is not put into the other replica's line as well.
    assert int(directive("proxy_next_upstream_timeout").removesuffix("s")) < Settings().busy_after_s


def test_only_requests_that_change_nothing_are_asked_twice():
    text = (NGINX / "locations.conf").read_text("utf-8")
    repeated = re.findall(r"^location (?:= )?(\S+) \{[^}]*non_idempotent[^}]*\}", text, re.MULTILINE)
    assert sorted(repeated) == sorted([f"{BASE}/classify", CALLBACK_PATH])
    assert "non_idempotent" not in re.sub(r"^location [^}]*\}", "", text, flags=re.MULTILINE)


def test_plain_processes_have_the_same_configuration_but_for_addresses(tmp_path: Path):
    write_configuration(tmp_path / "conf", listen="127.0.0.1:8585", replica_ports=(8586, 8587))
    for name in ("nginx.conf", "locations.conf"):
        assert (tmp_path / "conf" / name).read_bytes() == (NGINX / name).read_bytes()
    upstream = (tmp_path / "conf" / "upstream.conf").read_text("utf-8")
    assert re.findall(r"server (\S+) ", upstream) == ["127.0.0.1:8586", "127.0.0.1:8587"] * 2
    assert "listen 127.0.0.1:8585;" in (tmp_path / "conf" / "site.conf").read_text("utf-8")
