"""The portal's own settings, for tests: a data folder that is thrown away, tasks run in place.

`DATABASE_URL` and `REDIS_URL` choose the set-up; `LINLI_TEST_NAME` keeps runs apart that share
a server.
"""

import atexit
import os
import shutil
import tempfile
import uuid

if not os.environ.get("LINLI_TEST_DATA_DIR"):  # programs that a test starts share its folder
    os.environ["LINLI_TEST_DATA_DIR"] = tempfile.mkdtemp(prefix="linli-test-")
    atexit.register(shutil.rmtree, os.environ["LINLI_TEST_DATA_DIR"], ignore_errors=True)
# Several test processes of one run have a folder each below it.
os.environ["LINLI_DATA_DIR"] = os.path.join(
    os.environ["LINLI_TEST_DATA_DIR"], os.environ.get("PYTEST_XDIST_WORKER", "")
)

from portal.settings import *  # noqa: F403
from portal.settings import CACHES, REDIS_URL

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# With Redis, clearing would empty the whole database, so each test has a prefix of its own.
CACHES["default"]["KEY_FUNCTION"] = "tests.settings.cache_key"
CACHE_IS_OURS = not REDIS_URL
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
cache_epoch = [uuid.uuid4().hex]


def cache_key(key, prefix, version):
    return f"{prefix}:{cache_epoch[0]}:{version}:{key}"
