"""When something is wrong: sale of a lot is stopped at once, and allowed again by somebody else."""
