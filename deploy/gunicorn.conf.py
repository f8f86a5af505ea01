"""gunicorn in both set-ups: threads, because a request mostly waits for the database.

LINLI_BIND (address:port or unix:/path) and LINLI_WEB_WORKERS (processes) may be given.
"""

import os
import sys

bind = os.environ.get("LINLI_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("LINLI_WEB_WORKERS", "1"))
worker_class = "gthread"
threads = 8
preload_app = True
timeout = 60
graceful_timeout = 30
keepalive = 5
accesslog = None  # addresses of pages name people; the access log of the portal knows who looked
errorlog = "-"
loglevel = "warning"
control_socket_disable = True


def when_ready(server):
    if not bind.startswith("unix:"):
        sys.stdout.write(f"邻里已启动：http://{bind}  按 Ctrl-C 停止。 [ready]\n")
        sys.stdout.flush()
