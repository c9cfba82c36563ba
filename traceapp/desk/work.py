"""The pages on which people write things down: `app.py` registers these."""

from flask import Blueprint

from traceapp.desk import (
    batch_date_views,
    certificate_views,
    new_batch_views,
    place_views,
    product_views,
    season_views,
    step_views,
)

VIEWS = (
    *(step_views, season_views, new_batch_views, batch_date_views),
    *(product_views, place_views, certificate_views),
)
BLUEPRINTS: tuple[Blueprint, ...] = tuple(views.blueprint for views in VIEWS)
