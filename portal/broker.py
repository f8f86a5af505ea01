"""A queue that is a folder: Celery's transport of the embedded set-up, without a server.

kombu's own folder transport writes a message in place, so a reader can meet half of one and the
worker dies of it; its table of bindings has the same race at first start. Here a file appears
under its name whole or not at all (written aside, then renamed), and a message belongs to the one
worker whose rename took it. Messages are hints, never truth: what a crash swallows, the sweep in
the database queues again. So nothing is fsynced, and a file that a power cut left broken is
dropped with a warning.
"""

import contextlib
import fcntl
import logging
import os
import time
import uuid
from queue import Empty

from kombu.transport import TRANSPORT_ALIASES, filesystem, virtual
from kombu.utils.json import dumps, loads

SCHEME = "folder"
logger = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    """Messages are files `<time>_<random>.<queue>.msg`, read in the order of their names."""

    def _put(self, queue, payload, **kwargs):
        # Wall clock: the order must survive a restart of the machine.
        name = f"{time.time_ns():020d}_{uuid.uuid4().hex}.{queue}.msg"
        _write_whole(os.path.join(self.data_folder_out, name), dumps(payload))

    def _get(self, queue):
        for name in sorted(os.listdir(self.data_folder_in)):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = os.path.join(self.processed_folder, name)
            try:
                os.rename(os.path.join(self.data_folder_in, name), taken)
            except FileNotFoundError:  # another worker was quicker
                continue
            try:
                with open(taken, encoding="utf-8") as file:
                    return loads(file.read())
            except ValueError:
                logger.warning("dropped a broken message: %s", name)
            finally:
                os.remove(taken)
        raise Empty

    def get_table(self, exchange):
        try:
            with open(self._exchange_file(exchange), encoding="utf-8") as file:
                return [filesystem.exchange_queue_t(*row) for row in loads(file.read())]
        except FileNotFoundError:
            return []

    def _queue_bind(self, exchange, routing_key, pattern, queue):
        row = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        if row not in self.get_table(exchange):
            with self._table(exchange) as rows:
                if row not in rows:
                    rows.insert(0, row)

    def _delete(self, queue, exchange, routing_key, pattern, *args, **kwargs):
        virtual.Channel._delete(self, queue, exchange, routing_key, pattern, *args, **kwargs)
        row = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._table(exchange) as rows, contextlib.suppress(ValueError):
            rows.remove(row)

    @contextlib.contextmanager
    def _table(self, exchange):
        """The bindings of an exchange, to be changed by one process at a time."""
        file = self._exchange_file(exchange)
        with open(f"{file}.lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            rows = self.get_table(exchange)
            yield rows
            _write_whole(str(file), dumps(rows))


class Transport(filesystem.Transport):
    """Registered for broker URLs that begin with `folder://`."""

    Channel = Channel

    def __init__(self, client, **kwargs):
        super().__init__(client, **kwargs)
        # What is bound is known by the folder; a memory shared by all connections of a process
        # would take one folder's bindings for another's.
        self.state = virtual.BrokerState()


def _write_whole(path: str, text: str) -> None:
    aside = os.path.join(os.path.dirname(path), f".{uuid.uuid4().hex}.tmp")
    with open(aside, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(aside, path)


def folder_options(folder) -> dict:
    """Celery's transport options for a queue in `folder`; makes the folders."""
    folders = {name: folder / name for name in ("messages", "taken", "bindings")}
    for path in folders.values():
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return {
        "data_folder_in": str(folders["messages"]),
        "data_folder_out": str(folders["messages"]),
        "processed_folder": str(folders["taken"]),
        "control_folder": str(folders["bindings"]),
        "polling_interval": 0.1,
    }


TRANSPORT_ALIASES[SCHEME] = "portal.broker:Transport"
