"""The signed record of a review: the statement, keys and trust, verification, exports, and imports of others.

Nothing is imported here: each module is asked for by its name, since signing and verifying need little.
"""
