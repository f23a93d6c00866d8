"""Personal data out of a text before anything is stored."""
