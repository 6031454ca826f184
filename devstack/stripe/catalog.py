"""Every operation served, by noun. A later noun (disputes, files, payouts) is one more line."""

from __future__ import annotations

from devstack.stripe.resources import (
    account_links,
    accounts,
    accounts_v2,
    balance,
    charges,
    customer_sessions,
    customers,
    events,
    payment_intents,
    payment_methods,
    refunds,
    reversals,
    setup_intents,
    transfers,
    webhook_endpoints,
)

OPERATIONS = (
    *customers.OPERATIONS,
    *customer_sessions.OPERATIONS,
    *payment_methods.OPERATIONS,
    *setup_intents.OPERATIONS,
    *payment_intents.OPERATIONS,
    *charges.OPERATIONS,
    *refunds.OPERATIONS,
    *accounts.OPERATIONS,
    *accounts_v2.OPERATIONS,
    *account_links.OPERATIONS,
    *transfers.OPERATIONS,
    *reversals.OPERATIONS,
    *balance.OPERATIONS,
    *events.OPERATIONS,
    *webhook_endpoints.OPERATIONS,
)
