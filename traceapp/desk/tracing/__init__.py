"""Following goods: where a trace begins, its page, crates and pallets, the dossier of a lot."""
