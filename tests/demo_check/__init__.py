"""The demo data checked by itself, without the product: integrity, and a ledger of its own."""
