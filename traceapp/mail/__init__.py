"""Letters by e-mail: written as a job with the act they tell of, sent by the worker over SMTP."""
