"""Asks the service in this container whether it is ready; ends with 0 when it says so."""

import http.client
import os
import sys


def ready() -> bool:
    """`/readyz` answers 200: database, broker and relay work."""
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["BG_HTTP_PORT"]), timeout=4)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        sys.stdout.write(answer.read(500).decode(errors="replace"))
        return answer.status == 200
    except OSError as error:
        sys.stdout.write(f"{error}\n")
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if ready() else 1)
