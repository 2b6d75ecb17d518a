"""Private, throw-away servers for tests: a PostgreSQL cluster and a Redis, on sockets in a temporary folder.

Nothing of them outlives the test process, however that ends: the kernel ends the servers of a process that is
killed, and the next one removes its folders.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis as redis_client
from psycopg.sql import SQL, Identifier

START_SECONDS = 30
STOP_SECONDS = 10
UNPRIVILEGED = "nobody"
TEMPORARY = Path("/tmp")  # noqa: S108  # not $TMPDIR: the path of a socket has at most 107 characters

# A server ends with the thread that started it (`setpriv --pdeathsig`); this one lives as long as the process.
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="servers")


def free_port() -> int:
    """A port of the loopback interface nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@dataclass
class Postgres:
    """A cluster in `folder`, reached through a unix socket only; `durable` keeps what a crash must not lose."""

    folder: Path
    durable: bool
    binaries: Path = field(default_factory=lambda: postgres_binaries())
    process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy address of a database."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def create(self, name: str, template: str | None = None) -> None:
        """Make a database, empty or as a copy of `template`, to which nobody may be connected."""
        statement = SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        self._run_sql(statement.format(Identifier(name), Identifier(template or "template0")))

    def drop(self, name: str) -> None:
        """Remove a database if it is there, with whoever is connected."""
        self._run_sql(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))

    def initialise(self) -> None:
        """Make the cluster's files."""
        options = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        command = [str(self.binaries / "initdb"), "-D", str(self._data), *options]
        done = subprocess.run(
            [*_as_unprivileged(), *command], cwd="/", stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"initdb failed:\n{done.stderr.decode()}")

    def start(self) -> None:
        """Start the server and wait until it answers; after `kill` it recovers from its log first."""
        settings = [f"--{name}={value}" for name, value in self._settings().items()]
        command = [str(self.binaries / "postgres"), "-D", str(self._data), *settings]
        # SIGQUIT: a postmaster killed outright would leave its backends a moment longer.
        self.process = _spawn([*_as_unprivileged("QUIT"), *command], self.folder)
        _wait_until(self._answers, self.process, self.folder)

    def stop(self) -> None:
        """Stop it in good order, ending whoever is connected; nothing happens when it is not running."""
        if self.process is not None and not _ended(self.process, signal.SIGINT):
            self.kill()
        self.process = None

    def kill(self) -> None:
        """SIGKILL the postmaster and every backend, as an operating system short of memory would."""
        if self.process is None:
            return
        os.kill(self.process.pid, signal.SIGSTOP)  # or it would tidy up after the backends
        backends = _children(self.process.pid)
        for process in backends:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        while any(_is_alive(process) for process in backends):
            time.sleep(0.01)
        self.process = None

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _settings(self) -> dict[str, str]:
        settings = {
            "unix_socket_directories": str(self.folder),
            "listen_addresses": "",
            "max_connections": "200",
            "shared_buffers": "64MB",
            "timezone": "UTC",
            "dynamic_shared_memory_type": "mmap",  # files in the folder: nothing stays behind, /dev/shm may be small
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return settings

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(f"host={self.folder} user=postgres dbname=postgres", autocommit=True)

    def _run_sql(self, statement: psycopg.sql.Composed) -> None:
        with self._connect() as connection:
            connection.execute(statement)


@dataclass
class Redis:
    """A Redis in `folder` without persistence, reached through a unix socket only."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address for `redis.from_url`."""
        return f"unix://{self.folder}/redis.sock"

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        settings = ("--port", "0", "--unixsocket", f"{self.folder}/redis.sock", "--save", "", "--dir", str(self.folder))
        self.process = _spawn(["setpriv", "--pdeathsig=KILL", "redis-server", *settings], self.folder)
        _wait_until(self._answers, self.process, self.folder)

    def stop(self) -> None:
        """Stop it in good order; nothing happens when it is not running."""
        if self.process is not None and not _ended(self.process, signal.SIGTERM):
            self.kill()
        self.process = None

    def kill(self) -> None:
        """SIGKILL it: what it held is lost."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.process = None

    def _answers(self) -> bool:
        try:
            with redis_client.Redis.from_url(self.url) as connection:
                return bool(connection.ping())
        except redis_client.RedisError:
            return False


def postgres_binaries() -> Path:
    """The folder of the newest installed PostgreSQL's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parent.parent.name))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
    return Path(on_path).resolve().parent


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[Postgres]:
    """A private cluster, running. `durable` keeps fsync on, for tests that kill it."""
    with _folder("qm-pg-") as folder:
        _give_to_unprivileged(folder)
        server = Postgres(folder, durable)
        server.initialise()
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def redis() -> Iterator[Redis]:
    """A private Redis, running."""
    with _folder("qm-rd-") as folder:
        server = Redis(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def _folder(prefix: str) -> Iterator[Path]:
    """A folder with a short path, held by a lock until it is removed."""
    _remove_abandoned(prefix)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=TEMPORARY))
    with (folder / "new").open("w") as claim:
        fcntl.flock(claim, fcntl.LOCK_EX)
        (folder / "new").rename(folder / "in-use")  # seen by others only once it is locked
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned(prefix: str) -> None:
    """Remove the folders of test processes that were killed: nobody holds their locks any more."""
    for claim in TEMPORARY.glob(f"{prefix}*/in-use"):
        with suppress(OSError), claim.open() as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(claim.parent, ignore_errors=True)


def _give_to_unprivileged(folder: Path) -> None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() == 0:
        account = pwd.getpwnam(UNPRIVILEGED)
        os.chown(folder, account.pw_uid, account.pw_gid)


def _as_unprivileged(last_signal: str | None = None) -> list[str]:
    """The start of a command line that gives up root, and that gets `last_signal` when the test process ends."""
    options = [f"--pdeathsig={last_signal}"] if last_signal else []
    if os.geteuid() == 0:
        account = pwd.getpwnam(UNPRIVILEGED)
        options += [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    return ["setpriv", *options] if options else []


def _spawn(command: Sequence[str], folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "log").open("ab") as log:
        return _starter.submit(
            subprocess.Popen, command, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log
        ).result()


def _wait_until(answers: Callable[[], bool], process: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait for a server's first answer; raises with the end of its log when it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while not answers():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise RuntimeError(f"The server did not start:\n{(folder / 'log').read_text(errors='replace')[-2000:]}")
        time.sleep(0.02)


def _ended(process: subprocess.Popen[bytes], how: signal.Signals) -> bool:
    process.send_signal(how)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True


def _children(parent: int) -> list[int]:
    processes = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
    return [process for process in processes if (status := _status(process)) and status[1] == str(parent)]


def _is_alive(process: int) -> bool:
    status = _status(process)
    return status is not None and status[0] != "Z"


def _status(process: int) -> list[str] | None:
    """What /proc says after the name: state, parent, …; None when it is gone."""
    try:
        return Path(f"/proc/{process}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
