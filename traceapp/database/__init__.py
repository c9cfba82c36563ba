"""The one database room: engine, column types, ids and folding. No table lives here."""
