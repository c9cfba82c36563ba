"""Set-up scripts in plain python3 and its standard library: they run before anything is there."""
