"""The provinces of Viet Nam since 1 July 2025 and the communes of Hanoi, as reference data.

Read from `territories.json` (source and licence: `LICENSE.vietnamadminunits.txt`). Codes of
communes differ between sources, so name, kind and province are the key.
"""

import json
from importlib.resources import files

import rfc8785

from traceapp.database.engine import db
from traceapp.producers.models import Commune, Province


def load() -> tuple[int, int]:
    """Write all provinces and communes, over those that are there; give how many of each.

    The caller owns the transaction. Loading again changes nothing.
    """
    text = files("traceapp.producers").joinpath("territories.json").read_text(encoding="utf-8")
    content = json.loads(text)
    for row in content["provinces"]:
        db.session.merge(
            Province(name=row["name"], kind=row["kind"], latitude=row["lat"], longitude=row["lon"])
        )
    db.session.flush()
    for row in content["hanoi_communes"]:
        db.session.merge(
            Commune(
                province=row["province"],
                kind=row["kind"],
                name=row["name"],
                latitude=row["lat"],
                longitude=row["lon"],
                legacy=rfc8785.dumps(row["legacy"]).decode(),
            )
        )
    db.session.flush()
    return len(content["provinces"]), len(content["hanoi_communes"])
