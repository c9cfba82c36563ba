"""Photos: originals kept private, renditions made by a job."""
