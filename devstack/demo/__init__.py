"""One real walk from booking to payout (S01), over the public HTTP API alone, as the apps would play it.

Two things are done through services, and said so: the demo market with its policy of seconds is published, and the
walkers' verification is granted (it comes with a later issue).
"""
