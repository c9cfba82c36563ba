"""Start here: the application that gunicorn serves and `flask --app wsgi` commands use."""

import gc

# What is read now stays until the end: to look for litter in it takes a quarter of a start.
gc.disable()

from traceapp.app import create_app  # noqa: E402
from traceapp.config import Config  # noqa: E402

app = create_app(Config.from_environment())
gc.freeze()  # nor is it looked through later, when one asks or at the end
gc.enable()
