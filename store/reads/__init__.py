"""Reads: fixed SQL, keyset-paged where a list may be long, frozen values in screen order."""
