"""How fresh a public page is: kept snapshots and the generation number they carry."""
