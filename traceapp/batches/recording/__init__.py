"""Recording steps: reading what was sent, whether it may be, the ledger, all in one transaction."""
