"""Start here: the application that gunicorn serves and `flask --app wsgi` commands use."""

from traceapp.app import create_app
from traceapp.config import Config

app = create_app(Config.from_environment())
