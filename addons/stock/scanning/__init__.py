"""The keeper's pages for a gun: one scan after another until it is clear what is to be done, and then it is done."""
