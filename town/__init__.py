"""The town: a simulated autumn of 2023 on four small web sites. A simulation; imports nothing of ours."""
