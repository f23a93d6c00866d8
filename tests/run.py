"""Runs all that this machine can run: style, types, tests. `make test` calls it; arguments go to pytest."""

import os
import subprocess
import sys


def main() -> int:
    """Run each check, print which one failed, and return 0 only when all passed."""
    workers = str(min(4, os.cpu_count() or 1))
    checks = {
        "style": ["ruff", "check", "."],
        "format": ["ruff", "format", "--check", "."],
        "types": ["mypy"],
        "tests": ["pytest", "-n", workers, "--dist", "loadgroup", *sys.argv[1:]],
    }
    failed = [name for name, command in checks.items() if subprocess.call([sys.executable, "-m", *command])]
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
