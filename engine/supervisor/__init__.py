"""Shell jobs under one supervisor process: `client` runs them, `recovery` clears up after a dead engine.

`start`, `process` and what they import run in the supervisor process, which is started with `python -I -S` as
the package `supervisor`. They import each other relatively and the standard library sparingly (no typing,
json, socket, pathlib or dataclasses: those are three quarters of such a process's start), and nothing else of
ours.
"""
