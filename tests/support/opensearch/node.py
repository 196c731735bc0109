"""A real OpenSearch server for the tests, made of Maven's artifacts (pom.xml beside this file).

`python -m tests.support.opensearch.node` fetches them; they stay in `.opensearch/`, outside of git.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

_POM = Path(__file__).with_name("pom.xml")
_JARS = Path(__file__).parents[3] / ".opensearch" / "2.19.1.0"
_MAIN = "org.codelibs.opensearch.runner.OpenSearchRunner"
_FETCH_S = 600
_START_S = 180
_STOP_S = 30
# The shell outlives nobody: when we end, however that be, its standard input ends, and then Java does.
_GUARD = '"$@" </dev/null & child=$!; read -r _; kill -9 $child; wait $child'
_SETTINGS = """\
network.host: 127.0.0.1
node.portsfile: true
cluster.routing.allocation.disk.threshold_enabled: false
"""


class NoServerError(Exception):
    """There is no OpenSearch here, and none can be made; says what is missing."""


@dataclass(frozen=True, slots=True)
class Node:
    """A node that runs."""

    address: str  # "http://127.0.0.1:PORT"
    peer_address: str  # "127.0.0.1:PORT", where other nodes find it
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """Kill the node at once, as a crash would; without harm where it has ended."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(_STOP_S)


def skip_or_fail(error: NoServerError) -> NoReturn:
    """Skip the test that there is no server for; where one is required it fails."""
    if os.environ.get("CI") == "true" or os.environ.get("READINGROOM_REQUIRE_OPENSEARCH") == "1":
        pytest.fail(str(error))
    pytest.skip(str(error))


def fetch_jars() -> Path:
    """Return the folder of the jars, fetched with Maven where they are not there yet.

    Raises:
        NoServerError: Java or Maven is missing, or Maven cannot reach its repository.
    """
    for tool in ("java", "mvn"):
        if not shutil.which(tool):
            raise NoServerError(f"no OpenSearch server: {tool} is not installed")
    if _JARS.is_dir():
        return _JARS
    _JARS.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_JARS.parent) as partial:
        target = Path(partial) / "jars"
        command = ["mvn", "-q", "-B", "-f", _POM, "dependency:copy-dependencies", f"-DoutputDirectory={target}"]
        fetched = subprocess.run(command, capture_output=True, text=True, timeout=_FETCH_S, check=False)
        if fetched.returncode:
            raise NoServerError(f"no OpenSearch server: Maven cannot fetch it: {fetched.stdout[-500:]}")
        if not _JARS.is_dir():
            target.rename(_JARS)
    return _JARS


@contextmanager
def run_nodes(count: int = 1) -> Iterator[list[Node]]:
    """Run so many nodes of one cluster on free ports of this machine, and kill them in the end.

    Raises:
        NoServerError: as `fetch_jars`.
    """
    jars = fetch_jars()
    nodes: list[Node] = []
    with tempfile.TemporaryDirectory(prefix="rr-os-") as folder:
        try:
            for number in range(count):
                nodes.append(_start(jars, Path(folder) / str(number), nodes))
            yield nodes
        finally:
            for node in nodes:
                node.stop()


@contextmanager
def share_node(folder: Path) -> Iterator[str]:
    """Give the address of a node that all processes share which give the same folder.

    The first starts it, and ends only when all others have ended.
    """
    told = folder / "opensearch.address"
    with (folder / "opensearch.lock").open("a") as starting, (folder / "opensearch.users").open("a") as users:
        fcntl.flock(starting, fcntl.LOCK_EX)
        if told.exists():
            fcntl.flock(users, fcntl.LOCK_SH)
            fcntl.flock(starting, fcntl.LOCK_UN)
            yield told.read_text()
            return
        with run_nodes() as (node,):
            told.write_text(node.address)
            fcntl.flock(starting, fcntl.LOCK_UN)
            yield node.address
            fcntl.flock(starting, fcntl.LOCK_EX)
            told.unlink()
            fcntl.flock(users, fcntl.LOCK_EX)


def _start(jars: Path, folder: Path, others: list[Node]) -> Node:
    (folder / "config").mkdir(parents=True)
    if others:
        found = f'discovery.seed_hosts: ["{others[0].peer_address}"]\n'
    else:
        found = 'discovery.seed_hosts: []\ncluster.initial_cluster_manager_nodes: ["Node 1"]\n'
    (folder / "config" / "opensearch.yml").write_text(_SETTINGS + found)
    # Few tests: compiling less starts sooner. Base port -1 makes the runner ask for port 0, a free one.
    java = ["java", "-Xms256m", "-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", f"{jars}/*", _MAIN]
    where = ["-basePath", folder, "-confPath", folder / "config", "-clusterName", "readingroom-tests"]
    command = ["sh", "-c", _GUARD, "sh", *java, *where, "-numOfNode", "1", "-baseHttpPort", "-1"]
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    logs = folder / "node_1" / "logs"
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        ports = [_read_port(logs / "http.ports"), _read_port(logs / "transport.ports")]
        if all(ports):
            node = Node(f"http://{ports[0]}", ports[1], process)
            if _has_joined(node, len(others) + 1):
                return node
        elif b"Closed all nodes" in (folder / "output").read_bytes():
            break
        time.sleep(0.1)
    Node("", "", process).stop()
    raise RuntimeError(f"OpenSearch did not start: {(folder / 'output').read_text()[-2000:]}")


def _read_port(file: Path) -> str:
    """Return the first address of a file of ports, "127.0.0.1:PORT"; "" if it is not there yet."""
    return next(iter(file.read_text().split()), "") if file.exists() else ""


def _has_joined(node: Node, size: int) -> bool:
    wanted = f"{node.address}/_cluster/health?wait_for_nodes={size}&timeout=1s"
    try:
        with urlopen(wanted, timeout=5) as answer:
            return b'"timed_out":false' in answer.read()
    except (HTTPError, URLError, OSError):
        return False


if __name__ == "__main__":
    sys.stdout.write(f"{fetch_jars()}\n")
