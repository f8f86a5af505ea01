"""Settings of both set-ups: embedded (`make run`, nothing needed) and served (`production`).

The variables are described in deploy/linli.env.example.
"""

from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from portal import env
from portal.broker import SCHEME, folder_options

BASE_DIR = Path(__file__).resolve().parent.parent
PRODUCTION = env.choice("LINLI_ENV", ("embedded", "production")) == "production"
DEBUG = env.flag("LINLI_DEBUG")
DATA_DIR = LINLI_DATA_DIR = env.folder("LINLI_DATA_DIR", BASE_DIR / "var")
REDIS_URL = env.text("REDIS_URL")
ALLOWED_HOSTS = env.words("LINLI_ALLOWED_HOSTS")

# --- Secrets: an embedded start makes its own below DATA_DIR/keys; production brings them.
LINLI_FIELD_KEYS = env.text("LINLI_FIELD_KEYS")
LINLI_INDEX_KEY = env.text("LINLI_INDEX_KEY")
LINLI_KEY_FILE = env.text("LINLI_KEY_FILE", str(DATA_DIR / "keys" / "fields.json"))
SECRET_KEY = env.text("LINLI_SECRET_KEY")

# --- Short messages: kept in a file, told to the log, or sent over HTTP
LINLI_SMS_GATEWAY = env.choice("LINLI_SMS_GATEWAY", ("file", "console", "http"))
LINLI_SMS_URL = env.text("LINLI_SMS_URL")
LINLI_SMS_TOKEN = env.text("LINLI_SMS_TOKEN")
LINLI_SMS_SECRET = env.text("LINLI_SMS_SECRET")  # signs receipts; without it none is taken

if PRODUCTION:
    problems = {
        "LINLI_DEBUG 在正式环境中必须关闭：请删去它。": DEBUG,
        "缺少 LINLI_SECRET_KEY 或不足 50 个字符：请用 openssl rand -base64 64 生成一串。": (
            len(SECRET_KEY) < 50
        ),
        "缺少 LINLI_ALLOWED_HOSTS：请写明门户的域名，多个用逗号分开，不可用 *。": (
            not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS
        ),
        "缺少字段密钥：请设置 LINLI_FIELD_KEYS 和 LINLI_INDEX_KEY，或让 LINLI_KEY_FILE "
        "指向已有的密钥文件。": not (
            (LINLI_FIELD_KEYS and LINLI_INDEX_KEY)
            or (env.text("LINLI_KEY_FILE") and Path(LINLI_KEY_FILE).is_file())
        ),
        "缺少 DATABASE_URL：请写明数据库，例如 postgres://linli@127.0.0.1/linli。": (
            not env.text("DATABASE_URL")
        ),
        "缺少 REDIS_URL：请写明 Redis，例如 redis://127.0.0.1:6379/0。": not REDIS_URL,
        "缺少 LINLI_SMS_TOKEN：请填短信平台发给本单位的令牌。": (
            LINLI_SMS_GATEWAY == "http" and not LINLI_SMS_TOKEN
        ),
        "LINLI_SMS_GATEWAY=console 只供试用，短信不会发出：请改用 file 或 http。": (
            LINLI_SMS_GATEWAY == "console"
        ),
        "LINLI_SMS_URL 不可用：请填 https:// 开头的短信平台地址。": (
            LINLI_SMS_GATEWAY == "http" and not env.is_closed_url(LINLI_SMS_URL)
        ),
        "LINLI_SMS_SECRET 不足 32 个字符：请用 openssl rand -base64 32 生成一串。": (
            bool(LINLI_SMS_SECRET) and len(LINLI_SMS_SECRET) < 32
        ),
    }
    if found := [sentence for sentence, wrong in problems.items() if wrong]:
        raise ImproperlyConfigured("\n".join(found))
else:
    SECRET_KEY = SECRET_KEY or env.kept_secret(DATA_DIR / "keys" / "secret_key")
    ALLOWED_HOSTS = [*ALLOWED_HOSTS, "127.0.0.1", "localhost", "[::1]"]

