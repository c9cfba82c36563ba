"""All that is known of one lot, as papers and files for whoever asks for it within 24 hours."""
