"""Work to do later: our own job table, woken and scheduled by huey."""
