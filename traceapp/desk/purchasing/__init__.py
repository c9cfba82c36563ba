"""Green purchasing: needs, the board, letters to who could deliver, what importers ask for."""
