"""The pages on which people write things down: `app.py` registers these."""

from flask import Blueprint

from traceapp.desk import place_views, product_views

BLUEPRINTS: tuple[Blueprint, ...] = (product_views.blueprint, place_views.blueprint)
