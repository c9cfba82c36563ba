"""Draw what goes on paper and what is shared: symbols, label sheets, the picture of a batch.

Millimetres, pixels and texts in, bytes and strings out. No web, no database, no clock, no disk: the
caller decides what a label says, reads the font files and passes the URI as it must be encoded.
This is the only room that encodes QR symbols.
"""
