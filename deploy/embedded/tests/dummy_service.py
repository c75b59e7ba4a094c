"""Stands in for a service of the platform: answers with its environment, migrates by leaving a mark."""

import http.server
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

NAME = Path(__file__).parent.name


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == f"/{NAME}/events":
            self.answer(b"data: 1\n\n", "text/event-stream")
            self.wfile.flush()
            time.sleep(1.5)
            self.wfile.write(b"data: 2\n\n")
        elif self.path in {"/readyz", f"/{NAME}/", f"/{NAME}/api/v1/environment"}:
            shown = {key: value for key, value in os.environ.items() if key.startswith("BG_")}
            self.answer(json.dumps({"pid": os.getpid(), "environment": shown}).encode(), "application/json")
        else:
            self.send_error(404)

    def answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


if __name__ == "__main__":
    if sys.argv[1] == "migrate":
        (Path(os.environ["BG_STATE_DIR"]) / "migrated").touch()
    else:
        http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["BG_HTTP_PORT"])), Handler).serve_forever()
