"""Hand-offs between two sides: offers, confirmations, links for who has no account, reminders."""
