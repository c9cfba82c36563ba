"""The edge: the one commit, problems as answers, languages, headers and the request log."""
