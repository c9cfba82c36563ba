"""Web Push: word to phones that asked for it, encrypted for each, through their push services."""
