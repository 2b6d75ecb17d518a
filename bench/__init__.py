"""How quick the product is, told as ratios to a control run beside it in the same minute.

Machines are shared and noisy: milliseconds are shown, ratios and statement counts count.
"""
