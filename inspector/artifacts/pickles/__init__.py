"""Pickles: the machine that follows a stream without running it, and the lists it is held against."""
