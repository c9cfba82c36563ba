"""The network of sustainable production: cleaner production assessed, and shown with baselines."""
