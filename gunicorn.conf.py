"""gunicorn reads this by itself from the working directory; `web/settings.py` says what may be set."""

import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # gunicorn reads this before it puts the working directory there

from classifier.errors import SettingError
from web.server.monitoring import logs
from web.server.monitoring.processes import child_exit, post_fork, pre_fork  # noqa: F401  # gunicorn calls them
from web.settings import Settings
from web.site import server_threads

try:
    _settings = Settings.from_environ(os.environ)
except SettingError as error:
    sys.exit(str(error))

_is_bare_ipv6 = ":" in _settings.host and not _settings.host.startswith("[")
bind = f"[{_settings.host}]:{_settings.port}" if _is_bare_ipv6 else f"{_settings.host}:{_settings.port}"
# Its threads get requests that have arrived in whole, so that a slow client costs a socket and not a thread.
worker_class = "web.server.engine.worker.BufferingWorker"
workers = _settings.processes
threads = server_threads(_settings)
loglevel = _settings.log_level.lower()
logconfig_dict = logs.describe(_settings)
# A photo takes tens of milliseconds, and the longest legal wait is for a turn; but on a busy machine, starting PyTorch
# alone can take a minute, and a worker that is silent for longer than this is replaced.
timeout = _settings.busy_after_s + 160
# From SIGTERM until requests in flight must have been answered.
graceful_timeout = 8
# gunicorn 27 would open a control socket in the home folder of whoever starts it.
control_socket_disable = True
# Where workers leave their signs of life, a few bytes each. On a read-only file system, memory does.
try:
    worker_tmp_dir = tempfile.gettempdir()
except FileNotFoundError as error:
    worker_tmp_dir = "/dev/shm"  # nosec B108  # gunicorn makes its files there by mkstemp
    try:
        tempfile.TemporaryFile(dir=worker_tmp_dir).close()
    except OSError:  # it is read-only or full, too, or there is none
        sys.exit(
            "The server needs a folder for temporary files, a few bytes for each process, and can write to none "
            f"({error.strerror}). Name one that can be written: TMPDIR=/path/to/folder"
        )
