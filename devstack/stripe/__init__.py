"""A stand-in for Stripe that speaks its wire protocol and keeps its rules (state and clock per secret key).

The real `stripe` library drives it; nothing of it is in the production image. Reading order: `app` (what is served),
`pipeline` (what happens to every call), `resources/` (one file a noun), `control` (what only a stand-in can do).
A new noun (disputes, files, payouts) is a file in `resources/` with an `OPERATIONS` list and a line in `catalog`.
"""
