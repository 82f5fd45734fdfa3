"""How gunicorn serves, wherever `gunicorn iocn.wsgi` is started; it reads this file by itself."""

from pathlib import Path

from iocn import environment as env

bind = env.text("WEB_BIND", "127.0.0.1:8000")
workers = env.whole_number("WEB_PROCESSES", 2)
worker_class = "gthread"
# DATABASE_POOL must not be smaller: a thread without a connection waits for one.
threads = env.whole_number("WEB_THREADS", 8)
# A request that takes so long has lost its reader. Restarts let requests end first.
timeout = 60
graceful_timeout = 30
# The files by which workers say that they live: in memory, as a slow disk would get them killed.
if Path("/dev/shm").is_dir():  # noqa: S108
    worker_tmp_dir = "/dev/shm"  # noqa: S108
control_socket_disable = True
logger_class = "iocn.operations.logs.GunicornLogger"
