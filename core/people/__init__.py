"""People: org units, posts, users, roles, sign-in, tokens."""
