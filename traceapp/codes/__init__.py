"""Public codes: which batch a printed code stands for, and what its page may say."""
