"""Chunks -> outcomes on a Dask cluster: the same work as in :mod:`kg.workers`, on as many machines as there are.

The client reads the input and hands out chunks, a few more than there are workers. Outcomes come back through
the scheduler, or as shards in a place that all can reach; what is in a shard is not made again, also when the client
died before it saw it. A worker that dies loses its chunk to another one; a chunk that takes its workers along is cut
in half until the guilty item is found.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from kg.chunks import Chunk, run_chunk
from kg.errors import ConfigError, KgError, StoreError
from kg.ledger import Outcome
from kg.pipeline import Extractor
from kg.shards import ShardFolder, name_shard
from kg.workers import Job

if TYPE_CHECKING:
    from distributed import Client, Future

# Chunks in flight for each thread of the cluster: one at work, one waiting beside it, one on its way.
AHEAD = 3
# Seconds to wait for a scheduler to answer.
PATIENCE = 10
# A local cluster is there for one job that uses its workers up: nobody looks at its profile and its load.
QUIET = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "500ms",
    "distributed.admin.system-monitor.interval": "10s",
    # Else memory goes back to the system after every article and is asked for again: twenty times the page faults.
    "distributed.nanny.pre-spawn-environ": dict.fromkeys(
        ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), 1
    ),
}
INSTALL = "pip install 'child-protection-kg[cluster]'"


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where to work: at the scheduler's address, or on ``workers`` processes of this machine; and the shards."""

    scheduler: str = ""
    workers: int = 0
    shards: str = ""


def iter_outcomes(
    chunks: Iterable[Chunk],
    *,
    job: Job,
    cluster: Cluster,
    fingerprint: Mapping[str, str],
    on_loss: Callable[[str], None] | None = None,
) -> Iterator[list[Outcome]]:
    """Yield the outcomes of each chunk as it is finished, in any order.

    Raises:
        ConfigError: Dask is not installed, or there is no scheduler at the address.
    """
    heard = on_loss or (lambda _: None)
    with _client(cluster) as client:
        yield from _work(client, iter(chunks), job, cluster.shards, fingerprint, heard)


def iter_shards(url: str, fingerprint: Mapping[str, str]) -> Iterator[list[Outcome]]:
    """Yield the outcomes of every shard that an earlier run left under this fingerprint.

    What a broken one held is made again, as if it were not there.
    """
    folder = ShardFolder(url)
    for name in folder.names(fingerprint):
        with suppress(StoreError):
            yield folder.read(name)


@contextmanager
def _client(cluster: Cluster) -> Iterator[Client]:
    try:
        import dask.config
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise ConfigError("scheduler", "Dask is not installed", INSTALL) from error
    if not cluster.scheduler:
        # Everything on this machine's own address only, at ports that are free. Without an address the scheduler's
        # pages would stand open to the network at port 8787.
        with dask.config.set(QUIET):
            local = LocalCluster(
                n_workers=cluster.workers,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                worker_dashboard_address="127.0.0.1:0",
                memory_limit=0,
            )
        with local, Client(local) as client:
            yield client
        return
    try:
        # A client that finds nobody cannot be closed, and says so at length when it goes.
        asyncio.run(_knock(cluster.scheduler))
        client = Client(cluster.scheduler, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        where = f"{cluster.scheduler}: {' '.join(str(error).split())[:200]}"
        raise ConfigError("scheduler", where, "the address of a running scheduler") from error
    with client:
        yield client


async def _knock(address: str) -> None:
    """Find out whether somebody answers at an address."""
    from distributed.comm.core import connect
    from distributed.security import Security

    secured = Security().get_connection_args("client")
    await (await connect(address, timeout=PATIENCE, **secured)).close()


def _work(
    client: Client,
    chunks: Iterator[Chunk],
    job: Job,
    shards: str,
    fingerprint: Mapping[str, str],
    on_loss: Callable[[str], None],
) -> Iterator[list[Outcome]]:
    from distributed import as_completed
    from distributed.scheduler import KilledWorker

    running: dict[Future[Any], Chunk] = {}

    def submit(chunk: Chunk) -> Future[Any]:
        name = name_shard([item.digest for item in chunk], fingerprint)
        future = client.submit(_run, chunk, job, shards, name, key=f"chunk-{name}", pure=False)
        running[future] = chunk
        return future

    done = as_completed(loop=client.loop)
    ahead = AHEAD * max(1, sum(client.nthreads().values()))
    for chunk in islice(chunks, ahead):
        done.add(submit(chunk))
    for future in done:
        chunk = running.pop(future)
        error = future.exception() if future.status == "error" else None
        if error is None and future.status == "finished":
            result = future.result()
        elif isinstance(error, KilledWorker):
            on_loss(f"workers died at {len(chunk)} articles from {chunk[0].where} on")
            halves = _halves(chunk)
            for half in halves:
                done.add(submit(half))
            result = (
                [] if halves else [Outcome(chunk[0].digest, reason="the processes that worked on it died")]
            )
        elif isinstance(error, KgError):
            raise error
        else:
            # Cancelled, or lost with the scheduler's connection: what is kept by now is there for the next build.
            on_loss(f"{future.status} at {chunk[0].where}: {error}")
            raise ConfigError("scheduler", f"a chunk was {future.status}: {error}", "start the build again")
        future.release()
        if (following := next(chunks, None)) is not None:
            done.add(submit(following))
        yield ShardFolder(shards).read(result) if isinstance(result, str) else result


def _halves(chunk: Chunk) -> tuple[Chunk, ...]:
    half = len(chunk) // 2
    return (chunk[:half], chunk[half:]) if half else ()


def _run(chunk: Chunk, job: Job, shards: str, name: str) -> list[Outcome] | str:
    """Do the work on a worker; return the outcomes, or the name of the shard that holds them."""
    outcomes = run_chunk(chunk, settings=job.settings, extractor=_load(job))
    if not shards:
        return outcomes
    ShardFolder(shards).write(name, outcomes)
    return name


@cache
def _load(job: Job) -> Extractor:
    return job.load()
