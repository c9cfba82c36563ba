"""Who and where: producers, their sites and plots, people, certificates and seasons."""
