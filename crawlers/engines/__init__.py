"""Engines: one module per forum engine or network; pure functions, page in, records out."""
