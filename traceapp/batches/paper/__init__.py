"""What batches and seasons say on paper: labels, diaries."""
