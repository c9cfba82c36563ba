"""What an authority asks the producer of a batch to explain, until when, and what it answered."""
