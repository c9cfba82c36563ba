"""When something is wrong: sale stopped at once, goods recalled, and let go again by two people."""
