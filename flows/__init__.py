"""Flows: the story of the product, its configuration and its command line; imports every other room."""
