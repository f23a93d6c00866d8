"""The command line, one module a family of commands; the only place that prints and exits."""
