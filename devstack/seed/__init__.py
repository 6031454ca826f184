"""A market with people in it, to try things with: `python -m devstack.seed`. Repeats add only what is missing.

It writes through services into the database alone, so that it works with nothing else running; cards and payout accounts
follow when our stand-in for Stripe answers. Production refuses it: everybody here has the checkout's password.
"""
