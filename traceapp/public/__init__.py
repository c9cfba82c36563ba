"""What anyone may see: the page behind a code, the start page, reports of a problem."""
