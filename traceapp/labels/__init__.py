"""Labels issued for batches: how many, for how much each, on what; voided and printed again."""
