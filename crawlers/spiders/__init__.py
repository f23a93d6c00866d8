"""Generic spiders, one per kind of access; engines tell them what pages mean."""
