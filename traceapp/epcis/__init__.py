"""EPCIS 2.0: the story of one lot as a document that other systems read. Pure, below the line."""
