"""What the safety rules found: kept findings, goods on hold, releases, and refused attempts."""
