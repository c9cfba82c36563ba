"""Deliveries between producers: their list and page, receiving, links, delivery notes."""
