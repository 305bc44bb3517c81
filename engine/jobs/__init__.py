"""What runs in a process of its own under the supervisor, one for each run: Python code of people, and ours.

`start` is run as a script; it reads what to do from standard input and tells through descriptor 3 how it goes.
Nothing here is imported by the engine's process but `authors`, for the names that authors import.
"""
