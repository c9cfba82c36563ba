"""How an installation and its producers begin: the first run, invitations, requests, admission."""
