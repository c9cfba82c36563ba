"""Start here: the application that gunicorn serves and `flask --app wsgi` commands use."""

import gc
import sys

# What is read now stays until the end: to look for litter in it takes a quarter of a start.
gc.disable()

from traceapp.app import create_app  # noqa: E402
from traceapp.config import BadSettingError, Config  # noqa: E402

try:
    app = create_app(Config.from_environment())
except BadSettingError as error:
    sys.exit(str(error))
gc.freeze()  # nor is it looked through later, when one asks or at the end
gc.enable()
