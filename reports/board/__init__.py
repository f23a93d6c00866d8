"""The board's pages: words, charts and templates; typed rows in, HTML out."""
