"""Words of advertising that nobody can check, found in either language. Pure."""
