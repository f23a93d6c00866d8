"""The language stage: text in, labels out. Imports nothing of ours."""
