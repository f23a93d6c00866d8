"""The steps of a pass, one a module: each does one thing to the desk and says what it did. They know no Prefect."""
