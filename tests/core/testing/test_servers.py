from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis as redis_client
from sqlalchemy import create_engine, text

from core.testing.servers import Postgres, Redis, postgres, redis

SOCKET_PATH_LIMIT = 100
PATIENCE_SECONDS = 30
# Starts both servers, tells where they are and which processes they are, and waits to be killed.
HOLDER = """
import time
from core.testing.servers import postgres, redis
with postgres() as database, redis() as queue:
    print(database.folder, database.process.pid, queue.folder, queue.process.pid, flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


@pytest.fixture
def queue() -> Iterator[Redis]:
    with redis() as server:
        yield server


def run_sql(server: Postgres, database: str, statement: str) -> list[tuple[object, ...]]:
    engine = create_engine(server.url(database))
    with engine.begin() as connection:
        result = connection.execute(text(statement))
        rows = [tuple(row) for row in result] if result.returns_rows else []
    engine.dispose()
    return rows


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def wait_until_gone(*processes: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while any(map(is_running, processes)) and time.monotonic() < deadline:
        time.sleep(0.05)


@pytest.mark.postgres
def test_a_database_is_a_copy_of_its_template(cluster: Postgres) -> None:
    cluster.create("kept")
    run_sql(cluster, "kept", "CREATE TABLE part AS SELECT 7 AS number")
    cluster.create("copied", template="kept")
    assert run_sql(cluster, "copied", "SELECT number FROM part") == [(7,)]


@pytest.mark.postgres
def test_a_database_is_dropped_while_somebody_is_connected(cluster: Postgres) -> None:
    cluster.create("busy")
    with psycopg.connect(f"host={cluster.folder} user=postgres dbname=busy"):
        cluster.drop("busy")
    assert run_sql(cluster, "postgres", "SELECT 1 FROM pg_database WHERE datname = 'busy'") == []


@pytest.mark.postgres
def test_dropping_a_database_that_is_not_there_changes_nothing(cluster: Postgres) -> None:
    cluster.drop("never_made")


@pytest.mark.postgres
def test_postgres_is_reached_through_its_socket_only(cluster: Postgres) -> None:
    assert run_sql(cluster, "postgres", "SHOW listen_addresses") == [("",)]
    assert len(str(next(cluster.folder.glob(".s.PGSQL.*")))) < SOCKET_PATH_LIMIT


@pytest.mark.postgres
@pytest.mark.parametrize(("durable", "fsync"), [(True, "on"), (False, "off")])
def test_only_a_durable_cluster_syncs_to_disk(durable: bool, fsync: str) -> None:
    with postgres(durable=durable) as server:
        assert run_sql(server, "postgres", "SHOW fsync") == [(fsync,)]
        assert run_sql(server, "postgres", "SHOW full_page_writes") == [(fsync,)]


@pytest.mark.postgres
def test_what_was_committed_is_there_after_a_kill() -> None:
    with postgres(durable=True) as server:
        run_sql(server, "postgres", "CREATE TABLE part AS SELECT 7 AS number")
        with psycopg.connect(f"host={server.folder} user=postgres dbname=postgres") as connection:
            connection.execute("INSERT INTO part VALUES (8)")
            server.kill()
            with pytest.raises(psycopg.OperationalError):
                connection.commit()
            server.start()
        assert run_sql(server, "postgres", "SELECT number FROM part") == [(7,)]


@pytest.mark.postgres
def test_a_kill_leaves_neither_postmaster_nor_backend() -> None:
    with postgres() as server, psycopg.connect(f"host={server.folder} user=postgres dbname=postgres") as connection:
        backend = connection.info.backend_pid
        postmaster = server.process.pid if server.process else 0
        server.kill()
        assert not is_running(backend)
        assert not is_running(postmaster)


@pytest.mark.postgres
def test_a_stopped_cluster_can_be_started_again() -> None:
    with postgres() as server:
        run_sql(server, "postgres", "CREATE TABLE part AS SELECT 7 AS number")
        server.stop()
        server.start()
        assert run_sql(server, "postgres", "SELECT number FROM part") == [(7,)]


@pytest.mark.postgres
def test_a_cluster_that_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="data"):
        Postgres(tmp_path, durable=False).start()


@pytest.mark.postgres
def test_a_cluster_outlives_the_thread_that_started_it() -> None:
    with postgres() as server:
        server.stop()
        starting = threading.Thread(target=server.start)
        starting.start()
        starting.join()
        assert run_sql(server, "postgres", "SELECT 1") == [(1,)]


@pytest.mark.postgres
@pytest.mark.redis
def test_nothing_is_left_of_servers_no_longer_needed() -> None:
    with postgres() as database, redis() as queue:
        folders = (database.folder, queue.folder)
        processes = [server.process.pid for server in (database, queue) if server.process]
    assert not any(folder.exists() for folder in folders)
    assert not any(map(is_running, processes))


@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_of_a_test_process_that_was_killed(how: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDER], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        database, postmaster, queue, queue_process = holder.stdout.readline().split()
        os.kill(holder.pid, how)
    wait_until_gone(int(postmaster), int(queue_process))
    assert not is_running(int(postmaster))
    assert not is_running(int(queue_process))
    with postgres(), redis():
        assert not Path(database).exists()
        assert not Path(queue).exists()


@pytest.mark.redis
def test_two_redises_do_not_share_what_they_hold(queue: Redis) -> None:
    with redis() as other, redis_client.Redis.from_url(queue.url) as one, redis_client.Redis.from_url(other.url) as two:
        one.set("part", "7")
        assert two.get("part") is None


@pytest.mark.redis
def test_a_killed_redis_starts_again_with_nothing(queue: Redis) -> None:
    with redis_client.Redis.from_url(queue.url) as connection:
        connection.set("part", "7")
    queue.kill()
    queue.start()
    with redis_client.Redis.from_url(queue.url) as connection:
        assert connection.get("part") is None


@pytest.mark.redis
def test_nobody_answers_for_a_stopped_redis(queue: Redis) -> None:
    queue.stop()
    with redis_client.Redis.from_url(queue.url, retry=None) as connection, pytest.raises(redis_client.ConnectionError):
        connection.ping()


@pytest.mark.redis
def test_redis_listens_on_no_port(queue: Redis) -> None:
    with redis_client.Redis.from_url(queue.url, decode_responses=True) as connection:
        assert connection.config_get("port") == {"port": "0"}
    assert len(queue.url.removeprefix("unix://")) < SOCKET_PATH_LIMIT
