"""The pages on which people write things down: `app.py` registers these."""

from flask import Blueprint

from traceapp.desk import new_batch_views, place_views, product_views, season_views, step_views

BLUEPRINTS: tuple[Blueprint, ...] = tuple(
    views.blueprint
    for views in (product_views, place_views, season_views, step_views, new_batch_views)
)