# --- What is installed
INSTALLED_APPS = [
    "portal.core",
    "portal.accounts",
    "portal.duty",
    "portal.messaging",
    "grids",
    "residents",
    "services",
    "portal.reports",
    "portal.demo",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",  # its templates, so that ours may stand before them
    "csp",
    "django_filters",
    "django_htmx",
    "django_include_bootstrap",
    "drf_spectacular",
    "lucide",
    "rest_framework",
    "rest_framework_api_key",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "portal.accounts.middleware.Authentication",
    "portal.accounts.middleware.LoginRequired",
    "portal.core.middleware.RequestOrigin",
    "portal.core.middleware.NoStore",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.core.middleware.Refusals",  # inside those that add headers: it makes pages anew
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.core.context.portal",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Language and time
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# --- Data
TEST_NAME = env.text("LINLI_TEST_NAME", "linli")
DATABASES = {"default": env.database("DATABASE_URL", DATA_DIR / "linli.sqlite3")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A real file: an in-memory database has neither write-ahead log nor writers that wait.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / f"test_{TEST_NAME}.sqlite3")}
else:
    DATABASES["default"]["TEST"] = {"NAME": f"test_{TEST_NAME}"}
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "linli",
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(DATA_DIR / "cache"),
            "OPTIONS": {"MAX_ENTRIES": 10_000},
        }
    }
FILE_LIMIT = 10 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = FILE_LIMIT
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # without files
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
MEDIA_ROOT = DATA_DIR / "files"

# --- Accounts
AUTH_USER_MODEL = "accounts.User"
LINLI_ACCESS = "portal.accounts.access.access_of"
LINLI_NAVIGATION = "portal.navigation.NAVIGATION"
LINLI_SEARCH = "portal.navigation.SEARCH"
LINLI_LOG_WORDS = "portal.log_words.WORDS"
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_ENGINE = "portal.accounts.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "linli_session"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "linli_csrf"
CSRF_FAILURE_VIEW = "portal.core.json_pages.csrf_failure"

# --- What a browser may do with a page
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "form-action": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY = {
    feature: []
    for feature in (
        "accelerometer",
        "autoplay",
        "camera",
        "display-capture",
        "encrypted-media",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    # deploy/nginx.conf sets this header itself and drops what a client sent.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 366 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SILENCED_SYSTEM_CHECKS = ["security.W021"]  # browsers' preload lists are for public names
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-linli_session"
    CSRF_COOKIE_NAME = "__Host-linli_csrf"

# --- Static files: embedded straight from where they lie, served compressed under hashed names
STATIC_URL = "/static/"
STATIC_ROOT = env.folder("LINLI_STATIC_DIR", DATA_DIR / "static", mode=0o755)
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "portal.statics.HashedFiles"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
        "OPTIONS": {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755},
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["map", "png", "jpg", "ico", "gz", "br", "woff", "woff2"]

# --- REST
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["portal.accounts.api_auth.ApiClientAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["portal.core.api_access.Denied"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.1",
    "TITLE": "邻里门户接口",
    "DESCRIPTION": "街道办事处及其他获准单位按授权读取本社区数据；只有呼叫器的报警可以报来。",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "KindEnum": "grids.models.CellKind",
        "StateEnum": "grids.models.IncidentState",
        "DeviceKindEnum": "services.models.DeviceKind",
        "AlarmStateEnum": "services.models.AlarmState",
    },
}

# --- Tasks: ids as arguments, no results kept; the truth about a job is its row
CELERY_BROKER_URL = REDIS_URL or f"{SCHEME}://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"visibility_timeout": 15 * 60} if REDIS_URL else folder_options(DATA_DIR / "queue")
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 9 * 60
CELERY_TASK_TIME_LIMIT = 10 * 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TIMEZONE = TIME_ZONE

# --- Logs: to stderr, without personal values (portal/logs.py)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "place": {
            "()": "portal.logs.PlaceFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "place"}},
    "root": {"handlers": ["stderr"], "level": env.text("LINLI_LOG_LEVEL", "WARNING")},
    # Django's own handlers would print elsewhere and mail the administrators.
    "loggers": {"django": {"handlers": [], "level": "NOTSET", "propagate": True}},
}
