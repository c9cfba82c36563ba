"""A co-operative of many plots in the middle of its season, as phones find it."""

from datetime import UTC, datetime, timedelta

from tests.builders import Business, batch, business, line, product, record
from traceapp.producers import operations as producers

DAYS = 30
GREENS = (
    "Cải ngọt",
    "Cải xanh",
    "Rau muống",
    "Mồng tơi",
    "Xà lách",
    "Cà chua",
    "Dưa chuột",
    "Su hào",
)
SPRAYS = (
    ("Abamectin 1.8EC", "abamectin", 7),
    ("Kasumin 2SL", "kasugamycin", 3),
    ("Radiant 60SC", "spinetoram", 1),
)
PEOPLE = 20


def cooperative(name: str = "HTX Rau sạch Bát Tràng", *, plots: int = 50) -> Business:
    """Make it: plots with seasons, steps of the last weeks, batches in hand, people."""
    coop = business(name, kinds=("coop",), role="field_worker")
    now = datetime.now(UTC)
    made = [product(coop, name=green, name_en=f"Greens {n}") for n, green in enumerate(GREENS)]
    for n in range(PEOPLE):
        producers.add_member(coop.producer_id, {"name": f"Nguyễn Thị Hoa {n}", "roles": ["clerk"]})
    for n in range(plots):
        plot = {"site_id": str(coop.site_id), "name": f"Thửa số {n + 2} đồng Bãi", "area_m2": 500}
        plot_id = producers.add_plot(coop.producer_id, plot)
        season_id = producers.start_season(
            coop.producer_id,
            {
                "plot_id": str(plot_id),
                "name": f"{GREENS[n % len(GREENS)]} vụ đông {n}",
                "crop": GREENS[n % len(GREENS)],
                "started_on": (now - timedelta(days=DAYS)).date().isoformat(),
            },
        )
        ground = {"plot_id": str(plot_id), "season_id": str(season_id)}
        _grow(coop, ground, n, now)
        cut = batch(coop, made[n % len(made)], f"CN-{n}")
        at = {"event_time": (now - timedelta(hours=n % 30)).isoformat()}
        record(coop, "harvest", outputs=[line(cut, "42.5")], **ground, **at)
    return coop


def _grow(coop: Business, ground: dict[str, str], n: int, now: datetime) -> None:
    name, ingredient, interval = SPRAYS[n % len(SPRAYS)]
    sprayed = {
        "product": name,
        "active_ingredient": ingredient,
        "target": "sâu tơ",
        "dose": "10 ml / bình 16 l",
        "qty": 2,
        "phi_days": interval,
    }
    spread = {"product": "NPK 16-16-8", "fert_type": "mineral", "n_pct": 16, "qty_kg": 12}
    for days, kind, fields in (
        (25, "sow", {}),
        (20, "fertilize", spread),
        (15, "spray", sprayed),
        (1, "irrigate", {}),
    ):
        at = (now - timedelta(days=days)).isoformat()
        record(coop, kind, event_time=at, fields=fields, **ground)
