"""Labels and where they are printed, and stalls with a code of their own."""
