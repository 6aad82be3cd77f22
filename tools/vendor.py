"""Make and check the page's third-party files: ``python tools/vendor.py check`` or ``build``.

``web/VENDOR.toml`` says which published npm packages are taken, with the sha256 of each tarball, and which files go where.
``build`` fetches the tarballs (or reads them from ``--tarballs DIR``), refuses any whose hash differs, and writes ``web/vendor``
with a ``SHA256SUMS``. ``check`` needs no network: it compares each file on disk with ``SHA256SUMS``, and that with ``VENDOR.toml``.
No Node.js is needed by either.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import re
import sys
import tarfile
import tomllib
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cupola.core import columns

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
MANIFEST = WEB / "VENDOR.toml"
VENDOR = WEB / "vendor"
REGISTRY = "https://registry.npmjs.org"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def problems() -> list[str]:
    """What differs between the disk and the manifest, one line each; empty when all is as published."""
    wanted = tomllib.loads(MANIFEST.read_text())["sums"]
    sums = VENDOR / "SHA256SUMS"
    if not sums.exists():
        return [f"{sums} is missing: run python tools/vendor.py build"]
    found = [] if digest(sums.read_bytes()) == wanted else [f"{sums} does not match sums in {MANIFEST}"]
    listed = {line[66:]: line[:64] for line in sums.read_text().splitlines()}
    on_disk = {p.relative_to(VENDOR).as_posix() for p in VENDOR.rglob("*") if p.is_file()} - {"SHA256SUMS"}
    found += [f"{name}: not in SHA256SUMS" for name in sorted(on_disk - set(listed))]
    for name, sha in listed.items():
        path = VENDOR / name
        if not path.exists():
            found.append(f"{name}: missing")
        elif digest(path.read_bytes()) != sha:
            found.append(f"{name}: differs from the published file")
    return found


def tarball(package: dict[str, Any], folder: Path | None, registry: str) -> bytes:
    """The package's published archive, verified. Raises SystemExit when the hash differs."""
    name = package["tarball"].rsplit("/", 1)[1]
    if folder is not None:
        data: bytes = (folder / name).read_bytes()
    else:
        with urllib.request.urlopen(f"{registry.rstrip('/')}/{package['tarball']}", timeout=120) as answer:
            data = bytes(answer.read())
    if digest(data) != package["sha256"]:
        raise SystemExit(f"{name}: sha256 {digest(data)}, {MANIFEST.name} says {package['sha256']}; nothing was written")
    return data


def members(archive: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    """Plain files of an npm archive without its leading folder."""
    for member in archive:
        stream = archive.extractfile(member) if member.isfile() else None
        if stream is not None:
            yield member.name.split("/", 1)[1], stream.read()


def taken(files: dict[str, bytes], package: dict[str, Any]) -> dict[str, bytes]:
    """The files this package contributes, by their place in ``web/vendor``. Raises SystemExit for an entry that takes nothing."""
    out: dict[str, bytes] = {}
    for source, target in package["take"]:
        if source in files:
            out[target] = files[source]
            continue
        inside = {target + name[len(source) :]: data for name, data in files.items() if name.startswith(source + "/")}
        if not inside:
            raise SystemExit(f"{package['name']}: nothing called {source} in the archive")
        out |= inside
    if "lines" in package:
        source, target = package["lines"]
        out[target] = world_lines(json.loads(files[source]))
    return out


def arc_uses(topology: dict[str, Any]) -> Counter[int]:
    """How many country rings use each arc (a negative index is the arc backwards)."""
    uses: Counter[int] = Counter()
    for country in topology["objects"]["countries"]["geometries"]:
        shapes = country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
        uses.update(i if i >= 0 else ~i for polygon in shapes for ring in polygon for i in ring)
    return uses


def real_parts(arc: NDArray[np.int32], far: NDArray[np.int32]) -> list[NDArray[np.int32]]:
    """The arc without the edges of the flat map: segments along the antimeridian or the pole's bottom line are no coast."""
    edge = (arc == 0) | (arc == far)
    edge[:, 1] &= arc[:, 1] == 0
    drawn = ~(edge[1:] & edge[:-1]).any(axis=1)
    cuts = np.flatnonzero(np.diff(drawn.astype(np.int8))) + 1
    runs = np.split(np.arange(len(drawn)), cuts)
    return [arc[run[0] : run[-1] + 2] for run in runs if drawn[run[0]]]


def world_lines(topology: dict[str, Any]) -> bytes:
    """TopoJSON countries as a column batch: per line ``start (a, 2)`` and ``count``, ``border`` 1 if two countries share it,
    and ``delta (p, 2)`` between successive points, all in grid steps of ``scale`` degrees from ``origin``."""
    uses = arc_uses(topology)
    raw = [np.cumsum(np.array(arc, np.int32), axis=0, dtype=np.int32) for arc in topology["arcs"]]
    far = np.max([arc.max(axis=0) for arc in raw], axis=0)
    lines = [(part, uses[i]) for i, arc in enumerate(raw) if uses[i] for part in real_parts(arc, far)]
    delta = np.concatenate([np.diff(line, axis=0) for line, _ in lines])
    round_the_world = far[0]  # grid steps in 360 degrees: a line crosses the antimeridian by the short way
    delta[:, 0] = (delta[:, 0] + round_the_world // 2) % round_the_world - round_the_world // 2
    if np.abs(delta).max() > np.iinfo(np.int16).max:
        raise SystemExit("a line has a step too long for int16: choose a finer map")
    encoded: bytes = columns.encode(
        "lines",
        1,
        {"scale": topology["transform"]["scale"], "origin": topology["transform"]["translate"]},
        {
            "start": np.stack([line[0] for line, _ in lines]),
            "count": np.array([len(line) for line, _ in lines], np.int32),
            "delta": delta.astype(np.int16),
            "border": np.array([n > 1 for _, n in lines], np.uint8),
        },
    )
    return encoded


def write(files: dict[str, bytes]) -> None:
    """Replace ``web/vendor`` by these files and note their hashes in ``SHA256SUMS`` and ``VENDOR.toml``."""
    for old in sorted(VENDOR.rglob("*"), reverse=True) if VENDOR.exists() else []:
        old.rmdir() if old.is_dir() else old.unlink()
    for name, data in files.items():
        path = VENDOR / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    sums = "".join(f"{digest(data)}  {name}\n" for name, data in sorted(files.items())).encode()
    (VENDOR / "SHA256SUMS").write_bytes(sums)
    MANIFEST.write_text(re.sub(r'(?m)^sums = ".*"$', f'sums = "{digest(sums)}"', MANIFEST.read_text()))


def build(folder: Path | None, registry: str) -> None:
    """Everything in ``web/vendor`` again from the published packages."""
    files: dict[str, bytes] = {}
    for package in tomllib.loads(MANIFEST.read_text())["package"]:
        with tarfile.open(fileobj=io.BytesIO(tarball(package, folder, registry))) as archive:
            files |= taken(dict(members(archive)), package)
    write(files)
    print(f"{len(files)} files, {sum(map(len, files.values())) / 1e6:.1f} MB in {VENDOR}")


def main() -> int:
    parser = argparse.ArgumentParser(description="third-party files of the page")
    parser.add_argument("action", choices=["check", "build"])
    parser.add_argument("--tarballs", type=Path, help="folder holding the npm archives, instead of the registry")
    parser.add_argument("--registry", default=REGISTRY, help="npm registry to fetch from")
    options = parser.parse_args()
    if options.action == "build":
        build(options.tarballs, options.registry)
    found = problems()
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
