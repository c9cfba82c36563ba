"""What shoppers report, and what producers are asked to explain."""
